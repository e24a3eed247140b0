//! Permission statements as written, of roles and of resources.

use crate::guard::Guard;
use crate::setting::{Origin, Setting};
use crate::source::Span;
use crate::text::Text;

/// Allow or Deny.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Effect {
    /// Allow.
    Allow,
    /// Deny.
    Deny,
}

/// Whom a statement of a resource policy names.
#[derive(Clone, PartialEq, Debug)]
pub enum Principal {
    /// `"*"` or `{"AWS": "*"}`.
    Anyone,
    /// An AWS account, role or user: account id, ARN, or a text with holes.
    Aws(Text),
    /// A service such as `s3.amazonaws.com`.
    Service(Text),
    /// An identity provider.
    Federated(Text),
    /// A CloudFront origin access identity or canonical user.
    Canonical(Text),
    /// Not understood; the text as written.
    Unknown(String),
}

/// One test of a `Condition` block.
#[derive(Clone, PartialEq, Debug)]
pub struct ConditionTest {
    /// The operator, such as `StringEquals`.
    pub operator: String,
    /// The key, such as `aws:SourceArn`.
    pub key: String,
    /// The values.
    pub values: Vec<Text>,
}

/// A statement. Empty `principals` in an identity policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    /// Its Sid.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// `Action` (or `NotAction` where `not_actions`), lower or upper case as written.
    pub actions: Vec<Text>,
    /// Whether the actions are those *not* meant.
    pub not_actions: bool,
    /// `Resource` (or `NotResource`).
    pub resources: Vec<Text>,
    /// Whether the resources are those *not* meant.
    pub not_resources: bool,
    /// `Principal` (or `NotPrincipal`).
    pub principals: Vec<Principal>,
    /// Whether the principals are those *not* meant.
    pub not_principals: bool,
    /// The conditions; all must hold.
    pub conditions: Vec<ConditionTest>,
    /// When the statement exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
    /// Where its members are written.
    pub places: Places,
}

/// Where the members of a statement are written: one span for each of them, in their order; empty where a reader
/// made the statement.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Places {
    /// Of the actions.
    pub actions: Vec<Span>,
    /// Of the resources.
    pub resources: Vec<Span>,
    /// Of the principals.
    pub principals: Vec<Span>,
}

/// What a role is granted.
#[derive(Clone, PartialEq, Debug)]
pub enum Grant {
    /// A statement.
    Statement(Statement),
    /// A managed policy by name or ARN.
    Managed(Setting<Text>),
    /// A policy that could not be read: the role may do more than is shown.
    Unreadable(Origin),
}
