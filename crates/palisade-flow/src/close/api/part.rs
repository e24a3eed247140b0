//! Parameters and captured values: what callers hand in.

use palisade_model::index::Id;

use super::event::CONTEXT;
use super::frame::FrameId;
use super::{At, Seen, Tracer};
use crate::ir::{Call, Op, ParamKind, Passing, ValueId};
use crate::program::FnId;
use crate::value::InstId;

impl Tracer<'_, '_> {
    /// What a parameter can be, and whether every caller passes it.
    pub(super) fn param(&mut self, frame: FrameId, number: u16) -> (Vec<Seen>, bool) {
        let Some(of) = self.frames.get(frame) else {
            return (vec![Seen::Unknown], true);
        };
        if let Some((above, call, shift)) = of.caller {
            return match self.passed(above, call, of.inst, shift, number) {
                Some(seen) => (seen, true),
                None => (Vec::new(), false),
            };
        }
        if let Some(event) = self.begun.get(&of.inst) {
            let seen = match number.checked_sub(*event) {
                Some(0) => Seen::Event(Vec::new()),
                Some(1) => Seen::Event(vec![CONTEXT.to_owned()]),
                _ => Seen::Unknown,
            };
            return (vec![seen], true);
        }
        let callers = self.callers_of(of.inst);
        let mut all = Vec::new();
        let mut always = true;
        for (caller, call, shift) in &callers {
            let above = self.frames.root(*caller);
            match self.passed(above, *call, of.inst, *shift, number) {
                Some(seen) => all.extend(seen),
                None => always = false,
            }
        }
        if callers.is_empty() {
            all = self.handed_in(self.solver.values.function(of.inst), number);
        }
        (all, always)
    }

    /// What a call passes for a parameter.
    fn passed(
        &mut self,
        above: FrameId,
        call: ValueId,
        inst: InstId,
        shift: u16,
        number: u16,
    ) -> Option<Vec<Seen>> {
        let program = self.solver.program;
        let caller = self.frames.get(above)?;
        let function = self.solver.values.function(caller.inst);
        let Op::Call(call) = program.op(function, call) else {
            // A property read by a getter has its receiver alone.
            return None;
        };
        let here = |value| At {
            frame: above,
            value,
        };
        let Some(position) = number.checked_sub(shift) else {
            // The receiver.
            return match program.op(function, call.callee) {
                Op::Load(base, _) => Some(self.see(here(*base)).to_vec()),
                _ => Some(vec![Seen::Unknown]),
            };
        };
        let callee = self.solver.values.function(inst);
        let param = program.functions[callee]
            .ir
            .params
            .get(usize::from(number))?;
        let mut positional = 0;
        for arg in &call.args {
            match arg.passing {
                Passing::Positional => {
                    if positional == position && param.kind == ParamKind::Plain {
                        return Some(self.see(here(arg.value)).to_vec());
                    }
                    positional += 1;
                }
                Passing::Named(name) if name == param.name => {
                    return Some(self.see(here(arg.value)).to_vec());
                }
                Passing::Named(_) => {}
                Passing::Spread if positional <= position => {
                    let lists = self.see(here(arg.value));
                    let key = (position - positional).to_string();
                    return Some(lists.iter().flat_map(|l| self.member(l, &key)).collect());
                }
                Passing::Spread => {}
                Passing::SpreadNamed => {
                    let found = self.members(here(arg.value), program.text(param.name));
                    if found.iter().any(|s| *s != Seen::Unknown) {
                        return Some(found);
                    }
                }
            }
        }
        match param.kind {
            ParamKind::Plain | ParamKind::NameOnly => None,
            ParamKind::Rest | ParamKind::RestNamed => Some(vec![Seen::Unknown]),
        }
    }

    /// What libraries that run a function hand it: elements, results, further arguments.
    fn handed_in(&mut self, function: FnId, number: u16) -> Vec<Seen> {
        let places = self.handed.get(&function).cloned().unwrap_or_default();
        let mut all = Vec::new();
        for (inst, value, position) in places {
            let frame = self.frames.root(inst);
            let outer = self.solver.values.function(inst);
            let Op::Call(call) = self.solver.program.op(outer, value) else {
                continue;
            };
            all.extend(self.handed_by(frame, outer, call, position, number));
        }
        if all.is_empty() {
            vec![Seen::Unknown]
        } else {
            all
        }
    }

    fn handed_by(
        &mut self,
        frame: FrameId,
        outer: FnId,
        call: &Call,
        position: usize,
        number: u16,
    ) -> Vec<Seen> {
        let program = self.solver.program;
        let here = |value| At { frame, value };
        let further = |shift: usize| call.args.get(position + shift + usize::from(number));
        match program.op(outer, call.callee) {
            Op::Load(base, name) => match program.text(*name) {
                "map" | "forEach" | "filter" | "flatMap" | "some" | "every" | "find"
                    if number == 0 && position == 0 =>
                {
                    // `executor.map(fn, xs)` of Python has what it maps behind the function.
                    if let Some(list) = call.args.get(1) {
                        let lists = self.see(here(list.value));
                        let objects = lists.iter().any(|l| matches!(l, Seen::Object(_)));
                        if objects {
                            return lists.iter().flat_map(|l| self.elements(l)).collect();
                        }
                    }
                    let lists = self.see(here(*base));
                    lists.iter().flat_map(|l| self.elements(l)).collect()
                }
                "then" if number == 0 && position == 0 => self.see(here(*base)).to_vec(),
                "submit" | "apply_async" | "to_thread" | "run_in_executor" => match further(1) {
                    Some(arg) => self.see(here(arg.value)).to_vec(),
                    None => vec![Seen::Unknown],
                },
                _ => vec![Seen::Unknown],
            },
            Op::Global(name) if program.text(*name) == "map" && position == 0 => match further(1) {
                Some(list) => {
                    let lists = self.see(here(list.value));
                    lists.iter().flat_map(|l| self.elements(l)).collect()
                }
                None => vec![Seen::Unknown],
            },
            _ => vec![Seen::Unknown],
        }
    }

    /// A value of the enclosing function.
    pub(super) fn capture(&mut self, inst: InstId, number: u16) -> Vec<Seen> {
        let program = self.solver.program;
        let instance = &self.solver.values.instances[inst];
        let (function, made_in) = (instance.function, instance.made_in);
        let Some((outer, captured)) = &program.functions[function].made else {
            return vec![Seen::Unknown];
        };
        let Some(value) = captured.get(usize::from(number)) else {
            return vec![Seen::Unknown];
        };
        let outer = made_in.unwrap_or_else(|| self.solver.values.plain(*outer));
        let outer = self.running(outer);
        let mut all = Vec::new();
        for inst in outer {
            let frame = self.frames.root(inst);
            all.extend(
                self.see(At {
                    frame,
                    value: *value,
                })
                .iter()
                .cloned(),
            );
        }
        all
    }

    /// The instances of a function that the entry runs; itself where it runs none of them.
    fn running(&self, inst: InstId) -> Vec<InstId> {
        if self.begun.contains_key(&inst) || self.callers.contains_key(&inst) {
            return vec![inst];
        }
        let function = self.solver.values.function(inst);
        let mut all: Vec<InstId> = self
            .begun
            .keys()
            .chain(self.callers.keys())
            .copied()
            .collect();
        all.retain(|i| self.solver.values.function(*i) == function);
        all.sort_unstable_by_key(|i| i.index());
        all.truncate(4);
        if all.is_empty() { vec![inst] } else { all }
    }
}
