//! SAS-4, too many rights: what roles may do beyond any need, and who may take them.

pub mod pass_role;
pub mod shared_role;
pub mod wide_trust;
pub mod wildcard;
pub(crate) mod worth;

use crate::rule::Rule;

/// The rules of this risk, as far as templates alone tell.
pub const ALL: &[&Rule] = &[
    &wildcard::RULE,
    &shared_role::RULE,
    &pass_role::RULE,
    &wide_trust::RULE,
];
