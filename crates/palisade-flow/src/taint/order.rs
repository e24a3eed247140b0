//! In which order one function stores and reads: a read sees no later store, and none that another one replaced.

use rustc_hash::FxHashMap;

use super::fact::Fact;
use super::solve::Solver;
use crate::ir::{Op, RegionKind, Sym, ValueId};
use crate::path::Step;
use crate::program::{FnId, Program};

/// When a part came into an object: the first and the last instruction of this function that put it there. What an
/// object has from the beginning is there since 0.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Since {
    /// The first one.
    pub first: u32,
    /// The last one.
    pub last: u32,
}

impl Since {
    /// Put there at some time that is not known.
    pub const ANY: Self = Self {
        first: 0,
        last: u32::MAX,
    };

    /// Both.
    pub fn and(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }
}

/// The order of one function's instructions, as far as its regions tell.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Bodies of loops: first instruction, one past the last, and what is iterated.
    loops: Vec<(u32, u32, Option<ValueId>)>,
    /// Stores by object and key: where they stand, and up to where whatever follows runs only after them.
    stores: FxHashMap<(ValueId, Sym), Vec<(u32, u32)>>,
    /// Loads that stand for later reads.
    reread: FxHashMap<u32, u32>,
    /// Objects with stores.
    objects: FxHashMap<ValueId, ()>,
}

impl Order {
    pub(super) fn of(program: &Program, function: FnId) -> Self {
        let ir = &program.functions[function].ir;
        let mut order = Self::default();
        order.reread = ir
            .reread
            .iter()
            .map(|(load, last)| (load.0, *last))
            .collect();
        let mut branches: Vec<(u32, u32)> = Vec::new();
        for region in ir.regions.iter().filter(|r| r.first < r.last) {
            branches.push((region.first, region.last));
            if region.kind == RegionKind::Loop {
                order
                    .loops
                    .push((region.first, region.last, region.condition));
            }
        }
        for (at, instr) in ir.instrs.enumerate() {
            // The right side of `x and y` runs only sometimes.
            if let Op::Logic(_, x, _) = instr.op {
                branches.push((x.0.saturating_add(1), at.0));
            }
        }
        branches.sort_unstable();
        let mut branches = branches.into_iter().peekable();
        let mut open: Vec<u32> = Vec::new();
        for (at, instr) in ir.instrs.enumerate() {
            let Op::Store(base, key, _) = &instr.op else {
                continue;
            };
            while let Some((_, last)) = branches.next_if(|(first, _)| *first <= at.0) {
                open.push(last);
            }
            open.retain(|last| *last > at.0);
            let end = open.iter().copied().min().unwrap_or(u32::MAX);
            order.replaces(program.object(function, *base), *key, at.0, end);
        }
        order
    }

    fn replaces(&mut self, object: ValueId, key: Sym, at: u32, end: u32) {
        self.objects.insert(object, ());
        self.stores
            .entry((object, key))
            .or_default()
            .push((at, end));
    }

    /// The last store of a key that surely ran before an instruction.
    fn replaced(&self, object: ValueId, key: Sym, here: u32) -> Option<u32> {
        let stores = self.stores.get(&(object, key))?;
        let before = |(at, end): &&(u32, u32)| *at < here && here < *end;
        stores.iter().rev().find(before).map(|(at, _)| *at)
    }

    /// Whether one loop holds both instructions.
    fn again(&self, here: u32, there: u32) -> bool {
        self.loops.iter().any(|(first, last, _)| {
            (*first..*last).contains(&here) && (*first..*last).contains(&there)
        })
    }

    /// Whether an instruction stands in a loop over a value.
    fn iterates(&self, over: ValueId, there: u32) -> bool {
        self.loops.iter().any(|(first, last, iterated)| {
            *iterated == Some(over) && (*first..*last).contains(&there)
        })
    }
}

impl Solver<'_> {
    /// Whether a part was put into its object before the instruction in hand.
    pub(super) fn seen(&self, fact: &Fact) -> bool {
        let first = fact.since.first;
        let last = self.order.reread.get(&self.here);
        first < self.here
            || last.is_some_and(|last| first < *last)
            || self.order.again(self.here, first)
    }

    /// The same for what a call reads: it sees what it writes itself, under another name.
    pub(super) fn seen_inside(&self, fact: &Fact) -> bool {
        fact.since.first <= self.here || self.seen(fact)
    }

    /// The facts of a value without those about parts that were replaced since.
    pub(super) fn alive(&self, function: FnId, value: ValueId) -> Vec<Fact> {
        let object = self.program.object(function, value);
        if !self.order.objects.contains_key(&object) {
            return self.of(value).to_vec();
        }
        let is_alive = |f: &&Fact| match f.at.first() {
            Some(Step::Key(key)) => !self.is_replaced(object, *key, f),
            _ => true,
        };
        self.of(value).iter().filter(is_alive).cloned().collect()
    }

    fn is_replaced(&self, object: ValueId, key: Sym, fact: &Fact) -> bool {
        self.order
            .replaced(object, key, self.here)
            .is_some_and(|at| fact.since.last < at)
    }

    /// What is read out of a part of a value here.
    pub(super) fn parts_of(&self, function: FnId, base: ValueId, step: Step) -> Vec<(Fact, bool)> {
        let object = self.program.object(function, base);
        let stores = self.order.objects.contains_key(&object);
        let mut parts = Vec::new();
        for fact in self.of(base) {
            let key = match (step, fact.at.first()) {
                (Step::Key(key), _) => Some(key),
                (_, Some(Step::Key(key))) => Some(*key),
                _ => None,
            };
            if stores && key.is_some_and(|key| self.is_replaced(object, key, fact)) {
                continue;
            }
            let Some(mut part) = fact.part(step) else {
                continue;
            };
            if part.at.is_empty() && !fact.at.is_empty() {
                if !self.seen(fact) && !self.order.iterates(base, fact.since.first) {
                    continue;
                }
                part.since = Since::default();
            }
            parts.push((part, fact.exact && fact.at.is_empty()));
        }
        parts
    }
}
