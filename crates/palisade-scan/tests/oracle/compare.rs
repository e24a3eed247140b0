//! What was observed of programs, and how reports compare with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::generator;

/// A leaf of the event and the number of a sink.
pub(crate) type Pair = (String, u32);

/// What is kept of a seed.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    pub(crate) fingerprint: u32,
    pub(crate) pairs: BTreeSet<Pair>,
}

/// `leaf>sink`.
pub(crate) fn pair(text: &str) -> Pair {
    let (leaf, sink) = text
        .rsplit_once('>')
        .unwrap_or_else(|| panic!("`{text}` is no pair"));
    (leaf.to_owned(), sink.parse().unwrap())
}

/// The committed pairs by seed: lines `seed fingerprint leaf>sink …`.
pub(crate) fn recorded() -> BTreeMap<u64, Observed> {
    let text = include_str!("observed.txt");
    let line = |line: &str| {
        let mut words = line.split(' ');
        let seed = words.next()?.parse().ok()?;
        let fingerprint = u32::from_str_radix(words.next()?, 16).ok()?;
        Some((
            seed,
            Observed {
                fingerprint,
                pairs: words.map(pair).collect(),
            },
        ))
    };
    text.lines().filter_map(line).collect()
}

/// The leaves an input of the engine stands for: `event.a` stands for all below it.
pub(crate) fn leaves_of(input: &str) -> Vec<String> {
    let path = input
        .strip_prefix("event")
        .unwrap_or(input)
        .trim_start_matches('.');
    let below = |leaf: &&&str| {
        path.is_empty()
            || leaf
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    generator::LEAVES
        .iter()
        .filter(below)
        .map(|l| (*l).to_owned())
        .collect()
}

/// What differs between what happened and what was reported.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Verdict {
    /// Happened and was not reported: a bug.
    pub(crate) missed: Vec<Pair>,
    /// Was reported and never happens.
    pub(crate) extra: Vec<Pair>,
}

/// Compares.
pub(crate) fn judge(observed: &BTreeSet<Pair>, reported: &BTreeSet<Pair>) -> Verdict {
    Verdict {
        missed: observed.difference(reported).cloned().collect(),
        extra: reported.difference(observed).cloned().collect(),
    }
}
