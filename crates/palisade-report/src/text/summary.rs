//! The last lines: how many, where to begin, what was read.

use std::collections::BTreeMap;

use crate::options::Options;
use crate::text::ink::{Ink, Style};
use crate::view::View;
use crate::view::aggregate::Aggregate;
use crate::view::entry::Entry;
use crate::view::sentences::count;
use crate::view::severity::Severity;

use palisade_model::problem::Cost;

/// Writes the summary.
pub fn write(ink: &mut Ink, view: &View<'_>, options: &Options) {
    ink.wrapped(Style::Plain, &headline(view)).end();
    if let Some(start) = start(view) {
        ink.wrapped(Style::Plain, &start).end();
    }
    read(ink, view, options);
    if options.terminal
        && let Some(first) = view.entries.first()
    {
        let again = match options.root.as_str() {
            "." => String::new(),
            root => format!(" {root}"),
        };
        let explain = format!("palisade explain {}{again}", first.id.short);
        let hint = if view.listed().count() == 1 {
            format!("full event and repair: {explain}")
        } else {
            format!("more: --full for all frames, {explain} for event and repair")
        };
        ink.wrapped(Style::Dim, &hint).end();
        repairs(ink, view, &again);
    }
}

/// How to have written what repairs itself.
fn repairs(ink: &mut Ink, view: &View<'_>, again: &str) {
    let words = match view.repairable() {
        0 => return,
        1 => "1 finding has".to_owned(),
        n => format!("{n} findings have"),
    };
    let line = format!("{words} a safe repair: palisade scan --fix{again}");
    ink.wrapped(Style::Dim, &line).end();
}

/// `40 findings in 26 functions: 6 critical, 11 high; hygiene in 71 places`.
pub fn headline(view: &View<'_>) -> String {
    let findings = view.listed().count();
    let functions = view.outcome.functions.len();
    let reserved = view.unread.iter().any(|u| u.problem.cost != Cost::Nothing);
    let place = match (findings, reserved, functions) {
        (0, true, _) => " in what was read".to_owned(),
        (_, _, 0) => String::new(),
        _ => format!(" in {}", count(functions, "function")),
    };
    let mut line = match findings {
        0 => format!("no findings{place}"),
        _ => format!(
            "{}{place}: {}",
            count(findings, "finding"),
            counts(view.listed())
        ),
    };
    let hygiene: usize = view.aggregates.iter().map(Aggregate::places).sum();
    if hygiene > 0 {
        line.push_str(&format!("; hygiene in {}", count(hygiene, "place")));
    }
    if !view.suppressed.is_empty() {
        line.push_str(&format!("; {} suppressed", view.suppressed.len()));
    }
    if view.hidden > 0 {
        line.push_str(&format!("; {} more with --pedantic", view.hidden));
    }
    line
}

/// `6 critical, 11 high`.
pub fn counts<'v, 'a: 'v>(entries: impl Iterator<Item = &'v Entry<'a>>) -> String {
    let mut by_severity: BTreeMap<Severity, usize> = BTreeMap::new();
    for entry in entries {
        *by_severity.entry(entry.severity).or_default() += 1;
    }
    by_severity
        .iter()
        .rev()
        .map(|(severity, number)| format!("{number} {}", severity.word()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// `start with src/feedback.py:34, which closes path 1; 5 changes close all 6 critical paths`.
pub fn start(view: &View<'_>) -> Option<String> {
    let cover = &view.cover;
    let (place, ranks) = cover.start.as_ref()?;
    let numbers: Vec<String> = ranks.iter().take(5).map(usize::to_string).collect();
    let more = ranks.len().saturating_sub(5);
    let paths = match numbers.as_slice() {
        [one] => format!("path {one}"),
        all if more > 0 => format!("paths {} and {more} more", all.join(", ")),
        [before @ .., last] => format!("paths {} and {last}", before.join(", ")),
        [] => return None,
    };
    let mut line = format!("start with {}, which closes {paths}", place.short());
    if cover.critical > 1 && cover.changes > 0 {
        let verb = if cover.changes == 1 {
            "closes"
        } else {
            "close"
        };
        let which = if cover.closed == cover.critical {
            format!("all {}", cover.critical)
        } else {
            format!("{} of {}", cover.closed, cover.critical)
        };
        let changes = count(cover.changes, "change");
        line.push_str(&format!("; {changes} {verb} {which} critical paths"));
    }
    Some(line)
}

/// `read 71 files, 26 of 26 functions, 1 value unknown`, and the time at the right.
pub fn read(ink: &mut Ink, view: &View<'_>, options: &Options) {
    let outcome = view.outcome;
    let unlinked: Vec<&str> = outcome
        .functions
        .iter()
        .filter(|f| f.handler.is_none())
        .map(|f| f.name.as_str())
        .collect();
    let all = outcome.functions.len();
    let mut line = format!("read {}", count(outcome.files, "file"));
    if outcome.left_out > 0 {
        line.push_str(&format!(" ({} left out)", outcome.left_out));
    }
    line.push_str(&format!(", {} of {all} functions", all - unlinked.len()));
    let values = view
        .unread
        .iter()
        .filter(|u| u.problem.cost == Cost::Value)
        .count();
    if values > 0 {
        line.push_str(&format!(", {} unknown", count(values, "value")));
    }
    if !outcome.as_of.is_empty() {
        line.push_str(&format!(", as of {}", outcome.as_of));
    }
    if !unlinked.is_empty() {
        let names: Vec<&str> = unlinked.iter().take(4).copied().collect();
        let more = unlinked.len() - names.len();
        let and = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let verb = if unlinked.len() == 1 { "was" } else { "were" };
        line.push_str(&format!(
            ": {}{and} {verb} not linked to code",
            names.join(", ")
        ));
    }
    ink.wrapped(Style::Plain, &line);
    if let Some(elapsed) = options.elapsed.filter(|_| options.terminal) {
        let time = format!("{:.2} s", elapsed.as_secs_f64());
        let at = ink.columns.saturating_sub(2 + time.len());
        if ink.column() + 3 <= at {
            ink.to(at, 0).styled(Style::Dim, &time);
        }
    }
    ink.end();
}

/// `40 findings, 17 at or above high: exit 1`.
pub fn verdict(view: &View<'_>, options: &Options) -> String {
    format!(
        "{}, {} at or above {}: exit {}",
        count(view.listed().count(), "finding"),
        view.at_or_above(options.fail_on),
        options.fail_on.word(),
        view.exit_status(options)
    )
}

/// More than one application: a table before everything else.
pub fn applications(ink: &mut Ink, view: &View<'_>) {
    let apps = view.applications();
    if apps.len() < 2 {
        return;
    }
    ink.put(&count(apps.len(), "application")).end();
    let mut hot: Vec<(usize, &str, usize, String)> = Vec::new();
    let (mut quiet, mut functions) = (0, 0);
    for (app, number) in apps {
        let of = |e: &&Entry<'_>| e.finding.app == app && e.severity >= Severity::Medium;
        match view.listed().find(of) {
            Some(best) => hot.push((best.rank, app, number, counts(view.listed().filter(of)))),
            None => {
                quiet += 1;
                functions += number;
            }
        }
    }
    hot.sort();
    let rest = count(quiet, "application");
    let names = hot.iter().map(|(_, app, ..)| ink.width(app));
    let name = names
        .chain([rest.len()])
        .max()
        .unwrap_or(0)
        .min(ink.columns / 2);
    let numbers = hot.iter().map(|(_, _, number, _)| *number);
    let digits = numbers
        .chain([functions])
        .max()
        .unwrap_or(0)
        .to_string()
        .len();
    let mut row = |app: &str, number: usize, words: &str| {
        let noun = if number == 1 { "function" } else { "functions" };
        ink.pad(3).put(app).to(3 + name + 2, 2);
        ink.put(&format!("{number:>digits$} {noun:<9}   {words}"))
            .end();
    };
    for (_, app, number, words) in &hot {
        row(app, *number, words);
    }
    if quiet > 0 {
        row(&rest, functions, "nothing at or above medium");
    }
    ink.end();
}
