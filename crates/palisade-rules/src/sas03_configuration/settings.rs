//! Questions that many rules ask of a resource's settings.

use palisade_model::app::{App, NodeId, Resource};
use palisade_model::attribute::{AnySetting, Attribute};
use palisade_model::setting::{Answer, How, Setting};
use palisade_model::source::Span;

/// Whether a flag has a value; a flag that is not given has none.
pub(crate) fn flag(resource: &Resource, attribute: Attribute, wanted: bool) -> Answer {
    let setting = resource.settings.flag(attribute);
    setting.map_or(Answer::No, |s| s.is(|value| *value == wanted))
}

/// Whether a word is given.
pub(crate) fn word_is(resource: &Resource, attribute: Attribute, word: &str) -> Answer {
    let setting = resource.settings.text(attribute);
    setting.map_or(Answer::No, |s| s.is(|text| text.literal() == Some(word)))
}

/// Whether a setting is written at all.
pub(crate) fn is_written(resource: &Resource, attribute: Attribute) -> bool {
    let mut all = resource.settings.iter();
    all.any(|(a, _)| *a == attribute)
}

/// Whether a setting may be written anew: it has one value or none, whatever the world. What a condition or a pipeline
/// decides, somebody decided.
pub(crate) fn is_plain(resource: &Resource, attribute: Attribute) -> bool {
    let mut all = resource.settings.iter().filter(|(a, _)| *a == attribute);
    all.all(|(_, setting)| match setting {
        AnySetting::Flag(s) => is_one(s),
        AnySetting::Number(s) => is_one(s),
        AnySetting::Text(s) => is_one(s),
    })
}

fn is_one<T>(setting: &Setting<T>) -> bool {
    (setting.known().is_some() || setting.is_absent()) && setting.origin.how != How::ParameterGiven
}

/// Surely, or through a default or a condition; what is not known is no reason for a finding.
pub(crate) fn likely(answer: &Answer) -> bool {
    matches!(answer, Answer::Yes | Answer::Depends(_))
}

/// Whether an attribute of a resource names a node.
pub(crate) fn belongs_to(
    app: &App,
    resource: &Resource,
    attribute: Attribute,
    node: NodeId,
) -> bool {
    let Some(setting) = resource.settings.text(attribute) else {
        return false;
    };
    setting
        .values()
        .iter()
        .any(|(_, text)| app.denotes(text, |found| found == node).contains(&node))
}

/// Where a setting that a resource lacks would be written: at its name; for one that nobody wrote, where its settings
/// would stand, which is not what made it.
pub(crate) fn place_of(resource: &Resource) -> Span {
    let origin = &resource.origin;
    match (&origin.how, &origin.via) {
        (How::Generated(_), Some(settings)) => settings.span,
        _ => origin.span,
    }
}
