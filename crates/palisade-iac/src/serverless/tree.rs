//! Resolved service files: trees that are shared, with a hash by which worlds are compared.

use std::hash::{Hash as _, Hasher as _};
use std::rc::Rc;

use palisade_model::source::Span;
use rustc_hash::FxHasher;

use crate::value::Style;

/// A node of a resolved tree.
#[derive(Debug)]
pub(super) struct Tree {
    /// What it is.
    pub(super) shape: Shape,
    /// Its tag, such as `!Ref`.
    pub(super) tag: Option<Box<str>>,
    /// Where it stands.
    pub(super) span: Span,
    /// Equal trees have equal hashes; places do not count.
    pub(super) hash: u64,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Shape {
    /// `null`, or nothing.
    Null,
    /// A scalar: pieces of text and what stays open.
    Scalar(Vec<Part>, Style),
    /// A list.
    List(Vec<Rc<Tree>>),
    /// A map with keys that differ.
    Map(Vec<Entry>),
    /// What a variable led to.
    Alias(Rc<Tree>),
    /// Different from stage to stage: for each stage its tree, nothing where it has none.
    PerStage(Vec<Option<Rc<Tree>>>),
    /// Something that could not be read.
    Broken,
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: Box<str>,
    /// Its place.
    pub(super) span: Span,
    /// The value.
    pub(super) value: Rc<Tree>,
}

/// A piece of a scalar.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Part {
    /// Known characters.
    Text(String),
    /// The stage.
    Stage,
    /// What a name stands for that nothing in the tree tells, such as `env:TOKEN`.
    Open(String),
    /// A name that has a default: name, default, place of the default.
    Default(String, String, Span),
    /// A pseudo parameter, such as `AWS::AccountId`.
    Pseudo(&'static str),
}

impl Tree {
    /// A node without a tag.
    pub(super) fn new(shape: Shape, span: Span) -> Rc<Self> {
        Self::tagged(shape, None, span)
    }

    /// A node.
    pub(super) fn tagged(shape: Shape, tag: Option<Box<str>>, span: Span) -> Rc<Self> {
        let hash = hash(&shape, tag.as_deref());
        Rc::new(Self {
            shape,
            tag,
            span,
            hash,
        })
    }

    /// A plain text.
    pub(super) fn text(text: impl Into<String>, style: Style, span: Span) -> Rc<Self> {
        Self::new(Shape::Scalar(vec![Part::Text(text.into())], style), span)
    }

    /// One part alone.
    pub(super) fn part(part: Part, span: Span) -> Rc<Self> {
        Self::new(Shape::Scalar(vec![part], Style::Plain), span)
    }

    /// The node behind aliases.
    pub(super) fn target(self: &Rc<Self>) -> &Rc<Self> {
        let mut here = self;
        // Trees are built from the leaves up, so this ends.
        while let Shape::Alias(next) = &here.shape {
            here = next;
        }
        here
    }

    /// Whether it is null.
    pub(super) fn is_null(self: &Rc<Self>) -> bool {
        let target = self.target();
        match &target.shape {
            Shape::Null => true,
            Shape::Scalar(parts, Style::Plain) => match parts.as_slice() {
                [] => true,
                [Part::Text(text)] => {
                    target.tag.is_none()
                        && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The entries of a map.
    pub(super) fn entries(self: &Rc<Self>) -> &[Entry] {
        match &self.target().shape {
            Shape::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key of a map, or of an index of a list.
    pub(super) fn get(self: &Rc<Self>, key: &str) -> Option<Rc<Self>> {
        match &self.target().shape {
            Shape::Map(entries) => entries
                .iter()
                .rev()
                .find(|e| &*e.key == key)
                .map(|e| Rc::clone(&e.value)),
            Shape::List(items) => key
                .parse::<usize>()
                .ok()
                .and_then(|at| items.get(at))
                .cloned(),
            _ => None,
        }
    }

    /// The known characters of a scalar, with a word for the stage; `None` where more is open.
    pub(super) fn literal(self: &Rc<Self>, stage: Option<&str>) -> Option<String> {
        let Shape::Scalar(parts, _) = &self.target().shape else {
            return None;
        };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(piece) | Part::Default(_, piece, _) => text.push_str(piece),
                Part::Stage => text.push_str(stage?),
                Part::Open(_) | Part::Pseudo(_) => return None,
            }
        }
        Some(text)
    }
}

fn hash(shape: &Shape, tag: Option<&str>) -> u64 {
    let mut hasher = FxHasher::default();
    tag.hash(&mut hasher);
    match shape {
        Shape::Null => 1u8.hash(&mut hasher),
        Shape::Scalar(parts, style) => {
            (2u8, *style == Style::Plain).hash(&mut hasher);
            for part in parts {
                match part {
                    Part::Default(name, text, _) => (name, text).hash(&mut hasher),
                    other => other.hash(&mut hasher),
                }
            }
        }
        Shape::List(items) => {
            (3u8, items.len()).hash(&mut hasher);
            for item in items {
                item.target().hash.hash(&mut hasher);
            }
        }
        Shape::Map(entries) => {
            (4u8, entries.len()).hash(&mut hasher);
            for entry in entries {
                entry.key.hash(&mut hasher);
                entry.value.target().hash.hash(&mut hasher);
            }
        }
        Shape::Alias(target) => return target.hash,
        Shape::PerStage(trees) => {
            5u8.hash(&mut hasher);
            for tree in trees {
                tree.as_ref().map(|t| t.hash).hash(&mut hasher);
            }
        }
        Shape::Broken => 6u8.hash(&mut hasher),
    }
    hasher.finish()
}
