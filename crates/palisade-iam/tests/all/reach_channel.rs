//! Queues, topics, streams, tables, buses: their policies, and what flows along deliveries.

use crate::build::*;
use Level::{Inside, OtherAccount, Stranger};
use palisade_model::app::*;
use palisade_model::policy::*;
use palisade_model::reach::*;

#[test]
fn queue_policies() {
    let send = || allow(&["sqs:SendMessage"], &["${Q.Arn}"]);
    let rows = [
        (None, both(Inside)),
        (Some(send().by(Principal::Anyone)), both(Stranger)),
        (Some(send().by(aws("*"))), both(Stranger)),
        (
            Some(allow(&["SQS:*"], &["*"]).by(Principal::Anyone)),
            both(Stranger),
        ),
        (
            Some(allow(&["sqs:ReceiveMessage"], &["*"]).by(Principal::Anyone)),
            both(Inside),
        ),
        (
            Some(
                send()
                    .by(Principal::Anyone)
                    .when(test("ArnEquals", "aws:SourceArn", &["${T}"])),
            ),
            both(Inside),
        ),
        (
            Some(send().by(service("sns.amazonaws.com")).when(test(
                "ArnEquals",
                "aws:SourceArn",
                &["${T}"],
            ))),
            both(Inside),
        ),
        (
            Some(send().by(service("sns.amazonaws.com"))),
            both(OtherAccount),
        ),
        (
            Some(send().by(service("s3.amazonaws.com"))),
            both(OtherAccount),
        ),
        (
            Some(send().by(Principal::Anyone).when(test(
                "ArnLike",
                "aws:SourceArn",
                &["arn:aws:sns:*:*:*"],
            ))),
            both(Stranger),
        ),
        (Some(send().by(aws("123456789012"))), both(OtherAccount)),
        (Some(send().by(aws("${AWS::AccountId}"))), both(Inside)),
        (
            Some(send().by(Principal::Anyone).when(test(
                "StringEquals",
                "AWS:SourceOwner",
                &["${AWS::AccountId}"],
            ))),
            both(Inside),
        ),
    ];
    for (at, (statement, expected)) in rows.into_iter().enumerate() {
        let mut build = Build::new();
        let queue = build.queue("Q");
        build.topic("T");
        if let Some(statement) = statement {
            build.policy(queue, statement);
        }
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, "aws.sqs", Some(queue));
        assert_eq!(build.reach(trigger), expected, "row {at}");
        assert_eq!(build.writers(queue), expected, "row {at}");
    }
}

#[test]
fn signed_channels_never_serve_strangers_by_policy() {
    for (kind, type_name, action) in [
        (Kind::Bus, "AWS::Events::EventBus", "events:PutEvents"),
        (Kind::Stream, "AWS::Kinesis::Stream", "kinesis:PutRecord"),
        (Kind::Table, "AWS::DynamoDB::Table", "dynamodb:PutItem"),
    ] {
        let mut build = Build::new();
        let node = build.resource("N", kind, type_name);
        build.policy(node, allow(&[action], &["*"]).by(Principal::Anyone));
        assert_eq!(build.writers(node), both(OtherAccount), "{action}");
    }
}

#[test]
fn organizations_are_a_hedge() {
    let mut build = Build::new();
    let bus = build.resource("Bus", Kind::Bus, "AWS::Events::EventBus");
    build.policy(
        bus,
        allow(&["events:PutEvents"], &["*"])
            .by(Principal::Anyone)
            .when(test("StringEquals", "aws:PrincipalOrgID", &["o-1"])),
    );
    assert_eq!(build.writers(bus), both(OtherAccount));
    assert_eq!(
        build.app.resources[bus].writers.hedges,
        vec![Hedge::Organization]
    );
}

#[test]
fn mail_flows_through_topic_and_queue() {
    let mut build = Build::new();
    let mail = build.resource("Mail", Kind::MailRule, "AWS::SES::ReceiptRule");
    let topic = build.topic("Arrived");
    let queue = build.queue("Work");
    build.delivers(mail, topic).delivers(topic, queue);
    let function = build.granted(vec![]);
    let direct = build.trigger(function, "aws.sns", Some(topic));
    let queued = build.trigger(function, "aws.sqs", Some(queue));
    assert_eq!(build.reach(direct), both(Stranger));
    assert_eq!(build.reach(queued), both(Stranger));
    let words: Vec<&str> = build.app.triggers[queued]
        .reach
        .because
        .iter()
        .map(|(_, w)| w.as_str())
        .collect();
    assert_eq!(words[0], "anyone may send a mail to Mail");
    assert!(words.contains(&"Arrived sends what it gets to Work"));
}

#[test]
fn circles_settle() {
    let mut build = Build::new();
    let a = build.topic("A");
    let b = build.queue("B");
    let c = build.queue("C");
    build.delivers(a, b).delivers(b, c).delivers(c, a);
    assert_eq!(build.writers(c), both(Inside));
    build.policy(b, allow(&["sqs:SendMessage"], &["*"]).by(Principal::Anyone));
    for node in [a, b, c] {
        assert_eq!(build.writers(node), both(Stranger));
    }
}

#[test]
fn a_public_bucket_through_a_filtered_delivery() {
    for (prefix, expected) in [("in/", Stranger), ("out/", Inside)] {
        let mut build = Build::new();
        let bucket = build.open_bucket("Inbox");
        build.policy(
            bucket,
            allow(&["s3:PutObject"], &["${Inbox.Arn}/in/*"]).by(Principal::Anyone),
        );
        let queue = build.queue("Work");
        let filter = Filter {
            prefix: Some(text(prefix)),
            events: vec!["s3:ObjectCreated:*".to_owned()],
            ..Filter::default()
        };
        build.edge(
            NodeId::Resource(bucket),
            NodeId::Resource(queue),
            EdgeKind::Delivers { filter, raw: false },
        );
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, "aws.sqs", Some(queue));
        assert_eq!(build.reach(trigger), both(expected), "{prefix}");
    }
}

#[test]
fn object_events_through_the_bus() {
    let mut build = Build::new();
    let bucket = build.open_bucket("Inbox");
    build.named(bucket, "inbox");
    build.policy(
        bucket,
        allow(&["s3:PutObject"], &["${Inbox.Arn}/*"]).by(Principal::Anyone),
    );
    let rule = build.resource("Rule", Kind::EventRule, "AWS::Events::Rule");
    let function = build.granted(vec![]);
    let named = build.trigger(function, "aws.eventbridge", Some(rule));
    let path = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let values = &mut build.app.triggers[named].filter.values;
    values.push((path(&["source"]), path(&["aws.s3"])));
    let any = build.trigger(function, "aws.eventbridge", Some(rule));
    build.app.triggers[any].filter = build.app.triggers[named].filter.clone();
    let values = &mut build.app.triggers[named].filter.values;
    values.push((path(&["detail", "bucket", "name"]), path(&["inbox"])));
    let plain = build.trigger(function, "aws.eventbridge", Some(rule));
    assert_eq!(build.reach(named), both(Stranger));
    assert_eq!(build.reach(any), (Inside, Stranger));
    assert_eq!(build.reach(plain), both(Inside));
}

#[test]
fn a_rule_takes_the_level_of_its_bus() {
    let mut build = Build::new();
    let bus = build.resource("Bus", Kind::Bus, "AWS::Events::EventBus");
    let rule = build.resource("Rule", Kind::EventRule, "AWS::Events::Rule");
    build.policy(
        bus,
        allow(&["events:PutEvents"], &["*"]).by(aws("123456789012")),
    );
    build.edge(
        NodeId::Resource(bus),
        NodeId::Resource(rule),
        EdgeKind::Uses,
    );
    let function = build.granted(vec![]);
    let trigger = build.trigger(function, "aws.eventbridge", Some(rule));
    assert_eq!(build.reach(trigger), both(OtherAccount));
}

#[test]
fn guests_write_tables_queues_and_start_workflows() {
    for (kind, type_name, action, event) in [
        (
            Kind::Table,
            "AWS::DynamoDB::Table",
            "dynamodb:PutItem",
            "aws.dynamodb-stream",
        ),
        (Kind::Queue, "AWS::SQS::Queue", "sqs:SendMessage", "aws.sqs"),
        (Kind::Topic, "AWS::SNS::Topic", "sns:Publish", "aws.sns"),
        (
            Kind::Stream,
            "AWS::Kinesis::Stream",
            "kinesis:PutRecords",
            "aws.kinesis",
        ),
        (
            Kind::Workflow,
            "AWS::StepFunctions::StateMachine",
            "states:StartExecution",
            "aws.stepfunctions-task",
        ),
    ] {
        let mut build = Build::new();
        let node = build.resource("N", kind, type_name);
        let other = build.resource("Other", kind, type_name);
        let arn = if matches!(kind, Kind::Topic | Kind::Workflow) {
            "${N}"
        } else {
            "${N.Arn}"
        };
        let role = build.role("Guest", vec![Grant::Statement(allow(&[action], &[arn]))]);
        build.pool(role, true);
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, event, Some(node));
        assert_eq!(build.reach(trigger), both(Stranger), "{action}");
        assert_eq!(build.writers(other), both(Inside), "{action}");
    }
}
