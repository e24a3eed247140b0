//! The rows of library models.

use palisade_events::Encoding;

use super::port::Port;
use crate::transfer::{Bits, Grammar};

/// A literal in a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Literal {
    /// True or false.
    Flag(bool),
    /// A string, or a number as written.
    Text(String),
}

/// A condition on an argument.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Test {
    /// Which part.
    pub port: Port,
    /// It is one of these constants.
    pub is: Vec<Literal>,
    /// It is one of these APIs, or a class derived from one.
    pub api: Vec<String>,
    /// Whether it is given at all.
    pub absent: Option<bool>,
    /// `text`, `list`, `record`: how the program built it.
    pub shape: Option<String>,
}

/// Text that does harm there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SinkRow {
    /// Which part.
    pub at: Port,
    /// The grammar that reads it.
    pub grammar: Grammar,
    /// Only under all of these.
    pub when: Vec<Test>,
    /// Not under any of these.
    pub unless: Vec<Test>,
}

/// Data that moves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlowRow {
    /// From.
    pub from: Port,
    /// To.
    pub to: Port,
    /// Whether it is the same value, not one made from it.
    pub keep: bool,
    /// What it is safe for afterwards.
    pub safe: Bits,
    /// What it is no longer safe for.
    pub clears: Bits,
    /// The encoding undone.
    pub decode: Option<Encoding>,
    /// The schema that admitted it.
    pub schema: Option<Port>,
    /// What is replaced in it, all over.
    pub replaces: Option<Replacing>,
    /// Only under all of these.
    pub when: Vec<Test>,
    /// Not under any of these.
    pub unless: Vec<Test>,
}

/// What a call replaces in a text, wherever it stands there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replacing {
    /// What is replaced.
    pub what: Port,
    /// What stands there instead.
    pub with: Port,
    /// How a plain text is meant.
    pub text: PlainText,
}

/// How a call that replaces understands a plain text; a regular expression is always one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlainText {
    /// As a regular expression.
    Regex,
    /// As itself, replaced everywhere.
    Everywhere,
    /// As itself, replaced once: nothing is known.
    Once,
}

/// An effect on a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreRow {
    /// Kind: `bucket`, `queue`, `topic`, `table`, `bus`, `stream`, `function`, `workflow`, `file`.
    pub kind: String,
    /// Which resource.
    pub resource: Option<Port>,
    /// Which part of it (object key, item key).
    pub partition: Option<Port>,
    /// Slot and port; the slot `*` is the whole.
    pub slots: Vec<(String, Port)>,
}

/// A call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallRow {
    /// The file the row stands in, without ending.
    pub file: String,
    /// API paths, or method names of `receiver`.
    pub apis: Vec<String>,
    /// The receiver's type; `any` for a method by name alone.
    pub receiver: Option<String>,
    /// Sinks.
    pub sinks: Vec<SinkRow>,
    /// Flows.
    pub flows: Vec<FlowRow>,
    /// Writes.
    pub writes: Vec<StoreRow>,
    /// Reads.
    pub reads: Vec<StoreRow>,
    /// The result is this value.
    pub returns: Option<Port>,
    /// The result has this type.
    pub type_of_return: Option<String>,
    /// `number` (also an identifier of digits and letters), `bool`, `const`: nothing flows.
    pub result: Option<String>,
    /// The result is the receiver's member of this name.
    pub load: Option<Port>,
    /// The result is something of the program's own that it must not tell: `exception`, `secret`, `signed`.
    pub made: Option<String>,
    /// The result is the environment variable of this name.
    pub env: Option<Port>,
    /// The permission the call needs.
    pub action: Option<String>,
    /// Whether the result is a normalized path.
    pub normalizes: bool,
    /// Types of the parameters of functions handed in: argument, parameter, type.
    pub types: Vec<(Port, u16, String)>,
    /// The document and its date.
    pub note: String,
    /// A snippet that shows it.
    pub example: String,
    /// The grammars its example reports.
    pub expect: Vec<String>,
    /// A snippet that is silent but for `safe_expect`.
    pub safe_example: Option<String>,
    /// What the safe example still reports.
    pub safe_expect: Vec<String>,
}

/// How a check judges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tester {
    /// It sets these bits.
    Bits(Bits),
    /// By a regular expression.
    Regex {
        /// The pattern.
        pattern: Port,
        /// Whether the whole text must match.
        whole: bool,
        /// Whether the match begins at the start.
        start: bool,
    },
    /// By membership.
    Member(Port),
    /// By a constant beginning.
    Prefix(Port),
    /// A normalized path lies in a folder.
    Inside,
    /// By a literal schema.
    Schema(Port),
}

/// A check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckRow {
    /// The file the row stands in, without ending.
    pub file: String,
    /// API paths, or method names of `receiver`.
    pub apis: Vec<String>,
    /// The receiver's type.
    pub receiver: Option<String>,
    /// What it tests.
    pub tests: Port,
    /// How.
    pub by: Tester,
    /// Whether it throws instead of answering.
    pub throws: bool,
    /// Only under all of these.
    pub when: Vec<Test>,
    /// The document and its date.
    pub note: String,
}

/// What makes a function an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryRow {
    /// A decorator, such as `[flask.Flask].route`.
    pub decorator: Option<String>,
    /// A call that takes the handler, such as `[express.App].get`.
    pub call: Option<String>,
    /// Which argument of the call is the handler.
    pub handler: Option<Port>,
    /// A class whose methods are handlers.
    pub base: Option<String>,
    /// The event file of the first parameter or of the request object.
    pub source: String,
    /// Event files of the parameters in order; `-` for none.
    pub params: Vec<String>,
    /// Library types of the parameters in order; `-` for none.
    pub types: Vec<String>,
}
