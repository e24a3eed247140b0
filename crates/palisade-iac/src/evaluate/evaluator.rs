//! Walks a document and makes values; every step is counted, every depth is bounded.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::setting::{How, Origin, Reason};
use palisade_model::source::{FileId, Span};
use palisade_model::text::{Part, Symbol, Text};

use super::Scope;
use super::call::{TRANSFORM, call};
use super::conditions::State;
use super::guards::{Axes, complement};
use super::parameters::Parameters;
use crate::document::{Document, NodeRef, Scalar, Shape};
use crate::value::{KeyAt, Style, Value, ValueKind};

/// Longest text kept of something unknown.
const WRITTEN_MAX: usize = 400;

/// Bytes of text that count as one more value.
const VALUE_BYTES: usize = 64;
/// Most problems of one kind a template reports; the rest would say the same.
const PROBLEMS_MAX: usize = 200;

/// The variable of a loop that is being expanded.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) text: Text,
    pub(super) origin: Origin,
}

/// One evaluation of one template.
pub(super) struct Evaluator<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) axes: &'a mut Axes,
    pub(super) problems: &'a mut Vec<Problem>,
    /// The template itself; included files look up parameters, conditions and mappings there.
    pub(super) main: &'a Document,
    pub(super) parameters: Parameters,
    pub(super) conditions: BTreeMap<String, State>,
    pub(super) locals: Vec<Local>,
    /// Whether a longer text is being put together: there a parameter that branches stays a hole.
    pub(super) composing: bool,
    /// Whether intrinsics are evaluated, or the document is plain data.
    pub(super) intrinsics: bool,
    pub(super) including: Vec<FileId>,
    /// Bytes of included files so far.
    pub(super) included: usize,
    pub(super) depth: usize,
    pub(super) values: usize,
    pub(super) values_max: usize,
    /// Where the resource at hand must stop, so that one bomb does not starve the others.
    pub(super) values_end: usize,
    pub(super) instances: usize,
}

/// What `each_entry` hands over: the evaluator, the document, the key, the value's node, and the
/// guard of the entry itself (always, but for entries of conditional loops).
pub(super) type EachEntry<'e, 'a> =
    dyn FnMut(&mut Evaluator<'a>, &Document, &KeyAt, NodeRef, &Guard) + 'e;

impl<'a> Evaluator<'a> {
    pub(super) fn new(
        document: &'a Document,
        scope: &'a Scope<'a>,
        axes: &'a mut Axes,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        let values_max = document.values_max(scope.limits.evaluated_values);
        Self {
            scope,
            axes,
            problems,
            main: document,
            parameters: Parameters::new(),
            conditions: BTreeMap::new(),
            locals: Vec::new(),
            composing: false,
            intrinsics: true,
            including: vec![document.file],
            included: 0,
            depth: 0,
            values: 0,
            values_max,
            values_end: values_max,
            instances: 0,
        }
    }

    /// The value of a node under a guard: branches the guard excludes are left out.
    pub(super) fn value(&mut self, document: &Document, node: NodeRef, guard: &Guard) -> Value {
        let target = document.resolve(node);
        let mut value = self.bounded(document, target, |this| {
            match call(document, target).filter(|_| this.intrinsics) {
                Some(call) => this.intrinsic(document, target, &call, guard),
                None => this.data(document, target, guard),
            }
        });
        if target != node {
            let via = Some(Arc::new(value.origin));
            let span = document.span(node);
            value.origin = Origin {
                span,
                how: How::Written,
                via,
            };
        }
        value
    }

    /// The value of the argument of a call: the tag of a short form is spent.
    pub(super) fn argument(
        &mut self,
        document: &Document,
        call: &super::call::Call<'_>,
        guard: &Guard,
    ) -> Value {
        if call.short {
            self.bounded(document, call.argument, |this| {
                this.data(document, call.argument, guard)
            })
        } else {
            self.value(document, call.argument, guard)
        }
    }

    fn bounded(
        &mut self,
        document: &Document,
        node: NodeRef,
        evaluate: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let span = document.span(node);
        let limits = self.scope.limits;
        if self.values >= self.values_end {
            self.limit(span, "evaluated values", self.values_end);
            return self.opaque(Reason::Limit, span);
        }
        if self.depth >= limits.evaluation_depth {
            self.limit(span, "levels of evaluated values", limits.evaluation_depth);
            return self.opaque(Reason::Limit, span);
        }
        self.values += 1;
        self.depth += 1;
        let value = evaluate(self);
        self.depth -= 1;
        value
    }

    /// A node as data, its own tag aside.
    fn data(&mut self, document: &Document, node: NodeRef, guard: &Guard) -> Value {
        let origin = Origin::written(document.span(node));
        match document.shape(node) {
            Shape::Scalar(scalar) => Value::new(self.scalar(scalar), origin),
            Shape::List(items) => {
                let mut kept = Vec::new();
                for item in items {
                    let full = self.values >= self.values_end;
                    let value = self.value(document, *item, guard);
                    if value.kind != ValueKind::NoValue {
                        kept.push(value);
                    }
                    // The rest of a list that is too long stands as one unknown.
                    if full {
                        break;
                    }
                }
                Value::new(ValueKind::List(kept), origin)
            }
            Shape::Map(_) => self.map(document, node, guard, origin),
            Shape::Alias(_) | Shape::Broken => self.opaque(Reason::Unsupported, origin.span),
        }
    }

    fn map(&mut self, document: &Document, node: NodeRef, guard: &Guard, origin: Origin) -> Value {
        let mut entries: Vec<(KeyAt, Value)> = Vec::new();
        // Keys are unique as written; loops and included files alone can make one twice.
        let mixed = self.intrinsics
            && document
                .merged(node)
                .iter()
                .any(|(entry, _)| entry.key.starts_with("Fn::"));
        self.each_entry(
            document,
            node,
            guard,
            &mut |this, document, key, node, extra| {
                // What could not be included stays as an entry, so that nothing counts as absent.
                let value = match key.text.as_str() {
                    TRANSFORM if this.intrinsics => this.opaque(Reason::NotInTree, key.span),
                    _ => this.value(document, node, &guard.and(extra)),
                };
                if value.kind == ValueKind::NoValue {
                    return;
                }
                let value = this.under(value, extra);
                if mixed {
                    put(&mut entries, key, value);
                } else {
                    entries.push((key.clone(), value));
                }
            },
        );
        Value::new(ValueKind::Map(entries), origin)
    }

    /// A value that stands only under a guard.
    fn under(&mut self, value: Value, extra: &Guard) -> Value {
        if extra.is_always() {
            return value;
        }
        let origin = value.origin.clone();
        let outside = complement(std::slice::from_ref(extra), self.axes);
        let absent = Value::new(ValueKind::NoValue, origin.clone());
        let others = outside.into_iter().map(|when| (when, absent.clone()));
        Value::one_of(
            std::iter::once((extra.clone(), value)).chain(others),
            origin,
        )
    }

    fn scalar(&mut self, scalar: &Scalar) -> ValueKind {
        if scalar.is_null() {
            return ValueKind::Null;
        }
        self.charge(scalar.text.len());
        ValueKind::Scalar(self.scalar_text(scalar), scalar.style)
    }

    /// The text of a scalar: loop variables replaced, placeholders and dynamic references as holes.
    pub(super) fn scalar_text(&self, scalar: &Scalar) -> Text {
        if scalar.holes.is_empty() {
            return self.dynamic(Text::of(self.localized(&scalar.text)));
        }
        let mut parts = Vec::new();
        let mut from = 0;
        for (start, end) in &scalar.holes {
            let (start, end) = (*start as usize, *end as usize);
            let before = scalar.text.get(from..start).unwrap_or("");
            let hole = scalar.text.get(start..end).unwrap_or("");
            parts.push(Part::Literal(self.localized(before)));
            parts.push(Part::Hole(Symbol::Placeholder(hole.to_owned())));
            from = end;
        }
        let rest = scalar.text.get(from..).unwrap_or("");
        parts.push(Part::Literal(self.localized(rest)));
        self.dynamic(Text::join(parts))
    }

    /// Long texts count as many values, so that aliases of one do not fill the memory.
    pub(super) fn charge(&mut self, bytes: usize) {
        self.values = self.values.saturating_add(bytes / VALUE_BYTES);
    }

    /// `${Variable}` and `&{Variable}` of loops replaced; the second form keeps letters and digits only.
    pub(super) fn localized(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for local in self.locals.iter().rev() {
            let Some(literal) = local.text.literal() else {
                continue;
            };
            let (whole, letters) = (
                format!("${{{}}}", local.name),
                format!("&{{{}}}", local.name),
            );
            if text.contains(&whole) {
                text = text.replace(&whole, literal);
            }
            if text.contains(&letters) {
                let kept: String = literal
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .collect();
                text = text.replace(&letters, &kept);
            }
            if text.len() > self.scope.limits.template_bytes {
                break;
            }
        }
        text
    }

    /// `{{resolve:…}}` as holes, also where other holes stand inside.
    pub(super) fn dynamic(&self, text: Text) -> Text {
        const OPEN: &str = "{{resolve:";
        let opens = |part: &Part| matches!(part, Part::Literal(literal) if literal.contains(OPEN));
        if !text.parts().iter().any(opens) {
            return text;
        }
        let mut parts: Vec<Part> = Vec::new();
        // The words of a reference that is not closed yet.
        let mut reference: Option<String> = None;
        for part in text.parts() {
            let literal = match part {
                Part::Literal(literal) => literal.as_str(),
                Part::Hole(symbol) => {
                    match &mut reference {
                        Some(words) => words.push_str(&symbol.words()),
                        None => parts.push(part.clone()),
                    }
                    continue;
                }
            };
            let mut rest = literal;
            loop {
                let delimiter = if reference.is_some() { "}}" } else { OPEN };
                let Some((before, after)) = rest.split_once(delimiter) else {
                    match &mut reference {
                        Some(words) => words.push_str(rest),
                        None => parts.push(Part::Literal(rest.to_owned())),
                    }
                    break;
                };
                match reference.take() {
                    Some(words) => {
                        let whole = format!("{words}{before}}}}}");
                        parts.push(Part::Hole(Symbol::Dynamic(whole)));
                    }
                    None => {
                        parts.push(Part::Literal(before.to_owned()));
                        reference = Some(OPEN.to_owned());
                    }
                }
                rest = after;
            }
        }
        parts.extend(reference.map(Part::Literal));
        Text::join(parts)
    }

    /// The text of a place as written, cut where it is long.
    pub(super) fn written(&self, span: Span) -> String {
        let whole = self.scope.sources.slice(span);
        if whole.len() <= WRITTEN_MAX {
            return whole.to_owned();
        }
        let cut: String = whole.chars().take(WRITTEN_MAX).collect();
        format!("{cut}…")
    }

    /// Reports a limit once.
    pub(super) fn limit(&mut self, span: Span, what: &str, most: usize) {
        let message = format!("more than {most} {what}: the rest stays unknown");
        if !self.problems.iter().any(|p| p.message == message) {
            let problem = Problem::at(span, ProblemKind::Limit, Cost::Value, message);
            self.problems.push(problem);
        }
    }

    pub(super) fn report(&mut self, span: Span, kind: ProblemKind, message: String) {
        self.report_loss(span, kind, Cost::Value, message);
    }

    pub(super) fn report_loss(
        &mut self,
        span: Span,
        kind: ProblemKind,
        cost: Cost,
        message: String,
    ) {
        if self.problems.iter().filter(|p| p.kind == kind).count() < PROBLEMS_MAX {
            self.problems.push(Problem::at(span, kind, cost, message));
        }
    }
}

/// Adds an entry; a key that is there already is replaced, or joined where both have guards.
fn put(entries: &mut Vec<(KeyAt, Value)>, key: &KeyAt, value: Value) {
    // Loops alone can make a key twice, and they are short.
    if entries.len() > 4_096 {
        entries.push((key.clone(), value));
        return;
    }
    match entries.iter_mut().find(|(at, _)| at.text == key.text) {
        Some((_, before)) => {
            let present = |v: &Value| match &v.kind {
                ValueKind::OneOf(choices) => choices
                    .iter()
                    .filter(|(_, v)| v.kind != ValueKind::NoValue)
                    .cloned()
                    .collect(),
                _ => Vec::new(),
            };
            let mut joined: Vec<(Guard, Value)> = present(before);
            let added = present(&value);
            if joined.is_empty() || added.is_empty() {
                *before = value;
            } else {
                joined.extend(added);
                before.kind = ValueKind::OneOf(joined);
            }
        }
        None => entries.push((key.clone(), value)),
    }
}

/// A scalar made by an intrinsic.
pub(super) fn made(text: Text) -> ValueKind {
    ValueKind::Scalar(text, Style::Made)
}
