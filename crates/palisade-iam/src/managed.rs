//! The documents of managed policies, read from data when they are asked for.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde_json::Value;

/// One policy a line, from the documents AWS publishes (managed policy reference; texts as of 2026-09-30,
/// taken from `iam:GetPolicyVersion` as collected in moto 5.2.5, Apache-2.0). `partial` marks those of
/// which only the actions of services Palisade knows are kept.
static TEXT: &str = include_str!("../data/managed.jsonl");

/// A statement of a managed policy.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ManagedStatement {
    /// Whether it denies.
    pub deny: bool,
    /// The actions, or those not meant.
    pub actions: Vec<String>,
    /// Whether the actions are those not meant.
    pub not_actions: bool,
    /// The resources, or those not meant.
    pub resources: Vec<String>,
    /// Whether the resources are those not meant.
    pub not_resources: bool,
    /// Operator, key, values.
    pub conditions: Vec<(String, String, Vec<String>)>,
}

/// The document of a managed policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Its name, such as `AmazonS3FullAccess`.
    pub name: &'static str,
    /// Whether it allows more than what stands here.
    pub partial: bool,
    /// Its statements.
    pub statements: Vec<ManagedStatement>,
}

type Entries = BTreeMap<&'static str, (&'static str, OnceLock<Option<Document>>)>;

static ENTRIES: LazyLock<Entries> = LazyLock::new(|| {
    let name = |line: &'static str| Some(line.strip_prefix("{\"name\":\"")?.split_once('"')?.0);
    TEXT.lines()
        .filter_map(|line| Some((name(line)?, (line, OnceLock::new()))))
        .collect()
});

/// The document of a policy by name or ARN; `None` for a policy that is not known here.
pub fn document(name_or_arn: &str) -> Option<&'static Document> {
    let name = managed_name(name_or_arn)?;
    let (key, (line, slot)) = ENTRIES.get_key_value(name)?;
    slot.get_or_init(|| parse(key, line)).as_ref()
}

/// The policy's name: of `AmazonS3FullAccess`, `service-role/X` or `arn:aws:iam::aws:policy/service-role/X`.
/// A policy of an account (`arn:aws:iam::123456789012:policy/X`) has none.
pub fn managed_name(name_or_arn: &str) -> Option<&str> {
    let path = match name_or_arn.strip_prefix("arn:") {
        Some(rest) => rest.split_once(":iam::aws:policy/")?.1,
        None => name_or_arn,
    };
    path.rsplit('/').next().filter(|name| !name.is_empty())
}

/// The names of all known policies, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.keys().copied()
}

fn parse(name: &'static str, line: &str) -> Option<Document> {
    let value: Value = serde_json::from_str(line).ok()?;
    let statements = value.get("statements")?.as_array()?;
    Some(Document {
        name,
        partial: value.get("partial").and_then(Value::as_bool) == Some(true),
        statements: statements.iter().map(statement).collect(),
    })
}

fn statement(value: &Value) -> ManagedStatement {
    let list = |key: &str| value.get(key).map(strings);
    let (actions, not_actions) = (list("actions"), list("not_actions"));
    let (resources, not_resources) = (list("resources"), list("not_resources"));
    ManagedStatement {
        deny: value.get("deny").and_then(Value::as_bool) == Some(true),
        not_actions: actions.is_none() && not_actions.is_some(),
        actions: actions.or(not_actions).unwrap_or_default(),
        not_resources: not_resources.is_some(),
        resources: resources
            .or(not_resources)
            .unwrap_or_else(|| vec!["*".to_owned()]),
        conditions: value
            .get("conditions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(condition)
            .collect(),
    }
}

fn condition(value: &Value) -> Option<(String, String, Vec<String>)> {
    let word = |at: usize| value.get(at).and_then(Value::as_str).map(str::to_owned);
    Some((word(0)?, word(1)?, strings(value.get(2)?)))
}

fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
