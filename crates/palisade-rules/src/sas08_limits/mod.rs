//! SAS-8, denial of service and of wallet: limits that do not fit, and work without a limit.

pub mod decompression;
pub mod table_scan;
pub mod sleep;
pub mod no_timeout;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &no_timeout::RULE,
    &sleep::RULE,
    &table_scan::RULE,
    &decompression::RULE,
];
