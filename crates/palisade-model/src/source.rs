//! Files as read, and places in them.

use std::sync::{Arc, OnceLock};

use crate::index::IndexVec;

crate::ids! {
    /// A file of the scanned tree.
    FileId,
}

/// A range of bytes of one file, end excluded. Both ends lie on character boundaries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets beyond 4 GB are cut.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            file,
            start: cut(start),
            end: cut(end.max(start)),
        }
    }

    /// The smallest span that holds both (of one file; else `self`).
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// Lines and columns count from 1; columns count Unicode scalar values; the end is excluded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Region {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// One past the last column of the last line.
    pub end_column: u32,
}

/// One file: its path relative to the root with `/`, and its text.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the scanned root, `/` between parts.
    pub path: String,
    /// The text as decoded.
    pub text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
}

/// All files that were read.
#[derive(Debug, Default)]
pub struct Sources {
    files: IndexVec<FileId, SourceFile>,
}

impl Sources {
    /// Adds a file; ids follow the order of adding.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(SourceFile {
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
        })
    }

    /// Path of a file.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file).map_or("", |f| f.path.as_str())
    }

    /// Text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file).map_or("", |f| &f.text)
    }

    /// The text of a span; empty where the span does not fit the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file)
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// All files in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.enumerate()
    }

    /// The file of exactly this path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.files
            .enumerate()
            .find(|(_, file)| file.path == path)
            .map(|(id, _)| id)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn line_starts(&self, file: FileId) -> &[u32] {
        self.files.get(file).map_or(&[], |f| {
            f.lines.get_or_init(|| {
                let ends = f
                    .text
                    .bytes()
                    .enumerate()
                    .filter(|(_, byte)| *byte == b'\n');
                std::iter::once(0)
                    .chain(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                    .collect()
            })
        })
    }

    /// Line of a byte offset, from 1.
    pub fn line(&self, file: FileId, offset: u32) -> u32 {
        let starts = self.line_starts(file);
        u32::try_from(starts.partition_point(|start| *start <= offset))
            .unwrap_or(u32::MAX)
            .max(1)
    }

    /// How many lines the file has.
    pub fn line_count(&self, file: FileId) -> u32 {
        u32::try_from(self.line_starts(file).len()).unwrap_or(u32::MAX)
    }

    /// The bytes of a line (from 1), without its line break.
    pub fn line_span(&self, file: FileId, line: u32) -> Span {
        let starts = self.line_starts(file);
        let at = |n: u32| starts.get(n as usize).copied();
        let start = at(line.saturating_sub(1)).unwrap_or(0) as usize;
        let end = at(line).map_or(self.text(file).len(), |next| next as usize);
        let text = self.text(file).get(start..end).unwrap_or("");
        Span::new(
            file,
            start,
            start + text.trim_end_matches(['\n', '\r']).len(),
        )
    }

    /// Lines and columns of a span.
    pub fn region(&self, span: Span) -> Region {
        let place = |offset: u32| {
            let line = self.line(span.file, offset);
            let start = self.line_span(span.file, line).start as usize;
            let before = self
                .text(span.file)
                .get(start..offset as usize)
                .unwrap_or("");
            (
                line,
                u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
            )
        };
        let (line, column) = place(span.start);
        let (end_line, end_column) = place(span.end);
        Region {
            line,
            column,
            end_line,
            end_column,
        }
    }
}
