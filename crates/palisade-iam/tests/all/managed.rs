//! What the managed policies of AWS allow.

use crate::build::*;
use crate::may::word;
use palisade_iam::may;
use palisade_model::app::*;

#[test]
fn managed_policies() {
    let mut build = Build::new();
    let bucket = build.bucket("Files");
    let pool = build.resource("Users", Kind::UserPool, "AWS::Cognito::UserPool");
    let full = build.managed(&["AmazonS3FullAccess", "AWSLambdaBasicExecutionRole"]);
    let path = build.managed(&[
        "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
    ]);
    let cognito = build.managed(&["AmazonCognitoPowerUser"]);
    let unknown = build.managed(&["arn:aws:iam::123456789012:policy/ours"]);
    let power = build.managed(&["PowerUserAccess"]);
    let ask = |f, action, node: Option<ResourceId>| {
        word(&may(
            &build.app,
            f,
            action,
            node.map(NodeId::Resource),
            None,
        ))
    };
    assert_eq!(ask(full, "s3:DeleteObject", Some(bucket)), "yes");
    assert_eq!(ask(full, "logs:PutLogEvents", None), "yes");
    assert_eq!(ask(full, "dynamodb:PutItem", None), "no");
    assert_eq!(ask(path, "sqs:ReceiveMessage", None), "yes");
    assert_eq!(ask(path, "sqs:SendMessage", None), "no");
    assert_eq!(
        ask(cognito, "cognito-idp:AdminDeleteUser", Some(pool)),
        "yes"
    );
    assert_eq!(
        ask(
            cognito,
            "cognito-identity-provider:AdminDeleteUser",
            Some(pool)
        ),
        "yes"
    );
    assert_eq!(ask(unknown, "s3:GetObject", Some(bucket)), "unknown");
    assert_eq!(ask(power, "s3:GetObject", Some(bucket)), "yes");
    assert_eq!(ask(power, "iam:CreateUser", None), "no");
}

#[test]
fn every_managed_policy_reads() {
    let mut count = 0;
    for name in palisade_iam::managed::names() {
        let document = palisade_iam::managed::document(name).expect(name);
        assert!(
            document.statements.iter().all(|s| !s.actions.is_empty()),
            "{name}"
        );
        count += 1;
    }
    // As many as the lock of the facts counted on 2026-09-30.
    assert!(count >= 1_583, "{count}");
    assert!(palisade_iam::managed::document("NoSuchPolicy").is_none());
}
