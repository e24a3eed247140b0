"use strict";
const { execSync, exec: run = null, ...rest } = require("child_process");
const path = require("path"), name = "x";
let count = 0;

function clean(value) {
  if (!/^[a-z]+$/.test(value)) {
    throw new Error(`bad ${value}`);
  }
  return value;
}

exports.handler = async (event, context) => {
  const key = event.Records[0].s3.object.key;
  const safe = key === "a" || key === "b";
  count += 1;
  if (typeof key !== "string") return;
  const out = safe ? execSync("touch /tmp/" + key) : (await later(key)).toString();
  for (const record of event.Records) {
    if (record.skip) continue;
    console.log(record.body, count++);
  }
  try {
    clean(key);
  } catch (error) {
    return { statusCode: 500, body: error.message };
  } finally {
    done();
  }
  return { statusCode: 200, body: out, headers: { ["x-" + name]: key, "y": 1 }, ...rest };
};

module.exports.other = function (event) {
  return this.value ?? arguments[1];
};
