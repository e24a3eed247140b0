//! The intrinsic functions: each resolves what it can and leaves holes for the rest.

use palisade_model::guard::Guard;
use palisade_model::problem::ProblemKind;
use palisade_model::setting::{Origin, Reason};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};

use super::call::Call;
use super::evaluator::{Evaluator, made};
use super::guards::possible;
use crate::document::{Document, NodeRef, quoted};
use crate::value::{Style, Value, ValueKind};

/// Alternatives of a piece of a text, with their guards.
type Alternatives = Vec<(Guard, Vec<Part>)>;

impl Evaluator<'_> {
    pub(super) fn intrinsic(
        &mut self,
        document: &Document,
        node: NodeRef,
        call: &Call<'_>,
        guard: &Guard,
    ) -> Value {
        let span = document.span(node);
        let items = document.items(call.argument);
        match (&*call.name, items) {
            ("Ref", _) => match self.word(document, call.argument) {
                Some(name) => self.reference(&name, guard, span),
                None => self.opaque(Reason::Unsupported, span),
            },
            ("Fn::GetAtt", _) => self.attribute(document, call, guard, span),
            ("Fn::Sub", _) => self.substitute(document, call, guard, span),
            ("Fn::Join", [delimiter, list]) => {
                let delimiter = self.word(document, *delimiter).unwrap_or_default();
                self.join(document, &delimiter, *list, guard, span)
            }
            ("Fn::Select", [index, list]) => {
                let index = self.value(document, *index, guard);
                let index = index.literal().and_then(|t| t.trim().parse::<usize>().ok());
                let list = self.value(document, *list, guard);
                self.each_branch(&list, span, |this, list| match (&list.kind, index) {
                    (ValueKind::List(items), Some(index)) => items
                        .get(index)
                        .cloned()
                        .unwrap_or_else(|| this.opaque(Reason::Unsupported, span)),
                    (ValueKind::Unknown(reason, _), _) => this.opaque(*reason, span),
                    _ => this.opaque_text(span),
                })
            }
            ("Fn::Split", [delimiter, source]) => {
                let delimiter = self.word(document, *delimiter).unwrap_or_default();
                let source = self.value(document, *source, guard);
                self.each_branch(&source, span, |this, source| match source.literal() {
                    Some(text) if !delimiter.is_empty() => {
                        let part = |word: &str| Value::made(Text::of(word), derived(span, source));
                        let parts = text.split(&delimiter).map(part).collect();
                        Value::new(ValueKind::List(parts), derived(span, source))
                    }
                    _ => this.opaque(Reason::Unsupported, span),
                })
            }
            ("Fn::If", [condition, yes, no]) => {
                self.choose(document, *condition, [*yes, *no], guard, span)
            }
            ("Fn::FindInMap", [map, first, second, options @ ..]) => {
                let keys = [*map, *first, *second];
                self.find_in_map(document, keys, options.first().copied(), guard, span)
            }
            ("Fn::ImportValue", _) => {
                let name = self.argument(document, call, guard);
                self.each_branch(&name, span, |this, name| match name.text() {
                    Some(text) => {
                        let symbol = Symbol::Import(text.words());
                        Value::made(Text::hole(symbol), derived(span, name))
                    }
                    None => this.opaque(Reason::Import, span),
                })
            }
            // What is encoded is what matters, so the text itself stays.
            ("Fn::Base64", _) => {
                let mut value = self.argument(document, call, guard);
                value.origin.span = span;
                value
            }
            ("Fn::Length", _) => {
                let list = self.argument(document, call, guard);
                self.each_branch(&list, span, |this, list| match &list.kind {
                    ValueKind::List(items) => {
                        let length = Text::of(items.len().to_string());
                        Value::made(length, derived(span, list))
                    }
                    _ => this.opaque(Reason::Unsupported, span),
                })
            }
            ("Fn::ToJsonString", _) => {
                let value = self.argument(document, call, guard);
                let mut parts = Vec::new();
                match json(&value, &mut parts) {
                    true => Value::made(Text::join(parts), derived(span, &value)),
                    false => self.opaque(Reason::Unsupported, span),
                }
            }
            ("Fn::Cidr", [_, count, ..]) => {
                let count = self.value(document, *count, guard);
                match count.literal().and_then(|t| t.parse::<usize>().ok()) {
                    Some(count) if count <= 256 => {
                        let items = (0..count).map(|_| self.opaque_text(span)).collect();
                        Value::new(ValueKind::List(items), Origin::written(span))
                    }
                    _ => self.opaque(Reason::AfterApply, span),
                }
            }
            ("Fn::GetAZs", _) => self.opaque(Reason::AfterApply, span),
            ("Fn::Transform", _) => self.transform(document, call.argument, guard, span),
            _ => self.opaque(Reason::Unsupported, span),
        }
    }

    /// A scalar argument that is written out; a call among them is evaluated if it is decided.
    pub(super) fn word(&mut self, document: &Document, node: NodeRef) -> Option<String> {
        // A short form's own tag stands on this node, so its text is taken as it is.
        if let crate::document::Shape::Scalar(scalar) = document.shape(node)
            && document
                .tag(node)
                .is_none_or(|tag| tag == "!Ref" || tag == "!Condition")
        {
            return Some(self.localized(&scalar.text));
        }
        let value = self.value(document, node, &Guard::always());
        value.literal().map(str::to_owned)
    }

    /// Each branch of a value through a function; the result is a choice of the same guards.
    pub(super) fn each_branch(
        &mut self,
        value: &Value,
        span: Span,
        mut change: impl FnMut(&mut Self, &Value) -> Value,
    ) -> Value {
        match &value.kind {
            ValueKind::OneOf(choices) => {
                let changed: Vec<(Guard, Value)> = choices
                    .iter()
                    .map(|(when, value)| (when.clone(), change(self, value)))
                    .collect();
                let choice = Value::one_of(changed, Origin::written(span));
                let narrow = self.opaque(Reason::Limit, span);
                self.limited(choice, narrow)
            }
            _ => change(self, value),
        }
    }

    /// A text nothing is known of.
    pub(super) fn opaque_text(&self, span: Span) -> Value {
        let text = Text::hole(Symbol::Opaque(self.written(span)));
        Value::made(text, Origin::written(span))
    }

    /// What a name refers to: a loop's variable, a pseudo parameter, a parameter, else a resource.
    pub(super) fn reference(&mut self, name: &str, guard: &Guard, span: Span) -> Value {
        if let Some(local) = self.locals.iter().rev().find(|l| l.name == name) {
            let mut value = Value::made(local.text.clone(), local.origin.clone());
            value.origin = derived(span, &value);
            return value;
        }
        if name == "AWS::NoValue" {
            return Value::new(ValueKind::NoValue, Origin::written(span));
        }
        if name.starts_with("AWS::") {
            let text = Text::hole(Symbol::Pseudo(name.to_owned()));
            return Value::made(text, Origin::written(span));
        }
        if let Some(value) = self.parameter(name, guard, span) {
            return value;
        }
        let symbol = Symbol::Attr(self.scope.stack, name.to_owned(), "Ref".to_owned());
        Value::made(Text::hole(symbol), Origin::written(span))
    }

    fn attribute(
        &mut self,
        document: &Document,
        call: &Call<'_>,
        guard: &Guard,
        span: Span,
    ) -> Value {
        let dotted = |text: &str| {
            let (id, attribute) = text.split_once('.').unwrap_or((text, "Ref"));
            (id.to_owned(), attribute.to_owned())
        };
        let named = match document.items(call.argument) {
            [] => {
                let text = document.text(call.argument);
                text.map(|text| dotted(&self.localized(text)))
            }
            [whole] => self.word(document, *whole).map(|text| dotted(&text)),
            [id, rest @ ..] => {
                let id = self.word(document, *id);
                let rest: Option<Vec<String>> = rest
                    .iter()
                    .map(|part| {
                        let value = self.value(document, *part, guard);
                        value.literal().map(str::to_owned)
                    })
                    .collect();
                id.zip(rest.map(|rest| rest.join(".")))
            }
        };
        match named {
            Some((id, attribute)) => {
                let symbol = Symbol::Attr(self.scope.stack, id, attribute);
                Value::made(Text::hole(symbol), Origin::written(span))
            }
            None => self.opaque_text(span),
        }
    }

    fn substitute(
        &mut self,
        document: &Document,
        call: &Call<'_>,
        guard: &Guard,
        span: Span,
    ) -> Value {
        let (text, variables) = match document.items(call.argument) {
            [] => (document.text(call.argument).map(str::to_owned), None),
            [text, rest @ ..] => {
                let literal = document
                    .text(*text)
                    .filter(|_| document.tag(*text).is_none());
                (literal.map(str::to_owned), rest.first().copied())
            }
        };
        let Some(text) = text else {
            return match document.is_null(call.argument) {
                true => Value::made(Text::default(), Origin::written(span)),
                false => self.opaque(Reason::Unsupported, span),
            };
        };
        let text = self.localized(&text);
        let outer = std::mem::replace(&mut self.composing, true);
        let mut bound: Vec<(String, Value)> = Vec::new();
        if let Some(variables) = variables {
            for (entry, value) in document.merged(variables) {
                bound.push((
                    self.localized(&entry.key),
                    self.value(document, value, guard),
                ));
            }
        }
        let mut pieces = Vec::new();
        // What came through a default makes the whole assumed.
        let mut via = None;
        for piece in pieces_of(&text) {
            match piece {
                Piece::Literal(text) => pieces.push(literal(text)),
                Piece::Name(name) => {
                    let value = match bound.iter().find(|(n, _)| n == name) {
                        Some((_, value)) => value.clone(),
                        None => self.named(name, guard, span),
                    };
                    if via.is_none() && value.basis() != palisade_model::setting::Basis::Written {
                        via = Some(value.origin.clone());
                    }
                    pieces.push(alternatives(&value));
                }
            }
        }
        self.composing = outer;
        self.compose(pieces, via, span)
    }

    /// `${Name}` and `${Resource.Attribute}` of `Fn::Sub`.
    fn named(&mut self, name: &str, guard: &Guard, span: Span) -> Value {
        match name.split_once('.') {
            Some((id, attribute)) if !id.starts_with("AWS::") => {
                let (id, attribute) = (id.to_owned(), attribute.to_owned());
                let symbol = Symbol::Attr(self.scope.stack, id, attribute);
                Value::made(Text::hole(symbol), Origin::written(span))
            }
            _ => self.reference(name, guard, span),
        }
    }

    fn join(
        &mut self,
        document: &Document,
        delimiter: &str,
        list: NodeRef,
        guard: &Guard,
        span: Span,
    ) -> Value {
        let outer = std::mem::replace(&mut self.composing, true);
        let list = self.value(document, list, guard);
        self.composing = outer;
        self.each_branch(&list, span, |this, list| {
            let ValueKind::List(items) = &list.kind else {
                return this.opaque_text(span);
            };
            let mut pieces = Vec::new();
            let mut via = None;
            for item in items {
                if !pieces.is_empty() {
                    pieces.push(literal(delimiter));
                }
                if via.is_none() && item.basis() != palisade_model::setting::Basis::Written {
                    via = Some(item.origin.clone());
                }
                pieces.push(alternatives(item));
            }
            this.compose(pieces, via, span)
        })
    }

    /// One text of all pieces, or a choice of texts.
    fn compose(&mut self, pieces: Vec<Alternatives>, via: Option<Origin>, span: Span) -> Value {
        let mut whole: Alternatives = vec![(Guard::always(), Vec::new())];
        for piece in pieces {
            if let [(when, more)] = piece.as_slice()
                && when.is_always()
            {
                whole
                    .iter_mut()
                    .for_each(|(_, parts)| parts.extend(more.iter().cloned()));
                continue;
            }
            let mut next = Vec::new();
            for (guard, parts) in &whole {
                for (when, more) in &piece {
                    let both = guard.and(when);
                    if !both.impossible() {
                        let parts: Vec<Part> = parts.iter().chain(more).cloned().collect();
                        next.push((both, parts));
                    }
                }
            }
            if next.len() > self.scope.limits.choices {
                self.limit(span, "choices of one text", self.scope.limits.choices);
                return self.opaque_text(span);
            }
            whole = next;
        }
        let mut origin = Origin::written(span);
        origin.via = via.map(std::sync::Arc::new);
        let bytes = |parts: &[Part]| -> usize {
            parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => text.len(),
                    Part::Hole(_) => 1,
                })
                .sum()
        };
        // Inline code passes through `Fn::Sub`, so a text may be as long as what is written there.
        let most = self
            .scope
            .limits
            .text_bytes
            .max(span.end.saturating_sub(span.start) as usize);
        if whole.iter().any(|(_, parts)| bytes(parts) > most) {
            self.limit(span, "bytes of one text", most);
            return self.opaque(Reason::Limit, span);
        }
        for (_, parts) in &whole {
            self.charge(bytes(parts));
        }
        let texts = whole.into_iter().map(|(guard, parts)| {
            let text = self.dynamic(Text::join(parts));
            (guard, Value::new(made(text), origin.clone()))
        });
        let texts: Vec<(Guard, Value)> = texts.collect();
        Value::one_of(texts, origin)
    }

    /// `Fn::If`: one branch if the condition is decided, else both with their guards.
    fn choose(
        &mut self,
        document: &Document,
        condition: NodeRef,
        [yes, no]: [NodeRef; 2],
        guard: &Guard,
        span: Span,
    ) -> Value {
        let Some(name) = self.word(document, condition) else {
            return self.opaque(Reason::Unsupported, span);
        };
        let Some(truth) = self.condition_named(&name, document.span(condition)) else {
            return self.opaque(Reason::Limit, span);
        };
        let when_yes = possible(&truth.yes, guard);
        let when_no = possible(&truth.no, guard);
        match (when_yes.is_empty(), when_no.is_empty()) {
            (false, true) => return self.value(document, yes, guard),
            (true, false) => return self.value(document, no, guard),
            _ => {}
        }
        let mut choices = Vec::new();
        for (guards, node) in [(when_yes, yes), (when_no, no)] {
            for when in guards {
                let value = self.value(document, node, &guard.and(&when));
                choices.push((when, value));
            }
        }
        let same = |(_, value): &(Guard, Value)| match (&value.kind, choices.first()) {
            (kind @ ValueKind::Scalar(..), Some((_, first))) => *kind == first.kind,
            _ => false,
        };
        if choices.iter().all(same)
            && let Some((_, first)) = choices.first()
        {
            return first.clone();
        }
        let choice = Value::one_of(choices, Origin::written(span));
        if let ValueKind::OneOf(all) = &choice.kind
            && all.len() > self.scope.limits.choices
        {
            self.limit(span, "choices of one value", self.scope.limits.choices);
            return self.opaque(Reason::Limit, span);
        }
        choice
    }

    /// A call that lacks what it needs.
    pub(super) fn malformed(&mut self, span: Span, message: String) -> Value {
        self.report(span, ProblemKind::Malformed, message);
        self.opaque(Reason::Unsupported, span)
    }
}

/// A place whose value came from another value.
pub(super) fn derived(span: Span, from: &Value) -> Origin {
    let mut origin = Origin::written(span);
    if from.origin.span != span || from.origin.via.is_some() {
        origin.via = Some(std::sync::Arc::new(from.origin.clone()));
    }
    origin
}

fn literal(text: &str) -> Alternatives {
    vec![(Guard::always(), vec![Part::Literal(text.to_owned())])]
}

fn alternatives(value: &Value) -> Alternatives {
    let branches = value.branches().into_iter();
    let parts = |value: &Value| match &value.kind {
        ValueKind::Scalar(text, _) => text.parts().to_vec(),
        ValueKind::Null | ValueKind::NoValue => Vec::new(),
        _ => vec![Part::Hole(Symbol::Opaque(value.words()))],
    };
    branches
        .map(|(guard, value)| (guard, parts(value)))
        .collect()
}

enum Piece<'t> {
    Literal(&'t str),
    Name(&'t str),
}

/// The pieces of a text of `Fn::Sub`: `${Name}` is a name, `${!Name}` stands for `${Name}`.
fn pieces_of(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, next)) = after.split_once('}') else {
            break;
        };
        pieces.push(Piece::Literal(before));
        if let Some(escaped) = name.strip_prefix('!') {
            pieces.push(Piece::Literal("${"));
            pieces.push(Piece::Literal(escaped));
            pieces.push(Piece::Literal("}"));
        } else {
            pieces.push(Piece::Name(name.trim()));
        }
        rest = next;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// A value as JSON text with its holes; `None` where a choice or something unknown stands in it.
pub fn json_of(value: &Value) -> Option<Text> {
    let mut parts = Vec::new();
    json(value, &mut parts).then(|| Text::join(parts))
}

/// A value as JSON text with its holes; false where a choice or something unknown stands in it.
fn json(value: &Value, parts: &mut Vec<Part>) -> bool {
    let word = |text: &str| Part::Literal(text.to_owned());
    match &value.kind {
        ValueKind::Null | ValueKind::NoValue => parts.push(word("null")),
        ValueKind::Scalar(text, style) => {
            let literal = text.literal();
            let bare = *style == Style::Plain
                && literal.is_some_and(|l| l == "true" || l == "false" || l.parse::<f64>().is_ok());
            match literal {
                Some(literal) if bare => parts.push(word(literal)),
                Some(literal) => parts.push(word(&quoted(literal))),
                None => {
                    parts.push(word("\""));
                    parts.extend(text.parts().iter().map(|part| match part {
                        Part::Literal(text) => {
                            let text = quoted(text);
                            let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                            word(inner.unwrap_or(&text))
                        }
                        Part::Hole(_) => part.clone(),
                    }));
                    parts.push(word("\""));
                }
            }
        }
        ValueKind::List(items) => {
            parts.push(word("["));
            for (at, item) in items.iter().enumerate() {
                parts.push(word(if at > 0 { "," } else { "" }));
                if !json(item, parts) {
                    return false;
                }
            }
            parts.push(word("]"));
        }
        ValueKind::Map(entries) => {
            parts.push(word("{"));
            for (at, (key, value)) in entries.iter().enumerate() {
                parts.push(word(if at > 0 { "," } else { "" }));
                parts.push(word(&quoted(&key.text)));
                parts.push(word(":"));
                if !json(value, parts) {
                    return false;
                }
            }
            parts.push(word("}"));
        }
        ValueKind::OneOf(_) | ValueKind::Unknown(..) => return false,
    }
    true
}
