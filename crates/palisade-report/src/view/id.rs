//! Finding ids: digests that survive edits elsewhere, moves within a file and a change of reach.

use std::collections::BTreeMap;

use palisade_model::finding::Finding;
use palisade_model::source::Sources;
use sha2::{Digest, Sha256};

use crate::view::mask::Masks;
use crate::view::place::Place;

/// The id that people type and the whole digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Id {
    /// Eight hex digits, more where two collide.
    pub short: String,
    /// All of SHA-256.
    pub full: String,
}

/// The ids of findings, in their order. Nothing here may depend on options or on the order of findings.
pub fn ids(sources: &Sources, masks: &Masks, findings: &[&Finding]) -> Vec<Id> {
    let names: Vec<[String; 6]> = findings.iter().map(|f| name(sources, masks, f)).collect();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    let place = |at: &usize| {
        findings
            .get(*at)
            .map(|f| (Place::of(sources, f.place), f.deed.as_str()))
    };
    order.sort_by_key(place);
    let mut ordinals: BTreeMap<&[String; 6], usize> = BTreeMap::new();
    let mut full = vec![String::new(); findings.len()];
    for at in order {
        let (Some(name), Some(full)) = (names.get(at), full.get_mut(at)) else {
            continue;
        };
        let ordinal = ordinals.entry(name).or_default();
        *full = digest(name.iter().map(String::as_str), *ordinal);
        *ordinal += 1;
    }
    shorten(&full)
}

/// The digest of something that is no single finding, such as an aggregate.
pub fn of_words(words: &[&str]) -> String {
    digest(words.iter().copied(), 0)
}

/// Rule, root of the App, function, field path, callee, and the text of the harmful line with spaces collapsed.
fn name(sources: &Sources, masks: &Masks, finding: &Finding) -> [String; 6] {
    let place = finding.place;
    let line = sources.line_span(place.file, sources.line(place.file, place.start));
    let text = masks.text(sources, line);
    [
        finding.rule.to_owned(),
        finding.app.clone(),
        finding.function.clone().unwrap_or_default(),
        finding.field.clone(),
        finding.sink.clone(),
        text.split_whitespace().collect::<Vec<_>>().join(" "),
    ]
}

fn digest<'a>(words: impl Iterator<Item = &'a str>, ordinal: usize) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    hash.update(ordinal.to_string().as_bytes());
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn shorten(full: &[String]) -> Vec<Id> {
    let head = |text: &str, length: usize| text.chars().take(length).collect::<String>();
    let mut heads: BTreeMap<String, usize> = BTreeMap::new();
    for length in 8..=64 {
        for text in full {
            *heads.entry(head(text, length)).or_default() += 1;
        }
        if length == 8 && heads.len() == full.len() {
            break;
        }
    }
    full.iter()
        .map(|text| {
            let length = (8..=64)
                .find(|length| heads.get(&head(text, *length)).is_none_or(|n| *n == 1))
                .unwrap_or(64);
            Id {
                short: head(text, length),
                full: text.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn colliding_ids_grow_until_they_differ() {
        let full = vec![
            "aaaaaaaa11".to_owned(),
            "aaaaaaaa12".to_owned(),
            "bbbbbbbb00".to_owned(),
        ];
        let ids: Vec<String> = shorten(&full).into_iter().map(|id| id.short).collect();
        assert_eq!(ids, ["aaaaaaaa11", "aaaaaaaa12", "bbbbbbbb"]);
    }
}
