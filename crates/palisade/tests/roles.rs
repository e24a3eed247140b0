//! What a user of `palisade roles` could notice: what is shown, what is written, and that a second run finds nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use std::path::PathBuf;

use kit::{err, out, palisade};

/// A fresh folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    kit::folder(&format!("roles-{name}"), files)
}

const PYTHON: &str = "import os
import boto3

table = boto3.resource('dynamodb').Table(os.environ['TABLE'])


def handler(event, context):
    table.put_item(Item={'id': event['id']})
";

const SAM: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Keep:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      # one table, whole
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Orders}
        - AWSXRayDaemonWriteAccess
      Environment: {Variables: {TABLE: !Ref Orders}}
  Orders: {Type: AWS::Serverless::SimpleTable}
";

const CLOUDFORMATION: &str = "Resources:
  Keep:
    Type: AWS::Lambda::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      Code: .
      Role: !GetAtt KeepRole.Arn
      Environment: {Variables: {TABLE: !Ref Orders}}
  KeepRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              # writes its log
              - Effect: Allow
                Action: [logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents]
                Resource: arn:aws:logs:*:*:*
              - Effect: Allow
                Action: dynamodb:*
                Resource: '*'
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      BillingMode: PAY_PER_REQUEST
";

const SERVICE: &str = "service: shop
provider:
  name: aws
  runtime: python3.13
  environment: {TABLE: !Ref Orders}
  iam:
    role:
      statements:
        - Effect: Allow
          Action: dynamodb:*
          Resource: '*'
functions:
  keep:
    handler: app.handler
resources:
  Resources:
    Orders:
      Type: AWS::DynamoDB::Table
      Properties:
        KeySchema: [{AttributeName: id, KeyType: HASH}]
        AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
        BillingMode: PAY_PER_REQUEST
";

const JSON: &str = r#"{
  "Transform": "AWS::Serverless-2016-10-31",
  "Resources": {
    "Keep": {
      "Type": "AWS::Serverless::Function",
      "Properties": {
        "Handler": "app.handler",
        "Runtime": "python3.13",
        "Policies": ["AmazonDynamoDBFullAccess"],
        "Environment": {"Variables": {"TABLE": {"Ref": "Orders"}}}
      }
    },
    "Orders": {"Type": "AWS::Serverless::SimpleTable"}
  }
}
"#;

/// Fixes a folder; the template afterwards. Nothing is left for a second run.
fn fixed(name: &str, template: &str, text: &str) -> String {
    let folder = folder(name, &[(template, text), ("app.py", PYTHON)]);
    let path = folder.to_str().unwrap();
    let first = palisade(&["roles", path]);
    assert_eq!(first.status.code(), Some(1), "{name}: {}", out(&first));
    let shown = palisade(&["roles", "--fix", path]);
    assert_eq!(shown.status.code(), Some(1), "{name}");
    let same = std::fs::read_to_string(folder.join(template)).unwrap();
    assert_eq!(same, text, "{name}: nothing is written without a yes");
    let written = palisade(&["roles", "--fix", "--yes", path]);
    assert_eq!(written.status.code(), Some(0), "{name}: {}", out(&written));
    let after = std::fs::read_to_string(folder.join(template)).unwrap();
    assert_ne!(after, text, "{name}");
    let again = palisade(&["roles", "--fix", "--yes", path]);
    assert_eq!(out(&again), "nothing to change\n", "{name}");
    assert_eq!(again.status.code(), Some(0), "{name}");
    let fits = palisade(&["roles", path]);
    assert_eq!(out(&fits), "1 function has a role that fits\n", "{name}");
    assert_eq!(fits.status.code(), Some(0), "{name}");
    after
}

#[test]
fn sam_gets_the_least_role_and_keeps_the_rest() {
    let after = fixed("sam", "template.yaml", SAM);
    assert!(after.contains("dynamodb:PutItem"), "{after}");
    assert!(after.contains("!GetAtt Orders.Arn"), "{after}");
    assert!(after.contains("AWSXRayDaemonWriteAccess"), "{after}");
    assert!(after.contains("# one table, whole"), "{after}");
    assert!(!after.contains("Crud"), "{after}");
}

#[test]
fn cloudformation_keeps_statements_of_logs() {
    let after = fixed("cloudformation", "template.yaml", CLOUDFORMATION);
    assert!(after.contains("# writes its log"), "{after}");
    assert!(after.contains("arn:aws:logs:*:*:*"), "{after}");
    assert!(!after.contains("dynamodb:*"), "{after}");
}

#[test]
fn services_get_the_least_role() {
    let after = fixed("service", "serverless.yml", SERVICE);
    assert!(after.contains("dynamodb:PutItem"), "{after}");
}

#[test]
fn templates_in_json_stay_json() {
    let after = fixed("json", "template.json", JSON);
    assert!(after.contains("\"dynamodb:PutItem\""), "{after}");
    assert!(!after.contains("FullAccess"), "{after}");
}

#[test]
fn a_function_whose_code_is_not_known_keeps_its_role() {
    let code = "import os, boto3\n\n\ndef handler(event, context):\n    eval(event['code'])\n";
    let folder = folder("eval", &[("template.yaml", SAM), ("app.py", code)]);
    let path = folder.to_str().unwrap();
    let output = palisade(&["roles", "--fix", "--yes", path]);
    assert!(
        out(&output).contains("Keep keeps its role: more may be needed than is known"),
        "{}",
        out(&output)
    );
    let after = std::fs::read_to_string(folder.join("template.yaml")).unwrap();
    assert_eq!(after, SAM);
    assert!(out(&palisade(&["roles", path])).contains("1 function is incomplete"));
}

#[test]
fn each_action_is_explained_by_the_line_that_needs_it() {
    let folder = folder("explain", &[("template.yaml", SAM), ("app.py", PYTHON)]);
    let path = folder.to_str().unwrap();
    let output = palisade(&["roles", "--explain", "Keep", path]);
    assert_eq!(output.status.code(), Some(0));
    let text = out(&output);
    assert!(text.contains("needed by app.py:8"), "{text}");
    assert!(text.contains("no line needs it"), "{text}");
    let json = out(&palisade(&[
        "roles",
        "--explain",
        "Keep",
        "--format",
        "json",
        path,
    ]));
    assert!(json.contains("\"palisade-roles-explain/1\""), "{json}");
    let wrong = palisade(&["roles", "--explain", "Keap", path]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(
        err(&wrong),
        "error: `Keap` is no function here\n  help: the nearest are `Keep`\n"
    );
}

#[test]
fn every_format_prints_a_whole_document() {
    let folder = folder("formats", &[("template.yaml", SAM), ("app.py", PYTHON)]);
    let path = folder.to_str().unwrap();
    for (format, begins) in [
        ("json", "{\n  \"schema\": \"palisade-roles/1\""),
        ("markdown", "<!-- palisade-roles -->\n"),
        (
            "policy",
            "# Keep (template.yaml)\nVersion: \"2012-10-17\"\n",
        ),
        ("sarif", "{\n  \"$schema\""),
        ("text", "Keep   KeepRole"),
    ] {
        let output = palisade(&["roles", "--format", format, path]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        let text = out(&output);
        assert!(text.starts_with(begins), "{format}: {text}");
        assert!(text.ends_with('\n'), "{format}");
    }
    let wrong = palisade(&["roles", "--format", "xml", path]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// SAM with these policies of one function.
fn with_policies(policies: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Keep:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      Policies:
{policies}
      Environment: {{Variables: {{TABLE: !Ref Orders}}}}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      BillingMode: PAY_PER_REQUEST
"
    )
}

#[test]
fn conditions_stay_as_without_them_more_would_be_allowed() {
    let policies = "        - Statement:
            - Effect: Allow
              Action: dynamodb:*
              Resource: !GetAtt Orders.Arn
              Condition:
                ForAllValues:StringEquals:
                  dynamodb:LeadingKeys: [acme]";
    let after = fixed("conditions", "template.yaml", &with_policies(policies));
    assert!(after.contains("dynamodb:LeadingKeys: [acme]"), "{after}");
    assert!(!after.contains("dynamodb:*"), "{after}");
}

#[test]
fn a_resource_that_is_named_right_keeps_its_spelling() {
    let name = "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders";
    let policies = format!(
        "        - Statement:
            - Effect: Allow
              Action: [dynamodb:PutItem, dynamodb:DeleteTable]
              Resource: !Sub {name}"
    );
    let after = fixed("spelling", "template.yaml", &with_policies(&policies));
    assert!(
        after.contains(&format!("Resource: !Sub {name}\n")),
        "{after}"
    );
    assert!(!after.contains("DeleteTable"), "{after}");
}

#[test]
fn a_table_that_the_event_names_is_not_widened() {
    let code = "import boto3


def handler(event, context):
    boto3.resource('dynamodb').Table(event['table']).put_item(Item={'id': '1'})
";
    let policies = "        - Statement:
            - Effect: Allow
              Action: dynamodb:*
              Resource: !GetAtt Orders.Arn";
    let template = with_policies(policies);
    let folder = folder("event", &[("template.yaml", &template), ("app.py", code)]);
    let path = folder.to_str().unwrap();
    let output = palisade(&["roles", "--fix", "--yes", path]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let after = std::fs::read_to_string(folder.join("template.yaml")).unwrap();
    assert!(after.contains("Resource: !GetAtt Orders.Arn\n"), "{after}");
    assert!(after.contains("dynamodb:PutItem"), "{after}");
    assert!(!after.contains("dynamodb:*"), "{after}");
}

#[test]
fn a_role_that_two_functions_share_is_split() {
    let template = CLOUDFORMATION.replace(
        "  KeepRole:\n",
        "  Read:
    Type: AWS::Lambda::Function
    Properties:
      Handler: read.handler
      Runtime: python3.13
      Code: .
      Role: !GetAtt KeepRole.Arn
      Environment: {Variables: {TABLE: !Ref Orders}}
  KeepRole:\n",
    );
    let read = PYTHON.replace("put_item(Item=", "get_item(Key=");
    let files = [
        ("template.yaml", template.as_str()),
        ("app.py", PYTHON),
        ("read.py", read.as_str()),
    ];
    let folder = folder("shared", &files);
    let path = folder.to_str().unwrap();
    let output = palisade(&["roles", "--fix", "--yes", path]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert_eq!(
        out(&palisade(&["roles", "--fix", path])),
        "nothing to change\n"
    );
    assert_eq!(
        out(&palisade(&["roles", path])),
        "2 functions have a role that fits\n"
    );
}

#[test]
fn a_word_behind_fix_that_is_no_file_names_a_function() {
    let folder = folder("named", &[("template.yaml", SAM), ("app.py", PYTHON)]);
    let path = folder.to_str().unwrap();
    let output = palisade(&["roles", "--fix", "Keap", path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("`Keap` is no function here"));
    let output = palisade(&["roles", "--fix", "Keep", "--yes", path]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
}
