//! What a condition says of values: split into parts, noted at every place bound to them.

use super::Builder;
use crate::ir::scope::Frame;
use crate::ir::{Comparison, Const, Op, Outcome, Passing, ValueId};

/// Refinements emitted per branch at most.
const REFINED_MAX: usize = 4;

impl Builder {
    /// A call whose result is thrown away may be a validator that throws: its arguments are refined.
    pub fn discarded(&mut self, value: ValueId) {
        let object = self.frame().object(value);
        if matches!(self.frame().op(object), Op::Call(_)) {
            self.returned(object);
        }
    }

    pub(super) fn returned(&mut self, call: ValueId) {
        for target in self.targets(call).into_iter().take(REFINED_MAX) {
            self.refine_value(target, call, Outcome::Returned);
        }
    }

    pub(super) fn refine(&mut self, condition: ValueId, holds: bool) {
        let mut atoms = Vec::new();
        self.atoms(condition, holds, 0, &mut atoms);
        let mut left = REFINED_MAX;
        for (condition, holds) in atoms {
            for target in self.targets(condition) {
                if left == 0 {
                    return;
                }
                let outcome = if holds {
                    Outcome::Holds
                } else {
                    Outcome::Fails
                };
                if self.refine_value(target, condition, outcome) {
                    left -= 1;
                }
            }
        }
    }

    pub(super) fn refine_value(
        &mut self,
        value: ValueId,
        condition: ValueId,
        outcome: Outcome,
    ) -> bool {
        let places = self.frame().places_of(value);
        if places.is_empty() {
            return false;
        }
        let refined = self.emit(Op::Refine(value, condition, outcome));
        let frame = self.frame();
        for place in places {
            frame.bind(place, Some(refined));
        }
        true
    }

    /// Splits a condition on and, or, not into those parts that surely hold or fail.
    pub(super) fn atoms(
        &mut self,
        condition: ValueId,
        holds: bool,
        depth: usize,
        out: &mut Vec<(ValueId, bool)>,
    ) {
        if depth > 16 || out.len() >= REFINED_MAX {
            return;
        }
        let object = self.frame().object(condition);
        match self.frame().op(object).clone() {
            Op::Not(inner) => self.atoms(inner, !holds, depth + 1, out),
            Op::Logic(and, x, y) if and == holds => {
                self.atoms(x, holds, depth + 1, out);
                self.atoms(y, holds, depth + 1, out);
            }
            Op::Logic(..) => match self.membership(object, holds) {
                Some(membership) => out.push((membership, true)),
                // One of both holds: the engine asks what either proves.
                None => out.push((object, holds)),
            },
            Op::Compare(how @ (Comparison::Equal | Comparison::Differs), x, y) => {
                let frame = self.frame();
                let nothing = |op: &Op| match op {
                    Op::Const(Const::Null | Const::Undefined | Const::Bool(false)) => Some(false),
                    Op::Const(Const::Bool(true)) => Some(true),
                    _ => None,
                };
                let tested = frame.object(x);
                match nothing(frame.op(y)) {
                    Some(truth) if matches!(frame.op(tested), Op::Call(_) | Op::Compare(..)) => {
                        let equal = (how == Comparison::Equal) == holds;
                        self.atoms(tested, equal == truth, depth + 1, out);
                    }
                    _ => out.push((object, holds)),
                }
            }
            Op::Compare(..) | Op::Call(_) | Op::Load(..) => out.push((object, holds)),
            _ => {}
        }
    }

    /// `x == "a" or x == "b"` (or the negation of its opposite) as one membership.
    pub(super) fn membership(&mut self, condition: ValueId, holds: bool) -> Option<ValueId> {
        let wanted = if holds {
            Comparison::Equal
        } else {
            Comparison::Differs
        };
        let mut open = vec![condition];
        let (mut subject, mut labels) = (None, Vec::new());
        while let Some(next) = open.pop() {
            let frame = self.frame();
            let next = frame.object(next);
            match frame.op(next) {
                Op::Logic(and, x, y) if *and != holds => open.extend([*y, *x]),
                Op::Compare(how, x, y)
                    if *how == wanted && matches!(frame.op(*y), Op::Const(_)) =>
                {
                    let object = frame.object(*x);
                    if *subject.get_or_insert(object) != object || labels.len() > 64 {
                        return None;
                    }
                    labels.push((*y, false));
                }
                _ => return None,
            }
        }
        let list = self.list(labels);
        Some(self.compare(Comparison::In, subject?, list))
    }

    /// The values a condition speaks of: both sides of a comparison, receiver and arguments of a call.
    pub(super) fn targets(&mut self, condition: ValueId) -> Vec<ValueId> {
        let mut found = Vec::new();
        let mut open = vec![condition];
        let frame = self.frame();
        while let Some(next) = open.pop() {
            let mut add = |value: ValueId| {
                // Refinements stack: the newest value bound to a place is the one to refine again.
                if !matches!(
                    frame.op(value),
                    Op::Const(_) | Op::Global(_) | Op::Import(_) | Op::Class(_) | Op::Closure(..)
                ) && !found.contains(&value)
                {
                    found.push(value);
                }
            };
            match frame.op(next) {
                Op::Compare(_, x, y) => {
                    for side in [*x, *y] {
                        match frame.op(frame.object(side)) {
                            Op::Call(_) if frame.places_of(side).is_empty() => {
                                open.push(frame.object(side))
                            }
                            _ => add(side),
                        }
                    }
                }
                Op::Call(call) => {
                    // What a check answers is as checked as what it was asked about (`m = match(x)`).
                    add(next);
                    if let Op::Load(receiver, _) = frame.op(call.callee) {
                        add(*receiver);
                    }
                    call.args
                        .iter()
                        .filter(|a| matches!(a.passing, Passing::Positional | Passing::Named(_)))
                        .for_each(|a| add(a.value));
                }
                Op::Logic(_, x, y) => open.extend([frame.object(*x), frame.object(*y)]),
                Op::Not(x) => open.push(frame.object(*x)),
                Op::Load(base, _) if matches!(frame.op(frame.object(*base)), Op::Call(_)) => {
                    open.push(frame.object(*base))
                }
                Op::Load(..) => add(next),
                _ => {}
            }
        }
        found.iter().map(|v| Self::newest(frame, *v)).collect()
    }

    /// The value that places bound to `value` hold now, after earlier refinements of it.
    pub(super) fn newest(frame: &Frame, value: ValueId) -> ValueId {
        let mut current = value;
        let mut steps = 0;
        while frame.places_of(current).is_empty() && steps < 8 {
            let places = frame.bound.get(&current).cloned().unwrap_or_default();
            let next = places
                .iter()
                .filter_map(|p| frame.env.get(p))
                .copied()
                .find(|v| frame.object(*v) == frame.object(value) && *v != current);
            match next {
                Some(next) => current = next,
                None => break,
            }
            steps += 1;
        }
        current
    }
}
