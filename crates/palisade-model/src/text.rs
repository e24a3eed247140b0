//! Strings of templates: literals and holes, compared structurally.

use crate::guard::Guard;
use crate::index::Id;
use crate::setting::Answer;

crate::ids! {
    /// A stack of an App.
    StackId,
}

/// What a hole of a `Text` stands for. Equal symbols of one App denote equal strings.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Symbol {
    /// A template parameter without a usable value.
    Parameter(StackId, String),
    /// A pseudo parameter, such as `AWS::AccountId`; never invented.
    Pseudo(String),
    /// An attribute of a resource of the stack: address (logical id), attribute (`Ref` for `!Ref`).
    Attr(StackId, String, String),
    /// An export of another stack.
    Import(String),
    /// A dynamic reference such as `{{resolve:ssm:/a}}`, with its text.
    Dynamic(String),
    /// The variable of a loop of unknown length.
    Each(String),
    /// A placeholder of a template of a template.
    Placeholder(String),
    /// Anything else that could not be resolved, with the text as written.
    Opaque(String),
}

/// A literal or a hole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// Known characters.
    Literal(String),
    /// Unknown characters.
    Hole(Symbol),
}

/// A string with holes. Invariant: no two literals adjoin and none is empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Text(Vec<Part>);

impl Text {
    /// A known string.
    pub fn of(literal: impl Into<String>) -> Self {
        Self::join([Part::Literal(literal.into())])
    }

    /// One hole.
    pub fn hole(symbol: Symbol) -> Self {
        Self(vec![Part::Hole(symbol)])
    }

    /// Parts in order; literals that adjoin are merged.
    pub fn join(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, Part::Literal(text)) if text.is_empty() => {}
                (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(&text),
                (_, part) => joined.push(part),
            }
        }
        Self(joined)
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The string, if there is no hole.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The symbol, if the text is one hole alone.
    pub fn symbol(&self) -> Option<&Symbol> {
        match self.0.as_slice() {
            [Part::Hole(symbol)] => Some(symbol),
            _ => None,
        }
    }

    /// Whether both denote one string: Yes for equal parts, No when the literals cannot be aligned.
    pub fn same(&self, other: &Self) -> Answer {
        if self == other {
            return Answer::Yes;
        }
        if self.literal().is_some() && other.literal().is_some() {
            return Answer::No;
        }
        // Literals before the first hole, and after the last one, must agree as far as both reach.
        let head = |t: &Self| match t.0.first() {
            Some(Part::Literal(l)) => l.clone(),
            _ => String::new(),
        };
        let tail = |t: &Self| match t.0.last() {
            Some(Part::Literal(l)) => l.clone(),
            _ => String::new(),
        };
        let whole = |t: &Self| t.literal().map(str::to_owned);
        let (a, b) = (head(self), head(other));
        let heads = match (whole(self), whole(other)) {
            (Some(text), None) => text.starts_with(&b),
            (None, Some(text)) => text.starts_with(&a),
            _ => a.starts_with(&b) || b.starts_with(&a),
        };
        let (c, d) = (tail(self), tail(other));
        let tails = match (whole(self), whole(other)) {
            (Some(text), None) => text.ends_with(&d),
            (None, Some(text)) => text.ends_with(&c),
            _ => c.ends_with(&d) || d.ends_with(&c),
        };
        // Holes of one symbol on both sides stand for one string: cut equal parts off both ends,
        // then differing literals with nothing left between them refute.
        if !heads || !tails || self.refuted_by_rest(other) {
            return Answer::No;
        }
        Answer::Depends(Guard::always())
    }

    /// After equal parts are cut from both ends: one literal against another literal differs surely.
    fn refuted_by_rest(&self, other: &Self) -> bool {
        let (mut a, mut b) = (self.0.as_slice(), other.0.as_slice());
        while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first()) {
            if x != y {
                break;
            }
            (a, b) = (rest_a, rest_b);
        }
        while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_last(), b.split_last()) {
            if x != y {
                break;
            }
            (a, b) = (rest_a, rest_b);
        }
        let only_literals = |parts: &[Part]| parts.iter().all(|p| matches!(p, Part::Literal(_)));
        only_literals(a) && only_literals(b)
    }

    /// For people: holes print as `${Name}`.
    pub fn words(&self) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::Hole(symbol) => symbol.words(),
            })
            .collect()
    }
}

impl Symbol {
    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Parameter(_, name) | Self::Pseudo(name) | Self::Each(name) => {
                format!("${{{name}}}")
            }
            Self::Attr(_, address, attribute) if attribute == "Ref" => format!("${{{address}}}"),
            Self::Attr(_, address, attribute) => format!("${{{address}.{attribute}}}"),
            Self::Import(name) => format!("${{import {name}}}"),
            Self::Dynamic(text) | Self::Placeholder(text) => text.clone(),
            Self::Opaque(text) => format!("${{? {text}}}"),
        }
    }

    /// The stack a symbol belongs to, where it belongs to one.
    pub fn stack(&self) -> Option<StackId> {
        match self {
            Self::Parameter(stack, _) | Self::Attr(stack, _, _) => Some(*stack),
            _ => None,
        }
    }
}

impl Default for StackId {
    fn default() -> Self {
        Self::from_index(0)
    }
}
