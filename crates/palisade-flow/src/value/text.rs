//! Texts that calls build as plainly as an operator would.

use super::{InstId, Val, Values};
use crate::ir::{Call, Op, Passing, ValueId};
use crate::program::FnId;

impl Values<'_> {
    /// The parts of a text built by `a.concat(b)`, `sep.join([a, b])` or `[a, b].join(sep)`, where the program shows them.
    pub fn text_parts(
        &mut self,
        inst: InstId,
        function: FnId,
        call: &Call,
    ) -> Option<Vec<ValueId>> {
        let Op::Load(receiver, name) = self.program.op(function, call.callee) else {
            return None;
        };
        let (receiver, name) = (*receiver, self.program.text(*name));
        let plain = call.args.iter().all(|a| a.passing == Passing::Positional);
        match name {
            "concat" if plain && self.is_text(inst, receiver) => Some(
                std::iter::once(receiver)
                    .chain(call.args.iter().map(|a| a.value))
                    .collect(),
            ),
            "join" if plain => {
                let (separator, list) = match (self.listed(function, receiver), call.args.first()) {
                    (Some(list), separator) => (separator.map(|a| a.value), list),
                    (None, Some(arg)) => (Some(receiver), self.listed(function, arg.value)?),
                    (None, None) => return None,
                };
                let mut parts = Vec::new();
                for (at, part) in list.into_iter().enumerate() {
                    if at > 0 {
                        parts.extend(separator);
                    }
                    parts.push(part);
                }
                Some(parts)
            }
            _ => None,
        }
    }

    fn is_text(&mut self, inst: InstId, value: ValueId) -> bool {
        let values = self.value(inst, value);
        !values.is_empty()
            && values
                .iter()
                .all(|v| matches!(v, Val::Text(_) | Val::Shape(_)))
    }

    /// The elements of a list written out, nothing spread or added.
    fn listed(&self, function: FnId, value: ValueId) -> Option<Vec<ValueId>> {
        let object = self.program.object(function, value);
        let f = &self.program.functions[function];
        match self.program.op(function, object) {
            Op::List(parts)
                if parts.iter().all(|(_, spread)| !spread)
                    && !f.puts.contains_key(&object)
                    && !self.grows(function, object) =>
            {
                Some(parts.iter().map(|(v, _)| *v).collect())
            }
            _ => None,
        }
    }

    /// Whether elements may be added to a list: by a method, or by a function that has it.
    fn grows(&self, function: FnId, list: ValueId) -> bool {
        let grows = |name: &str| {
            matches!(
                name,
                "push" | "unshift" | "splice" | "append" | "extend" | "insert" | "add" | "fill"
            )
        };
        let is_list = |value: ValueId| match self.program.op(function, value) {
            Op::Phi(versions, _) => versions.contains(&list),
            _ => self.program.object(function, value) == list,
        };
        self.program.functions[function]
            .ir
            .instrs
            .iter()
            .any(|instr| match &instr.op {
                Op::Load(base, name) => grows(self.program.text(*name)) && is_list(*base),
                Op::Store(base, ..) | Op::Put(base, ..) => is_list(*base),
                Op::Closure(_, captured) => captured.iter().any(|v| is_list(*v)),
                _ => false,
            })
    }
}
