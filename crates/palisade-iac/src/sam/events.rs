//! The events of a serverless function, one kind after the other.

use palisade_model::app::FunctionId;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::setting::Origin;

use crate::draft::Draft;
use crate::look;
use crate::reader::At;
use crate::sam::event::{Event, alias};
use crate::sam::{api, pull, push};
use crate::value::{Value, ValueKind};

/// Ties every event of a function.
pub fn tie(at: At<'_>, id: FunctionId, draft: &mut Draft) {
    let nothing = Value {
        kind: ValueKind::Null,
        origin: Origin::written(at.raw.id_span),
    };
    for (outer, events) in look::at(at.properties(), "Events") {
        for (guard, name, span, entry) in look::entries(events) {
            let exists = at.raw.exists.and(&outer).and(&guard);
            if exists.impossible() {
                continue;
            }
            let event = Event {
                at,
                function: id,
                through: alias(at),
                name,
                properties: look::first(entry, "Properties").unwrap_or(&nothing),
                exists,
                span,
            };
            one(look::word(entry, "Type").unwrap_or_default(), &event, draft);
        }
    }
}

fn one(kind: &str, event: &Event<'_>, draft: &mut Draft) {
    match kind {
        "Api" => api::event(event, api::Which::Rest, draft),
        "HttpApi" => api::event(event, api::Which::Http, draft),
        "S3" => push::s3(event, draft),
        "SNS" => push::sns(event, draft),
        "Schedule" | "EventBridgeRule" | "CloudWatchEvent" => push::rule(event, draft),
        "ScheduleV2" => push::schedule(event, draft),
        "IoTRule" => push::device_rule(event, draft),
        "AlexaSkill" => push::alexa(event, draft),
        "Cognito" => push::cognito(event, draft),
        "CloudWatchLogs" => push::logs(event, draft),
        "SQS" | "Kinesis" | "DynamoDB" | "MSK" | "MQ" | "SelfManagedKafka" | "DocumentDB" => {
            pull::tie(kind, event, draft);
        }
        other => {
            let kind = if other.is_empty() {
                "no type".to_owned()
            } else {
                format!("the type `{other}`, which is not known")
            };
            draft.problem(
                event.span,
                ProblemKind::Unsupported,
                Cost::Node,
                format!("the event `{}` has {kind}: it was left out", event.name),
            );
        }
    }
}
