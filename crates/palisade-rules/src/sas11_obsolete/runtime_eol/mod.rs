//! A runtime that gets no more patches, or soon none.

use std::collections::BTreeMap;

use palisade_model::app::{App, NodeId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::setting::{Answer, Basis, Given};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas11_obsolete::runtimes::{Runtime, runtime};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas11-runtime-eol",
        title: "runtimes past their end",
        sas: &[11],
        cwe: &[1104],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// A runtime this many months from its end is a note.
const NEAR_MONTHS: u32 = 6;

/// A value: where it stands and what it is.
type Place = (Span, String);

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        let mut places: BTreeMap<Place, (Vec<String>, bool)> = BTreeMap::new();
        for (id, function) in app.functions.enumerate() {
            let setting = &function.runtime;
            for (_, text) in setting.values() {
                let Some(word) = text.literal() else { continue };
                let written = matches!(setting.given, Given::Known(_, Basis::Written));
                let place = (setting.origin.span, word.to_owned());
                let entry = places.entry(place).or_insert((Vec::new(), true));
                entry.0.push(app.label(NodeId::Function(id)));
                entry.1 &= written;
            }
        }
        for ((span, word), (functions, written)) in places {
            let known = runtime(&word);
            findings.extend(known.and_then(|known| {
                finding(
                    rule,
                    app,
                    project.as_of,
                    span,
                    (&word, known),
                    &functions,
                    written,
                )
            }));
        }
    }
}

fn finding(
    rule: &Rule,
    app: &App,
    today: &str,
    span: Span,
    (word, known): (&str, &Runtime),
    functions: &[String],
    written: bool,
) -> Option<Finding> {
    let ended = known.ends.as_str() <= today;
    if today.is_empty() || !ended && !near(today, &known.ends) {
        return None;
    }
    let whose = whose(functions);
    let ends = if ended { "ended" } else { "ends" };
    let deed = format!("{word} of {whose} {ends} on {}", known.ends);
    let later = match &known.no_update {
        Some(day) if day.as_str() <= today => format!("no updates of functions since {day}"),
        Some(day) => format!("no patches; from {day} on no updates of functions"),
        None => "no patches".to_owned(),
    };
    let instead = known.instead.as_deref().unwrap_or("a newer runtime");
    let mut draft = Draft::at(rule, app, span, deed)
        .effect("flaws found in it stay open")
        .step(StepKind::Line, span, later)
        .cut(span, format!("move to {instead}"));
    if let [only] = functions {
        draft = draft.named(only);
    }
    if !written {
        draft = draft.by(&Answer::Depends(palisade_model::guard::Guard::always()));
    }
    Some(if ended {
        draft.hygiene().done()
    } else {
        draft.consequence(Consequence::Untidy).done()
    })
}

/// `Search`, or `Search and 3 more`.
fn whose(functions: &[String]) -> String {
    match functions {
        [] => String::new(),
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// Whether a day comes within [`NEAR_MONTHS`] of today.
fn near(today: &str, day: &str) -> bool {
    let months = |day: &str| {
        let mut parts = day.splitn(3, '-');
        let year: u32 = parts.next()?.parse().ok()?;
        let month: u32 = parts.next()?.parse().ok()?;
        Some(year * 12 + month)
    };
    match (months(today), months(day)) {
        (Some(today), Some(day)) => day.saturating_sub(today) <= NEAR_MONTHS,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn half_a_year_is_near() {
        assert!(near("2026-11-25", "2027-04-30"));
        assert!(!near("2026-01-01", "2027-04-30"));
        assert!(!near("", "2027-04-30"));
    }
}
