//! Permissions, schedules, mail, devices, hooks of user pools, workflows, and the rest of the table.

use crate::build::*;
use Level::{Inside, None as Nobody, OtherAccount, Schedule, SignedIn, Stranger};
use palisade_model::app::*;
use palisade_model::attribute::Attribute;
use palisade_model::policy::*;
use palisade_model::reach::*;
use palisade_model::setting::*;

#[test]
fn fixed_levels() {
    for (event, expected) in [
        ("aws.scheduler", both(Schedule)),
        ("aws.schedule", both(Schedule)),
        ("aws.ses", both(Stranger)),
        ("aws.custom-resource", both(Inside)),
        ("aws.codecommit", both(Inside)),
        ("aws.config", both(Inside)),
        ("aws.logs", both(Inside)),
        ("aws.alexa-skill", both(Stranger)),
        ("aws.lex", both(Stranger)),
        ("aws.connect", both(Stranger)),
        ("aws.cloudfront-edge", both(Stranger)),
        ("aws.apigateway-authorizer-token", both(Stranger)),
        ("aws.iot-rule", both(Stranger)),
        ("aws.direct", both(Nobody)),
        ("aws.stepfunctions-task", both(Inside)),
        ("aws.sqs", both(Inside)),
        ("aws.unknown", (Nobody, Stranger)),
        ("something.else", (Nobody, Stranger)),
    ] {
        let mut build = Build::new();
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, event, None);
        assert_eq!(build.reach(trigger), expected, "{event}");
    }
}

/// Case 20: a permission for a service that names no source.
#[test]
fn permissions_without_a_source() {
    let start =
        || allow(&["lambda:InvokeFunction"], &["${F0}:live"]).by(service("s3.amazonaws.com"));
    for (statement, expected) in [
        (start(), OtherAccount),
        (
            start().when(test("ArnLike", "AWS:SourceArn", &["${B.Arn}"])),
            Inside,
        ),
        (
            start().when(test(
                "StringEquals",
                "AWS:SourceAccount",
                &["${AWS::AccountId}"],
            )),
            Inside,
        ),
        (
            start().when(test("StringEquals", "AWS:SourceAccount", &["*"])),
            OtherAccount,
        ),
        (
            start().when(test("ArnLike", "AWS:SourceArn", &["arn:aws:s3:::*"])),
            OtherAccount,
        ),
    ] {
        let mut build = Build::new();
        let bucket = build.bucket("B");
        let function = build.granted(vec![]);
        build.permit(function, statement);
        let trigger = build.trigger(function, "aws.s3", Some(bucket));
        build.app.triggers[trigger].through = Some("live".to_owned());
        assert_eq!(build.reach(trigger), both(expected));
    }
    // Nothing of the tree is wired to it, and yet others may.
    let mut build = Build::new();
    let function = build.granted(vec![]);
    build.permit(function, start());
    let trigger = build.trigger(function, "aws.s3", None);
    build.app.triggers[trigger].wired = Answer::No;
    assert_eq!(build.reach(trigger), both(OtherAccount));
}

#[test]
fn generated_permissions_are_trusted() {
    let mut build = Build::new();
    let bucket = build.bucket("B");
    let function = build.granted(vec![]);
    let mut statement =
        allow(&["lambda:InvokeFunction"], &["${F0}"]).by(service("s3.amazonaws.com"));
    statement.origin = Origin::generated("sam.event", span(7));
    build.permit(function, statement);
    let trigger = build.trigger(function, "aws.s3", Some(bucket));
    assert_eq!(build.reach(trigger), both(Inside));
}

#[test]
fn direct_invocation() {
    let start = || allow(&["lambda:InvokeFunction"], &["${F0.Arn}"]);
    for (statement, expected) in [
        (start().by(Principal::Anyone), Some(OtherAccount)),
        (start().by(aws("123456789012")), Some(OtherAccount)),
        (start().by(aws("${AWS::AccountId}")), None),
        (start().by(service("s3.amazonaws.com")), None),
        (
            start().by(Principal::Anyone).when(test(
                "StringEquals",
                "aws:PrincipalOrgID",
                &["o-1"],
            )),
            Some(OtherAccount),
        ),
    ] {
        let mut build = Build::new();
        let function = build.granted(vec![]);
        build.permit(function, statement);
        build.fill();
        let made: Vec<&Trigger> = build.app.triggers.iter().collect();
        assert_eq!(made.first().map(|t| t.reach.surely), expected);
        assert!(
            made.iter()
                .all(|t| t.event == "aws.direct" && t.key.address == "F0#direct")
        );
        // Filling again adds no second one.
        let count = build.app.triggers.len();
        build.fill();
        assert_eq!(build.app.triggers.len(), count);
    }
}

#[test]
fn guests_invoke_directly() {
    let mut build = Build::new();
    let function = build.granted(vec![]);
    build.granted(vec![]);
    let role = build.role(
        "Guest",
        vec![Grant::Statement(allow(
            &["lambda:InvokeFunction"],
            &["${F0.Arn}"],
        ))],
    );
    build.pool(role, true);
    build.fill();
    let made: Vec<(FunctionId, Level)> = build
        .app
        .triggers
        .iter()
        .map(|t| (t.function, t.reach.surely))
        .collect();
    assert_eq!(made, vec![(function, Stranger)]);
}

#[test]
fn devices() {
    let policy = |on: &str| allow(&["iot:Connect", "iot:Publish"], &[on]);
    for (statement, expected) in [
        (None, Stranger),
        (Some(policy("*")), Stranger),
        (
            Some(policy(
                "arn:aws:iot:*:*:topic/${iot:Connection.Thing.ThingName}/x",
            )),
            SignedIn,
        ),
    ] {
        let mut build = Build::new();
        let rule = build.resource("Rule", Kind::Device, "AWS::IoT::TopicRule");
        if let Some(statement) = statement {
            let node = build.resource("Things", Kind::Device, "AWS::IoT::Policy");
            build.policy(node, statement);
        }
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, "aws.iot-rule", Some(rule));
        assert_eq!(build.reach(trigger), both(expected));
    }
}

#[test]
fn hooks_of_user_pools() {
    for (event, admin_only, expected) in [
        ("aws.cognito-pre-sign-up", false, both(Stranger)),
        ("aws.cognito-pre-sign-up", true, both(Inside)),
        ("aws.cognito-custom-message", false, both(Stranger)),
        ("aws.cognito-custom-sender", true, both(Inside)),
        ("aws.cognito-post-confirmation", true, both(Inside)),
        ("aws.cognito-pre-authentication", true, both(Stranger)),
        ("aws.cognito-user-migration", true, both(Stranger)),
        ("aws.cognito-define-auth-challenge", true, both(Stranger)),
        ("aws.cognito-verify-auth-challenge", true, both(Stranger)),
        ("aws.cognito-post-authentication", false, both(SignedIn)),
        ("aws.cognito-pre-token-generation", true, both(SignedIn)),
    ] {
        let mut build = Build::new();
        let pool = build.resource("Users", Kind::UserPool, "AWS::Cognito::UserPool");
        build.flag(pool, Attribute::AdminCreateOnly, admin_only);
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, event, Some(pool));
        assert_eq!(build.reach(trigger), expected, "{event} {admin_only}");
    }
    // Federated sign-in signs up whoever has an account there.
    let mut build = Build::new();
    let pool = build.resource("Users", Kind::UserPool, "AWS::Cognito::UserPool");
    build.flag(pool, Attribute::AdminCreateOnly, true);
    build.resource(
        "Google",
        Kind::Other,
        "AWS::Cognito::UserPoolIdentityProvider",
    );
    let function = build.granted(vec![]);
    let trigger = build.trigger(function, "aws.cognito-pre-sign-up", Some(pool));
    assert_eq!(build.reach(trigger), both(Stranger));
}

#[test]
fn a_task_has_the_level_of_whoever_starts_the_execution() {
    let mut build = Build::new();
    let workflow = build.resource("Flow", Kind::Workflow, "AWS::StepFunctions::StateMachine");
    let function = build.granted(vec![]);
    let trigger = build.trigger(function, "aws.stepfunctions-task", Some(workflow));
    build.app.triggers[trigger].task = Some(0);
    assert_eq!(build.reach(trigger), both(Inside));
    let mail = build.resource("Mail", Kind::MailRule, "AWS::SES::ReceiptRule");
    build.delivers(mail, workflow);
    assert_eq!(build.reach(trigger), both(Stranger));
}

#[test]
fn both_halves_are_needed() {
    let mut build = Build::new();
    let api = build.api("Api");
    let function = build.granted(vec![]);
    let trigger = build.route(function, api, "GET /", Auth::None);
    build.app.triggers[trigger].permitted = Answer::No;
    assert_eq!(build.reach(trigger), (Nobody, Stranger));
    build.app.triggers[trigger].permitted = Answer::Yes;
    build.app.triggers[trigger].wired = Answer::No;
    assert_eq!(build.reach(trigger), both(Nobody));
    build.app.triggers[trigger].wired = Answer::Unknown(Reason::NotInTree);
    assert_eq!(build.reach(trigger), (Nobody, Stranger));
}

#[test]
fn brokers() {
    for (public, expected) in [(true, (Inside, Stranger)), (false, both(Inside))] {
        let mut build = Build::new();
        let broker = build.resource("Broker", Kind::Broker, "AWS::AmazonMQ::Broker");
        build.flag(broker, Attribute::PubliclyAccessible, public);
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, "aws.mq", Some(broker));
        assert_eq!(build.reach(trigger), expected);
    }
}

#[test]
fn a_rotated_secret_is_inside() {
    let mut build = Build::new();
    let secret = build.resource("Secret", Kind::Secret, "AWS::SecretsManager::Secret");
    let function = build.granted(vec![]);
    let trigger = build.trigger(function, "aws.unknown", Some(secret));
    assert_eq!(build.reach(trigger), both(Inside));
}
