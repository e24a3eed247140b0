//! An authorizer that no route is guarded by, while others stand open.

use palisade_model::app::{App, Kind, NodeId, Resource};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::{Auth, Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-unused-authorizer",
        title: "an authorizer that guards nothing",
        sas: &[2],
        cwe: &[306],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        let authorizers = app.resources.enumerate();
        for (id, resource) in authorizers.filter(|(_, r)| r.kind == Kind::Authorizer) {
            if guards(app, resource) {
                continue;
            }
            findings.extend(finding(rule, app, NodeId::Resource(id), resource));
        }
    }
}

/// Whether some door asks an authorizer, or one of which nothing is known might.
fn guards(app: &App, authorizer: &Resource) -> bool {
    let mut doors = app.triggers.iter().flat_map(|t| &t.doors);
    doors.any(|door| match &door.auth {
        Auth::Token(address) | Auth::Custom(address) => {
            *address == authorizer.key.address || address.is_empty()
        }
        Auth::Unknown(_) => true,
        _ => false,
    })
}

fn finding(rule: &Rule, app: &App, node: NodeId, authorizer: &Resource) -> Option<Finding> {
    let open = |t: &&palisade_model::app::Trigger| {
        t.key.stack == authorizer.key.stack
            && t.event.starts_with("aws.apigateway-")
            && t.route
                .as_ref()
                .is_some_and(|route| route.method != "OPTIONS")
            && t.reach.surely == Level::Stranger
            && t.doors.iter().any(|door| door.auth == Auth::None)
    };
    let count = app.triggers.iter().filter(open).count();
    let first = app.triggers.iter().find(open)?;
    let name = app.label(node);
    let place = authorizer.origin.span;
    Some(
        Draft::at(
            rule,
            app,
            place,
            format!("{name} guards no route, and {count} stand open beside it"),
        )
        .reach(Reach::exactly(Level::Stranger))
        .effect("who meant them to be guarded is mistaken")
        .step(
            StepKind::Line,
            place,
            "declared here and attached to nothing",
        )
        .step(StepKind::Guard, first.origin.span, "nobody is asked here")
        .cut(place, "attach it to the routes")
        .done(),
    )
}
