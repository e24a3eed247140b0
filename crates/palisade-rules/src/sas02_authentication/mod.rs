//! SAS-2, broken authentication: who may come in, and how it is decided.

pub mod unauthenticated_endpoint;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[&unauthenticated_endpoint::RULE];
