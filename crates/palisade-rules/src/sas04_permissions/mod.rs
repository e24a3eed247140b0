//! SAS-4, too many rights: what roles may do beyond any need, and who may take them.

pub mod escalation;
pub mod excess;
pub mod missing_permission;
pub(crate) mod narrow;
pub mod pass_role;
pub mod shared_role;
pub mod unknown_action;
pub mod unknown_method;
pub mod wide_trust;
pub mod wildcard;
pub mod worth;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &wildcard::RULE,
    &escalation::RULE,
    &excess::RULE,
    &missing_permission::RULE,
    &unknown_action::RULE,
    &unknown_method::RULE,
    &shared_role::RULE,
    &pass_role::RULE,
    &wide_trust::RULE,
];
