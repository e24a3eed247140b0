//! Events that a service pushes: each becomes a wire and the permission that SAM generates for it.

use palisade_model::app::{EdgeKind, Kind, NodeId, OutsideKind};
use palisade_model::attribute::{AnySetting, Attribute};
use palisade_model::policy::Principal;
use palisade_model::reach::Filter;
use palisade_model::setting::{Answer, Basis, Given, Origin, Setting};
use palisade_model::text::{Part, Symbol, Text};

use crate::cloudformation::events as cloud;
use crate::cloudformation::store;
use crate::draft::{Draft, Permit, Wire};
use crate::look;
use crate::policy::{Made, source_test};
use crate::sam::event::Event;
use crate::sam::event::{Permitted, generated, permit};
use crate::sam::pull;

/// The wire of an event; SAM grants the permission, so it is settled.
pub fn wire(
    event: &Event<'_>,
    shape: &'static str,
    source: Option<NodeId>,
    filter: Filter,
) -> Wire {
    Wire {
        label: event.name.to_owned(),
        function: event.function,
        through: event.through.clone(),
        source,
        event: shape,
        route: None,
        filter,
        doors: Vec::new(),
        wired: Answer::Yes,
        permit: Permit::Settled(Answer::Yes),
        task: None,
        exists: event.exists.clone(),
        origin: event.origin(),
    }
}

/// Adds the permission of a service.
pub fn allow(
    event: &Event<'_>,
    principal: Text,
    source_arn: Option<Text>,
    tests: Vec<palisade_model::policy::ConditionTest>,
    draft: &mut Draft,
) {
    permit(
        &Permitted {
            function: event.function,
            through: event.through.clone(),
            label: event.name,
            action: "lambda:InvokeFunction",
            principal,
            source_arn,
            tests,
            exists: event.exists.clone(),
            cause: event.origin(),
        },
        draft,
    );
}

fn own_account() -> palisade_model::policy::ConditionTest {
    let account = Text::hole(Symbol::Pseudo("AWS::AccountId".to_owned()));
    source_test("StringEquals", "AWS:SourceAccount", account)
}

/// The resource that a property names, or a node outside.
fn source(event: &Event<'_>, path: &str, kind: Kind, draft: &mut Draft) -> Option<NodeId> {
    let text = look::first_text(event.properties, path)?;
    Some(match draft.resolve_one(&text, &[kind]) {
        Some(node) => node,
        None => draft.outside(OutsideKind::Arn, text, kind),
    })
}

/// Objects of a bucket.
pub fn s3(event: &Event<'_>, draft: &mut Draft) {
    let bucket = source(event, "Bucket", Kind::Bucket, draft);
    allow(
        event,
        Text::of("s3.amazonaws.com"),
        None,
        vec![own_account()],
        draft,
    );
    let filter = store::object_filter(event.properties);
    draft.wires.push(wire(event, "aws.s3", bucket, filter));
}

/// Messages of a topic, straight or through a queue.
pub fn sns(event: &Event<'_>, draft: &mut Draft) {
    let topic = source(event, "Topic", Kind::Topic, draft);
    let filter = store::message_filter(event.properties);
    if let Some(subscription) = look::first(event.properties, "SqsSubscription")
        && look::flag_of(subscription) != Some(false)
    {
        through_queue(event, topic, filter, subscription, draft);
        return;
    }
    let arn = look::first_text(event.properties, "Topic");
    allow(event, Text::of("sns.amazonaws.com"), arn, Vec::new(), draft);
    draft.wires.push(wire(event, "aws.sns", topic, filter));
}

fn through_queue(
    event: &Event<'_>,
    topic: Option<NodeId>,
    filter: Filter,
    subscription: &crate::value::Value,
    draft: &mut Draft,
) {
    let given = look::first_text(subscription, "QueueArn")
        .or_else(|| look::first_text(subscription, "QueueUrl"));
    let queue = match &given {
        Some(text) => match draft.resolve_one(text, &[Kind::Queue]) {
            Some(node) => Some(node),
            None => Some(draft.outside(OutsideKind::Arn, text.clone(), Kind::Queue)),
        },
        None => generated(
            event.at,
            &format!("Events.{}.Queue", event.name),
            Kind::Queue,
            "AWS::SQS::Queue",
            Origin::generated("sam.queue", event.span),
            draft,
        )
        .map(NodeId::Resource),
    };
    let Some(queue) = queue else {
        return;
    };
    if let NodeId::Resource(id) = queue {
        let key = draft.at_resource(id).key.clone();
        let arn = Text::hole(Symbol::Attr(key.stack, key.address, "Arn".to_owned()));
        let tests = look::first_text(event.properties, "Topic")
            .map(|topic| source_test("ArnEquals", "aws:SourceArn", topic))
            .into_iter()
            .collect();
        let statement = Made {
            maker: "sam.queue-policy",
            actions: &["sqs:SendMessage"],
            resources: vec![arn],
            principals: vec![Principal::Service(Text::of("sns.amazonaws.com"))],
            conditions: tests,
        }
        .statement(event.exists.clone(), &event.origin());
        draft.change_resource(id).policy.push(statement);
        if given.is_none() {
            // The shorthand sets nothing, so the platform's thirty seconds hold (SAM translator 1.115.0).
            let hidden = Setting {
                given: Given::Known(30.0, Basis::Platform),
                origin: Origin::generated("sam.queue", subscription.span()),
            };
            let settings = &mut draft.change_resource(id).settings;
            settings.set(Attribute::VisibilityTimeout, AnySetting::Number(hidden));
        }
    }
    if let Some(topic) = topic {
        let raw = look::is_true(event.properties, "RawMessageDelivery");
        let kind = EdgeKind::Delivers { filter, raw };
        draft.edge(topic, queue, kind, event.exists.clone(), event.origin());
    }
    pull::grants("SQS", event, draft);
    draft
        .wires
        .push(wire(event, "aws.sqs", Some(queue), Filter::default()));
}

/// Rules of a bus and schedules of the old kind.
pub fn rule(event: &Event<'_>, draft: &mut Draft) {
    let node = generated_rule(event, draft);
    let Some(node) = node else {
        return;
    };
    let shape = cloud::rule_kind(event.properties, node, draft);
    cloud::sources(
        event.properties,
        node,
        &event.exists,
        &event.origin(),
        draft,
    );
    let arn = arn_of(node, draft);
    allow(
        event,
        Text::of("events.amazonaws.com"),
        arn,
        Vec::new(),
        draft,
    );
    let mut wire = wire(
        event,
        shape,
        Some(node),
        cloud::rule_filter(event.properties, event.properties),
    );
    wire.wired = cloud::state(event.properties);
    draft.wires.push(wire);
}

fn generated_rule(event: &Event<'_>, draft: &mut Draft) -> Option<NodeId> {
    generated(
        event.at,
        &format!("Events.{}", event.name),
        Kind::EventRule,
        "AWS::Events::Rule",
        Origin::generated("sam.rule", event.span),
        draft,
    )
    .map(NodeId::Resource)
}

/// The ARN of a node, as a hole.
pub fn arn_of(node: NodeId, draft: &Draft) -> Option<Text> {
    match node {
        NodeId::Resource(id) => {
            let key = &draft.at_resource(id).key;
            Some(Text::hole(Symbol::Attr(
                key.stack,
                key.address.clone(),
                "Arn".to_owned(),
            )))
        }
        NodeId::Outside(id) => Some(draft.at_outside(id).text.clone()),
        _ => None,
    }
}

/// Schedules with a role of their own.
pub fn schedule(event: &Event<'_>, draft: &mut Draft) {
    let node = generated(
        event.at,
        &format!("Events.{}", event.name),
        Kind::Schedule,
        "AWS::Scheduler::Schedule",
        Origin::generated("sam.schedule", event.span),
        draft,
    )
    .map(NodeId::Resource);
    if look::first(event.properties, "RoleArn").is_none() {
        let address = &draft.at_function(event.function).key.address;
        let arn = Text::hole(Symbol::Attr(
            event.at.unit.stack,
            address.clone(),
            "Arn".to_owned(),
        ));
        starter_role(
            event.at,
            event.name,
            "scheduler.amazonaws.com",
            "lambda:InvokeFunction",
            arn,
            &event.exists,
            &event.origin(),
            draft,
        );
    }
    let filter = Filter {
        input: look::first_text(event.properties, "Input"),
        ..Filter::default()
    };
    let mut wire = wire(event, "aws.scheduler", node, filter);
    wire.wired = cloud::state(event.properties);
    draft.wires.push(wire);
}

/// The role `F#Events.X.role` with which a service starts something.
#[expect(
    clippy::too_many_arguments,
    reason = "one generated role with everything that makes it"
)]
pub fn starter_role(
    at: crate::reader::At<'_>,
    event: &str,
    service: &str,
    action: &str,
    target: Text,
    exists: &palisade_model::guard::Guard,
    cause: &Origin,
    draft: &mut Draft,
) {
    let trust = vec![crate::policy::service_trust(service, exists, cause)];
    let statement = Made {
        maker: "sam.starter-role",
        actions: &[action],
        resources: vec![target],
        principals: Vec::new(),
        conditions: Vec::new(),
    }
    .statement(exists.clone(), cause);
    draft.add_role(palisade_model::app::Role {
        key: palisade_model::app::Key {
            stack: at.unit.stack,
            address: format!("{}#Events.{event}.role", at.address()),
        },
        name: Setting::absent(cause.span),
        trust,
        grants: vec![palisade_model::policy::Grant::Statement(statement)],
        boundary: Setting::absent(cause.span),
        exists: exists.clone(),
        origin: Origin::generated("sam.starter-role", cause.span),
    });
}

/// Messages of devices.
pub fn device_rule(event: &Event<'_>, draft: &mut Draft) {
    let node = generated(
        event.at,
        &format!("Events.{}", event.name),
        Kind::Device,
        "AWS::IoT::TopicRule",
        Origin::generated("sam.device-rule", event.span),
        draft,
    )
    .map(NodeId::Resource);
    let arn = node.and_then(|node| match node {
        NodeId::Resource(id) => {
            let key = &draft.at_resource(id).key;
            let rule = Part::Hole(Symbol::Attr(
                key.stack,
                key.address.clone(),
                "Ref".to_owned(),
            ));
            let before = pull::own_arn("iot", "rule/");
            Some(Text::join(before.parts().iter().cloned().chain([rule])))
        }
        _ => None,
    });
    allow(
        event,
        Text::of("iot.amazonaws.com"),
        arn,
        vec![own_account()],
        draft,
    );
    let filter = Filter {
        events: look::first_text(event.properties, "Sql")
            .iter()
            .map(Text::words)
            .collect(),
        ..Filter::default()
    };
    draft.wires.push(wire(event, "aws.iot-rule", node, filter));
}

/// Speech of Alexa users.
pub fn alexa(event: &Event<'_>, draft: &mut Draft) {
    let tests = look::first_text(event.properties, "SkillId")
        .map(|skill| source_test("StringEquals", "lambda:EventSourceToken", skill))
        .into_iter()
        .collect();
    allow(
        event,
        Text::of("alexa-appkit.amazon.com"),
        None,
        tests,
        draft,
    );
    draft
        .wires
        .push(wire(event, "aws.alexa", None, Filter::default()));
}

/// Hooks of a user pool.
pub fn cognito(event: &Event<'_>, draft: &mut Draft) {
    let pool = source(event, "UserPool", Kind::UserPool, draft);
    let arn = pool.and_then(|node| arn_of(node, draft));
    allow(
        event,
        Text::of("cognito-idp.amazonaws.com"),
        arn,
        Vec::new(),
        draft,
    );
    for (guard, text, _) in look::texts(event.properties, "Trigger") {
        let name = text.words();
        let filter = Filter {
            events: vec![name.clone()],
            ..Filter::default()
        };
        let mut wire = wire(
            event,
            crate::cloudformation::pools::hook(&name),
            pool,
            filter,
        );
        wire.exists = event.exists.and(&guard);
        draft.wires.push(wire);
    }
}

/// Lines of a log.
pub fn logs(event: &Event<'_>, draft: &mut Draft) {
    let group = source(event, "LogGroupName", Kind::LogGroup, draft);
    let arn = look::first_text(event.properties, "LogGroupName").map(|name| {
        let before = pull::own_arn("logs", "log-group:");
        let after = [Part::Literal(":*".to_owned())];
        Text::join(
            before
                .parts()
                .iter()
                .chain(name.parts())
                .cloned()
                .chain(after),
        )
    });
    allow(
        event,
        Text::of("logs.amazonaws.com"),
        arn,
        Vec::new(),
        draft,
    );
    draft
        .wires
        .push(wire(event, "aws.logs", group, Filter::default()));
}
