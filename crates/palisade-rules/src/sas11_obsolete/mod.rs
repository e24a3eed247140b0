//! SAS-11, obsolete functions and leftovers: what nobody keeps up, and what nobody uses.

pub mod runtime_eol;
mod runtimes;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[&runtime_eol::RULE];
