"""Keeps the CVs of incoming mails, and prints their text into the log for the search."""

import json
import os
from email import message_from_string

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    """Starts with each mail that the topic announces."""
    mail = json.loads(event["Records"][0]["Sns"]["Message"])
    message = message_from_string(mail["content"])
    kept = []
    for part in message.walk():
        if part.get_content_type() != "application/pdf":
            continue
        name = part.get_filename()
        if not name:
            continue
        path = os.path.join("/tmp", os.path.basename(name))
        with open(path, "wb") as file:
            file.write(part.get_payload(decode=True))
        # The text goes to the output, and so into the log.
        os.system(f"pdftotext /tmp/{name} -")
        s3.upload_file(path, os.environ["BUCKET"], "cv/" + os.path.basename(name))
        kept.append(name)
    return {"kept": len(kept)}
