//! What is noted of a function: sinks, writes, results.

use super::fact::Root;
use super::solve::Solver;
use crate::taint::fact::{Fact, Facts};
use crate::taint::summary::{
    ENTRIES_MAX, SinkFlow, SinkId, SinkSite, StoreFlow, StoreSite, Target,
};

impl<'p> Solver<'p> {
    pub(super) fn write(&mut self, target: Target, fact: Fact) {
        // An object that already holds its own part says nothing new.
        if fact.exact && own(target, &fact) {
            return;
        }
        let known = self
            .summary
            .writes
            .iter()
            .position(|(t, f)| *t == target && f.input == fact.input && f.at == fact.at);
        match known {
            Some(at) => {
                if let Some((_, known)) = self.summary.writes.get_mut(at) {
                    let transfer = known.transfer.meet(fact.transfer);
                    self.changed |= transfer != known.transfer;
                    known.transfer = transfer;
                    known.exact &= fact.exact;
                }
            }
            None if self.summary.writes.len() < 4 * ENTRIES_MAX => {
                self.summary.writes.push((target, fact));
                self.changed = true;
            }
            None => self.summary.coarse = true,
        }
    }

    pub(super) fn returns(&mut self, fact: Fact) {
        let mut facts = Facts {
            all: std::mem::take(&mut self.summary.returns),
        };
        self.changed |= facts.add_widened(fact);
        self.summary.returns = facts.all;
    }

    pub(super) fn throws(&mut self, fact: Fact) {
        let mut facts = Facts {
            all: std::mem::take(&mut self.summary.throws),
        };
        self.changed |= facts.add_widened(fact);
        self.summary.coarse |= facts.limit();
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
    pub(super) fn sink(&mut self, sink: SinkId, fact: Fact) {
        let same = |s: &SinkFlow| s.sink == sink && s.fact.input == fact.input;
        if let Some(known) = self.summary.sinks.iter_mut().find(|s| same(s)) {
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
        self.summary.sinks.push(SinkFlow { sink, fact });
        self.changed = true;
    }

    /// Adds taint that is written to a store.
    pub(super) fn stored(&mut self, site: StoreSite, fact: Fact) {
        let same = |s: &StoreFlow| {
            self.writes[s.site] == site && s.fact.input == fact.input && s.fact.at == fact.at
        };
        if let Some(known) = self.summary.stores.iter().position(same) {
            if let Some(known) = self.summary.stores.get_mut(known) {
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
        let existing = self
            .summary
            .stores
            .iter()
            .map(|s| s.site)
            .find(|id| self.writes[*id] == site);
        let id = existing.unwrap_or_else(|| self.writes.push(site));
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
