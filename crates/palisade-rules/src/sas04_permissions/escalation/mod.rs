//! Roles whose holder gets the rights of somebody else, by known paths.

use std::collections::{BTreeMap, BTreeSet};

use palisade_iam::balance::{Balance, Held};
use palisade_iam::escalation::{Escalation, Gives};
use palisade_model::app::{App, FunctionId, NodeId, RoleId};
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
        // Roles that get the same from one place have one cause.
        let mut causes: BTreeMap<(Span, &str), Vec<RoleId>> = BTreeMap::new();
        for (id, held) in balance.roles.enumerate() {
            // Pipelines and stacks deploy: passing roles on is what they are for.
            if held.users.is_empty() {
                continue;
            }
            let grants = app.roles.get(id).map_or(&[][..], |role| &role.grants);
            let wide = wildcard::places(grants);
            let ways = told(held, &wide);
            if let Some(worst) = worst(&ways)
                && let Some(place) = place(worst)
            {
                let key = (place, worst.path.words.as_str());
                causes.entry(key).or_default().push(id);
            }
        }
        for roles in causes.into_values() {
            findings.extend(finding(rule, app, balance, (&users, &roles)));
        }
    }
}

/// The ways that are not told with the wildcard that grants them all.
fn told<'h>(held: &'h Held, wide: &BTreeSet<Span>) -> Vec<&'h Escalation> {
    let own = |e: &&Escalation| {
        e.statements
            .iter()
            .any(|origin| !wide.contains(&origin.span))
    };
    held.escalations.iter().filter(own).collect()
}

/// The surest first, then what wins most by least.
fn worst<'h>(ways: &[&'h Escalation]) -> Option<&'h Escalation> {
    let worst = ways.iter().min_by_key(|e| {
        let gives = match e.path.gives {
            Gives::Own => 0,
            Gives::Role => 1,
            Gives::User => 2,
        };
        (!e.answer.surely(), gives, e.path.actions.len())
    });
    worst.copied()
}

/// Passing the role on is the part that can be narrowed without losing what the function is for.
fn place(way: &Escalation) -> Option<Span> {
    let mut actions = way.path.actions.iter();
    let passes = actions.position(|(action, _)| action == "iam:PassRole");
    Some(way.statements.get(passes.unwrap_or(0))?.span)
}

/// What it is worth: any right, or those of whatever role is passed; the rights of one function, machine or user; or
/// what the function is there for, since its code does all of it.
fn worth_of(balance: &Balance, users: &[FunctionId], way: &Escalation) -> Worth {
    let needed = |action: &str| {
        users.iter().any(|user| {
            let needs = balance.needs.get(*user);
            needs.is_some_and(|n| {
                n.needs
                    .iter()
                    .any(|need| need.action.eq_ignore_ascii_case(action))
            })
        })
    };
    if way.path.actions.iter().all(|(action, _)| needed(action)) {
        Worth::OneOfData
    } else if way.path.gives == Gives::Own || way.path.passes.is_some() && way.target.is_none() {
        Worth::Control
    } else {
        Worth::OneOfCode
    }
}

fn finding(
    rule: &Rule,
    app: &App,
    balance: &Balance,
    (users, roles): (&Users, &[RoleId]),
) -> Option<Finding> {
    let id = *roles.iter().max_by_key(|role| users.reach(**role).surely)?;
    let held = balance.role(id)?;
    let grants = app.roles.get(id).map_or(&[][..], |role| &role.grants);
    let ways = told(held, &wildcard::places(grants));
    let worst = worst(&ways)?;
    let place = place(worst)?;
    let whose = match roles.len() {
        1 => worth::role_words(app, id),
        n => format!("{} (and {} more roles)", worth::role_words(app, id), n - 1),
    };
    let reach = users.reach(id);
    let more = match ways.len() {
        1 => String::new(),
        n => format!(", and in {} more ways", n - 1),
    };
    let effect = match worst.target.map(|node: NodeId| app.label(node)) {
        Some(target) => format!("whoever gets in has the rights of {target}"),
        None => "whoever gets in has rights that were given to others".to_owned(),
    };
    let worth = worth_of(balance, &held.users, worst);
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("{whose} can {}{more}", worst.path.words),
    )
    .reach(reach.clone())
    .consequence(worth::consequence(worth, reach.surely))
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
    for other in ways.iter().flat_map(|e| &e.statements) {
        if placed.insert(other.span) {
            draft = draft.also(other.span, "another way");
        }
    }
    Some(draft.done())
}
