//! Roles whose holder gets the rights of somebody else, by known paths.

use std::collections::BTreeSet;

use palisade_iam::escalation::{Escalation, Gives};
use palisade_model::app::{App, NodeId, RoleId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::wildcard;
use crate::sas04_permissions::worth::{self, Users, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-escalation",
        title: "a role that can get more rights",
        sas: &[4],
        cwe: &[269],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        let users = Users::of(app);
        for (id, held) in balance.roles.enumerate() {
            let grants = app.roles.get(id).map_or(&[][..], |role| &role.grants);
            // Pipelines and stacks deploy: passing roles on is what they are for. What may do everything is told as
            // that.
            if held.users.is_empty() || wildcard::worst(grants) >= Some(Worth::Control) {
                continue;
            }
            findings.extend(finding(rule, app, (id, &users), &held.escalations));
        }
    }
}

fn finding(
    rule: &Rule,
    app: &App,
    (id, users): (RoleId, &Users),
    all: &[Escalation],
) -> Option<Finding> {
    // The surest first, then what wins most by least.
    let worst = all.iter().min_by_key(|e| {
        let gives = match e.path.gives {
            Gives::Own => 0,
            Gives::Role => 1,
            Gives::User => 2,
        };
        (!e.answer.surely(), gives, e.path.actions.len())
    })?;
    // Passing the role on is the part that can be narrowed without losing what the function is for.
    let passes = worst
        .path
        .actions
        .iter()
        .position(|(action, _)| action == "iam:PassRole");
    let place = worst.statements.get(passes.unwrap_or(0))?.span;
    let whose = worth::role_words(app, id);
    let reach = users.reach(id);
    let more = match all.len() {
        1 => String::new(),
        n => format!(", and in {} more ways", n - 1),
    };
    let target = worst.target.map(|node: NodeId| app.label(node));
    let effect = match target {
        Some(target) => format!("whoever gets in has the rights of {target}"),
        None => "whoever gets in has any right of the account".to_owned(),
    };
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("{whose} can {}{more}", worst.path.words),
    )
    .reach(reach.clone())
    .consequence(worth::consequence(Worth::Control, reach.surely))
    .effect(effect)
    .by(&worst.answer)
    .cut(
        place,
        "name the resources, and test iam:PassedToService where a role is passed",
    );
    let mut placed: BTreeSet<Span> = BTreeSet::new();
    for ((action, _), origin) in worst.path.actions.iter().zip(&worst.statements) {
        draft = draft.step(StepKind::Line, origin.span, format!("allows {action}"));
        placed.insert(origin.span);
    }
    for other in all.iter().flat_map(|e| &e.statements) {
        if placed.insert(other.span) {
            draft = draft.also(other.span, "another way");
        }
    }
    Some(draft.done())
}
