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
                let service = action.split_once(':').map_or("", |(service, _)| service);
                let refused = held.comparison.missing.iter().find(|need| {
                    let of = need.action.split_once(':').map_or("", |(of, _)| of);
                    of.eq_ignore_ascii_case(service)
                });
                let mut draft = Draft::at(
                    rule,
                    app,
                    *place,
                    format!("{action} of {whose} is no action of its service"),
                )
                .effect("it grants nothing")
                .step(StepKind::Line, *place, "no service knows it");
                // Alone it is a slip of the pen that grants nothing; where a call is refused for it, it matters.
                draft = match refused {
                    Some(need) => draft
                        .hygiene()
                        .effect("the call it is meant for is refused")
                        .cut(
                            *place,
                            format!("write {}, which the call needs", need.action),
                        ),
                    None => draft.cut(*place, "write the action that is meant, or take it away"),
                };
                let users = worth::known_users(balance, id);
                findings.push(draft.least(users.iter().copied()).done());
            }
        }
    }
}
