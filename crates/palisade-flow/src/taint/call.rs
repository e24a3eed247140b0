//! What a call does to facts: project functions by their summary, libraries by their rows, the rest by passing on.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::fact::{Fact, LinkKind, Root, compose, link};
use super::solve::{Callee, Runs, Solver};
use super::summary::{ReadId, SinkSite, StoreSite, Summary, Target};
use crate::ir::{Call, FunctionKind, Op, ParamKind, Passing, ValueId};
use crate::library::port::{Base, Part, Port};
use crate::library::row::{CallRow, Literal, StoreRow, Test};
use crate::path::Step;
use crate::program::FnId;
use crate::transfer::{ALL_BITS, Grammar, Transfer};
use crate::value::shape::Piece;
use crate::value::{InstId, Val, Vals};

/// How a project function gets its inputs.
enum Handed<'a> {
    /// By a call of the program.
    Call { call: &'a Call, value: ValueId, runs: Runs },
    /// By a library that runs a function handed to it.
    Callback { arg: ValueId, params: &'a FxHashMap<u16, Vec<Fact>>, everything: &'a [Fact], runs: Runs },
}

impl Solver<'_> {
    pub(super) fn call(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call) {
        let callees = self.callees.get(&(inst, value)).cloned();
        let mut handled = false;
        if let Some(callees) = callees {
            for callee in callees.iter() {
                let handed = Handed::Call { call, value, runs: callee.runs };
                let facts = self.apply(inst, function, *callee, &handed, value);
                if !matches!(callee.runs, Runs::Constructor(_)) {
                    self.add_all(value, facts);
                }
                handled = true;
            }
        }
        let values = self.values.value(inst, call.callee);
        let mut unknown = values.is_empty();
        for val in values.iter() {
            match val {
                Val::Fn(..) | Val::Method(..) => {}
                Val::Class(class) => {
                    if !handled || self.values.constructor(*class).is_none() {
                        self.fill_fields(value, call);
                    }
                    handled = true;
                }
                Val::Api(path) => {
                    let path = self.values.word(*path).to_owned();
                    self.library_call(inst, function, value, call, &path);
                    handled = true;
                }
                _ => unknown = true,
            }
        }
        if unknown && !handled {
            match self.program.op(function, call.callee) {
                Op::Load(_, name) => {
                    let path = format!("[any].{}", self.program.text(*name));
                    self.library_call(inst, function, value, call, &path);
                }
                _ => self.opaque(inst, function, value, call),
            }
        }
    }

    /// A class without a constructor of its own (data classes, models): arguments become fields.
    fn fill_fields(&mut self, value: ValueId, call: &Call) {
        for arg in &call.args {
            for fact in self.of(arg.value).to_vec() {
                let fact = match arg.passing {
                    Passing::Named(name) => fact.inside(Step::Key(name)),
                    Passing::SpreadNamed => fact,
                    _ => fact.derived(),
                };
                self.add(value, fact);
            }
        }
    }

    fn name(&self, callee: Callee) -> String {
        let function = &self.program.functions[self.values.function(callee.inst)];
        self.program.text(function.ir.name).to_owned()
    }

    /// Applies a summary; returns the facts of the result.
    fn apply(&mut self, inst: InstId, function: FnId, callee: Callee, handed: &Handed<'_>, at: ValueId) -> Vec<Fact> {
        let summary: Rc<Summary> = self.summaries[callee.inst].clone();
        self.summary.callees.push(callee.inst);
        let (span, name) = (self.span(function, at), self.name(callee));
        let mut cache: FxHashMap<Root, Rc<Vec<Fact>>> = FxHashMap::default();
        let mut result = Vec::new();
        for flow in &summary.returns {
            result.extend(self.lifted(inst, function, callee, handed, &mut cache, flow, span, &name));
        }
        for flow in &summary.throws {
            for fact in self.lifted(inst, function, callee, handed, &mut cache, flow, span, &name) {
                self.throws(fact);
            }
        }
        for (target, flow) in &summary.writes {
            let facts = self.lifted(inst, function, callee, handed, &mut cache, flow, span, &name);
            if facts.is_empty() {
                continue;
            }
            match target {
                Target::Global(..) => {
                    if flow.input.root.is_open() {
                        for fact in facts {
                            self.write(*target, fact);
                        }
                    }
                }
                Target::Param(param) => {
                    if let Some(object) = self.handed_object(function, handed, *param) {
                        let parts: Vec<Fact> = facts;
                        self.store_facts(inst, function, object, &[], parts);
                    }
                }
                Target::Capture(slot) => {
                    match self.captured_object(function, handed, *slot) {
                        Some(object) => self.store_facts(inst, function, object, &[], facts),
                        // The closure was handed in: its maker knows what it captured.
                        None => {
                            let closure = match handed {
                                Handed::Call { call, .. } => call.callee,
                                Handed::Callback { arg, .. } => *arg,
                            };
                            self.store_facts(inst, function, closure, &[Step::Captured(*slot)], facts);
                        }
                    }
                }
            }
        }
        for sink in &summary.sinks {
            let open = sink.fact.input.root.is_open() || self.open_read(sink.fact.input.root);
            if open {
                for fact in self.lifted(inst, function, callee, handed, &mut cache, &sink.fact, span, &name) {
                    self.sink(sink.sink, fact);
                }
            }
        }
        for store in &summary.stores {
            let site = self.writes[store.site].clone();
            let symbolic = site.resource.as_ref().is_some_and(|v| is_symbolic(v)) || site.partition.as_ref().is_some_and(|v| is_symbolic(v));
            if !symbolic && !store.fact.input.root.is_open() && !self.open_read(store.fact.input.root) {
                continue;
            }
            let site = self.substituted(inst, site, handed, callee);
            for fact in self.lifted(inst, function, callee, handed, &mut cache, &store.fact, span, &name) {
                self.stored(site.clone(), fact);
            }
        }
        for used in &summary.uses {
            let site = self.writes[*used].clone();
            if site.resource.as_ref().is_some_and(|v| is_symbolic(v)) {
                let site = self.substituted(inst, site, handed, callee);
                self.used(site);
            }
        }
        result
    }

    #[expect(clippy::too_many_arguments, reason = "a flow is lifted from a callee to a call with its place")]
    fn lifted(&mut self, inst: InstId, function: FnId, callee: Callee, handed: &Handed<'_>, cache: &mut FxHashMap<Root, Rc<Vec<Fact>>>, flow: &Fact, span: palisade_model::source::Span, name: &str) -> Vec<Fact> {
        let root = flow.input.root;
        if root.is_open() {
            let actuals = match cache.get(&root) {
                Some(known) => known.clone(),
                None => {
                    let found = Rc::new(self.actuals(function, callee, handed, root));
                    cache.insert(root, found.clone());
                    found
                }
            };
            return actuals.iter().filter_map(|a| compose(flow, a, span, name)).collect();
        }
        let mut fact = flow.clone();
        if let Root::Read(read) = root {
            fact.input.root = Root::Read(self.lifted_read(inst, ReadId(read), handed, callee).0);
        }
        fact.weight += 10;
        fact.trail = link(&None, LinkKind::Call, span, name, flow.trail.clone());
        vec![fact]
    }

    /// Whether a read depends on what a caller hands in.
    fn open_read(&self, root: Root) -> bool {
        match root {
            Root::Read(read) => self.reads.get(ReadId(read)).is_some_and(|site| {
                site.resource.as_ref().is_some_and(|v| is_symbolic(v)) || site.partition.as_ref().is_some_and(|v| is_symbolic(v))
            }),
            _ => false,
        }
    }

    fn lifted_read(&mut self, inst: InstId, read: ReadId, handed: &Handed<'_>, callee: Callee) -> ReadId {
        if !self.open_read(Root::Read(read.0)) {
            return read;
        }
        let Handed::Call { value, .. } = handed else { return read };
        let key = (inst, *value, format!("lift {}", read.0), String::new());
        if let Some(known) = self.read_ids.get(&key) {
            return *known;
        }
        let site = self.reads[read].clone();
        let site = self.substituted(inst, site, handed, callee);
        let id = self.reads.push(site);
        self.read_ids.insert(key, id);
        id
    }

    /// Facts of what a callee's input is at this call.
    fn actuals(&mut self, function: FnId, callee: Callee, handed: &Handed<'_>, root: Root) -> Vec<Fact> {
        match (root, handed) {
            (Root::Param(at), Handed::Call { call, value, runs }) => self.param_facts(callee, call, *value, *runs, function, at),
            (Root::Param(at), Handed::Callback { params, everything, runs, .. }) => {
                let offset = u16::from(*runs == Runs::Method);
                let Some(at) = at.checked_sub(offset) else { return Vec::new() };
                let kind = self.program.functions[self.values.function(callee.inst)].ir.params.get(usize::from(at + offset)).map(|p| p.kind);
                if kind == Some(ParamKind::Rest) {
                    return params.values().flatten().chain(everything.iter()).cloned().map(|f| f.inside(Step::Elem)).collect();
                }
                params.get(&at).into_iter().flatten().chain(everything.iter()).cloned().collect()
            }
            (Root::Capture(slot), Handed::Call { call, .. }) => self.of(call.callee).iter().filter_map(|f| f.part(Step::Captured(slot))).collect(),
            (Root::Capture(slot), Handed::Callback { arg, .. }) => self.of(*arg).iter().filter_map(|f| f.part(Step::Captured(slot))).collect(),
            _ => Vec::new(),
        }
    }

    fn param_facts(&mut self, callee: Callee, call: &Call, value: ValueId, runs: Runs, function: FnId, at: u16) -> Vec<Fact> {
        let target = &self.program.functions[self.values.function(callee.inst)].ir;
        let offset = usize::from(takes_receiver(runs, target.kind));
        let at = usize::from(at);
        if offset == 1 && at == 0 {
            return match runs {
                Runs::Constructor(_) => self.of(value).to_vec(),
                _ => match self.program.op(function, call.callee) {
                    Op::Load(receiver, _) => self.of(*receiver).to_vec(),
                    _ => Vec::new(),
                },
            };
        }
        let Some(param) = target.params.get(at) else { return Vec::new() };
        let position = at.saturating_sub(offset);
        let mut found = Vec::new();
        let mut next = 0;
        for arg in &call.args {
            match (arg.passing, param.kind) {
                (Passing::Positional, ParamKind::Plain) if next == position => found.extend(self.of(arg.value).iter().cloned()),
                (Passing::Positional, ParamKind::Rest) if next >= position => {
                    let step = self.number(next - position);
                    found.extend(self.of(arg.value).iter().cloned().map(|f| f.inside(step)));
                }
                (Passing::Spread, ParamKind::Plain) if next <= position => {
                    let step = self.number(position - next);
                    found.extend(self.of(arg.value).iter().filter_map(|f| f.part(step)));
                }
                (Passing::Spread, ParamKind::Rest) => found.extend(self.of(arg.value).iter().cloned()),
                (Passing::Named(name), ParamKind::Plain | ParamKind::NameOnly) if name == param.name => found.extend(self.of(arg.value).iter().cloned()),
                (Passing::Named(name), ParamKind::RestNamed) if !target.params.iter().any(|p| p.name == name) => {
                    found.extend(self.of(arg.value).iter().cloned().map(|f| f.inside(Step::Key(name))));
                }
                (Passing::SpreadNamed, ParamKind::Plain | ParamKind::NameOnly) => {
                    found.extend(self.of(arg.value).iter().filter_map(|f| f.part(Step::Key(param.name))));
                }
                (Passing::SpreadNamed, ParamKind::RestNamed) => found.extend(self.of(arg.value).iter().cloned()),
                _ => {}
            }
            if arg.passing == Passing::Positional {
                next += 1;
            }
        }
        found
    }

    /// The value handed in for a parameter, where it is one value.
    pub(super) fn handed_value(&self, function: FnId, call: &Call, value: ValueId, runs: Runs, param: usize) -> Option<ValueId> {
        let offset = usize::from(!matches!(runs, Runs::Function));
        if offset == 1 && param == 0 {
            return match runs {
                Runs::Constructor(_) => Some(value),
                _ => match self.program.op(function, call.callee) {
                    Op::Load(receiver, _) => Some(*receiver),
                    _ => None,
                },
            };
        }
        let position = param.checked_sub(offset)?;
        let positional = call.args.iter().take_while(|a| a.passing != Passing::Spread).filter(|a| a.passing == Passing::Positional).nth(position);
        positional.map(|a| a.value)
    }

    fn handed_object(&self, function: FnId, handed: &Handed<'_>, param: u16) -> Option<ValueId> {
        match handed {
            Handed::Call { call, value, runs } => self.handed_value(function, call, *value, *runs, usize::from(param)),
            Handed::Callback { .. } => None,
        }
    }

    /// The captured object of a closure made in this very function.
    fn captured_object(&self, function: FnId, handed: &Handed<'_>, slot: u16) -> Option<ValueId> {
        let closure = match handed {
            Handed::Call { call, .. } => call.callee,
            Handed::Callback { arg, .. } => *arg,
        };
        let mut open = vec![closure];
        for _ in 0..8 {
            let next = self.program.object(function, open.pop()?);
            match self.program.op(function, next) {
                Op::Closure(_, captured) => return captured.get(usize::from(slot)).copied(),
                Op::Phi(values, _) => open.extend(values.iter().copied()),
                _ => {}
            }
        }
        None
    }

    /// Parameters in a store's names replaced by what is handed in.
    fn substituted(&mut self, inst: InstId, mut site: StoreSite, handed: &Handed<'_>, callee: Callee) -> StoreSite {
        site.resource = site.resource.map(|v| self.substitute(inst, &v, handed, callee));
        site.partition = site.partition.map(|v| self.substitute(inst, &v, handed, callee));
        site
    }

    fn substitute(&mut self, inst: InstId, values: &Vals, handed: &Handed<'_>, callee: Callee) -> Vals {
        if !is_symbolic(values) {
            return values.clone();
        }
        let function = self.values.function(inst);
        let mut all = Vec::new();
        for val in values.iter() {
            match val {
                Val::Param(at) => match self.handed_by_name(function, handed, callee, *at) {
                    Some(value) => all.extend(self.values.value(inst, value).to_vec()),
                    None => all.push(Val::Any),
                },
                Val::Shape(shape) => {
                    let mut pieces = Vec::new();
                    for piece in shape.pieces().to_vec() {
                        match piece {
                            Piece::Param(at) => match self.handed_by_name(function, handed, callee, at) {
                                Some(value) => pieces.extend(self.pieces(inst, value)),
                                None => pieces.push(Piece::Hole),
                            },
                            other => pieces.push(other),
                        }
                    }
                    let shape = crate::value::shape::Shape::of(pieces);
                    all.push(match shape.literal().map(str::to_owned) {
                        Some(text) => Val::Text(self.values.words.intern(&text)),
                        None => Val::Shape(shape),
                    });
                }
                other => all.push(other.clone()),
            }
        }
        all.sort_unstable();
        all.dedup();
        Rc::from(all)
    }

    fn handed_by_name(&self, function: FnId, handed: &Handed<'_>, callee: Callee, at: u16) -> Option<ValueId> {
        let Handed::Call { call, value, runs } = handed else { return None };
        let positional = self.handed_value(function, call, *value, *runs, usize::from(at));
        positional.or_else(|| {
            let name = self.program.functions[self.values.function(callee.inst)].ir.params.get(usize::from(at))?.name;
            call.args.iter().find(|a| a.passing == Passing::Named(name)).map(|a| a.value)
        })
    }

    /// A value as pieces of text.
    fn pieces(&mut self, inst: InstId, value: ValueId) -> Vec<Piece> {
        let values = self.values.value(inst, value);
        match &*values {
            [Val::Text(s) | Val::Number(s)] => vec![Piece::Literal(self.values.word(*s).to_owned())],
            [Val::Shape(shape)] => shape.pieces().to_vec(),
            [Val::Env(name)] => vec![Piece::Env(*name)],
            [Val::Param(at)] => vec![Piece::Param(*at)],
            _ => vec![Piece::Hole],
        }
    }

    // ---- libraries ------------------------------------------------------------------------------------------------

    fn library_call(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, path: &str) {
        if let Some(parts) = self.values.text_parts(inst, function, call) {
            return self.built(inst, function, value, &parts);
        }
        let Some(library) = self.values.library(function) else {
            return self.opaque(inst, function, value, call);
        };
        let mut rows: Vec<&CallRow> = library.rows(path).collect();
        if rows.is_empty() && let Some((_, name)) = path.rsplit_once('.') {
            // A method no row of its type knows: what its name means anywhere.
            rows = library.rows(&format!("[any].{name}")).collect();
        }
        if rows.is_empty() {
            return self.opaque(inst, function, value, call);
        }
        for row in rows {
            self.apply_row(inst, function, value, call, path, row);
        }
    }

    fn apply_row(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, path: &str, row: &CallRow) {
        self.row_sinks(inst, function, value, call, path, row);
        let callbacks = self.row_callbacks(inst, function, value, call, row);
        for flow in &row.flows {
            if matches!(flow.to.callback(), Some(Part::Param(_))) {
                continue;
            }
            let apart = flow.unless.iter().any(|t| self.test(inst, function, value, call, t));
            if apart || !flow.when.iter().all(|t| self.test(inst, function, value, call, t)) {
                continue;
            }
            let mut facts = match flow.from.callback() {
                Some(Part::Returned) => self.returned_facts(inst, function, value, call, &flow.from, &callbacks),
                _ => self.port_facts(inst, function, value, call, &flow.from),
            };
            if facts.is_empty() {
                continue;
            }
            let span = self.span(function, value);
            for fact in &mut facts {
                self.through_row(fact, flow, path, span);
            }
            self.deliver(inst, function, value, call, &flow.to, facts);
        }
        if let Some(port) = &row.returns {
            let facts = self.port_facts(inst, function, value, call, port);
            self.add_all(value, facts);
        }
        if let Some(port) = &row.load {
            self.row_load(inst, function, value, call, port);
        }
        for write in &row.writes {
            self.row_write(inst, function, value, call, path, row, write);
        }
        for read in &row.reads {
            self.row_read(inst, function, value, call, path, row, read);
        }
    }

    fn through_row(&self, fact: &mut Fact, flow: &crate::library::row::FlowRow, path: &str, span: palisade_model::source::Span) {
        if let Some(encoding) = flow.decode {
            fact.transfer = fact.transfer.then(Transfer::clearing(ALL_BITS));
            if fact.exact && fact.at.is_empty() {
                let (longer, whole) = crate::path::extend(&fact.input.path, &[Step::Decode(encoding)], crate::path::INPUT_STEPS_MAX);
                fact.input.path = longer;
                fact.exact = whole;
            }
            fact.at.clear();
            fact.trail = link(&fact.trail, LinkKind::Decode, span, path, None);
        } else if !flow.keep {
            fact.at.clear();
            fact.exact = false;
            fact.trail = link(&fact.trail, LinkKind::Library, span, path, None);
        }
        if flow.clears != 0 {
            fact.transfer = fact.transfer.then(Transfer::clearing(flow.clears));
        }
        if flow.safe != 0 {
            fact.transfer = fact.transfer.then(Transfer::setting(flow.safe));
            let words: Vec<&str> = Grammar::ALL.iter().filter(|(g, _)| flow.safe & g.bit() != 0).map(|(_, w)| *w).collect();
            fact.trail = link(&fact.trail, LinkKind::Safe, span, words.join(", "), None);
        }
        fact.weight += 1;
    }

    /// The facts at the end of a flow go where its port says.
    fn deliver(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, to: &Port, facts: Vec<Fact>) {
        let steps: Vec<Step> = to.parts.iter().filter_map(|p| self.step_of(p)).collect();
        match &to.base {
            Base::Return => {
                for mut fact in facts {
                    for step in steps.iter().rev() {
                        fact = fact.inside(*step);
                    }
                    self.add(value, fact);
                }
            }
            Base::File(inner) => {
                for (name, _) in self.ports(inst, function, value, call, inner) {
                    let site = self.file_site(inst, function, value, name);
                    for fact in &facts {
                        self.stored(site.clone(), fact.clone());
                    }
                }
            }
            _ => {
                for (object, before) in self.ports(inst, function, value, call, to) {
                    let steps: Vec<Step> = before.iter().filter_map(|p| self.step_of(p)).collect();
                    self.store_facts(inst, function, object, &steps, facts.clone());
                }
            }
        }
    }

    fn step_of(&mut self, part: &Part) -> Option<Step> {
        match part {
            Part::Key(key) => Some(Step::Key(self.values.words.intern(key))),
            Part::Elem | Part::From(_) => Some(Step::Elem),
            Part::KeyOf => Some(Step::KeyOf),
            Part::Decode(_) | Part::Param(_) | Part::Returned => None,
        }
    }

    /// The values a port names, with the steps that are left behind them.
    pub(super) fn ports(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, port: &Port) -> Vec<(ValueId, Vec<Part>)> {
        let with = |first: Part| -> Vec<Part> { std::iter::once(first).chain(port.parts.iter().cloned()).collect() };
        match &port.base {
            Base::Return => vec![(value, port.parts.clone())],
            Base::Receiver => match self.program.op(function, call.callee) {
                Op::Load(receiver, _) => vec![(*receiver, port.parts.clone())],
                _ => Vec::new(),
            },
            Base::EveryArg => call
                .args
                .iter()
                .map(|a| match a.passing {
                    Passing::Spread | Passing::SpreadNamed => (a.value, with(Part::Elem)),
                    _ => (a.value, port.parts.clone()),
                })
                .collect(),
            Base::File(inner) => self.ports(inst, function, value, call, inner),
            Base::Arg { position, names } => {
                if let Some(found) = self.values.library_argument(inst, call, *position, names) {
                    return vec![(found, port.parts.clone())];
                }
                let mut found = Vec::new();
                let mut next = 0i32;
                for arg in &call.args {
                    match arg.passing {
                        Passing::Positional => next += 1,
                        Passing::Spread if position.is_some_and(|at| at >= next || at < 0) => {
                            let at = position.map_or(0, |p| (p - next).max(0));
                            found.push((arg.value, with(if at >= 0 { Part::Key(at.to_string()) } else { Part::Elem })));
                        }
                        Passing::SpreadNamed => {
                            // Only a record that may hold the name counts.
                            for name in names {
                                let key = self.values.words.intern(name);
                                let held = self.values.value(inst, arg.value);
                                let holds = held.iter().any(|v| self.values.member(function, v, key).iter().any(|m| *m != Val::Any))
                                    || self.of(arg.value).iter().any(|f| f.part(Step::Key(key)).is_some());
                                if holds {
                                    found.push((arg.value, with(Part::Key(name.clone()))));
                                }
                            }
                        }
                        _ => {}
                    }
                }
                found
            }
        }
    }

    /// Facts at a port.
    fn port_facts(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, port: &Port) -> Vec<Fact> {
        if let Base::File(inner) = &port.base {
            let mut facts = Vec::new();
            for (name, _) in self.ports(inst, function, value, call, inner) {
                facts.push(self.file_read(inst, function, value, name));
            }
            return facts;
        }
        let mut all = Vec::new();
        for (source, parts) in self.ports(inst, function, value, call, port) {
            let facts: Vec<Fact> = self.of(source).iter().filter(|f| !matches!(f.at.first(), Some(Step::Captured(_)))).cloned().collect();
            all.extend(self.select(facts, &parts));
        }
        all
    }

    fn select(&mut self, mut facts: Vec<Fact>, parts: &[Part]) -> Vec<Fact> {
        for part in parts {
            facts = match part {
                Part::Key(key) => {
                    let step = Step::Key(self.values.words.intern(key));
                    facts.iter().filter_map(|f| f.part(step)).collect()
                }
                Part::Elem => facts.iter().filter_map(|f| f.part(Step::Elem)).collect(),
                Part::KeyOf => facts.iter().filter_map(|f| f.part(Step::KeyOf)).collect(),
                Part::From(first) => {
                    let far = |f: &&Fact| match f.at.first() {
                        Some(Step::Key(key)) => self.values.word(*key).parse::<usize>().is_ok_and(|n| n >= *first),
                        Some(step) => *step == Step::Elem,
                        None => f.exact,
                    };
                    facts.iter().filter(far).filter_map(|f| f.part(f.at.first().copied().unwrap_or(Step::Elem))).collect()
                }
                Part::Decode(encoding) => facts
                    .into_iter()
                    .map(|mut f| {
                        if f.exact && f.at.is_empty() {
                            f.input.path.push(Step::Decode(*encoding));
                        }
                        f.transfer = f.transfer.then(Transfer::clearing(ALL_BITS));
                        f
                    })
                    .collect(),
                Part::Param(_) | Part::Returned => facts,
            };
        }
        facts
    }

    fn row_load(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, port: &Port) {
        let Op::Load(receiver, _) = self.program.op(function, call.callee) else { return };
        let mut steps = Vec::new();
        for (name, _) in self.ports(inst, function, value, call, port) {
            for val in self.values.value(inst, name).iter() {
                steps.push(match val {
                    Val::Text(s) | Val::Number(s) => Step::Key(*s),
                    _ => Step::Elem,
                });
            }
        }
        if steps.is_empty() {
            steps.push(Step::Elem);
        }
        for step in steps {
            let facts: Vec<Fact> = self.of(*receiver).iter().filter_map(|f| f.part(step)).collect();
            self.add_all(value, facts);
        }
    }

    /// Runs the functions handed to a library; per argument what its parameters got.
    fn row_callbacks(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, row: &CallRow) -> FxHashMap<ValueId, Vec<Fact>> {
        let mut per_arg: FxHashMap<ValueId, FxHashMap<u16, Vec<Fact>>> = FxHashMap::default();
        for flow in &row.flows {
            let Some(Part::Param(param)) = flow.to.callback() else { continue };
            let param = *param;
            let behind: Vec<Step> = flow.to.parts.iter().skip_while(|p| !matches!(p, Part::Param(_))).skip(1).filter_map(|p| self.step_of(p)).collect();
            let mut facts = self.port_facts(inst, function, value, call, &flow.from);
            let span = self.span(function, value);
            for fact in &mut facts {
                self.through_row(fact, flow, "", span);
                for step in behind.iter().rev() {
                    *fact = fact.clone().inside(*step);
                }
            }
            for (arg, _) in self.ports(inst, function, value, call, &flow.to) {
                per_arg.entry(arg).or_default().entry(param).or_default().extend(facts.iter().cloned());
            }
        }
        let mut returned = FxHashMap::default();
        let args: Vec<ValueId> = call.args.iter().map(|a| a.value).collect();
        for arg in args {
            let nothing = FxHashMap::default();
            let params = per_arg.get(&arg).unwrap_or(&nothing);
            let mut facts = Vec::new();
            for callee in self.closures(inst, arg) {
                let handed = Handed::Callback { arg, params, everything: &[], runs: callee.runs };
                facts.extend(self.apply(inst, function, callee, &handed, value));
            }
            if !facts.is_empty() {
                returned.insert(arg, facts);
            }
        }
        returned
    }

    fn returned_facts(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, port: &Port, returned: &FxHashMap<ValueId, Vec<Fact>>) -> Vec<Fact> {
        let mut all = Vec::new();
        let behind: Vec<Part> = port.parts.iter().skip_while(|p| !matches!(p, Part::Returned)).skip(1).cloned().collect();
        for (arg, _) in self.ports(inst, function, value, call, port) {
            let facts = returned.get(&arg).cloned().unwrap_or_default();
            all.extend(self.select(facts, &behind));
        }
        all
    }

    /// A call nobody knows: whatever goes in may come out.
    fn opaque(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call) {
        let span = self.span(function, value);
        let mut sources: Vec<ValueId> = call.args.iter().map(|a| a.value).collect();
        if let Op::Load(receiver, _) = self.program.op(function, call.callee) {
            sources.push(*receiver);
        }
        let mut facts = Vec::new();
        for source in sources {
            for fact in self.of(source).to_vec() {
                if matches!(fact.at.first(), Some(Step::Captured(_))) {
                    continue;
                }
                let mut fact = fact.derived();
                fact.opaque = fact.opaque.saturating_add(1);
                if fact.opaque > 3 {
                    continue;
                }
                fact.weight += 40;
                fact.prefix = "".into();
                fact.trail = link(&fact.trail, LinkKind::Opaque, span, "", None);
                facts.push(fact);
            }
        }
        let nothing = FxHashMap::default();
        let args: Vec<ValueId> = call.args.iter().map(|a| a.value).collect();
        for arg in args {
            for callee in self.closures(inst, arg) {
                let handed = Handed::Callback { arg, params: &nothing, everything: &facts.clone(), runs: callee.runs };
                let back = self.apply(inst, function, callee, &handed, value);
                facts.extend(back);
            }
        }
        self.add_all(value, facts);
    }

    // ---- sinks and stores -----------------------------------------------------------------------------------------

    fn row_sinks(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, path: &str, row: &CallRow) {
        for sink in &row.sinks {
            let mut facts = self.port_facts(inst, function, value, call, &sink.at);
            facts.retain(|f| f.transfer.set & sink.grammar.bit() == 0);
            if facts.is_empty() {
                continue;
            }
            if !sink.when.iter().all(|t| self.test(inst, function, value, call, t)) || sink.unless.iter().any(|t| self.test(inst, function, value, call, t)) {
                continue;
            }
            let resource = row.reads.iter().chain(&row.writes).find_map(|s| s.resource.clone()).and_then(|p| self.port_vals(inst, function, value, call, &p));
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

    fn port_vals(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, port: &Port) -> Option<Vals> {
        let mut all = Vec::new();
        for (source, parts) in self.ports(inst, function, value, call, port) {
            let mut values = self.values.value(inst, source).to_vec();
            for part in &parts {
                values = match part {
                    Part::Key(key) => {
                        let key = self.values.words.intern(key);
                        values.iter().flat_map(|v| self.values.member(function, v, key)).collect()
                    }
                    Part::Elem => values.iter().flat_map(|v| self.values.elements(v)).collect(),
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

    /// The first argument of the call that made a typed object (`dynamodb.Table(name)`, `s3.Bucket(name)`).
    fn made_with(&mut self, inst: InstId, function: FnId, value: ValueId) -> Vec<Val> {
        let mut open = vec![(inst, function, value)];
        let mut found = Vec::new();
        for _ in 0..16 {
            let Some((inst, function, value)) = open.pop() else { break };
            let program = self.program;
            let object = program.object(function, value);
            match program.op(function, object) {
                Op::Call(call) => match call.args.first() {
                    Some(arg) => found.extend(self.values.value(inst, arg.value).iter().map(|v| match v {
                        Val::Param(_) if function != self.values.function(inst) => Val::Any,
                        other => other.clone(),
                    })),
                    None => found.push(Val::Any),
                },
                Op::Global(name) => {
                    let module = program.functions[function].module;
                    for (f, v) in program.modules[module].globals.get(name).into_iter().flatten() {
                        open.push((self.values.plain(*f), *f, *v));
                    }
                }
                Op::Import(index) => {
                    let module = program.functions[function].module;
                    if let Some(bound) = program.modules[module].imports.get(*index as usize)
                        && let (crate::program::Target::Module(other) | crate::program::Target::Submodule(Some(other), _), crate::ir::Imported::Name(name)) = (&bound.target, bound.what)
                    {
                        for (f, v) in program.modules[*other].globals.get(&name).into_iter().flatten() {
                            open.push((self.values.plain(*f), *f, *v));
                        }
                    }
                }
                Op::Phi(values, _) => open.extend(values.iter().map(|v| (inst, function, *v))),
                Op::Logic(_, x, y) => open.extend([(inst, function, *x), (inst, function, *y)]),
                Op::Capture(at) => {
                    if let Some((outer, captured)) = &program.functions[function].made
                        && let Some(v) = captured.get(usize::from(*at))
                    {
                        open.push((self.values.plain(*outer), *outer, *v));
                    }
                }
                Op::Load(base, key) => {
                    let (base, key) = (*base, *key);
                    for val in self.values.value(inst, base).to_vec() {
                        match val {
                            Val::Instance(class) => {
                                for (f, v) in program.classes[class].fields.get(&key).into_iter().flatten() {
                                    open.push((self.values.plain(*f), *f, *v));
                                }
                            }
                            Val::Module(module) => {
                                for (f, v) in program.modules[module].globals.get(&key).into_iter().flatten() {
                                    open.push((self.values.plain(*f), *f, *v));
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => found.push(Val::Any),
            }
        }
        if found.is_empty() { vec![Val::Any] } else { found }
    }

    #[expect(clippy::too_many_arguments, reason = "a row is applied to a call with its place")]
    fn site(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, path: &str, row: &CallRow, store: &StoreRow, slot: &str) -> StoreSite {
        StoreSite {
            function,
            call: value,
            span: self.span(function, value),
            kind: store.kind.clone(),
            resource: store.resource.as_ref().and_then(|p| self.port_vals(inst, function, value, call, p)),
            partition: store.partition.as_ref().and_then(|p| self.port_vals(inst, function, value, call, p)),
            slot: slot.to_owned(),
            action: row.action.clone(),
            callee: path.to_owned(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a row is applied to a call with its place")]
    fn row_write(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, path: &str, row: &CallRow, store: &StoreRow) {
        for (slot, port) in &store.slots {
            let site = self.site(inst, function, value, call, path, row, store, slot);
            if self.correlated(inst, function, value, call, store, port, &site) {
                continue;
            }
            self.used(site.clone());
            for fact in self.port_facts(inst, function, value, call, port) {
                self.stored(site.clone(), fact);
            }
        }
        if store.slots.is_empty() {
            let site = self.site(inst, function, value, call, path, row, store, "*");
            self.used(site);
        }
    }

    /// A resource and a payload that one merge chose together are read edge by edge: thirteen cases give thirteen
    /// pairs, not 169. Whether it was so.
    #[expect(clippy::too_many_arguments, reason = "a row is applied to a call with its place")]
    fn correlated(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, store: &StoreRow, port: &Port, site: &StoreSite) -> bool {
        let Some(of) = &store.resource else { return false };
        let Some(resource) = self.single(inst, function, value, call, of) else { return false };
        let Some(payload) = self.single(inst, function, value, call, port) else { return false };
        let Op::Phi(names, false) = self.program.op(function, resource) else { return false };
        let names = names.clone();
        for (at, name) in names.iter().enumerate() {
            let Some(facts) = self.chosen(inst, function, payload, resource, at, 0) else { return false };
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
    fn single(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, port: &Port) -> Option<ValueId> {
        let ports = self.ports(inst, function, value, call, port);
        let [(mut value, parts)] = <[_; 1]>::try_from(ports).ok()?;
        for part in parts {
            let Part::Key(key) = part else { return None };
            let object = self.program.object(function, value);
            let Op::Record(fields) = self.program.op(function, object) else { return None };
            value = fields.iter().find(|(k, _)| k.is_some_and(|k| self.program.text(k) == key)).map(|(_, v)| *v)?;
        }
        Some(self.program.object(function, value))
    }

    /// The facts of a value on one edge of the merge that made `with`.
    fn chosen(&mut self, inst: InstId, function: FnId, value: ValueId, with: ValueId, at: usize, depth: u8) -> Option<Vec<Fact>> {
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
                let one_merge = values.len() == edges && last - first < 64 && (first..=last).all(|v| matches!(program.op(function, ValueId(v)), Op::Phi(_, false)));
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
                        for (from, _) in self.ports(inst, function, value, call, &flow.from) {
                            let Some(facts) = self.chosen(inst, function, from, with, at, depth + 1) else { continue };
                            any = true;
                            for mut fact in facts {
                                self.through_row(&mut fact, flow, &path, span);
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

    #[expect(clippy::too_many_arguments, reason = "a row is applied to a call with its place")]
    fn row_read(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, path: &str, row: &CallRow, store: &StoreRow) {
        for (slot, port) in &store.slots {
            let key = (inst, value, store.kind.clone(), format!("{slot} {path}"));
            let id = match self.read_ids.get(&key) {
                Some(known) => *known,
                None => {
                    let site = self.site(inst, function, value, call, path, row, store, slot);
                    let id = self.reads.push(site);
                    self.read_ids.insert(key, id);
                    id
                }
            };
            if port.callback().is_some() {
                continue;
            }
            let fact = Fact::whole(Root::Read(id.0));
            self.deliver(inst, function, value, call, port, vec![fact]);
        }
    }

    /// A write of the program to a store, tainted or not.
    fn used(&mut self, site: StoreSite) {
        if self.summary.uses.iter().any(|id| self.writes[*id] == site) {
            return;
        }
        if self.summary.uses.len() < super::summary::ENTRIES_MAX {
            let id = self.writes.push(site);
            self.summary.uses.push(id);
        }
    }

    /// A name, or of an object opened by name that name.
    fn named(&mut self, inst: InstId, function: FnId, value: ValueId) -> Vals {
        let values = self.values.value(inst, value);
        if !values.iter().any(|v| matches!(v, Val::Typed(_))) {
            return values;
        }
        let mut all: Vec<Val> = self.made_with(inst, function, value);
        all.sort_unstable();
        all.dedup();
        Rc::from(all)
    }

    fn file_site(&mut self, inst: InstId, function: FnId, value: ValueId, name: ValueId) -> StoreSite {
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

    fn file_read(&mut self, inst: InstId, function: FnId, value: ValueId, name: ValueId) -> Fact {
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

    /// Whether a condition of a row holds at a call.
    pub(super) fn test(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call, test: &Test) -> bool {
        let ports = self.ports(inst, function, value, call, &test.port);
        if let Some(absent) = test.absent {
            return ports.is_empty() == absent;
        }
        let mut values = Vec::new();
        for (source, parts) in &ports {
            let mut here = self.values.value(inst, *source).to_vec();
            for part in parts {
                here = match part {
                    Part::Key(key) => {
                        let key = self.values.words.intern(key);
                        here.iter().flat_map(|v| self.values.member(function, v, key)).collect()
                    }
                    _ => here.iter().flat_map(|v| self.values.elements(v)).collect(),
                };
            }
            values.extend(here);
        }
        if let Some(shape) = &test.shape {
            return ports.iter().any(|(source, _)| self.has_shape(function, *source, shape)) || values.iter().any(|v| self.val_shape(v, shape));
        }
        let is = |v: &Val, l: &Literal| match (v, l) {
            (Val::Flag(a), Literal::Flag(b)) => a == b,
            (Val::Text(s) | Val::Number(s), Literal::Text(text)) => self.values.word(*s) == text,
            // `shell: "/bin/bash"` is as good as true.
            (Val::Text(s), Literal::Flag(true)) => !self.values.word(*s).is_empty(),
            _ => false,
        };
        if !test.is.is_empty() {
            return values.iter().any(|v| test.is.iter().any(|l| is(v, l)));
        }
        if !test.api.is_empty() {
            let mut paths = Vec::new();
            for val in values {
                match val {
                    Val::Api(path) => paths.push(self.values.word(path).to_owned()),
                    Val::Typed(of) => paths.push(self.values.word(of).to_owned()),
                    Val::Class(class) => paths.extend(self.values.api_bases(class)),
                    _ => {}
                }
            }
            return paths.iter().any(|p| test.api.contains(p));
        }
        !ports.is_empty()
    }

    fn has_shape(&self, function: FnId, value: ValueId, shape: &str) -> bool {
        match self.program.op(function, self.program.object(function, value)) {
            Op::List(_) => shape == "list",
            Op::Record(_) => shape == "record",
            Op::Concat(_) => shape == "text",
            _ => false,
        }
    }

    fn val_shape(&self, val: &Val, shape: &str) -> bool {
        match val {
            Val::Built(inst, at) => self.has_shape(self.values.function(*inst), *at, shape),
            Val::Text(_) | Val::Shape(_) => shape == "text",
            _ => false,
        }
    }
}

fn takes_receiver(runs: Runs, kind: FunctionKind) -> bool {
    match runs {
        Runs::Constructor(_) | Runs::Method => true,
        Runs::Function => matches!(kind, FunctionKind::ClassMethod(_)),
    }
}

/// Whether parameters of the function stand in a name.
pub fn is_symbolic(values: &Vals) -> bool {
    values.iter().any(|v| match v {
        Val::Param(_) => true,
        Val::Shape(shape) => shape.pieces().iter().any(|p| matches!(p, Piece::Param(_))),
        _ => false,
    })
}
