//! The algebra of conditions: when something is true and when it is false, as guards.

use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::index::IndexVec;

/// When a condition is true and when it is false.
/// Invariant: all guards of both lists exclude each other and together cover everything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Truth {
    pub(super) yes: Vec<Guard>,
    pub(super) no: Vec<Guard>,
}

impl Truth {
    /// Surely true or surely false.
    pub(super) fn decided(yes: bool) -> Self {
        let always = vec![Guard::always()];
        if yes {
            Self {
                yes: always,
                no: Vec::new(),
            }
        } else {
            Self {
                yes: Vec::new(),
                no: always,
            }
        }
    }

    /// True for a set of values of one axis.
    pub(super) fn on(axis: AxisId, set: u64, all: u64) -> Self {
        match (set & all, all & !set) {
            (0, _) => Self::decided(false),
            (_, 0) => Self::decided(true),
            (yes, no) => Self {
                yes: vec![Guard::on(axis, yes)],
                no: vec![Guard::on(axis, no)],
            },
        }
    }

    pub(super) fn not(self) -> Self {
        Self {
            yes: self.no,
            no: self.yes,
        }
    }

    /// Both; `None` where it would take more than `most` guards.
    pub(super) fn and(self, other: &Self, axes: &Axes, most: usize) -> Option<Self> {
        let yes = product(&self.yes, &other.yes);
        let mut no = self.no;
        no.extend(product(&self.yes, &other.no));
        // Merging is slow for many, and many rarely become few.
        if yes.len() + no.len() > 4 * most {
            return None;
        }
        let joined = Self {
            yes: merged(yes, axes),
            no: merged(no, axes),
        };
        (joined.yes.len() + joined.no.len() <= most).then_some(joined)
    }

    /// Either; `None` where it would take more than `most` guards.
    pub(super) fn or(self, other: Self, axes: &Axes, most: usize) -> Option<Self> {
        Some(self.not().and(&other.not(), axes, most)?.not())
    }

    /// Whether it is true when every axis has its default; `None` where an axis has none.
    pub(super) fn by_default(&self, axes: &Axes) -> Option<bool> {
        let holds = |guard: &Guard| {
            guard.parts().iter().try_fold(true, |so_far, (axis, set)| {
                let bit = axes.get(*axis)?.default?;
                Some(so_far && set & (1u64 << bit) != 0)
            })
        };
        let each: Option<Vec<bool>> = self.yes.iter().map(holds).collect();
        Some(each?.into_iter().any(|yes| yes))
    }
}

pub(super) type Axes = IndexVec<AxisId, Axis>;

/// Guards of both lists, pairwise; what is impossible is left out.
pub(super) fn product(a: &[Guard], b: &[Guard]) -> Vec<Guard> {
    let pairs = a.iter().flat_map(|x| b.iter().map(|y| x.and(y)));
    pairs.filter(|guard| !guard.impossible()).collect()
}

/// The same alternatives in fewer guards: two that differ in one axis become one.
pub(super) fn merged(mut guards: Vec<Guard>, axes: &Axes) -> Vec<Guard> {
    guards.truncate(1_000);
    'again: loop {
        for at in 0..guards.len() {
            for with in at + 1..guards.len() {
                let (Some(a), Some(b)) = (guards.get(at), guards.get(with)) else {
                    continue;
                };
                if let Some(union) = union(a, b, axes) {
                    guards.remove(with);
                    if let Some(slot) = guards.get_mut(at) {
                        *slot = union;
                    }
                    continue 'again;
                }
            }
        }
        return guards;
    }
}

/// One guard for both, if they differ in the set of one axis alone.
pub(super) fn union(a: &Guard, b: &Guard, axes: &Axes) -> Option<Guard> {
    if a.parts().len() != b.parts().len() {
        return None;
    }
    let mut differing = None;
    for ((axis, mine), (other, theirs)) in a.parts().iter().zip(b.parts()) {
        if axis != other || (mine != theirs && differing.replace(*axis).is_some()) {
            return None;
        }
    }
    let Some(differing) = differing else {
        return Some(a.clone());
    };
    let all = axes.get(differing).map_or(u64::MAX, Axis::all);
    let mut joined = Guard::always();
    for ((axis, mine), (_, theirs)) in a.parts().iter().zip(b.parts()) {
        let set = mine | theirs;
        if *axis != differing || set & all != all {
            joined = joined.and(&Guard::on(*axis, set));
        }
    }
    Some(joined)
}

/// The guards of a list that can hold together with `guard`.
pub(super) fn possible(guards: &[Guard], guard: &Guard) -> Vec<Guard> {
    guards
        .iter()
        .filter(|g| !g.and(guard).impossible())
        .cloned()
        .collect()
}

/// What is left when none of `guards` holds.
pub(super) fn complement(guards: &[Guard], axes: &Axes) -> Vec<Guard> {
    let mut left = vec![Guard::always()];
    for guard in guards {
        let mut outside = Vec::new();
        let mut before = Guard::always();
        for (axis, set) in guard.parts() {
            let all = axes.get(*axis).map_or(u64::MAX, Axis::all);
            outside.push(before.and(&Guard::on(*axis, all & !set)));
            before = before.and(&Guard::on(*axis, *set));
        }
        left = product(&left, &outside);
    }
    left
}
