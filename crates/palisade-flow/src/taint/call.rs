//! What a call does to facts: project functions by their summary, libraries by their rows, the rest by passing on.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::fact::{Fact, LinkKind, Root, compose, link};
use super::order::Since;
use super::solve::{Callee, Runs, Solver};
use super::summary::{ReadId, StoreSite, Summary, Target};
use crate::ir::{Call, FunctionKind, Op, ParamKind, Passing, ValueId};
use crate::path::Step;
use crate::program::FnId;
use crate::value::shape::Piece;
use crate::value::{InstId, Val, Vals};

/// How a project function gets its inputs.
pub(super) enum Handed<'a> {
    /// By a call of the program.
    Call {
        call: &'a Call,
        value: ValueId,
        runs: Runs,
    },
    /// By a library that runs a function handed to it.
    Callback {
        arg: ValueId,
        params: &'a FxHashMap<u16, Vec<Fact>>,
        everything: &'a [Fact],
        runs: Runs,
    },
}

impl Solver<'_> {
    pub(super) fn call(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call) {
        let callees = self.callees.get(&(inst, value)).cloned();
        let mut handled = false;
        if let Some(callees) = callees {
            for callee in callees.iter() {
                let handed = Handed::Call {
                    call,
                    value,
                    runs: callee.runs,
                };
                let facts = self.apply(inst, function, *callee, &handed, value);
                if !matches!(callee.runs, Runs::Constructor(_)) {
                    self.add_all(value, facts);
                }
                handled = true;
            }
        }
        let values = self.values.value(inst, call.callee);
        if values.len() == 1
            && let Some(callees) = self.callees.get(&(inst, value)).cloned()
            && let [callee] = &*callees
        {
            let runs = callee.runs;
            self.leaves(function, *callee, &Handed::Call { call, value, runs });
        }
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

    /// Reading a property runs the function behind it.
    pub(super) fn property(&mut self, inst: InstId, function: FnId, value: ValueId) {
        let Some(callees) = self.callees.get(&(inst, value)).cloned() else {
            return;
        };
        let call = Call {
            callee: value,
            args: Vec::new(),
            new: false,
            tagged: false,
        };
        for callee in callees.iter() {
            let handed = Handed::Call {
                call: &call,
                value,
                runs: callee.runs,
            };
            let facts = self.apply(inst, function, *callee, &handed, value);
            self.add_all(value, facts);
        }
    }

    /// A class without a constructor of its own (data classes, models): arguments become fields.
    pub(super) fn fill_fields(&mut self, value: ValueId, call: &Call) {
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

    pub(super) fn name(&self, callee: Callee) -> String {
        let function = &self.program.functions[self.values.function(callee.inst)];
        self.program.text(function.ir.name).to_owned()
    }

    /// Applies a summary; returns the facts of the result.
    pub(super) fn apply(
        &mut self,
        inst: InstId,
        function: FnId,
        callee: Callee,
        handed: &Handed<'_>,
        at: ValueId,
    ) -> Vec<Fact> {
        let summary: Rc<Summary> = self.summaries[callee.inst].clone();
        self.summary.callees.push(callee.inst);
        self.asked.insert(callee.inst);
        let (span, name) = (self.span(function, at), self.name(callee));
        let mut cache: FxHashMap<Root, Rc<Vec<Fact>>> = FxHashMap::default();
        let before = self.later;
        self.later |= matches!(handed, Handed::Callback { .. });
        let mut result = Vec::new();
        for flow in &summary.returns {
            if let Root::Param(param) = flow.input.root
                && flow.exact
                && flow.at.is_empty()
                && !flow.input.path.iter().any(|s| matches!(s, Step::Decode(_)))
                && let Some(whole) = self.handed_object(function, handed, param)
                && whole != at
            {
                self.is_part(at, whole, flow.input.path.clone());
            }
            result.extend(self.lifted(
                inst, function, callee, handed, &mut cache, flow, span, &name,
            ));
        }
        for flow in &summary.throws {
            for fact in self.lifted(
                inst, function, callee, handed, &mut cache, flow, span, &name,
            ) {
                self.throws(fact);
            }
        }
        for (target, flow) in &summary.writes {
            let facts = self.lifted(
                inst, function, callee, handed, &mut cache, flow, span, &name,
            );
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
                        self.store_facts(function, object, &[], parts);
                    }
                }
                Target::Capture(slot) => {
                    match self.captured_object(function, handed, *slot) {
                        Some(object) => self.store_facts(function, object, &[], facts),
                        // The closure was handed in: its maker knows what it captured.
                        None => {
                            let closure = match handed {
                                Handed::Call { call, .. } => call.callee,
                                Handed::Callback { arg, .. } => *arg,
                            };
                            self.store_facts(function, closure, &[Step::Captured(*slot)], facts);
                        }
                    }
                }
            }
        }
        for sink in &summary.sinks {
            let open = sink.fact.input.root.is_open() || self.open_read(sink.fact.input.root);
            if open {
                for fact in self.lifted(
                    inst, function, callee, handed, &mut cache, &sink.fact, span, &name,
                ) {
                    if self.later || self.seen_inside(&fact) {
                        self.sink(sink.sink, fact);
                    }
                }
            }
        }
        for store in &summary.stores {
            let site = self.writes[store.site].clone();
            let symbolic = site.resource.as_ref().is_some_and(is_symbolic)
                || site.partition.as_ref().is_some_and(is_symbolic);
            if !symbolic
                && !store.fact.input.root.is_open()
                && !self.open_read(store.fact.input.root)
            {
                continue;
            }
            let site = self.substituted(inst, site, handed, callee);
            for fact in self.lifted(
                inst,
                function,
                callee,
                handed,
                &mut cache,
                &store.fact,
                span,
                &name,
            ) {
                if self.later || self.seen_inside(&fact) {
                    self.stored(site.clone(), fact);
                }
            }
        }
        self.later = before;
        for used in &summary.uses {
            let site = self.writes[*used].clone();
            if site.resource.as_ref().is_some_and(is_symbolic) {
                let site = self.substituted(inst, site, handed, callee);
                self.used(site);
            }
        }
        result
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a flow is lifted from a callee to a call with its place"
    )]
    pub(super) fn lifted(
        &mut self,
        inst: InstId,
        function: FnId,
        callee: Callee,
        handed: &Handed<'_>,
        cache: &mut FxHashMap<Root, Rc<Vec<Fact>>>,
        flow: &Fact,
        span: palisade_model::source::Span,
        name: &str,
    ) -> Vec<Fact> {
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
            let later = matches!(handed, Handed::Callback { .. });
            let object = match (later, root) {
                (false, Root::Param(n)) => self.handed_object(function, handed, n),
                (false, Root::Capture(slot)) => self.captured_once(function, handed, slot),
                _ => None,
            };
            let arrives = |actual: &Fact| {
                if let (Some(object), Some(step)) = (object, flow.input.path.first())
                    && self.is_gone(function, object, *step, actual)
                {
                    return None;
                }
                let mut fact = compose(flow, actual, span, name)?;
                // What is read inside is read now; what is handed on may still be filled.
                if !flow.exact || actual.at.len() <= flow.input.path.len() {
                    if !later && !self.seen_inside(actual) {
                        return None;
                    }
                    fact.since = Since::default();
                }
                Some(fact)
            };
            return actuals.iter().filter_map(arrives).collect();
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
    pub(super) fn open_read(&self, root: Root) -> bool {
        match root {
            Root::Read(read) => self.reads.get(ReadId(read)).is_some_and(|site| {
                site.resource.as_ref().is_some_and(is_symbolic)
                    || site.partition.as_ref().is_some_and(is_symbolic)
            }),
            _ => false,
        }
    }

    pub(super) fn lifted_read(
        &mut self,
        inst: InstId,
        read: ReadId,
        handed: &Handed<'_>,
        callee: Callee,
    ) -> ReadId {
        if !self.open_read(Root::Read(read.0)) {
            return read;
        }
        let Handed::Call { value, .. } = handed else {
            return read;
        };
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
    pub(super) fn actuals(
        &mut self,
        function: FnId,
        callee: Callee,
        handed: &Handed<'_>,
        root: Root,
    ) -> Vec<Fact> {
        match (root, handed) {
            (Root::Param(at), Handed::Call { call, value, runs }) => {
                self.param_facts(callee, call, *value, *runs, function, at)
            }
            (
                Root::Param(at),
                Handed::Callback {
                    params,
                    everything,
                    runs,
                    ..
                },
            ) => {
                let offset = u16::from(*runs == Runs::Method);
                let Some(at) = at.checked_sub(offset) else {
                    return Vec::new();
                };
                let kind = self.program.functions[self.values.function(callee.inst)]
                    .ir
                    .params
                    .get(usize::from(at + offset))
                    .map(|p| p.kind);
                if kind == Some(ParamKind::Rest) {
                    return params
                        .values()
                        .flatten()
                        .chain(everything.iter())
                        .cloned()
                        .map(|f| f.inside(Step::Elem))
                        .collect();
                }
                params
                    .get(&at)
                    .into_iter()
                    .flatten()
                    .chain(everything.iter())
                    .cloned()
                    .collect()
            }
            (Root::Capture(slot), Handed::Call { call, .. }) => {
                // A name that is bound once holds what it holds now.
                match self.captured_once(function, handed, slot) {
                    Some(value) => self.alive(function, value),
                    None => self
                        .of(call.callee)
                        .iter()
                        .filter_map(|f| f.part(Step::Captured(slot)))
                        .collect(),
                }
            }
            (Root::Capture(slot), Handed::Callback { arg, .. }) => self
                .of(*arg)
                .iter()
                .filter_map(|f| f.part(Step::Captured(slot)))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn param_facts(
        &mut self,
        callee: Callee,
        call: &Call,
        value: ValueId,
        runs: Runs,
        function: FnId,
        at: u16,
    ) -> Vec<Fact> {
        let target = &self.program.functions[self.values.function(callee.inst)].ir;
        let offset = usize::from(takes_receiver(runs, target.kind));
        let at = usize::from(at);
        if offset == 1 && at == 0 {
            return match runs {
                Runs::Constructor(_) => self.alive(function, value),
                _ => match self.program.op(function, call.callee) {
                    Op::Load(receiver, _) => self.alive(function, *receiver),
                    _ => Vec::new(),
                },
            };
        }
        let Some(param) = target.params.get(at) else {
            return Vec::new();
        };
        let position = at.saturating_sub(offset);
        let mut found = Vec::new();
        let mut next = 0;
        for arg in &call.args {
            match (arg.passing, param.kind) {
                (Passing::Positional, ParamKind::Plain) if next == position => {
                    found.extend(self.alive(function, arg.value))
                }
                (Passing::Positional, ParamKind::Rest) if next >= position => {
                    let step = self.number(next - position);
                    found.extend(
                        self.alive(function, arg.value)
                            .into_iter()
                            .map(|f| f.inside(step)),
                    );
                }
                (Passing::Spread, ParamKind::Plain) if next <= position => {
                    let step = self.number(position - next);
                    found.extend(
                        self.alive(function, arg.value)
                            .iter()
                            .filter_map(|f| f.part(step)),
                    );
                }
                (Passing::Spread, ParamKind::Rest) => found.extend(self.alive(function, arg.value)),
                (Passing::Named(name), ParamKind::Plain | ParamKind::NameOnly)
                    if name == param.name =>
                {
                    found.extend(self.alive(function, arg.value))
                }
                (Passing::Named(name), ParamKind::RestNamed)
                    if !target.params.iter().any(|p| p.name == name) =>
                {
                    found.extend(
                        self.alive(function, arg.value)
                            .into_iter()
                            .map(|f| f.inside(Step::Key(name))),
                    );
                }
                (Passing::SpreadNamed, ParamKind::Plain | ParamKind::NameOnly) => {
                    found.extend(
                        self.alive(function, arg.value)
                            .iter()
                            .filter_map(|f| f.part(Step::Key(param.name))),
                    );
                }
                (Passing::SpreadNamed, ParamKind::RestNamed) => {
                    found.extend(self.alive(function, arg.value))
                }
                _ => {}
            }
            if arg.passing == Passing::Positional {
                next += 1;
            }
        }
        found
    }

    /// The value handed in for a parameter, where it is one value.
    pub(super) fn handed_value(
        &self,
        function: FnId,
        call: &Call,
        value: ValueId,
        runs: Runs,
        param: usize,
    ) -> Option<ValueId> {
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
        let positional = call
            .args
            .iter()
            .take_while(|a| a.passing != Passing::Spread)
            .filter(|a| a.passing == Passing::Positional)
            .nth(position);
        positional.map(|a| a.value)
    }

    pub(super) fn handed_object(
        &self,
        function: FnId,
        handed: &Handed<'_>,
        param: u16,
    ) -> Option<ValueId> {
        match handed {
            Handed::Call { call, value, runs } => {
                self.handed_value(function, call, *value, *runs, usize::from(param))
            }
            Handed::Callback { .. } => None,
        }
    }

    /// The captured object of a closure made in this very function.
    pub(super) fn captured_object(
        &self,
        function: FnId,
        handed: &Handed<'_>,
        slot: u16,
    ) -> Option<ValueId> {
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
    pub(super) fn substituted(
        &mut self,
        inst: InstId,
        mut site: StoreSite,
        handed: &Handed<'_>,
        callee: Callee,
    ) -> StoreSite {
        site.resource = site
            .resource
            .map(|v| self.substitute(inst, &v, handed, callee));
        site.partition = site
            .partition
            .map(|v| self.substitute(inst, &v, handed, callee));
        site
    }

    pub(super) fn substitute(
        &mut self,
        inst: InstId,
        values: &Vals,
        handed: &Handed<'_>,
        callee: Callee,
    ) -> Vals {
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
                Val::EnvOf(at) => match self.handed_by_name(function, handed, callee, *at) {
                    Some(value) => all.extend(self.values.variables(inst, value)),
                    None => all.push(Val::Any),
                },
                Val::Shape(shape) => {
                    let mut pieces = Vec::new();
                    for piece in shape.pieces().to_vec() {
                        match piece {
                            Piece::Param(at) => {
                                match self.handed_by_name(function, handed, callee, at) {
                                    Some(value) => pieces.extend(self.pieces(inst, value)),
                                    None => pieces.push(Piece::Hole),
                                }
                            }
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

    pub(super) fn handed_by_name(
        &self,
        function: FnId,
        handed: &Handed<'_>,
        callee: Callee,
        at: u16,
    ) -> Option<ValueId> {
        let Handed::Call { call, value, runs } = handed else {
            return None;
        };
        let positional = self.handed_value(function, call, *value, *runs, usize::from(at));
        positional.or_else(|| {
            let name = self.program.functions[self.values.function(callee.inst)]
                .ir
                .params
                .get(usize::from(at))?
                .name;
            call.args
                .iter()
                .find(|a| a.passing == Passing::Named(name))
                .map(|a| a.value)
        })
    }

    /// A value as pieces of text.
    pub(super) fn pieces(&mut self, inst: InstId, value: ValueId) -> Vec<Piece> {
        let values = self.values.value(inst, value);
        match &*values {
            [Val::Text(s) | Val::Number(s)] => {
                vec![Piece::Literal(self.values.word(*s).to_owned())]
            }
            [Val::Shape(shape)] => shape.pieces().to_vec(),
            [Val::Env(name)] => vec![Piece::Env(*name)],
            [Val::Param(at)] => vec![Piece::Param(*at)],
            _ => vec![Piece::Hole],
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
        Val::Param(_) | Val::EnvOf(_) => true,
        Val::Shape(shape) => shape.pieces().iter().any(|p| matches!(p, Piece::Param(_))),
        _ => false,
    })
}
