//! Roles that a function at the door shares with functions behind it.

use palisade_iam::data_reached_by;
use palisade_model::app::{App, FunctionId, NodeId, RoleId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::Level;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth::{self, Users};
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

/// Most functions behind the door that are shown.
const SHOWN_MAX: usize = 5;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (at, app) in project.apps.iter().enumerate() {
        let Some(judge) = project.judges.get(at) else {
            continue;
        };
        let users = Users::of(app);
        for (role, _) in app.roles.enumerate() {
            let (front, behind) = parted(&users, role);
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
fn parted(users: &Users, role: RoleId) -> (Vec<FunctionId>, Vec<FunctionId>) {
    let (mut front, mut behind) = (Vec::new(), Vec::new());
    for id in users.of_role(role) {
        let (surely, possibly) = users.level(*id);
        if surely >= Level::SignedIn {
            front.push(*id);
        } else if possibly <= Level::Inside && users.is_started(*id) {
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
    for id in behind.iter().take(SHOWN_MAX) {
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
