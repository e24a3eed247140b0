//! Which changes close which paths: a greedy cover, reckoned and not promised beyond what was read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

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

/// How many sets a greedy choice takes, and how many of the wanted it covers. Gains only shrink, so a gain that was
/// reckoned again and is still the largest needs no look at the others.
fn greedy<'s>(
    sets: impl Iterator<Item = &'s BTreeSet<usize>>,
    wanted: &BTreeSet<usize>,
) -> (usize, usize) {
    let mut open = wanted.clone();
    let mut heap: BinaryHeap<(usize, Reverse<usize>, &BTreeSet<usize>)> = sets
        .enumerate()
        .map(|(at, set)| (set.intersection(&open).count(), Reverse(at), set))
        .collect();
    let mut changes = 0;
    while let Some((_, at, set)) = heap.pop() {
        let gain = set.iter().filter(|rank| open.contains(rank)).count();
        if gain == 0 {
            continue;
        }
        if heap
            .peek()
            .is_some_and(|next| (next.0, next.1) > (gain, at))
        {
            heap.push((gain, at, set));
            continue;
        }
        for rank in set {
            open.remove(rank);
        }
        changes += 1;
    }
    (changes, wanted.len() - open.len())
}

#[cfg(test)]
mod tests {
    use super::greedy;
    use std::collections::BTreeSet;

    #[test]
    fn takes_the_largest_gain_first() {
        let set = |all: &[usize]| all.iter().copied().collect::<BTreeSet<usize>>();
        let sets = [set(&[1]), set(&[1, 2, 3]), set(&[3, 4]), set(&[9])];
        assert_eq!(greedy(sets.iter(), &set(&[1, 2, 3, 4, 5])), (2, 4));
        assert_eq!(greedy(sets.iter(), &set(&[])), (0, 0));
    }
}
