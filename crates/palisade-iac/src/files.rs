//! Documents a template names or holds as text: API definitions, state machines, filters.

use palisade_model::setting::Origin;
use palisade_model::source::Span;
use palisade_model::text::Text;

use crate::document;
use crate::draft::Draft;
use crate::evaluate;
use crate::reader::{At, join_path};
use crate::value::Value;

/// The content of a local file as a value without intrinsics.
pub fn document(at: At<'_>, path: &str, draft: &mut Draft) -> Option<Value> {
    let joined = join_path(&at.unit.folder, path)?;
    let file = (at.input.find)(&joined)?;
    if at.input.sources.text(file).len() > at.input.limits.template_bytes {
        return None;
    }
    let (sources, limits) = (at.input.sources, at.input.limits);
    let document = document::parse(sources, file, limits, &mut draft.app.problems)?;
    Some(evaluate::value_of(
        &document,
        sources,
        limits,
        &mut draft.app.problems,
    ))
}

/// The text of a local JSON file, with its place; its placeholders may stand where JSON wants a value.
pub fn json_file(at: At<'_>, path: &str) -> Option<(Text, Origin)> {
    let joined = join_path(&at.unit.folder, path)?;
    if !joined.ends_with(".json") {
        return None;
    }
    let file = (at.input.find)(&joined)?;
    let text = at.input.sources.text(file);
    if text.len() > at.input.limits.template_bytes {
        return None;
    }
    let span = Span::new(file, 0, text.len());
    Some((Text::of(text), Origin::written(span)))
}

/// JSON that stands inside a text, holes and all, as a value with places inside that text.
pub fn json_text(at: At<'_>, text: &Text, origin: &Origin, draft: &mut Draft) -> Option<Value> {
    evaluate::json_in(
        text,
        origin,
        at.input.sources,
        at.input.limits,
        &mut draft.app.problems,
    )
}
