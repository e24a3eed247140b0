//! Which findings repair themselves, and which are left to their reader: what is not surely safe stays as it is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use palisade_model::limits::Limits;
use palisade_scan::pipeline::{Request, fix_tree};
use palisade_scan::tree::memory::Memory;

/// The lines that change in a template, for the findings of a rule.
fn changed(rule: &str, template: &str) -> Vec<String> {
    changed_in(rule, &[("template.yaml", template)])
}

fn changed_in(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
    let request = Request {
        only: vec![rule.to_owned()],
        as_of: "2026-01-01".to_owned(),
        jobs: 1,
        ..Request::default()
    };
    let tree = Memory::of(files);
    let (scan, fix) = fix_tree(&request, &tree, &Limits::default(), &|_| true).unwrap();
    assert!(!scan.outcome.findings.is_empty(), "nothing is found");
    assert_eq!(fix.refused, []);
    let diff = fix.plan.diff();
    let lines = diff.lines().filter(|line| {
        line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
    });
    lines.map(str::to_owned).collect()
}

const OFF: &str = "      PublicAccessBlockConfiguration:
        BlockPublicAcls: false
        BlockPublicPolicy: false
        IgnorePublicAcls: false
        RestrictPublicBuckets: false
";

fn bucket(more: &str) -> String {
    format!("Resources:\n  Inbox:\n    Type: AWS::S3::Bucket\n    Properties:\n{OFF}{more}")
}

#[test]
fn a_bucket_is_closed_where_nothing_opens_it() {
    let lines = changed("sas03-access-block-off", &bucket(""));
    assert_eq!(lines.len(), 8, "{lines:?}");
    let policy = "  Open:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Inbox
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: !Sub '${Inbox.Arn}/*',
             Condition: {StringEquals: {'aws:SourceVpce': vpce-1}}}
";
    for open in [
        "      WebsiteConfiguration: {IndexDocument: index.html}\n",
        "      AccessControl: PublicRead\n",
        "      OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}\n",
        policy,
    ] {
        let lines = changed("sas03-access-block-off", &bucket(open));
        assert!(lines.is_empty(), "{open}{lines:?}");
    }
}

#[test]
fn a_bucket_stays_where_code_writes_objects_for_all() {
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\n{}  Put:
    Type: AWS::Serverless::Function
    Properties: {{Handler: app.handler, Runtime: python3.13, Events: {{In: {{Type: S3, Properties: {{Bucket: !Ref Inbox, Events: 's3:ObjectCreated:*'}}}}}}}}
",
        bucket("")
    );
    let lines = |call: &str| {
        let code = format!(
            "import boto3\ns3 = boto3.client('s3')\n\ndef handler(event, context):\n    s3.{call}\n"
        );
        let files = [("template.yaml", template.as_str()), ("app.py", &code)];
        changed_in("sas03-access-block-off", &files)
    };
    assert!(lines("put_object(Bucket='b', Key='k', Body=b'', ACL='public-read')").is_empty());
    assert!(lines("put_bucket_policy(Bucket='b', Policy=event['policy'])").is_empty());
    assert_eq!(lines("put_object(Bucket='b', Key='k', Body=b'')").len(), 8);
}

#[test]
fn a_value_is_written_where_it_stands_and_a_condition_is_left_alone() {
    let key = |value: &str| {
        format!(
            "Parameters:\n  Renew: {{Type: String, Default: 'false', AllowedValues: ['true', 'false']}}\n  \
             Fixed: {{Type: String, Default: 'false', AllowedValues: ['false']}}\n\
             Conditions: {{Live: !Equals [!Ref AWS::Region, eu-west-1]}}\n\
             Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Properties: {{EnableKeyRotation: {value}}}\n"
        )
    };
    let rule = "sas03-key-rotation";
    assert_eq!(
        changed(rule, &key("no")),
        [
            "-    Properties: {EnableKeyRotation: no}",
            "+    Properties: {EnableKeyRotation: true}"
        ]
    );
    let lines = changed(rule, &key("!Ref Renew"));
    assert!(lines[1].contains("Default: \"true\""), "{lines:?}");
    let lines = changed(rule, &key("!Ref Fixed"));
    assert!(lines[1].ends_with("{EnableKeyRotation: true}"), "{lines:?}");
    assert!(changed(rule, &key("!If [Live, true, false]")).is_empty());
    let none = "Resources:\n  Key: {Type: AWS::KMS::Key}\n";
    assert_eq!(
        changed(rule, none)[1],
        "+  Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true}}"
    );
}

#[test]
fn tags_of_images_may_move_on() {
    let images = "Resources:
  Images:
    Type: AWS::ECR::Repository
    Properties: {ImageTagMutability: MUTABLE, ImageScanningConfiguration: {ScanOnPush: false}}
";
    assert!(changed("sas03-mutable-image", images).is_empty());
}

#[test]
fn words_and_lists_are_written_as_the_platform_knows_them() {
    let graph = "Resources:
  Graph:
    Type: AWS::AppSync::GraphQLApi
    Properties:
      LogConfig: {FieldLogLevel: ALL}
";
    assert_eq!(
        changed("sas05-data-trace", graph)[1],
        "+      LogConfig: {FieldLogLevel: ERROR}"
    );
    let stage = "Resources:
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: abc
      MethodSettings:
        - HttpMethod: '*'
          DataTraceEnabled: true # for a while
";
    assert_eq!(
        changed("sas05-data-trace", stage)[1],
        "+          DataTraceEnabled: false # for a while"
    );
}

#[test]
fn tracing_needs_its_right() {
    let template = |role: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs:
    Type: AWS::SQS::Queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
{role}      Events:
        Job: {{Type: SQS, Properties: {{Queue: !GetAtt Jobs.Arn}}}}
"
        )
    };
    let rule = "sas05-tracing-off";
    let own =
        template("      Policies: [{SQSPollerPolicy: {QueueName: !GetAtt Jobs.QueueName}}]\n");
    assert_eq!(changed(rule, &own), ["+      Tracing: Active"]);
    assert!(changed(rule, &template("      Role: !GetAtt Role.Arn\n")).is_empty());
    let bounded = template("      PermissionsBoundary: arn:aws:iam::111122223333:policy/edge\n");
    assert!(changed(rule, &bounded).is_empty());
    let off = template("      Tracing: PassThrough\n");
    assert_eq!(changed(rule, &off)[1], "+      Tracing: Active");
}

#[test]
fn a_role_is_given_nothing_on_a_guess() {
    let template = |action: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      Policies:
        - Statement:
            - {{Effect: Allow, Action: sqs:SendMessage, Resource: 'arn:aws:sqs:*:*:jobs'}}
            - {{Effect: Allow, Action: {action}, Resource: '*'}}
"
        )
    };
    let code = "import boto3
def handler(event, context):
    boto3.client('stepfunctions').start_execution(stateMachineArn=event['machine'])
";
    let (none, some) = (
        template("states:RedriveExecution"),
        template("states:StartExecution"),
    );
    let files = |template| [("template.yaml", template), ("app.py", code)];
    assert!(changed_in("sas04-excess", &files(none.as_str())).is_empty());
    assert!(!changed_in("sas04-excess", &files(some.as_str())).is_empty());
}

#[test]
fn a_role_of_which_too_little_is_known_stays() {
    let template = "Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      Policies: [{Statement: [{Effect: Allow, Action: 'dynamodb:*', Resource: '*'}]}]
";
    let known = "import boto3
def handler(event, context):
    boto3.resource('dynamodb').Table('orders').put_item(Item={})
";
    let files = |code| [("template.yaml", template), ("app.py", code)];
    assert!(!changed_in("sas04-wildcard", &files(known)).is_empty());
    let open = "import boto3
def handler(event, context):
    exec(event['code'])
    boto3.resource('dynamodb').Table('orders').put_item(Item={})
";
    assert!(changed_in("sas04-wildcard", &files(open)).is_empty());
}
