//! Variables of the environment that name what a call is for, and that nothing sets.

use std::collections::BTreeSet;

use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-unset-variable",
        title: "variables that are read and not set",
        sas: &[3],
        cwe: &[456],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        for (id, needs) in balance.needs.enumerate() {
            let Some(function) = app.functions.get(id) else {
                continue;
            };
            let mut told = BTreeSet::new();
            for (place, variable) in needs.unset() {
                if !told.insert(variable) {
                    continue;
                }
                let finding = Draft::at(
                    rule,
                    app,
                    place,
                    format!(
                        "the call takes its name from {variable}, which {} does not set",
                        function.key.address
                    ),
                )
                .function(app, id)
                .hygiene()
                .effect("the call fails, and its right cannot be narrowed")
                .step(StepKind::Line, place, format!("needs {variable}"))
                .cut(
                    function.origin.span,
                    format!("set {variable} in its environment"),
                );
                findings.push(finding.done());
            }
        }
    }
}
