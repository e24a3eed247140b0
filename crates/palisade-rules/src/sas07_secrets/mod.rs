//! SAS-7: secrets where everybody who reads the project or the stack finds them.

pub mod addresses;
pub mod assigned;
pub mod constant_password;
pub mod formats;
pub mod handed;
pub mod hits;
pub mod names;
pub mod plausible;
pub mod secret_told;

pub mod secret;

pub mod exposed_output;

pub mod echoed_parameter;

use crate::rule::Rule;

/// The rules of this risk, in order.
pub const ALL: &[&Rule] = &[
    &secret::RULE,
    &secret_told::RULE,
    &exposed_output::RULE,
    &constant_password::RULE,
    &echoed_parameter::RULE,
];
