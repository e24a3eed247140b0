//! What a user of `palisade scan --fix` could notice: what is shown, what is written, and that a second run finds nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use std::path::{Path, PathBuf};
use std::process::Output;

use kit::{err, out};

/// The command as of one day.
fn palisade(args: &[&str]) -> Output {
    kit::palisade(&[args, &["--as-of", "2026-10-01"]].concat())
}

/// A fresh folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    kit::folder(&format!("scan-fix-{name}"), files)
}

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Keep:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      Policies:
        - Statement:
            - {Effect: Allow, Action: 'dynamodb:*', Resource: '*'} # everything
      Environment: {Variables: {TABLE: !Ref Orders}}
      Events:
        Job: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
  Jobs: {Type: AWS::SQS::Queue}
  Orders: {Type: AWS::Serverless::SimpleTable}
  Vault:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: false # for now
  Cellar:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: false
  Logs:
    Type: AWS::Logs::LogGroup
";

const CODE: &str = "import os
import boto3

table = boto3.resource('dynamodb').Table(os.environ['TABLE'])


def handler(event, context):
    table.put_item(Item={'id': event['Records'][0]['messageId']})
";

fn shop(name: &str) -> PathBuf {
    folder(name, &[("template.yaml", TEMPLATE), ("app.py", CODE)])
}

fn template(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("template.yaml")).unwrap()
}

#[test]
fn repairs_are_shown_first_then_written_and_then_done() {
    let folder = shop("whole");
    let path = folder.to_str().unwrap();
    let shown = palisade(&["scan", "--fix", path]);
    let text = out(&shown);
    assert!(
        text.starts_with("--- a/template.yaml\n+++ b/template.yaml\n"),
        "{text}"
    );
    assert!(
        text.contains("+      EnableKeyRotation: true # for now"),
        "{text}"
    );
    assert!(text.contains("+      Tracing: Active"), "{text}");
    assert!(
        text.contains("repairs for 4 findings: sas03-key-rotation (2), sas04-wildcard (1), sas05-tracing-off (1)\n"),
        "{text}"
    );
    assert!(
        text.contains("no safe repair: read it with `palisade scan`\n"),
        "{text}"
    );
    assert!(
        text.ends_with("nothing was written: add --yes to write it, or apply the diff by hand\n"),
        "{text}"
    );
    assert_eq!(shown.status.code(), Some(1));
    assert_eq!(template(&folder), TEMPLATE);
    let written = palisade(&["scan", "--fix", "--yes", path]);
    assert_eq!(written.status.code(), Some(0), "{}", out(&written));
    assert!(out(&written).ends_with("wrote 1 file; run it again to see that nothing is left\n"));
    let after = template(&folder);
    assert!(
        after.contains("dynamodb:PutItem") && !after.contains("dynamodb:*"),
        "{after}"
    );
    let again = palisade(&["scan", "--fix", "--yes", path]);
    assert!(
        out(&again).starts_with("nothing to repair\n"),
        "{}",
        out(&again)
    );
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(template(&folder), after);
    // Both commands mean the same role.
    let roles = palisade(&["roles", "--fix", path]);
    assert_eq!(out(&roles), "nothing to change\n");
}

#[test]
fn rules_that_are_named_are_repaired_alone() {
    let folder = shop("only");
    let path = folder.to_str().unwrap();
    let output = palisade(&["scan", "--fix", "--yes", "--only", "key-rotation", path]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let after = template(&folder);
    assert_eq!(
        after,
        TEMPLATE.replace("EnableKeyRotation: false", "EnableKeyRotation: true")
    );
    let output = palisade(&["scan", "--fix", "--skip", "sas4", path]);
    assert!(!out(&output).contains("dynamodb"), "{}", out(&output));
    assert!(out(&output).contains("Tracing"), "{}", out(&output));
}

#[test]
fn what_somebody_accepted_stays() {
    let template = TEMPLATE.replace(
        "EnableKeyRotation: false # for now",
        "EnableKeyRotation: false # palisade: ignore[key-rotation] renewed by hand",
    );
    let settings = "[[ignore]]
rule = \"wildcard\"
path = \"template.yaml\"
reason = \"moves next week\"
";
    let folder = folder(
        "accepted",
        &[
            ("template.yaml", &template),
            ("app.py", CODE),
            ("palisade.toml", settings),
        ],
    );
    let path = folder.to_str().unwrap();
    let output = palisade(&["scan", "--fix", "--yes", "--skip", "sas5", path]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        out(&output),
        err(&output)
    );
    let after = self::template(&folder);
    assert!(
        after.contains("EnableKeyRotation: false # palisade"),
        "{after}"
    );
    assert!(after.contains("EnableKeyRotation: true"), "{after}");
    assert!(after.contains("dynamodb:*"), "{after}");
}

#[test]
fn every_template_of_a_folder_gets_its_own_repair() {
    let key = "Resources:\n  Vault: {Type: AWS::KMS::Key}\n";
    let json = "{\n  \"Resources\": {\n    \"Vault\": {\n      \"Type\": \"AWS::KMS::Key\"\n    }\n  }\n}\n";
    let service = "service: shop
provider: {name: aws, runtime: python3.13}
functions:
  work: {handler: app.handler}
resources:
  Resources:
    Vault:
      Type: AWS::KMS::Key
      Properties:
        Description: orders
";
    let folder = folder(
        "several",
        &[
            ("one.yaml", key),
            ("two.yaml", key),
            ("three.json", json),
            ("four/serverless.yml", service),
            (
                "four/app.py",
                "def handler(event, context):\n    return 1\n",
            ),
        ],
    );
    let path = folder.to_str().unwrap();
    let args = ["scan", "--fix", "--yes", "--only", "key-rotation", path];
    let output = palisade(&args);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert!(out(&output).ends_with("wrote 4 files; run it again to see that nothing is left\n"));
    let text = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    for file in ["one.yaml", "two.yaml"] {
        assert!(
            text(file).contains("Properties: {EnableKeyRotation: true}"),
            "{}",
            text(file)
        );
    }
    assert!(
        text("three.json").contains("\"EnableKeyRotation\": true"),
        "{}",
        text("three.json")
    );
    let service = text("four/serverless.yml");
    assert!(
        service.contains("        Description: orders\n        EnableKeyRotation: true\n"),
        "{service}"
    );
    assert_eq!(out(&palisade(&args)), "nothing to repair\n");
    let one = folder.join("one.yaml");
    std::fs::write(&one, key).unwrap();
    let output = palisade(&["scan", "--fix", "--yes", one.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert!(text("one.yaml").contains("EnableKeyRotation: true"));
}

#[test]
fn a_block_of_several_members_is_one_repair() {
    let template = "Resources:
  Inbox:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration: {BlockPublicAcls: false, BlockPublicPolicy: false,
        IgnorePublicAcls: false, RestrictPublicBuckets: false}
";
    let folder = folder("block", &[("template.yaml", template)]);
    let output = palisade(&["scan", "--fix", "--yes", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let after = self::template(&folder);
    assert_eq!(after, template.replace("false", "true"));
}

#[test]
fn what_cannot_be_edited_is_told_with_its_reason() {
    let parent = "Resources:
  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: keys.yaml}}
  Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: keys.yaml}}
";
    let keys = "Resources:
  Vault: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: false}}
";
    let folder = folder("shared", &[("template.yaml", parent), ("keys.yaml", keys)]);
    let path = folder.to_str().unwrap();
    let output = palisade(&["scan", "--fix", "--yes", path]);
    let text = out(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("nothing to repair\n"), "{text}");
    assert!(
        text.contains("sas03-key-rotation stays: keys.yaml is used by several stacks"),
        "{text}"
    );
}

#[test]
fn documents_and_the_example_are_refused_in_words() {
    for (args, said) in [
        (
            &["scan", "--fix", "--format", "sarif"][..],
            "error: `--fix` writes no `--format sarif`\n  help: it shows a diff\n",
        ),
        (
            &["scan", "--fix", "--example"],
            "error: the built-in example cannot be changed\n",
        ),
        (
            &["roles", "--fix", "--format", "json"],
            "error: `--fix` writes no `--format json`\n  help: it shows a diff\n",
        ),
    ] {
        let output = palisade(args);
        assert_eq!(err(&output), said);
        assert_eq!(output.status.code(), Some(2));
    }
    let output = palisade(&["scan", "--yes"]);
    assert!(err(&output).contains("--fix"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(2));
    let empty = folder("empty", &[("notes.txt", "nothing\n")]);
    let output = palisade(&["scan", "--fix", empty.to_str().unwrap()]);
    assert_eq!(out(&output), "no function or resource was understood\n");
    assert_eq!(output.status.code(), Some(3));
}
