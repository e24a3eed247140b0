//! Calls that the role of their function surely does not allow.

use palisade_model::app::{FunctionId, NodeId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::need::Need;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-missing-permission",
        title: "calls that are refused",
        sas: &[4],
        cwe: &[754],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        for (id, held) in balance.roles.enumerate() {
            let comparison = &held.comparison;
            for need in &comparison.missing {
                let asks = |needs: &[Need]| needs.contains(need);
                let asking = |user: &FunctionId| {
                    let needs = balance.needs.get(*user);
                    needs.is_some_and(|needs| asks(&needs.needs))
                };
                let user = held.users.iter().copied().find(asking);
                let (Some(user), Some(place)) = (user, need.spans.first()) else {
                    continue;
                };
                let name = app.label(NodeId::Function(user));
                let whose = worth::role_words(app, id);
                let mut draft = Draft::at(
                    rule,
                    app,
                    *place,
                    format!(
                        "the call of {name} needs {}, which {whose} lacks",
                        need.action
                    ),
                )
                .function(app, user)
                .hygiene()
                .effect("the call is refused")
                .step(StepKind::Line, *place, format!("asks for {}", need.action))
                .cut(
                    *place,
                    format!("grant {} on what it is called on", need.action),
                );
                if let Some(function) = app.functions.get(user) {
                    draft = draft.also(function.origin.span, "the function");
                }
                let users = worth::known_users(balance, id).iter().copied();
                findings.push(draft.least(users.filter(asking)).done());
            }
        }
    }
}
