//! Hygiene: one line a rule, however many places.

use std::collections::BTreeMap;

use palisade_model::finding::{Capped, Finding};

use crate::hostile::clean;
use crate::rule_info::RuleInfo;
use crate::view::entry::Entry;
use crate::view::id;
use crate::view::severity::Severity;

/// One rule of hygiene with all its places.
#[derive(Clone, Debug)]
pub struct Aggregate<'a> {
    /// The rule's id.
    pub rule: &'static str,
    /// The rule's title, or what its first finding says.
    pub title: String,
    /// Always low.
    pub severity: Severity,
    /// Its findings in order of place.
    pub entries: Vec<Entry<'a>>,
    /// Digest over the rule.
    pub fingerprint: String,
}

impl Aggregate<'_> {
    /// Places, those of findings that name several included.
    pub fn places(&self) -> usize {
        let also = |entry: &Entry<'_>| 1 + entry.finding.also.len();
        self.entries.iter().map(also).sum()
    }
}

/// Whether a finding is aggregated.
pub fn is_hygiene(finding: &Finding) -> bool {
    finding.capped == Some(Capped::Hygiene)
}

/// Groups findings of hygiene by rule, those with most places first.
pub fn aggregates<'a>(hygiene: Vec<Entry<'a>>, rules: &[RuleInfo]) -> Vec<Aggregate<'a>> {
    let mut by_rule: BTreeMap<&'static str, Vec<Entry<'a>>> = BTreeMap::new();
    for entry in hygiene {
        by_rule.entry(entry.finding.rule).or_default().push(entry);
    }
    let mut all: Vec<Aggregate<'a>> = by_rule
        .into_iter()
        .map(|(rule, mut entries)| {
            entries.sort_by(|a, b| {
                (&a.place, &a.title, &a.id.full).cmp(&(&b.place, &b.title, &b.id.full))
            });
            let title = rules
                .iter()
                .find(|info| info.id == rule)
                .map(|info| clean(info.title))
                .or_else(|| entries.first().map(|e| e.title.clone()))
                .unwrap_or_default();
            Aggregate {
                rule,
                title,
                severity: Severity::Low,
                entries,
                fingerprint: id::of_words(&["aggregate", rule]),
            }
        })
        .collect();
    all.sort_by(|a, b| (b.places(), a.rule).cmp(&(a.places(), b.rule)));
    all
}
