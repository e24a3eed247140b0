//! Marks on the nodes of a file - gone, swapped, appended - and the edits that come of them.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::edit::Edit;
use palisade_model::source::Span;

use crate::document::{NodeRef, Shape};

use super::comments::Comments;
use super::piece::Piece;
use super::sheet::Sheet;

/// What shall happen to the nodes of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    gone: BTreeSet<NodeRef>,
    swapped: BTreeMap<NodeRef, Piece>,
    appended: BTreeMap<NodeRef, Vec<Piece>>,
    added: BTreeMap<NodeRef, Vec<(String, Piece)>>,
}

/// Keys without which the map around them means nothing.
const CARRIERS: [&str; 3] = ["Statement", "PolicyDocument", "Properties"];

impl Batch {
    /// A node goes, and what means nothing without it.
    pub(crate) fn remove(&mut self, node: NodeRef) {
        self.gone.insert(node);
    }

    /// Something else stands where a node stands.
    pub(crate) fn swap(&mut self, node: NodeRef, piece: Piece) {
        self.swapped.insert(node, piece);
    }

    /// An item at the end of a list.
    pub(crate) fn append(&mut self, list: NodeRef, piece: Piece) {
        self.appended.entry(list).or_default().push(piece);
    }

    /// An entry at the end of a map.
    pub(crate) fn add(&mut self, map: NodeRef, key: impl Into<String>, piece: Piece) {
        self.added.entry(map).or_default().push((key.into(), piece));
    }

    /// A node that was to go stays after all.
    pub(crate) fn keep(&mut self, node: NodeRef) {
        self.gone.remove(&node);
    }

    /// Whether a node, or something around it, is written anew.
    pub(crate) fn is_swapped_around(&self, sheet: &Sheet<'_>, node: NodeRef) -> bool {
        sheet.around(node).any(|at| self.swapped.contains_key(&at))
    }

    /// Whether something within a node is to change.
    pub(crate) fn has_marks_in(&self, sheet: &Sheet<'_>, outer: NodeRef) -> bool {
        let marks = self.swapped.keys().chain(&self.gone);
        let marks = marks.chain(self.appended.keys()).chain(self.added.keys());
        marks
            .copied()
            .any(|node| node != outer && sheet.within(node, outer))
    }

    /// What was to stand where a node stands.
    pub(crate) fn take_swap(&mut self, node: NodeRef) -> Option<Piece> {
        self.swapped.remove(&node)
    }

    pub(crate) fn is_gone(&self, node: NodeRef) -> bool {
        self.gone.contains(&node)
    }

    /// Whether a node goes, or something around it does or is written anew.
    pub(crate) fn is_lost(&self, sheet: &Sheet<'_>, node: NodeRef) -> bool {
        sheet
            .around(node)
            .any(|at| self.gone.contains(&at) || self.swapped.contains_key(&at))
    }

    /// Takes another batch in.
    pub(crate) fn join(&mut self, other: Self) {
        self.gone.extend(other.gone);
        self.swapped.extend(other.swapped);
        for (list, pieces) in other.appended {
            self.appended.entry(list).or_default().extend(pieces);
        }
        for (map, pieces) in other.added {
            self.added.entry(map).or_default().extend(pieces);
        }
    }

    /// What goes along: lists and maps of which nothing stays.
    pub(crate) fn spread(&mut self, sheet: &Sheet<'_>) {
        let mut open: Vec<NodeRef> = self.gone.iter().copied().collect();
        while let Some(node) = open.pop() {
            let Some(parent) = sheet.parent(node) else {
                continue;
            };
            if self.gone.contains(&parent) || self.swapped.contains_key(&parent) {
                continue;
            }
            if let Some(choice) = branch_of(sheet, node) {
                self.gone.remove(&node);
                let other = choice.other;
                let nothing = self.swapped.contains_key(&other) || is_no_value(sheet, other);
                if nothing {
                    self.swapped.remove(&other);
                    self.gone.insert(choice.whole);
                    open.push(choice.whole);
                } else {
                    self.swap(node, no_value());
                }
                continue;
            }
            let carries = sheet
                .entry_of(node)
                .is_some_and(|entry| CARRIERS.contains(&&*entry.key));
            let empty = match sheet.shape(parent) {
                Some(Shape::List(items)) => {
                    items.iter().all(|item| self.gone.contains(item))
                        && !self.appended.contains_key(&parent)
                }
                Some(Shape::Map(entries)) => {
                    carries
                        || (entries.iter().all(|entry| self.gone.contains(&entry.value))
                            && !self.added.contains_key(&parent))
                }
                _ => false,
            };
            if empty {
                self.gone.insert(parent);
                open.push(parent);
            }
        }
    }

    /// The edits. Every mark inside of what goes or is swapped is left out.
    pub(crate) fn edits(mut self, sheet: &Sheet<'_>) -> Result<Vec<Edit>, String> {
        self.spread(sheet);
        self.check_aliases(sheet)?;
        let mut writer = Writer {
            sheet,
            edits: Vec::new(),
        };
        let covered = |node: NodeRef| {
            sheet
                .around(node)
                .any(|at| self.gone.contains(&at) || self.swapped.contains_key(&at))
        };
        let mut holders: BTreeSet<NodeRef> = BTreeSet::new();
        holders.extend(self.gone.iter().filter_map(|node| sheet.parent(*node)));
        holders.extend(self.appended.keys().chain(self.added.keys()));
        // What is added inside comes before what is added behind it.
        for holder in holders.into_iter().rev() {
            if !covered(holder) {
                writer.holder(holder, &self);
            }
        }
        for (node, piece) in &self.swapped {
            let mut around = sheet.around(*node).skip(1);
            let inside = around.any(|at| self.swapped.contains_key(&at));
            let lost = sheet.around(*node).any(|at| self.gone.contains(&at));
            if !inside && !lost {
                writer.swap(*node, piece);
            }
        }
        Ok(settled(sheet, writer.edits))
    }

    /// Text that an alias repeats elsewhere must not change, unless the alias goes as well.
    fn check_aliases(&self, sheet: &Sheet<'_>) -> Result<(), String> {
        let touched = self
            .gone
            .iter()
            .chain(self.swapped.keys())
            .chain(self.appended.keys())
            .chain(self.added.keys());
        for node in touched {
            for alias in sheet.repeated(*node) {
                if !self.is_lost(sheet, alias) {
                    return Err(format!(
                        "it stands behind an anchor that line {} repeats",
                        sheet.line(alias)
                    ));
                }
            }
        }
        Ok(())
    }
}

/// New lines go behind lines that stay: where the line they were to follow goes, behind the one before it.
fn settled(sheet: &Sheet<'_>, mut edits: Vec<Edit>) -> Vec<Edit> {
    let is_gap = |edit: &Edit| edit.text.is_empty() && edit.span.start < edit.span.end;
    let mut gaps: Vec<(usize, usize)> = edits
        .iter()
        .filter(|edit| is_gap(edit))
        .map(|edit| (edit.span.start as usize, edit.span.end as usize))
        .collect();
    gaps.sort_unstable();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    for edit in &mut edits {
        if edit.span.start != edit.span.end || !edit.text.starts_with(['\n', '\r']) {
            continue;
        }
        let mut at = edit.span.start as usize;
        loop {
            let after = gaps.partition_point(|(start, _)| *start <= at);
            let gap = after.checked_sub(1).and_then(|before| gaps.get(before));
            let Some((start, _)) = gap.filter(|(_, end)| at < *end) else {
                break;
            };
            let before = sheet.text.get(..*start).unwrap_or("");
            let Some(line) = before.strip_suffix('\n') else {
                break;
            };
            at = line.trim_end_matches('\r').len();
        }
        edit.span = Span::new(sheet.file, at, at);
    }
    edits
}

/// A branch of a choice between two values.
struct Branch {
    whole: NodeRef,
    other: NodeRef,
}

/// The choice of which a node is a branch.
fn branch_of(sheet: &Sheet<'_>, node: NodeRef) -> Option<Branch> {
    let list = sheet.parent(node)?;
    let items = sheet.items(list);
    let [_, yes, no] = items else { return None };
    let other = match () {
        () if node == *yes => *no,
        () if node == *no => *yes,
        () => return None,
    };
    let tagged = sheet.node(list)?.tag.as_deref() == Some("!If");
    let long = sheet
        .entry_of(list)
        .is_some_and(|entry| &*entry.key == "Fn::If");
    let whole = match () {
        () if tagged => list,
        () if long => sheet.parent(list)?,
        () => return None,
    };
    Some(Branch { whole, other })
}

/// Whether a node is `AWS::NoValue`.
pub(crate) fn is_no_value(sheet: &Sheet<'_>, node: NodeRef) -> bool {
    let named = |node: NodeRef| sheet.document.text(node) == Some("AWS::NoValue");
    named(node) || sheet.own_value(node, "Ref").is_some_and(named)
}

/// A reference to nothing.
pub(crate) fn no_value() -> Piece {
    Piece::call("Ref", Piece::word("AWS::NoValue"))
}

/// Turns marks into edits of one file.
struct Writer<'a> {
    sheet: &'a Sheet<'a>,
    edits: Vec<Edit>,
}

/// A child of a list or map: an item, or a key with its value.
struct Child {
    node: NodeRef,
    start: usize,
    end: usize,
}

impl Writer<'_> {
    fn edit(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.edits.push(Edit {
            span: Span::new(self.sheet.file, start, end),
            text: text.into(),
        });
    }

    /// A list or map of which children go, or to which some come.
    fn holder(&mut self, holder: NodeRef, batch: &Batch) {
        let children = self.children(holder);
        let new: Vec<Fresh> = match batch.appended.get(&holder) {
            Some(pieces) => pieces
                .iter()
                .map(|piece| Fresh::Item(piece.clone()))
                .collect(),
            None => batch
                .added
                .get(&holder)
                .into_iter()
                .flatten()
                .map(|(key, piece)| Fresh::Entry(key.clone(), piece.clone()))
                .collect(),
        };
        let stays: Vec<bool> = children
            .iter()
            .map(|child| !batch.gone.contains(&child.node))
            .collect();
        if self.sheet.is_flow(holder) {
            self.flow(holder, &children, &stays, &new);
        } else {
            self.block(&children, &stays, &new);
        }
    }

    fn children(&self, holder: NodeRef) -> Vec<Child> {
        let sheet = self.sheet;
        match sheet.shape(holder) {
            Some(Shape::List(items)) => items
                .iter()
                .map(|item| Child {
                    node: *item,
                    start: if sheet.is_flow(holder) {
                        sheet.start(*item)
                    } else {
                        self.dash(holder, *item)
                    },
                    end: sheet.end(*item).max(sheet.start(*item)),
                })
                .collect(),
            Some(Shape::Map(entries)) => entries
                .iter()
                .map(|entry| {
                    let start = entry.key_span.start as usize;
                    let key = entry.key_span.end as usize;
                    let empty = sheet.slice(entry.value).is_empty();
                    let colon = sheet.text.get(key..).and_then(|rest| rest.find(':'));
                    let colon = colon.map_or(key, |at| key + at + 1);
                    Child {
                        node: entry.value,
                        start,
                        end: if empty {
                            colon
                        } else {
                            sheet.end(entry.value).max(colon)
                        },
                    }
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Where the dash of an item stands.
    fn dash(&self, list: NodeRef, item: NodeRef) -> usize {
        let sheet = self.sheet;
        let start = sheet.start(item);
        let before = sheet.text.get(..start).unwrap_or("").trim_end();
        if before.ends_with('-') {
            return before.len() - 1;
        }
        // A comment stands between: look for the column of the other dashes.
        let column = sheet.column(sheet.document.span(list).start as usize);
        let mut line = sheet.line_start(start);
        loop {
            let text = sheet.text.get(line..).unwrap_or("");
            let at = text.char_indices().nth(column);
            if let Some((offset, '-')) = at
                && line + offset <= start
            {
                return line + offset;
            }
            if line == 0 {
                return start;
            }
            line = sheet.line_start(line - 1);
        }
    }

    fn block(&mut self, children: &[Child], stays: &[bool], new: &[Fresh]) {
        let sheet = self.sheet;
        let (Some(first), Some(last)) = (children.first(), children.last()) else {
            return;
        };
        let column = sheet.column(first.start);
        if !stays.contains(&true) {
            let line = format!("{}{}", sheet.habit.newline, " ".repeat(column));
            let text: Vec<String> = new.iter().map(|new| new.block(column, sheet)).collect();
            self.edit(first.start, last.end, text.join(&line));
            return;
        }
        let mut at = 0;
        // Children that begin behind a dash of something else: what follows moves up to it.
        if !sheet.leads(first.start) && !stays.first().copied().unwrap_or(true) {
            let kept = stays.iter().position(|stays| *stays).unwrap_or(0);
            if let Some(next) = children.get(kept) {
                self.edit(first.start, next.start, "");
            }
            at = kept;
        }
        for (child, stays) in children.iter().zip(stays).skip(at) {
            if !stays {
                let from = sheet.line_start(child.start);
                self.edit(from, sheet.next_line(child.end), "");
            }
        }
        if new.is_empty() {
            return;
        }
        let anchor = children.iter().zip(stays).rfind(|(_, stays)| **stays);
        let end = anchor.map_or(last.end, |(child, _)| child.end);
        let end = sheet.line_end(end);
        let gap = match new.first() {
            Some(Fresh::Entry(..)) if is_spaced(sheet, children) => sheet.habit.newline,
            _ => "",
        };
        let line = format!("{gap}{}{}", sheet.habit.newline, " ".repeat(column));
        for new in new {
            let text = format!("{line}{}", new.block(column, sheet));
            self.edit(end, end, text);
        }
    }

    fn flow(&mut self, holder: NodeRef, children: &[Child], stays: &[bool], new: &[Fresh]) {
        let sheet = self.sheet;
        let open = sheet.document.span(holder).start as usize;
        let Some(first) = children.first() else {
            // `[]` and `{}`: the bracket is the last byte but one.
            let end = sheet.end(holder).saturating_sub(1);
            let indent = sheet.indent(open).to_owned();
            let text: Vec<String> = new.iter().map(|new| new.flow(None, sheet)).collect();
            let text = if sheet.habit.json {
                let inner = format!("{}{indent}{}", sheet.habit.newline, sheet.habit.unit);
                let unit = format!("{indent}{}", sheet.habit.unit);
                let text: Vec<String> = new.iter().map(|n| n.flow(Some(&unit), sheet)).collect();
                format!(
                    "{inner}{}{}{indent}",
                    text.join(&format!(",{inner}")),
                    sheet.habit.newline
                )
            } else {
                text.join(", ")
            };
            self.edit(end, end, text);
            return;
        };
        let last_end = children.last().map_or(first.end, |child| child.end);
        let tall = sheet.leads(first.start);
        let indent = sheet.indent(first.start).to_owned();
        let between = if tall {
            format!(",{}{indent}", sheet.habit.newline)
        } else {
            ", ".to_owned()
        };
        let laid = |new: &Fresh| new.flow(tall.then_some(&indent), sheet);
        if !stays.contains(&true) {
            let text: Vec<String> = new.iter().map(laid).collect();
            self.edit(first.start, last_end, text.join(&between));
            return;
        }
        self.flow_gone(children, stays);
        let anchor = children.iter().zip(stays).rfind(|(_, stays)| **stays);
        let end = anchor.map_or(last_end, |(child, _)| child.end);
        for new in new {
            let text = format!("{between}{}", laid(new));
            self.edit(end, end, text);
        }
    }

    /// Takes runs of children out of brackets, each with one comma.
    fn flow_gone(&mut self, children: &[Child], stays: &[bool]) {
        let sheet = self.sheet;
        let mut at = 0;
        while at < children.len() {
            if stays.get(at).copied().unwrap_or(true) {
                at += 1;
                continue;
            }
            let length = stays.iter().skip(at).take_while(|stays| !**stays).count();
            let (from, to) = (at, at + length);
            at = to;
            let (Some(first), Some(last)) = (children.get(from), children.get(to - 1)) else {
                continue;
            };
            let before = from.checked_sub(1).and_then(|at| children.get(at));
            let next = children.get(to);
            // What stands alone on its lines goes with them; comments beside others stay.
            let rest = sheet
                .text
                .get(last.end..sheet.line_end(last.end))
                .unwrap_or("");
            let alone =
                sheet.leads(first.start) && rest.trim_start_matches([',', ' ', '\t']).is_empty();
            match (before, next) {
                (_, Some(_)) if alone => {
                    self.edit(sheet.line_start(first.start), sheet.next_line(last.end), "");
                }
                (Some(before), None) if alone => {
                    let gap = sheet.text.get(before.end..first.start).unwrap_or("");
                    if let Some(comma) = gap.find(',').filter(|_| !rest.contains(',')) {
                        let comma = before.end + comma;
                        self.edit(comma, comma + 1, "");
                    }
                    self.edit(sheet.line_start(first.start), sheet.next_line(last.end), "");
                }
                (Some(before), _) => self.edit(before.end, last.end, ""),
                (None, Some(next)) => self.edit(first.start, next.start, ""),
                (None, None) => self.edit(first.start, last.end, ""),
            }
        }
    }

    fn swap(&mut self, node: NodeRef, piece: &Piece) {
        let sheet = self.sheet;
        let (start, end) = (sheet.start(node), sheet.end(node));
        let quote = sheet
            .slice(node)
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''));
        if let (Piece::Word(word), Some(quote), false) = (piece, quote, sheet.habit.json)
            && word
                .chars()
                .all(|c| !matches!(c, '"' | '\'' | '\\') && !c.is_control())
        {
            self.edit(start, end, format!("{quote}{word}{quote}"));
            return;
        }
        if sheet.in_flow(node) || sheet.parent(node).is_none() {
            let key = sheet
                .entry_of(node)
                .map(|entry| entry.key_span.start as usize);
            let lines = sheet.habit.json && key.is_some_and(|key| sheet.leads(key));
            let tall =
                !sheet.is_one_line(node) || lines || (sheet.habit.json && !sheet.is_scalar(node));
            let indent = sheet.indent(start);
            let text = if tall {
                piece.tall(indent, &sheet.habit)
            } else {
                piece.flow(&sheet.habit, true)
            };
            self.edit(start, end, text);
            return;
        }
        let end = blanks_after(sheet, end);
        let Some(entry) = sheet.entry_of(node) else {
            let column = sheet.column(start);
            let text = piece.block(column, &sheet.habit);
            let text = Comments::of(sheet, node, start).beside(&text, column, sheet);
            self.edit(start, end, text);
            return;
        };
        let key = entry.key_span.end as usize;
        let colon = sheet.text.get(key..).and_then(|rest| rest.find(':'));
        let from = colon.map_or(key, |at| key + at + 1);
        let text = piece.after_key(sheet.column(entry.key_span.start as usize), &sheet.habit);
        let one_line = |text: &str| !text.contains('\n');
        let old = sheet.text.get(from..start).unwrap_or("");
        if one_line(old) && one_line(&text) && !old.is_empty() && start < end {
            self.edit(start, end, text.trim_start());
        } else {
            let column = sheet.column(entry.key_span.start as usize);
            let text = Comments::of(sheet, node, from).beside(&text, column, sheet);
            self.edit(from, if start < end { end } else { from }, text);
        }
    }
}

/// Whether most entries of a map have an empty line before them.
fn is_spaced(sheet: &Sheet<'_>, children: &[Child]) -> bool {
    let pairs = children.iter().zip(children.iter().skip(1));
    let spaced = |(one, next): &(&Child, &Child)| {
        let between = sheet.text.get(one.end..next.start).unwrap_or("");
        let lines = between.split('\n').collect::<Vec<_>>();
        let inner = lines.get(1..lines.len().saturating_sub(1));
        inner.is_some_and(|inner| inner.iter().any(|line| line.trim().is_empty()))
    };
    let all = pairs.clone().count();
    pairs.filter(spaced).count() * 2 > all
}

/// Behind the blanks that end a line.
fn blanks_after(sheet: &Sheet<'_>, at: usize) -> usize {
    let end = sheet.line_end(at);
    let rest = sheet.text.get(at..end).unwrap_or("");
    if rest.trim().is_empty() { end } else { at }
}

/// A child to be written.
enum Fresh {
    Item(Piece),
    Entry(String, Piece),
}

impl Fresh {
    /// In block style, on a line of its own.
    fn block(&self, column: usize, sheet: &Sheet<'_>) -> String {
        let habit = &sheet.habit;
        match self {
            Self::Item(piece) => {
                let gap = " ".repeat(habit.gap.saturating_sub(1));
                format!("-{gap}{}", piece.block(column + habit.gap, habit))
            }
            Self::Entry(key, piece) => format!("{key}:{}", piece.after_key(column, habit)),
        }
    }

    /// In brackets; over several lines where an indentation is given.
    fn flow(&self, indent: Option<&String>, sheet: &Sheet<'_>) -> String {
        let habit = &sheet.habit;
        let laid = |piece: &Piece| match indent {
            Some(indent) => piece.tall(indent, habit),
            None => piece.flow(habit, true),
        };
        match self {
            Self::Item(piece) => laid(piece),
            Self::Entry(key, piece) => {
                format!("{}: {}", Piece::word(key).flow(habit, true), laid(piece))
            }
        }
    }
}
