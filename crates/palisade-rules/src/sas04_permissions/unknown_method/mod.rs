//! Calls of methods that no version of the SDK has.

use std::collections::BTreeSet;

use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-unknown-method",
        title: "methods that the SDK does not have",
        sas: &[4],
        cwe: &[758],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for (app, balance) in project.apps.iter().zip(project.balances) {
        for (id, needs) in balance.needs.enumerate() {
            for call in &needs.unknown_methods {
                if !told.insert(call.span) {
                    continue;
                }
                let cut = match &call.meant {
                    Some(meant) => format!("write {meant}"),
                    None => "call the operation that is meant".to_owned(),
                };
                let finding = Draft::at(
                    rule,
                    app,
                    call.span,
                    format!("the client of {} has no {}", call.client, call.method),
                )
                .function(app, id)
                .hygiene()
                .effect("the call fails, and no right is granted for it")
                .step(StepKind::Line, call.span, "no version of the SDK has it")
                .cut(call.span, cut);
                findings.push(finding.done());
            }
        }
    }
}
