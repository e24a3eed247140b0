//! Roles that a function at the door shares with functions behind it.

use palisade_iam::data_reached_by;
use palisade_model::app::{App, FunctionId, NodeId, RoleId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::Level;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth;
use crate::standing::Stake;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-shared-role",
        title: "one role for functions of different reach",
        sas: &[4],
        cwe: &[250],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (at, app) in project.apps.iter().enumerate() {
        let Some(judge) = project.judges.get(at) else {
            continue;
        };
        for (role, _) in app.roles.enumerate() {
            let users = worth::users(app, role);
            let (front, behind) = parted(app, &users);
            let (Some(first), false) = (front.first(), behind.is_empty()) else {
                continue;
            };
            let changes = data_reached_by(judge, *first)
                .iter()
                .any(|(_, access, _)| access.deletes || access.writes);
            if changes {
                let stake = Stake::of(Some(judge), *first);
                findings.extend(finding(rule, app, role, (&front, &behind), &stake));
            }
        }
    }
}

/// The functions that outsiders start, and those that they surely do not.
fn parted(app: &App, users: &[FunctionId]) -> (Vec<FunctionId>, Vec<FunctionId>) {
    let (mut front, mut behind) = (Vec::new(), Vec::new());
    for id in users {
        let reach = palisade_iam::reach::of_function(app, *id);
        if reach.surely >= Level::SignedIn {
            front.push(*id);
        } else if reach.possibly <= Level::Inside && app.triggers_of(*id).next().is_some() {
            behind.push(*id);
        }
    }
    (front, behind)
}

fn finding(
    rule: &Rule,
    app: &App,
    role: RoleId,
    (front, behind): (&[FunctionId], &[FunctionId]),
    stake: &Stake,
) -> Option<Finding> {
    let node = app.roles.get(role)?;
    let name = |id: &FunctionId| app.label(NodeId::Function(*id));
    let (first, other) = (name(front.first()?), name(behind.first()?));
    let count = front.len() + behind.len();
    let place = node.origin.span;
    let whose = worth::role_words(app, role);
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("{whose} serves {count} functions: {first} at the door, {other} behind it"),
    )
    .hygiene()
    .effect(stake.words())
    .role(Some(node.key.address.clone()), stake.data.clone())
    .step(StepKind::Role, place, "all of them run as this role")
    .cut(
        place,
        "give the functions behind the door a role of their own",
    );
    for id in behind {
        if let Some(function) = app.functions.get(*id) {
            draft = draft.step(
                StepKind::HandOver,
                function.origin.span,
                "nobody outside starts it",
            );
        }
    }
    Some(draft.done())
}
