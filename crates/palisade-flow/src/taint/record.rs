//! What is noted of a function: sinks, writes, results.

use rustc_hash::FxHashMap;

use super::fact::{Input, Root};
use super::order::Since;
use super::solve::Solver;
use crate::path::AccessPath;
use crate::taint::fact::{Fact, Facts};
use crate::taint::summary::{
    ENTRIES_MAX, SinkFlow, SinkId, SinkSite, StoreFlow, StoreSite, Target, WriteId,
};

/// Where in the summary at hand something is noted.
#[derive(Debug, Default)]
pub(super) struct Noted {
    writes: FxHashMap<(Target, Input, AccessPath), usize>,
    sinks: FxHashMap<(SinkId, Input), usize>,
    sites: FxHashMap<StoreSite, WriteId>,
    stores: FxHashMap<(WriteId, Input, AccessPath), usize>,
}

impl Noted {
    /// For the next summary.
    pub(super) fn clear(&mut self) {
        self.writes.clear();
        self.sinks.clear();
        self.sites.clear();
        self.stores.clear();
    }
}

impl<'p> Solver<'p> {
    pub(super) fn write(&mut self, target: Target, mut fact: Fact) {
        fact.since = Since::default();
        // An object that already holds its own part says nothing new.
        if fact.exact && own(target, &fact) {
            return;
        }
        let key = (target, fact.input.clone(), fact.at.clone());
        let next = self.summary.writes.len();
        match self.noted.writes.get(&key) {
            Some(at) => {
                if let Some((_, known)) = self.summary.writes.get_mut(*at) {
                    let transfer = known.transfer.meet(fact.transfer);
                    self.changed |= transfer != known.transfer;
                    known.transfer = transfer;
                    known.exact &= fact.exact;
                }
            }
            None if next < 4 * ENTRIES_MAX => {
                self.noted.writes.insert(key, next);
                self.summary.writes.push((target, fact));
                self.changed = true;
            }
            None => self.summary.coarse = true,
        }
    }

    pub(super) fn returns(&mut self, mut fact: Fact) {
        fact.since = Since::default();
        let mut facts = Facts {
            all: std::mem::take(&mut self.summary.returns),
            limited: false,
        };
        self.changed |= facts.add_widened(fact);
        self.summary.returns = facts.all;
    }

    pub(super) fn throws(&mut self, mut fact: Fact) {
        fact.since = Since::default();
        let mut facts = Facts {
            all: std::mem::take(&mut self.summary.throws),
            limited: self.throws_limited,
        };
        self.changed |= facts.add_widened(fact);
        self.summary.coarse |= facts.limit();
        self.throws_limited = facts.limited;
        self.summary.throws = facts.all;
    }

    /// The id of a sink.
    pub(super) fn sink_id(&mut self, site: SinkSite) -> SinkId {
        let key = (site.function, site.call, site.grammar, site.callee.clone());
        if let Some(known) = self.sink_ids.get(&key) {
            return *known;
        }
        let id = self.sinks.push(site);
        self.sink_ids.insert(key, id);
        id
    }

    /// Adds taint that reaches a sink.
    pub(super) fn sink(&mut self, sink: SinkId, mut fact: Fact) {
        fact.since = Since::default();
        let key = (sink, fact.input.clone());
        let known = self.noted.sinks.get(&key);
        if let Some(known) = known.and_then(|at| self.summary.sinks.get_mut(*at)) {
            let transfer = known.fact.transfer.meet(fact.transfer);
            let mut changed = transfer != known.fact.transfer;
            known.fact.transfer = transfer;
            if fact.prefix.len() < known.fact.prefix.len() {
                known.fact.prefix = fact.prefix.clone();
                changed = true;
            }
            if (fact.opaque, fact.weight) < (known.fact.opaque, known.fact.weight) {
                known.fact.trail = fact.trail;
                known.fact.weight = fact.weight;
                known.fact.opaque = fact.opaque;
            }
            self.changed |= changed;
            return;
        }
        self.noted.sinks.insert(key, self.summary.sinks.len());
        self.summary.sinks.push(SinkFlow { sink, fact });
        self.changed = true;
    }

    /// Adds taint that is written to a store.
    pub(super) fn stored(&mut self, site: StoreSite, mut fact: Fact) {
        fact.since = Since::default();
        let place = self.noted.sites.get(&site).copied();
        let key = place.map(|id| (id, fact.input.clone(), fact.at.clone()));
        if let Some(known) = key.and_then(|key| self.noted.stores.get(&key)) {
            if let Some(known) = self.summary.stores.get_mut(*known) {
                let transfer = known.fact.transfer.meet(fact.transfer);
                self.changed |= transfer != known.fact.transfer;
                known.fact.transfer = transfer;
            }
            return;
        }
        if self.summary.stores.len() >= 4 * ENTRIES_MAX {
            self.summary.coarse = true;
            return;
        }
        let id = match place {
            Some(id) => id,
            None => {
                let id = self.writes.push(site.clone());
                self.noted.sites.insert(site, id);
                id
            }
        };
        let key = (id, fact.input.clone(), fact.at.clone());
        self.noted.stores.insert(key, self.summary.stores.len());
        self.summary.stores.push(StoreFlow { site: id, fact });
        self.changed = true;
    }
}

fn own(target: Target, fact: &Fact) -> bool {
    let root = match target {
        Target::Param(n) => Root::Param(n),
        Target::Capture(n) => Root::Capture(n),
        Target::Global(m, n) => Root::Global(m, n),
    };
    fact.input.root == root && fact.input.path == fact.at
}
