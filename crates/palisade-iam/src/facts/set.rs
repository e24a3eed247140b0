//! Sets of actions, one bit each.

/// A set of actions of one table; sets of different tables are not meant to meet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ActionSet {
    words: Vec<u64>,
    /// How many actions the table has. Invariant: no bit at or above it is set.
    total: u32,
}

impl ActionSet {
    pub(super) fn empty(total: u32) -> Self {
        let words = usize::try_from(total.div_ceil(64)).unwrap_or(0);
        Self {
            words: vec![0; words],
            total,
        }
    }

    /// Adds an action by its id; one outside the table is left out.
    pub fn insert(&mut self, id: u32) {
        let slot = usize::try_from(id / 64)
            .ok()
            .and_then(|at| self.words.get_mut(at));
        if let Some(word) = slot.filter(|_| id < self.total) {
            *word |= 1 << (id % 64);
        }
    }

    /// Whether an action is in it.
    pub fn contains(&self, id: u32) -> bool {
        let word = usize::try_from(id / 64)
            .ok()
            .and_then(|at| self.words.get(at));
        word.is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    /// What is in both.
    pub fn and(&self, other: &Self) -> Self {
        self.joined(other, |one, two| one & two)
    }

    /// What is in either.
    pub fn or(&self, other: &Self) -> Self {
        self.joined(other, |one, two| one | two)
    }

    /// What is in this one and not in the other.
    pub fn minus(&self, other: &Self) -> Self {
        self.joined(other, |one, two| one & !two)
    }

    /// All actions that are not in it (`NotAction`).
    pub fn complement(&self) -> Self {
        let mut words: Vec<u64> = self.words.iter().map(|word| !word).collect();
        if let Some(last) = words.last_mut().filter(|_| !self.total.is_multiple_of(64)) {
            *last &= (1 << (self.total % 64)) - 1;
        }
        Self {
            words,
            total: self.total,
        }
    }

    /// Whether all of it is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.minus(other).is_empty()
    }

    /// Whether they have an action in common.
    pub fn intersects(&self, other: &Self) -> bool {
        self.words
            .iter()
            .zip(&other.words)
            .any(|(one, two)| one & two != 0)
    }

    /// How many actions are in it.
    pub fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| usize::try_from(word.count_ones()).unwrap_or(0))
            .sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The ids in it, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..self.total).filter(|id| self.contains(*id))
    }

    fn joined(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        let length = self.words.len().max(other.words.len());
        let at = |set: &Self, index: usize| set.words.get(index).copied().unwrap_or(0);
        Self {
            words: (0..length)
                .map(|index| join(at(self, index), at(other, index)))
                .collect(),
            total: self.total.max(other.total),
        }
    }
}
