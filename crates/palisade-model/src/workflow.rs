//! State machines, as far as data flows through them.

use crate::source::Span;
use crate::text::Text;

/// A path into the data of an execution: a place and keys. `$.a.b` of a state `S` is `["#S", "a", "b"]`.
pub type StatePath = Vec<String>;

/// Where a piece of a task's input or output comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum Selection {
    /// A path of the state's data.
    Path(StatePath),
    /// A constant or something that carries no data of the execution.
    Constant,
    /// An expression that may carry anything of the execution.
    Anything,
    /// An expression made of these parts of the state's data.
    Parts(Vec<StatePath>),
    /// A map of names to selections (`Parameters`, `Arguments`, `ResultSelector`).
    Map(Vec<(String, Selection)>),
}

/// One state that runs something.
#[derive(Clone, PartialEq, Debug)]
pub struct Task {
    /// The state's name.
    pub name: String,
    /// What it runs: a function's ARN or name, or a service integration such as `arn:aws:states:::lambda:invoke`.
    pub resource: Text,
    /// For `lambda:invoke`: the function named in the parameters.
    pub function: Option<Text>,
    /// What the function gets as its event.
    pub input: Selection,
    /// Where the result goes: `None` discards it.
    pub result: Option<StatePath>,
    /// What is taken out of the result first, as seen from the result.
    pub selector: Selection,
    /// Where it stands.
    pub span: Span,
}

/// Data that a state hands on as it is: each state has a place for the data before it and one for the data behind it.
#[derive(Clone, PartialEq, Debug)]
pub struct Copied {
    /// Where it goes; [`ELEMENT`] stands for any place of a list.
    pub to: StatePath,
    /// What goes there.
    pub from: Selection,
    /// The part of `to` that does not come this way, since something else takes its place.
    pub but: Option<StatePath>,
}

/// The first step of paths into what an execution starts with.
pub const INPUT: &str = "#input";

/// The step of a path that stands for any element of a list, and for no key.
pub const ELEMENT: &str = "[]";

/// A state machine. Tasks stand in the order in which they are written.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Workflow {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// (from, to): indexes into `tasks` that may follow each other, other states between them skipped.
    /// `None` as from is the start of the execution.
    pub edges: Vec<(Option<usize>, usize)>,
    /// What states do with the data, sorted by where it goes.
    pub copies: Vec<Copied>,
}
