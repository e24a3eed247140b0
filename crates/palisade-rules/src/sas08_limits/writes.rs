//! Calls of code that put something into a store or start something, as data.

use std::sync::OnceLock;

use palisade_model::api::{ApiArg, ApiCall, ApiStep, ApiValue};
use palisade_model::app::Kind;
use toml_edit::{Document, Item, Table};

/// One row.
#[derive(Debug)]
pub(crate) struct Write {
    /// What is written to; `None` for a function that is started.
    pub(crate) kind: Option<Kind>,
    /// The right it takes.
    pub(crate) action: String,
    /// Whether a function that does it to itself means it.
    pub(crate) on_purpose: bool,
    services: Vec<String>,
    operations: Vec<String>,
    target: Vec<String>,
    receivers: Vec<String>,
    key: Option<String>,
    entries: Option<String>,
    /// Operations whose target and key stand at these positions.
    at: Vec<(String, usize, usize)>,
}

/// What one call sends where: what its target and key can be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent<'c> {
    /// What names the target; empty where nothing does.
    pub(crate) target: Vec<&'c ApiValue>,
    /// What names the object.
    pub(crate) key: Vec<&'c ApiValue>,
    /// The members of an event.
    pub(crate) entry: Option<&'c ApiValue>,
}

/// All rows, parsed once.
pub(crate) fn all() -> &'static [Write] {
    static ALL: OnceLock<Vec<Write>> = OnceLock::new();
    ALL.get_or_init(|| {
        let document = Document::parse(include_str!("writes.toml")).ok();
        let rows = document
            .as_ref()
            .and_then(|d| d.as_table().get("write")?.as_array_of_tables().cloned());
        rows.iter().flatten().filter_map(row).collect()
    })
}

fn row(row: &Table) -> Option<Write> {
    let word = |key: &str| row.get(key).and_then(Item::as_str).map(str::to_owned);
    let words = |key: &str| -> Vec<String> {
        let list = row.get(key).and_then(Item::as_array);
        let items = list.into_iter().flatten().filter_map(|item| item.as_str());
        items.map(str::to_owned).collect()
    };
    let kind = match word("kind")?.as_str() {
        "bucket" => Some(Kind::Bucket),
        "queue" => Some(Kind::Queue),
        "topic" => Some(Kind::Topic),
        "table" => Some(Kind::Table),
        "stream" => Some(Kind::Stream),
        "bus" => Some(Kind::Bus),
        "workflow" => Some(Kind::Workflow),
        "function" => None,
        _ => return None,
    };
    let at = row.get("at").and_then(Item::as_inline_table);
    let positions = at.into_iter().flatten().filter_map(|(operation, list)| {
        let mut numbers = list.as_array()?.iter().filter_map(|n| n.as_integer());
        let mut next = || usize::try_from(numbers.next()?).ok();
        Some((operation.to_owned(), next()?, next()?))
    });
    Some(Write {
        kind,
        action: word("action")?,
        on_purpose: row
            .get("on_purpose")
            .and_then(Item::as_bool)
            .unwrap_or(false),
        services: words("services"),
        operations: words("operations"),
        target: words("target"),
        receivers: words("receivers"),
        key: word("key"),
        entries: word("entries"),
        at: positions.collect(),
    })
}

/// The row of a call.
pub(crate) fn of(call: &ApiCall) -> Option<&'static Write> {
    let operation = operation(call)?;
    let service = service(&call.path)?;
    let mut rows = all().iter();
    rows.find(|row| row.services.contains(&service) && row.operations.contains(&operation))
}

/// `put_item`, `putItem` and `PutItemCommand` are `putitem`.
fn operation(call: &ApiCall) -> Option<String> {
    let last = call.path.last()?;
    last.args.as_ref()?;
    let name = last.name.strip_suffix("Command").unwrap_or(&last.name);
    let letters = name.chars().filter(|c| c.is_ascii_alphanumeric());
    Some(letters.collect::<String>().to_ascii_lowercase())
}

/// The service of a client: the last word of its library, or what names it to that.
fn service(path: &[ApiStep]) -> Option<String> {
    let root = path.first()?;
    if let Some(package) = root.name.strip_prefix("@aws-sdk/") {
        let name = package.strip_prefix("client-").unwrap_or(package);
        return Some(name.to_ascii_lowercase());
    }
    if root.name.starts_with("aws-sdk") {
        let of_root = root.name.strip_prefix("aws-sdk/clients/");
        let name = of_root.or_else(|| path.get(1).map(|step| step.name.as_str()))?;
        return Some(name.to_ascii_lowercase());
    }
    let mut made = path
        .iter()
        .filter(|s| matches!(s.name.as_str(), "client" | "resource"));
    let step = made.next()?;
    let named = step.at(0).or_else(|| step.named("service_name"))?;
    let text = named
        .values
        .iter()
        .find_map(|value| value.text()?.literal())?;
    Some(text.to_ascii_lowercase())
}

impl Write {
    /// What a call sends where; an operation on several events sends each of them.
    pub(crate) fn sent<'c>(&self, call: &'c ApiCall) -> Vec<Sent<'c>> {
        let Some(last) = call.path.last() else {
            return Vec::new();
        };
        if let Some(entries) = &self.entries {
            let lists = self.argument(last, entries);
            let events = lists.into_iter().flat_map(|value| match value {
                ApiValue::List(items) => items.iter().collect(),
                other => vec![other],
            });
            let sent = |event: &'c ApiValue| Sent {
                target: self.members(event, &self.target),
                key: Vec::new(),
                entry: Some(event),
            };
            return events.map(sent).collect();
        }
        let name = operation(call).unwrap_or_default();
        let position = self.at.iter().find(|(operation, _, _)| *operation == name);
        let mut target: Vec<&ApiValue> = self
            .target
            .iter()
            .flat_map(|name| self.argument(last, name))
            .collect();
        let mut key: Vec<&ApiValue> = self
            .key
            .iter()
            .flat_map(|name| self.argument(last, name))
            .collect();
        if let Some((_, at, key_at)) = position {
            let of = |at: usize| last.at(at).map(|arg| &arg.values).into_iter().flatten();
            target.extend(of(*at));
            key.extend(of(*key_at));
        }
        let made = call.path.iter();
        for step in made.filter(|step| self.receivers.contains(&step.name)) {
            let of = |at: usize| step.at(at).map(|arg| &arg.values).into_iter().flatten();
            target.extend(of(0));
            key.extend(of(1));
        }
        vec![Sent {
            target,
            key,
            entry: None,
        }]
    }

    fn members<'c>(&self, event: &'c ApiValue, names: &[String]) -> Vec<&'c ApiValue> {
        let found = names.iter().filter_map(|name| event.get(name));
        found.flatten().collect()
    }

    /// An argument by name, or a member of the map that is the first one.
    fn argument<'c>(&self, step: &'c ApiStep, name: &str) -> Vec<&'c ApiValue> {
        let named = step.named(name).map(|arg: &ApiArg| &arg.values);
        let first = || step.at(0).map(|arg| &arg.values).into_iter().flatten();
        match named {
            Some(values) => values.iter().collect(),
            None => first().filter_map(|map| map.get(name)).flatten().collect(),
        }
    }
}
