//! Thousands of functions that share one role and one file: all are told, in room that grows with their number alone.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use palisade_model::limits::Limits;
use palisade_model::need::Fit;
use palisade_report::roles::json::json;
use palisade_scan::pipeline::Request;
use palisade_scan::roles::roles_of_tree;
use palisade_scan::tree::memory::Memory;

const HEAD: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
  Shared:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
      Policies:
        - PolicyName: all
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["dynamodb:*", "s3:*"], Resource: "*"}
"#;
const CODE: &str = "import os
import boto3

table = boto3.resource('dynamodb').Table(os.environ['TABLE'])


def handler(event, context):
    return table.get_item(Key={'id': event['id']})
";
/// What one function takes of the report at most; two thirds are names of actions that are too many.
const BYTES_MAX: usize = 30_000;

/// A template of so many functions, each with a table of its own.
fn template(functions: usize) -> String {
    let mut text = HEAD.to_owned();
    for at in 0..functions {
        write!(
            text,
            "  Table{at}: {{Type: AWS::DynamoDB::Table}}
  Work{at}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Code: src
      Role: !GetAtt Shared.Arn
      Environment: {{Variables: {{TABLE: !Ref Table{at}}}}}
"
        )
        .unwrap();
    }
    text
}

#[test]
fn a_role_of_a_thousand_functions_is_told() {
    let count = 1_000;
    let template = template(count);
    let tree = Memory::of([("template.yaml", template.as_str()), ("src/app.py", CODE)]);
    let request = Request {
        as_of: "2026-01-01".to_owned(),
        jobs: 1,
        ..Request::default()
    };
    let (roles, sources) = roles_of_tree(&request, &tree, &Limits::default()).unwrap();
    assert_eq!(roles.functions.len(), count);
    for role in &roles.functions {
        assert_eq!(role.fit, Fit::Differs, "{}", role.function);
        let own = role.roles.first().unwrap();
        assert_eq!((own.shared_count, own.shared.len()), (count - 1, 20));
    }
    let (before, after) = roles.functions.first().unwrap().radius.as_ref().unwrap();
    assert_eq!((before.reached_count, after.reached_count), (count + 1, 1));
    assert_eq!(before.reached.len(), 100);
    assert!(json(&roles, &sources).len() < count * BYTES_MAX);
}
