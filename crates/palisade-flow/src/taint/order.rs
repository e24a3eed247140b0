//! In which order one function stores and reads: a read sees no later store, and none that another one replaced.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::call::Handed;
use super::fact::Fact;
use super::solve::{Callee, Solver};
use super::summary::Target;
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

/// Most keys a function is known to leave stored.
const LEAVES_MAX: usize = 64;
/// Most stores of one key that are looked at for the last one that surely ran.
const LOOKED_AT_MAX: usize = 64;

/// The order of one function's instructions, as far as its regions tell.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Where bodies of loops begin, and where the last of those that began by then ends.
    loops: Vec<(u32, u32)>,
    /// From where to where loops over a value run.
    iterated: FxHashMap<ValueId, (u32, u32)>,
    stores: Stores,
    /// Of calls: up to where whatever follows runs only after them.
    calls: FxHashMap<u32, u32>,
    /// Keys of what the function is handed that it surely stores before it returns.
    pub(super) leaves: Vec<(Target, Sym)>,
    /// Loads that stand for later reads.
    reread: FxHashMap<u32, u32>,
}

/// Stores by object and key: where they stand, and up to where whatever follows runs only after them.
#[derive(Debug, Default)]
pub(super) struct Stores {
    objects: FxHashSet<ValueId>,
    by_key: FxHashMap<(ValueId, Sym), Vec<(u32, u32)>>,
}

impl Stores {
    fn add(&mut self, object: ValueId, key: Sym, at: u32, end: u32) {
        self.objects.insert(object);
        let known = self.by_key.entry((object, key)).or_default();
        let before = known.partition_point(|(other, _)| *other < at);
        if known.get(before).is_none_or(|(other, _)| *other != at) {
            known.insert(before, (at, end));
        }
    }

    /// The last store of a key that surely ran before an instruction.
    fn last(&self, object: ValueId, key: Sym, here: u32) -> Option<u32> {
        let stores = self.by_key.get(&(object, key))?;
        let before = stores.partition_point(|(at, _)| *at < here);
        let latest = stores.iter().take(before).rev().take(LOOKED_AT_MAX);
        latest
            .copied()
            .find(|(_, end)| here < *end)
            .map(|(at, _)| at)
    }

    /// For the next function.
    pub(super) fn clear(&mut self) {
        self.objects.clear();
        self.by_key.clear();
    }
}

impl Order {
    pub(super) fn of(program: &Program, function: FnId) -> Self {
        let ir = &program.functions[function].ir;
        let mut order = Self {
            reread: ir
                .reread
                .iter()
                .map(|(load, last)| (load.0, *last))
                .collect(),
            ..Self::default()
        };
        let mut branches: Vec<(u32, u32)> = Vec::new();
        let mut last = 0;
        // Regions stand in order of their first instruction.
        for region in ir.regions.iter().filter(|r| r.first < r.last) {
            branches.push((region.first, region.last));
            if region.kind != RegionKind::Loop {
                continue;
            }
            last = region.last.max(last);
            order.loops.push((region.first, last));
            if let Some(over) = region.condition {
                let known = order.iterated.entry(over);
                let (first, last) = known.or_insert((region.first, region.last));
                *first = region.first.min(*first);
                *last = region.last.max(*last);
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
        let mut open: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
        for (at, instr) in ir.instrs.enumerate() {
            if !matches!(instr.op, Op::Store(..) | Op::Call(_)) {
                continue;
            }
            while let Some((_, last)) = branches.next_if(|(first, _)| *first <= at.0) {
                open.push(Reverse(last));
            }
            while open.peek().is_some_and(|Reverse(last)| *last <= at.0) {
                open.pop();
            }
            let end = open.peek().map_or(u32::MAX, |Reverse(last)| *last);
            let Op::Store(base, key, _) = &instr.op else {
                order.calls.insert(at.0, end);
                continue;
            };
            let object = program.object(function, *base);
            order.stores.add(object, *key, at.0, end);
            let target = match program.op(function, object) {
                Op::Param(n) => Target::Param(*n),
                Op::Capture(n) => Target::Capture(*n),
                _ => continue,
            };
            let returned = ir.exits.iter().any(|(exit, _)| *exit < at);
            if end == u32::MAX && !returned && order.leaves.len() < LEAVES_MAX {
                order.leaves.push((target, *key));
            }
        }
        // A generator runs when it is asked, not when it is called.
        if ir.instrs.iter().any(|i| matches!(i.op, Op::Yield(_))) {
            order.leaves.clear();
        }
        order
    }

    /// Whether one loop holds an instruction and a later one.
    fn again(&self, here: u32, there: u32) -> bool {
        let began = self.loops.partition_point(|(first, _)| *first <= here);
        let last = began.checked_sub(1).and_then(|at| self.loops.get(at));
        last.is_some_and(|(_, last)| there < *last)
    }

    /// Whether an instruction stands in a loop over a value.
    fn iterates(&self, over: ValueId, there: u32) -> bool {
        self.iterated
            .get(&over)
            .is_some_and(|(first, last)| (*first..*last).contains(&there))
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
        if !self.has_stores(object) {
            return self.of(value).to_vec();
        }
        let is_alive = |f: &&Fact| match f.at.first() {
            Some(Step::Key(key)) => !self.is_replaced(object, *key, f),
            _ => true,
        };
        self.of(value).iter().filter(is_alive).cloned().collect()
    }

    /// Whether what a fact says of a part of a value was replaced since.
    pub(super) fn is_gone(&self, function: FnId, value: ValueId, step: Step, fact: &Fact) -> bool {
        let object = self.program.object(function, value);
        let key = match (step, fact.at.first()) {
            (Step::Key(key), _) => key,
            (_, Some(Step::Key(key))) => *key,
            _ => return false,
        };
        self.has_stores(object) && self.is_replaced(object, key, fact)
    }

    fn is_replaced(&self, object: ValueId, key: Sym, fact: &Fact) -> bool {
        let own = self.order.stores.last(object, key, self.here);
        let by_calls = self.left.last(object, key, self.here);
        own.max(by_calls).is_some_and(|at| fact.since.last < at)
    }

    fn has_stores(&self, object: ValueId) -> bool {
        self.order.stores.objects.contains(&object) || self.left.objects.contains(&object)
    }

    /// Notes what the only function that a call can run surely stores in what it is handed.
    pub(super) fn leaves(&mut self, function: FnId, callee: Callee, handed: &Handed<'_>) {
        let Some(end) = self.order.calls.get(&self.here).copied() else {
            return;
        };
        let order = self.order_of(self.values.function(callee.inst));
        for (target, key) in &order.leaves {
            let object = match target {
                Target::Param(param) => self.handed_object(function, handed, *param),
                Target::Capture(slot) => self.captured_once(function, handed, *slot),
                Target::Global(..) => None,
            };
            if let Some(object) = object {
                let object = self.program.object(function, object);
                self.left.add(object, *key, self.here, end);
            }
        }
    }

    /// What a closure that is made here captured, where its name is bound once.
    pub(super) fn captured_once(
        &self,
        function: FnId,
        handed: &Handed<'_>,
        slot: u16,
    ) -> Option<ValueId> {
        let Handed::Call { call, .. } = handed else {
            return None;
        };
        let closure = self.program.object(function, call.callee);
        let Op::Closure(_, captured) = self.program.op(function, closure) else {
            return None;
        };
        let value = *captured.get(usize::from(slot))?;
        match self.program.op(function, value) {
            Op::Phi(versions, _) => <[ValueId; 1]>::try_from(versions.as_slice())
                .ok()
                .map(|[only]| only),
            Op::Record(_) | Op::List(_) => Some(value),
            _ => None,
        }
    }

    /// The order of a function.
    pub(super) fn order_of(&mut self, function: FnId) -> Rc<Order> {
        let program = self.program;
        let order = self.orders.entry(function);
        order
            .or_insert_with(|| Rc::new(Order::of(program, function)))
            .clone()
    }

    /// What is read out of a part of a value here.
    pub(super) fn parts_of(&self, function: FnId, base: ValueId, step: Step) -> Vec<(Fact, bool)> {
        let mut parts = Vec::new();
        for fact in self.of(base) {
            if self.is_gone(function, base, step, fact) {
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
