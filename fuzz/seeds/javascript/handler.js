const { exec } = require("child_process");
const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
const client = new DynamoDBClient({});
exports.handler = async ({ body, queryStringParameters: { q = "x", ...rest } = {} }, context) => {
  const { name, tags: [first, ...others] } = JSON.parse(body);
  await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { name: { S: name } } }));
  exec(`ls ${name} ${first ?? others[0]}`, (err, out) => { if (err) throw err; console.log(out); });
  return { statusCode: 200, headers: { "Content-Type": "text/html" }, body: `<b>${q}</b>` };
};
