//! What the platform asks for on behalf of a function: its logs, its pollers, its network, its traces.

use std::sync::LazyLock;

use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::attribute::{Attribute, Settings};
use palisade_model::text::{Symbol, Text};
use toml_edit::{DocumentMut, Item};

use super::Need;
use super::bind::Binder;

struct Row {
    event: String,
    actions: Vec<String>,
    /// Of those, the ones that are asked for on the source; the others are on `*`.
    on_source: Vec<String>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| read(include_str!("../../data/platform.toml")));

fn read(text: &str) -> Vec<Row> {
    let document: DocumentMut = text.parse().unwrap_or_default();
    let words = |item: Option<&Item>| -> Vec<String> {
        let all = item.and_then(Item::as_array).into_iter().flatten();
        all.filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let rows = document.get("poller").and_then(Item::as_array_of_tables);
    let rows = rows.into_iter().flat_map(|rows| rows.iter());
    rows.map(|row| Row {
        event: row
            .get("event")
            .and_then(Item::as_str)
            .unwrap_or_default()
            .to_owned(),
        actions: words(row.get("on_all")),
        on_source: words(row.get("on_source")),
    })
    .collect()
}

/// What the platform asks for.
pub(super) fn needs(app: &App, function: FunctionId) -> Vec<Need> {
    let mut all: Vec<Need> = Vec::new();
    let binder = Binder { app, function };
    for row in ROWS.iter() {
        let wanted = match row.event.as_str() {
            "" => true,
            "network" => is_set(app, function, Attribute::Subnet),
            "tracing" => is_set(app, function, Attribute::Tracing),
            _ => false,
        };
        if wanted {
            add(&mut all, &row.actions, &Text::of("*"));
        }
    }
    for (_, trigger) in app.triggers_of(function) {
        for row in ROWS.iter().filter(|row| row.event == trigger.event) {
            add(&mut all, &row.actions, &Text::of("*"));
            let source = match trigger.source {
                Some(NodeId::Outside(id)) => app.outsides.get(id).map(|o| o.text.clone()),
                Some(node) if row.event == "aws.dynamodb-stream" => stream_of(app, node),
                Some(node) => binder.arn_of(node),
                None => None,
            };
            add(
                &mut all,
                &row.on_source,
                &source.unwrap_or_else(|| Text::of("*")),
            );
        }
    }
    all.sort_by(|a, b| a.action.cmp(&b.action));
    all
}

/// The ARN of a table's stream.
fn stream_of(app: &App, node: NodeId) -> Option<Text> {
    let NodeId::Resource(id) = node else {
        return None;
    };
    let key = &app.resources.get(id)?.key;
    let stream = "StreamArn".to_owned();
    Some(Text::hole(Symbol::Attr(
        key.stack,
        key.address.clone(),
        stream,
    )))
}

fn is_set(app: &App, function: FunctionId, attribute: Attribute) -> bool {
    let Some(function) = app.functions.get(function) else {
        return false;
    };
    let settings: &Settings = &function.settings;
    let flag = settings.flag(attribute).and_then(|s| s.known()).copied();
    let text = settings.text(attribute).and_then(|s| s.known());
    flag == Some(true)
        || text.is_some_and(|t| matches!(t.literal(), Some("Active" | "true" | "Enabled")))
}

fn add(all: &mut Vec<Need>, actions: &[String], resource: &Text) {
    for action in actions {
        match all.iter_mut().find(|need| need.action == *action) {
            Some(need) => {
                if !need.resources.contains(resource) {
                    need.resources.push(resource.clone());
                }
            }
            None => all.push(Need {
                action: action.clone(),
                resources: vec![resource.clone()],
                spans: Vec::new(),
                exact: true,
                conditions: Vec::new(),
            }),
        }
    }
}
