//! One path for each root cause, the others beside it.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::source::Span;

use crate::flows::FlowPath;
use crate::taint::place::Place;
use crate::transfer::Grammar;

/// Other ways to one cause that are kept; further ones are counted.
const ALSO_MAX: usize = 32;

/// One finding per root cause: the most exposed way first, the others beside it; weaker readings of one sink dropped.
pub(super) fn one_per_cause(paths: Vec<FlowPath>) -> Vec<FlowPath> {
    let mut groups: BTreeMap<(usize, Grammar, Span, Place, bool), Vec<FlowPath>> = BTreeMap::new();
    let mut strongest: BTreeMap<(usize, Span), BTreeSet<(Grammar, Place)>> = BTreeMap::new();
    for path in paths {
        strongest
            .entry((path.app, path.sink))
            .or_default()
            .insert((path.grammar, path.place));
        let place = if path.grammar == Grammar::UrlHost {
            path.place
        } else {
            Place::Harm
        };
        groups
            .entry((
                path.app,
                path.grammar,
                path.repair,
                place,
                path.origin.is_made(),
            ))
            .or_default()
            .push(path);
    }
    let mut found = Vec::new();
    for ((app, grammar, ..), mut group) in groups {
        group.sort_by_cached_key(rank);
        let mut group = group.into_iter();
        let Some(mut best) = group.next() else {
            continue;
        };
        let beside = strongest.get(&(app, best.sink));
        let has = |g: Grammar, p: Place| beside.is_some_and(|b| b.contains(&(g, p)));
        let weaker = match grammar {
            Grammar::Argument => {
                has(Grammar::Shell, Place::Harm) || has(Grammar::Program, Place::Harm)
            }
            Grammar::Program => has(Grammar::Shell, Place::Harm),
            Grammar::UrlHost if best.place == Place::UrlPath => has(Grammar::UrlHost, Place::Harm),
            Grammar::UrlPath => {
                has(Grammar::UrlHost, Place::Harm) || has(Grammar::UrlHost, Place::UrlPath)
            }
            _ => false,
        };
        if weaker {
            continue;
        }
        let way = |p: &FlowPath| {
            (
                p.origin.entry,
                palisade_events::words(&p.origin.field),
                p.sink,
            )
        };
        let mut seen: BTreeSet<(usize, String, Span)> = BTreeSet::from([way(&best)]);
        for other in group {
            let words = palisade_events::words(&other.origin.field);
            if !seen.insert(way(&other)) {
                continue;
            }
            if best.also.len() < ALSO_MAX {
                best.also.push((other.sink, words));
            } else {
                best.more += 1;
            }
        }
        found.push(best);
    }
    found.sort_by(|a, b| {
        (a.app, a.sink, a.grammar, a.repair).cmp(&(b.app, b.sink, b.grammar, b.repair))
    });
    found
}

fn rank(path: &FlowPath) -> impl Ord + use<> {
    let exposure = std::cmp::Reverse((path.origin.surely, path.origin.possibly));
    (
        path.latent,
        path.opaque,
        path.doubtful,
        exposure,
        path.crossings.len(),
        // The most telling field first: `attachments[].filename` rather than the whole mail.
        std::cmp::Reverse(path.origin.field.len()),
        path.weight,
        palisade_events::words(&path.origin.field),
        path.sink,
        path.entry,
    )
}
