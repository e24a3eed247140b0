//! What a handler answers: a record with status, headers and body is read by a browser.

use super::fact::Fact;
use super::solve::Solver;
use super::summary::SinkSite;
use crate::ir::{Language, Op, ValueId};
use crate::path::Step;
use crate::program::FnId;
use crate::transfer::Grammar;
use crate::value::{InstId, Val};

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
        let names = [
            "Content-Type",
            "content-type",
            "Content-type",
            "contentType",
        ];
        for headers in &headers {
            for name in names {
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

    /// `callback(null, answer)` and `context.succeed(answer)` of a Node handler equal `return answer`.
    pub(super) fn answered_by_call(
        &mut self,
        inst: InstId,
        function: FnId,
        call: &crate::ir::Call,
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
