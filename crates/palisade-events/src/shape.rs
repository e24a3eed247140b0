//! The tree of an event: keys, who controls each field, how it is encoded.

use serde_json::Value;

/// What an event of one source looks like.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// The name of the source, such as `aws.s3`.
    pub id: &'static str,
    /// What arrives, in words for people, such as `S3 upload`.
    pub title: String,
    /// The first step of a path: a sentence fragment with `{function}` in it.
    pub entry: String,
    /// The document the facts are taken from.
    pub source: String,
    /// When that document was current, as `YYYY-MM`.
    pub date: String,
    /// The event itself.
    pub root: Field,
    /// A whole event of this source.
    pub example: Value,
}

/// One step of a path from an event to a part of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// The value under a name.
    Key(String),
    /// Any element of a list, or the value under a name that is not known.
    Elem,
    /// The name of any entry.
    KeyOf,
    /// The text, decoded.
    Decode(Encoding),
}

/// A way to write a value as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Encoding {
    /// JSON.
    Json,
    /// Base 64.
    Base64,
    /// Percent encoding, with `+` for a space.
    Url,
    /// `application/x-www-form-urlencoded`, also a query string.
    Form,
    /// Gzip.
    Gzip,
    /// An internet mail.
    Mime,
    /// Bytes of text.
    Utf8,
    /// A form whose decoder runs code, such as pickle.
    Unsafe,
}

/// Who decides the value of a field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Trust {
    /// Whoever can reach the trigger.
    Stranger,
    /// The identity provider, about a person who signed in.
    Identity,
    /// Whoever can write the channel the event comes from.
    Sender,
    /// The cloud.
    Platform,
    /// Whoever deployed the trigger.
    Operator,
}

impl Trust {
    /// How exposed a field is; higher is worse.
    #[must_use]
    pub fn exposure(self) -> u8 {
        match self {
            Self::Platform => 0,
            Self::Operator => 1,
            Self::Identity => 2,
            Self::Sender => 3,
            Self::Stranger => 4,
        }
    }

    /// The word of the data files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Identity => "identity",
            Self::Sender => "sender",
            Self::Platform => "platform",
            Self::Operator => "operator",
        }
    }
}

/// What kind of value a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// Text and nothing else.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// Any JSON value.
    Any,
}

impl Type {
    /// Whether a value of this kind can hold text of somebody's choice.
    #[must_use]
    pub fn carries_text(self) -> bool {
        matches!(self, Self::Text | Self::Any)
    }
}

/// How a field is found in the value above it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// By this name.
    Name(String),
    /// By any name not listed beside it.
    AnyKey,
    /// As an element of a list.
    Elements,
}

/// One field of an event; without children it is a leaf.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Who decides its value; above the leaves, that of the most exposed leaf below.
    pub trust: Trust,
    /// What lifts that trust, in words, such as `unless the route has an authorizer`.
    pub condition: Option<String>,
    /// What it holds.
    pub kind: Type,
    /// Whether no line break can be in it, as in headers of HTTP (RFC 9110, field values).
    pub one_line: bool,
    /// What must be undone, in this order, to read what was sent.
    pub encodings: Vec<Encoding>,
    /// Which slot of the source's store this is, such as `key`, `message` or `NewImage.*`; `*` stands for the name taken there.
    pub slot: Option<String>,
    /// Whether an event of another source may lie in it.
    pub envelope: bool,
    /// How an attacker fills it, for titles, such as `by naming an upload`.
    pub by: Option<String>,
    /// Its parts, in the order of the data file.
    pub children: Vec<(Key, Field)>,
}

impl Field {
    /// Whether nothing is known below it.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// How exposed a payload in this leaf is: nothing where it cannot hold text.
    pub(crate) fn exposure(&self) -> u8 {
        if self.kind.carries_text() {
            self.trust.exposure()
        } else {
            0
        }
    }

    /// The child that a key of exactly this kind names.
    pub(crate) fn child(&self, wanted: &Key) -> Option<&Self> {
        self.children
            .iter()
            .find(|(key, _)| key == wanted)
            .map(|(_, field)| field)
    }

    /// The child under a name: listed, listed in another spelling, an element if it is a number, or any name.
    ///
    /// Spelling does not count, because header names have no case and the types of languages spell
    /// `queryStringParameters` as `QueryStringParameters` or `query_string_parameters`.
    pub(crate) fn named(&self, name: &str) -> Option<&Self> {
        self.listed(name)
            .map(|(_, field)| field)
            .or_else(|| {
                if is_number(name) {
                    self.child(&Key::Elements)
                } else {
                    None
                }
            })
            .or_else(|| self.child(&Key::AnyKey))
    }

    /// The listed child under a name in any spelling, the exact one first, and its own spelling.
    pub(crate) fn listed(&self, name: &str) -> Option<(&str, &Self)> {
        let names = || {
            self.children.iter().filter_map(|(key, field)| match key {
                Key::Name(known) => Some((known.as_str(), field)),
                Key::AnyKey | Key::Elements => None,
            })
        };
        names()
            .find(|(known, _)| *known == name)
            .or_else(|| names().find(|(known, _)| same_name(known, name)))
    }
}

/// Whether two names differ in nothing but case and joints.
fn same_name(left: &str, right: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes()
            .filter(|byte| !matches!(byte, b'_' | b'-'))
            .map(|byte| byte.to_ascii_lowercase())
    }
    letters(left).eq(letters(right))
}

/// Whether a key is an index.
pub(crate) fn is_number(name: &str) -> bool {
    let digits = name.strip_prefix('-').unwrap_or(name);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
