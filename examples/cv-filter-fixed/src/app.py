"""Keeps the CVs of incoming mails, and prints their text into the log for the search."""

import json
import os
import subprocess
import uuid
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
        # The sender's name for the file is not used for anything.
        name = f"{uuid.uuid4()}.pdf"
        path = os.path.join("/tmp", name)
        with open(path, "wb") as file:
            file.write(part.get_payload(decode=True))
        # A list of arguments: no shell reads it.
        subprocess.run(["pdftotext", path, "-"], check=True, timeout=30)
        s3.upload_file(path, os.environ["BUCKET"], f"cv/{name}")
        # The folder outlives the invocation.
        os.remove(path)
        kept.append(name)
    return {"kept": len(kept)}
