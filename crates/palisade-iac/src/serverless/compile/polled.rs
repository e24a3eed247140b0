//! Events that the platform polls with the function's role: queues, streams, brokers.

use palisade_model::text::Text;

use super::{Compiler, Event};
use crate::look;
use crate::serverless::names;
use crate::value::{Value, ValueKind};

impl Compiler<'_> {
    /// Adds the mapping of an event and the rights to read its source.
    pub(super) fn polled(&mut self, kind: &str, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let arn = match look::text(value) {
            Some(_) => value.clone(),
            None => value.field("arn"),
        };
        let words = look::text(&arn).map(|t| t.words()).unwrap_or_default();
        let stream = if kind == "stream" {
            stream_kind(value, &words)
        } else {
            kind
        };
        let mut properties = vec![
            ("FunctionName", event.target()),
            ("EventSourceArn", arn.clone()),
            ("BatchSize", value.field("batchSize")),
            ("StartingPosition", value.field("startingPosition")),
            ("Enabled", value.field("enabled")),
            (
                "MaximumBatchingWindowInSeconds",
                either(value, "maximumBatchingWindow", "batchWindow"),
            ),
            ("FunctionResponseTypes", responses(made, value)),
            ("FilterCriteria", self.filters(event)),
            ("MaximumRetryAttempts", value.field("maximumRetryAttempts")),
            (
                "BisectBatchOnFunctionError",
                value.field("bisectBatchOnFunctionError"),
            ),
            (
                "ScalingConfig",
                made.map([("MaximumConcurrency", value.field("maximumConcurrency"))]),
            ),
        ];
        match kind {
            "msk" | "kafka" => {
                let topic = value.field("topic");
                properties.push(("Topics", made.list([topic])));
            }
            "activemq" | "rabbitmq" => {
                properties.push(("Queues", made.list([value.field("queue")])));
            }
            _ => {}
        }
        if kind == "kafka" {
            let servers = value.field("bootstrapServers");
            let endpoints = made.map([("KafkaBootstrapServers", servers)]);
            properties.push((
                "SelfManagedEventSource",
                made.map([("Endpoints", endpoints)]),
            ));
        }
        let failure = value.path(&["destinations", "onFailure"]);
        let failure_arn = look::first(&failure, "arn").cloned().unwrap_or(failure);
        if look::text(&failure_arn).is_some() {
            let target = made.map([("Destination", failure_arn.clone())]);
            properties.push(("DestinationConfig", made.map([("OnFailure", target)])));
        }
        let word = match stream {
            "sqs" => "SQS",
            "kinesis" => "Kinesis",
            "dynamodb" => "Dynamodb",
            "msk" => "MSK",
            "kafka" => "Kafka",
            "activemq" => "ActiveMQ",
            "rabbitmq" => "RabbitMQ",
            _ => "",
        };
        let name = source_name(&words);
        let wanted = event.id(&format!("EventSourceMapping{word}{name}"));
        let id = self.free(&wanted);
        let mut raw = made.resource(
            id,
            "AWS::Lambda::EventSourceMapping",
            event.exists,
            made.map(properties),
        );
        raw.maker = None;
        self.add(raw);
        self.poller_rights(stream, event, &arn);
        if look::text(&failure_arn).is_some() {
            let what = match look::text(&failure_arn).map(|t| t.words()) {
                Some(words) if words.contains(":sns:") => "to-topic",
                _ => "to-queue",
            };
            self.grant(
                event.function,
                what,
                Some(&failure_arn),
                event.exists,
                failure_arn.span(),
            );
        }
    }

    fn poller_rights(&mut self, kind: &str, event: &Event<'_>, arn: &Value) {
        let span = event.made.span;
        let function = event.function;
        let consumer = event.value.field("consumer");
        let what = match kind {
            "kinesis"
                if look::flag_of(&consumer) == Some(true) || look::text(&consumer).is_some() =>
            {
                "kinesis-consumer"
            }
            "activemq" | "rabbitmq" => "mq",
            kind => kind,
        };
        let on = (!arn.is_absent()).then_some(arn);
        if on.is_some() {
            self.grant(function, what, on, event.exists, span);
        }
        if matches!(kind, "msk" | "kafka" | "activemq" | "rabbitmq") {
            self.grant(function, "network", None, event.exists, span);
        }
        let basic = event.value.field("basicAuthArn");
        if look::text(&basic).is_some() {
            self.grant(function, "secret", Some(&basic), event.exists, span);
        }
        for (_, name, _, access) in look::entries(&event.value.field("accessConfigurations")) {
            if name.starts_with("vpc") {
                continue;
            }
            for (_, secret) in look::each(access) {
                let secret = secret.clone();
                self.grant(function, "secret", Some(&secret), event.exists, span);
            }
        }
    }

    /// Patterns of what is let through, as texts of JSON.
    fn filters(&self, event: &Event<'_>) -> Value {
        let made = event.made;
        let patterns: Vec<Value> = look::each_at(event.value, "filterPatterns")
            .into_iter()
            .map(|(_, pattern)| made.map([("Pattern", pattern.clone())]))
            .collect();
        if patterns.is_empty() {
            return made.nothing();
        }
        made.map([("Filters", made.list(patterns))])
    }
}

fn either(value: &Value, a: &str, b: &str) -> Value {
    let first = value.field(a);
    if first.is_absent() {
        value.field(b)
    } else {
        first
    }
}

fn responses(made: crate::serverless::made::Made, value: &Value) -> Value {
    let written = value.field("functionResponseType");
    if written.is_absent() {
        return written;
    }
    made.list([written])
}

fn stream_kind<'w>(value: &'w Value, words: &str) -> &'w str {
    if let Some(kind) = look::word(value, "type") {
        return kind;
    }
    if words.contains(":kinesis:") {
        return "kinesis";
    }
    if words.contains(":dynamodb:") || words.contains("StreamArn") {
        return "dynamodb";
    }
    // `!GetAtt Stream.Arn`: tables have a `StreamArn`.
    match &value.kind {
        ValueKind::Scalar(text, _) if is_arn(text) => "kinesis",
        _ => "dynamodb",
    }
}

fn is_arn(text: &Text) -> bool {
    use palisade_model::text::Symbol;
    matches!(text.symbol(), Some(Symbol::Attr(_, _, attribute)) if attribute == "Arn")
}

/// What the logical id says of a source.
fn source_name(words: &str) -> String {
    let inner = words
        .trim_start_matches("${")
        .trim_end_matches('}')
        .trim_end_matches(".StreamArn")
        .trim_end_matches(".Arn");
    let last = match inner.split_once(":table/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or(rest),
        None => inner.rsplit([':', '/']).next().unwrap_or(inner),
    };
    let name = names::letters(last);
    name.chars().take(64).collect()
}
