//! APIs whose stages set no rate of requests.

use palisade_model::app::{App, Kind, NodeId, Resource, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::Level;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{belongs_to, is_written, place_of};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-no-throttle",
        title: "an API without a limit of its own",
        sas: &[8],
        cwe: &[770],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, api) in app
            .resources
            .enumerate()
            .filter(|(_, r)| r.kind == Kind::Api)
        {
            findings.extend(finding(rule, app, id, api));
        }
    }
}

/// An API that outsiders call, without a rate on itself, its stages or a plan of usage.
fn finding(rule: &Rule, app: &App, id: ResourceId, api: &Resource) -> Option<Finding> {
    let node = NodeId::Resource(id);
    let called = app
        .triggers
        .iter()
        .any(|t| t.source == Some(node) && t.reach.surely >= Level::SignedIn);
    let limited =
        |r: &Resource| is_written(r, Attribute::Throttle) || is_written(r, Attribute::UsagePlan);
    let elsewhere = app
        .resources
        .iter()
        .any(|r| limited(r) && belongs_to(app, r, Attribute::Api, node));
    if !called || limited(api) || elsewhere {
        return None;
    }
    let place = place_of(api);
    let draft = Draft::at(
        rule,
        app,
        place,
        format!(
            "{} takes as many requests as the account can",
            api.key.address
        ),
    )
    .hygiene()
    .effect("one caller uses up what all functions of the account share")
    .cut(place, "set a rate and a burst for its stage");
    Some(draft.done())
}
