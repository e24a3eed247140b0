//! What a handler answers: a record with status, headers and body is read by a browser.

use super::fact::Fact;
use super::solve::Solver;
use super::summary::SinkSite;
use crate::ir::{Call, Language, Op, ValueId};
use crate::path::Step;
use crate::program::FnId;
use crate::transfer::Grammar;
use crate::value::{InstId, Val};

/// Names of the header that says what a body is.
const TYPE_NAMES: [&str; 4] = [
    "Content-Type",
    "content-type",
    "Content-type",
    "contentType",
];
/// Methods of a server's answer that set it.
const TELLS_TYPE: [&str; 6] = [
    "writeHead",
    "setHeader",
    "set",
    "header",
    "type",
    "contentType",
];

impl Solver<'_> {
    /// Sinks in an answer: the body where the content type is HTML, the target of a redirect.
    pub(super) fn response(&mut self, inst: InstId, function: FnId, answer: ValueId) {
        if self.of(answer).is_empty() {
            return;
        }
        let object = self.program.object(function, answer);
        if !matches!(self.program.op(function, object), Op::Record(_)) {
            return;
        }
        if self.is_html(inst, function, object) {
            let body = self.part(object, &["body"]);
            self.answered(function, object, Grammar::Html, "answer body", body);
        }
        let mut location = self.part(object, &["headers", "Location"]);
        location.extend(self.part(object, &["headers", "location"]));
        self.answered(
            function,
            object,
            Grammar::Redirect,
            "answer header Location",
            location,
        );
    }

    fn answered(
        &mut self,
        function: FnId,
        record: ValueId,
        grammar: Grammar,
        callee: &str,
        facts: Vec<Fact>,
    ) {
        if facts.is_empty() {
            return;
        }
        let site = SinkSite {
            function,
            call: record,
            span: self.span(function, record),
            grammar,
            callee: callee.to_owned(),
            library: "answer".to_owned(),
            action: None,
            resource: None,
        };
        let id = self.sink_id(site);
        for mut fact in facts {
            fact.at.clear();
            self.sink(id, fact);
        }
    }

    fn part(&mut self, record: ValueId, keys: &[&str]) -> Vec<Fact> {
        let mut facts = self.of(record).to_vec();
        for key in keys {
            let step = Step::Key(self.values.words.intern(key));
            // Only what the program put under that very key: headers handed on as they are decide nothing.
            facts = facts
                .iter()
                .filter(|f| f.at.first() == Some(&step))
                .filter_map(|f| f.part(step))
                .collect();
        }
        facts
    }

    /// Whether the headers of an answer say HTML.
    fn is_html(&mut self, inst: InstId, function: FnId, record: ValueId) -> bool {
        let Some(key) = self.program.symbols.find("headers") else {
            return false;
        };
        let answer = Val::Built(inst, record);
        let headers = self.values.member(function, &answer, key);
        for headers in &headers {
            for name in TYPE_NAMES {
                let Some(key) = self.program.symbols.find(name) else {
                    continue;
                };
                for val in self.values.member(function, headers, key) {
                    if let Val::Text(text) = val
                        && self.values.word(text).contains("html")
                    {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Whether the object that answers was told that its body is no page: `res.writeHead(200, {'Content-Type': 'application/json'})`.
    pub(super) fn is_no_page(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        call: &Call,
    ) -> bool {
        let program = self.program;
        let Some(answering) = self.answers_through(function, call) else {
            return false;
        };
        // What is said after the body comes too late.
        let told: Vec<&Call> = program.functions[function]
            .ir
            .instrs
            .enumerate()
            .take_while(|(value, _)| *value < at)
            .filter_map(|(_, instr)| match &instr.op {
                Op::Call(told) => Some(told),
                _ => None,
            })
            .filter(|told| match program.op(function, told.callee) {
                Op::Load(_, name) => TELLS_TYPE.contains(&program.text(*name)),
                _ => false,
            })
            .filter(|told| self.answers_through(function, told) == Some(answering))
            .collect();
        told.iter().any(|told| {
            let args = told.args.iter();
            args.map(|arg| self.values.value(inst, arg.value).to_vec())
                .collect::<Vec<_>>()
                .iter()
                .flatten()
                .any(|val| self.names_no_page(function, val))
        })
    }

    /// The object at the beginning of `res.status(200).type("json").send(x)`.
    fn answers_through(&self, function: FnId, call: &Call) -> Option<ValueId> {
        let mut callee = call.callee;
        for _ in 0..8 {
            let Op::Load(base, _) = self.program.op(function, callee) else {
                return None;
            };
            let object = self.program.object(function, *base);
            match self.program.op(function, object) {
                Op::Call(before) => callee = before.callee,
                _ => return Some(object),
            }
        }
        None
    }

    /// Whether a value is a content type, or headers with one, that no browser shows as a page.
    fn names_no_page(&mut self, function: FnId, val: &Val) -> bool {
        let plain = |text: &str| {
            ["json", "plain", "csv", "octet", "pdf"]
                .iter()
                .any(|t| text.contains(t))
        };
        if let Val::Text(text) = val {
            return plain(self.values.word(*text));
        }
        TYPE_NAMES.iter().any(|name| {
            let Some(key) = self.program.symbols.find(name) else {
                return false;
            };
            let values = self.values.member(function, val, key);
            values
                .iter()
                .any(|v| matches!(v, Val::Text(text) if plain(self.values.word(*text))))
        })
    }

    /// `callback(null, answer)` and `context.succeed(answer)` of a Node handler equal `return answer`.
    pub(super) fn answered_by_call(
        &mut self,
        inst: InstId,
        function: FnId,
        at: ValueId,
        call: &Call,
    ) {
        if self.program.language(function) != Language::JavaScript {
            return;
        }
        let program = self.program;
        let answer = match program.op(function, program.object(function, call.callee)) {
            Op::Param(2) => call.args.get(1),
            Op::Load(base, name)
                if matches!(
                    program.op(function, program.object(function, *base)),
                    Op::Param(1)
                ) =>
            {
                match program.text(*name) {
                    "succeed" => call.args.first(),
                    "done" => call.args.get(1),
                    _ => None,
                }
            }
            // The callback of the handler, captured by a function inside it.
            Op::Capture(at) if self.captures_callback(function, *at) => call.args.get(1),
            _ => None,
        };
        if let Some(answer) = answer {
            self.response(inst, function, answer.value);
            let facts = self.own(answer.value);
            self.told(function, at, Grammar::Answer, "answer", facts);
            self.echoes(inst, function, at, answer.value);
        }
    }

    fn captures_callback(&self, function: FnId, at: u16) -> bool {
        let Some((outer, captured)) = &self.program.functions[function].made else {
            return false;
        };
        let Some(value) = captured.get(usize::from(at)).copied() else {
            return false;
        };
        match self.program.op(*outer, value) {
            Op::Param(2) => true,
            Op::Phi(values, _) => values.iter().any(|v| {
                matches!(
                    self.program.op(*outer, self.program.object(*outer, *v)),
                    Op::Param(2)
                )
            }),
            _ => false,
        }
    }
}
