//! Functions without tracing in applications whose requests pass through several functions.

use palisade_iam::Judge;
use palisade_model::app::{App, EdgeKind, Function, FunctionId, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::change::NewValue;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::{Answer, How};

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
    for (at, app) in project.apps.iter().enumerate() {
        for (id, _) in app.functions.enumerate() {
            if crosses(app, id) {
                findings.extend(finding(rule, app, project.judges.get(at), id));
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

fn finding(rule: &Rule, app: &App, judge: Option<&Judge<'_>>, id: FunctionId) -> Option<Finding> {
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
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("{} is not traced", app.label(NodeId::Function(id))),
    )
    .function(app, id)
    .hygiene()
    .effect("nobody can follow a request through it")
    .cut(place, "set `Tracing: Active`");
    if may_be_traced(app, judge, id, function) {
        let on = NewValue::Text("Active".to_owned());
        draft = draft.set(NodeId::Function(id), Attribute::Tracing, on);
    }
    Some(draft.done())
}

/// The actions without which Lambda refuses to trace (Lambda Developer Guide, X-Ray; read 2026-10).
const TRACES: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

/// Whether tracing can be switched on without another change: SAM grants it to the role that it makes by itself, any
/// other role has to allow it.
fn may_be_traced(
    app: &App,
    judge: Option<&Judge<'_>>,
    id: FunctionId,
    function: &Function,
) -> bool {
    let [(when, role)] = function.role.as_slice() else {
        return false;
    };
    let Some(role) = app.roles.get(*role).filter(|_| when.is_always()) else {
        return false;
    };
    let format = app.stacks.get(function.key.stack).map(|stack| stack.format);
    let granted = role.origin.how == How::Generated("sam.role") && role.boundary.is_absent();
    let allowed =
        |action: &&str| judge.is_some_and(|judge| judge.may(id, action, None, None).surely());
    // The framework makes one role for all functions of a service, and grants it to all of them.
    format != Some("serverless") && (granted || TRACES.iter().all(allowed))
}
