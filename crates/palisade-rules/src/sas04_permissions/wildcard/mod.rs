//! Roles that may do everything, all of a service, or one thing to everything.

use std::collections::{BTreeMap, BTreeSet};

use palisade_iam::balance::Balance;
use palisade_iam::managed::{Document, document};
use palisade_model::app::{App, FunctionId, Role, RoleId};
use palisade_model::aside::{Loose, LooseKind};
use palisade_model::finding::{Finding, StepKind};
use palisade_model::guard::Guard;
use palisade_model::policy::{Effect, Grant, Principal, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::setting::Answer;
use palisade_model::source::Span;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth::{self, Users, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-wildcard",
        title: "wildcards in a role",
        sas: &[4],
        cwe: &[250, 732],
        consequence: palisade_model::finding::Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Services that run functions or act in front of them: roles they may take belong to the application.
const RUNS: &[&str] = &[
    "lambda.amazonaws.com",
    "edgelambda.amazonaws.com",
    "states.amazonaws.com",
    "apigateway.amazonaws.com",
    "appsync.amazonaws.com",
    "events.amazonaws.com",
    "scheduler.amazonaws.com",
    "pipes.amazonaws.com",
];

/// So many single actions on all data are as good as the whole service.
const MANY: usize = 5;

/// A grant that is too wide.
#[derive(Clone, Debug)]
struct Wide {
    worth: Worth,
    place: Span,
    /// `s3:*`, or the name of the managed policy.
    what: String,
    /// Whether it is a policy of the provider.
    managed: bool,
    /// Whether it always exists.
    always: bool,
    /// Which of the role's grants.
    grant: usize,
}

/// The grants of a role, by number, that are told as too wide.
pub(crate) fn told(grants: &[Grant]) -> BTreeSet<usize> {
    of_grants(grants).iter().map(|wide| wide.grant).collect()
}

/// Where the grants of a role are written that are told as too wide: their statements, and the actions in them.
pub(crate) fn places(grants: &[Grant]) -> BTreeSet<Span> {
    let mut places = BTreeSet::new();
    for at in told(grants) {
        match grants.get(at) {
            Some(Grant::Statement(statement)) => {
                places.insert(statement.origin.span);
                places.extend(&statement.places.actions);
            }
            Some(Grant::Managed(setting)) => {
                places.insert(setting.origin.span);
            }
            _ => {}
        }
    }
    places
}

/// What is said of one role.
struct Found<'b> {
    whose: String,
    /// How its holder gets the rights of others.
    way: Option<&'b str>,
    wide: Vec<Wide>,
    reach: Reach,
    bounded: bool,
    /// The functions that run as it, if all that they need is known.
    users: &'b [FunctionId],
}

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        // Roles that get the same from one place have one cause.
        let mut causes: BTreeMap<(Span, String), Vec<Found<'_>>> = BTreeMap::new();
        for found in of_roles(app, balance).into_iter().chain(of_loose(app)) {
            if let Some(first) = found.wide.first() {
                let key = (first.place, first.what.clone());
                causes.entry(key).or_default().push(found);
            }
        }
        for roles in causes.into_values() {
            findings.extend(finding(rule, app, roles));
        }
    }
}

fn of_roles<'b>(app: &App, balance: &'b Balance) -> Vec<Found<'b>> {
    let users = Users::of(app);
    let one = |(id, role): (RoleId, &Role)| {
        let mut wide = of_grants(&role.grants);
        if users.of_role(id).is_empty() && !runs(&role.trust) {
            // A role of something else is told only where it gives the account away.
            wide.retain(|wide| wide.worth == Worth::Everything);
        }
        let held = balance.role(id);
        let ways = held.map_or(&[][..], |held| &held.escalations);
        let way = ways.iter().find(|way| way.answer.surely());
        Found {
            whose: worth::role_words(app, id),
            way: way.map(|way| way.path.words.as_str()),
            wide,
            reach: users.reach(id),
            bounded: !role.boundary.is_absent(),
            users: worth::known_users(balance, id),
        }
    };
    app.roles.enumerate().map(one).collect()
}

fn of_loose(app: &App) -> Vec<Found<'static>> {
    let identities = app
        .aside
        .loose
        .iter()
        .filter(|l| l.kind == LooseKind::Identity);
    let one = |loose: &Loose| {
        let statements = loose.statements.iter().cloned();
        let grants: Vec<Grant> = statements.map(Grant::Statement).collect();
        let name = loose.to.first().map(Text::words).unwrap_or_default();
        // Whom it is for is not known: single actions may be all that is needed.
        let mut wide = of_grants(&grants);
        wide.retain(|wide| wide.worth >= Worth::OneOfCode);
        Found {
            whose: format!("the policy of {name}"),
            way: None,
            wide,
            reach: Reach::exactly(Level::Inside),
            bounded: false,
            users: &[],
        }
    };
    identities.map(one).collect()
}

/// Whether a service that runs functions may take a role.
fn runs(trust: &[Statement]) -> bool {
    let mut principals = trust.iter().flat_map(|s| &s.principals);
    principals.any(|principal| match principal {
        Principal::Service(text) => text.literal().is_some_and(|t| RUNS.contains(&t)),
        _ => false,
    })
}

fn of_grants(grants: &[Grant]) -> Vec<Wide> {
    let denials = worth::denials(grants);
    let mut found: Vec<Wide> = Vec::new();
    for (at, grant) in grants.iter().enumerate() {
        let before = found.len();
        match grant {
            Grant::Statement(statement) => found.extend(of_statement(statement, &denials)),
            Grant::Managed(setting) => {
                for (guard, name) in setting.values() {
                    let wide = name.words();
                    let always = guard.is_always() && setting.known().is_some();
                    let known = document(&wide);
                    found.extend(known.and_then(|document| {
                        of_managed(document, setting.origin.span, always, &denials)
                    }));
                }
            }
            Grant::Unreadable(_) => {}
        }
        for wide in found.iter_mut().skip(before) {
            wide.grant = at;
        }
    }
    found.sort_by_key(|wide| std::cmp::Reverse(wide.worth));
    found
}

/// The widest of a statement's grants.
fn of_statement(statement: &Statement, denials: &[&Statement]) -> Option<Wide> {
    let all = statement.resources.iter().any(worth::is_all);
    if statement.effect != Effect::Allow
        || !statement.conditions.is_empty()
        || statement.not_resources
        || !all
    {
        return None;
    }
    let whole = |place: Span, worth: Worth, what: String| Wide {
        worth,
        place,
        what,
        managed: false,
        always: statement.exists.is_always(),
        grant: 0,
    };
    if statement.not_actions {
        let place = statement.places.actions.first().copied();
        let place = place.unwrap_or(statement.origin.span);
        // All but a few: rights over rights are often among the few.
        let worth = match worth::is_denied_by(&statement.actions, "iam:CreateUser") {
            true => Worth::Code,
            false => Worth::Everything,
        };
        return Some(whole(
            place,
            worth,
            "everything but a few actions".to_owned(),
        ));
    }
    let mut best: Option<Wide> = None;
    let mut count = 0;
    for (at, action) in statement.actions.iter().enumerate() {
        let Some(action) = action.literal() else {
            continue;
        };
        let Some(worth) = worth::of_action(action) else {
            continue;
        };
        if worth::is_denied(denials, action) {
            continue;
        }
        count += 1;
        if best.as_ref().is_none_or(|b| worth > b.worth) {
            let place = statement.places.actions.get(at).copied();
            let place = place.unwrap_or(statement.origin.span);
            best = Some(whole(place, worth, action.to_owned()));
        }
    }
    let mut best = best?;
    if count > 1 && best.worth != Worth::Everything {
        best.what = format!("{} and {} more actions", best.what, count - 1);
    }
    if count >= MANY && best.worth == Worth::OneOfData {
        best.worth = Worth::Data;
    }
    Some(best)
}

/// The widest grant of a managed policy.
fn of_managed(
    document: &'static Document,
    place: Span,
    always: bool,
    denials: &[&Statement],
) -> Option<Wide> {
    if worth::customary(document.name) {
        return None;
    }
    let all = |resource: &String| worth::is_all(&Text::of(resource.as_str()));
    let wide = |resources: &[String]| resources.is_empty() || resources.iter().any(all);
    let statements = document
        .statements
        .iter()
        .filter(|s| !s.deny && s.conditions.is_empty() && !s.not_resources && wide(&s.resources));
    let worths = statements.flat_map(|s| {
        let not = s.not_actions;
        s.actions.iter().filter_map(move |action| match not {
            true => Some(Worth::Code),
            false if worth::is_denied(denials, action) => None,
            false => worth::of_action(action),
        })
    });
    worths.max().map(|worth| Wide {
        worth,
        place,
        what: document.name.to_owned(),
        managed: true,
        always,
        grant: 0,
    })
}

fn finding(rule: &Rule, app: &App, mut roles: Vec<Found<'_>>) -> Option<Finding> {
    roles.sort_by_key(|found| std::cmp::Reverse((found.reach.surely, found.wide.len())));
    let count = roles.len();
    let users: Vec<FunctionId> = match roles.iter().all(|found| !found.users.is_empty()) {
        true => roles
            .iter()
            .flat_map(|found| found.users)
            .copied()
            .collect(),
        false => Vec::new(),
    };
    let worst = roles.into_iter().next()?;
    let (found, reach, bounded) = (worst.wide, worst.reach, worst.bounded);
    let whose = match count {
        0 | 1 => worst.whose,
        n => format!("{} (and {} more roles)", worst.whose, n - 1),
    };
    let (first, rest) = found.split_first()?;
    let more = match rest.len() {
        0 => String::new(),
        n => format!(", and {n} more"),
    };
    let deed = match first.worth {
        _ if first.managed => format!("{whose} has {}, which knows no limits{more}", first.what),
        Worth::Everything => format!("{whose} may do everything{more}"),
        _ => format!("{whose} may do {} on everything{more}", first.what),
    };
    let way = worst.way.map(|way| format!("whoever gets in can {way}"));
    let effect = match first.worth {
        Worth::Everything | Worth::Control => "whoever gets in takes the account",
        Worth::Code | Worth::OneOfCode => "whoever gets in changes other code",
        Worth::Data | Worth::OneOfData => "whoever gets in reaches the data of others",
        Worth::Service => "whoever gets in uses the whole service",
    };
    let consequence = worth::consequence(first.worth, reach.surely);
    let mut draft = Draft::at(rule, app, first.place, deed)
        .reach(reach)
        .consequence(consequence)
        .effect(way.unwrap_or_else(|| effect.to_owned()))
        .step(
            StepKind::Line,
            first.place,
            format!("{} is granted on everything", first.what),
        )
        .cut(
            first.place,
            "grant the actions that are called, on the resources they are called on",
        );
    if bounded || !first.always {
        draft = draft.by(&Answer::Depends(Guard::always()));
    }
    for wide in rest {
        if wide.place != first.place {
            draft = draft.also(wide.place, format!("{} as well", wide.what));
        }
    }
    Some(draft.least(users).done())
}
