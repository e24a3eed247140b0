//! `Fn::FindInMap`: a mapping's value for every key it may be asked for.

use std::sync::Arc;

use palisade_model::guard::Guard;
use palisade_model::setting::{How, Origin, Reason};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol};

use super::evaluator::Evaluator;
use super::guards::union;
use super::parameters::referred;
use crate::document::{Document, NodeRef};
use crate::value::{Value, ValueKind, reason_of};

/// A key and when it is that; an unknown one says why.
type Keys = Vec<(Guard, Result<String, Reason>)>;

impl Evaluator<'_> {
    pub(super) fn find_in_map(
        &mut self,
        document: &Document,
        keys: [NodeRef; 3],
        options: Option<NodeRef>,
        guard: &Guard,
        span: Span,
    ) -> Value {
        let default = options
            .and_then(|o| document.get(o, "DefaultValue"))
            .map(|node| self.value(document, node, guard));
        let [map, first, second] = keys.map(|key| self.keys(document, key, guard));
        let mut choices: Vec<(Guard, Value)> = Vec::new();
        for (when_map, map) in &map {
            for (when_first, first) in &first {
                for (when_second, second) in &second {
                    let when = when_map.and(when_first).and(when_second);
                    if when.and(guard).impossible() {
                        continue;
                    }
                    self.values += 1;
                    let full = choices.len() > 4 * self.scope.limits.choices;
                    if full || self.values > self.values_end {
                        self.limit(span, "choices of one value", self.scope.limits.choices);
                        return self.opaque(Reason::Limit, span);
                    }
                    let value = match (map, first, second) {
                        (Ok(map), Ok(first), Ok(second)) => self
                            .mapped(map, first, second, guard, span)
                            .or_else(|| default.clone())
                            .unwrap_or_else(|| self.opaque(Reason::NoDefault, span)),
                        (Err(reason), _, _) | (_, Err(reason), _) | (_, _, Err(reason)) => {
                            match (&default, reason) {
                                // Any key that is in the map is an alternative of its own.
                                (Some(default), Reason::Cycle) => default.clone(),
                                (_, Reason::Cycle) => self.opaque(Reason::NoDefault, span),
                                _ => self.opaque(*reason, span),
                            }
                        }
                    };
                    self.add_choice(&mut choices, when, value);
                }
            }
        }
        let choice = Value::one_of(choices, Origin::written(span));
        let narrow = self.opaque(Reason::Limit, span);
        self.limited(choice, narrow)
    }

    /// Equal values under guards that make one guard are one choice.
    fn add_choice(&self, choices: &mut Vec<(Guard, Value)>, when: Guard, value: Value) {
        for (guard, before) in choices.iter_mut() {
            if before.kind == value.kind
                && let Some(both) = union(guard, &when, self.axes)
            {
                *guard = both;
                return;
            }
        }
        choices.push((when, value));
    }

    fn mapped(
        &mut self,
        map: &str,
        first: &str,
        second: &str,
        guard: &Guard,
        span: Span,
    ) -> Option<Value> {
        let main = self.main;
        let section = main.get(main.root()?, "Mappings")?;
        let inner = main.get(main.get(section, map)?, first)?;
        let node = main.get(inner, second)?;
        let mut value = self.value(main, node, guard);
        let origin = std::mem::replace(&mut value.origin, Origin::written(span));
        let at = Origin {
            how: How::Mapping,
            ..origin
        };
        value.origin.via = Some(Arc::new(at));
        Some(value)
    }

    /// The keys a node may stand for. `Reason::Cycle` marks "any other value" of an axis that
    /// knows all keys of the map.
    fn keys(&mut self, document: &Document, node: NodeRef, guard: &Guard) -> Keys {
        if let Some(name) = referred(document, node)
            && !self.locals.iter().any(|l| l.name == name)
            && let Some(values) = self.axis_values(&name, guard)
        {
            return values
                .into_iter()
                .map(|(when, value)| (when, value.ok_or(Reason::Cycle)))
                .collect();
        }
        let value = self.value(document, node, guard);
        value
            .branches()
            .into_iter()
            .map(|(when, value)| (when, key_of(value)))
            .collect()
    }
}

fn key_of(value: &Value) -> Result<String, Reason> {
    match &value.kind {
        ValueKind::Scalar(text, _) => match text.parts() {
            [Part::Hole(Symbol::Parameter(..))] => Err(Reason::NoDefault),
            _ => text
                .literal()
                .map(str::to_owned)
                .ok_or_else(|| reason_of(text)),
        },
        ValueKind::Unknown(reason, _) => Err(*reason),
        _ => Err(Reason::Unsupported),
    }
}
