//! What is entered and what calls what.

use super::solve::Solver;
use super::solve::{Callee, FrameworkEntry, Runs};
use crate::flows::EntryRequest;
use crate::ir::{Call, MemberKind, Op, Sym, ValueId};
use crate::library::port::{Part, Port};
use crate::program::FnId;
use crate::value::{InstId, Val};
use palisade_model::index::Id;
use rustc_hash::FxHashSet;
use std::rc::Rc;

impl<'p> Solver<'p> {
    /// What the handler of a request may be.
    pub(super) fn resolve(&mut self, request: &EntryRequest) -> Vec<Callee> {
        let Some(module) = self.program.by_file.get(&request.file).copied() else {
            return Vec::new();
        };
        let values = self.values.export(module, &request.export);
        let mut found = Vec::new();
        for val in values.iter() {
            match val {
                Val::Fn(f, made) => found.push(Callee {
                    inst: self.values.specialize(*f, *made, Vec::new()),
                    runs: Runs::Function,
                }),
                Val::Method(f, made) => found.push(Callee {
                    inst: self.values.specialize(*f, *made, Vec::new()),
                    runs: Runs::Method,
                }),
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
    pub(super) fn wrapped(
        &mut self,
        module: crate::program::ModuleId,
        export: &str,
    ) -> Vec<Callee> {
        let program = self.program;
        let top = program.top_level(module);
        let inst = self.values.plain(top);
        let mut open: Vec<ValueId> = Vec::new();
        let name = export.rsplit('.').next().unwrap_or(export);
        let Some(key) = program.symbols.find(name) else {
            return Vec::new();
        };
        for (_, value) in program.modules[module]
            .globals
            .get(&key)
            .into_iter()
            .flatten()
        {
            open.push(*value);
        }
        open.extend(
            program.functions[top]
                .ir
                .instrs
                .iter()
                .filter_map(|i| match &i.op {
                    Op::Store(_, k, v) if *k == key => Some(*v),
                    _ => None,
                }),
        );
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
    pub(super) fn type_callbacks(&mut self) {
        let program = self.program;
        let mut found: Vec<(FnId, u16, String)> = Vec::new();
        let registrars = std::mem::take(&mut self.registrars);
        for function in program.functions.ids() {
            let Some(library) = self.values.library(function) else {
                continue;
            };
            let registrars = registrars.get(&program.language(function));
            let inst = self.values.plain(function);
            for (value, instr) in program.functions[function].ir.instrs.enumerate() {
                let Op::Call(call) = &instr.op else { continue };
                let takes_function = call.args.iter().any(|a| {
                    !matches!(
                        program.op(function, a.value),
                        Op::Const(_) | Op::Concat(_) | Op::Arith(_)
                    )
                });
                if !takes_function {
                    continue;
                }
                for val in self.values.value(inst, call.callee).to_vec() {
                    let Val::Api(path) = val else { continue };
                    let path = self.values.word(path).to_owned();
                    let mut wanted: Vec<(&Port, u16, &str)> = Vec::new();
                    let entry = registrars
                        .and_then(|known| known.get(&path))
                        .and_then(|at| library.entries.get(*at));
                    if let Some((row, port)) =
                        entry.and_then(|row| Some((row, row.handler.as_ref()?)))
                    {
                        let typed = row.types.iter().enumerate().filter(|(_, of)| *of != "-");
                        wanted.extend(typed.map(|(at, of)| {
                            (port, u16::try_from(at).unwrap_or(u16::MAX), of.as_str())
                        }));
                    }
                    wanted.extend(library.rows(&path).flat_map(|row| {
                        row.types
                            .iter()
                            .map(|(port, at, of)| (port, *at, of.as_str()))
                    }));
                    for (port, at, of) in wanted {
                        for callee in self.closures_at(inst, function, value, call, port) {
                            found.push((
                                self.values.function(callee.inst),
                                at + u16::from(callee.runs == Runs::Method),
                                of.to_owned(),
                            ));
                        }
                    }
                }
            }
        }
        self.registrars = registrars;
        if found.is_empty() {
            return;
        }
        for (function, at, of) in found {
            self.values.give(function, at, &of);
        }
        self.values.forget();
    }

    /// Handlers a call registers with a framework.
    pub(super) fn register(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call) {
        let language = self.program.language(function);
        let Some(library) = self.values.library(function) else {
            return;
        };
        let callees = self.values.value(inst, call.callee);
        for val in callees.iter() {
            let Val::Api(path) = val else { continue };
            let path = self.values.word(*path);
            let Some(at) = self
                .registrars
                .get(&language)
                .and_then(|r| r.get(path))
                .copied()
            else {
                continue;
            };
            let Some(row) = library.entries.get(at) else {
                continue;
            };
            let handlers: Vec<Callee> = match &row.handler {
                Some(port) => self.closures_at(inst, function, value, call, port),
                None => call
                    .args
                    .iter()
                    .flat_map(|a| self.closures(inst, a.value))
                    .collect(),
            };
            let mut params: Vec<Option<String>> = row
                .params
                .iter()
                .map(|p| if p == "-" { None } else { Some(p.clone()) })
                .collect();
            if params.is_empty() {
                params.push(Some(row.source.clone()));
            }
            for callee in handlers {
                let entry = FrameworkEntry {
                    callee,
                    module: self.program.functions[function].module,
                    params: params.clone(),
                };
                if !self.frameworks.contains(&entry) {
                    self.frameworks.push(entry);
                }
            }
        }
    }

    /// Finds the callees of every call of every instance; new instances join as they are met.
    pub(super) fn call_graph(&mut self) -> Vec<Vec<u32>> {
        let mut edges: Vec<Vec<u32>> = Vec::new();
        let getters: FxHashSet<Sym> = self
            .program
            .classes
            .iter()
            .flat_map(|c| {
                c.ir.members
                    .iter()
                    .filter(|m| m.kind == MemberKind::Getter)
                    .map(|m| m.name)
            })
            .collect();
        let mut next = 0;
        while next < self.values.instances.len() {
            let inst = InstId::from_index(next);
            let mut out: Vec<u32> = Vec::new();
            let function = self.values.function(inst);
            let program = self.program;
            for (value, instr) in program.functions[function].ir.instrs.enumerate() {
                let call = match &instr.op {
                    Op::Call(call) => call,
                    Op::Load(base, key) if getters.contains(key) => {
                        let found = self.find_getters(inst, *base, *key);
                        out.extend(found.iter().map(|c| c.inst.0));
                        if !found.is_empty() {
                            self.callees.insert((inst, value), Rc::from(found));
                        }
                        continue;
                    }
                    _ => continue,
                };
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

    /// The functions that answer when a property is read.
    fn find_getters(&mut self, inst: InstId, base: ValueId, key: Sym) -> Vec<Callee> {
        let mut found: Vec<Callee> = Vec::new();
        for val in self.values.value(inst, base).to_vec() {
            let Val::Instance(class) = val else { continue };
            if let Some(getter) = self.values.getter(class, key) {
                let callee = Callee {
                    inst: self.values.plain(getter),
                    runs: Runs::Method,
                };
                if !found.contains(&callee) {
                    found.push(callee);
                }
            }
        }
        found
    }

    pub(super) fn find_callees(&mut self, inst: InstId, call: &Call) -> Vec<Callee> {
        let mut found: Vec<Callee> = Vec::new();
        let callees = self.values.value(inst, call.callee);
        for callee in callees.iter() {
            let target = match callee {
                Val::Fn(..) => self
                    .values
                    .callee_instance(inst, call, callee)
                    .map(|inst| Callee {
                        inst,
                        runs: Runs::Function,
                    }),
                Val::Method(..) => {
                    self.values
                        .callee_instance(inst, call, callee)
                        .map(|inst| Callee {
                            inst,
                            runs: Runs::Method,
                        })
                }
                Val::Class(class) => {
                    let class = *class;
                    self.values.constructor(class).map(|f| {
                        let made = self.program.functions[f]
                            .made
                            .as_ref()
                            .map_or(self.values.plain(f), |(outer, _)| self.values.plain(*outer));
                        let inst = self
                            .values
                            .callee_instance(inst, call, &Val::Method(f, made))
                            .unwrap_or(self.values.plain(f));
                        Callee {
                            inst,
                            runs: Runs::Constructor(class),
                        }
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
        if matches!(
            self.program.op(self.values.function(inst), value),
            Op::Const(_) | Op::Concat(_) | Op::Arith(_)
        ) {
            return Vec::new();
        }
        let values = self.values.value(inst, value);
        self.callables(&values)
    }

    /// Project functions a port may name: an argument, or a member of one (`arg.1.handler`).
    fn closures_at(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &Port,
    ) -> Vec<Callee> {
        let mut found = Vec::new();
        for (source, parts) in self.ports(inst, function, value, call, port) {
            let mut values = self.values.value(inst, source).to_vec();
            for part in parts.iter().take_while(|p| matches!(p, Part::Key(_))) {
                let Part::Key(key) = part else { continue };
                let key = self.values.words.intern(key);
                values = values
                    .iter()
                    .flat_map(|v| self.values.member(function, v, key))
                    .collect();
            }
            found.extend(self.callables(&values));
        }
        found
    }

    fn callables(&mut self, values: &[Val]) -> Vec<Callee> {
        values
            .iter()
            .filter_map(|v| match v {
                Val::Fn(f, made) => Some(Callee {
                    inst: self.values.specialize(*f, *made, Vec::new()),
                    runs: Runs::Function,
                }),
                Val::Method(f, made) => Some(Callee {
                    inst: self.values.specialize(*f, *made, Vec::new()),
                    runs: Runs::Method,
                }),
                _ => None,
            })
            .filter(|c| c.inst.index() < usize::MAX)
            .collect()
    }
}
