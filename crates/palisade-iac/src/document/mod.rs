//! One tree with spans for every dialect of templates, kept in a flat vector.
//!
//! Scalars have no type until a reader asks, aliases are references, merge keys are looked up, and
//! a file that breaks keeps every entry that can still be read.

mod builder;
mod json;
mod made;
mod placeholder;
mod plain;
mod recover;
mod script;
mod yaml;

use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemKind};
use palisade_model::source::{FileId, Sources, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::value::Style;

pub use plain::{Tree, plain, to_json_text};

pub(crate) use json::parse_embedded;
pub(crate) use made::Maker;
pub(crate) use plain::{long_form, quoted};

/// Maps with more entries than this are searched through an index.
const INDEX_FROM: usize = 32;

/// A node of a `Document`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeRef(u32);

impl NodeRef {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// The grammar a document was written in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dialect {
    /// YAML.
    Yaml,
    /// JSON, with comments and trailing commas.
    Json,
}

/// A node: what it is, its tag as written, its place (tag included).
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// What it is.
    pub shape: Shape,
    /// The tag as written, such as `!Ref`; tags of the core schema are left out.
    pub tag: Option<Box<str>>,
    /// Where it stands, from the tag to the last character.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// Text that has no type yet.
    Scalar(Scalar),
    /// A map in order of writing; of duplicate keys only the last is kept.
    Map(Box<[Entry]>),
    /// A list.
    List(Box<[NodeRef]>),
    /// A reference to a node that stands earlier.
    Alias(NodeRef),
    /// Something that could not be read, such as an alias of itself.
    Broken,
}

/// A scalar as decoded.
#[derive(Clone, PartialEq, Debug)]
pub struct Scalar {
    /// Its text; placeholders stand in it as written.
    pub text: Box<str>,
    /// Plain or quoted.
    pub style: Style,
    /// Byte ranges of `text` that are placeholders.
    pub holes: Box<[(u32, u32)]>,
}

impl Scalar {
    /// Whether it is the null of YAML and JSON.
    pub fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}

/// An entry of a map.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key.
    pub key: Box<str>,
    /// Place of the key.
    pub key_span: Span,
    /// Whether it is a merge key (`<<`).
    pub merge: bool,
    /// The value.
    pub value: NodeRef,
}

/// A parsed file.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// The whole file.
    pub span: Span,
    /// Its grammar.
    pub dialect: Dialect,
    nodes: Vec<Node>,
    roots: Vec<NodeRef>,
    /// Positions of keys in maps that are too large to search.
    indexes: FxHashMap<NodeRef, FxHashMap<Box<str>, usize>>,
    /// Whether its aliases repeat more than anybody means.
    is_bomb: bool,
}

/// The part of the limit on values that a bomb of aliases may use beyond one for each node.
const BOMB_PART: usize = 10;

impl Document {
    /// The node of the first document that is not null.
    pub fn root(&self) -> Option<NodeRef> {
        self.roots.iter().copied().find(|root| !self.is_null(*root))
    }

    /// The roots of all documents of the file.
    pub fn roots(&self) -> &[NodeRef] {
        &self.roots
    }

    /// A node.
    pub fn node(&self, node: NodeRef) -> Option<&Node> {
        self.nodes.get(node.index())
    }

    /// How many values may be made of it; of a bomb of aliases few more than it has nodes.
    pub fn values_max(&self, limit: usize) -> usize {
        if self.is_bomb {
            limit.min(self.nodes.len() + limit / BOMB_PART)
        } else {
            limit
        }
    }

    /// The node an alias stands for; any other node itself.
    pub fn resolve(&self, mut node: NodeRef) -> NodeRef {
        // Aliases point backwards only, so this ends.
        while let Some(Shape::Alias(target)) = self.node(node).map(|n| &n.shape) {
            node = *target;
        }
        node
    }

    /// The shape behind aliases.
    pub fn shape(&self, node: NodeRef) -> &Shape {
        self.node(self.resolve(node))
            .map_or(&Shape::Broken, |n| &n.shape)
    }

    /// The tag behind aliases.
    pub fn tag(&self, node: NodeRef) -> Option<&str> {
        self.node(self.resolve(node))?.tag.as_deref()
    }

    /// The place of a node.
    pub fn span(&self, node: NodeRef) -> Span {
        self.node(node).map_or(self.span, |n| n.span)
    }

    /// Entries of a map; empty for anything else. Merge keys are not followed.
    pub fn entries(&self, node: NodeRef) -> &[Entry] {
        match self.shape(node) {
            Shape::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Items of a list; empty for anything else.
    pub fn items(&self, node: NodeRef) -> &[NodeRef] {
        match self.shape(node) {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    /// Text of a scalar that is not null, its tag aside.
    pub fn text(&self, node: NodeRef) -> Option<&str> {
        match self.shape(node) {
            Shape::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether a node is null.
    pub fn is_null(&self, node: NodeRef) -> bool {
        self.tag(node).is_none()
            && matches!(self.shape(node), Shape::Scalar(scalar) if scalar.is_null())
    }

    /// The value of a key: own key, then merges in order.
    pub fn get(&self, node: NodeRef, key: &str) -> Option<NodeRef> {
        self.entry(node, key).map(|entry| entry.value)
    }

    /// The entry of a key: own key, then merges in order.
    pub fn entry(&self, node: NodeRef, key: &str) -> Option<&Entry> {
        let own = |map: NodeRef| {
            let entries = self.entries(map);
            if entries.len() > INDEX_FROM
                && let Some(index) = self.indexes.get(&self.resolve(map))
            {
                return entries.get(*index.get(key)?);
            }
            entries.iter().find(|e| !e.merge && &*e.key == key)
        };
        let mut waiting = vec![node];
        // Each map is a step; a bomb of merges must not become a long walk.
        for _ in 0..256 {
            let map = waiting.pop()?;
            if let Some(found) = own(map) {
                return Some(found);
            }
            for entry in self.entries(map).iter().rev().filter(|e| e.merge) {
                let items = self.items(entry.value);
                if items.is_empty() {
                    waiting.push(entry.value);
                }
                waiting.extend(items.iter().rev());
            }
        }
        None
    }

    /// Entries of a map with merges followed: own keys in order, then those of each merge that are new.
    pub fn merged(&self, node: NodeRef) -> Vec<(&Entry, NodeRef)> {
        if !self.entries(node).iter().any(|e| e.merge) {
            return self.entries(node).iter().map(|e| (e, e.value)).collect();
        }
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut found = Vec::new();
        let mut walked: FxHashSet<NodeRef> = FxHashSet::default();
        let mut waiting = vec![node];
        while let Some(map) = waiting.pop() {
            // A map met twice adds nothing new, so a bomb of merges is a short walk.
            if !walked.insert(self.resolve(map)) {
                continue;
            }
            let own = self.entries(map).iter().filter(|e| !e.merge);
            found.extend(own.filter(|e| seen.insert(&e.key)).map(|e| (e, e.value)));
            for entry in self.entries(map).iter().rev().filter(|e| e.merge) {
                let items = self.items(entry.value);
                if items.is_empty() {
                    waiting.push(entry.value);
                }
                waiting.extend(items.iter().rev());
            }
        }
        found
    }

    /// All nodes in order of writing (parents before children).
    pub fn all(&self) -> impl Iterator<Item = (NodeRef, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (NodeRef(u32::try_from(at).unwrap_or(u32::MAX)), node))
    }
}

/// Parses a file. `None` where it holds nothing, or nothing that could be read.
pub fn parse(
    sources: &Sources,
    file: FileId,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Option<Document> {
    let text = sources.text(file);
    if text.len() > limits.template_bytes {
        problems.push(builder::too_large(file, text.len(), limits));
        return None;
    }
    let document = if is_script(sources.path(file)) {
        script::parse(sources, file, limits, problems)
    } else if is_json(sources.path(file), text) {
        json::parse(sources, file, limits, problems)
    } else if starts_with_bracket(text) {
        // JSON under a name of YAML is legal YAML, but for tabs.
        let mut found = Vec::new();
        let document = yaml::parse(sources, file, limits, &mut found);
        let broken = |p: &Problem| p.kind == ProblemKind::Syntax;
        if found.iter().any(broken) {
            let mut instead = Vec::new();
            let json = json::parse(sources, file, limits, &mut instead);
            if !instead.iter().any(broken) {
                problems.extend(instead);
                return json.filter(|d| d.root().is_some());
            }
        }
        problems.extend(found);
        document
    } else {
        yaml::parse(sources, file, limits, problems)
    };
    document.filter(|d| d.root().is_some())
}

/// Whether a path is that of a program whose object literals may be read.
pub(crate) fn is_script(path: &str) -> bool {
    [".js", ".cjs", ".mjs", ".ts", ".mts", ".cts"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// By content: JSON starts with a bracket; under a name of YAML it is tried as YAML first.
fn is_json(path: &str, text: &str) -> bool {
    let named_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let comment = start.starts_with("//") || start.starts_with("/*");
    (starts_with_bracket(text) || comment || path.ends_with(".json")) && !named_yaml
}

fn starts_with_bracket(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    start.starts_with('{') && !start.starts_with("{{") && !start.starts_with("{%")
}
