//! Solves the facts of each function, callees first.

use std::rc::Rc;

use palisade_model::index::{Id, IndexVec};
use palisade_model::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use super::fact::{Fact, Facts, LinkKind, Root, link, read};
use super::graph;
use super::order::{Order, Since, Stores};
use super::record::Noted;
use super::summary::{
    ENTRIES_MAX, ReadId, SinkFlow, SinkId, SinkSite, StoreSite, Summary, Target, WriteId,
};
use crate::flows::EntryRequest;
use crate::ir::{Language, Op, Sym, ValueId};
use crate::library::Library;
use crate::path::{AccessPath, Step};
use crate::program::{ClassId, FnId, Program};
use crate::transfer::{ALL_BITS, Grammar, Transfer};
use crate::value::{InstId, Val, Values};

/// Most rounds over one function before it is collapsed.
const ROUNDS_MAX: usize = 8;
/// Most things a call may give a part of.
const PARTS_MAX: usize = 4;

/// What a call runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runs {
    /// A function.
    Function,
    /// A method: parameter 0 is the receiver.
    Method,
    /// A constructor: parameter 0 is the new object.
    Constructor(ClassId),
}

/// A project function a call runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Callee {
    /// The instance.
    pub inst: InstId,
    /// How.
    pub runs: Runs,
}

/// A function registered with a framework inside a function.
#[derive(Clone, PartialEq, Debug)]
pub struct FrameworkEntry {
    /// The handler.
    pub callee: Callee,
    /// The module in which it is registered.
    pub module: crate::program::ModuleId,
    /// Event files per parameter.
    pub params: Vec<Option<String>>,
}

/// The engine over one program.
#[derive(Debug)]
pub struct Solver<'p> {
    /// The program.
    pub program: &'p Program,
    /// What values can be.
    pub values: Values<'p>,
    /// Summaries by instance.
    pub summaries: IndexVec<InstId, Rc<Summary>>,
    /// Sinks.
    pub sinks: IndexVec<SinkId, SinkSite>,
    /// Reads of stores.
    pub reads: IndexVec<ReadId, StoreSite>,
    /// Writes of stores.
    pub writes: IndexVec<WriteId, StoreSite>,
    /// Every call of an API with a permission: instance, call, action, API.
    pub callees: FxHashMap<(InstId, ValueId), Rc<[Callee]>>,
    pub(super) sink_ids: FxHashMap<(FnId, ValueId, Grammar, String), SinkId>,
    pub(super) read_ids: FxHashMap<(InstId, ValueId, String, String), ReadId>,
    /// Facts of the function in hand.
    pub(super) facts: Vec<Facts>,
    pub(super) changed: bool,
    pub(super) summary: Summary,
    pub(super) noted: Noted,
    /// Whose summaries were asked for the summary at hand.
    pub(super) asked: FxHashSet<InstId>,
    /// Whether more was thrown than is told apart.
    pub(super) throws_limited: bool,
    /// Calls of the function in hand that give a part of something: what is stored in it is stored there.
    pub(super) parts: FxHashMap<ValueId, Vec<(ValueId, AccessPath)>>,
    /// The order of the function in hand.
    pub(super) order: Rc<Order>,
    /// The instruction in hand.
    pub(super) here: u32,
    /// Whether what is stored now may be stored later: a library runs the function that does it.
    pub(super) later: bool,
    pub(super) orders: FxHashMap<FnId, Rc<Order>>,
    /// What calls of the function in hand surely store.
    pub(super) left: Stores,
    /// Per request: what its handler may be.
    pub entries: Vec<Vec<Callee>>,
    /// Handlers registered with a framework.
    pub frameworks: Vec<FrameworkEntry>,
    /// Instances that something outside starts.
    pub(super) begun: FxHashSet<InstId>,
    /// Functions whose first parameter is what went wrong.
    pub(super) error_callbacks: FxHashSet<FnId>,
    /// Module-level lists, and whether they grow and are read.
    pub(super) growing: FxHashMap<(crate::program::ModuleId, Sym), bool>,
    pub(super) source_tails: FxHashSet<String>,
    pub(super) registrars: FxHashMap<Language, FxHashMap<String, usize>>,
}

/// Where a store to an object also arrives.
#[derive(Clone, Debug)]
pub(super) enum Arrives {
    Local(ValueId),
    Outside(Target),
}

impl<'p> Solver<'p> {
    /// Solves a whole program for the entries requested.
    pub fn solve(
        program: &'p Program,
        libraries: &'p FxHashMap<Language, Library>,
        requests: &[EntryRequest],
    ) -> Self {
        let mut registrars: FxHashMap<Language, FxHashMap<String, usize>> = FxHashMap::default();
        let mut tails = FxHashSet::default();
        for (language, library) in libraries
            .iter()
            .collect::<std::collections::BTreeMap<_, _>>()
        {
            let known = registrars.entry(*language).or_default();
            for (at, row) in library.entries.iter().enumerate() {
                if let Some(decorator) = &row.decorator {
                    known.insert(format!("{decorator}()"), at);
                    known.insert(decorator.clone(), at);
                }
                if let Some(call) = &row.call {
                    known.insert(call.clone(), at);
                }
            }
            tails.extend(library.source_tails());
        }
        let mut solver = Self {
            program,
            values: Values::new(program, libraries),
            summaries: IndexVec::new(),
            sinks: IndexVec::new(),
            reads: IndexVec::new(),
            writes: IndexVec::new(),
            callees: FxHashMap::default(),
            sink_ids: FxHashMap::default(),
            read_ids: FxHashMap::default(),
            facts: Vec::new(),
            changed: false,
            summary: Summary::default(),
            noted: Noted::default(),
            asked: FxHashSet::default(),
            throws_limited: false,
            parts: FxHashMap::default(),
            order: Rc::default(),
            here: 0,
            later: false,
            orders: FxHashMap::default(),
            left: Stores::default(),
            entries: Vec::new(),
            frameworks: Vec::new(),
            begun: FxHashSet::default(),
            error_callbacks: FxHashSet::default(),
            growing: FxHashMap::default(),
            source_tails: tails,
            registrars,
        };
        solver.values.find_constructions();
        for request in requests {
            let found = solver.resolve(request);
            solver.entries.push(found);
        }
        solver.type_callbacks();
        solver.find_error_callbacks();
        let edges = solver.call_graph();
        let handlers = solver.entries.iter().flatten();
        let registered = solver.frameworks.iter().map(|f| f.callee.inst);
        solver.begun = handlers.map(|c| c.inst).chain(registered).collect();
        for _ in 0..edges.len() {
            solver.summaries.push(Rc::default());
        }
        for component in graph::components(&edges) {
            let recursive = component.len() > 1
                || component
                    .first()
                    .is_some_and(|n| edges.get(*n as usize).is_some_and(|e| e.contains(n)));
            let members: Vec<InstId> = component
                .iter()
                .map(|n| InstId::from_index(*n as usize))
                .collect();
            if recursive {
                solver.solve_circle(&members);
                continue;
            }
            for inst in members {
                let summary = solver.summarize(inst);
                solver.summaries[inst] = Rc::new(summary);
            }
        }
        solver
    }

    /// Gives back what only solving needs.
    pub(crate) fn retire(&mut self) {
        self.facts = Vec::new();
        self.orders = FxHashMap::default();
        self.callees = FxHashMap::default();
        self.sink_ids = FxHashMap::default();
        self.read_ids = FxHashMap::default();
    }

    pub(super) fn summarize(&mut self, inst: InstId) -> Summary {
        let function = self.values.function(inst);
        let count = self.program.functions[function].ir.instrs.len();
        self.facts.clear();
        self.facts.resize_with(count, Facts::default);
        self.summary = Summary::default();
        self.noted.clear();
        self.asked.clear();
        self.throws_limited = false;
        self.parts.clear();
        self.left.clear();
        self.order = self.order_of(function);
        let mut rounds = 0;
        loop {
            self.changed = false;
            for index in 0..count {
                self.here = u32::try_from(index).unwrap_or(u32::MAX);
                self.step(inst, function, ValueId::from_index(index));
            }
            rounds += 1;
            if !self.changed {
                break;
            }
            if rounds >= ROUNDS_MAX {
                self.summary.coarse = true;
                break;
            }
        }
        self.watch(inst, function);
        self.ensures(inst, function);
        let mut summary = std::mem::take(&mut self.summary);
        summary.callees.sort_unstable();
        summary.callees.dedup();
        self.cap(&mut summary);
        summary.shrink();
        summary
    }

    pub(super) fn cap(&self, summary: &mut Summary) {
        let grammar = |sink: &SinkFlow| {
            self.sinks
                .get(sink.sink)
                .map_or(Grammar::Format, |s| s.grammar)
        };
        if summary.sinks.len() > ENTRIES_MAX {
            summary.sinks.sort_by_key(|s| {
                (
                    s.fact.input.root.is_open(),
                    grammar(s),
                    s.fact.weight,
                    s.sink,
                )
            });
            // Closed flows end here and are never lifted: only open ones count against the limit.
            let mut open = 0;
            let before = summary.sinks.len();
            summary.sinks.retain(|s| {
                open += usize::from(s.fact.input.root.is_open());
                open <= ENTRIES_MAX || !s.fact.input.root.is_open()
            });
            summary.coarse |= before != summary.sinks.len();
        }
        for list in [
            summary.returns.len(),
            summary.writes.len(),
            summary.stores.len(),
        ] {
            summary.coarse |= list > 4 * ENTRIES_MAX;
        }
        summary.returns.truncate(4 * ENTRIES_MAX);
        summary.writes.truncate(4 * ENTRIES_MAX);
        summary.stores.truncate(4 * ENTRIES_MAX);
    }

    pub(super) fn of(&self, value: ValueId) -> &[Fact] {
        self.facts.get(value.index()).map_or(&[], |f| &f.all)
    }

    pub(super) fn add(&mut self, value: ValueId, fact: Fact) {
        if let Some(facts) = self.facts.get_mut(value.index()) {
            self.changed |= facts.add(fact);
            self.summary.coarse |= facts.limit();
        }
    }

    pub(super) fn add_all(&mut self, value: ValueId, facts: Vec<Fact>) {
        for fact in facts {
            self.add(value, fact);
        }
    }

    pub(super) fn span(&self, function: FnId, value: ValueId) -> Span {
        self.program.span(function, value)
    }

    pub(super) fn step(&mut self, inst: InstId, function: FnId, value: ValueId) {
        let program = self.program;
        match program.op(function, value) {
            Op::Param(at) => {
                self.add(value, Fact::whole(Root::Param(*at)));
                if self.is_handed_error(function, *at) {
                    self.makes(function, value, "exception");
                }
            }
            Op::Capture(at) => self.add(value, Fact::whole(Root::Capture(*at))),
            Op::Global(name) => self.read_global(inst, function, value, *name),
            Op::Import(_) => self.read_source(inst, function, value),
            Op::SetGlobal(name, from) => {
                let module = program.functions[function].module;
                for fact in self.of(*from).to_vec() {
                    self.write(Target::Global(module, *name), fact);
                }
            }
            Op::Load(base, key) => {
                self.load(function, value, *base, Step::Key(*key), program.text(*key));
                self.property(inst, function, value);
                if self.source_tails.contains(program.text(*key)) {
                    self.read_source(inst, function, value);
                }
            }
            Op::Index(base, _) | Op::Iter(base) => {
                self.load(function, value, *base, Step::Elem, "")
            }
            Op::Keys(base) => self.load(function, value, *base, Step::KeyOf, ""),
            Op::Store(base, key, from) => self.store(function, *base, Step::Key(*key), *from),
            Op::Put(base, index, from) => {
                self.store(function, *base, Step::Elem, *from);
                self.store(function, *base, Step::KeyOf, *index);
            }
            Op::Record(parts) => {
                for (key, part) in parts {
                    for mut fact in self.alive(function, *part) {
                        match key {
                            Some(key) => fact = fact.inside(Step::Key(*key)),
                            None if !self.seen(&fact) => continue,
                            None => fact.since = Since::default(),
                        }
                        self.add(value, fact);
                    }
                }
            }
            Op::List(parts) => {
                for (at, (part, spread)) in parts.iter().enumerate() {
                    if self.of(*part).is_empty() {
                        continue;
                    }
                    let number = self.number(at);
                    for fact in self.of(*part).to_vec() {
                        let fact = match spread {
                            true => fact.part(Step::Elem).map(|f| f.inside(Step::Elem)),
                            false => Some(fact.inside(number)),
                        };
                        if let Some(fact) = fact {
                            self.add(value, fact);
                        }
                    }
                }
            }
            Op::Rest(base, without) => {
                for fact in self.of(*base).to_vec() {
                    let dropped =
                        matches!(fact.at.first(), Some(Step::Key(key)) if without.contains(key));
                    if !dropped {
                        self.add(value, fact);
                    }
                }
            }
            Op::Concat(parts) => self.built(inst, function, value, parts),
            Op::Error(parts) => {
                for part in parts {
                    for fact in self.of(*part).to_vec() {
                        self.add(value, fact.derived());
                    }
                }
            }
            Op::Phi(values, loops) => {
                for v in values {
                    for fact in self.of(*v).to_vec() {
                        if let Some(facts) = self.facts.get_mut(value.index()) {
                            self.changed |= if *loops {
                                facts.add_widened(fact)
                            } else {
                                facts.add(fact)
                            };
                            self.summary.coarse |= facts.limit();
                        }
                    }
                }
            }
            Op::Logic(and, x, y) => {
                // `x and y` is `x` only where that is empty, null or false: nothing of it arrives.
                if !and {
                    self.add_all(value, self.of(*x).to_vec());
                }
                self.add_all(value, self.of(*y).to_vec());
            }
            Op::Await(inner) => self.add_all(value, self.of(*inner).to_vec()),
            Op::Refine(inner, condition, outcome) => {
                if self.of(*inner).is_empty() {
                    return;
                }
                let bits = self.check(inst, function, *condition, *outcome, *inner);
                let span = self.span(function, *condition);
                for mut fact in self.of(*inner).to_vec() {
                    if bits == ALL_BITS && fact.at.is_empty() {
                        // Keep it, so that what is built into it later stays apart; it can do no harm.
                        fact.transfer = Transfer::setting(ALL_BITS);
                    } else if bits != 0 && fact.at.is_empty() {
                        fact.transfer = fact.transfer.then(Transfer::setting(bits));
                        fact.trail = link(&fact.trail, LinkKind::Check, span, "", None);
                    } else if *outcome != crate::ir::Outcome::Returned
                        && matches!(program.op(function, *condition), Op::Call(_))
                    {
                        fact.trail = link(&fact.trail, LinkKind::Check, span, "", None);
                    }
                    self.add(value, fact);
                }
            }
            Op::Closure(_, captured) => {
                for (at, from) in captured.iter().enumerate() {
                    let at = u16::try_from(at).unwrap_or(u16::MAX);
                    for fact in self.of(*from).to_vec() {
                        self.add(value, fact.inside(Step::Captured(at)));
                    }
                }
            }
            Op::Call(call) => {
                self.call(inst, function, value, call);
                self.answered_by_call(inst, function, value, call);
            }
            Op::Return(from) => {
                self.response(inst, function, *from);
                self.tells_caller(inst, function, value, *from);
                for fact in self.alive(function, *from) {
                    self.returns(fact);
                }
            }
            Op::Yield(from) => {
                for fact in self.of(*from).to_vec() {
                    self.returns(fact.inside(Step::Elem));
                }
            }
            Op::Throw(from) => {
                for fact in self.of(*from).to_vec() {
                    self.throws(fact);
                }
            }
            // Which call of the `try` threw is not told apart.
            Op::Caught => {
                self.makes(function, value, "exception");
                self.add_all(value, self.summary.throws.clone());
            }
            Op::Const(_) | Op::Class(_) | Op::Compare(..) | Op::Not(_) | Op::Arith(_) | Op::Nop => {
            }
        }
    }

    /// The step into a list's element by number.
    pub(super) fn number(&mut self, at: usize) -> Step {
        Step::Key(self.values.words.intern(&at.to_string()))
    }

    pub(super) fn read_global(&mut self, inst: InstId, function: FnId, value: ValueId, name: Sym) {
        let module = self.program.functions[function].module;
        if !self.program.modules[module].globals.contains_key(&name) {
            return;
        }
        let known = self.values.value(inst, value);
        let data = |v: &Val| {
            !matches!(
                v,
                Val::Fn(..)
                    | Val::Class(_)
                    | Val::Module(_)
                    | Val::Api(_)
                    | Val::Typed(_)
                    | Val::Text(_)
                    | Val::Number(_)
                    | Val::Flag(_)
            )
        };
        if known.iter().any(data) {
            self.add(value, Fact::whole(Root::Global(module, name)));
        } else if known.iter().any(|v| matches!(v, Val::Api(_))) {
            self.read_source(inst, function, value);
        }
    }

    /// A request object of a framework, such as `flask.request`.
    pub(super) fn read_source(&mut self, inst: InstId, function: FnId, value: ValueId) {
        if self.source_tails.is_empty() {
            return;
        }
        let known = self.values.value(inst, value);
        let Some(library) = self.values.library(function) else {
            return;
        };
        for val in known.iter() {
            let path = match val {
                Val::Api(path) => self.values.word(*path).to_owned(),
                Val::Typed(of) => format!("[{}]", self.values.word(*of)),
                _ => continue,
            };
            if let Some(event) = library.source(&path) {
                let event = self.values.words.intern(event);
                self.add(value, Fact::whole(Root::Source(event)));
            }
        }
    }

    pub(super) fn load(
        &mut self,
        function: FnId,
        value: ValueId,
        base: ValueId,
        step: Step,
        key: &str,
    ) {
        if matches!(key, "length" | "size" | "byteLength") || self.of(base).is_empty() {
            return;
        }
        let span = self.span(function, value);
        for (mut part, is_read) in self.parts_of(function, base, step) {
            if is_read {
                part.trail = read(&part.trail, span);
            }
            self.add(value, part);
        }
    }

    pub(super) fn store(&mut self, function: FnId, base: ValueId, step: Step, from: ValueId) {
        let facts = self.of(from).to_vec();
        self.store_facts(function, base, &[step], facts);
    }

    /// Adds facts to a part of an object, wherever that object is known from.
    pub(super) fn store_facts(
        &mut self,
        function: FnId,
        base: ValueId,
        at: &[Step],
        facts: Vec<Fact>,
    ) {
        if facts.is_empty() {
            return;
        }
        // What a closure writes to a name it captured belongs to that name, wherever the closure came from.
        let captured = |f: &Fact| {
            f.at.first()
                .copied()
                .filter(|step| at.is_empty() && matches!(step, Step::Captured(_)))
        };
        if facts.iter().any(|f| captured(f).is_some()) {
            for mut fact in facts {
                match captured(&fact) {
                    Some(step) => {
                        fact.at.remove(0);
                        self.store_facts(function, base, &[step], vec![fact]);
                    }
                    None => self.store_facts(function, base, at, vec![fact]),
                }
            }
            return;
        }
        let since = Since {
            first: self.here,
            last: if self.later { u32::MAX } else { self.here },
        };
        let mut places = Vec::new();
        self.arrivals(function, base, at.iter().copied().collect(), 0, &mut places);
        for (place, at) in places {
            if let Arrives::Outside(target) = place
                && at.first() == Some(&Step::Elem)
            {
                self.added_to_global(function, target, &facts);
            }
            for fact in &facts {
                let mut fact = fact.clone();
                fact.since = since;
                for step in at.iter().rev() {
                    fact = fact.inside(*step);
                }
                match place {
                    Arrives::Local(value) => self.add(value, fact),
                    Arrives::Outside(target) => self.write(target, fact),
                }
            }
        }
    }

    pub(super) fn arrivals(
        &self,
        function: FnId,
        value: ValueId,
        at: AccessPath,
        depth: u8,
        out: &mut Vec<(Arrives, AccessPath)>,
    ) {
        if depth > 6 || out.len() > 16 {
            return;
        }
        let program = self.program;
        out.push((Arrives::Local(value), at.clone()));
        let inside = |step: Step| {
            let mut longer = AccessPath::new();
            longer.push(step);
            longer.extend(at.iter().copied());
            longer
        };
        match program.op(function, value) {
            Op::Refine(inner, _, _) | Op::Await(inner) => {
                self.arrivals(function, *inner, at, depth + 1, out)
            }
            // Later ones too: a closure sees whatever its name is bound to when it runs.
            Op::Phi(values, _) => {
                for v in values {
                    let known = |(place, path): &(Arrives, AccessPath)| {
                        matches!(place, Arrives::Local(held) if held == v) && *path == at
                    };
                    if !out.iter().any(known) {
                        self.arrivals(function, *v, at.clone(), depth + 1, out);
                    }
                }
            }
            Op::Logic(_, x, y) => {
                self.arrivals(function, *x, at.clone(), depth + 1, out);
                self.arrivals(function, *y, at, depth + 1, out);
            }
            Op::Load(base, key) => {
                self.arrivals(function, *base, inside(Step::Key(*key)), depth + 1, out)
            }
            Op::Index(base, _) | Op::Iter(base) => {
                self.arrivals(function, *base, inside(Step::Elem), depth + 1, out)
            }
            Op::Closure(_, captured) => {
                if let Some(Step::Captured(slot)) = at.first()
                    && let Some(inner) = captured.get(usize::from(*slot))
                {
                    let rest = at.iter().copied().skip(1).collect();
                    self.arrivals(function, *inner, rest, depth + 1, out);
                }
            }
            Op::Call(_) => {
                for (whole, path) in self.parts.get(&value).into_iter().flatten() {
                    let longer = path.iter().chain(&at).copied().collect();
                    self.arrivals(function, *whole, longer, depth + 1, out);
                }
            }
            Op::Param(n) => out.push((Arrives::Outside(Target::Param(*n)), at)),
            Op::Capture(n) => out.push((Arrives::Outside(Target::Capture(*n)), at)),
            Op::Global(name) => {
                let module = program.functions[function].module;
                if program.modules[module].globals.contains_key(name) {
                    out.push((Arrives::Outside(Target::Global(module, *name)), at));
                }
            }
            _ => {}
        }
    }

    /// Notes that a call gives a part of something, by reference.
    pub(super) fn is_part(&mut self, call: ValueId, whole: ValueId, path: AccessPath) {
        let known = self.parts.entry(call).or_default();
        let part = (whole, path);
        if known.len() < PARTS_MAX && !known.contains(&part) {
            known.push(part);
        }
    }
}
