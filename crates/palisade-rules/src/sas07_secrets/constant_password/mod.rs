//! A literal handed to an API as a password.

use palisade_flow::flows::SiteValue;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas07_secrets::handed;
use crate::sas07_secrets::hits;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas07-constant-password",
        title: "a password that stands in the code",
        sas: &[7, 2],
        cwe: &[798, 259],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let given = site.args.iter().find_map(|arg| {
            let by_name = arg.name.as_deref().is_some_and(is_password);
            let literal = Some(&arg.value).filter(|value| by_name && is_literal(value));
            literal.or_else(|| within(&arg.value))?.text()
        });
        let Some(given) = given else {
            continue;
        };
        // The line that holds the password, where it is in sight; what looks like one there is told already.
        let place = handed::literal(project.sources, site.span, given).unwrap_or(site.span);
        if is_told(project, place) {
            continue;
        }
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let finding = Draft::at(
            rule,
            app,
            place,
            format!("the code of {name} holds a password"),
        )
        .code(project, entry)
        .reach(Reach::exactly(Level::Inside))
        .known()
        .effect("whoever reads the code signs in with it")
        .cut(place, "fetch it from a secret store");
        findings.push(finding.done());
    }
}

/// Whether the text of the file shows the same secret by itself.
fn is_told(project: &Project<'_>, place: Span) -> bool {
    let path = project.sources.path(place.file);
    hits::style(path).is_some_and(|style| {
        let hits = hits::of_text(project.sources.text(place.file), style);
        hits.iter()
            .any(|hit| hit.start < place.end as usize && (place.start as usize) < hit.end)
    })
}

/// The literal password that a map holds.
fn within(value: &SiteValue) -> Option<&SiteValue> {
    match value {
        SiteValue::Record(parts) => parts
            .iter()
            .find(|(key, part)| is_password(key) && is_literal(part))
            .map(|(_, part)| part),
        _ => None,
    }
}

fn is_password(key: &str) -> bool {
    matches!(
        key,
        "password"
            | "Password"
            | "passwd"
            | "TemporaryPassword"
            | "MasterUserPassword"
            | "UserPassword"
            | "PASSWORD"
    )
}

/// Known to the last letter, and no name of where it comes from.
fn is_literal(value: &SiteValue) -> bool {
    value
        .text()
        .is_some_and(|text| text.len() >= 4 && !text.contains(['\u{FFFC}', '$', '{', ' ']))
}
