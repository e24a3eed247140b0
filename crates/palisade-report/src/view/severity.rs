//! Severity = reach × consequence: one table, with the stated exceptions.

use palisade_model::finding::{Capped, Confidence, Consequence, Finding};
use palisade_model::reach::Level;

/// How bad it is, ordered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Shown with `--pedantic` only.
    Note,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Note,
    ];

    /// The word of every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The next lower one.
    #[must_use]
    pub fn lower(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Note => Self::Note,
        }
    }
}

/// What a finding is judged by, after everything unknown was weighed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// How bad.
    pub severity: Severity,
    /// Who counts as able to do it.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
}

/// The table.
pub fn table(consequence: Consequence, level: Level) -> Severity {
    use Severity::{Critical, High, Low, Medium, Note};
    // Columns: anyone, signed in, other account, inside, schedule. Nobody at all counts as inside.
    let [anyone, signed_in, other, inside, schedule] = match consequence {
        Consequence::TakesControl => [Critical, Critical, High, High, Medium],
        Consequence::TakesData => [Critical, High, High, Medium, Low],
        Consequence::Misuses => [High, Medium, Medium, Low, Low],
        Consequence::Weakens => [Medium, Low, Low, Low, Low],
        Consequence::Untidy => [Low, Note, Note, Note, Note],
    };
    match level {
        Level::Stranger => anyone,
        Level::SignedIn => signed_in,
        Level::OtherAccount => other,
        Level::Inside | Level::None => inside,
        Level::Schedule => schedule,
    }
}

/// Judges a finding.
pub fn judge(finding: &Finding) -> Judgement {
    let (level, doubt) = level(finding);
    let severity = match finding.capped {
        Some(Capped::Latent | Capped::UrlPath | Capped::Hygiene) => Severity::Low,
        None if finding.encoded => table(finding.consequence, level).lower(),
        None => table(finding.consequence, level),
    };
    let confidence = if doubt {
        finding.confidence.min(Confidence::Likely)
    } else {
        finding.confidence
    };
    Judgement {
        severity,
        level,
        confidence,
    }
}

/// Who counts as able to do it, and whether that is in doubt.
fn level(finding: &Finding) -> (Level, bool) {
    let reach = &finding.reach;
    let counted = if reach.surely == Level::None {
        Level::Inside
    } else {
        reach.surely
    };
    if finding.reach_unknown {
        (counted.max(reach.possibly).max(Level::SignedIn), true)
    } else if reach.possibly > counted {
        (reach.possibly, true)
    } else {
        (counted, false)
    }
}

#[cfg(test)]
mod tests {
    use super::{Severity, table};
    use palisade_model::finding::Consequence;
    use palisade_model::reach::Level;

    #[test]
    fn more_reach_or_more_harm_is_never_less_severe() {
        let levels = [
            Level::Schedule,
            Level::Inside,
            Level::OtherAccount,
            Level::SignedIn,
            Level::Stranger,
        ];
        let harms = [
            Consequence::Untidy,
            Consequence::Weakens,
            Consequence::Misuses,
            Consequence::TakesData,
            Consequence::TakesControl,
        ];
        for harm in harms {
            for pair in levels.windows(2) {
                assert!(table(harm, pair[0]) <= table(harm, pair[1]));
            }
        }
        for level in levels {
            for pair in harms.windows(2) {
                assert!(table(pair[0], level) <= table(pair[1], level));
            }
        }
        assert_eq!(table(Consequence::TakesData, Level::None), Severity::Medium);
    }
}
