//! SAS-2, broken authentication: who may come in, and how it is decided.

pub mod allow_on_error;
pub mod cached_authorizer;
pub mod claimed_right;
pub mod compared_secret;
pub mod false_is_true;
pub mod guessable_token;
pub mod guest_rights;
pub mod open_policy;
pub mod open_upload;
mod public_route;
pub mod refusal_goes_on;
pub mod rogue_entry;
pub mod secret_in_address;
pub mod sign_in_habits;
pub mod unauthenticated_endpoint;
pub mod unnamed_source;
pub mod unused_authorizer;
pub mod unverified_token;
pub mod weak_password;
pub mod wide_device_policy;
pub mod writable_attribute;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &unauthenticated_endpoint::RULE,
    &open_policy::RULE,
    &unverified_token::RULE,
    &guessable_token::RULE,
    &open_upload::RULE,
    &guest_rights::RULE,
    &rogue_entry::RULE,
    &sign_in_habits::RULE,
    &unnamed_source::RULE,
    &unused_authorizer::RULE,
    &weak_password::RULE,
    &writable_attribute::RULE,
    &cached_authorizer::RULE,
    &wide_device_policy::RULE,
    &claimed_right::RULE,
    &compared_secret::RULE,
    &secret_in_address::RULE,
    &allow_on_error::RULE,
    &refusal_goes_on::RULE,
    &false_is_true::RULE,
];
