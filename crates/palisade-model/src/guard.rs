//! Under which choices of parameters and stages something holds.

use crate::index::IndexVec;
use crate::setting::Origin;

crate::ids! {
    /// An axis of an App.
    AxisId,
}

/// Something deployments differ in: a parameter that branches, or a condition.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// The parameter's or condition's name.
    pub name: String,
    /// Its known values, at most 62; a condition has `true` and `false`.
    pub values: Vec<String>,
    /// Whether other values are possible (bit 63 of a set stands for them).
    pub open: bool,
    /// Index of the default value.
    pub default: Option<u8>,
    /// Where it is declared.
    pub origin: Origin,
}

/// The bit of an axis' set that stands for "any other value".
pub const OTHER: u64 = 1 << 63;

impl Axis {
    /// The set of all values of this axis.
    pub fn all(&self) -> u64 {
        let known = if self.values.len() >= 62 {
            (1 << 62) - 1
        } else {
            (1u64 << self.values.len()) - 1
        };
        known | if self.open { OTHER } else { 0 }
    }
}

/// A conjunction of sets of values of axes. An absent axis means every value; a zero set means never.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Guard(Vec<(AxisId, u64)>);

impl Guard {
    /// Always.
    pub fn always() -> Self {
        Self::default()
    }

    /// One axis has a value of `set`.
    pub fn on(axis: AxisId, set: u64) -> Self {
        Self(vec![(axis, set)])
    }

    /// Both hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut joined = self.0.clone();
        for (axis, set) in &other.0 {
            match joined.binary_search_by_key(axis, |(a, _)| *a) {
                Ok(at) => {
                    if let Some((_, mine)) = joined.get_mut(at) {
                        *mine &= set;
                    }
                }
                Err(at) => joined.insert(at, (*axis, *set)),
            }
        }
        Self(joined)
    }

    /// Whether it can never hold.
    pub fn impossible(&self) -> bool {
        self.0.iter().any(|(_, set)| *set == 0)
    }

    /// Whether it always holds.
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts, sorted by axis.
    pub fn parts(&self) -> &[(AxisId, u64)] {
        &self.0
    }

    /// In words, such as `Stage=prod`; several values with `|`; empty for always.
    pub fn words(&self, axes: &IndexVec<AxisId, Axis>) -> String {
        let part = |(id, set): &(AxisId, u64)| {
            let axis = axes.get(*id)?;
            let mut values: Vec<&str> = axis
                .values
                .iter()
                .enumerate()
                .filter(|(bit, _)| *bit < 62 && set & (1u64 << bit) != 0)
                .map(|(_, v)| v.as_str())
                .collect();
            if set & OTHER != 0 && axis.open {
                values.push("other");
            }
            Some(format!("{}={}", axis.name, values.join("|")))
        };
        self.0
            .iter()
            .filter_map(part)
            .collect::<Vec<_>>()
            .join(", ")
    }
}
