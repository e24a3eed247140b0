//! Comments within what is written anew: they stay beside it.

use crate::document::{NodeRef, Shape};

use super::sheet::Sheet;

/// The comments of a stretch of YAML.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    /// The one on its first line.
    first: Option<String>,
    /// All others.
    rest: Vec<String>,
}

impl Comments {
    /// Those from an offset to the end of a node.
    pub(crate) fn of(sheet: &Sheet<'_>, node: NodeRef, start: usize) -> Self {
        let mut found = Self::default();
        let end = sheet.end(node);
        let text = sheet.text.get(start..end).unwrap_or("");
        if sheet.habit.json || !text.contains('#') || !text.contains('\n') {
            return found;
        }
        let words = words_of(sheet, node);
        let mut behind = start;
        for (offset, _) in text.match_indices('#') {
            let at = start + offset;
            let before = sheet.text.get(..at).unwrap_or("");
            let inside = words.iter().any(|(from, to)| *from <= at && at < *to);
            if at < behind || inside || !before.ends_with([' ', '\t', '\n']) {
                continue;
            }
            behind = sheet.line_end(at);
            let comment = sheet.text.get(at..behind).unwrap_or("");
            let comment = comment.trim_end().to_owned();
            if sheet.line_start(at) <= start {
                found.first = Some(comment);
            } else {
                found.rest.push(comment);
            }
        }
        found
    }

    /// A text with them: behind its first line, and below that.
    pub(crate) fn beside(&self, text: &str, column: usize, sheet: &Sheet<'_>) -> String {
        if self.first.is_none() && self.rest.is_empty() {
            return text.to_owned();
        }
        let at = text.find(['\r', '\n']).unwrap_or(text.len());
        let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
        let mut out = head.to_owned();
        if let Some(comment) = &self.first {
            out.push(' ');
            out.push_str(comment);
        }
        let next = tail.trim_start_matches(['\r', '\n']);
        let indent = match next.len() - next.trim_start_matches(' ').len() {
            _ if next.is_empty() => column,
            indent => indent,
        };
        for comment in &self.rest {
            out.push_str(sheet.habit.newline);
            out.push_str(&" ".repeat(indent));
            out.push_str(comment);
        }
        out.push_str(tail);
        out
    }
}

/// Where the keys and scalars in a node stand.
fn words_of(sheet: &Sheet<'_>, node: NodeRef) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match sheet.shape(node) {
            Some(Shape::Map(entries)) => {
                for entry in entries {
                    let key = entry.key_span;
                    found.push((key.start as usize, key.end as usize));
                    open.push(entry.value);
                }
            }
            Some(Shape::List(items)) => open.extend(items.iter()),
            _ => found.push((sheet.start(node), sheet.end(node))),
        }
    }
    found
}
