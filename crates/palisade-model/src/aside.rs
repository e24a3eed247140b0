//! What templates declare beside their nodes: rights of what no template holds, members of pools, names of nothing.

use crate::app::Key;
use crate::guard::Guard;
use crate::policy::Statement;
use crate::setting::Origin;
use crate::text::Text;

/// Everything of this kind in one App, in order of reading.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Aside {
    /// Rights and permissions for things that lie outside the tree.
    pub loose: Vec<Loose>,
    /// Attributes that users of pools have.
    pub members: Vec<Member>,
    /// What is named and is nowhere.
    pub dangling: Vec<Dangling>,
    /// Who waits for what because `DependsOn` says so.
    pub waits: Vec<Wait>,
    /// Resources that nothing else in the templates names.
    pub unnamed: Vec<Key>,
    /// What the platform does for functions with the rights of their roles, in order of functions.
    pub errands: Vec<Errand>,
}

/// Something the platform does for a function with the rights of its role, because a setting says so: it sends events
/// that failed to a queue, reads the password of a broker, mounts a file system.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Errand {
    /// The function.
    pub function: Key,
    /// What is done, such as `send.sqs`: a row of what the platform asks for.
    pub what: &'static str,
    /// On what.
    pub on: Text,
    /// When it is set.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
}

/// An entry of `DependsOn`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Wait {
    /// Who waits.
    pub by: Key,
    /// For what.
    pub on: Key,
}

/// How something is named that is nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DanglingKind {
    /// By its logical id, in a property or output.
    Reference,
    /// In `DependsOn`.
    Dependency,
    /// A route of an API that leads nowhere, or that its API does not have.
    Route,
}

/// A name of nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Dangling {
    /// Who names it: a resource, or an output.
    pub by: Key,
    /// How.
    pub kind: DanglingKind,
    /// The name, or method and path of a route.
    pub name: String,
    /// When it is named.
    pub exists: Guard,
    /// Where.
    pub origin: Origin,
}

/// What a policy is for that names nothing of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LooseKind {
    /// A role, or whoever else the policy is attached to.
    Identity,
    /// A function: statements of its own policy.
    Function,
    /// Nobody: a tool leaves the statements out, so that they grant nothing.
    Void,
}

/// A policy for something that no template of the tree declares.
#[derive(Clone, PartialEq, Debug)]
pub struct Loose {
    /// The policy's own identity.
    pub key: Key,
    /// What it is for.
    pub kind: LooseKind,
    /// The names it is attached to, as written.
    pub to: Vec<Text>,
    /// What it says.
    pub statements: Vec<Statement>,
    /// When it exists.
    pub exists: Guard,
    /// Where it is declared.
    pub origin: Origin,
}

/// An attribute of the users of a pool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The pool.
    pub pool: Key,
    /// Its name, such as `custom:is_admin`.
    pub name: String,
    /// Whether it may be changed after it was set.
    pub mutable: bool,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
}
