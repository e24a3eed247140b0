//! A file under repair: its tree with parents, the ways its author writes, and where lines begin.

use std::collections::BTreeMap;

use palisade_model::source::{FileId, Span};

use crate::document::{Dialect, Document, Entry, Node, NodeRef, Shape};

/// A file and all that edits of it want to know.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    pub(crate) file: FileId,
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) document: &'a Document,
    pub(crate) habit: Habit,
    parents: BTreeMap<NodeRef, NodeRef>,
    places: BTreeMap<(u32, u32), Vec<NodeRef>>,
    aliases: BTreeMap<NodeRef, Vec<NodeRef>>,
}

/// How the author of a file writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Habit {
    /// Whether the file is JSON.
    pub(crate) json: bool,
    /// `\n` or `\r\n`.
    pub(crate) newline: &'static str,
    /// Columns from a key to the keys below it.
    pub(crate) step: usize,
    /// Columns from a key to the dashes below it.
    pub(crate) dash: usize,
    /// Columns from a dash to what it holds.
    pub(crate) gap: usize,
    /// The indentation of one level of JSON.
    pub(crate) unit: String,
    /// Quotes for text that needs some.
    pub(crate) quote: char,
    /// Whether intrinsics are written as tags.
    pub(crate) tags: bool,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(path: &'a str, text: &'a str, document: &'a Document) -> Self {
        let mut parents = BTreeMap::new();
        let mut places: BTreeMap<(u32, u32), Vec<NodeRef>> = BTreeMap::new();
        let mut aliases: BTreeMap<NodeRef, Vec<NodeRef>> = BTreeMap::new();
        for (at, node) in document.all() {
            let place = places.entry((node.span.start, node.span.end));
            place.or_default().push(at);
            match &node.shape {
                Shape::Map(entries) => {
                    parents.extend(entries.iter().map(|entry| (entry.value, at)));
                }
                Shape::List(items) => parents.extend(items.iter().map(|item| (*item, at))),
                Shape::Alias(target) => aliases.entry(*target).or_default().push(at),
                Shape::Scalar(_) | Shape::Broken => {}
            }
        }
        let mut sheet = Self {
            file: document.file,
            path,
            text,
            document,
            habit: Habit {
                json: document.dialect == Dialect::Json,
                newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
                step: 2,
                dash: 2,
                gap: 2,
                unit: "  ".to_owned(),
                quote: '\'',
                tags: true,
            },
            parents,
            places,
            aliases,
        };
        sheet.habit = habit(&sheet);
        sheet
    }

    /// The node of exactly this span; of several the outermost that is no list.
    pub(crate) fn at(&self, span: Span) -> Option<NodeRef> {
        if span.file != self.file {
            return None;
        }
        let found = self.places.get(&(span.start, span.end))?;
        let list = |node: &&NodeRef| matches!(self.shape(**node), Some(Shape::List(_)));
        found
            .iter()
            .find(|node| !list(node))
            .or(found.first())
            .copied()
    }

    pub(crate) fn node(&self, node: NodeRef) -> Option<&'a Node> {
        self.document.node(node)
    }

    /// The shape of a node itself; an alias is an alias.
    pub(crate) fn shape(&self, node: NodeRef) -> Option<&'a Shape> {
        self.document.node(node).map(|node| &node.shape)
    }

    pub(crate) fn parent(&self, node: NodeRef) -> Option<NodeRef> {
        self.parents.get(&node).copied()
    }

    /// The entry of a map that holds a node.
    pub(crate) fn entry_of(&self, node: NodeRef) -> Option<&'a Entry> {
        self.own(self.parent(node)?)
            .iter()
            .find(|entry| entry.value == node)
    }

    /// Entries that stand in a map itself, merge keys among them.
    pub(crate) fn own(&self, map: NodeRef) -> &'a [Entry] {
        match self.shape(map) {
            Some(Shape::Map(entries)) => entries,
            _ => &[],
        }
    }

    /// The value of a key that stands in a map itself.
    pub(crate) fn own_value(&self, map: NodeRef, key: &str) -> Option<NodeRef> {
        let mut entries = self.own(map).iter();
        entries
            .find(|entry| !entry.merge && &*entry.key == key)
            .map(|entry| entry.value)
    }

    /// Items that stand in a list itself.
    pub(crate) fn items(&self, list: NodeRef) -> &'a [NodeRef] {
        match self.shape(list) {
            Some(Shape::List(items)) => items,
            _ => &[],
        }
    }

    /// The value at a path of keys, aliases and merges followed.
    pub(crate) fn find(&self, from: NodeRef, path: &[&str]) -> Option<NodeRef> {
        path.iter()
            .try_fold(from, |at, key| self.document.get(at, key))
    }

    /// A node and everything around it, from the inside out.
    pub(crate) fn around(&self, node: NodeRef) -> impl Iterator<Item = NodeRef> {
        std::iter::successors(Some(node), |node| self.parent(*node))
    }

    /// Whether a node stands in another, or is it.
    pub(crate) fn within(&self, node: NodeRef, outer: NodeRef) -> bool {
        self.around(node).any(|at| at == outer)
    }

    /// Aliases that stand for a node or for something around it.
    pub(crate) fn repeated(&self, node: NodeRef) -> Vec<NodeRef> {
        let around = self.around(node);
        around
            .filter_map(|at| self.aliases.get(&at))
            .flatten()
            .copied()
            .collect()
    }

    /// The bytes of a node.
    pub(crate) fn slice(&self, node: NodeRef) -> &'a str {
        let span = self.document.span(node);
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Where a node begins, its anchor included.
    pub(crate) fn start(&self, node: NodeRef) -> usize {
        let start = self.document.span(node).start as usize;
        let before = self.text.get(..start).unwrap_or("").trim_end();
        let word = before
            .rsplit(|c: char| c.is_whitespace() || ",[]{}".contains(c))
            .next()
            .unwrap_or("");
        if !self.habit.json && word.len() > 1 && word.starts_with('&') {
            before.len() - word.len()
        } else {
            start
        }
    }

    pub(crate) fn end(&self, node: NodeRef) -> usize {
        self.document.span(node).end as usize
    }

    /// Whether a list or map stands in brackets.
    pub(crate) fn is_flow(&self, node: NodeRef) -> bool {
        if self.habit.json {
            return true;
        }
        let text = self.slice(node);
        let text = match text.strip_prefix('!') {
            Some(tagged) => tagged
                .split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest.trim_start()),
            None => text,
        };
        match self.shape(node) {
            // A list without indentation begins where its first item does.
            Some(Shape::List(items)) => {
                let first = items.first().map(|item| self.document.span(*item).start);
                text.starts_with('[') && first != Some(self.document.span(node).start)
            }
            _ => text.starts_with(['[', '{']),
        }
    }

    /// Whether a node has no line break.
    pub(crate) fn is_one_line(&self, node: NodeRef) -> bool {
        !self.slice(node).contains('\n')
    }

    pub(crate) fn is_scalar(&self, node: NodeRef) -> bool {
        matches!(self.shape(node), Some(Shape::Scalar(_) | Shape::Alias(_)))
    }

    /// Whether a node stands in brackets of something around it.
    pub(crate) fn in_flow(&self, node: NodeRef) -> bool {
        self.parent(node).is_some_and(|parent| self.is_flow(parent))
    }

    /// Where the line of an offset begins.
    pub(crate) fn line_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or("");
        before.rfind('\n').map_or(0, |found| found + 1)
    }

    /// Where the line of an offset ends, before its line break.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        at + line.trim_end_matches('\r').len()
    }

    /// Where the line after that of an offset begins.
    pub(crate) fn next_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        rest.find('\n')
            .map_or(self.text.len(), |found| at + found + 1)
    }

    /// What stands before an offset on its line.
    pub(crate) fn before(&self, at: usize) -> &'a str {
        self.text.get(self.line_start(at)..at).unwrap_or("")
    }

    /// Whether only blanks stand before an offset on its line.
    pub(crate) fn leads(&self, at: usize) -> bool {
        self.before(at).trim().is_empty()
    }

    /// Column of an offset, from 0.
    pub(crate) fn column(&self, at: usize) -> usize {
        self.before(at).chars().count()
    }

    /// The blanks before the first word of the line of an offset.
    pub(crate) fn indent(&self, at: usize) -> &'a str {
        let line = self.text.get(self.line_start(at)..).unwrap_or("");
        let end = line.len() - line.trim_start_matches([' ', '\t']).len();
        line.get(..end).unwrap_or("")
    }

    /// Line of a node, from 1.
    pub(crate) fn line(&self, node: NodeRef) -> usize {
        let start = self.document.span(node).start as usize;
        let before = self.text.get(..start).unwrap_or("");
        1 + before.matches('\n').count()
    }
}

/// Most nodes that are asked for the habits of their author.
const ASKED: usize = 20_000;

/// The ways of writing that are met most often.
fn habit(sheet: &Sheet<'_>) -> Habit {
    let mut steps: BTreeMap<usize, usize> = BTreeMap::new();
    let mut dashes: BTreeMap<usize, usize> = BTreeMap::new();
    let mut gaps: BTreeMap<usize, usize> = BTreeMap::new();
    let mut units: BTreeMap<String, usize> = BTreeMap::new();
    let (mut single, mut double, mut tags, mut long) = (0, 0, 0, 0);
    for (at, node) in sheet.document.all().take(ASKED) {
        tags += usize::from(node.tag.is_some());
        match &node.shape {
            Shape::Scalar(_) if node.tag.is_none() => {
                single += usize::from(sheet.slice(at).starts_with('\''));
                double += usize::from(sheet.slice(at).starts_with('"'));
            }
            Shape::Map(entries) => {
                for entry in entries.iter().take(8) {
                    long += usize::from(entry.key.starts_with("Fn::") || &*entry.key == "Ref");
                    units_of(sheet, entry, &mut units);
                    let key = sheet.column(entry.key_span.start as usize);
                    let value = entry.value;
                    if sheet.is_flow(value) || node.tag.is_some() {
                        continue;
                    }
                    let start = sheet.document.span(value).start as usize;
                    match sheet.shape(value) {
                        Some(Shape::Map(_)) if sheet.leads(start) => {
                            let step = sheet.column(start).saturating_sub(key);
                            *steps.entry(step).or_default() += 1;
                        }
                        Some(Shape::List(items)) if sheet.leads(start) => {
                            let column = sheet.column(start);
                            *dashes.entry(column.saturating_sub(key)).or_default() += 1;
                            let first = items.first().map(|item| sheet.start(*item));
                            if let Some(first) = first.filter(|first| *first > start) {
                                let gap = sheet.column(first).saturating_sub(column);
                                *gaps.entry(gap).or_default() += 1;
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Habit {
        step: most(&steps, 1, 8).unwrap_or(2),
        dash: most(&dashes, 0, 8).unwrap_or(2),
        gap: most(&gaps, 2, 8).unwrap_or(2),
        unit: units
            .into_iter()
            .max_by_key(|(unit, count)| (*count, std::cmp::Reverse(unit.len())))
            .map_or_else(|| "  ".to_owned(), |(unit, _)| unit),
        quote: if double > single || sheet.habit.json {
            '"'
        } else {
            '\''
        },
        tags: tags > 0 || long == 0,
        ..sheet.habit.clone()
    }
}

fn most(counts: &BTreeMap<usize, usize>, least: usize, limit: usize) -> Option<usize> {
    counts
        .iter()
        .filter(|(value, _)| (least..=limit).contains(value))
        .max_by_key(|(value, count)| (**count, std::cmp::Reverse(**value)))
        .map(|(value, _)| *value)
}

/// What a line of JSON is indented by more than the line around it.
fn units_of(sheet: &Sheet<'_>, entry: &Entry, units: &mut BTreeMap<String, usize>) {
    if !sheet.habit.json {
        return;
    }
    let first = match sheet.shape(entry.value) {
        Some(Shape::Map(entries)) => entries.first().map(|e| e.key_span.start as usize),
        Some(Shape::List(items)) => items.first().map(|item| sheet.start(*item)),
        _ => None,
    };
    let Some(first) = first.filter(|first| sheet.leads(*first)) else {
        return;
    };
    let outer = sheet.indent(entry.key_span.start as usize);
    if let Some(unit) = sheet.indent(first).strip_prefix(outer)
        && !unit.is_empty()
    {
        *units.entry(unit.to_owned()).or_default() += 1;
    }
}
