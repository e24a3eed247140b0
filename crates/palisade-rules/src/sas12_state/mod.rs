//! SAS-12, cross-execution data persistency: what one invocation leaves to the next.

pub mod left_in_tmp;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[&left_in_tmp::RULE];
