//! The order of findings, and the first factor in which two of them differ.

use std::cmp::{Ordering, Reverse};

use palisade_model::finding::{Capped, Consequence};
use palisade_model::reach::{Hedge, Level};

use crate::view::entry::Entry;

/// Orders entries, the most urgent first.
pub fn order(a: &Entry<'_>, b: &Entry<'_>) -> Ordering {
    key(a)
        .cmp(&key(b))
        .then_with(|| a.place.cmp(&b.place))
        .then_with(|| a.finding.rule.cmp(b.finding.rule))
        .then_with(|| a.id.full.cmp(&b.id.full))
}

type Key = (
    Reverse<super::severity::Severity>,
    Reverse<Level>,
    usize,
    Reverse<Consequence>,
    Reverse<palisade_model::finding::Confidence>,
    Reverse<usize>,
    usize,
);

fn key(entry: &Entry<'_>) -> Key {
    let finding = entry.finding;
    (
        Reverse(entry.severity),
        Reverse(entry.level),
        hedges(entry),
        Reverse(finding.consequence),
        Reverse(entry.confidence),
        Reverse(finding.data_weight.max(finding.data.len())),
        finding.steps.len(),
    )
}

/// Open sign-up slows nobody.
fn hedges(entry: &Entry<'_>) -> usize {
    let slows = |hedge: &&Hedge| **hedge != Hedge::SelfSignUp;
    entry.finding.reach.hedges.iter().filter(slows).count()
}

/// Why an entry stands below the one before it.
pub fn because(entry: &Entry<'_>, before: &Entry<'_>) -> &'static str {
    let (this, that) = (entry.finding, before.finding);
    if entry.severity != before.severity {
        match this.capped {
            Some(Capped::Latent) => return "no entry reaches it yet",
            Some(Capped::UrlPath) => return "only the path of a fixed address can be chosen",
            Some(Capped::Hygiene) => return "it is a habit, not a hole",
            None => {}
        }
        if entry.level == before.level && this.consequence == that.consequence && this.encoded {
            return "the characters arrive encoded";
        }
    }
    if entry.level != before.level {
        farther(entry)
    } else if hedges(entry) != hedges(before) {
        "something stands in the way"
    } else if this.consequence != that.consequence {
        milder(this.consequence)
    } else if entry.confidence != before.confidence {
        "it is less sure"
    } else if this.data_weight.max(this.data.len()) != that.data_weight.max(that.data.len()) {
        "its role reaches less data"
    } else if this.steps.len() != that.steps.len() {
        "its way is longer"
    } else {
        "it comes later in the tree"
    }
}

fn farther(entry: &Entry<'_>) -> &'static str {
    if entry.finding.reach_unknown {
        return "who sends it is unknown";
    }
    match entry.level {
        Level::SignedIn if entry.finding.reach.hedges.contains(&Hedge::SelfSignUp) => {
            "one must sign up first"
        }
        Level::SignedIn => "one must sign in first",
        Level::OtherAccount => "only another account reaches it",
        Level::Inside | Level::None => "only the application itself reaches it",
        Level::Schedule => "only the schedule starts it",
        Level::Stranger => "its harm is smaller",
    }
}

fn milder(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::TakesControl => "it takes control by another way",
        Consequence::TakesData => "it takes data, not control",
        Consequence::Misuses => "it takes no data",
        Consequence::Weakens => "it weakens and takes nothing",
        Consequence::Untidy => "it leaves traces and takes nothing",
    }
}
