//! `match`: constants as a switch, anything else as tests one after the other.

use palisade_flow::ir::{Comparison, Const, ValueId};
use ruff_python_ast::{Pattern, Singleton, StmtMatch};

use super::Lowering;
use super::names;

impl<'a> Lowering<'a> {
    pub(super) fn switch(&mut self, switch: &'a StmtMatch) {
        let subject = self.expression(&switch.subject);
        self.at(&*switch.subject);
        // A `break` inside leaves the loop around the match, which a switch would catch.
        if self.loops > 0 && switch.cases.iter().any(|case| names::breaks(&case.body)) {
            return self.tests(switch, subject);
        }
        self.b.begin_switch(subject);
        let mut has_default = false;
        for case in &switch.cases {
            let labels = self.labels(&case.pattern).unwrap_or_default();
            self.at(&case.pattern);
            self.b.begin_case(&labels);
            self.bind_pattern(&case.pattern, subject);
            match &case.guard {
                Some(guard) => {
                    let guard = self.expression(guard);
                    self.b.begin_if(guard);
                    self.body(&case.body);
                    self.b.end_if();
                }
                None => {
                    has_default |= case.pattern.is_irrefutable();
                    self.body(&case.body);
                }
            }
            self.b.end_case();
        }
        self.b.end_switch(has_default);
    }

    fn tests(&mut self, switch: &'a StmtMatch, subject: ValueId) {
        let mut open = 0;
        for case in &switch.cases {
            let labels = self.labels(&case.pattern);
            self.at(&case.pattern);
            let condition = match labels {
                Some(labels) => {
                    let list = self
                        .b
                        .list(labels.into_iter().map(|l| (l, false)).collect());
                    self.b.compare(Comparison::In, subject, list)
                }
                None => self.b.arith(vec![subject]),
            };
            self.b.begin_if(condition);
            self.bind_pattern(&case.pattern, subject);
            self.body(&case.body);
            self.at(case);
            self.b.begin_else();
            open += 1;
        }
        for _ in 0..open {
            self.b.end_if();
        }
    }

    /// The constants a pattern stands for, if it is made of constants only.
    fn labels(&mut self, pattern: &'a Pattern) -> Option<Vec<ValueId>> {
        match pattern {
            Pattern::MatchValue(value) => {
                let value = self.expression(&value.value);
                Some(vec![value])
            }
            Pattern::MatchSingleton(single) => {
                self.at(pattern);
                let constant = match single.value {
                    Singleton::None => Const::Null,
                    Singleton::True => Const::Bool(true),
                    Singleton::False => Const::Bool(false),
                };
                Some(vec![self.b.constant(constant)])
            }
            Pattern::MatchOr(either) => {
                let mut labels = Vec::new();
                for pattern in &either.patterns {
                    if !matches!(pattern, Pattern::MatchValue(_) | Pattern::MatchSingleton(_)) {
                        return None;
                    }
                    labels.extend(self.labels(pattern)?);
                }
                Some(labels)
            }
            Pattern::MatchAs(named) => self.labels(named.pattern.as_deref()?),
            _ => None,
        }
    }

    /// Binds the names of a pattern to the parts they match.
    fn bind_pattern(&mut self, pattern: &'a Pattern, value: ValueId) {
        self.deeper(pattern, |l| l.bind_pattern_here(pattern, value));
    }

    fn bind_pattern_here(&mut self, pattern: &'a Pattern, value: ValueId) {
        self.at(pattern);
        match pattern {
            Pattern::MatchAs(named) => {
                if let Some(inner) = &named.pattern {
                    self.bind_pattern(inner, value);
                }
                if let Some(name) = &named.name {
                    self.write(name.as_str(), value);
                }
            }
            Pattern::MatchStar(star) => {
                if let Some(name) = &star.name {
                    self.write(name.as_str(), value);
                }
            }
            Pattern::MatchSequence(sequence) => {
                let mut after_star = false;
                for (at, inner) in sequence.patterns.iter().enumerate() {
                    self.at(inner);
                    let part = if inner.is_match_star() {
                        after_star = true;
                        let before = (0..at).map(|n| self.b.sym(&n.to_string())).collect();
                        self.b.rest(value, before)
                    } else if after_star {
                        let somewhere = self.b.arith(Vec::new());
                        self.b.index(value, somewhere)
                    } else {
                        self.b.load(value, &at.to_string())
                    };
                    self.bind_pattern(inner, part);
                }
            }
            Pattern::MatchMapping(mapping) => {
                let mut taken = Vec::new();
                for (key, inner) in mapping.keys.iter().zip(mapping.patterns.iter()) {
                    let key = self.expression(key);
                    self.at(inner);
                    if let Some(text) = self.b.as_string(key) {
                        taken.push(self.b.sym(&text));
                    }
                    let part = self.b.index(value, key);
                    self.bind_pattern(inner, part);
                }
                if let Some(rest) = &mapping.rest {
                    self.at(pattern);
                    let rest_value = self.b.rest(value, taken);
                    self.write(rest.as_str(), rest_value);
                }
            }
            Pattern::MatchClass(class) => {
                self.expression(&class.cls);
                for inner in &class.arguments.patterns {
                    self.bind_pattern(inner, value);
                }
                for keyword in &class.arguments.keywords {
                    self.at(keyword);
                    let part = self.b.load(value, keyword.attr.as_str());
                    self.bind_pattern(&keyword.pattern, part);
                }
            }
            Pattern::MatchOr(either) => {
                for inner in &either.patterns {
                    self.bind_pattern(inner, value);
                }
            }
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        }
    }
}
