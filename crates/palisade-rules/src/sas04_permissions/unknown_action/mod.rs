//! Actions in policies that no service knows.

use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-unknown-action",
        title: "actions that do not exist",
        sas: &[4],
        cwe: &[1286],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        for (id, held) in balance.roles.enumerate() {
            for (action, place) in &held.comparison.unknown_actions {
                let whose = worth::role_words(app, id);
                let draft = Draft::at(
                    rule,
                    app,
                    *place,
                    format!("{action} of {whose} is no action of its service"),
                )
                .hygiene()
                .effect("the call it is meant for is refused")
                .step(StepKind::Line, *place, "no service knows it")
                .cut(*place, "write the action that the call needs");
                findings.push(draft.done());
            }
        }
    }
}
