import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { S3Client, type GetObjectCommandInput, GetObjectCommand } from "@aws-sdk/client-s3";
const s3: S3Client = new S3Client({});
export const handler = async (event: APIGatewayProxyEvent, _context: Context): Promise<{ statusCode: number }> => {
  const { key } = JSON.parse(event.body!) as { key: string };
  const input = { Bucket: process.env.BUCKET as string, Key: key } satisfies GetObjectCommandInput;
  await s3.send(new GetObjectCommand(input));
  return { statusCode: 200 };
};
