//! One way to put data somewhere or to start something, and who has it.

use palisade_model::guard::Guard;
use palisade_model::reach::{Hedge, Level, Reach};
use palisade_model::setting::Origin;

use crate::pattern::{Fit, Pattern};

/// How many reasons a reach keeps.
const BECAUSE_MAX: usize = 6;

/// One way, and how far away somebody stands who has it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Way {
    /// What the template shows.
    pub surely: Level,
    /// What may be.
    pub possibly: Level,
    /// What slows an attacker.
    pub hedges: Vec<Hedge>,
    /// The action it allows.
    pub action: String,
    /// The resources it is for; empty means all of the thing it belongs to.
    pub resources: Vec<Pattern>,
    /// Whether the resources are those not meant.
    pub not_resources: bool,
    /// Whether it is public in the sense of the access block of a bucket.
    pub public: bool,
    /// When it exists.
    pub when: Guard,
    /// The places that prove it.
    pub because: Vec<(Origin, String)>,
}

impl Way {
    /// A way for everything of a thing, always.
    pub(crate) fn new(level: Level, action: &str) -> Self {
        Self {
            surely: level,
            possibly: level,
            hedges: Vec::new(),
            action: action.to_owned(),
            resources: Vec::new(),
            not_resources: false,
            public: false,
            when: Guard::always(),
            because: Vec::new(),
        }
    }

    /// Nobody farther away than `level` has it.
    pub(crate) fn limit(&mut self, level: Level) {
        self.surely = self.surely.min(level);
        self.possibly = self.possibly.min(level);
    }

    /// It is not sure that anybody outside has it.
    pub(crate) fn doubt(&mut self) {
        self.surely = self.surely.min(Level::Inside);
    }

    /// Adds a hedge once.
    pub(crate) fn hedge(&mut self, hedge: Hedge) {
        if !self.hedges.contains(&hedge) {
            self.hedges.push(hedge);
            self.hedges.sort_unstable();
        }
    }

    /// Whether it covers some string of the subjects; no resources cover all.
    pub(crate) fn covers(&self, subjects: &[Pattern]) -> bool {
        if self.resources.is_empty() && !self.not_resources {
            return true;
        }
        let fit = |subject: &Pattern| self.resources.iter().map(|r| r.fits(subject)).max();
        let best = subjects.iter().filter_map(fit).max().unwrap_or(Fit::No);
        let best = if self.not_resources {
            best.opposite()
        } else {
            best
        };
        best != Fit::No
    }

    /// As a reach.
    pub(crate) fn reach(&self) -> Reach {
        Reach {
            surely: self.surely,
            possibly: self.possibly,
            hedges: self.hedges.clone(),
            because: self.because.clone(),
        }
    }
}

/// The more exposed of two, with the reasons of the better one. Of equals the one with fewer hedges.
#[must_use]
pub(crate) fn wider(mine: Reach, other: Reach) -> Reach {
    let rank = |r: &Reach| {
        let unhedged = usize::MAX - r.hedges.len();
        (r.surely, r.possibly, unhedged)
    };
    let (mut best, rest) = if rank(&other) > rank(&mine) {
        (other, mine)
    } else {
        (mine, other)
    };
    if rest.possibly > best.possibly {
        best.possibly = rest.possibly;
        best.because.extend(rest.because);
    } else if best.because.is_empty() {
        best.because = rest.because;
    }
    best.because.truncate(BECAUSE_MAX);
    best
}

/// Who it is, for sentences.
pub(crate) fn who(level: Level) -> &'static str {
    match level {
        Level::None => "nobody",
        Level::Schedule => "only the schedule",
        Level::Inside => "only the account",
        Level::OtherAccount => "another account",
        Level::SignedIn => "anyone who signed in",
        Level::Stranger => "anyone",
    }
}
