//! Edits of files: bytes replaced by bytes, and nothing else touched.

use std::sync::Arc;

use crate::source::{FileId, Span};

/// One replacement.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// The bytes that go; empty for an insertion.
    pub span: Span,
    /// The bytes that come.
    pub text: String,
}

/// All edits of one file, in order. Invariant: they do not overlap and lie on character boundaries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileEdit {
    file: FileId,
    path: String,
    edits: Vec<Edit>,
    before: Arc<str>,
    after: String,
}

impl FileEdit {
    /// Puts edits of a file in order and applies them to its text; `None` where they overlap or do not fit it.
    pub fn new(
        file: FileId,
        path: impl Into<String>,
        before: &str,
        mut edits: Vec<Edit>,
    ) -> Option<Self> {
        edits.retain(|edit| edit.span.start != edit.span.end || !edit.text.is_empty());
        // Insertions at one place keep the order in which they were asked for.
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut after = String::with_capacity(before.len());
        let mut at = 0;
        for edit in &edits {
            let (start, end) = (edit.span.start as usize, edit.span.end as usize);
            if edit.span.file != file || start < at || end < start {
                return None;
            }
            after.push_str(before.get(at..start)?);
            before.get(start..end)?;
            after.push_str(&edit.text);
            at = end;
        }
        after.push_str(before.get(at..)?);
        Some(Self {
            file,
            path: path.into(),
            edits,
            before: before.into(),
            after,
        })
    }

    /// The file.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Its path relative to the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The edits in order.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The text they were made for: on disk nothing else may stand.
    pub fn before(&self) -> &str {
        &self.before
    }

    /// The text they make.
    pub fn after(&self) -> &str {
        &self.after
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self.before == *self.after
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, FileEdit};
    use crate::source::{FileId, Span};

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit {
            span: Span::new(FileId(0), start, end),
            text: text.to_owned(),
        }
    }

    fn after(edits: Vec<Edit>) -> Option<String> {
        FileEdit::new(FileId(0), "a", "0123456789ä", edits).map(|file| file.after().to_owned())
    }

    #[test]
    fn edits_in_any_order_are_applied_once_each() {
        let edits = vec![
            edit(5, 7, "x"),
            edit(0, 0, "a"),
            edit(0, 0, "b"),
            edit(7, 7, "y"),
        ];
        assert_eq!(after(edits).as_deref(), Some("ab01234xy789ä"));
    }

    #[test]
    fn edits_that_overlap_or_split_a_character_are_refused() {
        assert_eq!(after(vec![edit(2, 5, ""), edit(4, 6, "")]), None);
        assert_eq!(after(vec![edit(11, 12, "")]), None);
        assert_eq!(after(vec![edit(8, 40, "")]), None);
    }
}
