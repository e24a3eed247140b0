//! Findings that somebody accepted, with the reason; and acceptances that do nothing.

mod comment;
pub mod date;
mod metadata;

use palisade_iac::AppPlan;
use palisade_model::app::{App, NodeId};
use palisade_model::finding::{Finding, Suppressed};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{Sources, Span};

use crate::settings::{Accepted, Settings, fits};
use crate::words::Rules;
use date::Date;

/// What an acceptance covers.
#[derive(Clone, Debug)]
enum Scope {
    /// Findings of one line of one path.
    Line(String, u32),
    /// Findings of a resource: those inside it, and those of the function that it declares.
    Resource(Span),
    /// What the settings say.
    Settings(Accepted),
}

/// An acceptance.
#[derive(Clone, Debug)]
struct Acceptance {
    /// Rules; empty for all.
    rules: Vec<&'static str>,
    reason: String,
    until: Option<Date>,
    scope: Scope,
    /// Where it stands.
    place: Span,
    /// As written, for problems.
    words: String,
}

/// What suppressions are searched in.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// All files.
    pub sources: &'a Sources,
    /// The Apps.
    pub apps: &'a [App],
    /// Their templates.
    pub plans: &'a [AppPlan],
    /// The settings.
    pub settings: &'a Settings,
    /// The rules.
    pub rules: &'a Rules,
    /// The day of the scan.
    pub as_of: Option<Date>,
}

/// Pairs each finding with the acceptance that covers it, and names what is wrong with acceptances.
pub fn apply(
    findings: Vec<Finding>,
    context: Context<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(Finding, Option<Suppressed>)> {
    let mut all = Vec::new();
    comment::find(context, &mut all, problems);
    metadata::find(context, &mut all, problems);
    for accepted in &context.settings.accepted {
        all.push(Acceptance {
            rules: accepted.rules.clone(),
            reason: accepted.reason.clone(),
            until: accepted.until,
            scope: Scope::Settings(accepted.clone()),
            place: accepted.span,
            words: "this `ignore`".to_owned(),
        });
    }
    let past = |acceptance: &Acceptance| match (acceptance.until, context.as_of) {
        (Some(until), Some(today)) => until < today,
        _ => false,
    };
    let mut used = vec![false; all.len()];
    let mut paired = Vec::with_capacity(findings.len());
    for finding in findings {
        let mut found = None;
        for (acceptance, used) in all.iter().zip(&mut used) {
            if covers(acceptance, &finding, context) {
                *used = true;
                if found.is_none() && !past(acceptance) {
                    found = Some(Suppressed {
                        reason: acceptance.reason.clone(),
                        place: Some(acceptance.place),
                    });
                }
            }
        }
        paired.push((finding, found));
    }
    for (acceptance, used) in all.iter().zip(used) {
        let words = &acceptance.words;
        if !used {
            problems.push(wrong(
                acceptance.place,
                format!("{words} matches no finding: remove it"),
            ));
        } else if let Some(until) = acceptance.until.filter(|_| past(acceptance)) {
            problems.push(wrong(
                acceptance.place,
                format!("{words} held until {until}: the finding counts again"),
            ));
        }
    }
    paired
}

/// Lines of a statement in which its exception may stand, behind the first.
const STATEMENT_LINES: u32 = 12;

fn wrong(place: Span, message: String) -> Problem {
    Problem::at(place, ProblemKind::Suppression, Cost::Nothing, message)
}

fn covers(acceptance: &Acceptance, finding: &Finding, context: Context<'_>) -> bool {
    if !acceptance.rules.is_empty() && !acceptance.rules.contains(&finding.rule) {
        return false;
    }
    let sources = context.sources;
    let path = sources.path(finding.place.file);
    match &acceptance.scope {
        Scope::Line(of, line) => {
            // A statement over several lines has its comment at any of them.
            let at = |byte: u32| sources.line(finding.place.file, byte);
            let first = at(finding.place.start);
            let last = at(finding.place.end.max(finding.place.start)).min(first + STATEMENT_LINES);
            of == path && (first..=last).contains(line)
        }
        Scope::Resource(span) => {
            let inside = |other: Span| {
                sources.path(other.file) == sources.path(span.file)
                    && span.start <= other.start
                    && other.start < span.end
            };
            inside(finding.place)
                || finding.function.as_deref().is_some_and(|name| {
                    let apps = context.apps.iter().filter(|app| app.root == finding.app);
                    let named = |app: &App| {
                        app.functions.enumerate().any(|(id, function)| {
                            let literal = function.name.known().and_then(|text| text.literal());
                            (app.label(NodeId::Function(id)) == name || literal == Some(name))
                                && inside(function.origin.span)
                        })
                    };
                    apps.into_iter().any(named)
                })
        }
        Scope::Settings(accepted) => {
            accepted.path.as_ref().is_none_or(|globs| fits(globs, path))
                && accepted
                    .function
                    .as_deref()
                    .is_none_or(|name| finding.function.as_deref() == Some(name))
        }
    }
}

/// Rules, reason and date as somebody wrote them.
struct Written<'a> {
    rules: Vec<&'a str>,
    reason: String,
    until: Option<String>,
    place: Span,
    words: String,
    scope: Scope,
}

/// Checks what was written; what cannot count is a problem.
fn checked(
    written: Written<'_>,
    rules: &Rules,
    all: &mut Vec<Acceptance>,
    problems: &mut Vec<Problem>,
) {
    let Written { place, words, .. } = written;
    let mut ids = Vec::new();
    for word in &written.rules {
        let named = rules.named(word);
        if named.is_empty() {
            let near = crate::nearest::nearest(word, rules.words(), 1);
            let help = near.first().map_or_else(
                || "`palisade rules` lists the rules".to_owned(),
                |near| format!("did you write `{near}`?"),
            );
            problems.push(wrong(
                place,
                format!("{words} names no rule `{word}`: {help}"),
            ));
        }
        ids.extend(named);
    }
    if ids.is_empty() {
        if written.rules.is_empty() {
            problems.push(wrong(
                place,
                format!("{words} names no rule: it does nothing"),
            ));
        }
        return;
    }
    if written.reason.is_empty() {
        problems.push(wrong(
            place,
            format!("{words} gives no reason: it does not count until it does"),
        ));
        return;
    }
    let until = match &written.until {
        Some(text) => match Date::parse(text) {
            Some(date) => Some(date),
            None => {
                problems.push(wrong(
                    place,
                    format!("{words}: `{text}` is no day such as 2026-12-31: it does not count"),
                ));
                return;
            }
        },
        None => None,
    };
    ids.sort_unstable();
    ids.dedup();
    all.push(Acceptance {
        rules: ids,
        reason: written.reason,
        until,
        scope: written.scope,
        place,
        words,
    });
}

/// A reason and the date behind `until` at its end.
fn reason_and_date(text: &str) -> (String, Option<String>) {
    let text = text.trim().trim_start_matches([':', '-']).trim();
    if let Some((before, last)) = text.rsplit_once(char::is_whitespace) {
        let dated = last.starts_with(|c: char| c.is_ascii_digit());
        let before = before.trim_end();
        if let Some(reason) = before
            .strip_suffix("until")
            .filter(|r| dated && (r.is_empty() || r.ends_with([' ', ',', '\t'])))
        {
            let reason = reason.trim_end_matches([' ', ',', '\t']);
            return (
                reason.to_owned(),
                Some(last.trim_end_matches('.').to_owned()),
            );
        }
    }
    (text.to_owned(), None)
}
