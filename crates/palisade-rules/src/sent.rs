//! Findings about a value that somebody sends: who may, which field it is, and the way it came.

use palisade_events::Step as EventStep;
use palisade_flow::flows::{FlowPath, PathStepKind};
use palisade_model::app::App;
use palisade_model::finding::{Confidence, StepKind};
use palisade_model::reach::{Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::Rule;

/// A value of an event at a place that only watches it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    /// The way.
    pub(crate) path: &'a FlowPath,
    /// The App whose entry it is.
    pub(crate) app: &'a App,
}

impl<'a> Sent<'a> {
    /// The way, if code that runs is on it and somebody outside of the application chooses the value.
    pub(crate) fn of(project: &'a Project<'a>, path: &'a FlowPath) -> Option<Self> {
        let origin = &path.origin;
        let foreign = origin.unknown || origin.possibly.max(origin.surely) >= Level::SignedIn;
        if path.latent || origin.is_made() || !foreign {
            return None;
        }
        let app = project.app_of(path.entry)?;
        Some(Self { path, app })
    }

    /// The field, as people call it.
    pub(crate) fn field(&self) -> String {
        let words = palisade_events::words(&self.path.origin.field);
        match words.strip_prefix("Records[].").unwrap_or(&words) {
            "" => "event".to_owned(),
            field => field.to_owned(),
        }
    }

    /// The keys on the way to the field.
    pub(crate) fn keys(&self) -> Vec<&'a str> {
        let keys = self.path.origin.field.iter().filter_map(|step| match step {
            EventStep::Key(key) => Some(key.as_str()),
            _ => None,
        });
        keys.collect()
    }

    /// Whether it is known that somebody outside sends the field: a trigger says so, or it is a part of a request of HTTP.
    pub(crate) fn is_surely_sent(&self) -> bool {
        let request = [
            "body",
            "headers",
            "queryStringParameters",
            "pathParameters",
            "multiValueHeaders",
        ];
        !self.path.origin.unknown || self.keys().first().is_some_and(|key| request.contains(key))
    }

    /// Whether the field may be as long as a request, not as a header or an address.
    pub(crate) fn is_long(&self) -> bool {
        let keys = self.keys();
        let short = [
            "headers",
            "multiValueHeaders",
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "pathParameters",
            "rawPath",
            "path",
            "rawQueryString",
            "requestContext",
            "cookies",
            "key",
        ];
        !keys.iter().any(|key| short.contains(key))
    }

    /// A finding at the end of the way.
    pub(crate) fn draft(
        &self,
        rule: &Rule,
        project: &Project<'_>,
        deed: impl Into<String>,
    ) -> Draft {
        let path = self.path;
        let mut reach = match path.origin.trigger.and_then(|id| self.app.triggers.get(id)) {
            Some(trigger) => trigger.reach.clone(),
            None => Reach::default(),
        };
        reach.surely = path.origin.surely;
        reach.possibly = path.origin.possibly.max(path.origin.surely);
        let doubts = path.opaque + u8::from(path.doubtful) + u8::from(path.origin.unknown);
        let confidence = match doubts {
            0 => Confidence::Certain,
            1 => Confidence::Likely,
            _ => Confidence::Possible,
        };
        let draft = Draft::at(rule, self.app, path.sink, deed)
            .code(project, path.entry)
            .reach(reach)
            .confidence(confidence);
        let read = path
            .steps
            .iter()
            .rev()
            .find(|s| s.kind == PathStepKind::Field);
        match read {
            Some(step) if step.span != path.sink => {
                draft.step(StepKind::Field, step.span, "chosen by the sender")
            }
            _ => draft,
        }
    }
}
