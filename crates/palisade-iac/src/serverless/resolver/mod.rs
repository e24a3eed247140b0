//! Resolves the variables of a service for one stage: on demand, each place once, circles found.

mod sources;

use std::rc::Rc;

use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::Span;
use rustc_hash::FxHashMap;

use crate::document::{self, NodeRef};
use crate::serverless::files::Files;
use crate::serverless::syntax::{self, Piece, Source};
use crate::serverless::tree::{Entry, Part, Shape, Tree};
use crate::value::Style;

/// Names of stages that files are looked for by.
const USUAL_STAGES: &[&str] = &[
    "dev",
    "development",
    "test",
    "qa",
    "stage",
    "staging",
    "uat",
    "prod",
    "production",
    "local",
];
/// Keys beside stages that are none.
const NO_STAGES: &[&str] = &["default", "defaults", "other", "common", "all", "base"];
/// Most stages told apart.
pub(super) const STAGES_MAX: usize = 8;

/// A node of one of the documents.
type At = (usize, NodeRef);

/// What a source of a variable gave.
enum Found {
    /// A value.
    Value(Rc<Tree>),
    /// It may be given from outside: the next source is its default.
    Open(String),
    /// It has a value that only the deployment knows.
    Unknown(String),
    /// It has none; why, in words.
    Missing(String),
}

/// One segment of an address.
struct Segment {
    text: String,
    stage: bool,
}

/// The resolution for one stage.
pub(super) struct Resolver<'r, 'a> {
    files: &'r mut Files<'a>,
    given: &'r [(String, String)],
    /// The stage; `None` while its default is looked for.
    stage: Option<String>,
    memo: FxHashMap<At, Option<Rc<Tree>>>,
    running: Vec<At>,
    /// The outermost place of the circle that is being left.
    circle: usize,
    depth: usize,
    /// The whole file of the service.
    whole: Span,
    /// Stages that something tells apart, in order of discovery.
    pub(super) stages: Vec<String>,
    /// What could not be resolved.
    pub(super) problems: Vec<Problem>,
}

impl<'r, 'a> Resolver<'r, 'a> {
    pub(super) fn new(
        files: &'r mut Files<'a>,
        given: &'r [(String, String)],
        stage: Option<String>,
        whole: Span,
    ) -> Self {
        Self {
            files,
            whole,
            given,
            stage,
            memo: FxHashMap::default(),
            running: Vec::new(),
            circle: usize::MAX,
            depth: 0,
            stages: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The tree of the whole service.
    pub(super) fn service(&mut self) -> Option<Rc<Tree>> {
        let root = self.files.document(0)?.root()?;
        self.note_declared_stages();
        Some(self.resolve((0, root)))
    }

    /// The text at a path of the service, if it is known.
    pub(super) fn literal(&mut self, path: &[&str]) -> Option<String> {
        let segments: Vec<Segment> = path.iter().map(|key| Segment::plain(key)).collect();
        let tree = self.lookup(0, &segments)?;
        tree.literal(self.stage.as_deref())
    }

    fn note_declared_stages(&mut self) {
        for section in ["params", "stages"] {
            if let Some(tree) = self.lookup(0, &[Segment::plain(section)]) {
                let names: Vec<String> = tree.entries().iter().map(|e| e.key.to_string()).collect();
                for name in names {
                    self.note_stage(&name);
                }
            }
        }
    }

    fn note_stage(&mut self, name: &str) {
        let plain = !name.is_empty()
            && name.len() <= 32
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if plain
            && !NO_STAGES.contains(&name)
            && self.stages.len() < STAGES_MAX
            && !self.stages.iter().any(|s| s == name)
        {
            self.stages.push(name.to_owned());
        }
    }

    /// The tree of a node.
    fn resolve(&mut self, (document, node): At) -> Rc<Tree> {
        let Some(found) = self.files.document(document) else {
            return Tree::new(Shape::Broken, self.whole);
        };
        let at = (document, found.resolve(node));
        let span = found.span(at.1);
        match self.memo.get(&at) {
            Some(Some(tree)) => return Rc::clone(tree),
            Some(None) => {
                let from = self.running.iter().position(|r| *r == at).unwrap_or(0);
                self.circle = self.circle.min(from);
                if let Some(back) = self.running.last().copied()
                    && let Some(text) = self.scalar_text(back)
                    && let Some(span) = self.files.document(back.0).map(|d| d.span(back.1))
                {
                    self.report(
                        span,
                        ProblemKind::Malformed,
                        format!("`{text}` leads back to itself: the value stays unknown"),
                    );
                }
                return Tree::part(Part::Open("circle".to_owned()), span);
            }
            None => {}
        }
        if self.depth >= self.files.limits.evaluation_depth {
            self.report(
                span,
                ProblemKind::Limit,
                format!(
                    "more than {} levels of variables: the rest stays unknown",
                    self.files.limits.evaluation_depth
                ),
            );
            return Tree::new(Shape::Broken, span);
        }
        self.memo.insert(at, None);
        self.running.push(at);
        self.depth += 1;
        let mut tree = self.resolve_new(at, span);
        self.depth -= 1;
        self.running.pop();
        let here = self.running.len();
        if self.circle != usize::MAX && self.circle <= here {
            // What is text in a circle is nothing at all; maps around it keep their other entries.
            if let Some(text) = self.scalar_text(at) {
                let name = text.trim_start_matches("${").trim_end_matches('}');
                tree = Tree::part(Part::Open(name.to_owned()), span);
            }
            if self.circle == here {
                self.circle = usize::MAX;
            }
        }
        self.memo.insert(at, Some(Rc::clone(&tree)));
        tree
    }

    fn scalar_text(&self, (document, node): At) -> Option<String> {
        let document = self.files.document(document)?;
        document.text(node).map(str::to_owned)
    }

    fn resolve_new(&mut self, (number, node): At, span: Span) -> Rc<Tree> {
        let Some(document) = self.files.document(number) else {
            return Tree::new(Shape::Broken, span);
        };
        let tag: Option<Box<str>> = document.tag(node).map(Into::into);
        match document.shape(node) {
            document::Shape::Scalar(scalar) => {
                let style = scalar.style;
                if tag.is_none() && scalar.is_null() {
                    return Tree::new(Shape::Null, span);
                }
                let text = scalar.text.to_string();
                if !text.contains("${") {
                    let parts = vec![Part::Text(text)];
                    return Tree::tagged(Shape::Scalar(parts, style), tag, span);
                }
                self.scalar(&text, style, tag, span)
            }
            document::Shape::List(items) => {
                let items: Vec<NodeRef> = items.to_vec();
                let trees = items.into_iter().map(|item| {
                    let tree = self.resolve((number, item));
                    self.placed(number, item, tree)
                });
                Tree::tagged(Shape::List(trees.collect()), tag, span)
            }
            document::Shape::Map(_) => {
                let entries: Vec<(Box<str>, Span, NodeRef)> = document
                    .merged(node)
                    .into_iter()
                    .map(|(entry, value)| (entry.key.clone(), entry.key_span, value))
                    .collect();
                let entries = entries.into_iter().map(|(key, key_span, value)| {
                    let tree = self.resolve((number, value));
                    Entry {
                        key,
                        span: key_span,
                        value: self.placed(number, value, tree),
                    }
                });
                Tree::tagged(Shape::Map(entries.collect()), tag, span)
            }
            document::Shape::Alias(_) | document::Shape::Broken => {
                Tree::tagged(Shape::Broken, tag, span)
            }
        }
    }

    /// An alias of YAML keeps its own place.
    fn placed(&self, number: usize, node: NodeRef, tree: Rc<Tree>) -> Rc<Tree> {
        let span = self.files.document(number).map(|d| d.span(node));
        match span {
            Some(span) if span != tree.span => Tree::new(Shape::Alias(tree), span),
            _ => tree,
        }
    }

    fn scalar(&mut self, text: &str, style: Style, tag: Option<Box<str>>, span: Span) -> Rc<Tree> {
        let pieces = syntax::pieces(text);
        if let ([Piece::Variable(sources, written)], None) = (pieces.as_slice(), &tag) {
            let tree = self.variable(sources, written, span);
            return Tree::new(Shape::Alias(tree), span);
        }
        let parts = self.parts(&pieces, span);
        Tree::tagged(Shape::Scalar(parts, style), tag, span)
    }

    /// The parts of a text; a text that grows too long stays open.
    fn parts(&mut self, pieces: &[Piece], span: Span) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut bytes = 0usize;
        for piece in pieces {
            let more = match piece {
                Piece::Text(text) => vec![Part::Text(text.clone())],
                Piece::Variable(sources, written) => {
                    let tree = self.variable(sources, written, span);
                    parts_of(&tree, written)
                }
            };
            for part in more {
                match (parts.last_mut(), part) {
                    (_, Part::Text(text)) if text.is_empty() => {}
                    (Some(Part::Text(before)), Part::Text(text)) => {
                        bytes += text.len();
                        before.push_str(&text);
                    }
                    (_, part) => {
                        bytes += match &part {
                            Part::Text(text) | Part::Default(_, text, _) => text.len(),
                            Part::Open(name) => name.len(),
                            Part::Stage | Part::Pseudo(_) => 8,
                        };
                        parts.push(part);
                    }
                }
            }
            if bytes > self.files.limits.text_bytes {
                let most = self.files.limits.text_bytes;
                self.report(
                    span,
                    ProblemKind::Limit,
                    format!("more than {most} bytes of one text: the rest stays unknown"),
                );
                return vec![Part::Open("text".to_owned())];
            }
        }
        parts
    }

    /// The value of a variable: its first source that has one.
    fn variable(&mut self, sources: &[Source], written: &str, span: Span) -> Rc<Tree> {
        let inside = written.trim_start_matches("${").trim_end_matches('}');
        if self.depth >= self.files.limits.evaluation_depth {
            return Tree::part(Part::Open(inside.to_owned()), span);
        }
        self.depth += 1;
        let tree = self.first_of(sources, inside, span);
        self.depth -= 1;
        tree
    }

    fn first_of(&mut self, sources: &[Source], inside: &str, span: Span) -> Rc<Tree> {
        let mut open: Option<String> = None;
        let mut null: Option<Rc<Tree>> = None;
        let mut missing: Option<String> = None;
        for source in sources {
            match self.source(source, span) {
                Found::Value(tree) if tree.is_null() => null = Some(tree),
                Found::Value(tree) => {
                    return match open {
                        Some(name) => with_default(name, &tree),
                        None => tree,
                    };
                }
                Found::Open(name) => {
                    open.get_or_insert(name);
                }
                Found::Unknown(name) => {
                    return Tree::part(Part::Open(open.unwrap_or(name)), span);
                }
                Found::Missing(words) => {
                    missing.get_or_insert(words);
                }
            }
        }
        if let Some(tree) = null {
            return tree;
        }
        if let Some(name) = open {
            return Tree::part(Part::Open(name), span);
        }
        if let Some(words) = missing.filter(|words| !words.is_empty()) {
            self.report(span, ProblemKind::Unresolved, words);
        }
        Tree::part(Part::Open(inside.to_owned()), span)
    }

    /// The tree at an address of a document; only what the address passes is resolved.
    fn lookup(&mut self, number: usize, segments: &[Segment]) -> Option<Rc<Tree>> {
        let document = self.files.document(number)?;
        let mut node = document.root()?;
        let mut tree: Option<Rc<Tree>> = None;
        for (at, segment) in segments.iter().enumerate() {
            if let Some(here) = tree.take() {
                if segment.stage {
                    self.note_keys(&here, segments.get(at + 1..).unwrap_or_default());
                }
                tree = Some(here.get(&segment.text)?);
                continue;
            }
            let document = self.files.document(number)?;
            let inner = match document.shape(node) {
                document::Shape::Map(_) => document.get(node, &segment.text),
                document::Shape::List(items) => segment
                    .text
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index))
                    .copied(),
                document::Shape::Scalar(scalar) if scalar.text.contains("${") => {
                    let here = self.resolve((number, node));
                    if segment.stage {
                        self.note_keys(&here, segments.get(at + 1..).unwrap_or_default());
                    }
                    tree = Some(here.get(&segment.text)?);
                    continue;
                }
                _ => return None,
            };
            if segment.stage {
                self.note_raw_keys(number, node, segments.get(at + 1..).unwrap_or_default());
            }
            node = inner?;
        }
        Some(match tree {
            Some(tree) => tree,
            None => self.resolve((number, node)),
        })
    }

    fn note_raw_keys(&mut self, number: usize, node: NodeRef, rest: &[Segment]) {
        let Some(document) = self.files.document(number) else {
            return;
        };
        let keys: Vec<String> = document
            .merged(node)
            .into_iter()
            .filter(|(_, value)| leads_on(document, *value, rest))
            .map(|(entry, _)| entry.key.to_string())
            .collect();
        for key in keys.iter().take(2 * STAGES_MAX) {
            self.note_stage(key);
        }
    }

    fn note_keys(&mut self, tree: &Rc<Tree>, rest: &[Segment]) {
        let keys: Vec<String> = tree
            .entries()
            .iter()
            .filter(|entry| {
                let mut here = Some(Rc::clone(&entry.value));
                for segment in rest {
                    here = here.and_then(|tree| tree.get(&segment.text));
                }
                here.is_some()
            })
            .map(|entry| entry.key.to_string())
            .collect();
        for key in keys.iter().take(2 * STAGES_MAX) {
            self.note_stage(key);
        }
    }

    fn report(&mut self, span: Span, kind: ProblemKind, message: String) {
        let problem = Problem::at(span, kind, Cost::Value, message);
        if self.problems.len() < 200 && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

impl Segment {
    fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            stage: false,
        }
    }
}

/// Whether a path goes on from a node, as far as it is written out.
fn leads_on(document: &document::Document, mut node: NodeRef, rest: &[Segment]) -> bool {
    for segment in rest {
        match document.shape(node) {
            document::Shape::Map(_) => match document.get(node, &segment.text) {
                Some(inner) => node = inner,
                None => return false,
            },
            document::Shape::Scalar(scalar) => return scalar.text.contains("${"),
            _ => return false,
        }
    }
    true
}

fn with_default(name: String, tree: &Rc<Tree>) -> Rc<Tree> {
    if let Shape::Scalar(parts, _) = &tree.target().shape
        && let [] | [Part::Text(_)] = parts.as_slice()
    {
        let text = match parts.first() {
            Some(Part::Text(text)) => text.clone(),
            _ => String::new(),
        };
        return Tree::part(Part::Default(name, text, tree.span), tree.span);
    }
    Rc::clone(tree)
}

fn parts_of(tree: &Rc<Tree>, written: &str) -> Vec<Part> {
    if tree.is_null() {
        return Vec::new();
    }
    match &tree.target().shape {
        Shape::Scalar(parts, _) if tree.target().tag.is_none() => parts.clone(),
        // `${self:service}` where the service is a map.
        Shape::Map(entries) => match entries.iter().find(|e| &*e.key == "name") {
            Some(name) if written.contains("self:service") => parts_of(&name.value, ""),
            _ => vec![open(written)],
        },
        _ => vec![open(written)],
    }
}

fn open(written: &str) -> Part {
    let inside = written.trim_start_matches("${").trim_end_matches('}');
    Part::Open(inside.to_owned())
}
