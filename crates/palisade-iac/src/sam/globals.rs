//! The `Globals` section merged into each resource, and the APIs that events imply.

use std::sync::Arc;

use palisade_model::guard::Guard;
use palisade_model::setting::{How, Origin};
use palisade_model::source::Span;

use crate::evaluate::{RawResource, Template};
use crate::look;
use crate::value::{Value, ValueKind};

/// Address of the REST API that events without one imply.
pub const REST: &str = "ServerlessRestApi";
/// Address of the HTTP API that events without one imply.
pub const HTTP: &str = "ServerlessHttpApi";

/// Merges `Globals` and adds implied APIs.
pub fn apply(template: &mut Template) {
    imply(template);
    let globals = std::mem::replace(&mut template.globals, nothing(template.root));
    for raw in &mut template.resources {
        let Some(section) = raw.type_name.strip_prefix("AWS::Serverless::") else {
            continue;
        };
        let Some(global) = look::get(&globals, section) else {
            continue;
        };
        let excluded = excluded(section);
        raw.properties = merge_top(global, &raw.properties, excluded);
    }
    template.globals = globals;
}

fn nothing(span: Span) -> Value {
    Value {
        kind: ValueKind::Null,
        origin: Origin::written(span),
    }
}

/// Properties that `Globals` cannot set.
fn excluded(section: &str) -> &'static [&'static str] {
    match section {
        "Function" => &["Role", "Policies", "Events", "FunctionName"],
        "Api" => &["DefinitionBody", "StageName"],
        _ => &[],
    }
}

fn merge_top(global: &Value, local: &Value, excluded: &[&str]) -> Value {
    let ValueKind::Map(entries) = &global.kind else {
        return local.clone();
    };
    let kept: Vec<_> = entries
        .iter()
        .filter(|(key, _)| !excluded.contains(&key.text.as_str()))
        .cloned()
        .collect();
    let global = Value {
        kind: ValueKind::Map(kept),
        origin: global.origin.clone(),
    };
    let local = match local.kind {
        ValueKind::Null | ValueKind::NoValue => Value {
            kind: ValueKind::Map(Vec::new()),
            origin: local.origin.clone(),
        },
        _ => local.clone(),
    };
    merge(&global, &local, 0)
}

/// Maps merge deeply, lists concatenate, anything else of the resource wins. What an intrinsic made is no map or list.
fn merge(global: &Value, local: &Value, deep: u8) -> Value {
    match (&global.kind, &local.kind) {
        (ValueKind::Map(globals), ValueKind::Map(locals)) if deep < 32 => {
            let mut merged = locals.clone();
            for (key, value) in globals {
                let own = merged.iter_mut().find(|(k, _)| k.text == key.text);
                match own {
                    Some((k, mine)) => {
                        if k.text != "Architectures" {
                            *mine = merge(value, mine, deep + 1);
                        }
                    }
                    None => merged.push((key.clone(), inherited(value, 0))),
                }
            }
            Value {
                kind: ValueKind::Map(merged),
                origin: local.origin.clone(),
            }
        }
        (ValueKind::List(globals), ValueKind::List(locals)) => {
            let items = globals
                .iter()
                .map(|v| inherited(v, 0))
                .chain(locals.iter().cloned())
                .collect();
            Value {
                kind: ValueKind::List(items),
                origin: local.origin.clone(),
            }
        }
        _ => local.clone(),
    }
}

/// A value that comes from `Globals`, all of it.
fn inherited(value: &Value, deep: u8) -> Value {
    let kind = match &value.kind {
        _ if deep > 32 => value.kind.clone(),
        ValueKind::Map(entries) => ValueKind::Map(
            entries
                .iter()
                .map(|(key, v)| (key.clone(), inherited(v, deep + 1)))
                .collect(),
        ),
        ValueKind::List(items) => {
            ValueKind::List(items.iter().map(|v| inherited(v, deep + 1)).collect())
        }
        ValueKind::OneOf(branches) => ValueKind::OneOf(
            branches
                .iter()
                .map(|(guard, v)| (guard.clone(), inherited(v, deep + 1)))
                .collect(),
        ),
        other => other.clone(),
    };
    Value {
        kind,
        origin: Origin {
            span: value.origin.span,
            how: How::Globals,
            via: match (&value.origin.how, &value.origin.via) {
                (How::Written, via) => via.clone(),
                _ => Some(Arc::new(value.origin.clone())),
            },
        },
    }
}

/// Adds `ServerlessRestApi` and `ServerlessHttpApi` where an event needs one and the template declares none.
fn imply(template: &mut Template) {
    for (address, type_name, event, id) in [
        (REST, "AWS::Serverless::Api", "Api", "RestApiId"),
        (HTTP, "AWS::Serverless::HttpApi", "HttpApi", "ApiId"),
    ] {
        if template.resources.iter().any(|raw| raw.id == address) {
            continue;
        }
        let mut cause: Option<Span> = None;
        let mut guards: Vec<Guard> = Vec::new();
        for raw in &template.resources {
            if !matches!(
                raw.type_name.as_str(),
                "AWS::Serverless::Function" | "AWS::Serverless::StateMachine"
            ) {
                continue;
            }
            for (_, events) in look::at(&raw.properties, "Events") {
                for (guard, _, span, entry) in look::entries(events) {
                    if look::word(entry, "Type") == Some(event)
                        && look::first(entry, &format!("Properties.{id}")).is_none()
                    {
                        cause.get_or_insert(span);
                        guards.push(raw.exists.and(&guard));
                    }
                }
            }
        }
        let Some(span) = cause else {
            continue;
        };
        let exists = match guards.split_first() {
            Some((first, rest)) if rest.iter().all(|g| g == first) => first.clone(),
            _ => Guard::always(),
        };
        template.resources.push(RawResource {
            id: address.to_owned(),
            id_span: span,
            span,
            type_name: type_name.to_owned(),
            type_span: span,
            exists,
            properties: nothing(span),
            metadata: nothing(span),
            connectors: nothing(span),
            update_policy: nothing(span),
            deletion_policy: nothing(span),
            depends_on: Vec::new(),
            maker: None,
        });
    }
}

/// Where the settings of an implied API stand, or would stand: its block of `Globals`, or the head of the template.
pub fn settings_of_implied(template: &Template, raw: &RawResource) -> Origin {
    let section = raw.type_name.strip_prefix("AWS::Serverless::");
    let entries = look::entries(&template.globals);
    let block = entries
        .iter()
        .find(|(_, name, _, _)| Some(*name) == section)
        .map(|(_, _, span, _)| *span);
    Origin {
        span: block.unwrap_or(template.head),
        how: How::Globals,
        via: None,
    }
}

/// Whether an API was implied by an event.
pub fn is_implied(raw: &RawResource) -> bool {
    (raw.id == REST || raw.id == HTTP) && raw.span == raw.id_span
}
