//! APIs whose stages keep no access log.

use palisade_model::app::{App, Kind, NodeId, Resource, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{belongs_to, is_written, place_of};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-access-log-off",
        title: "an API that records no requests",
        sas: &[5],
        cwe: &[778],
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

fn finding(rule: &Rule, app: &App, id: ResourceId, api: &Resource) -> Option<Finding> {
    let node = NodeId::Resource(id);
    let started = app.triggers.iter().any(|t| t.source == Some(node));
    let stages = || {
        let kinds = [
            "AWS::ApiGateway::Stage",
            "AWS::ApiGatewayV2::Stage",
            "AWS::ApiGateway::Deployment",
        ];
        let mine = move |r: &&Resource| {
            kinds.contains(&r.type_name.as_str()) && belongs_to(app, r, Attribute::Api, node)
        };
        app.resources.iter().filter(mine)
    };
    let logged = is_written(api, Attribute::AccessLog)
        || stages().any(|s| is_written(s, Attribute::AccessLog));
    // Without a stage in the tree nobody knows what it sets.
    let whole = api.type_name.starts_with("AWS::Serverless::") || stages().next().is_some();
    if !started || logged || !whole {
        return None;
    }
    let place = place_of(api);
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} records no requests", api.key.address),
    )
    .hygiene()
    .effect("nobody sees who called what")
    .cut(place, "add an access log to its stage");
    Some(draft.done())
}
