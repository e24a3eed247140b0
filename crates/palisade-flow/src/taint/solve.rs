//! Solves the facts of each function, callees first.

use std::rc::Rc;

use palisade_model::index::{Id, IndexVec};
use palisade_model::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use super::fact::{Fact, Facts, LinkKind, Root, UNKNOWN, link, prefixed, read};
use super::graph;
use super::summary::{ENTRIES_MAX, Ensure, ReadId, SinkFlow, SinkId, SinkSite, StoreFlow, StoreSite, Summary, Target, WriteId};
use crate::flows::EntryRequest;
use crate::ir::{Call, Language, Op, Sym, ValueId};
use crate::library::Library;
use crate::library::port::Port;
use crate::path::{AccessPath, Step};
use crate::program::{ClassId, FnId, Program};
use crate::transfer::{ALL_BITS, Grammar, Transfer};
use crate::value::shape::Piece;
use crate::value::{InstId, Val, Values};

/// Most rounds over one function before it is collapsed.
const ROUNDS_MAX: usize = 8;
/// Most rounds over a circle of functions.
const COMPONENT_ROUNDS_MAX: usize = 5;

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
    sink_ids: FxHashMap<(FnId, ValueId, Grammar, String), SinkId>,
    pub(super) read_ids: FxHashMap<(InstId, ValueId, String, String), ReadId>,
    /// Facts of the function in hand.
    pub(super) facts: Vec<Facts>,
    pub(super) changed: bool,
    pub(super) summary: Summary,
    /// Per request: what its handler may be.
    pub entries: Vec<Vec<Callee>>,
    /// Handlers registered with a framework.
    pub frameworks: Vec<FrameworkEntry>,
    source_tails: FxHashSet<String>,
    registrars: FxHashMap<Language, FxHashMap<String, usize>>,
}

/// Where a store to an object also arrives.
#[derive(Clone, Debug)]
pub(super) enum Arrives {
    Local(ValueId),
    Outside(Target),
}

impl<'p> Solver<'p> {
    /// Solves a whole program for the entries requested.
    pub fn solve(program: &'p Program, libraries: &'p FxHashMap<Language, Library>, requests: &[EntryRequest]) -> Self {
        let mut registrars: FxHashMap<Language, FxHashMap<String, usize>> = FxHashMap::default();
        let mut tails = FxHashSet::default();
        for (language, library) in libraries.iter().collect::<std::collections::BTreeMap<_, _>>() {
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
            entries: Vec::new(),
            frameworks: Vec::new(),
            source_tails: tails,
            registrars,
        };
        solver.values.find_constructions();
        for request in requests {
            let found = solver.resolve(request);
            solver.entries.push(found);
        }
        solver.type_callbacks();
        let edges = solver.call_graph();
        for _ in 0..edges.len() {
            solver.summaries.push(Rc::default());
        }
        for component in graph::components(&edges) {
            let recursive = component.len() > 1 || component.first().is_some_and(|n| edges.get(*n as usize).is_some_and(|e| e.contains(n)));
            for round in 0..COMPONENT_ROUNDS_MAX {
                let mut grew = false;
                for node in &component {
                    let inst = InstId::from_index(*node as usize);
                    let before = solver.summaries[inst].size();
                    let mut summary = solver.summarize(inst);
                    if round + 1 == COMPONENT_ROUNDS_MAX && recursive {
                        summary.coarse = true;
                    }
                    grew |= summary.size() != before;
                    solver.summaries[inst] = Rc::new(summary);
                }
                if !recursive || !grew {
                    break;
                }
            }
        }
        solver
    }

    /// What the handler of a request may be.
    fn resolve(&mut self, request: &EntryRequest) -> Vec<Callee> {
        let Some(module) = self.program.by_file.get(&request.file).copied() else { return Vec::new() };
        let values = self.values.export(module, &request.export);
        let mut found = Vec::new();
        for val in values.iter() {
            match val {
                Val::Fn(f, made) => found.push(Callee { inst: self.values.specialize(*f, *made, Vec::new()), runs: Runs::Function }),
                Val::Method(f, made) => found.push(Callee { inst: self.values.specialize(*f, *made, Vec::new()), runs: Runs::Method }),
                _ => {}
            }
        }
        if found.is_empty() {
            // A handler wrapped by a library (`middy(fn)`, `wrap(fn)`): the functions of that module handed to the wrapper.
            found = self.wrapped(module, &request.export);
        }
        found
    }

    /// The functions handed to the unknown call whose result is exported.
    fn wrapped(&mut self, module: crate::program::ModuleId, export: &str) -> Vec<Callee> {
        let program = self.program;
        let top = program.top_level(module);
        let inst = self.values.plain(top);
        let mut open: Vec<ValueId> = Vec::new();
        let name = export.rsplit('.').next().unwrap_or(export);
        let Some(key) = program.symbols.find(name) else { return Vec::new() };
        for (_, value) in program.modules[module].globals.get(&key).into_iter().flatten() {
            open.push(*value);
        }
        for stores in program.functions[top].stores.values() {
            open.extend(stores.iter().filter(|(k, _)| *k == key).map(|(_, v)| *v));
        }
        open.sort_unstable();
        let mut found: Vec<Callee> = Vec::new();
        for _ in 0..32 {
            let Some(next) = open.pop() else { break };
            let next = program.object(top, next);
            match program.op(top, next) {
                Op::Call(call) => {
                    open.extend(call.args.iter().map(|a| a.value));
                    // `middy(fn).use(…)`: the receiver is the wrapped one.
                    if let Op::Load(receiver, _) = program.op(top, call.callee) {
                        open.push(*receiver);
                    }
                }
                Op::Phi(values, _) => open.extend(values.iter().copied()),
                _ => {}
            }
            for callee in self.closures(inst, next) {
                if !found.contains(&callee) {
                    found.push(callee);
                }
            }
        }
        found
    }

    /// Tells functions handed to a library what their parameters are, where a row says so.
    fn type_callbacks(&mut self) {
        let program = self.program;
        let mut found: Vec<(FnId, u16, String)> = Vec::new();
        for function in program.functions.ids() {
            let Some(library) = self.values.library(function) else { continue };
            let registrars = self.registrars.get(&program.language(function)).cloned().unwrap_or_default();
            let inst = self.values.plain(function);
            for (value, instr) in program.functions[function].ir.instrs.enumerate() {
                let Op::Call(call) = &instr.op else { continue };
                let takes_function = call.args.iter().any(|a| !matches!(program.op(function, a.value), Op::Const(_) | Op::Concat(_) | Op::Arith(_) | Op::Record(_)));
                if !takes_function {
                    continue;
                }
                for val in self.values.value(inst, call.callee).to_vec() {
                    let Val::Api(path) = val else { continue };
                    let path = self.values.word(path).to_owned();
                    let mut wanted: Vec<(&Port, u16, &str)> = Vec::new();
                    let entry = registrars.get(&path).and_then(|at| library.entries.get(*at));
                    if let Some((row, port)) = entry.and_then(|row| Some((row, row.handler.as_ref()?))) {
                        let typed = row.types.iter().enumerate().filter(|(_, of)| *of != "-");
                        wanted.extend(typed.map(|(at, of)| (port, u16::try_from(at).unwrap_or(u16::MAX), of.as_str())));
                    }
                    wanted.extend(library.rows(&path).flat_map(|row| row.types.iter().map(|(port, at, of)| (port, *at, of.as_str()))));
                    for (port, at, of) in wanted {
                        for (handler, _) in self.ports(inst, function, value, call, port) {
                            for callee in self.closures(inst, handler) {
                                found.push((self.values.function(callee.inst), at + u16::from(callee.runs == Runs::Method), of.to_owned()));
                            }
                        }
                    }
                }
            }
        }
        if found.is_empty() {
            return;
        }
        for (function, at, of) in found {
            self.values.give(function, at, &of);
        }
        self.values.forget();
    }

    /// Handlers a call registers with a framework.
    fn register(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call) {
        let language = self.program.language(function);
        let Some(library) = self.values.library(function) else { return };
        let callees = self.values.value(inst, call.callee);
        for val in callees.iter() {
            let Val::Api(path) = val else { continue };
            let path = self.values.word(*path);
            let Some(at) = self.registrars.get(&language).and_then(|r| r.get(path)).copied() else { continue };
            let Some(row) = library.entries.get(at) else { continue };
            let handlers: Vec<ValueId> = match &row.handler {
                Some(port) => self.ports(inst, function, value, call, port).into_iter().map(|(v, _)| v).collect(),
                None => call.args.iter().map(|a| a.value).collect(),
            };
            let mut params: Vec<Option<String>> = row.params.iter().map(|p| if p == "-" { None } else { Some(p.clone()) }).collect();
            if params.is_empty() {
                params.push(Some(row.source.clone()));
            }
            for handler in handlers {
                for callee in self.closures(inst, handler) {
                    let entry = FrameworkEntry { callee, module: self.program.functions[function].module, params: params.clone() };
                    if !self.frameworks.contains(&entry) {
                        self.frameworks.push(entry);
                    }
                }
            }
        }
    }

    /// Finds the callees of every call of every instance; new instances join as they are met.
    fn call_graph(&mut self) -> Vec<Vec<u32>> {
        let mut edges: Vec<Vec<u32>> = Vec::new();
        let mut next = 0;
        while next < self.values.instances.len() {
            let inst = InstId::from_index(next);
            let mut out: Vec<u32> = Vec::new();
            let function = self.values.function(inst);
            let program = self.program;
            for (value, instr) in program.functions[function].ir.instrs.enumerate() {
                let Op::Call(call) = &instr.op else { continue };
                let found = self.find_callees(inst, call);
                self.register(inst, function, value, call);
                out.extend(found.iter().map(|c| c.inst.0));
                if !found.is_empty() {
                    self.callees.insert((inst, value), Rc::from(found));
                }
                // Functions handed to a library may be run by it.
                for arg in &call.args {
                    out.extend(self.closures(inst, arg.value).iter().map(|c| c.inst.0));
                }
            }
            out.sort_unstable();
            out.dedup();
            edges.push(out);
            next += 1;
        }
        edges
    }

    fn find_callees(&mut self, inst: InstId, call: &Call) -> Vec<Callee> {
        let mut found: Vec<Callee> = Vec::new();
        let callees = self.values.value(inst, call.callee);
        for callee in callees.iter() {
            let target = match callee {
                Val::Fn(..) => self.values.callee_instance(inst, call, callee).map(|inst| Callee { inst, runs: Runs::Function }),
                Val::Method(..) => self.values.callee_instance(inst, call, callee).map(|inst| Callee { inst, runs: Runs::Method }),
                Val::Class(class) => {
                    let class = *class;
                    self.values.constructor(class).map(|f| {
                        let made = self.program.functions[f].made.as_ref().map_or(self.values.plain(f), |(outer, _)| self.values.plain(*outer));
                        let inst = self.values.callee_instance(inst, call, &Val::Method(f, made)).unwrap_or(self.values.plain(f));
                        Callee { inst, runs: Runs::Constructor(class) }
                    })
                }
                _ => None,
            };
            if let Some(target) = target
                && !found.contains(&target)
            {
                found.push(target);
            }
        }
        found
    }

    /// Project functions a value handed in as an argument may be.
    pub(super) fn closures(&mut self, inst: InstId, value: ValueId) -> Vec<Callee> {
        if matches!(self.program.op(self.values.function(inst), value), Op::Const(_) | Op::Concat(_) | Op::Arith(_)) {
            return Vec::new();
        }
        let values = self.values.value(inst, value);
        values
            .iter()
            .filter_map(|v| match v {
                Val::Fn(f, made) => Some(Callee { inst: self.values.specialize(*f, *made, Vec::new()), runs: Runs::Function }),
                Val::Method(f, made) => Some(Callee { inst: self.values.specialize(*f, *made, Vec::new()), runs: Runs::Method }),
                _ => None,
            })
            .filter(|c| c.inst.index() < usize::MAX)
            .collect()
    }

    fn summarize(&mut self, inst: InstId) -> Summary {
        let function = self.values.function(inst);
        let count = self.program.functions[function].ir.instrs.len();
        self.facts.clear();
        self.facts.resize_with(count, Facts::default);
        self.summary = Summary::default();
        let mut rounds = 0;
        loop {
            self.changed = false;
            for index in 0..count {
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
        self.ensures(inst, function);
        let mut summary = std::mem::take(&mut self.summary);
        summary.callees.sort_unstable();
        summary.callees.dedup();
        self.cap(&mut summary);
        summary
    }

    fn cap(&self, summary: &mut Summary) {
        let grammar = |sink: &SinkFlow| self.sinks.get(sink.sink).map_or(Grammar::Format, |s| s.grammar);
        if summary.sinks.len() > ENTRIES_MAX {
            summary.sinks.sort_by_key(|s| (s.fact.input.root.is_open(), grammar(s), s.fact.weight, s.sink));
            // Closed flows end here and are never lifted: only open ones count against the limit.
            let mut open = 0;
            let before = summary.sinks.len();
            summary.sinks.retain(|s| {
                open += usize::from(s.fact.input.root.is_open());
                open <= ENTRIES_MAX || !s.fact.input.root.is_open()
            });
            summary.coarse |= before != summary.sinks.len();
        }
        for list in [summary.returns.len(), summary.writes.len(), summary.stores.len()] {
            summary.coarse |= list > 4 * ENTRIES_MAX;
        }
        summary.returns.truncate(4 * ENTRIES_MAX);
        summary.writes.truncate(4 * ENTRIES_MAX);
        summary.stores.truncate(4 * ENTRIES_MAX);
    }

    // ---- facts ----------------------------------------------------------------------------------------------------

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

    fn step(&mut self, inst: InstId, function: FnId, value: ValueId) {
        let program = self.program;
        match program.op(function, value) {
            Op::Param(at) => self.add(value, Fact::whole(Root::Param(*at))),
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
                if self.source_tails.contains(program.text(*key)) {
                    self.read_source(inst, function, value);
                }
            }
            Op::Index(base, _) | Op::Iter(base) => self.load(function, value, *base, Step::Elem, ""),
            Op::Keys(base) => self.load(function, value, *base, Step::KeyOf, ""),
            Op::Store(base, key, from) => self.store(inst, function, *base, Step::Key(*key), *from),
            Op::Put(base, index, from) => {
                self.store(inst, function, *base, Step::Elem, *from);
                self.store(inst, function, *base, Step::KeyOf, *index);
            }
            Op::Record(parts) => {
                for (key, part) in parts {
                    for fact in self.of(*part).to_vec() {
                        let fact = match key {
                            Some(key) => fact.inside(Step::Key(*key)),
                            None => fact,
                        };
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
                    let dropped = matches!(fact.at.first(), Some(Step::Key(key)) if without.contains(key));
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
                            self.changed |= if *loops { facts.add_widened(fact) } else { facts.add(fact) };
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
                    } else if *outcome != crate::ir::Outcome::Returned && matches!(program.op(function, *condition), Op::Call(_)) {
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
                self.answered_by_call(inst, function, call);
            }
            Op::Return(from) => {
                self.response(inst, function, *from);
                for fact in self.of(*from).to_vec() {
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
            Op::Caught => self.add_all(value, self.summary.throws.clone()),
            Op::Const(_) | Op::Class(_) | Op::Compare(..) | Op::Not(_) | Op::Arith(_) | Op::Nop => {}
        }
    }

    /// The step into a list's element by number.
    pub(super) fn number(&mut self, at: usize) -> Step {
        Step::Key(self.values.words.intern(&at.to_string()))
    }

    fn read_global(&mut self, inst: InstId, function: FnId, value: ValueId, name: Sym) {
        let module = self.program.functions[function].module;
        if !self.program.modules[module].globals.contains_key(&name) {
            return;
        }
        let known = self.values.value(inst, value);
        let data = |v: &Val| !matches!(v, Val::Fn(..) | Val::Class(_) | Val::Module(_) | Val::Api(_) | Val::Typed(_) | Val::Text(_) | Val::Number(_) | Val::Flag(_));
        if known.iter().any(data) {
            self.add(value, Fact::whole(Root::Global(module, name)));
        } else if known.iter().any(|v| matches!(v, Val::Api(_))) {
            self.read_source(inst, function, value);
        }
    }

    /// A request object of a framework, such as `flask.request`.
    fn read_source(&mut self, inst: InstId, function: FnId, value: ValueId) {
        if self.source_tails.is_empty() {
            return;
        }
        let known = self.values.value(inst, value);
        let Some(library) = self.values.library(function) else { return };
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

    fn load(&mut self, function: FnId, value: ValueId, base: ValueId, step: Step, key: &str) {
        if matches!(key, "length" | "size" | "byteLength") || self.of(base).is_empty() {
            return;
        }
        let span = self.span(function, value);
        let part = |f: &Fact| {
            let mut part = f.part(step)?;
            if f.exact && f.at.is_empty() {
                part.trail = read(&part.trail, span);
            }
            Some(part)
        };
        let parts: Vec<Fact> = self.of(base).iter().filter_map(part).collect();
        self.add_all(value, parts);
    }

    fn store(&mut self, inst: InstId, function: FnId, base: ValueId, step: Step, from: ValueId) {
        let facts = self.of(from).to_vec();
        self.store_facts(inst, function, base, &[step], facts);
    }

    /// Adds facts to a part of an object, wherever that object is known from.
    pub(super) fn store_facts(&mut self, inst: InstId, function: FnId, base: ValueId, at: &[Step], facts: Vec<Fact>) {
        if facts.is_empty() {
            return;
        }
        // What a closure writes to a name it captured belongs to that name, wherever the closure came from.
        let captured = |f: &Fact| f.at.first().copied().filter(|step| at.is_empty() && matches!(step, Step::Captured(_)));
        if facts.iter().any(|f| captured(f).is_some()) {
            for mut fact in facts {
                match captured(&fact) {
                    Some(step) => {
                        fact.at.remove(0);
                        self.store_facts(inst, function, base, &[step], vec![fact]);
                    }
                    None => self.store_facts(inst, function, base, at, vec![fact]),
                }
            }
            return;
        }
        let mut places = Vec::new();
        self.arrivals(inst, function, base, at.iter().copied().collect(), 0, &mut places);
        for (place, at) in places {
            for fact in &facts {
                let mut fact = fact.clone();
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

    fn arrivals(&mut self, inst: InstId, function: FnId, value: ValueId, at: AccessPath, depth: u8, out: &mut Vec<(Arrives, AccessPath)>) {
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
            Op::Refine(inner, _, _) | Op::Await(inner) => self.arrivals(inst, function, *inner, at, depth + 1, out),
            Op::Phi(values, _) => {
                for v in values {
                    if v.index() < value.index() {
                        self.arrivals(inst, function, *v, at.clone(), depth + 1, out);
                    }
                }
            }
            Op::Logic(_, x, y) => {
                self.arrivals(inst, function, *x, at.clone(), depth + 1, out);
                self.arrivals(inst, function, *y, at, depth + 1, out);
            }
            Op::Load(base, key) => self.arrivals(inst, function, *base, inside(Step::Key(*key)), depth + 1, out),
            Op::Index(base, _) | Op::Iter(base) => self.arrivals(inst, function, *base, inside(Step::Elem), depth + 1, out),
            Op::Closure(_, captured) => {
                if let Some(Step::Captured(slot)) = at.first()
                    && let Some(inner) = captured.get(usize::from(*slot))
                {
                    let rest = at.iter().copied().skip(1).collect();
                    self.arrivals(inst, function, *inner, rest, depth + 1, out);
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

    pub(super) fn write(&mut self, target: Target, fact: Fact) {
        // An object that already holds its own part says nothing new.
        if fact.exact && own(target, &fact) {
            return;
        }
        let known = self.summary.writes.iter().position(|(t, f)| *t == target && f.input == fact.input && f.at == fact.at);
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

    fn returns(&mut self, fact: Fact) {
        let mut facts = Facts { all: std::mem::take(&mut self.summary.returns) };
        self.changed |= facts.add_widened(fact);
        self.summary.returns = facts.all;
    }

    pub(super) fn throws(&mut self, fact: Fact) {
        let mut facts = Facts { all: std::mem::take(&mut self.summary.throws) };
        self.changed |= facts.add_widened(fact);
        self.summary.coarse |= facts.limit();
        self.summary.throws = facts.all;
    }

    // ---- text -----------------------------------------------------------------------------------------------------

    /// A text built of parts: each keeps what stands in front of it.
    pub(super) fn built(&mut self, inst: InstId, function: FnId, value: ValueId, parts: &[ValueId]) {
        let span = self.span(function, value);
        let mut before = String::new();
        for part in parts {
            if !self.of(*part).is_empty() {
                for fact in self.of(*part).to_vec() {
                    let mut fact = fact;
                    fact.prefix = prefixed(&before, &fact.prefix);
                    fact.weight += 1;
                    fact.transfer = fact.transfer.then(Transfer::setting(Grammar::IsText.bit() | Grammar::NosqlOperator.bit()));
                    fact.trail = link(&fact.trail, LinkKind::Concat, span, "", None);
                    self.add(value, fact.derived());
                }
            }
            before.push_str(&self.known_text(inst, *part));
            if before.len() > 400 {
                // Only how it begins and what stands right before the hole matter.
                let count = before.chars().count();
                let (head, tail): (String, String) = (before.chars().take(150).collect(), before.chars().skip(count - 150).collect());
                before = format!("{head}{UNKNOWN}{tail}");
            }
        }
    }

    /// A value's text as far as it is known, with marks for the rest.
    pub(super) fn known_text(&mut self, inst: InstId, value: ValueId) -> String {
        let values = self.values.value(inst, value);
        match &*values {
            [Val::Text(s) | Val::Number(s)] => self.values.word(*s).to_owned(),
            [Val::Shape(shape)] => shape
                .pieces()
                .iter()
                .map(|p| match p {
                    Piece::Literal(text) => text.clone(),
                    _ => UNKNOWN.to_string(),
                })
                .collect(),
            // One of several constants: what they share counts.
            many if !many.is_empty() && many.iter().all(|v| matches!(v, Val::Text(_))) => {
                let texts: Vec<String> = many.iter().filter_map(|v| if let Val::Text(s) = v { Some(self.values.word(*s).to_owned()) } else { None }).collect();
                let first = texts.first().cloned().unwrap_or_default();
                let shared = texts.iter().map(|t| t.chars().zip(first.chars()).take_while(|(a, b)| a == b).count()).min().unwrap_or(0);
                let mut text: String = first.chars().take(shared).collect();
                text.push(UNKNOWN);
                text
            }
            _ => UNKNOWN.to_string(),
        }
    }

    // ---- registries -----------------------------------------------------------------------------------------------

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
        let same = |s: &StoreFlow| self.writes[s.site] == site && s.fact.input == fact.input && s.fact.at == fact.at;
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
        let existing = self.summary.stores.iter().map(|s| s.site).find(|id| self.writes[*id] == site);
        let id = existing.unwrap_or_else(|| self.writes.push(site));
        self.summary.stores.push(StoreFlow { site: id, fact });
        self.changed = true;
    }

    // ---- what outcomes say ----------------------------------------------------------------------------------------

    fn ensures(&mut self, inst: InstId, function: FnId) {
        let program = self.program;
        let ir = &program.functions[function].ir;
        let mut ensures = Vec::with_capacity(ir.params.len());
        for at in 0..ir.params.len() {
            let Some(param) = (0..ir.instrs.len()).map(ValueId::from_index).find(|v| *program.op(function, *v) == Op::Param(u16::try_from(at).unwrap_or(u16::MAX))) else {
                continue;
            };
            let mut ensure = Ensure { holds: ALL_BITS, fails: ALL_BITS, returned: ALL_BITS };
            let mut any = (false, false);
            for (exit, held) in &ir.exits {
                let Some(held) = held.get(at) else { continue };
                let here = self.refined(inst, function, *held, param, 0);
                ensure.returned &= here;
                let Op::Return(result) = program.op(function, *exit) else { continue };
                let (truthy, falsy) = self.truth(inst, *result);
                let result = program.object(function, *result);
                if truthy {
                    any.0 = true;
                    ensure.holds &= here | self.check_param(inst, function, result, crate::ir::Outcome::Holds, param);
                }
                if falsy {
                    any.1 = true;
                    ensure.fails &= here | self.check_param(inst, function, result, crate::ir::Outcome::Fails, param);
                }
            }
            // A function that never answers so proves nothing by it.
            ensure.holds &= if any.0 { ALL_BITS } else { 0 };
            ensure.fails &= if any.1 { ALL_BITS } else { 0 };
            ensure.returned &= if ir.exits.is_empty() { 0 } else { ALL_BITS };
            ensures.push(ensure);
        }
        self.summary.ensures = ensures;
    }

    /// Whether a value may be true, and whether it may be false.
    fn truth(&mut self, inst: InstId, value: ValueId) -> (bool, bool) {
        let values = self.values.value(inst, value);
        if values.is_empty() {
            return (true, true);
        }
        let mut both = (false, false);
        for val in values.iter() {
            match val {
                Val::Flag(true) => both.0 = true,
                Val::Flag(false) | Val::Nothing => both.1 = true,
                Val::Fn(..) | Val::Method(..) | Val::Class(_) | Val::Instance(_) | Val::Typed(_) => both.0 = true,
                _ => both = (true, true),
            }
        }
        both
    }

    /// The bits refinements give between a parameter and what its variable holds.
    fn refined(&mut self, inst: InstId, function: FnId, held: ValueId, param: ValueId, depth: u8) -> crate::transfer::Bits {
        if held == param || depth > 8 {
            return 0;
        }
        match self.program.op(function, held) {
            Op::Refine(inner, condition, outcome) => {
                let (inner, condition, outcome) = (*inner, *condition, *outcome);
                self.refined(inst, function, inner, param, depth + 1) | self.check(inst, function, condition, outcome, inner)
            }
            Op::Phi(values, _) => values.clone().iter().map(|v| self.refined(inst, function, *v, param, depth + 1)).fold(ALL_BITS, |a, b| a & b),
            _ => 0,
        }
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
