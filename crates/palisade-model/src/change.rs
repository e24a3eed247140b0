//! What shall be different in an App: the permissions of a role, or a setting of a node.

use crate::app::{FunctionId, NodeId};
use crate::attribute::Attribute;
use crate::guard::Guard;
use crate::policy::ConditionTest;
use crate::text::Text;

/// One wish. A reader turns it into edits of the files it read, or says why it cannot.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// What a function's role shall be allowed.
    Role(RoleChange),
    /// What a setting shall be.
    Setting(SettingChange),
}

/// What makes a finding go away by itself, as changes of templates that break nothing the template shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Remedy {
    /// Path of the root template of its App; one folder may hold several.
    pub template: String,
    /// What shall be different: all of it, or the finding stays.
    pub wishes: Vec<Wish>,
}

/// What a rule wishes for.
#[derive(Clone, PartialEq, Debug)]
pub enum Wish {
    /// A setting.
    Setting(SettingChange),
    /// The least role of a function, which is found where it is wanted.
    LeastRole(FunctionId),
}

/// The complete list of what a function's role shall allow.
///
/// Beside the statements the role keeps: what the tool grants by itself (logs, tracing, network, pollers of SAM), the
/// managed policies of `keep`, and every `Deny`.
#[derive(Clone, PartialEq, Debug)]
pub struct RoleChange {
    /// The function; other users of its role keep what they have.
    pub function: FunctionId,
    /// Everything that shall be allowed, in any order.
    pub allowed: Vec<Allowed>,
    /// Managed policies that stay where they are attached, by name or ARN; a name fits the last part of an ARN.
    pub keep: Vec<String>,
}

/// One statement of effect `Allow`: all its actions on all its resources.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Allowed {
    /// Actions, as the platform spells them.
    pub actions: Vec<String>,
    /// Resources, with holes; `*` alone where an action knows none.
    pub resources: Vec<Text>,
    /// Conditions; all must hold.
    pub conditions: Vec<Test>,
}

/// A condition that can be put in order.
pub type Test = (String, String, Vec<Text>);

impl Allowed {
    /// Actions on resources, without conditions.
    pub fn of<A: Into<String>>(
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = Text>,
    ) -> Self {
        Self {
            actions: actions.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().collect(),
            conditions: Vec::new(),
        }
    }
}

/// The parts of a condition in their order: operator, key, values.
pub fn test_of(test: &ConditionTest) -> Test {
    let mut values = test.values.clone();
    values.sort();
    (test.operator.clone(), test.key.clone(), values)
}

/// A setting and its new value.
#[derive(Clone, PartialEq, Debug)]
pub struct SettingChange {
    /// The node.
    pub node: NodeId,
    /// Which setting.
    pub attribute: Attribute,
    /// The value it shall have.
    pub value: NewValue,
    /// In which worlds; in all others it stays as it is.
    pub when: Guard,
}

/// A value to be written.
#[derive(Clone, PartialEq, Debug)]
pub enum NewValue {
    /// True or false.
    Flag(bool),
    /// A number in the attribute's unit.
    Number(f64),
    /// A string without holes.
    Text(String),
}

impl NewValue {
    /// As templates write it.
    pub fn words(&self) -> String {
        match self {
            Self::Flag(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}
