//! Operators whose meaning depends on what they work on: text, lists, records or numbers.

use palisade_flow::ir::{Const, Op, Sym, ValueId};
use ruff_python_ast::Expr;

use super::Lowering;

impl<'a> Lowering<'a> {
    /// Whether a value is surely a number.
    pub(super) fn numeric(&mut self, value: ValueId) -> bool {
        match self.b.op(value) {
            Op::Const(Const::Number(_) | Const::Bool(_)) | Op::Arith(_) => true,
            Op::Call(call) => {
                let callee = call.callee;
                let Op::Global(name) = *self.b.op(callee) else {
                    return false;
                };
                matches!(
                    self.b.text(name),
                    "len" | "int" | "float" | "sum" | "round" | "abs"
                )
            }
            _ => false,
        }
    }

    fn is_list(&mut self, value: ValueId) -> bool {
        matches!(self.b.op(value), Op::List(_))
    }

    /// Whether a value in a sum is a piece of text, as far as can be seen.
    pub(super) fn may_be_text(&mut self, value: ValueId) -> bool {
        !self.is_list(value) && !self.numeric(value)
    }

    /// `x + y`: lists are joined, numbers added, anything else may be text.
    pub(super) fn plus(&mut self, x: ValueId, y: ValueId) -> ValueId {
        if self.is_list(x) || self.is_list(y) {
            return self.b.list(vec![(x, true), (y, true)]);
        }
        self.b.add(x, y)
    }

    /// `x * y`: repeating text or a list keeps what is in it.
    pub(super) fn times(&mut self, x: ValueId, y: ValueId) -> ValueId {
        for side in [x, y] {
            if matches!(
                self.b.op(side),
                Op::List(_) | Op::Const(Const::Text(_)) | Op::Concat(_)
            ) {
                return side;
            }
        }
        self.b.arith(vec![x, y])
    }

    /// `x | y`: maps are merged; sets and flags are one of both.
    pub(super) fn union(&mut self, x: ValueId, y: ValueId) -> ValueId {
        let is_record = |op: &Op| matches!(op, Op::Record(_));
        if is_record(self.b.op(x)) || is_record(self.b.op(y)) {
            return self.b.record(vec![(None, x), (None, y)]);
        }
        if self.numeric(x) || self.numeric(y) {
            return self.b.arith(vec![x, y]);
        }
        self.b.phi(vec![x, y])
    }

    /// The literal template a value is: written here, or the one text of a module-level name.
    pub(super) fn template(&mut self, value: ValueId) -> Option<String> {
        if let Some(text) = self.b.as_string(value) {
            return Some(text);
        }
        let Op::Global(name) = self.b.op(value) else {
            return None;
        };
        let name = *name;
        let name = self.b.text(name).to_owned();
        self.texts.get(&name).map(|text| (*text).to_owned())
    }

    /// `x % y`: a filled template, or a remainder.
    pub(super) fn percent(
        &mut self,
        x: ValueId,
        y: ValueId,
        _left: Option<&'a Expr>,
        right: &'a Expr,
    ) -> ValueId {
        let Some(template) = self.template(x) else {
            if self.numeric(x) || self.numeric(y) {
                return self.b.arith(vec![x, y]);
            }
            return self.b.concat(vec![x, y]);
        };
        let (mut positional, mut named) = (Vec::new(), Vec::new());
        match (right, self.b.op(y).clone()) {
            (Expr::Tuple(_), Op::List(parts)) if parts.iter().all(|(_, spread)| !spread) => {
                positional.extend(parts.iter().map(|(v, _)| *v))
            }
            (Expr::Dict(_), Op::Record(parts)) => {
                named.extend(parts.iter().filter_map(|(key, v)| key.map(|key| (key, *v))));
                positional.push(y);
            }
            _ => positional.push(y),
        }
        self.fill(&template, true, &positional, &named)
    }

    /// A template with its values; what the template does not mention is part of the text as well.
    pub(super) fn fill(
        &mut self,
        template: &str,
        percent: bool,
        positional: &[ValueId],
        named: &[(Sym, ValueId)],
    ) -> ValueId {
        self.b.format(template, percent, positional, named)
    }
}
