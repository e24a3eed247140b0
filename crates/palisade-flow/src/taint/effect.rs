//! What library calls do to sinks and stores.

use super::solve::Solver;
use crate::ir::{Call, Op, ValueId};
use crate::library::port::{Base, Part, Port};
use crate::library::row::{CallRow, StoreRow};
use crate::path::Step;
use crate::program::FnId;
use crate::taint::fact::{Fact, Root};
use crate::taint::summary::{ReadId, SinkSite, StoreSite};
use crate::transfer::Grammar;
use crate::value::{InstId, Val, Vals};
use std::rc::Rc;

impl Solver<'_> {
    pub(super) fn row_sinks(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
        row: &CallRow,
    ) {
        for sink in &row.sinks {
            let mut facts = self.port_facts(inst, function, value, call, &sink.at);
            if matches!(sink.grammar, Grammar::Match | Grammar::LongMatch)
                && (!self.applies_pattern(inst, function, call)
                    || self.is_short(inst, function, value, call, sink))
            {
                continue;
            }
            if sink.grammar == Grammar::Amount {
                facts = self.amounts(inst, function, value, call, &sink.at);
            }
            facts.retain(|f| self.seen(f));
            if sink.grammar == Grammar::Log && !facts.is_empty() {
                self.told(function, value, Grammar::Telling, path, facts.clone());
            }
            facts.retain(|f| f.transfer.set & sink.grammar.bit() == 0);
            if facts.is_empty() {
                continue;
            }
            if !sink
                .when
                .iter()
                .all(|t| self.test(inst, function, value, call, t))
                || sink
                    .unless
                    .iter()
                    .any(|t| self.test(inst, function, value, call, t))
            {
                continue;
            }
            if sink.grammar == Grammar::Html && self.is_no_page(inst, function, value, call) {
                continue;
            }
            let resource = row
                .reads
                .iter()
                .chain(&row.writes)
                .find_map(|s| s.resource.clone())
                .and_then(|p| self.port_vals(inst, function, value, call, &p));
            let id = self.sink_id(SinkSite {
                function,
                call: value,
                span: self.span(function, value),
                grammar: sink.grammar,
                callee: path.trim_start_matches("[any].").to_owned(),
                library: row.file.clone(),
                action: row.action.clone(),
                resource,
            });
            for mut fact in facts {
                fact.at.clear();
                self.sink(id, fact);
            }
        }
    }

    pub(super) fn port_vals(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &Port,
    ) -> Option<Vals> {
        let mut all = Vec::new();
        if let Base::Made(inner) = &port.base
            && let Op::Load(receiver, _) = self.program.op(function, call.callee)
        {
            all = self.made_from(inst, function, *receiver, inner);
        }
        for (source, parts) in self.ports(inst, function, value, call, port) {
            let mut values = self.values.value(inst, source).to_vec();
            for part in &parts {
                values = match part {
                    Part::Key(key) => {
                        let key = self.values.words.intern(key);
                        values
                            .iter()
                            .flat_map(|v| self.values.member(function, v, key))
                            .collect()
                    }
                    Part::Elem => values
                        .iter()
                        .flat_map(|v| self.values.elements(v))
                        .collect(),
                    _ => vec![Val::Any],
                };
            }
            // A `Table` object is named where it is made: look at its constructor's argument.
            all.extend(values.into_iter().flat_map(|v| match v {
                Val::Typed(_) => self.made_with(inst, function, source),
                other => vec![other],
            }));
        }
        if all.is_empty() {
            return None;
        }
        all.sort_unstable();
        all.dedup();
        Some(Rc::from(all))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a row is applied to a call with its place"
    )]
    pub(super) fn site(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
        row: &CallRow,
        store: &StoreRow,
        slot: &str,
    ) -> StoreSite {
        StoreSite {
            function,
            call: value,
            span: self.span(function, value),
            kind: store.kind.clone(),
            resource: store
                .resource
                .as_ref()
                .and_then(|p| self.port_vals(inst, function, value, call, p)),
            partition: store
                .partition
                .as_ref()
                .and_then(|p| self.port_vals(inst, function, value, call, p)),
            slot: slot.to_owned(),
            action: row.action.clone(),
            callee: path.to_owned(),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a row is applied to a call with its place"
    )]
    pub(super) fn row_write(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
        row: &CallRow,
        store: &StoreRow,
    ) {
        for (slot, port) in &store.slots {
            let site = self.site(inst, function, value, call, path, row, store, slot);
            if self.correlated(inst, function, value, call, store, port, &site) {
                continue;
            }
            self.used(site.clone());
            for fact in self.port_facts(inst, function, value, call, port) {
                if self.seen(&fact) {
                    self.stored(site.clone(), fact);
                }
            }
        }
        if store.slots.is_empty() {
            let site = self.site(inst, function, value, call, path, row, store, "*");
            self.used(site);
        }
    }

    /// A resource and a payload that one merge chose together are read edge by edge: thirteen cases give thirteen
    /// pairs, not 169. Whether it was so.
    #[expect(
        clippy::too_many_arguments,
        reason = "a row is applied to a call with its place"
    )]
    pub(super) fn correlated(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        store: &StoreRow,
        port: &Port,
        site: &StoreSite,
    ) -> bool {
        let Some(of) = &store.resource else {
            return false;
        };
        let Some(resource) = self.single(inst, function, value, call, of) else {
            return false;
        };
        let Some(payload) = self.single(inst, function, value, call, port) else {
            return false;
        };
        let Op::Phi(names, false) = self.program.op(function, resource) else {
            return false;
        };
        let names = names.clone();
        for (at, name) in names.iter().enumerate() {
            let Some(facts) = self.chosen(inst, function, payload, resource, at, 0) else {
                return false;
            };
            let mut site = site.clone();
            site.resource = Some(self.values.value(inst, *name));
            self.used(site.clone());
            for fact in facts {
                self.stored(site.clone(), fact);
            }
        }
        true
    }

    /// The one value a port names, looked up through records of the program.
    pub(super) fn single(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &Port,
    ) -> Option<ValueId> {
        let ports = self.ports(inst, function, value, call, port);
        let [(mut value, parts)] = <[_; 1]>::try_from(ports).ok()?;
        for part in parts {
            let Part::Key(key) = part else { return None };
            let object = self.program.object(function, value);
            let Op::Record(fields) = self.program.op(function, object) else {
                return None;
            };
            value = fields
                .iter()
                .find(|(k, _)| k.is_some_and(|k| self.program.text(k) == key))
                .map(|(_, v)| *v)?;
        }
        Some(self.program.object(function, value))
    }

    /// The facts of a value on one edge of the merge that made `with`.
    pub(super) fn chosen(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        with: ValueId,
        at: usize,
        depth: u8,
    ) -> Option<Vec<Fact>> {
        if depth > 4 {
            return None;
        }
        let program = self.program;
        let value = program.object(function, value);
        match program.op(function, value) {
            Op::Phi(values, false) => {
                let edges = match program.op(function, with) {
                    Op::Phi(names, false) => names.len(),
                    _ => return None,
                };
                let (first, last) = (value.0.min(with.0), value.0.max(with.0));
                let one_merge = values.len() == edges
                    && last - first < 64
                    && (first..=last)
                        .all(|v| matches!(program.op(function, ValueId(v)), Op::Phi(_, false)));
                let chosen = *values.get(at).filter(|_| one_merge)?;
                Some(self.of(chosen).to_vec())
            }
            Op::Record(parts) => {
                let mut all = Vec::new();
                let mut any = false;
                for (key, part) in parts {
                    let chosen = self.chosen(inst, function, *part, with, at, depth + 1);
                    any |= chosen.is_some();
                    for fact in chosen.unwrap_or_else(|| self.of(*part).to_vec()) {
                        all.push(match key {
                            Some(key) => fact.inside(Step::Key(*key)),
                            None => fact,
                        });
                    }
                }
                any.then_some(all)
            }
            Op::Call(call) => {
                let library = self.values.library(function)?;
                let span = self.span(function, value);
                let mut all = Vec::new();
                let mut any = false;
                for path in self.api_paths(inst, function, call) {
                    for flow in library.rows(&path).flat_map(|r| &r.flows) {
                        if flow.to.base != Base::Return || flow.from.callback().is_some() {
                            continue;
                        }
                        let safe = self.made_bits(inst, function, value, call, flow);
                        for (from, _) in self.ports(inst, function, value, call, &flow.from) {
                            let Some(facts) =
                                self.chosen(inst, function, from, with, at, depth + 1)
                            else {
                                continue;
                            };
                            any = true;
                            for mut fact in facts {
                                self.through_row(&mut fact, flow, safe, &path, span);
                                all.push(fact);
                            }
                        }
                    }
                }
                any.then_some(all)
            }
            _ => None,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a row is applied to a call with its place"
    )]
    pub(super) fn row_read(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
        row: &CallRow,
        store: &StoreRow,
    ) {
        for (slot, port) in &store.slots {
            let id = self.row_slot(inst, function, value, call, path, row, store, slot);
            if port.callback().is_some() {
                // Functions handed in get theirs when they are run.
                continue;
            }
            let fact = Fact::whole(Root::Read(id.0));
            self.deliver(inst, function, value, call, port, vec![fact]);
        }
    }

    /// The read of one slot by a call.
    #[expect(
        clippy::too_many_arguments,
        reason = "a row is applied to a call with its place"
    )]
    pub(super) fn row_slot(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
        row: &CallRow,
        store: &StoreRow,
        slot: &str,
    ) -> ReadId {
        let key = (inst, value, store.kind.clone(), format!("{slot} {path}"));
        if let Some(known) = self.read_ids.get(&key) {
            return *known;
        }
        let site = self.site(inst, function, value, call, path, row, store, slot);
        let id = self.reads.push(site);
        self.read_ids.insert(key, id);
        id
    }

    /// A write of the program to a store, tainted or not.
    pub(super) fn used(&mut self, site: StoreSite) {
        if self.summary.uses.iter().any(|id| self.writes[*id] == site) {
            return;
        }
        if self.summary.uses.len() < super::summary::ENTRIES_MAX {
            let id = self.writes.push(site);
            self.summary.uses.push(id);
        }
    }

    /// A name, or of an object opened by name that name.
    pub(super) fn named(&mut self, inst: InstId, function: FnId, value: ValueId) -> Vals {
        let values = self.values.value(inst, value);
        if !values.iter().any(|v| matches!(v, Val::Typed(_))) {
            return values;
        }
        let mut all: Vec<Val> = self.made_with(inst, function, value);
        all.sort_unstable();
        all.dedup();
        Rc::from(all)
    }

    pub(super) fn file_site(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        name: ValueId,
    ) -> StoreSite {
        StoreSite {
            function,
            call: value,
            span: self.span(function, value),
            kind: "file".into(),
            resource: None,
            partition: Some(self.named(inst, function, name)),
            slot: "content".into(),
            action: None,
            callee: String::new(),
        }
    }

    pub(super) fn file_read(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        name: ValueId,
    ) -> Fact {
        let key = (inst, value, "file".to_owned(), format!("{}", name.0));
        let id = match self.read_ids.get(&key) {
            Some(known) => *known,
            None => {
                let site = self.file_site(inst, function, value, name);
                let id = self.reads.push(site);
                self.read_ids.insert(key, id);
                id
            }
        };
        Fact::whole(Root::Read(id.0))
    }
}
