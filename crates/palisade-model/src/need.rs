//! What functions need to be allowed, and what their roles are compared with it.

use crate::app::FunctionId;
use crate::change::Test;
use crate::problem::Problem;
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
}

/// A right that a role holds beyond what is needed, or lacks.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The action.
    pub action: String,
    /// On what.
    pub resources: Vec<Text>,
    /// Where it is granted or asked for.
    pub spans: Vec<Span>,
}

/// The role of one function as it should be.
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
    /// What it needs.
    pub needs: FunctionNeeds,
    /// What its role holds beyond that.
    pub excess: Vec<Difference>,
    /// What its role lacks.
    pub missing: Vec<Difference>,
}

/// The roles of all functions of a tree.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Roles {
    /// Functions in order.
    pub functions: Vec<FunctionRole>,
    /// What could not be read or resolved.
    pub problems: Vec<Problem>,
}
