//! Buckets, queues, topics, tables and streams: who they notify and who may use them.

use palisade_model::app::{Kind, NodeId, ResourceId};
use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::reach::Filter;
use palisade_model::setting::{Answer, Origin};

use crate::cloudformation::filter;
use crate::cloudformation::target::{Delivery, deliver};
use crate::draft::{Draft, Permit};
use crate::look;
use crate::policy;
use crate::reader::At;
use crate::value::Value;

/// Ties a bucket to what it notifies.
pub fn bucket(at: At<'_>, draft: &mut Draft) {
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    for (guard, configuration) in look::at(at.properties(), "NotificationConfiguration") {
        let exists = at.raw.exists.and(&guard);
        notifications(configuration, node, &at.raw.id, &exists, draft);
    }
}

/// Reads a `NotificationConfiguration`, in the words of CloudFormation and of the S3 API.
pub fn notifications(
    value: &Value,
    bucket: NodeId,
    label: &str,
    exists: &Guard,
    draft: &mut Draft,
) {
    for (list, target) in [
        ("LambdaConfigurations", "Function"),
        ("QueueConfigurations", "Queue"),
        ("TopicConfigurations", "Topic"),
        ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
        ("QueueConfigurations", "QueueArn"),
        ("TopicConfigurations", "TopicArn"),
    ] {
        for (guard, item) in look::each_at(value, list) {
            for (inner, text, _) in look::texts(item, target) {
                let exists = exists.and(&guard).and(&inner);
                let permit = Permit::Service("s3.amazonaws.com");
                let mut delivery = Delivery::new(
                    Some(bucket),
                    label,
                    "aws.s3",
                    permit,
                    exists,
                    item.origin.clone(),
                );
                delivery.filter = object_filter(item);
                deliver(&text, &delivery, draft);
            }
        }
    }
}

/// Events, prefix and suffix of a notification.
pub fn object_filter(item: &Value) -> Filter {
    let mut found = Filter::default();
    for key in ["Event", "Events"] {
        for (_, text, _) in look::texts(item, key) {
            let words = text.words();
            if !found.events.contains(&words) {
                found.events.push(words);
            }
        }
    }
    for path in [
        "Filter.S3Key.Rules",
        "Filter.Key.FilterRules",
        "Filter.S3Key.FilterRules",
    ] {
        for (_, rule) in look::each_at(item, path) {
            let value = look::first_text(rule, "Value");
            match look::word(rule, "Name")
                .map(str::to_ascii_lowercase)
                .as_deref()
            {
                Some("prefix") => found.prefix = value,
                Some("suffix") => found.suffix = value,
                _ => {}
            }
        }
    }
    found
}

/// `Custom::S3BucketNotifications`, by which the CDK sets the notifications of a bucket.
pub fn custom_notifications(at: At<'_>, draft: &mut Draft) {
    let Some(name) = look::first_text(at.properties(), "BucketName") else {
        return;
    };
    let Some(node) = draft.resolve_one(&name, &[Kind::Bucket]) else {
        return;
    };
    for (guard, configuration) in look::at(at.properties(), "NotificationConfiguration") {
        let exists = at.raw.exists.and(&guard);
        notifications(configuration, node, &at.raw.id, &exists, draft);
    }
}

/// Attaches a resource policy to every store that it names, by reference or by equal text.
pub fn policy(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let document =
        look::get(properties, "PolicyDocument").or_else(|| look::get(properties, "ResourcePolicy"));
    let Some(document) = document else {
        return;
    };
    let (paths, kinds): (&[&str], &[Kind]) = match at.raw.type_name.as_str() {
        "AWS::S3::BucketPolicy" => (&["Bucket"], &[Kind::Bucket]),
        "AWS::SQS::QueuePolicy" | "AWS::SQS::QueueInlinePolicy" => {
            (&["Queues", "Queue"], &[Kind::Queue])
        }
        "AWS::SecretsManager::ResourcePolicy" => (&["SecretId"], &[Kind::Secret]),
        _ => (&["Topics", "TopicArn"], &[Kind::Topic]),
    };
    let mut targets: Vec<(Guard, ResourceId)> = Vec::new();
    for path in paths {
        for (guard, text, origin) in look::texts(properties, path) {
            let found = draft.resolve(&text, kinds);
            if found.is_empty() {
                draft.problem(
                    origin.span,
                    ProblemKind::Unresolved,
                    Cost::Node,
                    format!(
                        "the policy `{}` names `{}`: it is not in the tree",
                        at.raw.id,
                        text.words()
                    ),
                );
            }
            for node in found {
                if let NodeId::Resource(id) = node {
                    targets.push((guard.clone(), id));
                }
            }
        }
    }
    attach(document, &at.raw.exists, &targets, draft);
}

fn attach(document: &Value, exists: &Guard, targets: &[(Guard, ResourceId)], draft: &mut Draft) {
    let read = policy::document(document, exists, &mut draft.app.problems);
    for (guard, id) in targets {
        for statement in &read.statements {
            let both = statement.exists.and(guard);
            if !both.impossible() {
                let mut statement = statement.clone();
                statement.exists = both;
                draft.change_resource(*id).policy.push(statement);
            }
        }
    }
}

/// A resource policy that stands in the resource's own properties.
pub fn inline_policy(at: At<'_>, draft: &mut Draft) {
    let Some(id) = draft.resource(at.unit.stack, &at.address()) else {
        return;
    };
    for path in [
        "ResourcePolicy.PolicyDocument",
        "KeyPolicy",
        "Policy",
        "PolicyDocument",
    ] {
        for (guard, document) in look::at(at.properties(), path) {
            let targets = [(guard, id)];
            attach(document, &at.raw.exists, &targets, draft);
        }
    }
}

/// Subscriptions that stand in the topic itself.
pub fn topic(at: At<'_>, draft: &mut Draft) {
    let node = draft.node(at.unit.stack, &at.address());
    for (guard, item) in look::each_at(at.properties(), "Subscription") {
        let exists = at.raw.exists.and(&guard);
        subscribe(item, node, &at.raw.id, &exists, &item.origin, draft);
    }
}

/// Ties a subscription.
pub fn subscription(at: At<'_>, draft: &mut Draft) {
    for (guard, topic, _) in look::texts(at.properties(), "TopicArn") {
        let node = match draft.resolve_one(&topic, &[Kind::Topic]) {
            Some(node) => node,
            None => draft.outside(palisade_model::app::OutsideKind::Arn, topic, Kind::Topic),
        };
        let exists = at.raw.exists.and(&guard);
        let origin = at.raw.origin();
        subscribe(
            at.properties(),
            Some(node),
            &at.raw.id,
            &exists,
            &origin,
            draft,
        );
    }
}

fn subscribe(
    value: &Value,
    topic: Option<NodeId>,
    label: &str,
    exists: &Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    for (guard, endpoint, _) in look::texts(value, "Endpoint") {
        let mut delivery = Delivery::new(
            topic,
            label,
            "aws.sns",
            Permit::Service("sns.amazonaws.com"),
            exists.and(&guard),
            origin.clone(),
        );
        delivery.raw = look::is_true(value, "RawMessageDelivery");
        delivery.filter = message_filter(value);
        deliver(&endpoint, &delivery, draft);
    }
}

/// The filter policy of a subscription.
pub fn message_filter(value: &Value) -> Filter {
    let mut found = Filter::default();
    for (_, pattern) in look::at(value, "FilterPolicy") {
        filter::read(pattern, &mut found);
    }
    let empty = found.values.is_empty() && found.patterns.is_empty();
    found.on_attributes = !empty && look::word(value, "FilterPolicyScope") != Some("MessageBody");
    found
}

/// Ties a Firehose: its source, the function that transforms its records, and its bucket.
pub fn delivery(at: At<'_>, draft: &mut Draft) {
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    let properties = at.properties();
    let settled = Permit::Settled(Answer::Yes);
    if let Some(arn) = look::first_text(
        properties,
        "KinesisStreamSourceConfiguration.KinesisStreamARN",
    ) && let Some(stream) = draft.resolve_one(&arn, &[Kind::Stream])
    {
        let kind = palisade_model::app::EdgeKind::Delivers {
            filter: Filter::default(),
            raw: false,
        };
        draft.edge(stream, node, kind, at.raw.exists.clone(), at.raw.origin());
    }
    for (guard, _, _, destination) in look::entries(properties) {
        let exists = at.raw.exists.and(&guard);
        for path in ["BucketARN", "S3Configuration.BucketARN"] {
            for (inner, text, origin) in look::texts(destination, path) {
                let delivery = Delivery::new(
                    Some(node),
                    at.raw.id.clone(),
                    "aws.firehose",
                    settled.clone(),
                    exists.and(&inner),
                    origin,
                );
                deliver(&text, &delivery, draft);
            }
        }
        for (inner, processor) in look::each_at(destination, "ProcessingConfiguration.Processors") {
            for (_, parameter) in look::each_at(processor, "Parameters") {
                if look::word(parameter, "ParameterName") != Some("LambdaArn") {
                    continue;
                }
                for (_, text, origin) in look::texts(parameter, "ParameterValue") {
                    let delivery = Delivery::new(
                        Some(node),
                        at.raw.id.clone(),
                        "aws.firehose",
                        settled.clone(),
                        exists.and(&inner),
                        origin,
                    );
                    deliver(&text, &delivery, draft);
                }
            }
        }
    }
}

/// Messages that were not handled go on to another queue.
pub fn queue(at: At<'_>, draft: &mut Draft) {
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    for (guard, policy) in look::at(at.properties(), "RedrivePolicy") {
        let written = look::text(policy)
            .and_then(|text| crate::files::json_text(at, &text, &policy.origin, draft));
        let policy = written.as_ref().unwrap_or(policy);
        for (inner, target, origin) in look::texts(policy, "deadLetterTargetArn") {
            let mut delivery = Delivery::new(
                Some(node),
                at.raw.id.clone(),
                "aws.sqs",
                Permit::Settled(Answer::Yes),
                at.raw.exists.and(&guard).and(&inner),
                origin,
            );
            delivery.raw = true;
            deliver(&target, &delivery, draft);
        }
    }
}
