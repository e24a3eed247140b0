//! Parameters of a template: what is given, what is assumed, and which of them branch.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_model::guard::{Axis, AxisId, Guard, OTHER};
use palisade_model::setting::{How, Origin, Reason};
use palisade_model::source::Span;
use palisade_model::text::{Symbol, Text};

use rustc_hash::FxHashSet;

use super::call::{Call, call};
use super::evaluator::Evaluator;
use super::guards::Truth;
use crate::document::{Document, NodeRef};
use crate::value::{Style, Value, ValueKind};

/// Most named values of an axis; the rest is "any other".
const VALUES_MAX: usize = 62;

/// A parameter, or a pseudo parameter that something branches on.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    span: Span,
    /// Whether its values are lists.
    list: bool,
    /// Whether its value is the name of a stored parameter, not the value.
    stored: bool,
    /// Whether consoles hide its value.
    hidden: bool,
    default: Option<(Text, Span)>,
    allowed: Vec<String>,
    /// Literals it is compared with, and keys it selects by. Empty: nothing branches on it.
    literals: Vec<String>,
    /// Handed in by a parent stack or on the command line.
    fixed: Option<Value>,
    pseudo: bool,
    axis: Option<AxisId>,
}

pub(super) type Parameters = BTreeMap<String, Parameter>;

/// Reads the `Parameters` section and looks for everything that branches on one.
pub(super) fn read(evaluator: &Evaluator<'_>, document: &Document) -> Parameters {
    let mut parameters = Parameters::new();
    let section = document
        .root()
        .and_then(|root| document.get(root, "Parameters"));
    for (entry, value) in section.map(|s| document.merged(s)).unwrap_or_default() {
        let parameter = declared(evaluator, document, &entry.key, entry.key_span, value);
        parameters.insert(entry.key.to_string(), parameter);
    }
    note_branching(document, &mut parameters);
    parameters
}

fn declared(
    evaluator: &Evaluator<'_>,
    document: &Document,
    name: &str,
    span: Span,
    node: NodeRef,
) -> Parameter {
    let text = |key: &str| document.get(node, key).and_then(|n| document.text(n));
    let kind = text("Type").unwrap_or("String");
    let default = document.get(node, "Default").and_then(|n| {
        let text = document.text(n).unwrap_or("");
        let scalar = document.is_null(n) || document.text(n).is_some();
        scalar.then(|| (evaluator.dynamic(Text::of(text)), document.span(n)))
    });
    let allowed = document.get(node, "AllowedValues").map(|n| {
        let words = document.items(n).iter().filter_map(|i| document.text(*i));
        words.map(str::to_owned).collect()
    });
    let given = evaluator.scope.given.iter().rev().find(|(n, _)| n == name);
    let inherited = evaluator
        .scope
        .inherited
        .iter()
        .rev()
        .find(|(n, _)| n == name);
    let fixed = match (given, inherited) {
        (Some((_, value)), _) => {
            let origin = Origin {
                span,
                how: How::ParameterGiven,
                via: None,
            };
            Some(Value::new(
                ValueKind::Scalar(Text::of(value), Style::Quoted),
                origin,
            ))
        }
        (None, Some((_, value))) if !value.is_absent() => Some(value.clone()),
        _ => None,
    };
    Parameter {
        span,
        list: kind == "CommaDelimitedList" || kind.contains("List<"),
        stored: kind.starts_with("AWS::SSM::Parameter::"),
        hidden: text("NoEcho").is_some_and(|t| t.eq_ignore_ascii_case("true")),
        default,
        allowed: allowed.unwrap_or_default(),
        literals: Vec::new(),
        fixed,
        pseudo: false,
        axis: None,
    }
}

/// The defaults of declared parameters, in order of their names.
pub(super) fn defaults(parameters: &Parameters) -> Vec<super::Default> {
    let declared = parameters.iter().filter(|(_, p)| !p.pseudo);
    declared
        .map(|(name, parameter)| super::Default {
            name: name.clone(),
            span: parameter.span,
            value: parameter.default.clone().filter(|_| !parameter.stored),
            hidden: parameter.hidden,
            stored: parameter.stored,
        })
        .collect()
}

/// Finds comparisons with literals and mapping keys anywhere in the document.
fn note_branching(document: &Document, parameters: &mut Parameters) {
    let mappings = document
        .root()
        .and_then(|root| document.get(root, "Mappings"));
    // The same parameter selects by the same keys in many calls.
    let mut noted: FxHashSet<(NodeRef, String, bool)> = FxHashSet::default();
    for (node, _) in document.all() {
        let Some(Call { name, argument, .. }) = call(document, node) else {
            continue;
        };
        let items = document.items(argument);
        match (&*name, items) {
            ("Fn::Equals", [a, b]) => {
                for (side, other) in [(a, b), (b, a)] {
                    let literal = document
                        .text(*other)
                        .filter(|_| call(document, *other).is_none());
                    let null = document.is_null(*other).then_some("");
                    if let (Some(name), Some(literal)) =
                        (referred(document, *side), literal.or(null))
                    {
                        note(parameters, document, &name, *side, literal);
                    }
                }
            }
            ("Fn::FindInMap", [map, first, second, ..]) => {
                let map = document.text(*map).zip(mappings);
                let Some(map) = map.and_then(|(name, all)| document.get(all, name)) else {
                    continue;
                };
                if let Some(name) = referred(document, *first)
                    && noted.insert((map, name.clone(), true))
                {
                    for entry in document.entries(map) {
                        note(parameters, document, &name, *first, &entry.key);
                    }
                }
                if let Some(name) = referred(document, *second)
                    && noted.insert((map, name.clone(), false))
                {
                    for entry in document.entries(map) {
                        for inner in document.entries(entry.value) {
                            note(parameters, document, &name, *second, &inner.key);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn note(parameters: &mut Parameters, document: &Document, name: &str, at: NodeRef, literal: &str) {
    if name.starts_with("AWS::") && name != "AWS::NoValue" {
        parameters
            .entry(name.to_owned())
            .or_insert_with(|| Parameter {
                span: document.span(at),
                list: false,
                stored: false,
                hidden: false,
                default: None,
                allowed: Vec::new(),
                literals: Vec::new(),
                fixed: None,
                pseudo: true,
                axis: None,
            });
    }
    let Some(parameter) = parameters.get_mut(name) else {
        return;
    };
    if parameter.literals.len() < VALUES_MAX && !parameter.literals.iter().any(|l| l == literal) {
        parameter.literals.push(literal.to_owned());
    }
}

/// The parameter a node refers to by `!Ref P` or `!Sub ${P}` alone.
pub(super) fn referred(document: &Document, node: NodeRef) -> Option<String> {
    let call = call(document, node)?;
    let text = document.text(call.argument)?;
    match &*call.name {
        "Ref" => Some(text.to_owned()),
        "Fn::Sub" => {
            let inner = text.strip_prefix("${")?.strip_suffix('}')?;
            let plain = !inner.contains(['$', '{', '}', '!', '.']);
            plain.then(|| inner.trim().to_owned())
        }
        _ => None,
    }
}

impl Evaluator<'_> {
    /// Whether something branches on this parameter and its value is open.
    fn branching(&self, name: &str) -> bool {
        self.parameters
            .get(name)
            .is_some_and(|p| p.fixed.is_none() && !p.list && !p.stored && !p.literals.is_empty())
    }

    /// The axis of a parameter that branches, made on first use.
    pub(super) fn axis_of(&mut self, name: &str) -> Option<AxisId> {
        if !self.branching(name) {
            return None;
        }
        let parameter = self.parameters.get(name)?;
        if let Some(axis) = parameter.axis {
            return Some(axis);
        }
        let closed = !parameter.allowed.is_empty() && parameter.allowed.len() <= VALUES_MAX;
        let default = parameter
            .default
            .as_ref()
            .and_then(|(text, _)| text.literal());
        let mut values: Vec<String> = Vec::new();
        let listed = if closed {
            &parameter.allowed
        } else {
            &parameter.literals
        };
        let extra = default.map(str::to_owned).filter(|_| !closed);
        for value in extra.iter().chain(listed) {
            if values.len() < VALUES_MAX && !values.contains(value) {
                values.push(value.clone());
            }
        }
        let at = default.and_then(|d| values.iter().position(|v| v == d));
        let axis = Axis {
            name: name.to_owned(),
            default: at.and_then(|at| u8::try_from(at).ok()),
            values,
            open: !closed,
            origin: Origin::written(parameter.span),
        };
        let id = self.add_axis(axis)?;
        if let Some(parameter) = self.parameters.get_mut(name) {
            parameter.axis = Some(id);
        }
        Some(id)
    }

    /// When a parameter that branches has this value.
    pub(super) fn equals(&mut self, name: &str, literal: &str) -> Option<Truth> {
        let id = self.axis_of(name)?;
        let axis = self.axes.get(id)?;
        let all = axis.all();
        match axis.values.iter().position(|value| value == literal) {
            Some(bit) => Some(Truth::on(id, 1u64 << bit, all)),
            None if axis.open => None,
            None => Some(Truth::decided(false)),
        }
    }

    /// Each value a branching parameter may have under a guard; `None` is any other value.
    pub(super) fn axis_values(
        &mut self,
        name: &str,
        guard: &Guard,
    ) -> Option<Vec<(Guard, Option<String>)>> {
        let id = self.axis_of(name)?;
        let axis = self.axes.get(id)?;
        let mut found = Vec::new();
        for (bit, value) in axis.values.iter().enumerate() {
            found.push((Guard::on(id, 1u64 << bit), Some(value.clone())));
        }
        if axis.open {
            found.push((Guard::on(id, OTHER), None));
        }
        found.retain(|(when, _)| !when.and(guard).impossible());
        Some(found)
    }

    /// The value of a parameter where it is used; `None` for a name that is no parameter.
    pub(super) fn parameter(&mut self, name: &str, guard: &Guard, at: Span) -> Option<Value> {
        let parameter = self.parameters.get(name).filter(|p| !p.pseudo)?;
        let declared = parameter.span;
        let symbol = Text::hole(Symbol::Parameter(self.scope.stack, name.to_owned()));
        let open = Value::made(symbol, Origin::written(at));
        if let Some(fixed) = &parameter.fixed {
            let via = Some(Arc::new(fixed.origin.clone()));
            let how = match fixed.origin.how {
                How::ParameterGiven => How::ParameterGiven,
                _ => How::Inherited,
            };
            let mut value = fixed.clone();
            value.origin = Origin { span: at, how, via };
            return Some(as_list(value, parameter.list));
        }
        if self.branching(name) && !self.composing {
            let values = self.axis_values(name, guard)?;
            let via = Some(Arc::new(Origin::written(declared)));
            let origin = Origin {
                span: at,
                how: How::Written,
                via,
            };
            let choices = values.into_iter().map(|(when, value)| match value {
                Some(text) => {
                    let kind = ValueKind::Scalar(Text::of(text), Style::Quoted);
                    (when, Value::new(kind, origin.clone()))
                }
                None => (when, open.clone()),
            });
            return Some(self.limited(Value::one_of(choices, origin.clone()), open.clone()));
        }
        if self.branching(name) {
            return Some(open);
        }
        let Some((text, span)) = parameter.default.clone() else {
            return Some(open);
        };
        let via = Some(Arc::new(Origin {
            span,
            how: How::ParameterDefault,
            via: None,
        }));
        let origin = Origin {
            span: at,
            how: How::Written,
            via,
        };
        if parameter.stored {
            let key = text.words();
            let text = Text::hole(Symbol::Dynamic(format!("{{{{resolve:ssm:{key}}}}}")));
            return Some(Value::made(text, origin));
        }
        let list = parameter.list;
        Some(as_list(
            Value::new(ValueKind::Scalar(text, Style::Quoted), origin),
            list,
        ))
    }

    /// Adds an axis, if the limit allows.
    pub(super) fn add_axis(&mut self, axis: Axis) -> Option<AxisId> {
        if self.axes.len() >= self.scope.limits.axes {
            let span = axis.origin.span;
            self.limit(span, "axes of this application", self.scope.limits.axes);
            return None;
        }
        Some(self.axes.push(axis))
    }

    /// A choice that is not too wide, else `narrow`.
    pub(super) fn limited(&mut self, value: Value, narrow: Value) -> Value {
        match &value.kind {
            ValueKind::OneOf(choices) if choices.len() > self.scope.limits.choices => narrow,
            _ => value,
        }
    }

    /// A value that nothing tells, with its text as written.
    pub(super) fn opaque(&self, reason: Reason, span: Span) -> Value {
        Value::unknown(reason, self.written(span), Origin::written(span))
    }
}

/// A comma separated text as a list, where the parameter is one.
fn as_list(value: Value, list: bool) -> Value {
    if !list {
        return value;
    }
    match &value.kind {
        ValueKind::Scalar(text, style) => match text.literal() {
            Some(literal) => {
                let part = |word: &str| {
                    let kind = ValueKind::Scalar(Text::of(word.trim()), *style);
                    Value::new(kind, value.origin.clone())
                };
                let items = literal.split(',').map(part).collect();
                Value::new(ValueKind::List(items), value.origin)
            }
            None => value,
        },
        _ => value,
    }
}
