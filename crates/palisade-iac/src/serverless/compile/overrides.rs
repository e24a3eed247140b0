//! Resources of the user over those that the framework makes, and references to logical ids turned into addresses.

use palisade_model::text::{Part, Symbol, Text};
use rustc_hash::FxHashMap;

use super::{Function, addresses};
use crate::evaluate::{RawResource, Template};
use crate::nested::each_value;
use crate::value::{Value, ValueKind};

/// The bucket that deployments are uploaded to.
pub(super) const DEPLOYMENT: &str = "ServerlessDeploymentBucket";
/// Deepest nesting of maps that are merged.
const DEPTH: usize = 32;

/// Puts what was made into the template of the user's own resources.
pub(super) fn merge(
    template: &mut Template,
    made: Vec<RawResource>,
    overrides: &Value,
    extensions: &Value,
    functions: &[Function],
) {
    let ids = addresses(functions);
    let own = std::mem::take(&mut template.resources);
    let mut at: FxHashMap<String, usize> = FxHashMap::default();
    for raw in made {
        at.insert(raw.id.clone(), template.resources.len());
        template.resources.push(raw);
    }
    for mut raw in own {
        let id = ids.get(&raw.id).cloned().unwrap_or_else(|| raw.id.clone());
        let known = at.get(&id).and_then(|at| template.resources.get_mut(*at));
        match known {
            Some(known) if known.type_name == raw.type_name => {
                known.properties = over(&raw.properties, &known.properties, 0);
                known.metadata = over(&raw.metadata, &known.metadata, 0);
                // What somebody writes about it is its place.
                if known.maker.is_some() {
                    known.maker = None;
                    known.id_span = raw.id_span;
                    known.span = raw.span;
                }
            }
            Some(known) => *known = raw,
            None => {
                raw.id.clone_from(&id);
                at.insert(id, template.resources.len());
                template.resources.push(raw);
            }
        }
    }
    for (values, deep) in [(overrides, DEPTH), (extensions, 1)] {
        for (key, value) in values.entries() {
            let id = ids.get(&key.text).unwrap_or(&key.text);
            let Some(known) = at.get(id).and_then(|at| template.resources.get_mut(*at)) else {
                continue;
            };
            let properties = value.field("Properties");
            known.properties = over(&properties, &known.properties, DEPTH - deep);
            known.metadata = over(&value.field("Metadata"), &known.metadata, DEPTH - deep);
        }
    }
    let mut named = overrides.get(DEPLOYMENT).is_some() || extensions.get(DEPLOYMENT).is_some();
    each_value(template, &mut |text| {
        named |= text
            .parts()
            .iter()
            .any(|part| matches!(part, Part::Hole(Symbol::Attr(_, id, _)) if id == DEPLOYMENT));
        rename(text, &ids)
    });
    // The bucket of the deployment itself is of interest only to those who name it.
    if !named {
        let unnamed = |raw: &RawResource| raw.id == DEPLOYMENT && raw.maker.is_some();
        template.resources.retain(|raw| !unnamed(raw));
    }
}

/// Maps merge, deeply as long as the depth allows; anything else of the upper one wins.
fn over(upper: &Value, lower: &Value, depth: usize) -> Value {
    match (&upper.kind, &lower.kind) {
        (ValueKind::Null | ValueKind::NoValue, _) => lower.clone(),
        (ValueKind::Map(uppers), ValueKind::Map(lowers)) if depth < DEPTH => {
            let mut entries = lowers.clone();
            for (key, value) in uppers {
                match entries.iter_mut().find(|(k, _)| k.text == key.text) {
                    Some((k, known)) => {
                        k.span = key.span;
                        *known = over(value, known, depth + 1);
                    }
                    None => entries.push((key.clone(), value.clone())),
                }
            }
            Value::new(ValueKind::Map(entries), lower.origin.clone())
        }
        _ => upper.clone(),
    }
}

/// Logical ids of functions as their addresses.
fn rename(text: &Text, ids: &FxHashMap<String, String>) -> Text {
    Text::join(text.parts().iter().map(|part| match part {
        Part::Hole(Symbol::Attr(stack, id, attribute)) => match ids.get(id) {
            Some(address) => Part::Hole(Symbol::Attr(*stack, address.clone(), attribute.clone())),
            None => part.clone(),
        },
        _ => part.clone(),
    }))
}
