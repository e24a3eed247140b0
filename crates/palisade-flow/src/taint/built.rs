//! Texts built of parts, and what is known of them.

use super::fact::{LinkKind, UNKNOWN, link, prefixed};
use super::solve::Solver;
use crate::ir::{Op, ValueId};
use crate::program::FnId;
use crate::transfer::{Grammar, Transfer};
use crate::value::shape::Piece;
use crate::value::{InstId, Val};

impl Solver<'_> {
    /// A text built of parts: each keeps what stands in front of it.
    pub(super) fn built(
        &mut self,
        inst: InstId,
        function: FnId,
        value: ValueId,
        parts: &[ValueId],
    ) {
        let span = self.span(function, value);
        let mut before = String::new();
        for part in parts {
            if !self.of(*part).is_empty() {
                for mut fact in self.alive(function, *part) {
                    if !self.seen(&fact) {
                        continue;
                    }
                    fact.prefix = prefixed(&before, &fact.prefix);
                    fact.weight += 1;
                    fact.transfer = fact.transfer.then(Transfer::setting(
                        Grammar::IsText.bit() | Grammar::NosqlOperator.bit(),
                    ));
                    fact.trail = link(&fact.trail, LinkKind::Concat, span, "", None);
                    self.add(value, fact.derived());
                }
            }
            before.push_str(&self.known_text(inst, *part));
            if before.len() > 400 {
                // Only how it begins and what stands right before the hole matter.
                let count = before.chars().count();
                let (head, tail): (String, String) = (
                    before.chars().take(150).collect(),
                    before.chars().skip(count - 150).collect(),
                );
                before = format!("{head}{UNKNOWN}{tail}");
            }
        }
    }

    /// A value's text as far as it is known, with marks for the rest.
    pub(crate) fn known_text(&mut self, inst: InstId, value: ValueId) -> String {
        let values = self.values.value(inst, value);
        match &*values {
            [Val::Text(s) | Val::Number(s)] => self.values.word(*s).to_owned(),
            [Val::Shape(shape)] => shape
                .pieces()
                .iter()
                .map(|p| match p {
                    Piece::Literal(text) => text.clone(),
                    _ => UNKNOWN.to_string(),
                })
                .collect(),
            // One of several constants: what they share counts.
            many if !many.is_empty() && many.iter().all(|v| matches!(v, Val::Text(_))) => {
                let texts: Vec<String> = many
                    .iter()
                    .filter_map(|v| {
                        if let Val::Text(s) = v {
                            Some(self.values.word(*s).to_owned())
                        } else {
                            None
                        }
                    })
                    .collect();
                let first = texts.first().cloned().unwrap_or_default();
                let shared = texts
                    .iter()
                    .map(|t| {
                        t.chars()
                            .zip(first.chars())
                            .take_while(|(a, b)| a == b)
                            .count()
                    })
                    .min()
                    .unwrap_or(0);
                let mut text: String = first.chars().take(shared).collect();
                text.push(UNKNOWN);
                text
            }
            _ if self.is_plain_name(inst, value, 4) => "0".to_owned(),
            _ => UNKNOWN.to_string(),
        }
    }

    /// Whether a call made this text of digits and letters alone: a number, a random identifier.
    fn is_plain_name(&mut self, inst: InstId, value: ValueId, depth: u8) -> bool {
        let function = self.values.function(inst);
        let Op::Call(call) = self.program.op(function, value) else {
            return false;
        };
        let Some(library) = self.values.library(function) else {
            return false;
        };
        self.api_paths(inst, function, call).iter().any(|path| {
            library.rows(path).any(|row| {
                row.result.as_deref() == Some("number")
                    || depth > 0
                        && row.flows.len() == 1
                        && row.flows.iter().all(|f| f.keep && f.from.is_argument(0))
                        && call
                            .args
                            .first()
                            .is_some_and(|a| self.is_plain_name(inst, a.value, depth - 1))
            })
        })
    }
}
