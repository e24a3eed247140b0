//! Which changes close which paths: a greedy cover, reckoned and not promised beyond what was read.

use std::collections::{BTreeMap, BTreeSet};

use crate::view::entry::Entry;
use crate::view::place::Place;
use crate::view::severity::Severity;

/// Where to begin, and how few changes close the critical paths.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cover {
    /// The change to begin with, and the ranks of the paths that it closes.
    pub start: Option<(Place, Vec<usize>)>,
    /// Changes of the greedy cover.
    pub changes: usize,
    /// Critical entries that they close.
    pub closed: usize,
    /// Critical entries in all.
    pub critical: usize,
}

/// Reckons the cover over entries in rank order.
pub fn cover(entries: &[Entry<'_>]) -> Cover {
    let listed: Vec<&Entry<'_>> = entries.iter().filter(|e| !e.link).collect();
    let mut closes: BTreeMap<(&str, u32), BTreeSet<usize>> = BTreeMap::new();
    for entry in &listed {
        for cut in entry.cuts.iter().filter(|cut| cut.cut.closes) {
            let key = (cut.place.file.as_str(), cut.place.region.line);
            closes.entry(key).or_default().insert(entry.rank);
        }
    }
    let critical: BTreeSet<usize> = listed
        .iter()
        .filter(|e| e.severity == Severity::Critical)
        .map(|e| e.rank)
        .collect();
    let (changes, closed) = greedy(closes.values(), &critical);
    let start = listed.first().and_then(|first| {
        let cuts = first.cuts.iter().filter(|cut| cut.cut.closes);
        let ranked = cuts.filter_map(|cut| {
            let key = (cut.place.file.as_str(), cut.place.region.line);
            closes.get(&key).map(|ranks| (&cut.place, ranks))
        });
        // Of equal ones the first, as the rule put it first: `max_by_key` takes the last.
        let all: Vec<_> = ranked.collect();
        let best = all.into_iter().rev().max_by_key(|(_, ranks)| ranks.len());
        best.map(|(place, ranks)| (place.clone(), ranks.iter().copied().collect()))
    });
    Cover {
        start,
        changes,
        closed,
        critical: critical.len(),
    }
}

/// How many sets a greedy choice takes, and how many of the wanted it covers.
fn greedy<'s>(
    sets: impl Iterator<Item = &'s BTreeSet<usize>> + Clone,
    wanted: &BTreeSet<usize>,
) -> (usize, usize) {
    let mut open = wanted.clone();
    let mut changes = 0;
    loop {
        let gain = |set: &&BTreeSet<usize>| set.intersection(&open).count();
        let Some(best) = sets.clone().max_by_key(gain).filter(|set| gain(set) > 0) else {
            return (changes, wanted.len() - open.len());
        };
        open = open.difference(best).copied().collect();
        changes += 1;
    }
}
