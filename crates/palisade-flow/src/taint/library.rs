//! What library calls do to facts: rows, and what nobody knows.

use super::call::Handed;
use super::order::Since;
use super::solve::Solver;
use crate::ir::{Call, Op, Passing, ValueId};
use crate::library::port::{Base, Part, Port};
use crate::library::row::{CallRow, Literal, Test};
use crate::path::{AccessPath, Step};
use crate::program::FnId;
use crate::taint::fact::{Fact, LinkKind, Root, link};
use crate::transfer::{ALL_BITS, Bits, Grammar, Transfer};
use crate::value::{InstId, Val};
use rustc_hash::FxHashMap;

impl Solver<'_> {
    pub(super) fn library_call(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
    ) {
        if let Some(parts) = self.values.text_parts(inst, function, call) {
            return self.built(inst, function, value, &parts);
        }
        let Some(library) = self.values.library(function) else {
            return self.opaque(inst, function, value, call);
        };
        let mut rows: Vec<&CallRow> = library.rows(path).collect();
        if rows.is_empty()
            && let Some((_, name)) = path.rsplit_once('.')
        {
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

    pub(super) fn apply_row(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
        row: &CallRow,
    ) {
        self.row_sinks(inst, function, value, call, path, row);
        let callbacks = self.row_callbacks(inst, function, value, call, path, row);
        for flow in &row.flows {
            if matches!(flow.to.callback(), Some(Part::Param(_))) {
                continue;
            }
            let apart = flow
                .unless
                .iter()
                .any(|t| self.test(inst, function, value, call, t));
            if apart
                || !flow
                    .when
                    .iter()
                    .all(|t| self.test(inst, function, value, call, t))
            {
                continue;
            }
            let mut facts = match flow.from.callback() {
                Some(Part::Returned) => {
                    self.returned_facts(inst, function, value, call, &flow.from, &callbacks)
                }
                _ => self.port_facts(inst, function, value, call, &flow.from),
            };
            if facts.is_empty() {
                continue;
            }
            if !flow.keep && flow.from.callback().is_none() {
                facts.retain(|f| self.seen(f));
                facts.iter_mut().for_each(|f| f.since = Since::default());
            }
            let span = self.span(function, value);
            let safe = self.made_bits(inst, function, value, call, flow);
            for fact in &mut facts {
                self.through_row(fact, flow, safe, path, span);
            }
            if let Some(port) = &flow.schema
                && let Some((at, _)) = self.ports(inst, function, value, call, port).first()
                && let Some(schema) = self.schema(function, *at, 0)
            {
                facts = facts
                    .iter()
                    .flat_map(|f| self.admitted(f, &schema, 0))
                    .collect();
            }
            self.deliver(inst, function, value, call, &flow.to, facts);
        }
        if let Some(port) = &row.returns {
            let facts = self.port_facts(inst, function, value, call, port);
            self.add_all(value, facts);
            for (whole, parts) in self.ports(inst, function, value, call, port) {
                if parts.is_empty() && whole != value {
                    self.is_part(value, whole, AccessPath::new());
                }
            }
        }
        if let Some(port) = &row.load {
            self.row_load(inst, function, value, call, port);
        }
        if let Some(made) = &row.made {
            self.makes(function, value, made);
        }
        for write in &row.writes {
            self.row_write(inst, function, value, call, path, row, write);
        }
        for read in &row.reads {
            self.row_read(inst, function, value, call, path, row, read);
        }
    }

    pub(super) fn through_row(
        &self,
        fact: &mut Fact,
        flow: &crate::library::row::FlowRow,
        safe: Bits,
        path: &str,
        span: palisade_model::source::Span,
    ) {
        // Reading a part out of the input is what people call its field.
        let reads = flow.from.parts.iter().any(|p| matches!(p, Part::Key(_)));
        if reads && fact.exact && fact.at.is_empty() {
            fact.trail = super::fact::read(&fact.trail, span);
        }
        if let Some(encoding) = flow.decode {
            fact.transfer = fact.transfer.then(Transfer::clearing(ALL_BITS));
            if fact.exact && fact.at.is_empty() {
                let (longer, whole) = crate::path::extend(
                    &fact.input.path,
                    &[Step::Decode(encoding)],
                    crate::path::INPUT_STEPS_MAX,
                );
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
        if safe != 0 {
            fact.transfer = fact.transfer.then(Transfer::setting(safe));
            let words: Vec<&str> = Grammar::ALL
                .iter()
                .filter(|(g, _)| safe & g.bit() != 0)
                .map(|(_, w)| *w)
                .collect();
            fact.trail = link(&fact.trail, LinkKind::Safe, span, words.join(", "), None);
        }
        fact.weight += 1;
    }

    /// The facts at the end of a flow go where its port says.
    pub(super) fn deliver(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        to: &Port,
        facts: Vec<Fact>,
    ) {
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
                    self.store_facts(function, object, &steps, facts.clone());
                }
            }
        }
    }

    pub(super) fn step_of(&mut self, part: &Part) -> Option<Step> {
        match part {
            Part::Key(key) => Some(Step::Key(self.values.words.intern(key))),
            Part::Elem | Part::From(_) => Some(Step::Elem),
            Part::KeyOf => Some(Step::KeyOf),
            Part::Decode(_) | Part::Param(_) | Part::Returned => None,
        }
    }

    /// The values a port names, with the steps that are left behind them.
    pub(super) fn ports(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &Port,
    ) -> Vec<(ValueId, Vec<Part>)> {
        let with = |first: Part| -> Vec<Part> {
            std::iter::once(first)
                .chain(port.parts.iter().cloned())
                .collect()
        };
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
            Base::Made(_) => Vec::new(),
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
                            found.push((
                                arg.value,
                                with(if at >= 0 {
                                    Part::Key(at.to_string())
                                } else {
                                    Part::Elem
                                }),
                            ));
                        }
                        Passing::SpreadNamed => {
                            // Only a record that may hold the name counts.
                            for name in names {
                                let key = self.values.words.intern(name);
                                let held = self.values.value(inst, arg.value);
                                let holds = held.iter().any(|v| {
                                    self.values
                                        .member(function, v, key)
                                        .iter()
                                        .any(|m| *m != Val::Any)
                                }) || self
                                    .of(arg.value)
                                    .iter()
                                    .any(|f| f.part(Step::Key(key)).is_some());
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
    pub(super) fn port_facts(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &Port,
    ) -> Vec<Fact> {
        if let Base::File(inner) = &port.base {
            let mut facts = Vec::new();
            for (name, _) in self.ports(inst, function, value, call, inner) {
                facts.push(self.file_read(inst, function, value, name));
            }
            return facts;
        }
        let mut all = Vec::new();
        for (source, parts) in self.ports(inst, function, value, call, port) {
            let facts: Vec<Fact> = self
                .alive(function, source)
                .into_iter()
                .filter(|f| !matches!(f.at.first(), Some(Step::Captured(_))))
                .collect();
            all.extend(self.select(facts, &parts));
        }
        all
    }

    pub(super) fn select(&mut self, mut facts: Vec<Fact>, parts: &[Part]) -> Vec<Fact> {
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
                        Some(Step::Key(key)) => self
                            .values
                            .word(*key)
                            .parse::<usize>()
                            .is_ok_and(|n| n >= *first),
                        Some(step) => *step == Step::Elem,
                        None => f.exact,
                    };
                    facts
                        .iter()
                        .filter(far)
                        .filter_map(|f| f.part(f.at.first().copied().unwrap_or(Step::Elem)))
                        .collect()
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

    pub(super) fn row_load(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &Port,
    ) {
        let Op::Load(receiver, _) = self.program.op(function, call.callee) else {
            return;
        };
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
            for (fact, _) in self.parts_of(function, *receiver, step) {
                self.add(value, fact);
            }
            self.is_part(value, *receiver, AccessPath::from_iter([step]));
        }
    }

    /// Runs the functions handed to a library; per argument what its parameters got.
    pub(super) fn row_callbacks(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        path: &str,
        row: &CallRow,
    ) -> FxHashMap<ValueId, Vec<Fact>> {
        let mut per_arg: FxHashMap<ValueId, FxHashMap<u16, Vec<Fact>>> = FxHashMap::default();
        for flow in &row.flows {
            let Some(Part::Param(param)) = flow.to.callback() else {
                continue;
            };
            let param = *param;
            let behind: Vec<Step> = flow
                .to
                .parts
                .iter()
                .skip_while(|p| !matches!(p, Part::Param(_)))
                .skip(1)
                .filter_map(|p| self.step_of(p))
                .collect();
            let mut facts = self.port_facts(inst, function, value, call, &flow.from);
            let span = self.span(function, value);
            for fact in &mut facts {
                self.through_row(fact, flow, flow.safe, "", span);
                for step in behind.iter().rev() {
                    *fact = fact.clone().inside(*step);
                }
            }
            for (arg, _) in self.ports(inst, function, value, call, &flow.to) {
                per_arg
                    .entry(arg)
                    .or_default()
                    .entry(param)
                    .or_default()
                    .extend(facts.iter().cloned());
            }
        }
        for store in &row.reads {
            for (slot, port) in &store.slots {
                let Some(Part::Param(param)) = port.callback() else {
                    continue;
                };
                let id = self.row_slot(inst, function, value, call, path, row, store, slot);
                let mut fact = Fact::whole(Root::Read(id.0));
                let behind = port.parts.iter().rev();
                let behind: Vec<Step> = behind
                    .take_while(|p| !matches!(p, Part::Param(_)))
                    .filter_map(|p| self.step_of(p))
                    .collect();
                for step in behind {
                    fact = fact.inside(step);
                }
                for (arg, _) in self.ports(inst, function, value, call, port) {
                    let known = per_arg.entry(arg).or_default();
                    known.entry(*param).or_default().push(fact.clone());
                }
            }
        }
        let mut returned = FxHashMap::default();
        let args: Vec<ValueId> = call.args.iter().map(|a| a.value).collect();
        for arg in args {
            let nothing = FxHashMap::default();
            let params = per_arg.get(&arg).unwrap_or(&nothing);
            let mut facts = Vec::new();
            for callee in self.closures(inst, arg) {
                let handed = Handed::Callback {
                    arg,
                    params,
                    everything: &[],
                    runs: callee.runs,
                };
                facts.extend(self.apply(inst, function, callee, &handed, value));
            }
            if !facts.is_empty() {
                returned.insert(arg, facts);
            }
        }
        returned
    }

    pub(super) fn returned_facts(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        port: &Port,
        returned: &FxHashMap<ValueId, Vec<Fact>>,
    ) -> Vec<Fact> {
        let mut all = Vec::new();
        let behind: Vec<Part> = port
            .parts
            .iter()
            .skip_while(|p| !matches!(p, Part::Returned))
            .skip(1)
            .cloned()
            .collect();
        for (arg, _) in self.ports(inst, function, value, call, port) {
            let facts = returned.get(&arg).cloned().unwrap_or_default();
            all.extend(self.select(facts, &behind));
        }
        all
    }

    /// A call nobody knows: whatever goes in may come out.
    pub(super) fn opaque(&mut self, inst: InstId, function: FnId, value: ValueId, call: &Call) {
        let span = self.span(function, value);
        let mut sources: Vec<ValueId> = call.args.iter().map(|a| a.value).collect();
        if let Op::Load(receiver, _) = self.program.op(function, call.callee) {
            sources.push(*receiver);
        }
        let mut facts = Vec::new();
        for source in sources {
            for fact in self.alive(function, source) {
                if matches!(fact.at.first(), Some(Step::Captured(_))) || !self.seen(&fact) {
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
                let handed = Handed::Callback {
                    arg,
                    params: &nothing,
                    everything: &facts.clone(),
                    runs: callee.runs,
                };
                let back = self.apply(inst, function, callee, &handed, value);
                facts.extend(back);
            }
        }
        self.add_all(value, facts);
    }

    /// Whether a condition of a row holds at a call.
    pub(super) fn test(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        call: &Call,
        test: &Test,
    ) -> bool {
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
                        here.iter()
                            .flat_map(|v| self.values.member(function, v, key))
                            .collect()
                    }
                    _ => here.iter().flat_map(|v| self.values.elements(v)).collect(),
                };
            }
            values.extend(here);
        }
        if let Some(shape) = &test.shape {
            return ports.iter().any(|(source, parts)| {
                parts.is_empty() && self.has_shape(function, *source, shape)
            }) || values.iter().any(|v| self.val_shape(v, shape));
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
            for (source, _) in ports.iter().filter(|(_, parts)| parts.is_empty()) {
                let object = self.program.object(function, *source);
                if let Op::Call(made) = self.program.op(function, object) {
                    let made = self.api_paths(inst, function, made);
                    paths.extend(made.into_iter().map(|path| format!("{path}()")));
                }
            }
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

    pub(super) fn has_shape(&self, function: FnId, value: ValueId, shape: &str) -> bool {
        match self
            .program
            .op(function, self.program.object(function, value))
        {
            Op::List(_) => shape == "list",
            Op::Record(_) => shape == "record",
            Op::Concat(_) => shape == "text",
            _ => false,
        }
    }

    pub(super) fn val_shape(&self, val: &Val, shape: &str) -> bool {
        match val {
            Val::Built(inst, at) => self.has_shape(self.values.function(*inst), *at, shape),
            Val::Text(_) | Val::Shape(_) => shape == "text",
            _ => false,
        }
    }
}
