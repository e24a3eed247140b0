//! What the typed words mean: checked, with defaults filled in.

use std::path::PathBuf;

use palisade_report::options::Options;
use palisade_report::rule_info::RuleInfo;
use palisade_report::view::severity::Severity;

use crate::args::{Input, Look, ScanArgs};
use crate::failure::Failure;
use crate::nearest::nearest;
use crate::rim;
use crate::scan_port::Request;

/// What to scan, as the seam to `palisade-scan` takes it.
pub(crate) fn request(input: &Input, rules: &[RuleInfo]) -> Result<Request, Failure> {
    for path in &input.paths {
        if std::fs::symlink_metadata(path).is_err() {
            return Err(Failure::new(format!(
                "no such file or folder: `{}`",
                path.display()
            )));
        }
    }
    let mut paths = input.paths.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let mut parameters: Vec<(String, String)> = Vec::new();
    parameters.extend(
        input
            .stage
            .iter()
            .map(|stage| ("stage".to_owned(), stage.clone())),
    );
    for given in &input.parameter {
        let Some((name, value)) = given.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(
                Failure::new(format!("`--parameter {given}` gives no value"))
                    .help("write `--parameter NAME=VALUE`"),
            );
        };
        parameters.push((name.to_owned(), value.to_owned()));
    }
    let as_of = match &input.as_of {
        Some(day) if is_date(day) => day.clone(),
        Some(day) => {
            return Err(
                Failure::new(format!("`--as-of {day}` is no day")).help("write it as 2026-10-01")
            );
        }
        None => rim::today(),
    };
    Ok(Request {
        paths,
        only: rules_named("--only", &input.only, rules)?,
        skip: rules_named("--skip", &input.skip, rules)?,
        parameters,
        as_of,
        jobs: input.jobs.unwrap_or(0),
    })
}

/// `YYYY-MM-DD`, a day that a calendar holds.
fn is_date(day: &str) -> bool {
    let parts: Vec<&str> = day.split('-').collect();
    let number = |text: &str, digits: usize| -> Option<u32> {
        let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    };
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The ids of the rules that words name: ids with or without `sasNN-`, or risks (`sas1`, `SAS-01`).
pub(crate) fn rules_named(
    option: &str,
    words: &[String],
    rules: &[RuleInfo],
) -> Result<Vec<String>, Failure> {
    let mut ids: Vec<String> = Vec::new();
    for word in words {
        let named: Vec<&RuleInfo> = rules.iter().filter(|rule| names(word, rule)).collect();
        if named.is_empty() {
            let ids = rules.iter().map(|rule| rule.id);
            let near = nearest(word, ids, 1);
            let help = "risks are sas1 to sas12; `palisade rules` lists the rules";
            let help = match near.first() {
                Some(id) if risk(word).is_none() => format!("did you write `{id}`? {help}"),
                _ => help.to_owned(),
            };
            return Err(
                Failure::new(format!("`{option} {word}` names no rule or risk")).help(help),
            );
        }
        ids.extend(named.into_iter().map(|rule| rule.id.to_owned()));
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Whether a word names a rule.
pub(crate) fn names(word: &str, rule: &RuleInfo) -> bool {
    let word = word.trim().to_ascii_lowercase();
    let kind = rule.id.split_once('-').map_or(rule.id, |(_, kind)| kind);
    rule.id == word || kind == word || risk(&word).is_some_and(|n| rule.sas.contains(&n))
}

/// The number of a risk: `sas1`, `SAS-01`.
fn risk(word: &str) -> Option<u8> {
    let word = word.trim().to_ascii_lowercase();
    let digits = word.strip_prefix("sas")?;
    digits.trim_start_matches('-').parse().ok()
}

/// How to show a scan.
pub(crate) fn options(args: &ScanArgs) -> Result<Options, Failure> {
    let terminal = args.output.is_none() && rim::is_terminal();
    let fail_on = match &args.fail_on {
        Some(word) => severity("--fail-on", word)?,
        None => Severity::High,
    };
    Ok(Options {
        full: args.full,
        top: args.top,
        pedantic: args.pedantic,
        quiet: args.quiet,
        fail_on,
        allow_empty: args.allow_empty,
        ..look(&args.look, &args.input, terminal)?
    })
}

/// The severity of a word.
pub(crate) fn severity(option: &str, word: &str) -> Result<Severity, Failure> {
    Severity::of(word).ok_or_else(|| {
        Failure::new(format!("`{option} {word}` is no severity"))
            .help("severities are critical, high, medium, low, note")
    })
}

/// How to show anything.
pub(crate) fn look(look: &Look, input: &Input, terminal: bool) -> Result<Options, Failure> {
    let color = match look.color.as_str() {
        "auto" | "always" | "never" => rim::color(&look.color, terminal),
        other => {
            return Err(Failure::new(format!("`--color {other}` is no answer"))
                .help("answers are auto, always, never"));
        }
    };
    Ok(Options {
        width: if terminal {
            rim::columns().unwrap_or(100)
        } else {
            100
        },
        color,
        terminal,
        unicode: rim::unicode(terminal),
        root: root(input),
        ..Options::default()
    })
}

/// How to show what needs no scan.
pub(crate) fn plain_look(look_args: &Look) -> Result<Options, Failure> {
    look(look_args, &Input::default(), rim::is_terminal())
}

/// What was scanned, in the user's words.
fn root(input: &Input) -> String {
    if input.example {
        return "--example".to_owned();
    }
    match input.paths.as_slice() {
        [] => ".".to_owned(),
        [one] => one.display().to_string(),
        several => several
            .iter()
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_date, names, rules_named};
    use palisade_report::rule_info::RuleInfo;

    const RULE: RuleInfo = RuleInfo {
        id: "sas01-os-command",
        title: "a shell runs text of an event",
        sas: &[1],
        cwe: &[78],
        consequence: palisade_model::finding::Consequence::TakesControl,
        doc: "",
    };

    #[test]
    fn rules_are_named_by_id_kind_and_risk() {
        for word in ["sas01-os-command", "os-command", "sas1", "SAS-01", "sas01"] {
            assert!(names(word, &RULE), "{word}");
        }
        assert!(!names("sas10", &RULE));
        let words = ["os-comand".to_owned()];
        let failure = rules_named("--only", &words, &[RULE])
            .unwrap_err()
            .to_string();
        assert_eq!(
            failure,
            "error: `--only os-comand` names no rule or risk\n  help: did you write `sas01-os-command`? \
             risks are sas1 to sas12; `palisade rules` lists the rules"
        );
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        assert!(is_date("2024-02-29"));
        for day in [
            "2025-02-29",
            "2025-13-01",
            "2025-1-01",
            "today",
            "2025-01-00",
            "+025-01-01",
        ] {
            assert!(!is_date(day), "{day}");
        }
    }
}
