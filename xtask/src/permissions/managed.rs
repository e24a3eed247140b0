//! The managed policies of AWS, deflated in blocks that can be read one by one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use miniz_oxide::deflate::compress_to_vec;
use palisade_iam::managed::{BLOCK_BYTES_MAX, MAGIC};
use serde_json::{Map, Value, json};

use super::archive::Archive;

/// A block is closed when it is as large.
const BLOCK_BYTES: usize = 64 << 10;

/// The strongest of deflate.
const LEVEL: u8 = 10;

/// Where the list stands in its package.
const PATH: &str = "moto/iam/aws_managed_policies.py";

/// The file, how many policies it holds, and the day of the newest.
pub(super) fn build(package: &Archive, data: &Path) -> anyhow::Result<(Vec<u8>, usize, String)> {
    let source = String::from_utf8(package.bytes(PATH)?)?;
    let listed = source
        .split("\"\"\"")
        .nth(1)
        .context("no list of policies")?;
    let listed: Value = serde_json::from_str(listed)?;
    let mut lines = BTreeMap::new();
    let mut newest = String::new();
    for (name, policy) in listed.as_object().context("no list of policies")? {
        let line = line(name, policy).with_context(|| format!("policy `{name}`"))?;
        newest = newest.max(day(policy).to_owned());
        lines.insert(name.clone(), line);
    }
    // Those that AWS has taken back are still attached in old templates.
    for line in fs::read_to_string(data.join("managed-retired.jsonl"))?.lines() {
        let policy: Value = serde_json::from_str(line)?;
        let name = policy
            .get("name")
            .and_then(Value::as_str)
            .context("no name")?;
        lines
            .entry(name.to_owned())
            .or_insert_with(|| line.to_owned());
    }
    Ok((bytes(&lines)?, lines.len(), newest))
}

/// Magic, number of blocks, for each the offset and length of its bytes and the place of its first name; then the bytes.
fn bytes(lines: &BTreeMap<String, String>) -> anyhow::Result<Vec<u8>> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for (name, line) in lines {
        match blocks.last_mut() {
            Some((_, block)) if block.len() + line.len() < BLOCK_BYTES => {
                block.push('\n');
                block.push_str(line);
            }
            _ => blocks.push((name.clone(), line.clone())),
        }
    }
    let mut heads = Vec::new();
    let mut body = Vec::new();
    for (name, block) in &blocks {
        anyhow::ensure!(
            block.len() <= BLOCK_BYTES_MAX,
            "a policy is too large: `{name}`"
        );
        let packed = compress_to_vec(block.as_bytes(), LEVEL);
        for number in [body.len(), name.len(), packed.len()] {
            heads.extend(u32::try_from(number)?.to_le_bytes());
        }
        body.extend(name.as_bytes());
        body.extend(packed);
    }
    let mut out = MAGIC.to_vec();
    out.extend(u32::try_from(blocks.len())?.to_le_bytes());
    out.extend(heads);
    out.extend(body);
    Ok(out)
}

fn line(name: &str, policy: &Value) -> anyhow::Result<String> {
    let document = policy.get("Document").context("no document")?;
    let written = document.get("Statement").context("no statements")?;
    let written = written
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![written.clone()]);
    let statements: Vec<Value> = written.iter().map(statement).collect();
    let text = |key: &str| policy.get(key).and_then(Value::as_str).unwrap_or("");
    let line = json!({
        "name": name,
        "path": text("Path"),
        "version": text("DefaultVersionId"),
        "updated": day(policy),
        "statements": statements,
    });
    Ok(line.to_string())
}

fn day(policy: &Value) -> &str {
    let updated = policy
        .get("UpdateDate")
        .and_then(Value::as_str)
        .unwrap_or("");
    updated.split('T').next().unwrap_or("")
}

fn statement(written: &Value) -> Value {
    let mut out = Map::new();
    if written.get("Effect").and_then(Value::as_str) == Some("Deny") {
        out.insert("deny".to_owned(), Value::Bool(true));
    }
    let keys = [
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ];
    for (key, ours) in keys {
        let list = written.get(key).map(listed);
        // `*` is what a statement without resources says.
        if let Some(list) = list.filter(|list| ours != "resources" || *list != [json!("*")]) {
            out.insert(ours.to_owned(), Value::Array(list));
        }
    }
    let mut conditions = Vec::new();
    let operators = written.get("Condition").and_then(Value::as_object);
    for (operator, tests) in operators.into_iter().flatten() {
        for (key, values) in tests.as_object().into_iter().flatten() {
            conditions.push(json!([operator, key, listed(values)]));
        }
    }
    if !conditions.is_empty() {
        out.insert("conditions".to_owned(), Value::Array(conditions));
    }
    Value::Object(out)
}

fn listed(value: &Value) -> Vec<Value> {
    let text = |value: &Value| match value {
        Value::String(_) => value.clone(),
        other => Value::String(other.to_string()),
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        other => vec![text(other)],
    }
}
