import os, json
from urllib.parse import unquote_plus as un
import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "x"))


def handler(event, context):
    key = un(event["Records"][0]["s3"]["object"]["key"])
    if not key.endswith(".pdf") or (name := key.split("/")[-1]) in {"a", "b"}:
        return {"statusCode": 400}
    os.system(f"pdftotext /tmp/{name!r:>{10}} -")
    TABLE.put_item(Item={"key": key, **event})
    return {"statusCode": 200, "body": json.dumps({"k": key})}
