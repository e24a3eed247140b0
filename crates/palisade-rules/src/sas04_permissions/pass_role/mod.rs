//! The right to pass any role on to any service.

use palisade_model::app::{App, RoleId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth::{self, Users, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas04-pass-role",
        title: "any role may be passed on",
        sas: &[4],
        cwe: &[269],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (app, balance) in project.apps.iter().zip(project.balances) {
        let users = Users::of(app);
        for (id, role) in app.roles.enumerate() {
            // With the right to make what a role is passed to, it is told as that.
            let escalations = balance.role(id).map_or(&[][..], |held| &held.escalations);
            if escalations.iter().any(|e| e.path.passes.is_some()) {
                continue;
            }
            let denials = worth::denials(&role.grants);
            let statements = role.grants.iter().filter_map(|grant| match grant {
                Grant::Statement(statement) => passes(statement, &denials),
                _ => None,
            });
            let places: Vec<Span> = statements.collect();
            findings.extend(finding(rule, app, (id, &users), &places));
        }
    }
}

/// Where a statement passes every role on.
fn passes(statement: &Statement, denials: &[&Statement]) -> Option<Span> {
    let wide = statement.effect == Effect::Allow
        && statement.conditions.is_empty()
        && !statement.not_actions
        && !statement.not_resources
        && statement.resources.iter().any(worth::is_all);
    if !wide || worth::is_denied(denials, "iam:PassRole") {
        return None;
    }
    let named = |text: &palisade_model::text::Text| {
        text.literal()
            .is_some_and(|t| t.eq_ignore_ascii_case("iam:PassRole"))
    };
    let at = statement.actions.iter().position(named)?;
    let place = statement.places.actions.get(at).copied();
    Some(place.unwrap_or(statement.origin.span))
}

fn finding(
    rule: &Rule,
    app: &App,
    (role, users): (RoleId, &Users),
    places: &[Span],
) -> Option<Finding> {
    let (first, rest) = places.split_first()?;
    if users.of_role(role).is_empty() {
        // Pipelines and stacks deploy: passing roles on is what they are for.
        return None;
    }
    let reach = users.reach(role);
    let consequence = worth::consequence(Worth::OneOfCode, reach.surely);
    let whose = worth::role_words(app, role);
    let mut draft = Draft::at(
        rule,
        app,
        *first,
        format!("{whose} may pass any role to any service"),
    )
    .reach(reach)
    .consequence(consequence)
    .effect("whoever gets in runs code as another role")
    .step(StepKind::Line, *first, "every role is meant")
    .cut(*first, "name the roles, and test iam:PassedToService");
    for place in rest {
        draft = draft.also(*place, "again");
    }
    Some(draft.done())
}
