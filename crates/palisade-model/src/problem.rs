//! What could not be read or resolved: part of every result, never a failure.

use crate::source::Span;

/// What kind of thing went unread; printed in counts and machine formats.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProblemKind {
    /// The file could not be opened or is no text.
    Unreadable,
    /// The text breaks the grammar of its format or language.
    Syntax,
    /// A duplicate key of a map.
    DuplicateKey,
    /// The structure is legal text but not what the format wants.
    Malformed,
    /// A value that lies outside the tree or is known only after deployment.
    Unresolved,
    /// A handler that names no source in the tree.
    HandlerNotFound,
    /// Several candidates where one was wanted.
    Ambiguous,
    /// An import that was resolved by a guess.
    ImportGuessed,
    /// A crossing between functions whose resource stayed unknown.
    CrossingUnresolved,
    /// A limit was hit.
    Limit,
    /// Something the reader does not know.
    Unsupported,
    /// Minified or generated code that was recognized and left out.
    Skipped,
    /// Code whose targets are known only when it runs.
    DynamicCode,
    /// A suppression that does nothing, or settings that name nothing.
    Suppression,
    /// A bug of Palisade, caught.
    Internal,
}

impl ProblemKind {
    /// The word of machine formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Syntax => "syntax",
            Self::DuplicateKey => "duplicate-key",
            Self::Malformed => "malformed",
            Self::Unresolved => "unresolved",
            Self::HandlerNotFound => "handler-not-found",
            Self::Ambiguous => "ambiguous",
            Self::ImportGuessed => "import-guessed",
            Self::CrossingUnresolved => "crossing-unresolved",
            Self::Limit => "limit",
            Self::Unsupported => "unsupported",
            Self::Skipped => "skipped",
            Self::DynamicCode => "dynamic-code",
            Self::Suppression => "suppression",
            Self::Internal => "internal",
        }
    }
}

/// What a problem costs the result.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cost {
    /// Nothing is lost.
    Nothing,
    /// One value stays unknown.
    Value,
    /// One node (function, resource, statement) was left out or is incomplete.
    Node,
    /// A whole file.
    File,
}

/// Where a problem lies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProblemPlace {
    /// In a file that was read.
    Span(Span),
    /// A path of the tree that was not read as text.
    Path(String),
}

/// Something that was not understood.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Problem {
    /// Where.
    pub place: ProblemPlace,
    /// What kind.
    pub kind: ProblemKind,
    /// `<what was met>: <what was done>[; <what it costs>]`, lower case, the user's words in backticks.
    pub message: String,
    /// What it costs.
    pub cost: Cost,
}

impl Problem {
    /// A problem at a span.
    pub fn at(span: Span, kind: ProblemKind, cost: Cost, message: impl Into<String>) -> Self {
        Self {
            place: ProblemPlace::Span(span),
            kind,
            message: message.into(),
            cost,
        }
    }

    /// A problem of a whole path.
    pub fn path(path: impl Into<String>, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            place: ProblemPlace::Path(path.into()),
            kind,
            message: message.into(),
            cost: Cost::File,
        }
    }
}
