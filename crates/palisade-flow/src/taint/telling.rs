//! What a program makes itself and must not tell: what went wrong inside it, secrets it fetched.

use super::fact::{Fact, Root};
use super::solve::Solver;
use super::summary::SinkSite;
use crate::ir::{Language, Op, ValueId};
use crate::program::FnId;
use crate::transfer::Grammar;
use crate::value::{InstId, Val};
use palisade_model::source::Span;

/// Event files of what the program makes begin so.
pub const MADE: &str = "code.";

/// The error classes of JavaScript itself, whose members `JSON.stringify` leaves out: they are not enumerable
/// (ECMA-262, Error objects, 2026).
const ERRORS: [&str; 5] = [
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "AggregateError",
];

impl Solver<'_> {
    /// The value is of this making: `exception`, `secret`.
    pub(super) fn makes(&mut self, function: FnId, value: ValueId, made: &str) {
        let event = self.values.words.intern(&format!("{MADE}{made}"));
        let mut fact = Fact::whole(Root::Source(event));
        let span: Span = self.span(function, value);
        fact.trail = super::fact::read(&fact.trail, span);
        self.add(value, fact);
    }

    /// Functions that a library calls with what went wrong: `.catch(e => …)`, `.then(x, e => …)`, `(err, data) => …`.
    pub(super) fn find_error_callbacks(&mut self) {
        let program = self.program;
        for function in program.functions.ids() {
            if program.language(function) != Language::JavaScript {
                continue;
            }
            let inst = self.values.plain(function);
            for instr in program.functions[function].ir.instrs.iter() {
                let Op::Call(call) = &instr.op else { continue };
                let method = match program.op(function, call.callee) {
                    Op::Load(_, name) => program.text(*name),
                    _ => "",
                };
                for (at, arg) in call.args.iter().enumerate() {
                    if !matches!(program.op(function, arg.value), Op::Closure(..)) {
                        continue;
                    }
                    for val in self.values.value(inst, arg.value).to_vec() {
                        let Val::Fn(handed, _) = val else { continue };
                        let after = match method {
                            "catch" => at == 0,
                            "then" => at == 1,
                            _ => self.begins_with_error(handed),
                        };
                        if after {
                            self.error_callbacks.insert(handed);
                        }
                    }
                }
            }
        }
    }

    /// The callback convention of Node: `(err, data)`.
    fn begins_with_error(&self, function: FnId) -> bool {
        let params = &self.program.functions[function].ir.params;
        let first = params.first().map_or("", |p| self.program.text(p.name));
        params.len() >= 2 && matches!(first, "err" | "error")
    }

    pub(super) fn is_handed_error(&self, function: FnId, at: u16) -> bool {
        at == 0 && self.error_callbacks.contains(&function)
    }

    /// A handler's answer that tells what the program made.
    pub(super) fn tells_caller(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        answer: ValueId,
    ) {
        if self.begun.contains(&inst) && !self.is_bare_error(inst, function, answer) {
            let facts = self.own(answer);
            self.told(function, at, Grammar::Answer, "answer", facts);
            self.echoes(inst, function, at, answer);
        }
    }

    /// Whether it is an error object of JavaScript made here: as JSON it is `{}`, neither message nor stack is told.
    fn is_bare_error(&mut self, inst: InstId, function: FnId, answer: ValueId) -> bool {
        let Op::Call(call) = self
            .program
            .op(function, self.program.object(function, answer))
        else {
            return false;
        };
        if self.program.language(function) != Language::JavaScript {
            return false;
        }
        let made_by = self.values.value(inst, call.callee);
        let is_error =
            |val: &Val| matches!(val, Val::Api(name) if ERRORS.contains(&self.values.word(*name)));
        !made_by.is_empty() && made_by.iter().all(is_error)
    }

    /// Facts of a value about what the program made itself.
    pub(super) fn own(&self, value: ValueId) -> Vec<Fact> {
        let made = |fact: &&Fact| match fact.input.root {
            Root::Source(event) => self.values.word(event).starts_with(MADE),
            _ => false,
        };
        self.of(value).iter().filter(made).cloned().collect()
    }

    /// Something is told at a place.
    pub(super) fn told(
        &mut self,
        function: FnId,
        at: ValueId,
        grammar: Grammar,
        callee: &str,
        facts: Vec<Fact>,
    ) {
        // That a failure is logged is as it should be.
        let quiet = |fact: &Fact| {
            grammar == Grammar::Telling
                && matches!(fact.input.root, Root::Source(event) if self.values.word(event) == "code.exception")
        };
        let facts: Vec<Fact> = facts.into_iter().filter(|f| !quiet(f)).collect();
        if facts.is_empty() {
            return;
        }
        let id = self.sink_id(SinkSite {
            function,
            call: at,
            span: self.span(function, at),
            grammar,
            callee: callee.trim_start_matches("[any].").to_owned(),
            library: "telling".to_owned(),
            action: None,
            resource: None,
        });
        for mut fact in facts {
            fact.at.clear();
            self.sink(id, fact);
        }
    }
}
