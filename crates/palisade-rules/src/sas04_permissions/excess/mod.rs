//! Rights of a function's role that no line of its code needs.

use std::collections::BTreeMap;

use palisade_iam::balance::{Balance, Held};
use palisade_iam::compare::{Excess, Why};
use palisade_iam::facts::{self, ActionSet};
use palisade_iam::harm::Harm;
use palisade_model::app::{App, RoleId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::setting::How;
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::wildcard;
use crate::sas04_permissions::worth::{self, Users, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-excess",
        title: "rights that no line of code needs",
        sas: &[4],
        cwe: &[250],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Names in a title.
const NAMED: usize = 1;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        let users = Users::of(app);
        for (id, held) in balance.roles.enumerate() {
            // What is not known to be needed may be needed, where code is not known.
            if held.users.is_empty() || held.comparison.incomplete {
                continue;
            }
            for (place, excess) in by_statement(app, id, held) {
                findings.extend(finding(rule, app, balance, (id, &users), place, &excess));
            }
        }
    }
}

/// What is too much, by the statement that grants it; but for what is told as a wildcard, and what every function may
/// do anyway.
fn by_statement<'h>(app: &App, id: RoleId, held: &'h Held) -> BTreeMap<Span, Vec<&'h Excess>> {
    let grants = app.roles.get(id).map_or(&[][..], |role| &role.grants);
    let wide = wildcard::told(grants);
    let mut statements: BTreeMap<Span, Vec<&Excess>> = BTreeMap::new();
    for excess in &held.comparison.excess {
        let told = wide.contains(&excess.grant);
        let named = excess.managed.is_some_and(worth::customary);
        let usual = left(excess).is_empty();
        // What a tool adds by itself nobody can take away; a policy template was chosen.
        let made =
            matches!(excess.origin.how, How::Generated(maker) if maker != "sam.policy-template");
        if !told && !named && !usual && !made {
            let span = excess.origin.span;
            statements.entry(span).or_default().push(excess);
        }
    }
    statements
}

/// The actions that are too much, without those that are customary.
fn left(excess: &Excess) -> ActionSet {
    match excess.why {
        Why::Resources { .. } => ActionSet::default(),
        _ => excess.actions.minus(worth::customary_actions()),
    }
}

fn finding(
    rule: &Rule,
    app: &App,
    balance: &Balance,
    (id, users): (RoleId, &Users),
    statement: Span,
    all: &[&Excess],
) -> Option<Finding> {
    let first = all.first()?;
    let mut actions = ActionSet::default();
    for excess in all {
        actions = actions.or(&left(excess));
    }
    let names: Vec<String> = {
        let table = facts::embedded();
        let each = actions.iter().filter_map(|id| table.action_by_id(id));
        each.map(facts::Action::name).collect()
    };
    let whose = worth::role_words(app, id);
    let what = match (first.managed, names.as_slice()) {
        (Some(policy), _) => format!("{policy} with {} rights", names.len()),
        (None, [one]) => one.clone(),
        (None, many) => {
            let named = many.iter().take(NAMED).cloned().collect::<Vec<_>>();
            format!("{} and {} more", named.join(", "), many.len() - named.len())
        }
    };
    let harm = all.iter().filter_map(|excess| excess.harm).max();
    let place = match all {
        [only] => only.span,
        _ => statement,
    };
    let reach = users.reach(id);
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("{whose} has {what} that no line needs"),
    )
    .reach(reach.clone())
    .step(StepKind::Line, place, format!("grants {what}"));
    let needed = needed(balance, id, all);
    let cut = match needed.as_slice() {
        [] => "take the statement away: no line needs it".to_owned(),
        needed => format!("grant {} alone", needed.join(", ")),
    };
    draft = draft
        .cut(place, cut)
        .least(worth::known_users(balance, id).iter().copied());
    draft = match harm {
        // What hands out rights, runs code or reads secrets is told by itself, though low: it is named rights on
        // named things.
        Some(harm) if harm >= Harm::Secrets && first.managed.is_none() => draft
            .consequence(worth::consequence(Worth::OneOfData, reach.surely))
            .effect(format!("whoever gets in may {}", harm.words())),
        _ => draft.hygiene().effect("whoever gets in has these too"),
    };
    Some(draft.done())
}

/// What is needed of the statements that are too much.
fn needed(balance: &Balance, id: RoleId, all: &[&Excess]) -> Vec<String> {
    let mut needed: Vec<String> = Vec::new();
    for excess in all {
        if let Why::Actions(actions) = &excess.why {
            needed.extend(actions.iter().cloned());
        }
    }
    // The other actions of the same service that are needed stand in the same statement more often than not.
    let services: Vec<&str> = all
        .iter()
        .filter_map(|excess| excess.pattern.split_once(':'))
        .map(|(service, _)| service)
        .collect();
    let users = balance.role(id).map_or(&[][..], |held| &held.users);
    for user in users {
        let needs = balance.needs.get(*user).map_or(&[][..], |n| &n.needs);
        for need in needs {
            let service = need.action.split_once(':').map_or("", |(s, _)| s);
            if services.iter().any(|s| s.eq_ignore_ascii_case(service)) {
                needed.push(need.action.clone());
            }
        }
    }
    needed.sort();
    needed.dedup();
    needed
}
