//! What a function's outcome says of its parameters.

use super::solve::Solver;
use crate::ir::{Op, ValueId};
use crate::program::FnId;
use crate::taint::summary::Ensure;
use crate::transfer::ALL_BITS;
use crate::value::{InstId, Val};
use palisade_model::index::Id;

impl<'p> Solver<'p> {
    pub(super) fn ensures(&mut self, inst: InstId, function: FnId) {
        let program = self.program;
        let ir = &program.functions[function].ir;
        let mut ensures = Vec::with_capacity(ir.params.len());
        for at in 0..ir.params.len() {
            let Some(param) = (0..ir.instrs.len()).map(ValueId::from_index).find(|v| {
                *program.op(function, *v) == Op::Param(u16::try_from(at).unwrap_or(u16::MAX))
            }) else {
                continue;
            };
            let mut ensure = Ensure {
                holds: ALL_BITS,
                fails: ALL_BITS,
                returned: ALL_BITS,
            };
            let mut any = (false, false);
            for (exit, held) in &ir.exits {
                let Some(held) = held.get(at) else { continue };
                let here = self.refined(inst, function, *held, param, 0);
                ensure.returned &= here;
                let Op::Return(result) = program.op(function, *exit) else {
                    continue;
                };
                let (truthy, falsy) = self.truth(inst, *result);
                let result = program.object(function, *result);
                if truthy {
                    any.0 = true;
                    ensure.holds &= here
                        | self.check_param(
                            inst,
                            function,
                            result,
                            crate::ir::Outcome::Holds,
                            param,
                        );
                }
                if falsy {
                    any.1 = true;
                    ensure.fails &= here
                        | self.check_param(
                            inst,
                            function,
                            result,
                            crate::ir::Outcome::Fails,
                            param,
                        );
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
    pub(super) fn truth(&mut self, inst: InstId, value: ValueId) -> (bool, bool) {
        let values = self.values.value(inst, value);
        if values.is_empty() {
            return (true, true);
        }
        let mut both = (false, false);
        for val in values.iter() {
            match val {
                Val::Flag(true) => both.0 = true,
                Val::Flag(false) | Val::Nothing => both.1 = true,
                Val::Fn(..)
                | Val::Method(..)
                | Val::Class(_)
                | Val::Instance(_)
                | Val::Typed(_) => both.0 = true,
                _ => both = (true, true),
            }
        }
        both
    }

    /// The bits refinements give between a parameter and what its variable holds.
    pub(super) fn refined(
        &mut self,
        inst: InstId,
        function: FnId,
        held: ValueId,
        param: ValueId,
        depth: u8,
    ) -> crate::transfer::Bits {
        if held == param || depth > 8 {
            return 0;
        }
        match self.program.op(function, held) {
            Op::Refine(inner, condition, outcome) => {
                let (inner, condition, outcome) = (*inner, *condition, *outcome);
                self.refined(inst, function, inner, param, depth + 1)
                    | self.check(inst, function, condition, outcome, inner)
            }
            Op::Phi(values, _) => values
                .clone()
                .iter()
                .map(|v| self.refined(inst, function, *v, param, depth + 1))
                .fold(ALL_BITS, |a, b| a & b),
            _ => 0,
        }
    }
}
