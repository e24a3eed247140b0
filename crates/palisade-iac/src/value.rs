//! Evaluated values of templates, each with its place.

use palisade_model::guard::Guard;
use palisade_model::setting::{Basis, Choice, Given, How, Origin, Reason, Setting};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};

/// How a scalar was written: a plain one may be a number or a flag, a quoted one is text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// With quotes, or a block scalar.
    Quoted,
    /// Made by an intrinsic.
    Made,
}

/// A key of a map with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyAt {
    /// The key.
    pub text: String,
    /// Where it is written.
    pub span: Span,
}

/// What a value is. A scalar has no type until a reader asks (`as_bool`, `as_number`, `as_text`).
#[derive(Clone, PartialEq, Debug)]
pub enum ValueKind {
    /// `null` or nothing.
    Null,
    /// `AWS::NoValue`: deletes its key.
    NoValue,
    /// A string, number or flag as written.
    Scalar(Text, Style),
    /// A list.
    List(Vec<Value>),
    /// A map in order of writing; keys are unique.
    Map(Vec<(KeyAt, Value)>),
    /// One of several by guard; never nested directly.
    OneOf(Vec<(Guard, Value)>),
    /// Not resolved, with its text as written.
    Unknown(Reason, String),
}

/// A value with its place. `origin.span` is where it stands; `origin.via` where it came from.
#[derive(Clone, PartialEq, Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Its place.
    pub origin: Origin,
}

impl Value {
    /// A value of this kind at this place.
    pub fn new(kind: ValueKind, origin: Origin) -> Self {
        Self { kind, origin }
    }

    /// Nothing, at a place.
    pub fn null(span: Span) -> Self {
        Self::new(ValueKind::Null, Origin::written(span))
    }

    /// A text made by an intrinsic or a reader.
    pub fn made(text: Text, origin: Origin) -> Self {
        Self::new(ValueKind::Scalar(text, Style::Made), origin)
    }

    /// Something that stays unknown.
    pub fn unknown(reason: Reason, text: impl Into<String>, origin: Origin) -> Self {
        Self::new(ValueKind::Unknown(reason, text.into()), origin)
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.origin.span
    }

    /// Whether nothing is given: null or `AWS::NoValue`.
    pub fn is_absent(&self) -> bool {
        matches!(self.kind, ValueKind::Null | ValueKind::NoValue)
    }

    /// Whether it is a map (not a choice of maps).
    pub fn is_map(&self) -> bool {
        matches!(self.kind, ValueKind::Map(_))
    }

    /// Whether it is a list (not a choice of lists).
    pub fn is_list(&self) -> bool {
        matches!(self.kind, ValueKind::List(_))
    }

    /// How firm it is: Assumed where a parameter's default supplied it.
    pub fn basis(&self) -> Basis {
        let mut at = Some(&self.origin);
        while let Some(origin) = at {
            match origin.how {
                How::ParameterDefault => return Basis::Assumed,
                How::Platform => return Basis::Platform,
                _ => at = origin.via.as_deref(),
            }
        }
        Basis::Written
    }

    /// The value of a key of a map; `None` for an absent key and for anything else, choices too.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The entry of a key of a map.
    pub fn entry(&self, key: &str) -> Option<(&KeyAt, &Self)> {
        self.entries()
            .iter()
            .rev()
            .find(|(at, value)| at.text == key && value.kind != ValueKind::NoValue)
            .map(|(at, value)| (at, value))
    }

    /// Where a key of a map is written.
    pub fn key_span(&self, key: &str) -> Option<Span> {
        self.entry(key).map(|(at, _)| at.span)
    }

    /// The value of a key in every branch; Null at this value's place where it is absent.
    pub fn field(&self, key: &str) -> Self {
        match &self.kind {
            ValueKind::OneOf(choices) => {
                let fields = choices.iter().map(|(guard, value)| {
                    let mut field = value.field(key);
                    if field.kind == ValueKind::Null {
                        field.kind = ValueKind::NoValue;
                    }
                    (guard.clone(), field)
                });
                Self::one_of(fields, self.origin.clone())
            }
            ValueKind::Unknown(..) => self.clone(),
            _ => self
                .get(key)
                .cloned()
                .unwrap_or_else(|| Self::null(self.origin.span)),
        }
    }

    /// `field` along a path of keys.
    pub fn path(&self, keys: &[&str]) -> Self {
        match keys {
            [] => self.clone(),
            [key] => self.field(key),
            [key, rest @ ..] => match self.get(key) {
                Some(value) => value.path(rest),
                None => self.field(key).path(rest),
            },
        }
    }

    /// A choice; nested choices are flattened, impossible branches left out, one branch alone is itself.
    pub fn one_of(choices: impl IntoIterator<Item = (Guard, Self)>, origin: Origin) -> Self {
        let mut flat: Vec<(Guard, Self)> = Vec::new();
        for (guard, value) in choices {
            match value.kind {
                ValueKind::OneOf(inner) => {
                    flat.extend(inner.into_iter().map(|(when, v)| (guard.and(&when), v)));
                }
                _ => flat.push((guard, value)),
            }
        }
        flat.retain(|(guard, _)| !guard.impossible());
        if flat.iter().all(|(_, v)| v.is_absent())
            && let Some((_, first)) = flat.first()
        {
            return first.clone();
        }
        match flat.as_slice() {
            [] => Self::new(ValueKind::NoValue, origin),
            [(_, only)] => only.clone(),
            _ => Self::new(ValueKind::OneOf(flat), origin),
        }
    }

    /// Every branch with its guard; a value without a choice is one branch that always holds.
    pub fn branches(&self) -> Vec<(Guard, &Self)> {
        match &self.kind {
            ValueKind::OneOf(choices) => choices
                .iter()
                .map(|(guard, value)| (guard.clone(), value))
                .collect(),
            _ => vec![(Guard::always(), self)],
        }
    }

    /// Entries of a map; empty for anything else.
    pub fn entries(&self) -> &[(KeyAt, Self)] {
        match &self.kind {
            ValueKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Items of a list; empty for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            ValueKind::List(items) => items,
            _ => &[],
        }
    }

    /// Entries of the map in every branch, values that are absent left out. Choices of a value are
    /// branches of their own.
    pub fn all_entries(&self) -> Vec<(Guard, &KeyAt, &Self)> {
        let mut found = Vec::new();
        for (outer, branch) in self.branches() {
            for (key, value) in branch.entries() {
                for (inner, value) in value.branches() {
                    let guard = outer.and(&inner);
                    if !guard.impossible() && !value.is_absent() {
                        found.push((guard, key, value));
                    }
                }
            }
        }
        found
    }

    /// Items of the list in every branch; a single value counts as a list of itself, as the format
    /// often allows. Absent items are left out, choices of an item are items of their own.
    pub fn all_items(&self) -> Vec<(Guard, &Self)> {
        let mut found: Vec<(Guard, &Self)> = Vec::new();
        for (outer, branch) in self.branches() {
            let alone = std::slice::from_ref(branch);
            let items = if branch.is_list() {
                branch.items()
            } else {
                alone
            };
            for item in items {
                for (inner, value) in item.branches() {
                    let guard = outer.and(&inner);
                    if !guard.impossible() && !value.is_absent() {
                        found.push((guard, value));
                    }
                }
            }
        }
        found
    }

    /// The text of a scalar, holes and all.
    pub fn text(&self) -> Option<&Text> {
        match &self.kind {
            ValueKind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// The string of a scalar without holes.
    pub fn literal(&self) -> Option<&str> {
        self.text()?.literal()
    }

    /// A setting of any type by a reading of each branch.
    pub fn setting<T>(&self, read: impl Fn(&Self) -> Given<T>) -> Setting<T> {
        let given = match &self.kind {
            ValueKind::OneOf(choices) => {
                let choice = |(guard, value): &(Guard, Self)| Choice {
                    when: guard.clone(),
                    given: value.given(&read),
                };
                Given::OneOf(choices.iter().map(choice).collect())
            }
            _ => self.given(&read),
        };
        Setting {
            given,
            origin: self.origin.clone(),
        }
    }

    fn given<T>(&self, read: impl Fn(&Self) -> Given<T>) -> Given<T> {
        match &self.kind {
            ValueKind::Null | ValueKind::NoValue => Given::Absent,
            ValueKind::Unknown(reason, text) => Given::Unknown(*reason, text.clone()),
            // Choices never nest; one that does is not understood.
            ValueKind::OneOf(_) => Given::Unknown(Reason::Unsupported, self.words()),
            _ => read(self),
        }
    }

    /// As a text with holes.
    pub fn as_text(&self) -> Setting<Text> {
        self.setting(|value| match &value.kind {
            ValueKind::Scalar(text, _) => Given::Known(text.clone(), value.basis()),
            _ => Given::Unknown(Reason::Unsupported, value.words()),
        })
    }

    /// As a string; one with holes is unknown.
    pub fn as_string(&self) -> Setting<String> {
        self.parsed(|text| Some(text.to_owned()))
    }

    /// As a flag, in the words of YAML 1.1, quoted or not.
    pub fn as_bool(&self) -> Setting<bool> {
        self.parsed(|text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        })
    }

    /// As a number, quoted or not.
    pub fn as_number(&self) -> Setting<f64> {
        self.parsed(|text| text.trim().parse().ok().filter(|n: &f64| n.is_finite()))
    }

    /// As a whole number, quoted or not.
    pub fn as_integer(&self) -> Setting<i64> {
        self.parsed(|text| text.trim().parse().ok())
    }

    /// As anything that can be read from a string.
    pub fn parsed<T>(&self, read: impl Fn(&str) -> Option<T>) -> Setting<T> {
        self.setting(|value| match &value.kind {
            ValueKind::Scalar(text, _) => match text.literal() {
                Some(literal) => read(literal).map_or_else(
                    || Given::Unknown(Reason::Unsupported, literal.to_owned()),
                    |found| Given::Known(found, value.basis()),
                ),
                None => Given::Unknown(reason_of(text), text.words()),
            },
            _ => Given::Unknown(Reason::Unsupported, value.words()),
        })
    }

    /// For people: as compact flow text.
    pub fn words(&self) -> String {
        let mut words = String::new();
        self.write_words(&mut words, 0);
        words
    }

    fn write_words(&self, words: &mut String, depth: usize) {
        // Words are for a line of a report: long and deep values are cut.
        if words.len() > 400 || depth > 8 {
            words.push('…');
            return;
        }
        match &self.kind {
            ValueKind::Null => words.push_str("null"),
            ValueKind::NoValue => words.push_str("${AWS::NoValue}"),
            ValueKind::Scalar(text, _) => words.push_str(&text.words()),
            ValueKind::Unknown(_, text) => words.push_str(text),
            ValueKind::List(items) => {
                words.push('[');
                for (at, item) in items.iter().enumerate() {
                    words.push_str(if at > 0 { ", " } else { "" });
                    item.write_words(words, depth + 1);
                }
                words.push(']');
            }
            ValueKind::Map(entries) => {
                words.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    words.push_str(if at > 0 { ", " } else { "" });
                    words.push_str(&key.text);
                    words.push_str(": ");
                    value.write_words(words, depth + 1);
                }
                words.push('}');
            }
            ValueKind::OneOf(choices) => {
                for (at, (_, value)) in choices.iter().enumerate() {
                    words.push_str(if at > 0 { " | " } else { "" });
                    value.write_words(words, depth + 1);
                }
            }
        }
    }
}

/// Why a text with holes is not known: what its first hole stands for.
pub fn reason_of(text: &Text) -> Reason {
    let hole = text.parts().iter().find_map(|part| match part {
        Part::Hole(symbol) => Some(symbol),
        Part::Literal(_) => None,
    });
    match hole {
        Some(Symbol::Parameter(..)) => Reason::NoDefault,
        Some(Symbol::Pseudo(_) | Symbol::Attr(..)) => Reason::AfterApply,
        Some(Symbol::Import(_)) => Reason::Import,
        Some(Symbol::Dynamic(_)) => Reason::Dynamic,
        Some(Symbol::Placeholder(_)) => Reason::Placeholder,
        Some(Symbol::Each(_) | Symbol::Opaque(_)) | None => Reason::Unsupported,
    }
}
