//! SAS-11, obsolete functions and leftovers: what nobody keeps up, and what nobody uses.

pub mod backup_file;
pub mod dangling;
pub mod dead_handler;
pub mod runtime_eol;
mod runtimes;
pub mod unconnected;
pub mod unused;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &runtime_eol::RULE,
    &dead_handler::RULE,
    &backup_file::RULE,
    &unused::RULE,
    &dangling::RULE,
    &unconnected::RULE,
];
