//! Generated applications: chains of four functions with three crossings, shared helpers and a decorator.

use std::fmt::Write as _;
use std::path::Path;

use palisade_scan::tree::memory::Memory;

use crate::nasty::{self, Files};

/// Functions of one stack.
const STACK: usize = 100;
/// Functions of one chain.
const CHAIN: usize = 4;

/// An application of about `n` functions: `one` of nested stacks, or `many` side by side.
pub(crate) fn tree(kind: &str, n: usize) -> Option<Memory> {
    let files = files(kind, n)?;
    Some(Memory::of(
        files.iter().map(|(path, text)| (path.as_str(), text)),
    ))
}

/// Writes a generated application to a folder.
pub(crate) fn write(words: &[String]) -> String {
    let [kind, n, folder] = words else {
        return "write KIND N FOLDER\n".to_owned();
    };
    let Some(files) = files(kind, n.parse().unwrap_or(100)).or_else(|| nasty::files(kind)) else {
        return format!("`{kind}` is nothing that can be written\n");
    };
    for (path, text) in &files {
        let path = Path::new(folder).join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(error) = made.and_then(|()| std::fs::write(&path, text)) {
            return format!("{}: {error}\n", path.display());
        }
    }
    format!("{} files\n", files.len())
}

fn files(kind: &str, n: usize) -> Option<Files> {
    let stacks = n.div_ceil(STACK).max(1);
    let mut files = Files::new();
    match kind {
        "one" => {
            let mut root = "Transform: AWS::Serverless-2016-10-31\nResources:\n".to_owned();
            for stack in 0..stacks {
                let _ = writeln!(
                    root,
                    "  S{stack}: {{Type: AWS::Serverless::Application, Properties: {{Location: stacks/s{stack}.yaml}}}}"
                );
                files.push((
                    format!("stacks/s{stack}.yaml"),
                    template(stack, "../src", &format!("s{stack}.")),
                ));
                code(&format!("src/s{stack}"), stack, &mut files);
            }
            files.push(("template.yaml".to_owned(), root));
            common("src", &mut files);
        }
        "many" => {
            for stack in 0..stacks {
                files.push((
                    format!("apps/s{stack}/template.yaml"),
                    template(stack, "src", ""),
                ));
                code(&format!("apps/s{stack}/src"), stack, &mut files);
                common(&format!("apps/s{stack}/src"), &mut files);
            }
        }
        _ => return None,
    }
    Some(files)
}

fn template(stack: usize, code: &str, package: &str) -> String {
    let mut text = format!(
        "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: {{Runtime: python3.13, CodeUri: {code}, Timeout: 10}}\nResources:\n"
    );
    for chain in 0..STACK / CHAIN {
        let _ = write!(
            text,
            "  Orders{chain}: {{Type: AWS::SQS::Queue}}
  Notes{chain}:
    Type: AWS::DynamoDB::Table
    Properties: {{StreamSpecification: {{StreamViewType: NEW_IMAGE}}}}
  Files{chain}: {{Type: AWS::S3::Bucket}}
  Take{chain}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: {package}take{chain}.handler
      Environment: {{Variables: {{QUEUE: !Ref Orders{chain}}}}}
      Policies: [{{SQSSendMessagePolicy: {{QueueName: !GetAtt Orders{chain}.QueueName}}}}]
      Events: {{Post: {{Type: HttpApi, Properties: {{Path: /s{stack}/{chain}, Method: post}}}}}}
  Keep{chain}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: {package}keep{chain}.handler
      Environment: {{Variables: {{TABLE: !Ref Notes{chain}}}}}
      Policies: [{{DynamoDBWritePolicy: {{TableName: !Ref Notes{chain}}}}}]
      Events: {{Order: {{Type: SQS, Properties: {{Queue: !GetAtt Orders{chain}.Arn}}}}}}
  Copy{chain}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: {package}copy{chain}.handler
      Environment: {{Variables: {{BUCKET: !Ref Files{chain}}}}}
      Policies: [{{S3CrudPolicy: {{BucketName: !Ref Files{chain}}}}}]
      Events: {{New: {{Type: DynamoDB, Properties: {{Stream: !GetAtt Notes{chain}.StreamArn, StartingPosition: LATEST}}}}}}
  Print{chain}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: {package}print{chain}.handler
      Policies: [{{S3ReadPolicy: {{BucketName: !Ref Files{chain}}}}}]
      Events: {{File: {{Type: S3, Properties: {{Bucket: !Ref Files{chain}, Events: \"s3:ObjectCreated:*\"}}}}}}
"
        );
    }
    text
}

fn code(folder: &str, stack: usize, files: &mut Files) {
    for chain in 0..STACK / CHAIN {
        let filler = |name: &str| filler(name, stack * 31 + chain);
        files.push((
            format!("{folder}/take{chain}.py"),
            TAKE.replace("#filler", &filler("take")),
        ));
        files.push((
            format!("{folder}/keep{chain}.py"),
            KEEP.replace("#filler", &filler("keep")),
        ));
        files.push((
            format!("{folder}/copy{chain}.py"),
            COPY.replace("#filler", &filler("copy")),
        ));
        let argument = if chain % 2 == 0 {
            "text"
        } else {
            "shlex.quote(text)"
        };
        files.push((
            format!("{folder}/print{chain}.py"),
            PRINT
                .replace("#argument", argument)
                .replace("#filler", &filler("print")),
        ));
    }
}

/// Code that does what most code does: it looks at fields and makes other fields of them.
fn filler(name: &str, number: usize) -> String {
    let mut text = String::new();
    for at in 0..3 {
        let _ = write!(
            text,
            "
def {name}_{at}(order, rate={number}):
    lines = []
    total = 0
    for line in order.get(\"lines\", []):
        if line.get(\"kind\") == \"gift\" or line.get(\"count\", 0) > {at}:
            lines.append({{\"sku\": line[\"sku\"], \"count\": int(line.get(\"count\", 1)), \"gift\": True}})
        elif \"sku\" in line:
            lines.append({{\"sku\": line[\"sku\"].strip().lower(), \"count\": 1, **line.get(\"more\", {{}})}})
        total += rate * len(lines)
    name = f\"{{order.get('first', '')}} {{order.get('last', '')}}\".strip() or \"nobody\"
    log.note(\"{name} {at}\", total)
    return {{\"lines\": lines, \"total\": total, \"name\": name}}

"
        );
    }
    text
}

fn common(folder: &str, files: &mut Files) {
    for (name, text) in [
        ("__init__", ""),
        ("http", HTTP),
        ("log", LOG),
        ("store", STORE),
        ("shell", SHELL),
    ] {
        files.push((format!("{folder}/common/{name}.py"), text.to_owned()));
    }
}

const TAKE: &str = r#"import json
import os

import boto3

from common import log
from common.http import answers, body_of

sqs = boto3.client("sqs")
#filler
@answers
def handler(event, context):
    order = body_of(event)
    kept = take_0(order)
    kept.update(take_1(order))
    kept["note"] = order["note"]
    kept["id"] = str(order.get("id", context.aws_request_id))
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(kept))
    return {"statusCode": 202, "body": json.dumps({"total": take_2(order)["total"]})}
"#;

const KEEP: &str = r#"import json
import os

from common import log, store
#filler
def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        store.put(os.environ["TABLE"], {"id": order["id"], "note": order["note"], "total": keep_0(order)["total"]})
        log.note("kept", keep_1(order)["total"] + keep_2(order)["total"])
"#;

const COPY: &str = r#"import os

import boto3

from common import log

s3 = boto3.client("s3")
#filler
def handler(event, context):
    for record in event["Records"]:
        image = record["dynamodb"]["NewImage"]
        s3.put_object(Bucket=os.environ["BUCKET"], Key="notes/" + image["id"]["S"], Body=image["note"]["S"])
        log.note("copied", copy_0({"lines": []})["total"], copy_1({})["total"], copy_2({})["name"])
"#;

const PRINT: &str = r#"import shlex

import boto3

from common import log
from common.shell import run

s3 = boto3.client("s3")
#filler
def handler(event, context):
    for record in event["Records"]:
        place = record["s3"]
        text = s3.get_object(Bucket=place["bucket"]["name"], Key=place["object"]["key"])["Body"].read().decode()
        log.note("printed", print_0({})["total"], print_1({})["name"], print_2({})["lines"])
        run("lp -t " + #argument)
"#;

const HTTP: &str = r#"import base64
import functools
import json

from common import log


def answers(work):
    @functools.wraps(work)
    def wrapped(event, context):
        try:
            return work(event, context)
        except KeyError as missing:
            log.note("missing", str(missing))
            return {"statusCode": 400, "body": json.dumps({"missing": str(missing)})}

    return wrapped


def body_of(event):
    body = event.get("body") or "{}"
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    return json.loads(body)
"#;

const LOG: &str = r#"import json


def note(what, *more):
    print(json.dumps({"what": what, "more": [str(one) for one in more]}))
"#;

const STORE: &str = r#"import boto3

tables = boto3.resource("dynamodb")


def table(name):
    return tables.Table(name)


def put(name, item):
    table(name).put_item(Item={key: value for key, value in item.items() if value is not None} or item)
"#;

const SHELL: &str = r#"import os

from common import log


def run(command):
    log.note("runs", len(command))
    return os.system(command)
"#;
