//! Hygiene: one entry a rule and application, however many places.

use std::collections::BTreeMap;

use palisade_model::finding::{Capped, Finding};

use crate::hostile::clean;
use crate::rule_info::RuleInfo;
use crate::view::entry::Entry;
use crate::view::id;
use crate::view::severity::Severity;

/// One rule of hygiene with all its places in one application.
#[derive(Clone, Debug)]
pub struct Aggregate<'a> {
    /// The rule's id.
    pub rule: &'static str,
    /// The root of the application.
    pub app: &'a str,
    /// The rule's title, or what its first finding says.
    pub title: String,
    /// Always low.
    pub severity: Severity,
    /// Its findings in order of place.
    pub entries: Vec<Entry<'a>>,
    /// Digest over the rule and the application.
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

/// Groups findings of hygiene by rule, those with most places first, and each of them by application.
pub fn aggregates<'a>(hygiene: Vec<Entry<'a>>, rules: &[RuleInfo]) -> Vec<Aggregate<'a>> {
    let mut grouped: BTreeMap<(&'static str, &'a str), Vec<Entry<'a>>> = BTreeMap::new();
    for entry in hygiene {
        let key = (entry.finding.rule, entry.finding.app.as_str());
        grouped.entry(key).or_default().push(entry);
    }
    let mut all: Vec<Aggregate<'a>> = grouped
        .into_iter()
        .map(|((rule, app), entries)| aggregate(rule, app, entries, rules))
        .collect();
    let mut places: BTreeMap<&'static str, usize> = BTreeMap::new();
    for aggregate in &all {
        *places.entry(aggregate.rule).or_default() += aggregate.places();
    }
    let of_rule = |a: &Aggregate<'_>| places.get(a.rule).copied().unwrap_or_default();
    all.sort_by(|a, b| {
        let rules = (of_rule(b), a.rule).cmp(&(of_rule(a), b.rule));
        rules.then_with(|| (b.places(), a.app).cmp(&(a.places(), b.app)))
    });
    all
}

fn aggregate<'a>(
    rule: &'static str,
    app: &'a str,
    mut entries: Vec<Entry<'a>>,
    rules: &[RuleInfo],
) -> Aggregate<'a> {
    entries.sort_by(|a, b| (&a.place, &a.title, &a.id.full).cmp(&(&b.place, &b.title, &b.id.full)));
    let title = rules
        .iter()
        .find(|info| info.id == rule)
        .map(|info| clean(info.title))
        .or_else(|| entries.first().map(|e| e.title.clone()))
        .unwrap_or_default();
    Aggregate {
        rule,
        app,
        title,
        severity: Severity::Low,
        entries,
        fingerprint: id::of_words(&["aggregate", rule, app]),
    }
}
