//! SAS-2, broken authentication: who may come in, and how it is decided.

pub mod open_upload;
pub mod guessable_token;
pub mod unverified_token;
pub mod open_policy;
mod public_route;
pub mod unauthenticated_endpoint;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &unauthenticated_endpoint::RULE,
    &open_policy::RULE,
    &unverified_token::RULE,
    &guessable_token::RULE,
    &open_upload::RULE,
];
