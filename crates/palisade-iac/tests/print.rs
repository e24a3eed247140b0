//! Services resolved as the framework's own `print` resolves them: every file of `print/` holds a project and what the
//! named version of the framework printed of it.

use std::path::Path;

use palisade_iac::document;
use palisade_iac::evaluate::Scope;
use palisade_iac::serverless::resolved;
use palisade_model::limits::Limits;
use palisade_model::source::Sources;
use palisade_model::text::StackId;
use serde_json::{Map, Value};

/// Scalars as strings; what is null is left out.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, v)| !v.is_null());
            let entries: Map<String, Value> = kept.map(|(k, v)| (k.clone(), plain(v))).collect();
            Value::Object(entries)
        }
        Value::String(text) => Value::String(text.clone()),
        other => Value::String(other.to_string()),
    }
}

/// What is expected must be there and equal; a service prints more than that.
fn within(expected: &Value, found: &Value, place: &str, wrong: &mut Vec<String>) {
    let (Value::Object(expected), Value::Object(found)) = (expected, found) else {
        if expected != found {
            wrong.push(format!("{place}: expected {expected}, found {found}"));
        }
        return;
    };
    for (key, value) in expected {
        match found.get(key) {
            Some(found) => within(value, found, &format!("{place}.{key}"), wrong),
            None => wrong.push(format!("{place}.{key}: not there")),
        }
    }
}

#[test]
fn as_the_framework_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/print");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = Sources::default();
        let mut expected = Vec::new();
        for block in text.split("\n```").skip(1).step_by(2) {
            let (name, body) = block.split_once('\n').unwrap();
            match name.strip_prefix("expect ") {
                Some(stage) => expected.push((stage.to_owned(), body.to_owned())),
                None => {
                    sources.add(name, format!("{body}\n"));
                }
            }
        }
        let limits = Limits::default();
        let find = |path: &str| sources.find(path);
        let scope = Scope {
            sources: &sources,
            limits: &limits,
            stack: StackId(0),
            given: &[],
            inherited: &[],
            find: &find,
        };
        let (folder, file) = ["", "svc"]
            .into_iter()
            .find_map(|folder| {
                let path = format!("{folder}/serverless.yml");
                Some((folder, sources.find(path.trim_start_matches('/'))?))
            })
            .unwrap();
        let document = document::parse(&sources, file, &limits, &mut Vec::new()).unwrap();
        for (stage, body) in expected {
            let expected: Value = serde_json::from_str(&body).unwrap();
            let printed = resolved(&document, folder, &stage, &scope).unwrap();
            let found: Value = serde_json::from_str(&printed).unwrap();
            let place = format!("{} {stage}", path.file_name().unwrap().to_string_lossy());
            within(&plain(&expected), &plain(&found), &place, &mut wrong);
            compared += 1;
        }
    }
    assert!(compared > 1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
