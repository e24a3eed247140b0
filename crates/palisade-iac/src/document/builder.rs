//! Builds a `Document` from the events of a parser.

use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources, Span};
use rustc_hash::FxHashMap;

use super::placeholder::Placeholders;
use super::{Dialect, Document, Entry, INDEX_FROM, Node, NodeRef, Scalar, Shape};
use crate::value::Style;

/// Most problems of one kind a file reports; the rest would say the same.
const PROBLEMS_MAX: usize = 50;

/// The part of the limit on nodes that aliases may make: nobody repeats more by hand.
const REPEATED_PART: usize = 20;

/// Why a parser stopped.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Where, in bytes of the text.
    pub(crate) at: usize,
    /// Where the outermost open flow collection starts, else the last event: the likely cause.
    pub(crate) suspect: usize,
    /// Whether a flow collection was open.
    pub(crate) in_flow: bool,
    /// The parser's words.
    pub(crate) message: String,
    /// Whether a limit was hit, not the grammar.
    pub(crate) limit: bool,
}

/// Where offsets of the parsed text lie in the file.
#[derive(Clone, Debug)]
pub(crate) enum Places {
    /// The text is the file from this offset on.
    From(usize),
    /// The text was decoded from one scalar; runs of (offset in text, offset in file) in order.
    Segments(Span, Vec<(usize, usize)>),
}

#[derive(Debug)]
enum Frame {
    Map {
        node: NodeRef,
        flow: bool,
        entries: Vec<Entry>,
        key: Key,
    },
    List {
        node: NodeRef,
        flow: bool,
        items: Vec<NodeRef>,
    },
}

#[derive(Debug)]
enum Key {
    Wanted,
    Text(Box<str>, Span, bool),
    /// A key that was reported; its value is read and left out.
    Dropped,
}

/// The tree under construction.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    pub(crate) file: FileId,
    sources: &'a Sources,
    limits: &'a Limits,
    placeholders: &'a Placeholders,
    places: Places,
    nodes: Vec<Node>,
    /// Nodes below each node, counted through aliases.
    weights: Vec<u64>,
    flows: Vec<usize>,
    frames: Vec<Frame>,
    roots: Vec<NodeRef>,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(
        sources: &'a Sources,
        file: FileId,
        limits: &'a Limits,
        placeholders: &'a Placeholders,
        places: Places,
    ) -> Self {
        Self {
            file,
            sources,
            limits,
            placeholders,
            places,
            nodes: Vec::new(),
            weights: Vec::new(),
            flows: Vec::new(),
            frames: Vec::new(),
            roots: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// A span of the file for a range of the parsed text.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        match &self.places {
            Places::From(base) => {
                let length = self.sources.text(self.file).len();
                Span::new(
                    self.file,
                    (base + start).min(length),
                    (base + end).min(length),
                )
            }
            Places::Segments(whole, segments) => {
                let of = |offset: usize| {
                    let after = segments.partition_point(|(decoded, _)| *decoded <= offset);
                    let (decoded, at) = segments.get(after.checked_sub(1)?)?;
                    Some(at + (offset - decoded))
                };
                // The end is excluded: map the last byte, so that it stays in its own segment.
                match (of(start), of(end.saturating_sub(1).max(start))) {
                    (Some(a), Some(b)) if b < whole.end as usize => {
                        let span = Span::new(self.file, a, b + usize::from(end > start));
                        if self.sources.slice(span).is_empty() && end > start {
                            *whole
                        } else {
                            span
                        }
                    }
                    _ => *whole,
                }
            }
        }
    }

    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Whether the limit on nodes is reached.
    pub(crate) fn is_full(&self) -> bool {
        self.nodes.len() >= self.limits.document_nodes
    }

    pub(crate) fn flow_start(&self) -> Option<usize> {
        self.flows.first().copied()
    }

    pub(crate) fn report(&mut self, span: Span, kind: ProblemKind, cost: Cost, message: String) {
        let same = self.problems.iter().filter(|p| p.kind == kind).count();
        if same < PROBLEMS_MAX {
            self.problems.push(Problem::at(span, kind, cost, message));
        }
    }

    /// Adds a scalar as key, item or value.
    pub(crate) fn scalar(
        &mut self,
        text: &str,
        style: Style,
        tag: Option<Box<str>>,
        span: Span,
    ) -> Option<NodeRef> {
        let (text, holes) = self.placeholders.restore(text, style);
        if self.wants_key() {
            let scalar = Scalar {
                text: text.into(),
                style,
                holes: Box::default(),
            };
            self.key(&scalar, tag.as_deref(), span);
            return None;
        }
        let scalar = Scalar {
            text: text.into(),
            style,
            holes,
        };
        Some(self.place(Shape::Scalar(scalar), tag, span, 1))
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame::Map {
                key: Key::Wanted,
                ..
            })
        )
    }

    fn key(&mut self, scalar: &Scalar, tag: Option<&str>, span: Span) {
        let next =
            if scalar.is_null() && tag.is_none() {
                self.report(
                span,
                ProblemKind::Malformed,
                Cost::Value,
                format!(
                    "key is null: the entry was left out; quote it (`\"{}\"`) if the word is meant",
                    if scalar.text.is_empty() { "null" } else { &scalar.text }
                ),
            );
                Key::Dropped
            } else {
                let merge = tag.is_none() && scalar.style == Style::Plain && &*scalar.text == "<<";
                Key::Text(scalar.text.clone(), span, merge)
            };
        self.set_key(next);
    }

    fn set_key(&mut self, next: Key) {
        if let Some(Frame::Map { key, .. }) = self.frames.last_mut() {
            *key = next;
        }
    }

    /// Adds a node where it belongs.
    fn place(&mut self, shape: Shape, tag: Option<Box<str>>, span: Span, weight: u64) -> NodeRef {
        let node = NodeRef(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { shape, tag, span });
        self.weights.push(weight);
        self.attach(node);
        node
    }

    fn attach(&mut self, node: NodeRef) {
        match self.frames.last_mut() {
            None => self.roots.push(node),
            Some(Frame::List { items, .. }) => items.push(node),
            Some(Frame::Map { entries, key, .. }) => {
                match std::mem::replace(key, Key::Wanted) {
                    Key::Text(key, key_span, merge) => entries.push(Entry {
                        key,
                        key_span,
                        merge,
                        value: node,
                    }),
                    Key::Dropped => {}
                    // A collection as a key: reported when it was opened.
                    Key::Wanted => *key = Key::Dropped,
                }
            }
        }
    }

    fn complain_about_key(&mut self, span: Span) {
        if self.wants_key() {
            self.report(
                span,
                ProblemKind::Malformed,
                Cost::Value,
                "key is a map or a list: the entry was left out; quote it if text is meant".into(),
            );
        }
    }

    /// Opens a map or a list.
    pub(crate) fn open(
        &mut self,
        map: bool,
        flow: Option<usize>,
        tag: Option<Box<str>>,
        span: Span,
    ) -> NodeRef {
        self.complain_about_key(span);
        let node = self.place(Shape::Broken, tag, span, 1);
        self.flows.extend(flow);
        let flow = flow.is_some();
        self.frames.push(if map {
            Frame::Map {
                node,
                flow,
                entries: Vec::new(),
                key: Key::Wanted,
            }
        } else {
            Frame::List {
                node,
                flow,
                items: Vec::new(),
            }
        });
        node
    }

    /// Closes the innermost collection; `end` is its last byte plus one where brackets tell it.
    pub(crate) fn close(&mut self, end: Option<Span>) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if let Frame::Map { flow: true, .. } | Frame::List { flow: true, .. } = frame {
            self.flows.pop();
        }
        let (node, shape, last, weight) = match frame {
            Frame::List { node, items, .. } => {
                let weight = self.weigh(items.iter().copied());
                (node, Shape::List(items.into()), None, weight)
            }
            Frame::Map {
                node, mut entries, ..
            } => {
                self.drop_duplicates(&mut entries);
                let weight = self.weigh(entries.iter().map(|e| e.value));
                let last = entries.iter().map(|e| e.key_span).max_by_key(|s| s.end);
                (node, Shape::Map(entries.into()), last, weight)
            }
        };
        // Nodes made since are descendants: the latest end is the end of the collection.
        let from = node.index();
        let inner = self.child_end(&shape);
        let ends = [end, last, inner];
        if let Some(slot) = self.nodes.get_mut(from) {
            slot.shape = shape;
            for span in ends.into_iter().flatten() {
                slot.span = slot.span.to(span);
            }
        }
        if let Some(slot) = self.weights.get_mut(from) {
            *slot = weight;
        }
    }

    fn child_end(&self, shape: &Shape) -> Option<Span> {
        let span = |node: &NodeRef| self.nodes.get(node.index()).map(|n| n.span);
        match shape {
            Shape::List(items) => items.iter().filter_map(span).max_by_key(|s| s.end),
            Shape::Map(entries) => entries
                .iter()
                .filter_map(|e| span(&e.value))
                .max_by_key(|s| s.end),
            _ => None,
        }
    }

    fn weigh(&self, children: impl Iterator<Item = NodeRef>) -> u64 {
        children.fold(1, |sum, child| {
            sum.saturating_add(self.weights.get(child.index()).copied().unwrap_or(1))
        })
    }

    /// Of equal keys the last one stays; each later one is a problem.
    fn drop_duplicates(&mut self, entries: &mut Vec<Entry>) {
        let mut first: FxHashMap<&str, usize> = FxHashMap::default();
        let mut dead = Vec::new();
        let mut found = Vec::new();
        for (at, entry) in entries.iter().enumerate().filter(|(_, e)| !e.merge) {
            if let Some(before) = first.insert(&entry.key, at) {
                dead.push(before);
                if let Some(earlier) = entries.get(before) {
                    found.push((entry.key.to_string(), entry.key_span, earlier.key_span));
                }
            }
        }
        if dead.is_empty() {
            return;
        }
        dead.sort_unstable();
        let mut at = 0;
        entries.retain(|_| {
            at += 1;
            dead.binary_search(&(at - 1)).is_err()
        });
        for (key, span, earlier) in found {
            let line = self.sources.line(earlier.file, earlier.start);
            self.report(
                span,
                ProblemKind::DuplicateKey,
                Cost::Value,
                format!(
                    "duplicate key `{key}`, first on line {line}: which one holds is undefined; the last was read"
                ),
            );
        }
    }

    /// Adds a reference to an earlier node.
    pub(crate) fn alias(&mut self, target: Option<NodeRef>, name: &str, span: Span) {
        let open = |target: NodeRef| {
            self.frames.iter().any(|frame| match frame {
                Frame::Map { node, .. } | Frame::List { node, .. } => *node == target,
            })
        };
        let Some(target) = target else {
            self.report(
                span,
                ProblemKind::Malformed,
                Cost::Value,
                format!("alias `{name}` names no anchor: the value stays unknown"),
            );
            return self.broken(span);
        };
        if open(target) {
            self.report(
                span,
                ProblemKind::Malformed,
                Cost::Value,
                format!("alias `{name}` stands inside of what it names: the value stays unknown"),
            );
            return self.broken(span);
        }
        if self.wants_key() {
            let scalar = match self.nodes.get(target.index()).map(|n| &n.shape) {
                Some(Shape::Scalar(scalar)) => Some(scalar.clone()),
                _ => None,
            };
            match scalar {
                Some(scalar) => self.key(&scalar, None, span),
                None => {
                    self.complain_about_key(span);
                    self.set_key(Key::Dropped);
                }
            }
            return;
        }
        let weight = self.weigh(std::iter::once(target));
        self.place(Shape::Alias(target), None, span, weight);
    }

    /// Adds something that could not be read.
    pub(crate) fn broken(&mut self, span: Span) {
        if self.wants_key() {
            self.set_key(Key::Dropped);
        } else {
            self.place(Shape::Broken, None, span, 1);
        }
    }

    /// The finished tree; what is still open is closed.
    pub(crate) fn finish(mut self, dialect: Dialect, span: Span) -> (Document, Vec<Problem>) {
        while !self.frames.is_empty() {
            self.close(None);
        }
        let total = self.weigh(self.roots.clone().into_iter());
        let repeated = total.saturating_sub(self.nodes.len() as u64);
        let most = self.limits.document_nodes / REPEATED_PART;
        let is_bomb = repeated > most as u64;
        if is_bomb {
            self.problems.push(Problem::at(
                span,
                ProblemKind::Limit,
                Cost::File,
                format!(
                    "aliases make more than {most} nodes of this file: it was read as far as the limit allows"
                ),
            ));
        }
        let document = Document {
            indexes: indexes(&self.nodes),
            file: self.file,
            span,
            dialect,
            nodes: self.nodes,
            roots: self.roots,
            is_bomb,
        };
        (document, self.problems)
    }
}

/// Positions of keys of the maps that are too large to search.
pub(super) fn indexes(nodes: &[Node]) -> FxHashMap<NodeRef, FxHashMap<Box<str>, usize>> {
    let mut indexes = FxHashMap::default();
    for (at, node) in nodes.iter().enumerate() {
        if let Shape::Map(entries) = &node.shape
            && entries.len() > INDEX_FROM
        {
            let own = entries.iter().enumerate().filter(|(_, e)| !e.merge);
            let index = own.map(|(at, e)| (e.key.clone(), at)).collect();
            indexes.insert(NodeRef(u32::try_from(at).unwrap_or(u32::MAX)), index);
        }
    }
    indexes
}

/// The problem of a file that is too large to parse.
pub(crate) fn too_large(file: FileId, bytes: usize, limits: &Limits) -> Problem {
    Problem::at(
        Span::new(file, 0, 0),
        ProblemKind::Limit,
        Cost::File,
        format!(
            "file has {bytes} bytes, more than {}: it was not read",
            limits.template_bytes
        ),
    )
}
