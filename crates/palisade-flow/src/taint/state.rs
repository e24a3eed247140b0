//! What a program keeps of what it was sent: lists that grow, names set by whoever comes first, the environment.

use palisade_model::index::Id;

use super::fact::Fact;
use super::solve::Solver;
use super::summary::Target;
use super::watch::{ENVIRONMENT, FIRST, LIST};
use crate::ir::{Comparison, Const, FunctionKind, Op, RegionKind, Sym, ValueId};
use crate::program::{FnId, ModuleId};
use crate::transfer::Grammar;
use crate::value::{InstId, Val};

/// How deep conditions are looked into.
const DEPTH_MAX: u8 = 8;

impl Solver<'_> {
    /// A module-level name set where it was found empty: it stays what the first caller made it.
    pub(super) fn set_once(&mut self, function: FnId, at: ValueId, name: Sym, from: ValueId) {
        let program = self.program;
        let ir = &program.functions[function].ir;
        let here = u32::try_from(at.index()).unwrap_or(u32::MAX);
        let asks = ir.regions.iter().any(|region| {
            region.kind == RegionKind::If
                && (region.first..region.last).contains(&here)
                && region
                    .condition
                    .is_some_and(|c| self.asks_for(function, c, name, 0))
        });
        if !asks {
            return;
        }
        let mut facts = self.sent(from);
        if let Op::Call(call) = program.op(function, program.object(function, from)) {
            facts.extend(call.args.iter().flat_map(|arg| self.sent(arg.value)));
        }
        let what = format!("{FIRST}{}", program.text(name));
        self.told(function, at, Grammar::Kept, &what, facts);
    }

    /// Whether a condition asks whether a module-level name is empty.
    fn asks_for(&self, function: FnId, condition: ValueId, name: Sym, depth: u8) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        let asks = |v: ValueId| self.asks_for(function, v, name, depth + 1);
        let object = self.program.object(function, condition);
        match self.program.op(function, object) {
            Op::Global(asked) => *asked == name,
            Op::Not(inner) => asks(*inner),
            Op::Logic(_, x, y) => asks(*x) || asks(*y),
            Op::Compare(Comparison::Equal, x, y) => {
                let empty = |v: ValueId| {
                    matches!(
                        self.program.op(function, v),
                        Op::Const(Const::Null | Const::Undefined)
                    )
                };
                empty(*y) && asks(*x) || empty(*x) && asks(*y)
            }
            _ => false,
        }
    }

    pub(super) fn stored_in_environment(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        base: ValueId,
        from: ValueId,
    ) {
        let facts = self.sent(from);
        if facts.is_empty() {
            return;
        }
        let values = self.values.value(inst, base);
        let is_environment = |v: &Val| matches!(v, Val::Api(path) if matches!(self.values.word(*path), "os.environ" | "process.env"));
        if values.iter().any(is_environment) {
            self.told(function, at, Grammar::Kept, ENVIRONMENT, facts);
        }
    }

    /// Something is added to a module-level list.
    pub(super) fn added_to_global(&mut self, function: FnId, target: Target, facts: &[Fact]) {
        let Target::Global(module, name) = target else {
            return;
        };
        let grows = match self.growing.get(&(module, name)) {
            Some(known) => *known,
            None => {
                let found = self.grows_and_is_read(module, name);
                self.growing.insert((module, name), found);
                found
            }
        };
        if !grows || self.program.functions[function].ir.kind == FunctionKind::Module {
            return;
        }
        let what = format!("{LIST}{}", self.program.text(name));
        let at = ValueId::from_index(self.here as usize);
        self.told(function, at, Grammar::Kept, &what, facts.to_vec());
    }

    /// Whether a module-level name is one list for the life of the process that functions read, and nothing empties it.
    fn grows_and_is_read(&self, module: ModuleId, name: Sym) -> bool {
        let program = self.program;
        let Some(set) = program.modules[module].globals.get(&name) else {
            return false;
        };
        let [(top, made)] = set.as_slice() else {
            return false;
        };
        let is_list = match program.op(*top, program.object(*top, *made)) {
            Op::List(_) => true,
            Op::Call(call) => matches!(
                program.op(*top, call.callee),
                Op::Global(class) if matches!(program.text(*class), "list" | "Array")
            ),
            _ => false,
        };
        if !is_list || program.functions[*top].ir.kind != FunctionKind::Module {
            return false;
        }
        let mut is_read = false;
        for (id, function) in program.functions.enumerate() {
            if function.module != module {
                continue;
            }
            for (value, instr) in function.ir.instrs.enumerate() {
                let mut uses = false;
                instr.op.operands(|operand| {
                    let object = program.object(id, operand);
                    uses |= *program.op(id, object) == Op::Global(name);
                });
                if !uses {
                    continue;
                }
                match &instr.op {
                    Op::Refine(..) | Op::Await(_) => {}
                    Op::Load(_, member) => match program.text(*member) {
                        "append" | "push" | "unshift" | "extend" | "add" | "insert" => {}
                        "clear" | "pop" | "shift" | "splice" | "remove" => return false,
                        _ => is_read = true,
                    },
                    Op::Store(_, member, _) if program.text(*member) == "length" => return false,
                    Op::Store(..) | Op::Put(..) => {}
                    // `del items[:]` and the like are calls of nobody knows what.
                    Op::Error(_) => return false,
                    _ => is_read |= function.ir.kind != FunctionKind::Module || value.index() == 0,
                }
            }
        }
        is_read
    }
}
