//! What was evaluated, with equal answers kept once.

use palisade_model::index::Id;
use rustc_hash::FxHashMap;

use super::{InstId, Vals};
use crate::ir::ValueId;

/// Answers by instance and value.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Every answer that was ever given.
    answers: Vec<Vals>,
    numbers: FxHashMap<Vals, u32>,
    /// Per instance and value: the number of the answer plus one, or nothing.
    given: Vec<Vec<u32>>,
}

impl Memo {
    /// The answer for a value, if there is one.
    pub(super) fn get(&self, inst: InstId, value: ValueId) -> Option<&Vals> {
        let number = *self.given.get(inst.index())?.get(value.index())?;
        self.answers.get((number as usize).checked_sub(1)?)
    }

    /// Notes an answer; equal ones are shared. `length` is how many values the instance has.
    pub(super) fn put(&mut self, inst: InstId, value: ValueId, length: usize, found: Vals) -> Vals {
        let number = match self.numbers.get(&found) {
            Some(known) => *known,
            None => {
                self.answers.push(found.clone());
                let number = u32::try_from(self.answers.len()).unwrap_or(u32::MAX);
                self.numbers.insert(found.clone(), number);
                number
            }
        };
        if self.given.len() <= inst.index() {
            self.given.resize_with(inst.index() + 1, Vec::new);
        }
        if let Some(given) = self.given.get_mut(inst.index()) {
            if given.is_empty() {
                *given = vec![0; length];
            }
            if let Some(slot) = given.get_mut(value.index()) {
                *slot = number;
            }
        }
        self.answers
            .get((number as usize).saturating_sub(1))
            .cloned()
            .unwrap_or(found)
    }

    /// Forgets which value has which answer.
    pub(super) fn clear(&mut self) {
        self.given = Vec::new();
    }
}
