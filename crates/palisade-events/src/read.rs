//! Reads an event file into a [`Shape`].
//!
//! A file holds `id`, `title`, `entry`, `source`, `date`, an `example` and `[fields]`: a path such as
//! `Records[].headers.*` (`[]` elements, `*` any name, `.` the whole event) and what is there, as
//! `"stranger text"` or as a table with `is`, `decode`, `slot`, `envelope`, `by` and `condition`. A part
//! inherits `by` from what holds it, and `stranger_condition` stands for the condition of every stranger's field.
//! The example is written readable: what the platform encodes is encoded here.

use std::fmt;

use serde_json::Value;
use toml_edit::{DocumentMut, Item};

use crate::encode;
use crate::shape::{Encoding, Field, Key, Shape, Trust, Type};

/// What is wrong with an event file, and where in it.
#[derive(Debug)]
pub(crate) struct ReadError {
    at: String,
    what: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.at, self.what)
    }
}

fn wrong(at: &str, what: impl Into<String>) -> ReadError {
    ReadError {
        at: at.to_owned(),
        what: what.into(),
    }
}

/// Reads one file; `id` is the name it is listed under.
pub(crate) fn shape(id: &'static str, text: &str) -> Result<Shape, ReadError> {
    let document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| wrong(id, error.to_string()))?;
    let word = |key: &str| match document.get(key).and_then(Item::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(wrong(key, "is missing")),
    };
    if word("id")? != id {
        return Err(wrong("id", "is not the name of the file"));
    }
    let condition = document.get("stranger_condition").and_then(Item::as_str);
    let fields = document
        .get("fields")
        .and_then(Item::as_table_like)
        .ok_or_else(|| wrong("fields", "is missing"))?;
    let mut tree = Draft::default();
    for (path, item) in fields.iter() {
        tree.insert(path, draft(path, item)?)?;
    }
    let root = tree.finish(".", None, condition)?;
    let example: Value = serde_json::from_str(&word("example")?)
        .map_err(|error| wrong("example", error.to_string()))?;
    Ok(Shape {
        id,
        title: word("title")?,
        entry: word("entry")?,
        source: word("source")?,
        date: word("date")?,
        example: coded(&root, example),
        root,
    })
}

/// The example with the parts encoded that the platform encodes; the files hold them readable.
fn coded(field: &Field, value: Value) -> Value {
    let inner = match value {
        Value::Object(entries) => Value::Object(
            entries
                .into_iter()
                .map(|(name, part)| match field.named(&name) {
                    Some(child) => (name, coded(child, part)),
                    None => (name, part),
                })
                .collect(),
        ),
        Value::Array(parts) => match field.child(&Key::Elements) {
            Some(child) => Value::Array(parts.into_iter().map(|part| coded(child, part)).collect()),
            None => Value::Array(parts),
        },
        other => other,
    };
    if inner.is_null() {
        inner
    } else {
        encode::encode(inner, &field.encodings)
    }
}

/// What one line of a file says about a field.
#[derive(Default)]
struct Facts {
    trust: Option<Trust>,
    condition: Option<String>,
    kind: Option<Type>,
    one_line: bool,
    encodings: Vec<Encoding>,
    slot: Option<String>,
    envelope: bool,
    by: Option<String>,
}

/// A field while its file is read.
#[derive(Default)]
struct Draft {
    facts: Facts,
    children: Vec<(Key, Draft)>,
}

impl Draft {
    fn insert(&mut self, path: &str, facts: Facts) -> Result<(), ReadError> {
        let mut at = self;
        for key in keys(path) {
            let place = match at.children.iter().position(|(known, _)| *known == key) {
                Some(place) => place,
                None => {
                    at.children.push((key, Self::default()));
                    at.children.len() - 1
                }
            };
            at = &mut at
                .children
                .get_mut(place)
                .ok_or_else(|| wrong(path, "is lost"))?
                .1;
        }
        at.facts = facts;
        Ok(())
    }

    fn finish(
        self,
        at: &str,
        by: Option<&str>,
        condition: Option<&str>,
    ) -> Result<Field, ReadError> {
        let Facts {
            trust,
            condition: own_condition,
            kind,
            one_line,
            encodings,
            slot,
            envelope,
            by: own_by,
        } = self.facts;
        let by = own_by.as_deref().or(by);
        let leaf = self.children.is_empty();
        let mut children = Vec::with_capacity(self.children.len());
        for (key, draft) in self.children {
            let name = match &key {
                Key::Name(name) => name.as_str(),
                Key::AnyKey => "*",
                Key::Elements => "[]",
            };
            let field = draft.finish(&format!("{at}/{name}"), by, condition)?;
            children.push((key, field));
        }
        let below = children
            .iter()
            .map(|(_, field)| field.trust)
            .max_by_key(|trust| trust.exposure());
        let (Some(trust), false) = (trust.or(below), leaf && kind.is_none()) else {
            return Err(wrong(at, "has no trust or no type"));
        };
        let inherited = if trust == Trust::Stranger {
            condition
        } else {
            None
        };
        Ok(Field {
            trust,
            condition: own_condition.or_else(|| inherited.map(str::to_owned)),
            kind: kind.unwrap_or(if encodings.is_empty() {
                Type::Any
            } else {
                Type::Text
            }),
            one_line,
            encodings,
            slot,
            envelope,
            by: by.map(str::to_owned),
            children,
        })
    }
}

/// The keys of a path such as `Records[].headers.*`; a dot in a name has a backslash before it.
fn keys(path: &str) -> Vec<Key> {
    const DOT: &str = "\u{0}";
    let mut keys = Vec::new();
    for piece in path
        .replace("\\.", DOT)
        .split('.')
        .filter(|piece| !piece.is_empty())
    {
        let name = piece.trim_end_matches("[]");
        match name {
            "" => {}
            "*" => keys.push(Key::AnyKey),
            _ => keys.push(Key::Name(name.replace(DOT, "."))),
        }
        let lists = (piece.len() - name.len()) / 2;
        keys.extend(std::iter::repeat_n(Key::Elements, lists));
    }
    keys
}

/// Reads `"stranger text"`, or a table that says more.
fn draft(path: &str, item: &Item) -> Result<Facts, ReadError> {
    let mut facts = Facts::default();
    if let Some(words) = item.as_str() {
        set_words(&mut facts, path, words)?;
        return Ok(facts);
    }
    let table = item
        .as_table_like()
        .ok_or_else(|| wrong(path, "is neither text nor a table"))?;
    for (key, value) in table.iter() {
        set(&mut facts, path, key, value)?;
    }
    Ok(facts)
}

fn set(facts: &mut Facts, path: &str, key: &str, value: &Item) -> Result<(), ReadError> {
    let text = || {
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| wrong(path, format!("has a `{key}` that is no text")))
    };
    match key {
        "is" => set_words(facts, path, &text()?)?,
        "condition" => facts.condition = Some(text()?),
        "slot" => facts.slot = Some(text()?),
        "by" => facts.by = Some(text()?),
        "envelope" => facts.envelope = value.as_bool().unwrap_or(false),
        "decode" => {
            for word in value.as_array().into_iter().flatten() {
                let word = word.as_str().unwrap_or_default();
                facts.encodings.push(
                    encoding(word)
                        .ok_or_else(|| wrong(path, format!("has an unknown encoding `{word}`")))?,
                );
            }
        }
        _ => return Err(wrong(path, format!("has an unknown key `{key}`"))),
    }
    Ok(())
}

fn set_words(facts: &mut Facts, path: &str, words: &str) -> Result<(), ReadError> {
    for word in words.split_whitespace() {
        match word {
            "stranger" => facts.trust = Some(Trust::Stranger),
            "identity" => facts.trust = Some(Trust::Identity),
            "sender" => facts.trust = Some(Trust::Sender),
            "platform" => facts.trust = Some(Trust::Platform),
            "operator" => facts.trust = Some(Trust::Operator),
            "text" => facts.kind = Some(Type::Text),
            "line" => {
                facts.kind = Some(Type::Text);
                facts.one_line = true;
            }
            "number" => facts.kind = Some(Type::Number),
            "flag" => facts.kind = Some(Type::Flag),
            "any" => facts.kind = Some(Type::Any),
            _ => return Err(wrong(path, format!("has an unknown word `{word}`"))),
        }
    }
    Ok(())
}

fn encoding(word: &str) -> Option<Encoding> {
    Some(match word {
        "json" => Encoding::Json,
        "base64" => Encoding::Base64,
        "url" => Encoding::Url,
        "form" => Encoding::Form,
        "gzip" => Encoding::Gzip,
        "mime" => Encoding::Mime,
        _ => return None,
    })
}
