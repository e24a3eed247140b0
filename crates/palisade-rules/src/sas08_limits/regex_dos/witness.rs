//! A text over which a pattern surely takes long: found by its ambiguity, proved by running it.

use super::ambiguity::{Candidate, candidates};
use super::parse::parse;
use super::program::{Program, Run};
use palisade_flow::flows::PatternUse;

/// Steps that no server spends on one text willingly: a tenth of a second to a second of real engines.
const MANY: u64 = 2_000_000;
/// Steps spent on one pattern.
const ALL_STEPS: u64 = 60_000_000;
/// Longest text that must do for a pattern that multiplies.
const SHORT: usize = 160;
/// Repetitions at which patterns that add up are measured, each twice the one before.
const MEASURED: [usize; 3] = [48, 96, 192];
/// Least growth from one to the next that counts as quadratic.
const QUADRATIC: f64 = 3.3;
/// Least growth from one to the next that counts as cubic.
const CUBIC: f64 = 6.5;
/// Most letters tried behind a text.
const ENDS_MAX: usize = 6;

/// How the time grows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Growth {
    /// With the square of the length.
    Square,
    /// With the cube of the length, or more.
    Cube,
    /// It doubles with every few characters.
    Exponential,
}

/// A text over which a pattern takes long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Witness {
    /// How.
    pub(super) growth: Growth,
    /// What it begins with.
    pub(super) prefix: String,
    /// What is repeated.
    pub(super) pump: String,
    /// How often.
    pub(super) times: usize,
    /// What it ends with.
    pub(super) suffix: String,
}

/// The worst witness against a pattern.
pub(super) fn witness(
    pattern: &str,
    flags: &str,
    how: PatternUse,
    python: bool,
) -> Option<Witness> {
    let program = Program::of(&parse(pattern, flags, python)?)?;
    let search = how == PatternUse::Search;
    let whole = how == PatternUse::Full;
    let all = candidates(&program, search);
    let mut left = ALL_STEPS;
    let mut worst: Option<Witness> = None;
    for candidate in &all {
        for end in ends(candidate) {
            let found = tried(&program, candidate, end, (search, whole), &mut left);
            if let Some(found) = found
                && worst
                    .as_ref()
                    .is_none_or(|known| known.growth < found.growth)
            {
                worst = Some(found);
            }
        }
        if worst
            .as_ref()
            .is_some_and(|w| w.growth == Growth::Exponential)
        {
            break;
        }
    }
    worst
}

/// Letters behind a text that may keep it from matching.
fn ends(candidate: &Candidate) -> Vec<Option<u32>> {
    let plain = ['!', '\0', '\n', '#', '\u{1F4A9}', 'x'];
    let other = |c: &u32| !candidate.pump.contains(c);
    let letters = plain
        .into_iter()
        .map(u32::from)
        .filter(other)
        .take(ENDS_MAX);
    letters.map(Some).chain([None]).collect()
}

fn tried(
    program: &Program,
    candidate: &Candidate,
    end: Option<u32>,
    (search, whole): (bool, bool),
    left: &mut u64,
) -> Option<Witness> {
    let made = |times: usize| {
        let mut text = candidate.prefix.clone();
        for _ in 0..times {
            text.extend(&candidate.pump);
        }
        text.extend(end);
        text
    };
    let mut steps = |times: usize| {
        if *left < MANY {
            return None;
        }
        let run = program.run(&made(times), search, whole, MANY);
        *left -= match run {
            Run::Ended(n) => n,
            Run::Endless => MANY,
        };
        Some(run)
    };
    let witness = |growth: Growth, times: usize| Witness {
        growth,
        prefix: text(&candidate.prefix),
        pump: text(&candidate.pump),
        times,
        suffix: text(end.as_slice()),
    };
    if candidate.multiplies {
        let most = SHORT / candidate.pump.len().max(1);
        let mut times = 4;
        let mut before: Option<u64> = None;
        while times <= most {
            match steps(times)? {
                // From one measure to the next it grew by far more than any power does.
                Run::Endless if before.is_some_and(|b| b > 64) => {
                    return Some(witness(Growth::Exponential, times));
                }
                Run::Endless => return None,
                Run::Ended(n) => before = Some(n),
            }
            times += 4;
        }
    }
    let mut measures = Vec::new();
    for times in MEASURED {
        match steps(times)? {
            Run::Ended(n) => measures.push(n as f64),
            Run::Endless => break,
        }
    }
    let growth = measures.windows(2).map(|w| match w {
        [a, b] => b / a.max(1.0),
        _ => 0.0,
    });
    let growth = growth.fold(None, |least: Option<f64>, g| {
        Some(least.map_or(g, |l| l.min(g)))
    });
    match (measures.len(), growth) {
        (2.., Some(g)) if g >= CUBIC => Some(witness(Growth::Cube, 10_000)),
        (3.., Some(g)) if g >= QUADRATIC => Some(witness(Growth::Square, 100_000)),
        _ => None,
    }
}

fn text(letters: &[u32]) -> String {
    letters.iter().filter_map(|c| char::from_u32(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(pattern: &str, how: PatternUse, python: bool) -> Option<Growth> {
        witness(pattern, "", how, python).map(|w| w.growth)
    }

    #[test]
    fn patterns_that_multiply_are_told() {
        for pattern in [
            "^(a+)+$",
            "^(a*)*$",
            "^(a|a)*$",
            "^(a|aa)+$",
            r"^(\w+\s?)*$",
            r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
            r"^(([a-z])+.)+[A-Z]([a-z])+$",
            "(x+x+)+y",
            "^(?:b|ab?c*)*(?:x+)*$",
            r"^(\d+|[0-9a-f]+)*;$",
            "^((ab)*|[ab]*)*c",
            "(?=(a+)+b)a",
        ] {
            let expected = match pattern {
                // Look-ahead is no part of the ways.
                "(?=(a+)+b)a" => None,
                _ => Some(Growth::Exponential),
            };
            assert_eq!(
                growth(pattern, PatternUse::Search, false),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn patterns_that_add_up_are_told_apart() {
        for (pattern, how, expected) in [
            (r"\s+$", PatternUse::Search, Some(Growth::Square)),
            (r"^\s+|\s+$", PatternUse::Search, Some(Growth::Square)),
            (r"^\s*(.*)\s*$", PatternUse::Search, None),
            (r".*.*=.*x", PatternUse::Start, Some(Growth::Square)),
            (r"^.*.*.*=$", PatternUse::Start, Some(Growth::Cube)),
            (r"^\d+\d+$", PatternUse::Full, Some(Growth::Square)),
            (r"a.*b", PatternUse::Search, Some(Growth::Square)),
        ] {
            assert_eq!(growth(pattern, how, true), expected, "{pattern}");
        }
    }

    #[test]
    fn patterns_that_are_linear_are_silent() {
        for pattern in [
            "^(?:ab+)+$",
            "^[a-z]+$",
            r"^order-(\d{1,9})$",
            r"^[\w.+-]+@[\w-]+\.[a-z]{2,}$",
            r"^(?:[a-z]+,)*[a-z]+$",
            "^(a+b)+$",
            "^(?:a|b)*$",
            r"^\d{4}-\d{2}-\d{2}$",
            r"^[0-9a-f]{8}-[0-9a-f]{4}$",
            r"^/users/([^/]+)/orders/([^/]+)$",
            r"^https?://[^/]+/.*$",
        ] {
            assert_eq!(
                growth(pattern, PatternUse::Search, false),
                None,
                "{pattern}"
            );
        }
        // What Python matches once and for all is not tried again.
        assert_eq!(growth("^(?:a++)+$", PatternUse::Start, true), None);
        assert_eq!(growth("^(?>a+)+$", PatternUse::Start, true), None);
    }

    #[test]
    fn any_text_is_read_without_end_or_panic() {
        let parts = [
            "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", "\\", "a", "b", ".", "{2,",
            "3}", "(?:", "(?=", "(?!", "(?<n>", "\\1", "\\k<n>", "[^", "-", "\\d", "\\s*", ".*",
        ];
        let mut seed = 9u64;
        for _ in 0..3_000 {
            let mut pattern = String::new();
            for _ in 0..12 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                pattern.push_str(parts[(seed % parts.len() as u64) as usize]);
            }
            for python in [true, false] {
                let _ = witness(&pattern, "", PatternUse::Search, python);
            }
        }
    }
}
