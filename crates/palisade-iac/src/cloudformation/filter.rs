//! Patterns over messages: the literal values they let through.

use crate::look;
use crate::value::{Value, ValueKind};

/// Path and allowed literal values.
pub type Allowed = (Vec<String>, Vec<String>);

/// The literal values of a pattern, written as a map or as JSON in a string.
pub fn values(pattern: &Value) -> Vec<Allowed> {
    let mut found = Vec::new();
    match &pattern.kind {
        ValueKind::Scalar(text, _) => {
            if let Ok(json) = serde_json::from_str::<serde_json::Value>(&text.words()) {
                of_json(&json, &mut Vec::new(), &mut found);
            }
        }
        _ => of_value(pattern, &mut Vec::new(), &mut found),
    }
    found
}

fn of_value(value: &Value, path: &mut Vec<String>, found: &mut Vec<Allowed>) {
    if path.len() > 16 {
        return;
    }
    for (_, key, _, inner) in look::entries(value) {
        path.push(key.to_owned());
        match &inner.kind {
            ValueKind::Map(_) => of_value(inner, path, found),
            ValueKind::List(items) => {
                let literals: Option<Vec<String>> = items
                    .iter()
                    .map(|v| look::literal(v).map(str::to_owned))
                    .collect();
                if let Some(literals) = literals.filter(|l| !l.is_empty()) {
                    found.push((path.clone(), literals));
                }
            }
            ValueKind::Scalar(text, _) => {
                if let Some(literal) = text.literal() {
                    found.push((path.clone(), vec![literal.to_owned()]));
                }
            }
            _ => {}
        }
        path.pop();
    }
}

fn of_json(value: &serde_json::Value, path: &mut Vec<String>, found: &mut Vec<Allowed>) {
    let serde_json::Value::Object(map) = value else {
        return;
    };
    if path.len() > 16 {
        return;
    }
    for (key, inner) in map {
        path.push(key.clone());
        match inner {
            serde_json::Value::Object(_) => of_json(inner, path, found),
            serde_json::Value::Array(items) => {
                let literals: Option<Vec<String>> = items.iter().map(scalar).collect();
                if let Some(literals) = literals.filter(|l| !l.is_empty()) {
                    found.push((path.clone(), literals));
                }
            }
            other => found.extend(scalar(other).map(|l| (path.clone(), vec![l]))),
        }
        path.pop();
    }
}

fn scalar(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
