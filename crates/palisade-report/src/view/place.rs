//! Places as people and machines read them.

use palisade_model::source::{Region, Sources, Span};

/// A place in a file: lines and columns from 1, columns in Unicode scalar values, end excluded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Path relative to the root with `/`, as it is; a format must clean it.
    pub file: String,
    /// Lines and columns.
    pub region: Region,
}

impl Place {
    /// The place of a span.
    pub fn of(sources: &Sources, span: Span) -> Self {
        Self {
            file: sources.path(span.file).to_owned(),
            region: sources.region(span),
        }
    }

    /// `src/app.py:27`.
    pub fn short(&self) -> String {
        format!("{}:{}", self.file, self.region.line)
    }

    /// `app.py:27`.
    pub fn base(&self) -> String {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        format!("{name}:{}", self.region.line)
    }

    /// `src/app.py:27:9`.
    pub fn exact(&self) -> String {
        format!("{}:{}:{}", self.file, self.region.line, self.region.column)
    }
}
