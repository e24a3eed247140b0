//! REST APIs that have models of requests, and no validator.

use palisade_model::app::{App, Kind, NodeId, Resource, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{belongs_to, place_of};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-request-validation",
        title: "an API with models that checks no request against them",
        sas: &[3],
        cwe: &[20],
        consequence: Consequence::Weakens,
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

fn finding(rule: &Rule, app: &App, id: ResourceId, api: &Resource) -> Option<Finding> {
    let of_type = |type_name: &str| {
        app.resources.iter().any(|r| {
            r.type_name == type_name && belongs_to(app, r, Attribute::Api, NodeId::Resource(id))
        })
    };
    if !of_type("AWS::ApiGateway::Model") || of_type("AWS::ApiGateway::RequestValidator") {
        return None;
    }
    let place = place_of(api);
    let deed = format!("the models of {} check no request", api.key.address);
    let draft = Draft::at(rule, app, place, deed)
        .hygiene()
        .effect("each function has to check its input by itself")
        .cut(place, "add a request validator, and name it in the methods");
    Some(draft.done())
}
