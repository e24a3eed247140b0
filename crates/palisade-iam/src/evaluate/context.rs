//! What is known of the keys of a request.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use palisade_model::text::Symbol;
use toml_edit::DocumentMut;

use crate::pattern::{Pattern, Token};

/// What a key holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Held {
    /// The request has no such key.
    Absent,
    /// It has one, with values nobody knows.
    Present,
    /// Nothing is known.
    Unknown,
    /// These values.
    Values(Vec<Pattern>),
    /// One of these.
    AnyOf(Vec<Held>),
}

/// The keys of a request, by name in lower case.
#[derive(Clone, PartialEq, Debug)]
pub struct Context {
    held: BTreeMap<String, Held>,
    rest: Held,
}

/// Keys of what acts as a role, as of a data file.
static ROLE: LazyLock<Context> =
    LazyLock::new(|| read(include_str!("../../data/context.toml")).unwrap_or_else(Context::open));

impl Context {
    /// Keys that are not given are absent: a request as a whole.
    pub fn closed() -> Self {
        Self {
            held: BTreeMap::new(),
            rest: Held::Absent,
        }
    }

    /// Keys that are not given may be there or not.
    pub fn open() -> Self {
        Self {
            held: BTreeMap::new(),
            rest: Held::Unknown,
        }
    }

    /// What is known of every request somebody makes with the rights of a role.
    pub fn role() -> &'static Self {
        &ROLE
    }

    /// With a key of known values; no values at all are as good as none.
    #[must_use]
    pub fn with(self, key: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|v| Pattern::literal(v)).collect();
        self.holding(key, Held::Values(values))
    }

    /// With what is known of a key.
    #[must_use]
    pub fn holding(mut self, key: &str, held: Held) -> Self {
        self.held.insert(key.to_ascii_lowercase(), held);
        self
    }

    /// What a key holds.
    pub fn get(&self, key: &str) -> &Held {
        self.held
            .get(&key.to_ascii_lowercase())
            .unwrap_or(&self.rest)
    }

    /// A pattern with its policy variables replaced by their values, which are plain characters. `None` if a
    /// variable has no value: then nothing matches. Variables of unknown value stay.
    pub fn bind<'p>(&self, pattern: &'p Pattern) -> Option<Cow<'p, Pattern>> {
        if !pattern.0.iter().any(|t| matches!(t, Token::Variable(_))) {
            return Some(Cow::Borrowed(pattern));
        }
        let mut tokens = Vec::with_capacity(pattern.0.len());
        for token in &pattern.0 {
            let Token::Variable(words) = token else {
                tokens.push(token.clone());
                continue;
            };
            let (name, default) = variable(words);
            match (self.get(name), default) {
                (Held::Values(values), default) => match (values.as_slice(), default) {
                    ([value], _) => tokens.extend(value.0.iter().cloned()),
                    ([], Some(default)) => tokens.extend(default.chars().map(Token::Char)),
                    _ => return None,
                },
                (Held::Absent, Some(default)) => tokens.extend(default.chars().map(Token::Char)),
                (Held::Absent, None) => return None,
                (Held::Present | Held::Unknown | Held::AnyOf(_), _) => tokens.push(token.clone()),
            }
        }
        Some(Cow::Owned(Pattern(tokens)))
    }
}

/// The key and the default of `key, 'default'`.
pub fn variable(words: &str) -> (&str, Option<&str>) {
    let Some((key, rest)) = words.split_once(',') else {
        return (words.trim(), None);
    };
    let quoted = rest.trim().strip_prefix('\'');
    let default = quoted.and_then(|rest| rest.strip_suffix('\''));
    (key.trim(), default)
}

/// The keys of the variables left in a pattern.
pub fn variables(pattern: &Pattern) -> BTreeSet<String> {
    let of = |token: &Token| match token {
        Token::Variable(words) => Some(variable(words).0.to_owned()),
        _ => None,
    };
    pattern.0.iter().filter_map(of).collect()
}

fn read(text: &str) -> Option<Context> {
    let document: DocumentMut = text.parse().ok()?;
    let mut context = Context::open();
    for (key, row) in document.get("role")?.as_table_like()?.iter() {
        let row = row.as_table_like()?;
        let held = match row.get("is")?.as_str()? {
            "absent" => Held::Absent,
            "present" => Held::Present,
            "absent or false" => Held::AnyOf(vec![Held::Absent, literal("false")]),
            "account" => {
                let hole = Token::hole(Symbol::Pseudo("AWS::AccountId".to_owned()));
                Held::Values(vec![Pattern(vec![hole])])
            }
            value => literal(value),
        };
        context = context.holding(key, held);
    }
    Some(context)
}

fn literal(value: &str) -> Held {
    Held::Values(vec![Pattern::literal(value)])
}
