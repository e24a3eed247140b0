//! Values and resources that the framework makes, each with the place that caused it.

use std::sync::Arc;

use palisade_model::guard::Guard;
use palisade_model::setting::{How, Origin};
use palisade_model::source::Span;
use palisade_model::text::{Part, StackId, Symbol, Text};

use crate::evaluate::RawResource;
use crate::look;
use crate::value::{KeyAt, Style, Value, ValueKind};

/// Makes values at one place of one stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    /// The stack.
    pub(crate) stack: StackId,
    /// The place.
    pub(crate) span: Span,
}

impl Made {
    pub(crate) fn origin(self) -> Origin {
        Origin::generated("serverless.service", self.span)
    }

    /// A word.
    pub(crate) fn word(self, word: &str) -> Value {
        self.text(Text::of(word))
    }

    /// A text.
    pub(crate) fn text(self, text: Text) -> Value {
        Value::new(ValueKind::Scalar(text, Style::Quoted), self.origin())
    }

    /// What the framework takes where nothing is written.
    pub(crate) fn default(self, word: &str) -> Value {
        Value::new(
            ValueKind::Scalar(Text::of(word), Style::Plain),
            Origin::platform(self.span),
        )
    }

    /// A reference to a resource's attribute; `Ref` for its reference.
    pub(crate) fn attribute(self, id: &str, attribute: &str) -> Value {
        self.text(self.hole(id, attribute))
    }

    pub(super) fn hole(self, id: &str, attribute: &str) -> Text {
        Text::hole(Symbol::Attr(
            self.stack,
            id.to_owned(),
            attribute.to_owned(),
        ))
    }

    /// A map.
    pub(crate) fn map<'k>(self, entries: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
        let entries = entries
            .into_iter()
            .filter(|(_, value)| !value.is_absent())
            .map(|(key, value)| (self.key(key), value));
        Value::new(ValueKind::Map(entries.collect()), self.origin())
    }

    /// A key.
    pub(crate) fn key(self, key: &str) -> KeyAt {
        KeyAt {
            text: key.to_owned(),
            span: self.span,
        }
    }

    /// A list.
    pub(crate) fn list(self, items: impl IntoIterator<Item = Value>) -> Value {
        Value::new(ValueKind::List(items.into_iter().collect()), self.origin())
    }

    /// Nothing.
    pub(crate) fn nothing(self) -> Value {
        Value::null(self.span)
    }

    /// An ARN of the own account and region: `arn:…:SERVICE:REGION:ACCOUNT:` and what follows.
    pub(crate) fn arn(self, service: &str, rest: &Text) -> Text {
        let pseudo = |name: &str| Part::Hole(Symbol::Pseudo(name.to_owned()));
        let word = |text: &str| Part::Literal(text.to_owned());
        Text::join(
            [
                word("arn:"),
                pseudo("AWS::Partition"),
                word(&format!(":{service}:")),
                pseudo("AWS::Region"),
                word(":"),
                pseudo("AWS::AccountId"),
                word(":"),
            ]
            .into_iter()
            .chain(rest.parts().iter().cloned()),
        )
    }

    /// A resource.
    pub(super) fn resource(
        self,
        id: impl Into<String>,
        type_name: &str,
        exists: &Guard,
        properties: Value,
    ) -> RawResource {
        RawResource {
            id: id.into(),
            id_span: self.span,
            span: self.span,
            type_name: type_name.to_owned(),
            type_span: self.span,
            exists: exists.clone(),
            properties,
            metadata: self.nothing(),
            connectors: self.nothing(),
            update_policy: self.nothing(),
            deletion_policy: self.nothing(),
            depends_on: Vec::new(),
            maker: Some("serverless.service"),
        }
    }
}

/// A value, or what stands for it where it is absent in a branch.
pub(super) fn or_else(own: &Value, base: &Value) -> Value {
    match &own.kind {
        ValueKind::Null | ValueKind::NoValue => base.clone(),
        ValueKind::OneOf(choices) if choices.iter().any(|(_, v)| v.is_absent()) => {
            let choices = choices.iter().map(|(guard, value)| {
                let value = if value.is_absent() { base } else { value };
                (guard.clone(), value.clone())
            });
            Value::one_of(choices, own.origin.clone())
        }
        _ => own.clone(),
    }
}

/// The same value, as inherited by somebody.
pub(super) fn inherited(mut value: Value) -> Value {
    fn mark(origin: &mut Origin) {
        if origin.how == How::Written {
            let from = origin.clone();
            origin.how = How::Inherited;
            origin.via = Some(Arc::new(from));
        }
    }
    if let ValueKind::OneOf(choices) = &mut value.kind {
        for (_, choice) in choices {
            mark(&mut choice.origin);
        }
    }
    if !value.is_absent() {
        mark(&mut value.origin);
    }
    value
}

/// A map over another one: own entries win, those of the base are inherited.
pub(super) fn over(own: &Value, base: &Value) -> Value {
    let (owns, bases) = (own.branches(), base.branches());
    let mut found: Vec<(Guard, Value)> = Vec::new();
    for (own_guard, own) in &owns {
        for (base_guard, base) in &bases {
            let guard = own_guard.and(base_guard);
            if !guard.impossible() {
                found.push((guard, plain_over(own, base)));
            }
        }
    }
    Value::one_of(found, own.origin.clone())
}

fn plain_over(own: &Value, base: &Value) -> Value {
    let ValueKind::Map(below) = &base.kind else {
        return or_else(own, base);
    };
    let mut entries: Vec<(KeyAt, Value)> = match &own.kind {
        ValueKind::Map(entries) => entries.clone(),
        ValueKind::Null | ValueKind::NoValue => Vec::new(),
        _ => return own.clone(),
    };
    for (key, value) in below {
        match entries.iter_mut().find(|(k, _)| k.text == key.text) {
            Some((_, mine)) if matches!(mine.kind, ValueKind::OneOf(_)) => {
                *mine = or_else(mine, value);
            }
            Some(_) => {}
            None => entries.push((key.clone(), inherited(value.clone()))),
        }
    }
    let origin = if own.is_absent() {
        &base.origin
    } else {
        &own.origin
    };
    Value::new(ValueKind::Map(entries), origin.clone())
}

/// The items of lists that stand in each other, one after the other.
pub(super) fn items(value: &Value) -> Vec<(Guard, Value)> {
    look::each(value)
        .into_iter()
        .map(|(guard, item)| (guard, item.clone()))
        .collect()
}
