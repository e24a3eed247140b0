//! SAS-5, inadequate monitoring and logging: what nobody will see, and what too many will.

pub mod event_logged;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &event_logged::RULE,
];
