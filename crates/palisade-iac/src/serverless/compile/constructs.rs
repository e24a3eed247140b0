//! Resources that the constructs of `serverless-lift` make, their workers, and what functions may do with them.

use palisade_model::address;
use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::source::Span;
use palisade_model::text::{Part, Text};

use super::{Compiler, Function, joined};
use crate::look;
use crate::serverless::constructs::{self, PLUGIN, Row};
use crate::serverless::made::Made;
use crate::value::Value;

/// A construct as the service writes it.
struct Construct {
    name: String,
    exists: Guard,
    span: Span,
    value: Value,
}

impl Compiler<'_> {
    /// Adds the constructs of the service.
    pub(super) fn constructs(&mut self) {
        for construct in self.listed_constructs() {
            let type_name = look::word(&construct.value, "type").unwrap_or_default();
            if constructs::of(type_name).is_none() {
                let message = format!(
                    "the construct `{}` is of the type `{type_name}`, which is not read: what it adds stays unknown",
                    construct.name
                );
                self.report(
                    construct.span,
                    ProblemKind::Unsupported,
                    Cost::Node,
                    message,
                );
                continue;
            }
            match type_name {
                "queue" => self.queue(&construct),
                "storage" => self.storage(&construct),
                _ => self.single_table(&construct),
            }
        }
    }

    /// What every function of the service may do with its constructs.
    pub(super) fn construct_statements(&self) -> Vec<Value> {
        let automatic = self.service.path(&["lift", "automaticPermissions"]);
        if look::flag_of(&automatic) == Some(false) {
            return Vec::new();
        }
        let statements = self
            .listed_constructs()
            .into_iter()
            .filter_map(|construct| {
                let row = constructs::of(look::word(&construct.value, "type")?)?;
                Some(statement(self.made(construct.span), &construct.name, row))
            });
        statements.collect()
    }

    fn listed_constructs(&self) -> Vec<Construct> {
        if !self.has_plugin(PLUGIN) {
            return Vec::new();
        }
        let all = self.service.field("constructs");
        let all = look::entries(&all).into_iter();
        all.filter(|(_, _, _, value)| value.is_map())
            .map(|(exists, name, span, value)| Construct {
                name: name.to_owned(),
                exists,
                span,
                value: value.clone(),
            })
            .collect()
    }

    fn part(&mut self, construct: &Construct, part: &str, type_name: &str, properties: Value) {
        let made = self.made(construct.span);
        let id = address::construct(&construct.name, part);
        self.add(made.resource(id, type_name, &construct.exists, properties));
    }

    /// A queue with one for what failed, and the function that works on it.
    fn queue(&mut self, construct: &Construct) {
        let made = self.made(construct.span);
        let (queue, failed) = (
            address::construct(&construct.name, "queue"),
            address::construct(&construct.name, "dlq"),
        );
        let fifo = construct.value.field("fifo");
        let ends = |end: &str| match look::flag_of(&fifo) {
            Some(true) => format!("-{}{end}.fifo", construct.name),
            _ => format!("-{}{end}", construct.name),
        };
        let named = |end: &str| match self.prefix.text() {
            Some(prefix) => made.text(joined(prefix, &ends(end))),
            None => made.nothing(),
        };
        let retries = construct.value.field("maxRetries");
        let redrive = made.map([
            ("deadLetterTargetArn", made.attribute(&failed, "Arn")),
            (
                "maxReceiveCount",
                if retries.is_absent() {
                    made.default("3")
                } else {
                    retries
                },
            ),
        ]);
        let (name, failed_name) = (named(""), named("-dlq"));
        let properties = made.map([
            ("QueueName", name),
            ("FifoQueue", fifo.clone()),
            ("RedrivePolicy", redrive),
        ]);
        let of_failed = made.map([("QueueName", failed_name), ("FifoQueue", fifo.clone())]);
        self.part(construct, "dlq", "AWS::SQS::Queue", of_failed);
        self.part(construct, "queue", "AWS::SQS::Queue", properties);
        let event = made.map([(
            "sqs",
            made.map([
                ("arn", made.attribute(&queue, "Arn")),
                ("functionResponseType", made.word("ReportBatchItemFailures")),
            ]),
        )]);
        self.worker(construct, event);
    }

    /// The function behind a queue: one that the service has, or one written at the construct.
    fn worker(&mut self, construct: &Construct, event: Value) {
        let made = self.made(construct.span);
        let worker = construct.value.field("worker");
        if let Some(key) = look::literal(&worker) {
            if let Some(function) = self
                .by_key
                .get(key)
                .and_then(|at| self.functions.get_mut(*at))
            {
                let mut events: Vec<Value> = look::each(&function.value.field("events"))
                    .into_iter()
                    .map(|(_, event)| event.clone())
                    .collect();
                events.push(event);
                function.value = with(&function.value, made, made.list(events));
            }
            return;
        }
        if !worker.is_map() {
            return;
        }
        let key = format!("{}Worker", construct.name);
        let value = with(&worker, made, made.list([event]));
        let name = self.function_name(&key, &value, construct.span);
        self.by_key
            .entry(key.clone())
            .or_insert(self.functions.len());
        self.functions.push(Function {
            id: format!("functions.{key}"),
            key,
            exists: construct.exists.clone(),
            span: construct.span,
            value,
            name,
            role: None,
        });
    }

    /// A bucket that nobody else reads, encrypted, with versions.
    fn storage(&mut self, construct: &Construct) {
        let made = self.made(construct.span);
        let closed = !construct.value.field("publicPath").is_absent();
        let flag = |on: bool| made.default(if on { "true" } else { "false" });
        let properties = made.map([
            (
                "PublicAccessBlockConfiguration",
                made.map([
                    ("BlockPublicAcls", flag(true)),
                    ("IgnorePublicAcls", flag(true)),
                    ("BlockPublicPolicy", flag(!closed)),
                    ("RestrictPublicBuckets", flag(!closed)),
                ]),
            ),
            (
                "VersioningConfiguration",
                made.map([("Status", made.word("Enabled"))]),
            ),
        ]);
        self.part(construct, "bucket", "AWS::S3::Bucket", properties);
    }

    fn single_table(&mut self, construct: &Construct) {
        let made = self.made(construct.span);
        let key = |name: &str, kind: &str| {
            made.map([
                ("AttributeName", made.word(name)),
                ("KeyType", made.word(kind)),
            ])
        };
        let properties = made.map([
            ("BillingMode", made.word("PAY_PER_REQUEST")),
            (
                "KeySchema",
                made.list([key("PK", "HASH"), key("SK", "RANGE")]),
            ),
            (
                "StreamSpecification",
                made.map([("StreamViewType", made.word("NEW_AND_OLD_IMAGES"))]),
            ),
            (
                "PointInTimeRecoverySpecification",
                made.map([("PointInTimeRecoveryEnabled", made.default("true"))]),
            ),
        ]);
        self.part(construct, "table", "AWS::DynamoDB::Table", properties);
    }
}

/// A function with these events.
fn with(function: &Value, made: Made, events: Value) -> Value {
    let mut entries: Vec<_> = function.entries().to_vec();
    entries.retain(|(key, _)| key.text != "events");
    entries.push((made.key("events"), events));
    Value::new(
        crate::value::ValueKind::Map(entries),
        function.origin.clone(),
    )
}

fn statement(made: Made, construct: &str, row: &Row) -> Value {
    let resources = row.on.iter().map(|(part, attribute, below)| {
        let hole = made.hole(&address::construct(construct, part), attribute);
        let below = Part::Literal(below.clone());
        made.text(Text::join(hole.parts().iter().cloned().chain([below])))
    });
    made.map([
        ("Effect", made.word("Allow")),
        (
            "Action",
            made.list(row.actions.iter().map(|a| made.word(a))),
        ),
        ("Resource", made.list(resources)),
    ])
}
