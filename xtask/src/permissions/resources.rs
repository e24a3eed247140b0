//! The classes of boto3's resources: what each sends, makes and lists.

use std::collections::BTreeMap;

use anyhow::Context as _;
use palisade_iam::facts::layout::{CALL, CHILD, CLASS, COLLECTION};
use palisade_iam::facts::snake;
use serde_json::{Map, Value};

use super::archive::Archive;
use super::curated::Filled;

/// A name that a class has.
pub(super) struct Name {
    pub(super) kind: u32,
    /// Operations with what is filled in.
    pub(super) sends: Vec<(String, Vec<Filled>)>,
    /// The class that is made or listed, and its identifiers.
    pub(super) class: Option<(String, Vec<Filled>)>,
    /// Of a class: the names of its identifiers.
    pub(super) identifiers: Vec<String>,
}

/// By class and name; the name of the class itself is empty.
pub(super) type Names = BTreeMap<(String, String), Name>;

/// The names of all classes of all services; clients by class as its first part.
pub(super) fn read(boto3: &Archive, botocore: &Archive) -> anyhow::Result<Names> {
    let mut newest: BTreeMap<&str, &str> = BTreeMap::new();
    for path in boto3.below("boto3/data/") {
        if path.ends_with("/resources-1.json") {
            newest.insert(path.split('/').nth(2).context("no service")?, path);
        }
    }
    let mut names = Names::new();
    for (service, path) in newest {
        let description = boto3.json(path)?;
        let shapes = shapes(botocore, service)?;
        let reader = Reader {
            service,
            classes: object(&description, "resources"),
            shapes,
        };
        let own = description.get("service").context("no service")?;
        reader.class(service, own, &mut names);
        for class in reader.classes.keys() {
            let of = reader.classes.get(class).context("just listed")?;
            reader.class(&format!("{service}.{class}"), of, &mut names);
        }
    }
    Ok(names)
}

/// The shapes of the newest description of a client.
fn shapes(botocore: &Archive, client: &str) -> anyhow::Result<Map<String, Value>> {
    let prefix = format!("botocore/data/{client}/");
    let paths = botocore
        .below(&prefix)
        .filter(|path| path.contains("/service-2.json"));
    let path = paths.last().context("no such client")?.to_owned();
    Ok(object(&botocore.json(&path)?, "shapes"))
}

struct Reader<'a> {
    service: &'a str,
    classes: Map<String, Value>,
    shapes: Map<String, Value>,
}

impl Reader<'_> {
    fn class(&self, class: &str, described: &Value, names: &mut Names) {
        let mut add =
            |name: String, found: Name| drop(names.insert((class.to_owned(), name), found));
        let identifiers = list(described, "identifiers").map(|one| text(one, "name").to_owned());
        let identifiers: Vec<String> = identifiers.collect();
        for name in self.attributes(described, &identifiers) {
            add(name, self.call(described.get("load")));
        }
        add(
            String::new(),
            Name {
                identifiers,
                ..Name::of(CLASS)
            },
        );
        if described.get("load").is_some() {
            for name in ["load", "reload"] {
                add(name.to_owned(), self.call(described.get("load")));
            }
        }
        for (name, action) in object(described, "actions") {
            add(snake(&name), self.call(Some(&action)));
        }
        for (name, waiter) in object(described, "waiters") {
            let filled = filled(list(&waiter, "params"), &[]);
            let operation = format!("waiter {}", text(&waiter, "waiterName"));
            add(
                format!("wait_until_{}", snake(&name)),
                Name {
                    sends: vec![(operation, filled)],
                    ..Name::of(CALL)
                },
            );
        }
        for (name, made) in self.made(class, described) {
            add(name, made);
        }
        for (name, many) in object(described, "hasMany") {
            for (name, found) in self.collection(&snake(&name), &many) {
                add(name, found);
            }
        }
    }

    fn call(&self, action: Option<&Value>) -> Name {
        let request = action.and_then(|action| action.get("request"));
        let sends = request.map(|request| {
            (
                text(request, "operation").to_owned(),
                filled(list(request, "params"), &[]),
            )
        });
        let answered = action.and_then(|action| action.get("resource"));
        let class = answered.map(|made| {
            (
                self.named(text(made, "type")),
                filled(list(made, "identifiers"), &[]),
            )
        });
        Name {
            sends: sends.into_iter().collect(),
            class,
            ..Name::of(CALL)
        }
    }

    /// Objects made from given names, and those that attributes refer to.
    fn made(&self, class: &str, described: &Value) -> Vec<(String, Name)> {
        let mut found = Vec::new();
        let mut add = |name: String, kind: &str, identifiers: Vec<Filled>| {
            let class = Some((self.named(kind), identifiers));
            found.push((
                name,
                Name {
                    class,
                    ..Name::of(CHILD)
                },
            ));
        };
        if class == self.service {
            for (kind, of) in &self.classes {
                let inputs = list(of, "identifiers").map(|one| text(one, "name"));
                let inputs = (0_u32..).zip(inputs).map(|(place, target)| Filled {
                    target: target.to_owned(),
                    kind: 3,
                    source: place.to_string(),
                });
                add(kind.clone(), kind, inputs.collect());
            }
        }
        for (name, has) in object(described, "has") {
            let made = has.get("resource").unwrap_or(&Value::Null);
            let loaded = list(made, "identifiers").any(|one| text(one, "source") == "data");
            let name = if loaded { snake(&name) } else { name };
            add(
                name,
                text(made, "type"),
                filled(list(made, "identifiers"), &[]),
            );
        }
        found
    }

    /// The collection, and what is sent for all that it lists.
    fn collection(&self, name: &str, many: &Value) -> Vec<(String, Name)> {
        let request = many.get("request").unwrap_or(&Value::Null);
        let listing = (
            text(request, "operation").to_owned(),
            filled(list(request, "params"), &[]),
        );
        let made = many.get("resource").unwrap_or(&Value::Null);
        let kind = text(made, "type");
        let identifiers = filled(list(made, "identifiers"), &[]);
        let mut found = vec![(
            name.to_owned(),
            Name {
                sends: vec![listing.clone()],
                class: Some((self.named(kind), identifiers.clone())),
                ..Name::of(COLLECTION)
            },
        )];
        let item = self.classes.get(kind).unwrap_or(&Value::Null);
        for (batch, action) in object(item, "batchActions") {
            let request = action.get("request").unwrap_or(&Value::Null);
            let each = filled(list(request, "params"), &identifiers);
            let sends = vec![
                listing.clone(),
                (text(request, "operation").to_owned(), each),
            ];
            found.push((
                format!("{name}.{}", snake(&batch)),
                Name {
                    sends,
                    ..Name::of(CALL)
                },
            ));
        }
        found
    }

    /// Attributes whose first use loads the object.
    fn attributes(&self, described: &Value, identifiers: &[String]) -> Vec<String> {
        let shape = self.shapes.get(text(described, "shape"));
        let members = match (described.get("load"), shape) {
            (Some(_), Some(shape)) => object(shape, "members"),
            _ => Map::new(),
        };
        let same = |member: &str| {
            list(described, "identifiers").any(|one| text(one, "memberName") == member)
        };
        let names = members.keys().filter(|member| !same(member));
        let names = names.map(|member| snake(member));
        names
            .filter(|name| !identifiers.iter().any(|one| snake(one) == *name))
            .collect()
    }

    fn named(&self, class: &str) -> String {
        format!("{}.{class}", self.service)
    }
}

impl Name {
    fn of(kind: u32) -> Self {
        Self {
            kind,
            sends: Vec::new(),
            class: None,
            identifiers: Vec::new(),
        }
    }
}

/// What parameters and identifiers are filled with; identifiers of listed objects are those of the collection.
fn filled<'a>(params: impl Iterator<Item = &'a Value>, listed: &[Filled]) -> Vec<Filled> {
    let mut place = 0;
    let mut found = Vec::new();
    for param in params {
        let target = text(param, "target")
            .replace("[*]", "[]")
            .replace("[0]", "[]");
        let of = |kind: u32, source: &str| Filled {
            target: target.clone(),
            kind,
            source: source.to_owned(),
        };
        let name = text(param, "name");
        let path = text(param, "path");
        found.push(match text(param, "source") {
            "identifier" => match listed.iter().find(|one| one.target == name) {
                Some(one) => of(one.kind, &one.source),
                None => of(0, name),
            },
            "string" => of(1, text(param, "value")),
            "requestParameter" => of(4, path),
            "input" => {
                place += 1;
                of(3, &(place - 1).to_string())
            }
            "integer" | "boolean" => continue,
            _ => of(2, path),
        });
    }
    found
}

fn object(value: &Value, key: &str) -> Map<String, Value> {
    value
        .get(key)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}
