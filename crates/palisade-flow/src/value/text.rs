//! Texts that calls build as plainly as an operator would.

use super::shape::{Piece, Shape};
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

    /// The text that joining the parts of a path gives. A part that is not known is taken to be relative; where it
    /// may walk upwards and the path is normalized, nothing is known of the whole.
    pub(super) fn path_joined(&mut self, inst: InstId, call: &Call, api: &str) -> Option<Val> {
        let normalizes = match api {
            "os.path.join" | "posixpath.join" => false,
            "path.join" | "path.posix.join" | "path/posix.join" => true,
            _ => return None,
        };
        if call.args.iter().any(|a| a.passing != Passing::Positional) {
            return None;
        }
        let mut joined: Vec<Piece> = Vec::new();
        for (at, arg) in call.args.iter().enumerate() {
            let pieces = match self.concat(inst, &[arg.value]) {
                Val::Text(text) => vec![Piece::Literal(self.words.text(text).to_owned())],
                Val::Shape(shape) => shape.pieces().to_vec(),
                _ => vec![Piece::Hole],
            };
            let head = match pieces.first() {
                Some(Piece::Literal(head)) => head.clone(),
                _ => String::new(),
            };
            if normalizes {
                // `..` in a part takes away what stands before it.
                let plain = |piece: &Piece| matches!(piece, Piece::Literal(text) if is_plain(text));
                if !pieces.iter().all(plain) || at > 0 && head.starts_with('/') {
                    return None;
                }
            } else if head.starts_with('/') {
                // An absolute part leaves out all before it.
                joined.clear();
            }
            match joined.last() {
                None => {}
                Some(Piece::Literal(before)) if before.ends_with('/') => {}
                Some(Piece::Literal(_)) => joined.push(Piece::Literal("/".to_owned())),
                // It may end in a slash itself.
                Some(_) => joined.push(Piece::Hole),
            }
            let empty = |piece: &Piece| matches!(piece, Piece::Literal(text) if text.is_empty());
            joined.extend(pieces.into_iter().filter(|piece| !empty(piece)));
        }
        Some(self.text_of(Shape::of(joined)))
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

/// Whether normalizing a path leaves a part of it as it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.contains("//")
        && text
            .trim_start_matches('/')
            .split('/')
            .all(|name| name != "." && name != "..")
}
