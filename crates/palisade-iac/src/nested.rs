//! Nested stacks: addresses with their parent's prefix, and outputs in place of references to them.

use std::sync::Arc;

use palisade_model::setting::{How, Origin};
use palisade_model::text::{Part, StackId, Symbol, Text};
use rustc_hash::FxHashMap;

use crate::evaluate::{RawResource, Template};
use crate::value::{Value, ValueKind};

/// Outputs of child stacks: stack and address of the nested stack, then the output's name.
pub type Outputs = FxHashMap<(StackId, String, String), Value>;

/// Puts a prefix before every address of a stack.
pub fn prefix(template: &mut Template, stack: StackId, prefix: &str) {
    if prefix.is_empty() {
        return;
    }
    each_value(template, &mut |text| {
        let parts = text.parts().iter().map(|part| match part {
            Part::Hole(Symbol::Attr(of, address, attribute)) if *of == stack => Part::Hole(
                Symbol::Attr(stack, format!("{prefix}{address}"), attribute.clone()),
            ),
            other => other.clone(),
        });
        Text::join(parts)
    });
}

/// Changes every text with holes of a template.
pub fn each_value(template: &mut Template, change: &mut dyn FnMut(&Text) -> Text) {
    for raw in &mut template.resources {
        each_of(raw, &mut |value| change_texts(value, change));
    }
    change_texts(&mut template.outputs, change);
    change_texts(&mut template.globals, change);
}

fn each_of(raw: &mut RawResource, change: &mut dyn FnMut(&mut Value)) {
    change(&mut raw.properties);
    change(&mut raw.metadata);
    change(&mut raw.connectors);
    change(&mut raw.update_policy);
}

fn change_texts(value: &mut Value, change: &mut dyn FnMut(&Text) -> Text) {
    match &mut value.kind {
        ValueKind::Scalar(text, _) if text.literal().is_none() => *text = change(text),
        ValueKind::List(items) => items.iter_mut().for_each(|v| change_texts(v, change)),
        ValueKind::Map(entries) => entries
            .iter_mut()
            .for_each(|(_, v)| change_texts(v, change)),
        ValueKind::OneOf(branches) => branches
            .iter_mut()
            .for_each(|(_, v)| change_texts(v, change)),
        _ => {}
    }
}

/// Puts outputs of child stacks in place of references to them.
pub fn substitute(template: &mut Template, outputs: &Outputs) {
    if !outputs.is_empty() {
        let found = |symbol: &Symbol| output(outputs, symbol);
        substitute_all(template, &found);
    }
}

/// Puts exports of other stacks in place of imports of them.
pub fn import(template: &mut Template, exports: &FxHashMap<String, Value>) {
    let found = |symbol: &Symbol| match symbol {
        Symbol::Import(name) => exports.get(name),
        _ => None,
    };
    substitute_all(template, &found);
}

fn substitute_all<'v>(template: &mut Template, found: &dyn Fn(&Symbol) -> Option<&'v Value>) {
    for raw in &mut template.resources {
        each_of(raw, &mut |value| substitute_symbols(value, found));
    }
    substitute_symbols(&mut template.outputs, found);
}

fn output<'v>(outputs: &'v Outputs, symbol: &Symbol) -> Option<&'v Value> {
    match symbol {
        Symbol::Attr(stack, address, attribute) => {
            let name = attribute.strip_prefix("Outputs.")?;
            outputs.get(&(*stack, address.clone(), name.to_owned()))
        }
        _ => None,
    }
}

/// `substitute` for one value.
pub fn substitute_value(value: &mut Value, outputs: &Outputs) {
    substitute_symbols(value, &|symbol| output(outputs, symbol));
}

fn substitute_symbols<'v>(value: &mut Value, found: &dyn Fn(&Symbol) -> Option<&'v Value>) {
    match &mut value.kind {
        ValueKind::Scalar(text, _) => {
            if let Some(output) = text.symbol().and_then(found) {
                let origin = Origin {
                    span: value.origin.span,
                    how: How::Imported,
                    via: Some(Arc::new(output.origin.clone())),
                };
                *value = Value {
                    kind: output.kind.clone(),
                    origin,
                };
                return;
            }
            let known = |part: &Part| match part {
                Part::Hole(symbol) => found(symbol).and_then(|v| v.text().cloned()),
                Part::Literal(_) => None,
            };
            if text.parts().iter().any(|part| known(part).is_some()) {
                let parts = text.parts().iter().flat_map(|part| match known(part) {
                    Some(inner) => inner.parts().to_vec(),
                    None => vec![part.clone()],
                });
                *text = Text::join(parts);
            }
        }
        ValueKind::List(items) => items.iter_mut().for_each(|v| substitute_symbols(v, found)),
        ValueKind::Map(entries) => {
            entries
                .iter_mut()
                .for_each(|(_, v)| substitute_symbols(v, found));
        }
        ValueKind::OneOf(branches) => {
            branches
                .iter_mut()
                .for_each(|(_, v)| substitute_symbols(v, found));
        }
        _ => {}
    }
}

/// Addresses of nested stacks whose outputs a value uses.
pub fn uses(value: &Value, found: &mut Vec<String>) {
    match &value.kind {
        ValueKind::Scalar(text, _) => {
            for part in text.parts() {
                if let Part::Hole(Symbol::Attr(_, address, attribute)) = part
                    && attribute.starts_with("Outputs.")
                {
                    found.push(address.clone());
                }
            }
        }
        ValueKind::List(items) => items.iter().for_each(|v| uses(v, found)),
        ValueKind::Map(entries) => entries.iter().for_each(|(_, v)| uses(v, found)),
        ValueKind::OneOf(branches) => branches.iter().for_each(|(_, v)| uses(v, found)),
        _ => {}
    }
}
