//! From summaries to paths: binds inputs to triggers and closes over stores between functions.

mod answer;
mod api;
pub mod bind;
mod cause;
pub mod channel;
mod code;
pub mod evidence;
pub mod expression;
pub mod label;
mod model;
mod order;
pub mod outside;
mod pattern;
pub mod store;
pub mod upload;
pub mod workflow;

use std::collections::BTreeSet;
use std::rc::Rc;

use palisade_model::app::{App, FunctionId, NodeId, Trigger, TriggerId};
use palisade_model::index::Id;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::reach::Level;
use palisade_model::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::flows::{AppContext, EntryRequest, FlowPath, Flows, PathOrigin, PathStep, PathStepKind};
use crate::ir::Imported;
use crate::path::{AccessPath, Step};
use crate::program::{ModuleId, Target as ImportTarget};
use crate::taint::fact::{Fact, Root};
use crate::taint::place::{Place, judge};
use crate::taint::solve::{FrameworkEntry, Runs, Solver};
use crate::taint::summary::{SinkFlow, StoreFlow, Target, WriteId};
use crate::taint::telling::MADE;
use crate::transfer::{Bits, Grammar};
use crate::value::InstId;
use cause::one_per_cause;
use label::Told;
use store::{SlotPath, Slots, StoreKey};

/// Most rounds of the closure; each lets data cross one more store.
const ROUNDS_MAX: usize = 12;

/// What arrives somewhere from outside.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// What it is safe for.
    pub bits: Bits,
    /// Who sends it.
    pub origin: Rc<PathOrigin>,
    /// The way so far.
    pub steps: Rc<Vec<PathStep>>,
    /// Crossings so far.
    pub crossings: Rc<Vec<(String, String, String)>>,
    /// Length so far.
    pub weight: u32,
    /// Unknown calls so far.
    pub opaque: u8,
    /// Whether something is doubtful.
    pub doubtful: bool,
    /// Whether it may be a structure whose printing escapes what is in it.
    pub whole: bool,
    /// Whether characters arrive encoded.
    pub encoded: bool,
}

impl Arrival {
    /// How exposed it is; more is worse.
    pub fn exposure(&self) -> (Level, Level) {
        (self.origin.surely, self.origin.possibly)
    }
}

/// An instance whose parameters are bound to events, and the event file of each; `None` for the trigger's own event.
pub(crate) type Begun = (InstId, Runs, Option<Vec<Option<String>>>);

/// What a judge is asked: App, function, action, node.
pub(crate) type Question = (usize, FunctionId, String, Option<NodeId>);

/// One entry with everything it can run.
#[derive(Debug)]
pub(crate) struct Reached {
    /// Instances whose first parameters are bound to events.
    pub(crate) entries: Vec<Begun>,
    /// Everything that can run.
    pub(crate) all: Vec<InstId>,
}

/// The closure over one program.
#[derive(Debug)]
pub struct Closer<'a, 'p> {
    pub(crate) solver: &'a Solver<'p>,
    pub(crate) requests: &'a [EntryRequest],
    pub(crate) apps: &'a [AppContext<'a>],
    pub(crate) reached: Vec<Reached>,
    pub(crate) slots: Slots,
    pub(crate) keys: std::cell::RefCell<FxHashMap<(usize, String, String), Vec<StoreKey>>>,
    /// The triggers of each function of each App.
    pub(crate) triggers: FxHashMap<(usize, FunctionId), Vec<TriggerId>>,
    /// Whether a function may do an action on a node.
    pub(crate) may: std::cell::RefCell<FxHashMap<Question, bool>>,
    pub(crate) writers: FxHashSet<(usize, StoreKey)>,
    told: Told,
    uploads: FxHashSet<WriteId>,
    pub(crate) problems: BTreeSet<(Span, String)>,
}

/// Closes a solved program.
pub fn close(solver: &mut Solver<'_>, requests: &[EntryRequest], apps: &[AppContext<'_>]) -> Flows {
    let told = label::read(solver, apps);
    let uploads = upload::read(solver);
    let callees = if api::is_used(solver) {
        Some(std::mem::take(&mut solver.callees))
    } else {
        None
    };
    solver.retire();
    let mut triggers: FxHashMap<(usize, FunctionId), Vec<TriggerId>> = FxHashMap::default();
    for (number, context) in apps.iter().enumerate() {
        for (id, trigger) in context.app.triggers.enumerate() {
            let key = (number, trigger.function);
            triggers.entry(key).or_default().push(id);
        }
    }
    let mut closer = Closer {
        solver,
        requests,
        apps,
        reached: Vec::new(),
        slots: Slots::default(),
        keys: std::cell::RefCell::default(),
        triggers,
        may: std::cell::RefCell::default(),
        writers: FxHashSet::default(),
        told,
        uploads,
        problems: BTreeSet::new(),
    };
    let mut named: FxHashMap<InstId, usize> = FxHashMap::default();
    for handler in closer.solver.entries.iter().flatten() {
        *named.entry(handler.inst).or_default() += 1;
    }
    closer.reached = (0..requests.len())
        .map(|entry| closer.reach(entry, &named))
        .collect();
    closer.find_writers();
    closer.cross();
    let reached: Vec<Vec<InstId>> = closer.reached.iter().map(|r| r.all.clone()).collect();
    let begins: Vec<api::Begins> = closer
        .reached
        .iter()
        .map(|r| api::Begins {
            entries: r.entries.clone(),
            all: r.all.clone(),
        })
        .collect();
    let mut flows = closer.finish();
    flows.code = code::read(solver, &reached);
    if let Some(callees) = callees {
        let calls = api::read(solver, &callees, requests, apps, &begins);
        (flows.code.api, flows.code.spare) = (calls.reached, calls.spare);
    }
    flows
}

impl Closer<'_, '_> {
    /// The triggers of a function.
    pub(crate) fn triggers_of<'t>(
        &'t self,
        number: usize,
        app: &'t App,
        function: FunctionId,
    ) -> impl Iterator<Item = (TriggerId, &'t Trigger)> {
        let ids = self.triggers.get(&(number, function)).into_iter().flatten();
        ids.filter_map(|id| Some((*id, app.triggers.get(*id)?)))
    }

    /// Everything an entry can run: its handler, the modules it imports, the handlers they register with a framework.
    ///
    /// `named` tells of each instance how many requests name it as their handler.
    fn reach(&self, entry: usize, named: &FxHashMap<InstId, usize>) -> Reached {
        let program = self.solver.program;
        let Some(request) = self.requests.get(entry) else {
            return Reached {
                entries: Vec::new(),
                all: Vec::new(),
            };
        };
        let mut modules: BTreeSet<ModuleId> = BTreeSet::new();
        let mut open: Vec<ModuleId> = program
            .by_file
            .get(&request.file)
            .copied()
            .into_iter()
            .collect();
        while let Some(module) = open.pop() {
            if !modules.insert(module) {
                continue;
            }
            for bound in &program.modules[module].imports {
                match (&bound.target, bound.what) {
                    (ImportTarget::Module(other), _) => open.push(*other),
                    (
                        ImportTarget::Submodule(package, other),
                        Imported::Name(_) | Imported::Module | Imported::Default,
                    ) => {
                        open.push(*other);
                        open.extend(*package);
                    }
                    _ => {}
                }
            }
        }
        let handlers = self.solver.entries.get(entry).map_or(&[][..], |all| all);
        let registered = |f: &&FrameworkEntry| modules.contains(&f.module);
        let begun = |f: &FrameworkEntry| {
            let params = Some(f.params.clone());
            (f.callee.inst, f.callee.runs, params)
        };
        // What another request names as its handler (a queue's function beside the routes) is entered there alone.
        let elsewhere = |inst: InstId| {
            let own = handlers.iter().filter(|h| h.inst == inst).count();
            named.get(&inst).copied().unwrap_or(0) > own
        };
        let frameworks = || {
            let here = |f: &&FrameworkEntry| !elsewhere(f.callee.inst);
            self.solver
                .frameworks
                .iter()
                .filter(registered)
                .filter(here)
        };
        // `exports.pay = https.onRequest(…)`: the framework's handler itself is exported.
        let mut entries: Vec<Begun> = frameworks()
            .filter(|f| handlers.iter().any(|h| h.inst == f.callee.inst))
            .map(begun)
            .collect();
        if entries.is_empty() {
            entries.extend(handlers.iter().map(|c| (c.inst, c.runs, None)));
            entries.extend(frameworks().map(begun));
        }
        let mut all: BTreeSet<InstId> = BTreeSet::new();
        let mut open: Vec<InstId> = entries.iter().map(|(i, ..)| *i).collect();
        open.extend(
            modules
                .iter()
                .map(|m| self.solver.values.plain(program.top_level(*m))),
        );
        while let Some(inst) = open.pop() {
            if all.insert(inst) {
                open.extend(
                    self.solver
                        .summaries
                        .get(inst)
                        .into_iter()
                        .flat_map(|s| s.callees.iter().copied()),
                );
            }
        }
        Reached {
            entries,
            all: all.into_iter().collect(),
        }
    }

    /// Which stores have a writer in the application at all, tainted or not.
    fn find_writers(&mut self) {
        let mut found = FxHashSet::default();
        for entry in 0..self.requests.len() {
            let Some(request) = self.requests.get(entry) else {
                continue;
            };
            let instances = self
                .reached
                .get(entry)
                .map(|r| r.all.clone())
                .unwrap_or_default();
            for inst in instances {
                let Some(summary) = self.solver.summaries.get(inst) else {
                    continue;
                };
                for site in summary.uses.iter().filter(|id| self.is_write(**id)) {
                    for (key, _) in self.store_keys(entry, &self.solver.writes[*site]) {
                        found.insert((request.app, key));
                    }
                }
            }
        }
        self.writers = found;
    }

    /// Every store flow of every entry, until nothing new arrives anywhere.
    fn cross(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let mut changed = false;
            for entry in 0..self.requests.len() {
                let instances = self
                    .reached
                    .get(entry)
                    .map(|r| r.all.clone())
                    .unwrap_or_default();
                for inst in instances {
                    let Some(summary) = self.solver.summaries.get(inst).cloned() else {
                        continue;
                    };
                    for flow in summary
                        .stores
                        .iter()
                        .filter(|f| self.is_write(f.site))
                        .collect::<Vec<_>>()
                    {
                        changed |= self.cross_store(entry, inst, flow);
                    }
                    for write in summary
                        .uses
                        .iter()
                        .filter(|id| self.uploads.contains(id))
                        .copied()
                        .collect::<Vec<_>>()
                    {
                        changed |= self.cross_upload(entry, write);
                    }
                    for (target, fact) in &summary.writes {
                        if let Target::Global(module, name) = target {
                            let arrivals = self.arrivals(entry, inst, fact);
                            let key = StoreKey::Global(entry, *module, *name);
                            for arrival in arrivals {
                                let arrival = self.through(fact, &arrival, entry);
                                changed |= self.slots.add(
                                    key.clone(),
                                    self.slot_path("", &fact.at),
                                    None,
                                    None,
                                    arrival,
                                );
                            }
                        }
                    }
                    if self.is_entry(entry, inst) {
                        changed |= self.cross_returns(entry, inst, &summary.returns);
                    }
                }
            }
            if !changed {
                break;
            }
        }
    }

    fn is_entry(&self, entry: usize, inst: InstId) -> bool {
        self.reached.get(entry).is_some_and(|r| {
            r.entries
                .iter()
                .any(|(i, _, params)| *i == inst && params.is_none())
        })
    }

    fn cross_store(&mut self, entry: usize, inst: InstId, flow: &StoreFlow) -> bool {
        let arrivals = self.arrivals(entry, inst, &flow.fact);
        if arrivals.is_empty() {
            return false;
        }
        let site = self.solver.writes[flow.site].clone();
        let keys = self.store_keys(entry, &site);
        if keys.is_empty() && site.kind != "file" {
            self.problems.insert((
                site.span,
                format!(
                    "the {} written here is not known: what is sent there was not followed",
                    site.kind
                ),
            ));
        }
        let partition = self.partition(entry, &site);
        let mut changed = false;
        for (key, doubtful) in keys {
            if !self.allowed(entry, &site, &key) {
                continue;
            }
            for arrival in &arrivals {
                let mut arrival = self.through(&flow.fact, arrival, entry);
                arrival.doubtful |= doubtful;
                let label = self.key_label(entry, &key);
                let mut steps = (*arrival.steps).clone();
                steps.push(PathStep {
                    kind: PathStepKind::Write,
                    span: site.span,
                    note: label,
                    depth: 0,
                });
                arrival.steps = Rc::new(steps);
                for mut path in self.written(flow, &site.slot) {
                    if site.kind == "workflow" {
                        path.insert(0, palisade_model::workflow::INPUT.to_owned());
                    }
                    let labels = self.told.labels.get(&flow.site).cloned();
                    changed |= self.slots.add(
                        key.clone(),
                        path,
                        partition.clone(),
                        labels,
                        arrival.clone(),
                    );
                }
            }
        }
        changed
    }

    /// Whether a site fills its store: a signature does only where it is one for uploads.
    fn is_write(&self, id: WriteId) -> bool {
        match self.solver.writes[id].slot.as_str() {
            upload::OPERATION => false,
            upload::SLOT => self.uploads.contains(&id),
            _ => true,
        }
    }

    /// The slots that a flow fills: what an update hands in under a placeholder goes where its expression says.
    fn written(&self, flow: &StoreFlow, slot: &str) -> Vec<SlotPath> {
        if slot == upload::SLOT {
            // What is signed is a key, or a command that is a write of its own.
            return if flow.fact.at.is_empty() {
                vec![vec!["key".to_owned()]]
            } else {
                Vec::new()
            };
        }
        if let Some(placed) = self.told.placed.get(&flow.site)
            && let Some((Step::Key(first), rest)) = flow.fact.at.split_first()
            && let Some(attributes) = placed.get(self.solver.values.word(*first))
        {
            let rest = store::slot_path(self.solver, "", rest);
            return attributes
                .iter()
                .map(|a| std::iter::once(a).chain(&rest).cloned().collect())
                .collect();
        }
        vec![self.slot_path(slot, &flow.fact.at)]
    }

    /// What a handler returns goes to whoever invoked it, and on through its workflow.
    fn cross_returns(&mut self, entry: usize, inst: InstId, returns: &[Fact]) -> bool {
        let Some(request) = self.requests.get(entry) else {
            return false;
        };
        let Some(function) = request.function else {
            return false;
        };
        let mut changed = false;
        for fact in returns {
            let arrivals = self.arrivals(entry, inst, fact);
            for arrival in arrivals {
                let arrival = self.through(fact, &arrival, entry);
                let key = StoreKey::Returned(request.app, function);
                changed |= self.slots.add(
                    key,
                    self.slot_path("", &fact.at),
                    None,
                    None,
                    arrival.clone(),
                );
                let part = self.slot_path("", &fact.at);
                for (workflow, path) in self.task_results(request.app, function, &part) {
                    let key = StoreKey::Resource(request.app, workflow);
                    let mut arrival = arrival.clone();
                    let mut steps = (*arrival.steps).clone();
                    let label = self.key_label(entry, &key);
                    steps.push(PathStep {
                        kind: PathStepKind::Write,
                        span: self.solver.program.functions[self.solver.values.function(inst)]
                            .ir
                            .span,
                        note: label,
                        depth: 0,
                    });
                    arrival.steps = Rc::new(steps);
                    changed |= self.slots.add(key, path, None, None, arrival);
                }
            }
        }
        changed
    }

    /// An arrival carried along a flow.
    pub(crate) fn through(&self, fact: &Fact, arrival: &Arrival, entry: usize) -> Arrival {
        let _ = entry;
        let mut next = arrival.clone();
        next.bits = fact.transfer.apply(arrival.bits);
        next.weight = arrival.weight.saturating_add(fact.weight);
        next.opaque = arrival.opaque.saturating_add(fact.opaque);
        let mut steps = (*arrival.steps).clone();
        evidence::expand(&fact.trail, 0, &mut steps);
        next.steps = Rc::new(steps);
        next
    }

    /// The path of a slot in words: dotted slot name, then keys; type tags and placeholders of expressions are any.
    pub(crate) fn slot_path(&self, slot: &str, at: &AccessPath) -> SlotPath {
        store::slot_path(self.solver, slot, at)
    }

    /// What arrives at the input of a fact of an instance.
    pub(crate) fn arrivals(&self, entry: usize, inst: InstId, fact: &Fact) -> Vec<Arrival> {
        match fact.input.root {
            Root::Param(at) => self.param_arrivals(entry, inst, at, fact),
            Root::Capture(_) => Vec::new(),
            Root::Global(module, name) => {
                let key = StoreKey::Global(entry, module, name);
                self.slots
                    .read(&key, &self.slot_path("", &fact.input.path), None)
            }
            Root::Read(read) => self.read_arrivals(entry, read, fact),
            Root::Source(event) => {
                self.source_arrivals(entry, self.solver.values.word(event), fact)
            }
        }
    }

    fn finish(mut self) -> Flows {
        let mut paths = Vec::new();
        let mut seen_sinks: BTreeSet<(Span, Grammar)> = BTreeSet::new();
        for entry in 0..self.requests.len() {
            let instances = self
                .reached
                .get(entry)
                .map(|r| r.all.clone())
                .unwrap_or_default();
            for inst in instances {
                let Some(summary) = self.solver.summaries.get(inst) else {
                    continue;
                };
                for flow in &summary.sinks {
                    let site = &self.solver.sinks[flow.sink];
                    seen_sinks.insert((site.span, site.grammar));
                    for arrival in self.arrivals(entry, inst, &flow.fact) {
                        paths.extend(self.path(entry, flow, &arrival));
                    }
                }
            }
        }
        paths.extend(self.latent(&seen_sinks));
        self.drop_told_by_models(&mut paths);
        let mut flows = Flows {
            paths: one_per_cause(paths),
            ..Flows::default()
        };
        for (entry, found) in self.solver.entries.iter().enumerate() {
            if found.is_empty() {
                flows.missing.push(entry);
            }
            let instances = self
                .reached
                .get(entry)
                .map(|r| r.all.as_slice())
                .unwrap_or_default();
            let mut seen = FxHashSet::default();
            for inst in instances {
                let function = &self.solver.program.functions[self.solver.values.function(*inst)];
                for (span, why) in &function.ir.dynamic {
                    if seen.insert(*span) {
                        flows.incomplete.push((entry, *span, why.clone()));
                    }
                }
                if function.ir.broken && seen.insert(function.ir.span) {
                    flows.incomplete.push((
                        entry,
                        function.ir.span,
                        "a part of it does not parse".to_owned(),
                    ));
                }
                if self.solver.summaries[*inst].coarse {
                    flows
                        .coarse
                        .push((entry, self.solver.program.text(function.ir.name).to_owned()));
                }
            }
        }
        for (span, message) in std::mem::take(&mut self.problems) {
            flows.problems.push(Problem::at(
                span,
                ProblemKind::CrossingUnresolved,
                Cost::Value,
                message,
            ));
        }
        flows
    }

    /// One way into a sink as a path, if it does harm.
    fn path(&self, entry: usize, flow: &SinkFlow, arrival: &Arrival) -> Option<FlowPath> {
        let request = self.requests.get(entry)?;
        let site = &self.solver.sinks[flow.sink];
        let bits = flow.fact.transfer.apply(arrival.bits);
        let made = arrival.origin.event.starts_with(MADE);
        let told = match site.grammar {
            Grammar::Answer => made,
            Grammar::Telling => true,
            _ => !made && bits & site.grammar.bit() == 0,
        };
        if !told {
            return None;
        }
        if site.grammar == Grammar::Log && arrival.whole {
            // A structure is printed with its line breaks escaped.
            return None;
        }
        let place = judge(site.grammar, &flow.fact.prefix);
        if place == Place::Silent || !self.sink_allowed(entry, site) {
            return None;
        }
        let arrival = self.through(&flow.fact, arrival, entry);
        let mut steps = (*arrival.steps).clone();
        steps.push(PathStep {
            kind: PathStepKind::Sink,
            span: site.span,
            note: site.callee.clone(),
            depth: steps.last().map_or(0, |s| s.depth),
        });
        let repair = steps
            .iter()
            .rev()
            .find(|s| s.kind == PathStepKind::Concat)
            .map_or(site.span, |s| s.span);
        let holder = &self.solver.program.functions[site.function].ir;
        Some(FlowPath {
            app: request.app,
            function: request.function,
            entry,
            grammar: site.grammar,
            place,
            callee: site.callee.clone(),
            library: site.library.clone(),
            sink: site.span,
            holder: self.solver.program.text(holder.name).to_owned(),
            prefix: flow.fact.prefix.to_string(),
            repair,
            origin: (*arrival.origin).clone(),
            steps,
            crossings: (*arrival.crossings).clone(),
            opaque: arrival.opaque,
            doubtful: arrival.doubtful,
            encoded: arrival.encoded,
            latent: request.latent,
            weight: arrival.weight,
            also: Vec::new(),
            more: 0,
        })
    }

    /// Sinks no entry reaches, fed by a store that taint reached: one call away from being real.
    fn latent(&self, seen: &BTreeSet<(Span, Grammar)>) -> Vec<FlowPath> {
        let mut paths = Vec::new();
        let mut first: FxHashMap<ModuleId, usize> = FxHashMap::default();
        for (entry, request) in self.requests.iter().enumerate() {
            if let Some(module) = self.solver.program.by_file.get(&request.file) {
                first.entry(*module).or_insert(entry);
            }
        }
        for function in self.solver.program.functions.ids() {
            let inst = InstId::from_index(function.index());
            let Some(summary) = self.solver.summaries.get(inst) else {
                continue;
            };
            let module = self.solver.program.functions[function].module;
            let entry = first.get(&module).copied();
            let Some(entry) = entry else { continue };
            for flow in &summary.sinks {
                let site = &self.solver.sinks[flow.sink];
                if seen.contains(&(site.span, site.grammar)) {
                    continue;
                }
                let Root::Read(_) = flow.fact.input.root else {
                    continue;
                };
                for arrival in self.arrivals(entry, inst, &flow.fact) {
                    if let Some(mut path) = self.path(entry, flow, &arrival) {
                        path.latent = true;
                        paths.push(path);
                    }
                }
            }
        }
        paths
    }
}
