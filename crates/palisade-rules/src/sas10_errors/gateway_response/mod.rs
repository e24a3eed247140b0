//! Notes on APIs that answer errors of the gateway in the gateway's own words.

use palisade_model::app::{App, NodeId, Resource, ResourceId};
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
        id: "sas10-gateway-response",
        title: "errors in the gateway's own words",
        sas: &[10],
        cwe: &[756],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// HTTP APIs have none.
const TYPES: &[&str] = &["AWS::ApiGateway::RestApi", "AWS::Serverless::Api"];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, api) in app.resources.enumerate() {
            if TYPES.contains(&api.type_name.as_str()) {
                findings.extend(finding(rule, app, id, api));
            }
        }
    }
}

fn finding(rule: &Rule, app: &App, id: ResourceId, api: &Resource) -> Option<Finding> {
    let node = NodeId::Resource(id);
    let called = app
        .triggers
        .iter()
        .any(|t| t.source == Some(node) && t.reach.surely >= Level::SignedIn);
    let own = is_written(api, Attribute::GatewayResponses);
    let beside = app.resources.iter().any(|r| {
        r.type_name == "AWS::ApiGateway::GatewayResponse"
            && belongs_to(app, r, Attribute::Api, node)
    });
    if !called || own || beside {
        return None;
    }
    let place = place_of(api);
    // Nearly everybody leaves them alone: a note.
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} answers errors in its own words", api.key.address),
    )
    .effect("it tells what it is and why it refused")
    .cut(place, "set gateway responses for 4xx and 5xx");
    Some(draft.done())
}
