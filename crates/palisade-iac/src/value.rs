//! Evaluated values of templates, each with its place.

use palisade_model::guard::Guard;
use palisade_model::setting::{Origin, Reason};
use palisade_model::source::Span;
use palisade_model::text::Text;

/// How a scalar was written: a plain one may be a number or a flag, a quoted one is text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// With quotes, or a block scalar.
    Quoted,
    /// Made by an intrinsic.
    Made,
}

/// A key of a map with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyAt {
    /// The key.
    pub text: String,
    /// Where it is written.
    pub span: Span,
}

/// What a value is. A scalar has no type until a reader asks (`as_bool`, `as_number`, `as_text`).
#[derive(Clone, PartialEq, Debug)]
pub enum ValueKind {
    /// `null` or nothing.
    Null,
    /// `AWS::NoValue`: deletes its key.
    NoValue,
    /// A string, number or flag as written.
    Scalar(Text, Style),
    /// A list.
    List(Vec<Value>),
    /// A map in order of writing; keys are unique.
    Map(Vec<(KeyAt, Value)>),
    /// One of several by guard; never nested directly.
    OneOf(Vec<(Guard, Value)>),
    /// Not resolved, with its text as written.
    Unknown(Reason, String),
}

/// A value with its place. `origin.span` is where it stands; `origin.via` where it came from.
#[derive(Clone, PartialEq, Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Its place.
    pub origin: Origin,
}
