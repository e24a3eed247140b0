//! Authorizers whose answer for one caller is given to others.

use palisade_model::app::{App, Kind, NodeId, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::{Auth, Reach};
use palisade_model::setting::{Answer, Basis, Given};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::likely;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-cached-authorizer",
        title: "an authorizer whose answer is kept for others",
        sas: &[2],
        cwe: &[287, 524],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// What of a request tells one caller from another: headers and parameters of the query.
const OF_CALLER: &[&str] = &["header", "querystring", "body", "identity."];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, authorizer) in app.resources.enumerate() {
            if authorizer.kind == Kind::Authorizer
                && let Some(answer) = serves_others(authorizer)
            {
                findings.push(finding(
                    rule,
                    app,
                    NodeId::Resource(id),
                    authorizer,
                    &answer,
                ));
            }
        }
    }
}

/// Whether an answer is kept by something that all callers share.
fn serves_others(authorizer: &Resource) -> Option<Answer> {
    let seconds = authorizer.settings.number(Attribute::CacheSeconds)?;
    let kept = seconds.is(|seconds| *seconds > 0.0);
    if !likely(&kept) {
        return None;
    }
    let key = authorizer.settings.text(Attribute::CacheKey)?;
    if key.is_absent() {
        // Where nothing is written the platform refuses the deployment.
        let written = !matches!(seconds.given, Given::Known(_, Basis::Platform));
        return written.then_some(kept);
    }
    let shared = key.is(|text| {
        text.literal().is_some_and(|words| {
            let words = words.to_ascii_lowercase();
            !OF_CALLER.iter().any(|part| words.contains(part))
        })
    });
    likely(&shared).then(|| kept.and(shared))
}

fn finding(
    rule: &Rule,
    app: &App,
    node: NodeId,
    authorizer: &Resource,
    answer: &Answer,
) -> Finding {
    let key = authorizer.settings.text(Attribute::CacheKey);
    let written = key.filter(|key| !key.is_absent());
    let seconds = authorizer.settings.number(Attribute::CacheSeconds);
    let place = written
        .map(|key| key.origin.span)
        .or_else(|| seconds.map(|s| s.origin.span))
        .unwrap_or(authorizer.origin.span);
    let name = app.label(node);
    let name = name.rsplit('#').next().unwrap_or(&name);
    let kept = seconds.and_then(|s| s.known().copied());
    let kept = kept.map_or_else(String::new, |s| format!(" for {s} s"));
    let guarded = app.triggers.iter().filter(|t| {
        t.doors.iter().any(|door| match &door.auth {
            Auth::Custom(address) => *address == authorizer.key.address,
            _ => false,
        })
    });
    let reach = guarded.map(|t| t.reach.clone()).reduce(Reach::or);
    Draft::at(
        rule,
        app,
        place,
        format!("come in with what {name} answered another caller{kept}"),
    )
    .by(answer)
    .reach(reach.unwrap_or_default())
    .effect("one allowed call lets everybody in")
    .step(
        StepKind::Line,
        place,
        "the answer is kept for this, which is the same for all callers",
    )
    .cut(
        place,
        "keep it by the header that carries the token, or for 0 seconds",
    )
    .done()
}
