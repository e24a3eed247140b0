//! One tree with spans for every dialect of templates, kept in a flat vector.

use palisade_model::source::{FileId, Span};

/// A node of a `Document`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeRef(u32);

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// The whole file.
    pub span: Span,
}
