//! Patterns over messages: what they let through at each path.

use palisade_model::reach::{Filter, Pattern};

use crate::look;
use crate::value::{Value, ValueKind};

/// Deepest path of a pattern.
const DEEP_MAX: usize = 16;

/// Adds a pattern, written as a map or as JSON in a string, to a filter.
pub fn read(pattern: &Value, filter: &mut Filter) {
    match &pattern.kind {
        ValueKind::Scalar(text, _) => {
            if let Some(json) = crate::json::value(text, &pattern.origin) {
                map(&json, &mut Vec::new(), filter);
            }
        }
        _ => map(pattern, &mut Vec::new(), filter),
    }
}

fn map(value: &Value, path: &mut Vec<String>, filter: &mut Filter) {
    if path.len() > DEEP_MAX {
        return;
    }
    for (_, key, _, inner) in look::entries(value) {
        // `$or` holds alternatives of whole patterns.
        if key.starts_with('$') {
            continue;
        }
        path.push(key.to_owned());
        match &inner.kind {
            ValueKind::Map(_) => map(inner, path, filter),
            ValueKind::List(items) => field(items, path, filter),
            ValueKind::Scalar(..) => field(std::slice::from_ref(inner), path, filter),
            _ => {}
        }
        path.pop();
    }
}

/// The alternatives for one field.
fn field(items: &[Value], path: &[String], filter: &mut Filter) {
    if items.is_empty() {
        return;
    }
    match literals(items) {
        Some(literals) => filter.values.push((path.to_vec(), literals)),
        None => {
            let patterns = items.iter().map(pattern).collect();
            filter.patterns.push((path.to_vec(), patterns));
        }
    }
}

fn literals(items: &[Value]) -> Option<Vec<String>> {
    items
        .iter()
        .map(|item| look::literal(item).map(str::to_owned))
        .collect()
}

/// One alternative. Source: Amazon SNS developer guide, filter policy constraints; Amazon EventBridge user guide,
/// comparison operators (2026-10).
fn pattern(item: &Value) -> Pattern {
    if let Some(literal) = look::literal(item) {
        return Pattern::Is(literal.to_owned());
    }
    let ValueKind::Map(entries) = &item.kind else {
        return Pattern::Other;
    };
    let [(key, inner)] = entries.as_slice() else {
        return Pattern::Other;
    };
    let one = || look::literal(inner).map(str::to_owned);
    let made = match key.text.as_str() {
        "anything-but" => excluded(inner),
        "prefix" => one().map(Pattern::Prefix),
        "suffix" => one().map(Pattern::Suffix),
        "equals-ignore-case" => one().map(Pattern::IgnoreCase),
        "exists" => match look::literal(inner) {
            Some("true") => Some(Pattern::Exists(true)),
            Some("false") => Some(Pattern::Exists(false)),
            _ => None,
        },
        _ => None,
    };
    made.unwrap_or(Pattern::Other)
}

/// What `anything-but` leaves out.
fn excluded(value: &Value) -> Option<Pattern> {
    let several = |value: &Value| match &value.kind {
        ValueKind::List(items) => literals(items),
        _ => literals(std::slice::from_ref(value)),
    };
    if let ValueKind::Map(entries) = &value.kind {
        let [(key, inner)] = entries.as_slice() else {
            return None;
        };
        return match key.text.as_str() {
            "prefix" => several(inner).map(Pattern::NotPrefix),
            "suffix" => several(inner).map(Pattern::NotSuffix),
            _ => None,
        };
    }
    several(value).map(Pattern::Not)
}
