//! Functions that call each other: solved in rounds, each again only when what it asked has changed.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::fact::{Fact, Trail};
use super::solve::Solver;
use super::summary::Summary;
use crate::value::InstId;
use std::sync::Arc;

/// Most rounds over a circle of functions.
const ROUNDS_MAX: usize = 5;
/// Further rounds for long circles: what enters one moves a function further each round.
const LONG_ROUNDS_MAX: usize = 12;
/// Most links of two trails that are compared; longer ones count as different.
const LINKS_MAX: u32 = 400;

impl Solver<'_> {
    /// Solves functions that call each other until none says anything new.
    pub(super) fn solve_circle(&mut self, members: &[InstId]) {
        let rounds = ROUNDS_MAX + members.len().min(LONG_ROUNDS_MAX);
        let mut versions: FxHashMap<InstId, u32> = FxHashMap::default();
        let mut asked: FxHashMap<InstId, Vec<(InstId, u32)>> = FxHashMap::default();
        for round in 0..rounds {
            let is_last = round + 1 == rounds;
            let mut grew = false;
            for inst in members.iter().copied() {
                let version = |of: &InstId| versions.get(of).copied().unwrap_or(0);
                let is_settled = asked
                    .get(&inst)
                    .is_some_and(|asked| asked.iter().all(|(of, known)| version(of) == *known));
                if is_settled {
                    if is_last {
                        Rc::make_mut(&mut self.summaries[inst]).coarse = true;
                    }
                    continue;
                }
                let before = self.summaries[inst].size();
                let mut summary = self.summarize(inst);
                let read = self.asked.iter().map(|of| (*of, version(of))).collect();
                asked.insert(inst, read);
                summary.coarse |= is_last;
                grew |= summary.size() != before;
                if !self.are_same(&summary, &self.summaries[inst]) {
                    *versions.entry(inst).or_default() += 1;
                    self.summaries[inst] = Rc::new(summary);
                }
            }
            if !grew {
                break;
            }
        }
    }

    /// Whether two summaries say the same; places of stores count by what they are, as each solving numbers them anew.
    fn are_same(&self, a: &Summary, b: &Summary) -> bool {
        let facts = |a: &[Fact], b: &[Fact]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_fact(a, b))
        };
        let sites = |a, b| self.writes.get(a) == self.writes.get(b);
        let writes = a.writes.iter().zip(&b.writes);
        let sinks = a.sinks.iter().zip(&b.sinks);
        let stores = a.stores.iter().zip(&b.stores);
        let uses = a.uses.iter().zip(&b.uses);
        a.coarse == b.coarse
            && a.ensures == b.ensures
            && a.callees == b.callees
            && facts(&a.returns, &b.returns)
            && facts(&a.throws, &b.throws)
            && a.writes.len() == b.writes.len()
            && a.sinks.len() == b.sinks.len()
            && a.stores.len() == b.stores.len()
            && a.uses.len() == b.uses.len()
            && writes
                .into_iter()
                .all(|((t, f), (u, g))| t == u && same_fact(f, g))
            && sinks
                .into_iter()
                .all(|(s, t)| s.sink == t.sink && same_fact(&s.fact, &t.fact))
            && stores
                .into_iter()
                .all(|(s, t)| sites(s.site, t.site) && same_fact(&s.fact, &t.fact))
            && uses.into_iter().all(|(s, t)| sites(*s, *t))
    }
}

fn same_fact(a: &Fact, b: &Fact) -> bool {
    a.at == b.at
        && a.input == b.input
        && a.exact == b.exact
        && a.transfer == b.transfer
        && a.opaque == b.opaque
        && a.weight == b.weight
        && a.prefix == b.prefix
        && same_trail(&a.trail, &b.trail, &mut LINKS_MAX.clone())
}

fn same_trail(a: &Trail, b: &Trail, left: &mut u32) -> bool {
    let (mut a, mut b) = (a, b);
    loop {
        let (x, y) = match (a, b) {
            (None, None) => return true,
            (Some(x), Some(y)) => (x, y),
            _ => return false,
        };
        if Arc::ptr_eq(x, y) {
            return true;
        }
        let Some(rest) = left.checked_sub(1) else {
            return false;
        };
        *left = rest;
        let here = x.kind == y.kind && x.span == y.span && x.note == y.note && x.length == y.length;
        if !here || !same_trail(&x.inner, &y.inner, left) {
            return false;
        }
        (a, b) = (&x.before, &y.before);
    }
}
