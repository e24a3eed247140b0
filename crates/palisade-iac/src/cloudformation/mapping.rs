//! Event source mappings: sources that the function's own role reads.

use palisade_model::app::{FunctionId, Kind, NodeId, OutsideKind};
use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::reach::Filter;
use palisade_model::setting::{Answer, Origin, Reason};
use palisade_model::text::{Part, Symbol, Text};

use crate::cloudformation::{errand, filter};
use crate::draft::{Draft, Permit, Wire};
use crate::look;
use crate::reader::At;
use crate::value::Value;

/// A kind of polled source.
#[derive(Debug)]
pub struct Polled {
    /// The event's shape.
    pub event: &'static str,
    /// Kinds of nodes that fit.
    pub kinds: &'static [Kind],
    /// What the poller must be allowed, one of each.
    pub needs: &'static [&'static str],
}

/// Queues.
pub const SQS: Polled = Polled {
    event: "aws.sqs",
    kinds: &[Kind::Queue],
    needs: &["sqs:ReceiveMessage"],
};
/// Kinesis streams.
pub const KINESIS: Polled = Polled {
    event: "aws.kinesis",
    kinds: &[Kind::Stream],
    needs: &["kinesis:GetRecords"],
};
/// Streams of tables.
pub const DYNAMODB: Polled = Polled {
    event: "aws.dynamodb-stream",
    kinds: &[Kind::Table],
    needs: &["dynamodb:GetRecords"],
};
/// Managed Kafka.
pub const KAFKA: Polled = Polled {
    event: "aws.kafka",
    kinds: &[Kind::Broker],
    needs: &["kafka:GetBootstrapBrokers"],
};
/// Kafka elsewhere; its credentials decide, not the role.
pub const KAFKA_ELSEWHERE: Polled = Polled {
    event: "aws.kafka-self-managed",
    kinds: &[],
    needs: &[],
};
/// Message brokers.
pub const MQ: Polled = Polled {
    event: "aws.mq",
    kinds: &[Kind::Broker],
    needs: &["mq:DescribeBroker"],
};
/// Change streams of DocumentDB.
pub const DOCUMENT_DB: Polled = Polled {
    event: "aws.documentdb",
    kinds: &[Kind::Database],
    needs: &["rds:DescribeDBClusters"],
};
const UNKNOWN: Polled = Polled {
    event: "aws.unknown",
    kinds: &[],
    needs: &[],
};

/// Ties an `AWS::Lambda::EventSourceMapping`.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    for (guard, name, origin) in look::texts(properties, "FunctionName") {
        let exists = at.raw.exists.and(&guard);
        let functions = draft.resolve_function(&name);
        if functions.is_empty() {
            draft.problem(
                origin.span,
                ProblemKind::Unresolved,
                Cost::Node,
                format!(
                    "the mapping `{}` names the function `{}`: it is not in the tree",
                    at.raw.id,
                    name.words()
                ),
            );
        }
        for (function, through) in functions {
            let mapping = Mapping {
                function,
                through,
                label: at.raw.id.clone(),
                exists: exists.clone(),
                origin: at.raw.origin(),
                permitted: None,
            };
            for (source_guard, text, _) in sources(properties) {
                let polled = kind_of(draft, properties, &text);
                wire(
                    &mapping,
                    &source_guard,
                    Some(&text),
                    polled,
                    properties,
                    draft,
                );
            }
            if look::first(properties, "EventSourceArn").is_none() {
                let polled = kind_of(draft, properties, &Text::default());
                wire(&mapping, &Guard::always(), None, polled, properties, draft);
            }
        }
    }
}

fn sources(properties: &Value) -> Vec<(Guard, Text, Origin)> {
    look::texts(properties, "EventSourceArn")
}

/// What kind of source an ARN and its siblings speak of.
fn kind_of(draft: &Draft, properties: &Value, arn: &Text) -> &'static Polled {
    let has = |path: &str| look::first(properties, path).is_some();
    if has("SelfManagedEventSource") {
        return &KAFKA_ELSEWHERE;
    }
    if has("DocumentDBEventSourceConfig") {
        return &DOCUMENT_DB;
    }
    if has("Queues") {
        return &MQ;
    }
    for (polled, service) in [
        (&SQS, ":sqs:"),
        (&KINESIS, ":kinesis:"),
        (&DYNAMODB, ":dynamodb:"),
        (&KAFKA, ":kafka:"),
        (&MQ, ":mq:"),
        (&DOCUMENT_DB, ":rds:"),
    ] {
        if !draft.resolve(arn, polled.kinds).is_empty() {
            return match polled.event {
                "aws.kafka" if !has("Topics") => &MQ,
                _ => polled,
            };
        }
        if arn.words().contains(service) {
            return polled;
        }
    }
    if has("Topics") || has("AmazonManagedKafkaEventSourceConfig") {
        return &KAFKA;
    }
    let stream = arn.parts().iter().any(
        |p| matches!(p, Part::Hole(Symbol::Attr(_, _, attribute)) if attribute.ends_with("StreamArn")),
    );
    if stream {
        return &DYNAMODB;
    }
    &UNKNOWN
}

/// A mapping that is about to become a trigger.
#[derive(Debug)]
pub struct Mapping {
    /// The function.
    pub function: FunctionId,
    /// Its alias.
    pub through: Option<String>,
    /// Label of the trigger.
    pub label: String,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
    /// Settled, where a reader grants the right itself.
    pub permitted: Option<Answer>,
}

/// Adds the trigger of a mapping.
pub fn wire(
    mapping: &Mapping,
    guard: &Guard,
    arn: Option<&Text>,
    polled: &'static Polled,
    properties: &Value,
    draft: &mut Draft,
) {
    let exists = mapping.exists.and(guard);
    if exists.impossible() {
        return;
    }
    errand::of_mapping(properties, mapping.function, &exists, draft);
    let source = match arn {
        Some(arn) => Some(source_node(arn, polled, draft)),
        None if polled.event == KAFKA_ELSEWHERE.event => servers(properties, draft),
        None => None,
    };
    let wired = match look::first(properties, "Enabled").and_then(look::flag_of) {
        Some(false) => Answer::No,
        _ => Answer::Yes,
    };
    let permit = match (&mapping.permitted, polled.needs) {
        (Some(answer), _) => Permit::Settled(answer.clone()),
        (None, []) if polled.event == "aws.unknown" => {
            Permit::Settled(Answer::Unknown(Reason::NotInTree))
        }
        (None, []) => Permit::Settled(Answer::Yes),
        (None, needs) => Permit::Poller(needs),
    };
    draft.wires.push(Wire {
        label: mapping.label.clone(),
        function: mapping.function,
        through: mapping.through.clone(),
        source,
        event: polled.event,
        route: None,
        filter: filter_of(properties),
        doors: Vec::new(),
        wired,
        permit,
        task: None,
        exists,
        origin: mapping.origin.clone(),
    });
}

fn source_node(arn: &Text, polled: &Polled, draft: &mut Draft) -> NodeId {
    if let Some(node) = draft.resolve_one(arn, polled.kinds) {
        return node;
    }
    let kind = polled.kinds.first().copied().unwrap_or(Kind::Other);
    draft.outside(OutsideKind::Arn, arn.clone(), kind)
}

/// The brokers of a cluster elsewhere. One of a private network is no broker that strangers could reach.
fn servers(properties: &Value, draft: &mut Draft) -> Option<NodeId> {
    let named = look::texts(
        properties,
        "SelfManagedEventSource.Endpoints.KafkaBootstrapServers",
    );
    let texts: Vec<Text> = named.into_iter().map(|(_, text, _)| text).collect();
    let within = look::each_at(properties, "SourceAccessConfigurations")
        .iter()
        .any(|(_, access)| look::word(access, "Type") == Some("VPC_SUBNET"));
    let private = within || (!texts.is_empty() && texts.iter().all(is_private));
    let kind = if private { Kind::Other } else { Kind::Broker };
    let first = texts.into_iter().next()?;
    Some(draft.outside(OutsideKind::Host, first, kind))
}

/// Whether an address lies in a network of RFC 1918, or its name in a zone that no public server answers for.
fn is_private(address: &Text) -> bool {
    let words = address.words();
    let host = words.split(':').next().unwrap_or_default();
    let second = host
        .split('.')
        .nth(1)
        .and_then(|part| part.parse::<u8>().ok());
    host.starts_with("10.")
        || host.starts_with("192.168.")
        || (host.starts_with("172.") && second.is_some_and(|part| (16..32).contains(&part)))
        || [".internal", ".local", ".localdomain"]
            .iter()
            .any(|zone| host.ends_with(zone))
}

fn filter_of(properties: &Value) -> Filter {
    let mut found = Filter::default();
    for (_, item) in look::each_at(properties, "FilterCriteria.Filters") {
        if let Some(pattern) = look::first(item, "Pattern") {
            filter::read(pattern, &mut found);
        }
    }
    found
}
