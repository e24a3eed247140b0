//! SAS-9, execution flow manipulation: what is done in the wrong order, twice, or not at all.

pub mod race;
pub mod twice_delivered;
pub mod unawaited_call;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[&unawaited_call::RULE, &race::RULE, &twice_delivered::RULE];
