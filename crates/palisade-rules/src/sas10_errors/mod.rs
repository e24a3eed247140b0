//! SAS-10, improper exception handling: what errors tell, and what they hide.

pub mod debug_in_code;
pub mod debug_setting;
pub mod event_echoed;
pub mod gateway_response;
pub mod not_callable;
pub mod swallowed_error;
pub mod unguarded_parse;
pub mod verbose_error;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &verbose_error::RULE,
    &swallowed_error::RULE,
    &unguarded_parse::RULE,
    &debug_setting::RULE,
    &gateway_response::RULE,
    &debug_in_code::RULE,
    &event_echoed::RULE,
    &not_callable::RULE,
];
