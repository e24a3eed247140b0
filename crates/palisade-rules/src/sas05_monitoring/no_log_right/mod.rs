//! Functions whose role does not let them write logs.

use palisade_iam::Judge;
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::finding::{Consequence, Finding};
use palisade_model::policy::Grant;
use palisade_model::setting::Answer;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-no-log-right",
        title: "a function that may not write its logs",
        sas: &[5],
        cwe: &[778],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, judge) in project.apps.iter().zip(project.judges) {
        for id in app.functions.ids() {
            findings.extend(finding(rule, app, judge, id));
        }
    }
}

fn finding(rule: &Rule, app: &App, judge: &Judge<'_>, id: FunctionId) -> Option<Finding> {
    let function = app.functions.get(id)?;
    let (_, role) = function.role.first()?;
    let role = app.roles.get(*role)?;
    // Of a role that lies outside, or a policy that could not be read, nothing is known.
    let known = role
        .grants
        .iter()
        .all(|grant| !matches!(grant, Grant::Unreadable(_)));
    if !known || function.role.len() > 1 || role.trust.is_empty() {
        return None;
    }
    if judge.may(id, "logs:PutLogEvents", None, None) != Answer::No {
        return None;
    }
    let place = role.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} may not write its logs", app.label(NodeId::Function(id))),
    )
    .function(app, id)
    .hygiene()
    .effect("what it does leaves no trace")
    .cut(place, "attach AWSLambdaBasicExecutionRole to its role");
    Some(draft.done())
}
