//! Control flow while building: branches, loops, switches, tries, and the merges behind them.

use palisade_model::index::Id;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Builder;
use crate::ir::scope::{Branch, BranchKind, Changes, Frame, Place};
use crate::ir::{Comparison, Op, Region, RegionKind, Sym, ValueId};

impl Builder {
    pub(super) fn begin(
        &mut self,
        kind: BranchKind,
        region: Option<RegionKind>,
        condition: Option<ValueId>,
    ) {
        let frame = self.frame();
        let first = frame.len();
        let region = region.map(|kind| {
            let at = u32::try_from(first).unwrap_or(u32::MAX);
            frame.function.regions.push(Region {
                kind,
                first: at,
                last: at,
                condition,
            });
            frame.function.regions.len() - 1
        });
        let branch = Branch {
            kind,
            mark: frame.log.len(),
            outer_ended: frame.ended,
            ends: Vec::new(),
            continues: Vec::new(),
            condition,
            phis: Vec::new(),
            region,
            first,
            versions: Vec::new(),
        };
        frame.branches.push(branch);
    }

    pub(super) fn close_region(frame: &mut Frame, region: Option<usize>) {
        let last = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        if let Some(region) = region.and_then(|r| frame.function.regions.get_mut(r)) {
            region.last = last;
        }
    }

    /// Ends one alternative of the innermost branch: remembers its changes and undoes them.
    pub(super) fn end_alternative(&mut self) {
        let frame = self.frame();
        let Some(mut branch) = frame.branches.pop() else {
            return;
        };
        if !frame.ended {
            branch.ends.push(frame.changes(branch.mark));
        }
        frame.rollback(branch.mark);
        frame.ended = branch.outer_ended;
        Self::close_region(frame, branch.region.take());
        frame.branches.push(branch);
    }

    /// Whether a value is a part as it was read.
    fn is_read(&mut self, value: ValueId) -> bool {
        matches!(self.frame().op(value), Op::Load(..))
    }

    /// Joins the alternatives of a branch that was popped.
    pub(super) fn merge(&mut self, ends: Vec<Changes>, outer_ended: bool) {
        if ends.is_empty() {
            self.frame().ended = true;
            return;
        }
        self.frame().ended = outer_ended;
        let mut seen = FxHashSet::default();
        let mut places = Vec::new();
        for (place, _) in ends.iter().flatten() {
            if seen.insert(*place) {
                places.push(*place);
            }
        }
        let maps: Vec<FxHashMap<Place, Option<ValueId>>> = ends
            .into_iter()
            .map(|end| end.into_iter().collect())
            .collect();
        // Places that hold the same on every way are still one value: a check of one is a check of all.
        let mut merged: FxHashMap<Vec<Option<ValueId>>, ValueId> = FxHashMap::default();
        for place in places {
            let base = self.frame().env.get(&place).copied();
            let each: Vec<Option<ValueId>> = maps
                .iter()
                .map(|m| m.get(&place).copied().unwrap_or(base))
                .collect();
            let mut known: Vec<ValueId> = each.iter().flatten().copied().collect();
            known.dedup();
            let value = match (place, known.as_slice()) {
                (_, []) => None,
                (Place::Field(..), _) if each.iter().any(Option::is_none) => None,
                (_, [one]) => Some(*one),
                // Reads of one part in several branches: a phi of them would hide the receiver of a method.
                (Place::Field(..), reads) if reads.iter().all(|v| self.is_read(*v)) => None,
                _ => match self.unrefined(&known) {
                    Some(weakest) => Some(weakest),
                    None => Some(match merged.get(&each) {
                        Some(phi) => *phi,
                        None => {
                            let phi = self.emit(Op::Phi(known, false));
                            merged.insert(each, phi);
                            phi
                        }
                    }),
                },
            };
            let frame = self.frame();
            if value != base {
                frame.bind(place, value);
                if let (Place::Var(var), Some(value)) = (place, value)
                    && let Some(phi) = frame.vars[var].captured
                {
                    Self::extend_phi(frame, phi, value);
                }
            }
        }
    }

    /// The value all others refine, if it is among them: the others say nothing that holds on every way.
    pub(super) fn unrefined(&mut self, values: &[ValueId]) -> Option<ValueId> {
        let frame = self.frame();
        let refines = |mut value: ValueId, wanted: ValueId| loop {
            match frame.op(value) {
                _ if value == wanted => return true,
                Op::Refine(inner, _, _) => value = *inner,
                _ => return false,
            }
        };
        values
            .iter()
            .copied()
            .find(|wanted| values.iter().all(|v| refines(*v, *wanted)))
    }

    /// Opens an `if`.
    pub fn begin_if(&mut self, condition: ValueId) {
        self.begin(BranchKind::If, Some(RegionKind::If), Some(condition));
        self.refine(condition, true);
    }

    /// Goes on with the `else`.
    pub fn begin_else(&mut self) {
        self.end_alternative();
        let frame = self.frame();
        let at = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let condition = frame.branches.last().and_then(|b| b.condition);
        frame.function.regions.push(Region {
            kind: RegionKind::Else,
            first: at,
            last: at,
            condition,
        });
        let region = frame.function.regions.len() - 1;
        if let Some(branch) = frame.branches.last_mut() {
            branch.kind = BranchKind::Else;
            branch.region = Some(region);
        }
        if let Some(condition) = condition {
            self.refine(condition, false);
        }
    }

    /// Closes an `if`, with or without `else`.
    pub fn end_if(&mut self) {
        if self
            .frame()
            .branches
            .last()
            .is_some_and(|b| b.kind == BranchKind::If)
        {
            self.begin_else();
        }
        self.end_alternative();
        if let Some(branch) = self.frame().branches.pop() {
            self.merge(branch.ends, branch.outer_ended);
        }
    }

    /// Opens the right side of `x and y` (`and`) or `x or y`.
    pub fn begin_logic(&mut self, and: bool, x: ValueId) {
        self.begin(BranchKind::Logic(and), None, Some(x));
        self.refine(x, and);
    }

    /// Closes it; `y` is the value of the right side.
    pub fn end_logic(&mut self, y: ValueId) -> ValueId {
        self.end_alternative();
        let Some(branch) = self.frame().branches.pop() else {
            return y;
        };
        let mut ends = branch.ends;
        ends.push(Vec::new());
        self.merge(ends, branch.outer_ended);
        match (branch.kind, branch.condition) {
            (BranchKind::Logic(and), Some(x)) => self.emit(Op::Logic(and, x, y)),
            _ => y,
        }
    }

    /// Opens a loop. `names` are the variables and `keys` the object keys assigned anywhere inside it.
    pub fn begin_loop(&mut self, names: &[String], keys: &[String], iterated: Option<ValueId>) {
        let mut phis = Vec::new();
        for name in names {
            let sym = self.sym(name);
            let frame = self.frame();
            let Some(var) = frame.lookup(sym) else {
                continue;
            };
            if frame.vars[var].cell.is_some() {
                continue;
            }
            let Some(value) = frame.env.get(&Place::Var(var)).copied() else {
                continue;
            };
            let phi = self.emit(Op::Phi(vec![value], true));
            self.frame().bind(Place::Var(var), Some(phi));
            phis.push((var, phi));
        }
        if !keys.is_empty() {
            let keys: FxHashSet<Sym> = keys.iter().map(|k| self.sym(k)).collect();
            let frame = self.frame();
            let mut stale: Vec<Place> = frame
                .env
                .keys()
                .filter(|p| matches!(p, Place::Field(_, key) if keys.contains(key)))
                .copied()
                .collect();
            stale.sort_unstable();
            for place in stale {
                frame.bind(place, None);
            }
        }
        self.begin(BranchKind::Loop, Some(RegionKind::Loop), iterated);
        if let Some(branch) = self.frame().branches.last_mut() {
            branch.phis = phis;
        }
    }

    /// The condition under which the body of the open loop runs.
    pub fn loop_test(&mut self, condition: ValueId) {
        self.refine(condition, true);
    }

    /// Closes a loop.
    pub fn end_loop(&mut self) {
        let frame = self.frame();
        let Some(mut branch) = frame.branches.pop() else {
            return;
        };
        let body = if frame.ended {
            None
        } else {
            Some(frame.changes(branch.mark))
        };
        Self::close_region(frame, branch.region.take());
        frame.rollback(branch.mark);
        for (var, phi) in &branch.phis {
            let place = Place::Var(*var);
            for changes in body.iter().chain(&branch.continues) {
                if let Some((_, Some(value))) = changes.iter().find(|(p, _)| *p == place) {
                    Self::extend_phi(frame, *phi, *value);
                }
            }
        }
        // After the loop: its head (no round, or the last one), or a `break`.
        let mut ends = branch.ends;
        let fields = |changes: &Changes| -> Changes {
            changes
                .iter()
                .filter(|(p, _)| matches!(p, Place::Field(..)))
                .copied()
                .collect()
        };
        ends.extend(body.iter().chain(&branch.continues).map(fields));
        ends.push(Vec::new());
        self.merge(ends, branch.outer_ended);
    }

    pub(super) fn jump(&mut self, to_loop: bool) {
        let frame = self.frame();
        if frame.ended {
            return;
        }
        let is_target =
            |b: &Branch| b.kind == BranchKind::Loop || (!to_loop && b.kind == BranchKind::Switch);
        let Some(at) = frame.branches.iter().rposition(is_target) else {
            return;
        };
        let mark = frame.branches.get(at).map_or(0, |b| b.mark);
        let changes = frame.changes(mark);
        if let Some(branch) = frame.branches.get_mut(at) {
            if to_loop {
                branch.continues.push(changes)
            } else {
                branch.ends.push(changes)
            }
        }
        frame.ended = true;
    }

    /// `break` of the innermost loop or switch.
    pub fn break_(&mut self) {
        self.jump(false);
    }

    /// `continue` of the innermost loop.
    pub fn continue_(&mut self) {
        self.jump(true);
    }

    /// Opens a switch over a value.
    pub fn begin_switch(&mut self, scrutinee: ValueId) {
        self.begin(BranchKind::Switch, None, Some(scrutinee));
    }

    /// Opens a case; several labels share one body, none is the default.
    pub fn begin_case(&mut self, labels: &[ValueId]) {
        let frame = self.frame();
        let at = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let scrutinee = frame.branches.last().and_then(|b| b.condition);
        frame.function.regions.push(Region {
            kind: RegionKind::Case,
            first: at,
            last: at,
            condition: scrutinee,
        });
        let region = frame.function.regions.len() - 1;
        if let Some(branch) = frame.branches.last_mut() {
            branch.region = Some(region);
        }
        let Some(scrutinee) = scrutinee else { return };
        if !labels.is_empty()
            && labels
                .iter()
                .all(|l| matches!(self.frame().op(*l), Op::Const(_)))
        {
            let list = self.list(labels.iter().map(|l| (*l, false)).collect());
            let condition = self.compare(Comparison::In, scrutinee, list);
            self.refine(condition, true);
        }
    }

    /// Closes a case (one that falls through is taken to leave the switch).
    pub fn end_case(&mut self) {
        self.end_alternative();
    }

    /// Closes a switch.
    pub fn end_switch(&mut self, has_default: bool) {
        let Some(branch) = self.frame().branches.pop() else {
            return;
        };
        let mut ends = branch.ends;
        if !has_default {
            ends.push(Vec::new());
        }
        self.merge(ends, branch.outer_ended);
    }

    /// Opens a try.
    pub fn begin_try(&mut self) {
        self.begin(BranchKind::Try, Some(RegionKind::Try), None);
    }

    /// Goes on with a catch; several may follow each other.
    pub fn begin_catch(&mut self) {
        self.end_try_body();
        self.end_alternative();
        let frame = self.frame();
        let at = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        frame.function.regions.push(Region {
            kind: RegionKind::Catch,
            first: at,
            last: at,
            condition: None,
        });
        let region = frame.function.regions.len() - 1;
        let Some(branch) = frame.branches.last_mut() else {
            return;
        };
        branch.region = Some(region);
        branch.kind = BranchKind::Catch;
        frame.ended = branch.outer_ended;
        // In a catch, a variable assigned in the try may have any of its versions.
        for (place, versions) in branch.versions.clone() {
            match place {
                Place::Field(..) => self.frame().bind(place, None),
                Place::Var(_) => {
                    let base = self.frame().env.get(&place).copied();
                    let mut all: Vec<ValueId> = base.into_iter().chain(versions).collect();
                    all.dedup();
                    let value = match all.as_slice() {
                        [one] => *one,
                        _ => self.emit(Op::Phi(all, false)),
                    };
                    self.frame().bind(place, Some(value));
                }
            }
        }
    }

    /// A call that is the only one in a try body may be a validator that throws.
    pub(super) fn end_try_body(&mut self) {
        let frame = self.frame();
        let Some(branch) = frame.branches.last() else {
            return;
        };
        if branch.kind != BranchKind::Try {
            return;
        }
        let (first, mark) = (branch.first, branch.mark);
        let versions = frame.versions(mark);
        if let Some(branch) = frame.branches.last_mut() {
            branch.versions = versions;
        }
        if frame.ended {
            return;
        }
        let calls: Vec<ValueId> = (first..frame.len())
            .map(ValueId::from_index)
            .filter(|v| matches!(frame.op(*v), Op::Call(_)))
            .take(2)
            .collect();
        if let [call] = calls.as_slice() {
            self.returned(*call);
        }
    }

    /// Closes a try with its catches; `finally` is lowered after this.
    pub fn end_try(&mut self) {
        self.end_try_body();
        self.end_alternative();
        if let Some(branch) = self.frame().branches.pop() {
            self.merge(branch.ends, branch.outer_ended);
        }
    }
}
