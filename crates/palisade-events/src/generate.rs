//! Writes an event that carries a payload in one field.

use serde_json::{Map, Value};

use crate::encode;
use crate::shape::{Encoding, Field, Key, Shape, Step, Type, is_number};
use crate::walk::{Walk, most_exposed};

/// A whole event with the payload at the end of the path.
///
/// The payload is encoded as the platform and the path's decodings ask, so that a function that reads the path
/// gets the payload. A path that ends above the leaves goes on to the most exposed one; below what only
/// the sender knows, names are made.
#[must_use]
pub fn generate(shape: &Shape, nested: &[&Shape], steps: &[Step], payload: &str) -> Value {
    let mut whole = steps.to_vec();
    if let Walk::Above {
        worst: Some((_, way)),
        ..
    } = shape.walk(steps, nested)
    {
        whole.extend(way);
    }
    let writer = Writer { payload };
    writer.place(
        Some(&shape.root),
        nested.get(..6).unwrap_or(nested),
        shape.example.clone(),
        &whole,
    )
}

struct Writer<'p> {
    payload: &'p str,
}

impl Writer<'_> {
    /// The value with the payload put at the end of the steps.
    fn place(
        &self,
        field: Option<&Field>,
        nested: &[&Shape],
        value: Value,
        steps: &[Step],
    ) -> Value {
        if field.is_some_and(is_tagged) && !steps.first().is_some_and(is_tag) {
            return self.tagged(steps);
        }
        let (encodings, rest) = encodings(field, steps, !nested.is_empty());
        let mut inner = encode::decode(&value, &encodings).unwrap_or(Value::Null);
        let enclosed = field
            .filter(|field| field.envelope)
            .and_then(|_| nested.split_first());
        let (field, nested) = match enclosed {
            Some((shape, others)) => {
                inner = shape.example.clone();
                (Some(&shape.root), others)
            }
            None => (field, nested),
        };
        let filled = if enclosed.is_some() && !rest.is_empty() {
            self.place(field, nested, inner, rest)
        } else {
            self.enter(field, nested, inner, rest)
        };
        encode::encode(filled, &encodings)
    }

    fn enter(
        &self,
        field: Option<&Field>,
        nested: &[&Shape],
        value: Value,
        steps: &[Step],
    ) -> Value {
        let Some((step, rest)) = steps.split_first() else {
            return Value::String(self.payload.to_owned());
        };
        match step {
            Step::Key(name) => self.under_name(field, nested, value, name, rest),
            Step::Elem => self.under_any(field, nested, value, rest),
            Step::KeyOf => {
                let mut entries = object(value);
                entries.insert(self.payload.to_owned(), Value::String("1".to_owned()));
                Value::Object(entries)
            }
            // Decodings were taken with the field before.
            Step::Decode(_) => self.enter(field, nested, value, rest),
        }
    }

    fn under_name(
        &self,
        field: Option<&Field>,
        nested: &[&Shape],
        value: Value,
        name: &str,
        rest: &[Step],
    ) -> Value {
        let child = field.and_then(|field| field.named(name));
        let as_list =
            value.is_array() || field.is_some_and(|field| field.child(&Key::Elements).is_some());
        if is_number(name) && as_list {
            return self.element(child, nested, value, index(name), rest);
        }
        let mut entries = object(value);
        let name = spelling(field, &entries, name);
        let old = entries.get(&name).cloned().unwrap_or(Value::Null);
        let new = self.place(child, nested, old, rest);
        entries.insert(name.clone(), new);
        if name == "body"
            && rest
                .iter()
                .take_while(|step| is_decode(step))
                .any(|step| *step == Step::Decode(Encoding::Base64))
        {
            entries.insert("isBase64Encoded".to_owned(), Value::Bool(true));
        }
        Value::Object(entries)
    }

    /// An element, or the first entry where a record is read under a name that is not known.
    fn under_any(
        &self,
        field: Option<&Field>,
        nested: &[&Shape],
        value: Value,
        rest: &[Step],
    ) -> Value {
        let elements = field.and_then(|field| field.child(&Key::Elements));
        let record = field.is_some_and(|field| !field.is_leaf()) && elements.is_none();
        if elements.is_some() || (!record && !value.is_object()) {
            return self.element(elements, nested, value, 0, rest);
        }
        let name = entry_name(field, nested, &value, rest);
        self.under_name(field, nested, value, &name, rest)
    }

    /// A value of a table's stream, in the tags that a program's reader takes off.
    fn tagged(&self, steps: &[Step]) -> Value {
        let pair =
            |name: &str, value: Value| Value::Object(Map::from_iter([(name.to_owned(), value)]));
        match steps.split_first() {
            Some((Step::Elem, rest)) => pair("L", Value::Array(vec![self.tagged(rest)])),
            Some((Step::Key(name), rest)) if is_number(name) => {
                pair("L", Value::Array(vec![self.tagged(rest)]))
            }
            Some((Step::Key(name), rest)) => pair("M", pair(name, self.tagged(rest))),
            Some((Step::KeyOf, _)) => pair(
                "M",
                pair(self.payload, pair("S", Value::String("1".to_owned()))),
            ),
            _ => pair("S", self.place(None, &[], Value::Null, steps)),
        }
    }

    fn element(
        &self,
        child: Option<&Field>,
        nested: &[&Shape],
        value: Value,
        at: usize,
        rest: &[Step],
    ) -> Value {
        let mut parts = match value {
            Value::Array(parts) => parts,
            // A source that sends one event or a list of them.
            Value::Object(_) if child.is_some() => vec![value],
            _ => Vec::new(),
        };
        let model = parts.first().cloned().unwrap_or(Value::Null);
        while parts.len() <= at {
            parts.push(model.clone());
        }
        if let Some(part) = parts.get_mut(at) {
            *part = self.place(child, nested, part.take(), rest);
        }
        Value::Array(parts)
    }
}

/// The encodings between a field's value and what the path reads there, and the steps after them.
fn encodings<'s>(
    field: Option<&Field>,
    steps: &'s [Step],
    enclosing: bool,
) -> (Vec<Encoding>, &'s [Step]) {
    let mut rest = steps;
    let mut asked = Vec::new();
    while let [Step::Decode(encoding), tail @ ..] = rest {
        asked.push(*encoding);
        rest = tail;
    }
    let mut all = field
        .map(|field| field.encodings.clone())
        .unwrap_or_default();
    for encoding in &all {
        if let Some(at) = asked.iter().position(|known| known == encoding) {
            asked.remove(at);
        }
    }
    all.extend(asked);
    let is_text = field.is_some_and(|field| field.kind == Type::Text && !leads_on(field, rest));
    let goes_on = !rest.is_empty() || (enclosing && field.is_some_and(|field| field.envelope));
    let structured = all
        .iter()
        .any(|encoding| matches!(encoding, Encoding::Json | Encoding::Form | Encoding::Mime));
    if is_text && goes_on && !structured {
        all.push(Encoding::Json);
    }
    (all, rest)
}

/// Whether a field holds a value of a table, which names its type.
fn is_tagged(field: &Field) -> bool {
    ["S", "N", "M"]
        .iter()
        .all(|tag| field.child(&Key::Name((*tag).to_owned())).is_some())
}

fn is_tag(step: &Step) -> bool {
    matches!(step, Step::Key(name) if ["S", "N", "B", "M", "L", "SS", "NS", "BS", "BOOL", "NULL"].contains(&name.as_str()))
}

/// Whether the next step is one the event itself has, although the field may be text, too.
fn leads_on(field: &Field, rest: &[Step]) -> bool {
    match rest.first() {
        Some(Step::Key(name)) => field.named(name).is_some(),
        Some(Step::Elem | Step::KeyOf) => !field.is_leaf(),
        _ => false,
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}

fn is_decode(step: &Step) -> bool {
    matches!(step, Step::Decode(_))
}

/// At most a batch of ten, whatever index a function reads.
fn index(name: &str) -> usize {
    name.parse().unwrap_or(0_usize).min(9)
}

/// The name as the event spells it; a name of the sender's choice stays as it is read.
fn spelling(field: Option<&Field>, entries: &Map<String, Value>, name: &str) -> String {
    if entries.contains_key(name) {
        return name.to_owned();
    }
    let listed = field.and_then(|field| field.listed(name));
    listed.map_or(name, |(known, _)| known).to_owned()
}

/// Which entry of a record a path without a name goes through: the one where it ends most exposed.
fn entry_name(field: Option<&Field>, nested: &[&Shape], value: &Value, rest: &[Step]) -> String {
    let any = || {
        value
            .as_object()
            .and_then(|entries| entries.keys().next().cloned())
            .unwrap_or_else(|| "key".to_owned())
    };
    let Some(field) = field else { return any() };
    match most_exposed(field, rest, nested, &[]) {
        Some((Key::Name(name), _)) => name.clone(),
        _ => {
            let entries = value.as_object();
            let free = entries.and_then(|entries| {
                entries.keys().find(|name| {
                    !field
                        .children
                        .iter()
                        .any(|(key, _)| *key == Key::Name((*name).clone()))
                })
            });
            free.cloned().unwrap_or_else(|| "key".to_owned())
        }
    }
}
