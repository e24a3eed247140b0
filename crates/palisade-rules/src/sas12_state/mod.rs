//! SAS-12, cross-execution data persistency: what one invocation leaves to the next.

pub mod environment;
pub mod first_caller;
pub mod growing_list;
pub mod left_in_tmp;
pub mod left_running;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &left_in_tmp::RULE,
    &growing_list::RULE,
    &first_caller::RULE,
    &environment::RULE,
    &left_running::RULE,
];
