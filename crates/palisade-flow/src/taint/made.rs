//! What the objects of a library were made from: the name of a table, the key of an object, the path of a file.

use super::solve::Solver;
use crate::ir::{Call, Imported, Op, ValueId};
use crate::library::port::Port;
use crate::program::{ClassId, FnId, Target};
use crate::value::{InstId, Val};

/// How many values are looked at for one object.
const LOOKS_MAX: usize = 48;
/// How many functions that hand an object back are entered.
const DEPTH_MAX: u8 = 4;

/// A value in an instance of its function.
type At = (InstId, FnId, ValueId);

/// Whose parameters a value may be known in terms of.
#[derive(Clone, Copy)]
enum Seen {
    /// Those of the function that is looked at.
    Inside,
    /// Those of another function: nothing is known of them.
    Outside,
    /// Those of a constructor of a class.
    Constructor(ClassId),
}

/// What is asked of the call that made an object.
#[derive(Clone, Copy)]
enum Asked<'a> {
    /// Its first argument.
    First,
    /// A port.
    Port(&'a Port),
}

impl Solver<'_> {
    /// The first argument of the call that made a typed object (`dynamodb.Table(name)`, `s3.Bucket(name)`).
    pub(super) fn made_with(&mut self, inst: InstId, function: FnId, value: ValueId) -> Vec<Val> {
        self.made((inst, function, value), Asked::First, &mut 0, 0)
    }

    /// A part of the call that made a typed object.
    pub(super) fn made_from(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        port: &Port,
    ) -> Vec<Val> {
        self.made((inst, function, value), Asked::Port(port), &mut 0, 0)
    }

    fn made(&mut self, at: At, asked: Asked<'_>, looks: &mut usize, depth: u8) -> Vec<Val> {
        let mut open = vec![(at, Seen::Inside)];
        let mut found = Vec::new();
        while let Some(((inst, function, value), seen)) = open.pop() {
            *looks += 1;
            if *looks > LOOKS_MAX {
                found.push(Val::Any);
                break;
            }
            let program = self.program;
            let object = program.object(function, value);
            match program.op(function, object) {
                // `with open(…) as f`: what was entered is what was made.
                Op::Call(call)
                    if call.args.is_empty()
                        && let Op::Load(receiver, name) = program.op(function, call.callee)
                        && matches!(program.text(*name), "__enter__" | "__aenter__") =>
                {
                    open.push(((inst, function, *receiver), seen));
                }
                Op::Call(call) => {
                    let at = (inst, function, object);
                    let vals = match self.made_by_project(at, call, asked, looks, depth) {
                        Some(vals) => vals,
                        None => self.made_by(at, call, asked),
                    };
                    for val in vals {
                        found.extend(self.seen_as(seen, function, val));
                    }
                }
                op => match self.behind(inst, function, op, seen) {
                    Some(more) => open.extend(more),
                    None => found.push(Val::Any),
                },
            }
        }
        if found.is_empty() {
            found.push(Val::Any);
        }
        found
    }

    fn seen_as(&mut self, seen: Seen, function: FnId, val: Val) -> Vec<Val> {
        match (seen, &val) {
            (Seen::Inside, _) => vec![val],
            (Seen::Constructor(class), Val::Param(at)) => {
                self.values.handed_to_constructor(class, function, *at)
            }
            _ => vec![val.from_outside()],
        }
    }

    /// What is asked, of a call that makes an object.
    fn made_by(&mut self, (inst, function, value): At, call: &Call, asked: Asked<'_>) -> Vec<Val> {
        let vals = match asked {
            Asked::First => match call.args.first() {
                Some(arg) => self.values.value(inst, arg.value).to_vec(),
                None => Vec::new(),
            },
            Asked::Port(port) => self
                .port_vals(inst, function, value, call, port)
                .map(|vals| vals.to_vec())
                .unwrap_or_default(),
        };
        if vals.is_empty() {
            return vec![Val::Any];
        }
        vals
    }

    /// What is asked, of a call of a function of the program that hands the object back.
    fn made_by_project(
        &mut self,
        (inst, _, _): At,
        call: &Call,
        asked: Asked<'_>,
        looks: &mut usize,
        depth: u8,
    ) -> Option<Vec<Val>> {
        let mut found: Option<Vec<Val>> = None;
        for callee in self.values.value(inst, call.callee).iter() {
            let Some(target) = self.values.callee_instance(inst, call, callee) else {
                continue;
            };
            let vals = found.get_or_insert_default();
            let function = self.values.function(target);
            if depth >= DEPTH_MAX {
                vals.push(Val::Any);
                continue;
            }
            let offset = usize::from(matches!(callee, Val::Method(..)));
            let instrs = &self.program.functions[function].ir.instrs;
            for instr in instrs.iter() {
                let Op::Return(value) = &instr.op else {
                    continue;
                };
                for val in self.made((target, function, *value), asked, looks, depth + 1) {
                    let seen = self.values.seen_by_caller(inst, call, target, val, offset);
                    vals.extend(seen);
                }
            }
        }
        found
    }

    /// The values that a value is, or that a name was given; `None` where that is not known.
    fn behind(
        &mut self,
        inst: InstId,
        function: FnId,
        op: &Op,
        seen: Seen,
    ) -> Option<Vec<(At, Seen)>> {
        let program = self.program;
        let mut found = Vec::new();
        let mut class = None;
        let here = |value: &ValueId| ((inst, function, *value), seen);
        match op {
            Op::Global(name) => {
                let module = program.functions[function].module;
                let set = program.modules[module].globals.get(name);
                found.extend(set.into_iter().flatten().copied());
            }
            Op::Import(index) => {
                let module = program.functions[function].module;
                if let Some(bound) = program.modules[module].imports.get(*index as usize)
                    && let (
                        Target::Module(other) | Target::Submodule(Some(other), _),
                        Imported::Name(name),
                    ) = (&bound.target, bound.what)
                {
                    let set = program.modules[*other].globals.get(&name);
                    found.extend(set.into_iter().flatten().copied());
                }
            }
            Op::Phi(values, _) => return Some(values.iter().map(here).collect()),
            Op::Logic(_, x, y) => return Some(vec![here(x), here(y)]),
            Op::Capture(at) => {
                if let Some((outer, captured)) = &program.functions[function].made
                    && let Some(value) = captured.get(usize::from(*at))
                {
                    found.push((*outer, *value));
                }
            }
            Op::Load(base, key) => {
                let vals = self.values.value(inst, *base);
                if vals.iter().any(|v| matches!(v, Val::Typed(_))) {
                    // `bucket.objects` is made with its bucket.
                    return Some(vec![here(base)]);
                }
                for val in vals.iter() {
                    let set = match val {
                        Val::Instance(of) => {
                            class = Some(*of);
                            program.classes[*of].fields.get(key)
                        }
                        Val::Module(module) => program.modules[*module].globals.get(key),
                        _ => None,
                    };
                    found.extend(set.into_iter().flatten().copied());
                }
            }
            _ => return None,
        }
        let constructor = class.and_then(|class| self.values.constructor(class));
        let elsewhere = |(f, v): (FnId, ValueId)| {
            let seen = match class {
                Some(class) if constructor == Some(f) => Seen::Constructor(class),
                _ => Seen::Outside,
            };
            ((self.values.plain(f), f, v), seen)
        };
        Some(found.into_iter().map(elsewhere).collect())
    }
}
