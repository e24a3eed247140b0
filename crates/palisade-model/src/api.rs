//! Calls of libraries as entries make them: how the receiver was made, and what is known of the arguments.

use crate::source::Span;
use crate::text::Text;

/// A call of a library in the surroundings of one entry.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ApiCall {
    /// The entry that reaches it, by number.
    pub entry: usize,
    /// The bytes of the call.
    pub span: Span,
    /// The name of the function it stands in.
    pub function: String,
    /// From the library's root to what is called: `boto3.resource("dynamodb")`, `Table(name)`, `get_item(…)`.
    pub path: Vec<ApiStep>,
}

/// One step of a path into a library.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ApiStep {
    /// The dotted name of the root, then names of members; `*` for an element, `[type]` for a typed value.
    pub name: String,
    /// The arguments, where it is called.
    pub args: Option<Vec<ApiArg>>,
}

/// An argument.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ApiArg {
    /// Its name, where it is passed by name.
    pub name: Option<String>,
    /// Whether it spreads a list or map.
    pub spread: bool,
    /// All that it can be.
    pub values: Vec<ApiValue>,
}

/// One thing an argument can be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ApiValue {
    /// A text of the template and the program; opaque holes are not known.
    Text(Text),
    /// A map of the program.
    Record(Vec<(Text, Vec<ApiValue>)>),
    /// A list of the program: all its elements.
    List(Vec<ApiValue>),
    /// Something the library made.
    Made(Vec<ApiStep>),
    /// True or false.
    Flag(bool),
    /// Nothing.
    Nothing,
    /// Not known, with what it is as far as the program shows: `event.Records.*.body`.
    Unknown(String),
}

impl ApiStep {
    /// The argument of a name.
    pub fn named(&self, name: &str) -> Option<&ApiArg> {
        let args = self.args.as_ref()?;
        args.iter().find(|arg| arg.name.as_deref() == Some(name))
    }

    /// The positional argument of a number; none behind a spread one.
    pub fn at(&self, position: usize) -> Option<&ApiArg> {
        let args = self.args.as_ref()?.iter().take_while(|arg| !arg.spread);
        args.filter(|arg| arg.name.is_none()).nth(position)
    }
}

impl ApiValue {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What a map holds under a key.
    pub fn get(&self, key: &str) -> Option<&[ApiValue]> {
        match self {
            Self::Record(parts) => parts
                .iter()
                .find(|(name, _)| name.literal() == Some(key))
                .map(|(_, values)| values.as_slice()),
            _ => None,
        }
    }
}
