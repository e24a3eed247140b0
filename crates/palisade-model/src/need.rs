//! What functions need to be allowed, and what their roles are compared with it.

use crate::app::FunctionId;
use crate::change::{Allowed, Test};
use crate::problem::Problem;
use crate::reach::Reach;
use crate::source::Span;
use crate::text::Text;

/// An action that code needs.
#[derive(Clone, PartialEq, Debug)]
pub struct Need {
    /// The action as AWS spells it.
    pub action: String,
    /// ARNs with holes; `*` alone where the action has no resource types.
    pub resources: Vec<Text>,
    /// Where the code asks for it.
    pub spans: Vec<Span>,
    /// Whether every resource is known; otherwise a pattern stands for one.
    pub exact: bool,
    /// Conditions under which it is enough.
    pub conditions: Vec<Test>,
}

/// A method that is called on a client and that the SDK does not have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct UnknownMethod {
    /// The call.
    pub span: Span,
    /// The client, as its SDK names it.
    pub client: String,
    /// The method, as the code writes it.
    pub method: String,
    /// The one that is likely meant.
    pub meant: Option<String>,
}

/// A call that stands in the code of a function and that nothing reaches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SpareCall {
    /// The call.
    pub span: Span,
    /// The name of what it stands in.
    pub within: String,
    /// The actions that it would need.
    pub actions: Vec<String>,
}

/// What one function needs.
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionNeeds {
    /// The function.
    pub function: FunctionId,
    /// What its code needs, in order of actions.
    pub needs: Vec<Need>,
    /// What it may need in situations that no code shows, and harmless elsewhere.
    pub optional: Vec<Need>,
    /// What the platform asks for on its behalf.
    pub platform: Vec<Need>,
    /// Where code is known only when it runs, so that more may be needed: place and why.
    pub incomplete: Vec<(Span, String)>,
    /// Where a resource is not known: place and what it is.
    pub unresolved: Vec<(Span, String)>,
    /// Calls of methods that no SDK has; they need nothing, and fail.
    pub unknown_methods: Vec<UnknownMethod>,
    /// Calls that nothing reaches; they need nothing.
    pub spare: Vec<SpareCall>,
}

/// Behind the name of a variable that names a resource and that nothing sets.
const UNSET: &str = ", which is not set";

/// What is said of a variable of the environment that nothing sets.
pub fn unset_words(variable: &str) -> String {
    format!("env {variable}{UNSET}")
}

/// The variable that such words are about.
pub fn unset_name(words: &str) -> Option<&str> {
    words.strip_prefix("env ")?.strip_suffix(UNSET)
}

impl FunctionNeeds {
    /// Variables that name resources and that nothing sets: the call, and the name.
    pub fn unset(&self) -> impl Iterator<Item = (Span, &str)> {
        self.unresolved
            .iter()
            .filter_map(|(place, what)| Some((*place, unset_name(what)?)))
    }
}

/// What is wrong about a right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// No line needs any of it.
    Unused,
    /// Of all it names only these are needed.
    Actions(Vec<String>),
    /// It is needed, on less: these resources are wider than what is needed, or hold nothing of it.
    Resources(Vec<Text>),
    /// It is needed and surely not granted.
    Lacking,
    /// No service knows it.
    Unknown,
}

/// A right that a role holds beyond what is needed, or lacks.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The action or pattern as written; the name of a managed policy.
    pub action: String,
    /// Whether it is a managed policy.
    pub managed: bool,
    /// On what.
    pub resources: Vec<Text>,
    /// Where it is granted or asked for.
    pub spans: Vec<Span>,
    /// What is wrong about it.
    pub why: Why,
    /// The actions that are too many, the first of them; those that are needed elsewhere in [`Why::Resources`].
    pub actions: Vec<String>,
    /// How many they are in all.
    pub count: usize,
    /// The most that they can do, in words, and how heavy it weighs.
    pub harm: Option<(&'static str, u32)>,
}

/// A way to the rights of somebody else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// What can be done, after "it can".
    pub words: String,
    /// Whose rights are won; none where it is any of the account.
    pub target: Option<String>,
    /// Whether it is open for sure.
    pub surely: bool,
    /// Where its rights are granted.
    pub spans: Vec<Span>,
}

/// What somebody reaches who gets into a function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Radius {
    /// Nodes of the application, with everything that can be done to them; the first of them.
    pub reached: Vec<(String, Vec<&'static str>)>,
    /// How many they are in all.
    pub reached_count: usize,
    /// Services as a whole.
    pub everywhere: Vec<(String, Vec<&'static str>)>,
    /// Functions that can be started; the first of them.
    pub starts: Vec<String>,
    /// How many they are in all.
    pub starts_count: usize,
    /// Roles whose rights can be had.
    pub takes: Vec<String>,
    /// All of it in one number.
    pub weight: u32,
    /// Whether more may be granted than was read.
    pub unread: bool,
}

/// A pattern of a role's policies, and what needs it.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// The pattern as written.
    pub pattern: String,
    /// The managed policy it stands in.
    pub managed: Option<&'static str>,
    /// Where it is written; of a managed policy, where it is attached.
    pub span: Span,
    /// On what.
    pub resources: Vec<Text>,
    /// The needed actions that it grants, with the lines that need them; none for the platform's.
    pub needed: Vec<(String, Vec<Span>)>,
}

/// The role a function runs as.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OwnRole {
    /// Its name, as the template calls it.
    pub name: String,
    /// Where it is declared.
    pub span: Option<Span>,
    /// The other functions that run as it, the first of them.
    pub shared: Vec<String>,
    /// How many they are in all.
    pub shared_count: usize,
    /// How many actions it grants.
    pub granted: usize,
    /// Its policies, pattern by pattern.
    pub held: Vec<Held>,
    /// Whether it may be granted more than was read.
    pub unread: bool,
}

/// How far a role and its function are from each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fit {
    /// It grants what is needed and nothing else that matters.
    Fits,
    /// It grants too much, or too little.
    Differs,
    /// More may be needed than is known.
    Incomplete,
    /// The code of the function was not read.
    Unread,
    /// No template of the tree declares its role.
    Elsewhere,
}

impl Fit {
    /// The word of machine formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Differs => "differs",
            Self::Incomplete => "incomplete",
            Self::Unread => "unread",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// The role of one function as it is and as it should be.
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionRole {
    /// Path of its template relative to the root.
    pub template: String,
    /// Its name there.
    pub function: String,
    /// Where it is declared.
    pub span: Option<Span>,
    /// Whether its code was read.
    pub read: bool,
    /// Who starts it.
    pub reach: Reach,
    /// Whether anything starts it.
    pub started: bool,
    /// The role it runs as; several where the template chooses.
    pub roles: Vec<OwnRole>,
    /// How far they are from what is needed.
    pub fit: Fit,
    /// What it needs.
    pub needs: FunctionNeeds,
    /// What its role holds beyond that, the most harmful first.
    pub excess: Vec<Difference>,
    /// What its role lacks.
    pub missing: Vec<Difference>,
    /// What the platform asks for on its behalf, and its role lacks.
    pub missing_platform: Vec<Difference>,
    /// Actions that do not exist.
    pub unknown_actions: Vec<Difference>,
    /// Ways to the rights of others.
    pub ways: Vec<Way>,
    /// What is reached with its role, and what would be with the least one; only told where they differ.
    pub radius: Option<(Radius, Radius)>,
    /// The least policy, as statements.
    pub least: Vec<Allowed>,
}

/// The roles of all functions of a tree.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Roles {
    /// Functions in order.
    pub functions: Vec<FunctionRole>,
    /// What could not be read or resolved.
    pub problems: Vec<Problem>,
}
