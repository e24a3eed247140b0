//! What the platform asks for on behalf of a function: its logs, its pollers, its network, its traces, what it sends
//! and opens for it, and the extensions in its layers.

use std::sync::LazyLock;

use palisade_model::app::{App, Function, FunctionId, NodeId};
use palisade_model::attribute::{Attribute, Settings};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};
use toml_edit::{DocumentMut, Item, Table};

use super::Need;
use super::bind::Binder;
use crate::facts;

/// What is asked for in one situation.
#[derive(Debug, Default)]
struct Row {
    /// The event, errand, action or part of a layer's name.
    key: String,
    /// Kinds of sources that are polled; others bring the same events by themselves.
    kinds: Vec<String>,
    /// What does not work without.
    sure: Asked,
    /// What may be asked for, and stays where it is granted.
    also: Asked,
}

/// Actions by what they are on.
#[derive(Debug, Default)]
struct Asked {
    on_all: Vec<String>,
    on_source: Vec<String>,
    on_objects: Vec<String>,
}

#[derive(Debug, Default)]
struct Facts {
    pollers: Vec<Row>,
    errands: Vec<Row>,
    layers: Vec<Row>,
    beside: Vec<Row>,
    extensions: Vec<String>,
}

static FACTS: LazyLock<Facts> = LazyLock::new(|| read(include_str!("../../data/platform.toml")));

fn read(text: &str) -> Facts {
    let document: DocumentMut = text.parse().unwrap_or_default();
    let rows = |name: &str, key: &str| -> Vec<Row> {
        let rows = document.get(name).and_then(Item::as_array_of_tables);
        let rows = rows.into_iter().flat_map(|rows| rows.iter());
        rows.map(|row| Row {
            key: row
                .get(key)
                .and_then(Item::as_str)
                .unwrap_or_default()
                .to_owned(),
            kinds: words(row, "kinds"),
            sure: Asked::read(row, ""),
            also: Asked::read(row, "also_"),
        })
        .collect()
    };
    let extensions = document.get("extensions").and_then(Item::as_table);
    Facts {
        pollers: rows("poller", "event"),
        errands: rows("errand", "what"),
        layers: rows("layer", "name"),
        beside: rows("beside", "action"),
        extensions: extensions
            .map(|table| words(table, "words"))
            .unwrap_or_default(),
    }
}

fn words(table: &Table, key: &str) -> Vec<String> {
    let all = table
        .get(key)
        .and_then(Item::as_array)
        .into_iter()
        .flatten();
    all.filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

impl Asked {
    fn read(row: &Table, before: &str) -> Self {
        Self {
            on_all: words(row, &format!("{before}on_all")),
            on_source: words(row, &format!("{before}on_source")),
            on_objects: words(row, &format!("{before}on_objects")),
        }
    }
}

/// What the platform asks for.
#[derive(Debug, Default)]
pub(super) struct Platform {
    /// What does not work without.
    pub(super) sure: Vec<Need>,
    /// What may be asked for in situations that no template tells.
    pub(super) also: Vec<Need>,
    /// Extensions of which it is not known what they ask for.
    pub(super) unknown: Vec<(Span, String)>,
}

/// What the platform asks for on behalf of a function.
pub(super) fn needs(app: &App, id: FunctionId) -> Platform {
    let mut platform = Platform::default();
    let Some(function) = app.functions.get(id) else {
        return platform;
    };
    for row in &FACTS.pollers {
        let wanted = match row.key.as_str() {
            "" => true,
            "network" => is_set(&function.settings, Attribute::Subnet),
            "tracing" => is_set(&function.settings, Attribute::Tracing),
            _ => false,
        };
        if wanted {
            platform.add(row, None);
        }
    }
    platform.polled(app, id);
    // They are in the order of their functions.
    let errands = &app.aside.errands;
    let from = errands.partition_point(|errand| errand.function < function.key);
    let own = errands.iter().skip(from);
    for errand in own.take_while(|errand| errand.function == function.key) {
        if let Some(row) = FACTS.errands.iter().find(|row| row.key == errand.what) {
            platform.add(row, Some(&errand.on));
        }
    }
    platform.layers(function);
    platform.sure.sort_by(|a, b| a.action.cmp(&b.action));
    platform.also.sort_by(|a, b| a.action.cmp(&b.action));
    platform
}

/// What policies grant along with what the platform asks for; of use only where a policy names it.
pub fn named_along(platform: &[Need]) -> Vec<Need> {
    let mut all = Vec::new();
    for need in platform {
        for row in FACTS.beside.iter().filter(|row| row.key == need.action) {
            add(&mut all, &row.sure.on_all, &Text::of("*"));
            for source in &need.resources {
                add(&mut all, &row.sure.on_source, source);
            }
        }
    }
    all
}

impl Platform {
    /// Sources that are read with the rights of the function.
    fn polled(&mut self, app: &App, function: FunctionId) {
        let binder = Binder { app, function };
        for (_, trigger) in app.triggers_of(function) {
            // A pipe reads with a role of its own.
            let polled = |row: &Row| match trigger.source {
                Some(NodeId::Resource(id)) => {
                    let kind = app.resources.get(id).map_or("", |r| r.kind.word());
                    row.kinds.iter().any(|known| known == kind)
                }
                _ => true,
            };
            let rows = FACTS.pollers.iter();
            for row in rows.filter(|row| row.key == trigger.event && polled(row)) {
                let source = match trigger.source {
                    Some(NodeId::Outside(id)) => app.outsides.get(id).map(|o| o.text.clone()),
                    Some(node) if row.key == "aws.dynamodb-stream" => stream_of(app, node),
                    Some(node) => binder.arn_of(node),
                    None => None,
                };
                self.add(row, source.as_ref());
            }
        }
    }

    /// Extensions run beside the function and have its rights.
    fn layers(&mut self, function: &Function) {
        let layers = function.layers.iter().map(|layer| {
            let names = layer.values().into_iter();
            let names: Vec<String> = names.map(|(_, name)| name.words()).collect();
            (layer.origin.span, names)
        });
        for (span, names) in layers {
            for name in names {
                if let Some(row) = FACTS.layers.iter().find(|row| name.contains(&row.key)) {
                    self.add(row, None);
                    continue;
                }
                let lower = name.to_ascii_lowercase();
                if FACTS.extensions.iter().any(|word| lower.contains(word)) {
                    let why = format!("the layer `{name}` may ask AWS by itself");
                    self.unknown.push((span, why));
                }
            }
        }
        for folder in &function.layer_folders {
            let last = folder.rsplit('/').next().unwrap_or(folder);
            if last.to_ascii_lowercase().contains("extension") {
                let why = format!("the layer of `{folder}` may ask AWS by itself");
                self.unknown.push((function.origin.span, why));
            }
        }
    }

    fn add(&mut self, row: &Row, source: Option<&Text>) {
        for (asked, needs) in [(&row.sure, &mut self.sure), (&row.also, &mut self.also)] {
            let all = Text::of("*");
            let source = source.unwrap_or(&all);
            add(needs, &asked.on_all, &all);
            add(needs, &asked.on_source, source);
            add(needs, &asked.on_objects, &objects(source));
        }
    }
}

/// What lies in a bucket.
fn objects(bucket: &Text) -> Text {
    let below = Part::Literal("/*".to_owned());
    match bucket.literal() {
        Some("*") => bucket.clone(),
        _ => Text::join(bucket.parts().iter().cloned().chain([below])),
    }
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

fn is_set(settings: &Settings, attribute: Attribute) -> bool {
    let flag = settings.flag(attribute).and_then(|s| s.known()).copied();
    let text = settings.text(attribute).and_then(|s| s.known());
    flag == Some(true)
        || text.is_some_and(|t| matches!(t.literal(), Some("Active" | "true" | "Enabled")))
}

/// Adds actions on a resource; on everything where an action knows no resources.
fn add(all: &mut Vec<Need>, actions: &[String], resource: &Text) {
    let anything = Text::of("*");
    for action in actions {
        let known = facts::action(action).map(facts::Action::resource_types);
        let resource = match known {
            Some(types) if types.is_empty() => &anything,
            _ => resource,
        };
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
