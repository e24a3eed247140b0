//! SAS-8, denial of service and of wallet: limits that do not fit, and work without a limit.

pub mod amount;
pub mod decompression;
pub mod no_timeout;
pub mod regex_dos;
pub mod same_page;
pub mod sleep;
pub mod table_scan;

mod prices;

pub mod timeout_mismatch;

pub mod no_throttle;

pub mod long_timeout;

mod writes;

pub mod recursion;

pub mod single_zone;

pub mod small_subnet;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &no_timeout::RULE,
    &sleep::RULE,
    &table_scan::RULE,
    &decompression::RULE,
    &regex_dos::RULE,
    &timeout_mismatch::RULE,
    &no_throttle::RULE,
    &long_timeout::RULE,
    &recursion::RULE,
    &single_zone::RULE,
    &small_subnet::RULE,
    &amount::RULE,
    &same_page::RULE,
];
