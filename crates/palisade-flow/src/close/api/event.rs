//! Names that come with the event: those of the triggers that a template declares.

use palisade_model::app::{App, EdgeKind, FunctionId, Kind, NodeId, Trigger};
use palisade_model::reach::Pattern;
use palisade_model::text::{Part, Symbol, Text};

use super::Tracer;
use super::look::hole;

/// The first step of paths into what a handler is handed beside its event.
pub(super) const CONTEXT: &str = "@context";

impl Tracer<'_, '_> {
    pub(super) fn function(&self) -> Option<(&App, FunctionId)> {
        Some((self.app?, self.request.function?))
    }

    /// The names that a part of the event can hold, from the triggers of the function.
    pub(super) fn event_texts(&self, path: &[String]) -> Vec<Text> {
        let Some((app, function)) = self.function() else {
            return Vec::new();
        };
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        if let [CONTEXT, what] = words.as_slice() {
            let arn = match *what {
                "function_name" | "functionName" => false,
                "invoked_function_arn" | "invokedFunctionArn" => true,
                _ => return Vec::new(),
            };
            return vec![named(app, NodeId::Function(function), arn)];
        }
        let mut all: Vec<Text> = Vec::new();
        let mut add = |text: Text| {
            if !all.contains(&text) {
                all.push(text);
            }
        };
        for (_, trigger) in app.triggers_of(function) {
            let source = trigger.source;
            match words.as_slice() {
                [.., "s3", "bucket", "name" | "arn"] => {
                    let arn = words.last() == Some(&"arn");
                    for bucket in buckets(app, source) {
                        add(named(app, bucket, arn));
                    }
                }
                ["detail", "bucket", "name"] | [.., "requestParameters", "bucketName"] => {
                    for text in matched_buckets(app, trigger) {
                        add(text);
                    }
                }
                [.., "eventSourceARN" | "eventSourceArn"] => {
                    if let Some(node) = source {
                        add(named(app, node, true));
                    }
                }
                [.., "Sns", "TopicArn"] => {
                    for node in source.into_iter().filter(|n| is_kind(app, *n, Kind::Topic)) {
                        add(named(app, node, true));
                    }
                }
                _ => {}
            }
        }
        all
    }
}

/// A node by its reference, or by its ARN.
fn named(app: &App, node: NodeId, arn: bool) -> Text {
    let attribute = if arn { "Arn" } else { "Ref" };
    let key = match node {
        NodeId::Function(id) => app.functions.get(id).map(|f| &f.key),
        NodeId::Resource(id) => app.resources.get(id).map(|r| &r.key),
        NodeId::Role(id) => app.roles.get(id).map(|r| &r.key),
        NodeId::Outside(id) => {
            return app
                .outsides
                .get(id)
                .map_or_else(|| Text::join([hole()]), |o| o.text.clone());
        }
    };
    match key {
        Some(key) => Text::hole(Symbol::Attr(
            key.stack,
            key.address.clone(),
            attribute.to_owned(),
        )),
        None => Text::join([hole()]),
    }
}

fn is_kind(app: &App, node: NodeId, kind: Kind) -> bool {
    match node {
        NodeId::Resource(id) => app.resources.get(id).is_some_and(|r| r.kind == kind),
        NodeId::Outside(id) => app.outsides.get(id).is_some_and(|o| o.kind == kind),
        _ => false,
    }
}

/// The buckets whose notifications arrive from a source: itself, or those that deliver to it.
fn buckets(app: &App, source: Option<NodeId>) -> Vec<NodeId> {
    let Some(source) = source else {
        return Vec::new();
    };
    let mut open = vec![source];
    let mut known = open.clone();
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        if is_kind(app, node, Kind::Bucket) {
            found.push(node);
            continue;
        }
        for edge in &app.edges {
            if edge.to == node
                && matches!(edge.kind, EdgeKind::Delivers { .. })
                && !known.contains(&edge.from)
            {
                known.push(edge.from);
                open.push(edge.from);
            }
        }
    }
    found.sort_unstable();
    found
}

/// The buckets that the pattern of an event rule names, or that send their events to it.
fn matched_buckets(app: &App, trigger: &Trigger) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    let is_bucket = |path: &[String]| {
        matches!(
            path.join(".").as_str(),
            "detail.bucket.name" | "detail.requestParameters.bucketName"
        )
    };
    for (_, names) in trigger
        .filter
        .values
        .iter()
        .filter(|(path, _)| is_bucket(path))
    {
        all.extend(names.iter().map(Text::of));
    }
    for (_, patterns) in trigger
        .filter
        .patterns
        .iter()
        .filter(|(path, _)| is_bucket(path))
    {
        for pattern in patterns {
            match pattern {
                Pattern::Is(name) => all.push(Text::of(name.clone())),
                Pattern::Prefix(start) => {
                    all.push(Text::join([Part::Literal(start.clone()), hole()]));
                }
                _ => {}
            }
        }
    }
    if all.is_empty() {
        let mut from = buckets(app, trigger.source);
        if from.is_empty() && trigger.event.starts_with("aws.eventbridge") {
            // The bus has the events of every bucket of the account; of the template's one there is no doubt.
            let ids = app.resources.ids().map(NodeId::Resource);
            from = ids.filter(|id| is_kind(app, *id, Kind::Bucket)).collect();
            if from.len() > 1 {
                from.clear();
            }
        }
        all.extend(from.into_iter().map(|b| named(app, b, false)));
    }
    all
}
