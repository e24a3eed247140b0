//! Functions without tracing in applications whose requests pass through several functions.

use palisade_model::app::{App, EdgeKind, FunctionId, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::Answer;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-tracing-off",
        title: "no tracing where requests cross services",
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
        for (id, _) in app.functions.enumerate() {
            if crosses(app, id) {
                findings.extend(finding(rule, app, id));
            }
        }
    }
}

/// Whether something of the application other than an API, a schedule or a caller hands events to the function.
fn crosses(app: &App, id: FunctionId) -> bool {
    app.triggers_of(id).any(|(_, t)| {
        let Some(source @ NodeId::Resource(_)) = t.source else {
            return false;
        };
        let queued = matches!(
            t.event,
            "aws.sqs"
                | "aws.sns"
                | "aws.kinesis"
                | "aws.dynamodb"
                | "aws.eventbridge"
                | "aws.step-functions"
        );
        let delivered = app
            .edges
            .iter()
            .any(|e| e.to == source && matches!(e.kind, EdgeKind::Delivers { .. }));
        queued || delivered
    })
}

fn finding(rule: &Rule, app: &App, id: FunctionId) -> Option<Finding> {
    let function = app.functions.get(id)?;
    let off = function
        .settings
        .text(Attribute::Tracing)
        .map_or(Answer::Yes, |s| {
            s.is(|t| {
                t.literal()
                    .is_some_and(|w| matches!(w, "PassThrough" | "Disabled"))
            })
        });
    if !off.surely() {
        return None;
    }
    let place = function.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} is not traced", app.label(NodeId::Function(id))),
    )
    .function(app, id)
    .hygiene()
    .effect("nobody can follow a request through it")
    .cut(place, "set `Tracing: Active`");
    Some(draft.done())
}
