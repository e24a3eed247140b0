//! The roles of functions, laid out: words once, then one file a format.

pub mod explain;
pub mod json;
pub mod markdown;
pub mod policy;
pub mod spell;
pub mod text;
pub mod words;

use palisade_model::need::{Fit, FunctionRole, Roles};

/// The functions whose role differs, the most harmful excess first.
pub fn differing(roles: &Roles) -> Vec<&FunctionRole> {
    let mut all: Vec<&FunctionRole> = of(roles, Fit::Differs).collect();
    all.sort_by_key(|role| {
        let weight = |d: &palisade_model::need::Difference| d.harm.map_or(0, |(_, weight)| weight);
        let worst = role.excess.iter().map(weight).max().unwrap_or(0);
        let count: usize = role.excess.iter().map(|d| d.count).sum();
        std::cmp::Reverse((worst, count))
    });
    all
}

/// The functions of one state, in order.
pub fn of(roles: &Roles, fit: Fit) -> impl Iterator<Item = &FunctionRole> {
    roles.functions.iter().filter(move |role| role.fit == fit)
}

/// 0 where all roles fit, 1 where one does not, 3 where no function was understood.
pub fn exit_status(roles: &Roles) -> u8 {
    if of(roles, Fit::Differs).next().is_some() {
        1
    } else if roles.functions.is_empty() {
        3
    } else {
        0
    }
}
