//! Functions copied per function value they are given.

use super::Values;
use super::{
    COPIED_LENGTH_MAX, COPIES_MAX, COPY_DEPTH_MAX, INSTANCES_MIN, InstId, Instance,
    LONG_COPIES_MAX, Slot, Val, Vals,
};
use crate::ir::{Call, Op, ValueId};
use crate::program::FnId;
use std::rc::Rc;

impl<'p> Values<'p> {
    /// Which parameters steer a function: called, used as a receiver, handed on.
    pub(super) fn steering(&mut self, function: FnId) -> Rc<[bool]> {
        if let Some(known) = self.steered.get(&function) {
            return known.clone();
        }
        let ir = &self.program.functions[function].ir;
        let mut steering = vec![false; ir.params.len()];
        let mut mark = |value: ValueId| {
            if let Op::Param(at) = self
                .program
                .op(function, self.program.object(function, value))
                && let Some(slot) = steering.get_mut(usize::from(*at))
            {
                *slot = true;
            }
        };
        for instr in ir.instrs.iter() {
            match &instr.op {
                Op::Call(call) => {
                    mark(call.callee);
                    call.args.iter().for_each(|a| mark(a.value));
                }
                Op::Load(base, _) | Op::Return(base) => mark(*base),
                Op::Closure(_, captured) => captured.iter().for_each(|v| {
                    // Captured parameters arrive as a phi of all their versions.
                    match self.program.op(function, *v) {
                        Op::Phi(versions, _) => versions.iter().for_each(|v| mark(*v)),
                        _ => mark(*v),
                    }
                }),
                Op::Store(_, _, value) => mark(*value),
                _ => {}
            }
        }
        let steering: Rc<[bool]> = Rc::from(steering);
        self.steered.insert(function, steering.clone());
        steering
    }

    /// The instance of a project function that a call runs.
    pub fn callee_instance(&mut self, inst: InstId, call: &Call, callee: &Val) -> Option<InstId> {
        let (function, made_in, offset) = match callee {
            Val::Fn(f, made_in) => (*f, *made_in, 0),
            Val::Method(f, made_in) => (*f, *made_in, 1),
            _ => return None,
        };
        let steering = self.steering(function);
        let mut context = Vec::new();
        for (at, steers) in steering.iter().enumerate() {
            if !steers || (offset == 1 && at == 0) {
                continue;
            }
            if let Some(value) = self.argument(call, at, offset) {
                let values = self.value(inst, value);
                if !values.is_empty() && values.iter().all(Val::steers) {
                    context.push((Slot::Param(u16::try_from(at).unwrap_or(u16::MAX)), values));
                }
            }
        }
        Some(self.specialize(function, made_in, context))
    }

    /// The instance of a function under a context; the plain one where limits are met.
    pub fn specialize(
        &mut self,
        function: FnId,
        made_in: InstId,
        context: Vec<(Slot, Vals)>,
    ) -> InstId {
        let plain = self.plain(function);
        let outer = self.program.functions[function]
            .made
            .as_ref()
            .map(|(f, _)| *f);
        // A closure made in a specialized instance keeps it, since its captures differ.
        let made_in = if outer == Some(self.function(made_in))
            && made_in != self.plain(self.function(made_in))
        {
            Some(made_in)
        } else {
            None
        };
        if context.is_empty() && made_in.is_none() {
            return plain;
        }
        let mut depth = made_in.map_or(0, |i| self.depths[i]);
        for (_, values) in &context {
            for val in values.iter() {
                if let Val::Fn(_, i) | Val::Method(_, i) = val {
                    depth = depth.max(self.depths[*i]);
                }
            }
        }
        if depth >= COPY_DEPTH_MAX {
            return plain;
        }
        let key = Instance {
            function,
            context,
            made_in,
        };
        if let Some(known) = self.by_key.get(&key) {
            return *known;
        }
        // However many wrappers wrap each other, the work stays linear in the code read.
        if self.instances.len() > 2 * self.program.functions.len() + INSTANCES_MIN {
            return plain;
        }
        let copies = self.copies.entry(function).or_insert(0);
        let long = self.program.functions[function].ir.instrs.len() > COPIED_LENGTH_MAX;
        if *copies >= if long { LONG_COPIES_MAX } else { COPIES_MAX } {
            return plain;
        }
        *copies += 1;
        let id = self.instances.push(key.clone());
        self.depths.push(depth + 1);
        self.by_key.insert(key, id);
        id
    }
}
