//! Names in templates of what is nowhere: references, dependencies, routes.

use palisade_model::app::App;
use palisade_model::aside::{Dangling, DanglingKind};
use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas11-dangling",
        title: "a name of something that is nowhere",
        sas: &[11],
        cwe: &[1164],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        // One name that is gone is one finding, however many name it.
        let all = &app.aside.dangling;
        let is_route = |dangling: &Dangling| dangling.kind == DanglingKind::Route;
        for (at, first) in all.iter().enumerate() {
            let same = |other: &&Dangling| {
                let of = |d: &Dangling| (d.by.stack, d.name.clone(), is_route(d));
                of(other) == of(first)
            };
            if all.iter().take(at).any(|d| same(&d)) {
                continue;
            }
            let others: Vec<&Dangling> = all.iter().skip(at + 1).filter(same).collect();
            findings.push(finding(rule, app, first, &others));
        }
    }
}

fn finding(rule: &Rule, app: &App, first: &Dangling, others: &[&Dangling]) -> Finding {
    let place = first.origin.span;
    let by = match first.by.address.as_str() {
        "" => "an output",
        address => address,
    };
    let name = &first.name;
    let (deed, cut) = match first.kind {
        DanglingKind::Reference => (
            format!("{by} names {name}, which no template declares"),
            "name what is there, or remove this",
        ),
        DanglingKind::Dependency => (
            format!("{by} waits for {name}, which no template declares"),
            "remove it from `DependsOn`",
        ),
        DanglingKind::Route => (
            format!("the route {name} of {by} leads nowhere"),
            "remove it, or give the API its route",
        ),
    };
    let mut draft = Draft::at(rule, app, place, deed)
        .effect("the template shows a part that is not deployed")
        .step(StepKind::Line, place, "it is declared nowhere")
        .cut(place, cut);
    for other in others.iter().filter(|other| other.origin.span != place) {
        draft = draft.also(other.origin.span, "named here as well");
    }
    draft.done()
}
