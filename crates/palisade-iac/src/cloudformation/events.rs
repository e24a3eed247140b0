//! Rules, buses, pipes, schedules and the smaller services that start functions.

use palisade_model::app::{EdgeKind, Kind, NodeId, OutsideKind};
use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::reach::Filter;
use palisade_model::setting::{Answer, Origin, Reason};
use palisade_model::text::Text;

use crate::cloudformation::filter;
use crate::cloudformation::mapping;
use crate::cloudformation::target::{CHANNELS, Delivery, deliver};
use crate::draft::{Draft, Permit};
use crate::look;
use crate::policy;
use crate::reader::At;
use crate::value::Value;

/// Ties an `AWS::Events::Rule`.
pub fn rule(at: At<'_>, draft: &mut Draft) {
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    let properties = at.properties();
    let event = rule_kind(properties, node, draft);
    sources(properties, node, &at.raw.exists, &at.raw.origin(), draft);
    for (guard, target) in look::each_at(properties, "Targets") {
        for (inner, text, _) in look::texts(target, "Arn") {
            let mut delivery = Delivery::new(
                Some(node),
                at.raw.id.clone(),
                event,
                Permit::Service("events.amazonaws.com"),
                at.raw.exists.and(&guard).and(&inner),
                target.origin.clone(),
            );
            delivery.filter = rule_filter(properties, target);
            delivery.wired = state(properties);
            deliver(&text, &delivery, draft);
        }
    }
}

/// Whether a rule or schedule is switched on.
pub fn state(properties: &Value) -> Answer {
    let disabled = look::word(properties, "State") == Some("DISABLED")
        || look::word(properties, "Enabled") == Some("false");
    Answer::from(!disabled)
}

/// A rule with a schedule and no pattern is a schedule.
pub fn rule_kind(properties: &Value, node: NodeId, draft: &mut Draft) -> &'static str {
    let has = |key: &str| look::first(properties, key).is_some();
    if (has("ScheduleExpression") || has("Schedule")) && !has("EventPattern") && !has("Pattern") {
        if let NodeId::Resource(id) = node {
            draft.change_resource(id).kind = Kind::Schedule;
        }
        return "aws.scheduler";
    }
    "aws.eventbridge"
}

/// What a rule lets through, and what it sends instead of the event.
pub fn rule_filter(properties: &Value, target: &Value) -> Filter {
    let mut found = Filter::default();
    for key in ["EventPattern", "Pattern"] {
        for (_, pattern) in look::at(properties, key) {
            filter::read(pattern, &mut found);
        }
    }
    found.input = look::first_text(target, "Input").or_else(|| {
        look::first_text(target, "InputTransformer.InputTemplate")
            .or_else(|| look::first_text(target, "InputPath"))
    });
    found
}

/// The bus a rule listens on, and the stores of this App whose events it names.
pub fn sources(
    properties: &Value,
    node: NodeId,
    exists: &Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    for (guard, text, _) in look::texts(properties, "EventBusName") {
        let bus = match draft.resolve_one(&text, &[Kind::Bus]) {
            Some(bus) => bus,
            None if text.literal() == Some("default") => continue,
            None => draft.outside(OutsideKind::Arn, text, Kind::Bus),
        };
        draft.edge(
            bus,
            node,
            EdgeKind::Uses,
            exists.and(&guard),
            origin.clone(),
        );
    }
    for key in ["EventPattern", "Pattern"] {
        for path in ["detail.bucket.name", "detail.requestParameters.bucketName"] {
            let full = format!("{key}.{path}");
            for (guard, text, _) in look::texts(properties, &full) {
                if let Some(bucket) = draft.resolve_one(&text, &[Kind::Bucket]) {
                    let kind = EdgeKind::Delivers {
                        filter: Filter::default(),
                        raw: false,
                    };
                    draft.edge(bucket, node, kind, exists.and(&guard), origin.clone());
                }
            }
        }
    }
}

/// The policy of a bus.
pub fn bus(at: At<'_>, draft: &mut Draft) {
    let Some(id) = draft.resource(at.unit.stack, &at.address()) else {
        return;
    };
    for (guard, document) in look::at(at.properties(), "Policy") {
        let exists = at.raw.exists.and(&guard);
        let read = policy::document(document, &exists, &mut draft.app.problems);
        draft.change_resource(id).policy.extend(read.statements);
    }
}

/// `AWS::Events::EventBusPolicy`: a statement, or an account with an action.
pub fn bus_policy(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let Some(name) = look::first_text(properties, "EventBusName") else {
        return;
    };
    let Some(NodeId::Resource(id)) = draft.resolve_one(&name, &[Kind::Bus]) else {
        return;
    };
    for (guard, document) in look::at(properties, "Statement") {
        let exists = at.raw.exists.and(&guard);
        let read = policy::document(document, &exists, &mut draft.app.problems);
        draft.change_resource(id).policy.extend(read.statements);
    }
    if let Some(principal) = look::first_text(properties, "Principal") {
        let principal = if principal.literal() == Some("*") {
            palisade_model::policy::Principal::Anyone
        } else {
            palisade_model::policy::Principal::Aws(principal)
        };
        let mut statement = policy::Made {
            maker: "cloudformation.bus-policy",
            actions: &["events:PutEvents"],
            resources: vec![name],
            principals: vec![principal],
            conditions: Vec::new(),
        }
        .statement(at.raw.exists.clone(), &at.raw.origin());
        statement.origin = at.raw.origin();
        draft.change_resource(id).policy.push(statement);
    }
}

/// Ties a pipe: its source, the function that enriches, and its target.
pub fn pipe(at: At<'_>, draft: &mut Draft) {
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    let properties = at.properties();
    let origin = at.raw.origin();
    let mut event = "aws.unknown";
    for (guard, text, _) in look::texts(properties, "Source") {
        for polled in [
            &mapping::SQS,
            &mapping::KINESIS,
            &mapping::DYNAMODB,
            &mapping::KAFKA,
        ] {
            if let Some(source) = draft.resolve_one(&text, polled.kinds) {
                event = polled.event;
                let mut found = Filter::default();
                for (_, item) in
                    look::each_at(properties, "SourceParameters.FilterCriteria.Filters")
                {
                    if let Some(pattern) = look::first(item, "Pattern") {
                        filter::read(pattern, &mut found);
                    }
                }
                let kind = EdgeKind::Delivers {
                    filter: found,
                    raw: false,
                };
                draft.edge(
                    source,
                    node,
                    kind,
                    at.raw.exists.and(&guard),
                    origin.clone(),
                );
                break;
            }
        }
    }
    for path in ["Enrichment", "Target"] {
        for (guard, text, place) in look::texts(properties, path) {
            let mut delivery = Delivery::new(
                Some(node),
                at.raw.id.clone(),
                event,
                Permit::Settled(Answer::Yes),
                at.raw.exists.and(&guard),
                place,
            );
            delivery.filter.input = look::first_text(properties, "TargetParameters.InputTemplate");
            deliver(&text, &delivery, draft);
        }
    }
}

/// Ties an `AWS::Scheduler::Schedule`.
pub fn schedule(at: At<'_>, draft: &mut Draft) {
    let node = draft.node(at.unit.stack, &at.address());
    let properties = at.properties();
    for (guard, target) in look::at(properties, "Target") {
        for (inner, text, _) in look::texts(target, "Arn") {
            let mut delivery = Delivery::new(
                node,
                at.raw.id.clone(),
                "aws.scheduler",
                Permit::Settled(Answer::Yes),
                at.raw.exists.and(&guard).and(&inner),
                at.raw.origin(),
            );
            delivery.filter.input = look::first_text(target, "Input");
            delivery.wired = state(properties);
            deliver(&text, &delivery, draft);
        }
    }
}

/// Ties an `AWS::IoT::TopicRule`.
pub fn device_rule(at: At<'_>, draft: &mut Draft) {
    let node = draft.node(at.unit.stack, &at.address());
    let sql = look::first_text(at.properties(), "TopicRulePayload.Sql");
    for (guard, action) in look::each_at(at.properties(), "TopicRulePayload.Actions") {
        for (inner, _, _, details) in look::entries(action) {
            for path in [
                "FunctionArn",
                "QueueUrl",
                "TargetArn",
                "StreamName",
                "BucketName",
                "DeliveryStreamName",
                "StateMachineName",
                "TableName",
                "PutItem.TableName",
            ] {
                for (_, text, _) in look::texts(details, path) {
                    let mut delivery = Delivery::new(
                        node,
                        at.raw.id.clone(),
                        "aws.iot-rule",
                        Permit::Service("iot.amazonaws.com"),
                        at.raw.exists.and(&guard).and(&inner),
                        action.origin.clone(),
                    );
                    delivery.filter.events = sql.iter().map(Text::words).collect();
                    deliver(&text, &delivery, draft);
                }
            }
        }
    }
}

/// Ties an `AWS::SES::ReceiptRule`.
pub fn mail_rule(at: At<'_>, draft: &mut Draft) {
    let node = draft.node(at.unit.stack, &at.address());
    // A rule is off until it is switched on, here or afterwards. Source: SES API reference, ReceiptRule (2026-11).
    let enabled = match look::first(at.properties(), "Rule.Enabled") {
        Some(value) => Answer::from(look::flag_of(value) != Some(false)),
        None => Answer::Unknown(Reason::AfterApply),
    };
    for (guard, action) in look::each_at(at.properties(), "Rule.Actions") {
        for (inner, name, _, details) in look::entries(action) {
            let targets: &[&str] = match name {
                "LambdaAction" => &["FunctionArn"],
                "S3Action" => &["BucketName", "TopicArn"],
                "SNSAction" => &["TopicArn"],
                _ => &["TopicArn"],
            };
            for path in targets {
                for (_, text, _) in look::texts(details, path) {
                    let mut delivery = Delivery::new(
                        node,
                        at.raw.id.clone(),
                        "aws.ses",
                        Permit::Service("ses.amazonaws.com"),
                        at.raw.exists.and(&guard).and(&inner),
                        action.origin.clone(),
                    );
                    delivery.filter.prefix = look::first_text(details, "ObjectKeyPrefix");
                    delivery.wired = enabled.clone();
                    deliver(&text, &delivery, draft);
                }
            }
        }
    }
}

/// Ties the triggers of a repository.
pub fn repository(at: At<'_>, draft: &mut Draft) {
    let node = draft.node(at.unit.stack, &at.address());
    for (guard, trigger) in look::each_at(at.properties(), "Triggers") {
        for (inner, text, _) in look::texts(trigger, "DestinationArn") {
            let mut delivery = Delivery::new(
                node,
                at.raw.id.clone(),
                "aws.codecommit",
                Permit::Service("codecommit.amazonaws.com"),
                at.raw.exists.and(&guard).and(&inner),
                trigger.origin.clone(),
            );
            delivery.filter.events = look::texts(trigger, "Events")
                .into_iter()
                .map(|(_, t, _)| t.words())
                .collect();
            deliver(&text, &delivery, draft);
        }
    }
}

/// Ties an `AWS::Logs::SubscriptionFilter`.
pub fn log_filter(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let group = look::first_text(properties, "LogGroupName").map(|name| {
        match draft.resolve_one(&name, &[Kind::LogGroup]) {
            Some(node) => node,
            None => draft.outside(OutsideKind::Arn, name, Kind::LogGroup),
        }
    });
    for (guard, text, _) in look::texts(properties, "DestinationArn") {
        let delivery = Delivery::new(
            group,
            at.raw.id.clone(),
            "aws.logs",
            Permit::Service("logs.amazonaws.com"),
            at.raw.exists.and(&guard),
            at.raw.origin(),
        );
        deliver(&text, &delivery, draft);
    }
}

/// Ties a custom resource to the function behind it. CloudFormation itself acts with the deployer's rights.
pub fn custom(at: At<'_>, draft: &mut Draft) {
    for (guard, token, origin) in look::texts(at.properties(), "ServiceToken") {
        let delivery = Delivery::new(
            draft.node(at.unit.stack, &at.address()),
            at.raw.id.clone(),
            "aws.custom-resource",
            Permit::Settled(Answer::Yes),
            at.raw.exists.and(&guard),
            at.raw.origin(),
        );
        if !deliver(&token, &delivery, draft) && draft.resolve(&token, CHANNELS).is_empty() {
            draft.problem(
                origin.span,
                ProblemKind::Unresolved,
                Cost::Nothing,
                format!(
                    "the custom resource `{}` is served by `{}`: it is not in the tree",
                    at.raw.id,
                    token.words()
                ),
            );
        }
    }
}
