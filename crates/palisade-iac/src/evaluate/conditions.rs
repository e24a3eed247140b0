//! The `Conditions` section: each condition as guards over axes.

use palisade_model::guard::{Axis, Guard};
use palisade_model::problem::ProblemKind;
use palisade_model::setting::{Answer, Origin};
use palisade_model::source::Span;

use super::call::call;
use super::evaluator::Evaluator;
use super::guards::Truth;
use super::parameters::referred;
use crate::document::{Document, NodeRef};

/// How far a named condition is.
#[derive(Clone, Debug)]
pub(super) enum State {
    Running,
    Done(Option<Truth>),
}

impl Evaluator<'_> {
    /// Conditions that negate another one come first, so that the other one is settled as what both
    /// can be told by before anything uses it.
    pub(super) fn settle_negations(&mut self) {
        let main = self.main;
        let section = main.root().and_then(|root| main.get(root, "Conditions"));
        for (entry, node) in section.map(|s| main.merged(s)).unwrap_or_default() {
            let negates = call(main, node)
                .filter(|call| call.name == "Fn::Not")
                .and_then(|call| main.items(call.argument).first().copied())
                .is_some_and(|inner| condition_name(main, inner).is_some());
            if negates {
                self.condition_named(&entry.key, entry.key_span);
            }
        }
    }

    /// When a named condition is true. A condition that is no conjunction over single axes is an
    /// axis of its own. `None` only where there is no room for another axis.
    pub(super) fn condition_named(&mut self, name: &str, at: Span) -> Option<Truth> {
        match self.conditions.get(name) {
            Some(State::Done(truth)) => return truth.clone(),
            Some(State::Running) => {
                let message =
                    format!("condition `{name}` depends on itself: both branches were kept");
                self.report(at, ProblemKind::Malformed, message);
                return None;
            }
            None => {}
        }
        let main = self.main;
        let section = main.root().and_then(|root| main.get(root, "Conditions"));
        let entry = section.and_then(|section| main.entry(section, name));
        let Some((node, span)) = entry.map(|e| (e.value, e.key_span)) else {
            let message = format!("condition `{name}` is not declared: both branches were kept");
            self.report(at, ProblemKind::Malformed, message);
            return self.own_axis(name, at, None);
        };
        self.conditions.insert(name.to_owned(), State::Running);
        let locals = std::mem::take(&mut self.locals);
        let composing = std::mem::replace(&mut self.composing, false);
        let depth = self.depth;
        let truth = self.condition(main, node);
        self.depth = depth;
        self.composing = composing;
        self.locals = locals;
        match truth {
            Some(truth) if truth.yes.len() <= 1 => self.settle(name, Some(truth)),
            truth => {
                self.free_negated(node);
                // The negated condition may have become an axis: then this one is simple.
                let again = self.condition(main, node).filter(|t| t.yes.len() <= 1);
                self.depth = depth;
                match again {
                    Some(again) => self.settle(name, Some(again)),
                    None => self.own_axis(name, span, truth),
                }
            }
        }
    }

    fn settle(&mut self, name: &str, truth: Option<Truth>) -> Option<Truth> {
        self.conditions
            .insert(name.to_owned(), State::Done(truth.clone()));
        truth
    }

    fn own_axis(&mut self, name: &str, span: Span, truth: Option<Truth>) -> Option<Truth> {
        let default = truth.and_then(|t| t.by_default(self.axes));
        let axis = Axis {
            name: name.to_owned(),
            values: vec!["true".into(), "false".into()],
            open: false,
            default: default.map(|yes| u8::from(!yes)),
            origin: Origin::written(span),
        };
        let own = self.add_axis(axis).map(|id| Truth::on(id, 1, 3));
        self.settle(name, own)
    }

    /// `Not [C]` of a conjunction is no conjunction: C becomes an axis, so that both stay exact opposites.
    fn free_negated(&mut self, node: NodeRef) {
        let main = self.main;
        let Some(not) = call(main, node).filter(|c| c.name == "Fn::Not") else {
            return;
        };
        let [inner] = main.items(not.argument) else {
            return;
        };
        let Some(name) = condition_name(main, *inner) else {
            return;
        };
        if let Some(State::Done(Some(truth))) = self.conditions.get(&name)
            && truth.no.len() > 1
        {
            let truth = truth.clone();
            self.own_axis(&name, main.span(*inner), Some(truth));
        }
    }

    /// When a condition is true; `None` where it cannot be told by axes.
    fn condition(&mut self, document: &Document, node: NodeRef) -> Option<Truth> {
        if self.depth >= self.scope.limits.evaluation_depth {
            return None;
        }
        self.depth += 1;
        let truth = self.condition_inner(document, node);
        self.depth -= 1;
        truth
    }

    fn condition_inner(&mut self, document: &Document, node: NodeRef) -> Option<Truth> {
        if let Some(name) = condition_name(document, node) {
            return self.condition_named(&name, document.span(node));
        }
        let most = self.scope.limits.choices;
        let Some(call) = call(document, node) else {
            return match document.text(node)? {
                "true" | "True" => Some(Truth::decided(true)),
                "false" | "False" => Some(Truth::decided(false)),
                _ => None,
            };
        };
        match (&*call.name, document.items(call.argument)) {
            ("Fn::Not", [inner]) => Some(self.condition(document, *inner)?.not()),
            ("Fn::And", parts) => {
                let mut whole = Truth::decided(true);
                let mut open = false;
                for part in parts {
                    match self.condition(document, *part) {
                        Some(part) => whole = whole.and(&part, self.axes, most)?,
                        None => open = true,
                    }
                }
                // `false && ?` is false.
                (!open || whole.yes.is_empty()).then_some(whole)
            }
            ("Fn::Or", parts) => {
                let mut whole = Truth::decided(false);
                let mut open = false;
                for part in parts {
                    match self.condition(document, *part) {
                        Some(part) => whole = whole.or(part, self.axes, most)?,
                        None => open = true,
                    }
                }
                (!open || whole.no.is_empty()).then_some(whole)
            }
            ("Fn::Equals", [a, b]) => self.equal(document, *a, *b),
            _ => None,
        }
    }

    fn equal(&mut self, document: &Document, a: NodeRef, b: NodeRef) -> Option<Truth> {
        for (side, other) in [(a, b), (b, a)] {
            if let Some(name) = referred(document, side)
                && call(document, other).is_none()
            {
                let literal = document.text(other).unwrap_or("");
                if let Some(truth) = self.equals(&name, literal) {
                    return Some(truth);
                }
            }
        }
        let always = Guard::always();
        let (a, b) = (
            self.value(document, a, &always),
            self.value(document, b, &always),
        );
        let most = self.scope.limits.choices;
        let mut truth = Truth {
            yes: Vec::new(),
            no: Vec::new(),
        };
        for (when_a, a) in a.branches() {
            for (when_b, b) in b.branches() {
                let guard = when_a.and(&when_b);
                if guard.impossible() {
                    continue;
                }
                // A default somebody may override decides nothing.
                let assumed = [a, b]
                    .iter()
                    .any(|v| v.basis() == palisade_model::setting::Basis::Assumed);
                let empty = palisade_model::text::Text::default();
                let side = |v: &crate::value::Value| match v.is_absent() {
                    true => Some(empty.clone()),
                    false => v.text().cloned(),
                };
                match (side(a)?.same(&side(b)?), assumed) {
                    (Answer::Yes, false) => truth.yes.push(guard),
                    (Answer::No, false) => truth.no.push(guard),
                    (Answer::Yes, true) if a == b => truth.yes.push(guard),
                    _ => return None,
                }
            }
        }
        let merged = |guards| super::guards::merged(guards, self.axes);
        let truth = Truth {
            yes: merged(truth.yes),
            no: merged(truth.no),
        };
        (truth.yes.len() + truth.no.len() <= most).then_some(truth)
    }
}

/// The name of a condition referred to by `!Condition C` or `{Condition: C}`.
fn condition_name(document: &Document, node: NodeRef) -> Option<String> {
    if document.tag(node) == Some("!Condition") {
        return document.text(node).map(str::to_owned);
    }
    if document.tag(node).is_some() {
        return None;
    }
    match document.entries(node) {
        [entry] if &*entry.key == "Condition" => document.text(entry.value).map(str::to_owned),
        _ => None,
    }
}
