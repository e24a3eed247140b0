//! Permissions for a service that say nothing of its source.

use palisade_model::app::NodeId;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::{Level, Reach};
use palisade_model::setting::How;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas02_authentication::open_policy::principal_place;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-unnamed-source",
        title: "permissions for a service that name no source",
        sas: &[2],
        cwe: &[441],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, function) in app.functions.enumerate() {
            for statement in &function.policy {
                // A tool names the source in its own way.
                if matches!(statement.origin.how, How::Generated(_)) {
                    continue;
                }
                let Some(service) = palisade_iam::reach::unnamed_source(statement) else {
                    continue;
                };
                let place = principal_place(statement);
                let name = app.label(NodeId::Function(id));
                findings.push(
                    Draft::at(
                        rule,
                        app,
                        place,
                        format!("{service} of every account may start {name}"),
                    )
                    .function(app, id)
                    .reach(Reach::exactly(Level::OtherAccount))
                    .effect("whoever knows its ARN starts it")
                    .step(StepKind::Line, place, "no source is named")
                    .cut(place, "add SourceArn, and SourceAccount for buckets")
                    .hygiene()
                    .done(),
                );
            }
        }
    }
}
