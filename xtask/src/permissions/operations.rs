//! Clients, operations and waiters as botocore describes them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Map, Value};

use super::archive::Archive;

/// Structures inside structures are followed so far.
const DEPTH_MAX: usize = 4;

/// A service as botocore knows it.
pub(super) struct Client {
    pub(super) service_id: String,
    /// What requests are signed for, else where they are sent: most often the prefix of its actions.
    pub(super) signing: String,
    /// By name.
    pub(super) operations: BTreeMap<String, Operation>,
    /// By name: the operation that is asked.
    pub(super) waiters: BTreeMap<String, String>,
}

/// An operation and its input.
pub(super) struct Operation {
    pub(super) unsigned: bool,
    pub(super) verb: String,
    pub(super) path: String,
    pub(super) members: Vec<Member>,
    /// Paths of structures called `S3Object`: a bucket and a name.
    pub(super) s3_objects: Vec<String>,
}

/// A member of an input.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) holds: Holds,
    /// How the path of the request calls it.
    pub(super) in_path: Option<String>,
}

/// What a member holds, as far as it can name a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    Texts,
    Other,
}

/// All clients by botocore's names; of each the newest description.
pub(super) fn read(botocore: &Archive) -> anyhow::Result<BTreeMap<String, Client>> {
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    for path in botocore.below("botocore/data/") {
        let Some(name) = path.split('/').nth(2) else {
            continue;
        };
        if path.contains("/service-2.json") {
            newest.insert(name.to_owned(), path.to_owned());
        }
    }
    let mut clients = BTreeMap::new();
    for (name, path) in newest {
        let description = botocore.json(&path)?;
        let client = client(&description).with_context(|| format!("`{path}`"))?;
        clients.insert(name.clone(), client);
        // Either may be packed or not.
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let waiters = format!("{folder}/waiters-2.json");
        if let Some(waiters) = botocore.below(&waiters).next() {
            let waiters = botocore.json(waiters)?;
            let client = clients.get_mut(&name).context("just inserted")?;
            client.read_waiters(&waiters);
        }
    }
    Ok(clients)
}

fn client(description: &Value) -> anyhow::Result<Client> {
    let metadata = description.get("metadata").context("no metadata")?;
    let shapes = description
        .get("shapes")
        .and_then(Value::as_object)
        .context("no shapes")?;
    let signing = metadata
        .get("signingName")
        .or_else(|| metadata.get("endpointPrefix"));
    let operations = description.get("operations").and_then(Value::as_object);
    let operations = operations.context("no operations")?;
    Ok(Client {
        service_id: text(metadata, "serviceId").to_owned(),
        signing: signing
            .and_then(Value::as_str)
            .context("no prefix")?
            .to_owned(),
        operations: operations
            .iter()
            .map(|(name, operation)| (name.clone(), Operation::read(operation, shapes)))
            .collect(),
        waiters: BTreeMap::new(),
    })
}

impl Client {
    fn read_waiters(&mut self, description: &Value) {
        let waiters = description.get("waiters").and_then(Value::as_object);
        for (name, waiter) in waiters.into_iter().flatten() {
            self.waiters
                .insert(name.clone(), text(waiter, "operation").to_owned());
        }
    }
}

impl Operation {
    fn read(operation: &Value, shapes: &Map<String, Value>) -> Self {
        let http = operation.get("http").unwrap_or(&Value::Null);
        let input = operation
            .get("input")
            .and_then(|input| shapes.get(text(input, "shape")));
        let auth = operation.get("auth").and_then(Value::as_array);
        let unsigned = text(operation, "authtype") == "none"
            || auth.is_some_and(|ways| {
                ways.first().and_then(Value::as_str) == Some("smithy.api#noAuth")
            });
        let mut s3_objects = Vec::new();
        if let Some(input) = input {
            find_s3_objects(input, shapes, "", 0, &mut s3_objects);
        }
        Self {
            unsigned,
            verb: text(http, "method").to_owned(),
            path: text(http, "requestUri").to_owned(),
            members: input
                .map(|input| members(input, shapes))
                .unwrap_or_default(),
            s3_objects,
        }
    }

    /// A member of its input.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

fn members(input: &Value, shapes: &Map<String, Value>) -> Vec<Member> {
    let required: Vec<&str> = input
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let listed = input.get("members").and_then(Value::as_object);
    let listed = listed.into_iter().flatten();
    listed
        .map(|(name, member)| Member {
            name: name.clone(),
            required: required.contains(&name.as_str()),
            holds: holds(member, shapes),
            in_path: (text(member, "location") == "uri")
                .then(|| text(member, "locationName").to_owned()),
        })
        .collect()
}

fn holds(member: &Value, shapes: &Map<String, Value>) -> Holds {
    let Some(shape) = shapes.get(text(member, "shape")) else {
        return Holds::Other;
    };
    match text(shape, "type") {
        "string" => Holds::Text,
        "list" => {
            let item = shape
                .get("member")
                .and_then(|item| shapes.get(text(item, "shape")));
            match item.is_some_and(|item| text(item, "type") == "string") {
                true => Holds::Texts,
                false => Holds::Other,
            }
        }
        _ => Holds::Other,
    }
}

fn find_s3_objects(
    shape: &Value,
    shapes: &Map<String, Value>,
    path: &str,
    depth: usize,
    found: &mut Vec<String>,
) {
    let members = shape.get("members").and_then(Value::as_object);
    for (name, member) in members.into_iter().flatten() {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let Some(inner) = shapes.get(text(member, "shape")) else {
            continue;
        };
        let has = |key: &str| {
            inner
                .get("members")
                .is_some_and(|members| members.get(key).is_some())
        };
        if name == "S3Object" && has("Bucket") && has("Name") {
            found.push(path);
        } else if text(inner, "type") == "structure" && depth < DEPTH_MAX {
            find_s3_objects(inner, shapes, &path, depth + 1, found);
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}
