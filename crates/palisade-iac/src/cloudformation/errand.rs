//! What the platform does for a function with the rights of its role: where it sends for it, what it opens for it.

use palisade_model::app::{FunctionId, Kind};
use palisade_model::aside::Errand;
use palisade_model::guard::Guard;
use palisade_model::setting::Origin;
use palisade_model::text::{Part, Symbol, Text};

use crate::draft::Draft;
use crate::look;
use crate::value::Value;

/// What sends go to: kinds of nodes, a part of the ARNs, and the errand.
const SENDS: [(&[Kind], &str, &str); 5] = [
    (&[Kind::Queue], ":sqs:", "send.sqs"),
    (&[Kind::Topic], ":sns:", "send.sns"),
    (&[Kind::Bus], ":events:", "send.events"),
    (&[Kind::Bucket], ":s3:::", "send.s3"),
    (&[Kind::Broker], "kafka://", "send.kafka"),
];
/// Kinds of access to brokers and databases whose places are secrets.
const SECRETS: [&str; 6] = [
    "BASIC_AUTH",
    "SASL_SCRAM_256_AUTH",
    "SASL_SCRAM_512_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "OAUTHBEARER_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
];

/// A mapping with several sources is read several times: so many errands back the same one is looked for.
const RECENT: usize = 32;

/// Errands of the settings of a function.
pub fn of_function(properties: &Value, id: FunctionId, exists: &Guard, draft: &mut Draft) {
    let mut note = Notes { id, exists, draft };
    for (guard, mount, origin) in each_text(properties, "FileSystemConfigs", "Arn") {
        let what = match mount.words().contains(":s3files:") {
            true => "mount.s3files",
            false => "mount",
        };
        note.add(what, mount, &guard, origin);
    }
    for (guard, key, origin) in look::texts(properties, "KmsKeyArn") {
        note.add("key", key, &guard, origin);
    }
    for (guard, durable) in look::at(properties, "DurableConfig") {
        if !look::is_nothing(durable) {
            note.add("durable", Text::of("*"), &guard, durable.origin.clone());
        }
    }
}

/// An errand of sending, where `said` is the kind of target that the template names beside it.
pub fn of_target(
    target: &Text,
    said: Option<&str>,
    id: FunctionId,
    exists: &Guard,
    origin: &Origin,
    draft: &mut Draft,
) {
    let what = match said {
        Some("SQS") => "send.sqs",
        Some("SNS") => "send.sns",
        Some("EventBridge") => "send.events",
        Some("Lambda") => "send.lambda",
        Some("S3" | "S3Bucket") => "send.s3",
        Some("Kafka") => "send.kafka",
        _ => send(target, draft),
    };
    let mut note = Notes { id, exists, draft };
    note.add(what, target.clone(), &Guard::always(), origin.clone());
}

/// Errands of both destinations of asynchronous events.
pub fn of_destinations(config: &Value, id: FunctionId, exists: &Guard, draft: &mut Draft) {
    for path in ["OnSuccess", "OnFailure"] {
        of_destination(config, path, id, exists, draft);
    }
}

fn of_destination(config: &Value, path: &str, id: FunctionId, exists: &Guard, draft: &mut Draft) {
    for (guard, destination) in look::at(config, &format!("DestinationConfig.{path}")) {
        let said = look::word(destination, "Type");
        for (inner, target, origin) in look::texts(destination, "Destination") {
            let exists = exists.and(&guard).and(&inner);
            of_target(&target, said, id, &exists, &origin, draft);
        }
    }
}

/// Errands of a source that is polled: where failures go, the secrets of a broker, its registry of schemas.
pub fn of_mapping(properties: &Value, id: FunctionId, exists: &Guard, draft: &mut Draft) {
    of_destination(properties, "OnFailure", id, exists, draft);
    let mut note = Notes { id, exists, draft };
    for (guard, access) in look::each_at(properties, "SourceAccessConfigurations") {
        if look::word(access, "Type").is_some_and(|kind| SECRETS.contains(&kind)) {
            note.each("secret", access, "URI", &guard);
        }
    }
    for (guard, key, origin) in look::texts(properties, "SecretsManagerKmsKeyId") {
        note.add("key", key, &guard, origin);
    }
    for of in [
        "AmazonManagedKafkaEventSourceConfig.",
        "SelfManagedKafkaEventSourceConfig.",
        "",
    ] {
        let registry = format!("{of}SchemaRegistryConfig");
        for (guard, config) in look::at(properties, &registry) {
            for (inner, access) in look::each_at(config, "AccessConfigs") {
                note.each("secret", access, "URI", &guard.and(&inner));
            }
            for (inner, uri, origin) in look::texts(config, "SchemaRegistryURI") {
                let of_glue = uri.words().contains(":glue:") || uri.symbol().is_some();
                if of_glue {
                    note.add("registry", uri, &guard.and(&inner), origin);
                }
            }
        }
    }
}

/// The texts at a path of each member of a list.
fn each_text(value: &Value, list: &str, path: &str) -> Vec<(Guard, Text, Origin)> {
    let members = look::each_at(value, list).into_iter();
    let texts = members.flat_map(|(guard, member)| {
        let texts = look::texts(member, path).into_iter();
        texts.map(move |(inner, text, origin)| (guard.and(&inner), text, origin))
    });
    texts.collect()
}

/// What sending to a target is; `send` alone where nothing says what the target is.
fn send(target: &Text, draft: &Draft) -> &'static str {
    if !draft.resolve_function(target).is_empty() {
        return "send.lambda";
    }
    let words = target.words();
    for (kinds, part, what) in SENDS {
        if words.contains(part) || !draft.resolve(target, kinds).is_empty() {
            return what;
        }
    }
    match words.contains(":lambda:") {
        true => "send.lambda",
        false => "send",
    }
}

/// Where errands of one function are noted.
struct Notes<'d> {
    id: FunctionId,
    exists: &'d Guard,
    draft: &'d mut Draft,
}

impl Notes<'_> {
    fn each(&mut self, what: &'static str, value: &Value, path: &str, guard: &Guard) {
        for (inner, text, origin) in look::texts(value, path) {
            self.add(what, text, &guard.and(&inner), origin);
        }
    }

    fn add(&mut self, what: &'static str, on: Text, guard: &Guard, origin: Origin) {
        let exists = self.exists.and(guard);
        let nothing = |part: &Part| matches!(part, Part::Hole(Symbol::Pseudo(name)) if name == "AWS::NoValue");
        if exists.impossible() || on.parts().is_empty() || on.parts().iter().any(nothing) {
            return;
        }
        let function = self.draft.at_function(self.id).key.clone();
        let errand = Errand {
            function,
            what,
            on,
            exists,
            origin,
        };
        let errands = &mut self.draft.app.aside.errands;
        if !errands.iter().rev().take(RECENT).any(|e| *e == errand) {
            errands.push(errand);
        }
    }
}
