//! All rules, in order.

use crate::rule::RuleMeta;

/// All rules, in order.
pub const ALL: &[&RuleMeta] = &[];
