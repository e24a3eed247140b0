//! Attributes that carry rights and that users may write.

use palisade_model::app::{App, Edge, EdgeKind, Kind, NodeId, Resource};
use palisade_model::aside::Member;
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::{Hedge, Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-writable-attribute",
        title: "a right that users write themselves",
        sas: &[2],
        cwe: &[269, 284],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Words in names of attributes that carry rights or identity.
const RIGHTS: &[&str] = &[
    "admin",
    "role",
    "roles",
    "tenant",
    "group",
    "groups",
    "permission",
    "permissions",
    "scope",
    "scopes",
    "plan",
    "tier",
    "superuser",
    "staff",
    "privilege",
    "userid",
    "accountid",
    "account",
    "org",
    "organization",
    "customerid",
    "tenantid",
    "orgid",
    "owner",
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, pool) in app.resources.enumerate() {
            if pool.kind != Kind::UserPool {
                continue;
            }
            let Some(client) = open_client(app, NodeId::Resource(id)) else {
                continue;
            };
            let members: Vec<&Member> = app
                .aside
                .members
                .iter()
                .filter(|m| m.pool == pool.key && m.mutable && carries_rights(&m.name))
                .collect();
            findings.extend(finding(rule, app, pool, client, &members));
        }
    }
}

/// A client through which users write all attributes.
fn open_client(app: &App, pool: NodeId) -> Option<&Resource> {
    let clients = app
        .edges
        .iter()
        .filter(|e: &&Edge| e.to == pool && e.kind == EdgeKind::Uses);
    let mut clients = clients.filter_map(|edge| match edge.from {
        NodeId::Resource(id) => app.resources.get(id),
        _ => None,
    });
    clients.find(|client| {
        client.type_name == "AWS::Cognito::UserPoolClient"
            && client
                .settings
                .text(Attribute::WriteAttribute)
                .is_none_or(|s| s.is_absent())
    })
}

/// Whether an attribute of the application's own carries rights, by the words of its name.
fn carries_rights(name: &str) -> bool {
    let Some(own) = name.strip_prefix("custom:") else {
        return false;
    };
    let lower = own.to_ascii_lowercase();
    let joined: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| RIGHTS.contains(&word))
        || RIGHTS.contains(&joined.as_str())
        || joined.starts_with("isadmin")
}

fn finding(
    rule: &Rule,
    app: &App,
    pool: &Resource,
    client: &Resource,
    members: &[&Member],
) -> Option<Finding> {
    let (first, rest) = members.split_first()?;
    let place = first.origin.span;
    let mut reach = Reach::exactly(Level::SignedIn);
    let admin_only = pool.settings.flag(Attribute::AdminCreateOnly);
    if !admin_only.is_some_and(|flag| flag.is(|only| *only).possibly()) {
        reach.hedges.push(Hedge::SelfSignUp);
    }
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("write {} of their own in {}", first.name, pool.key.address),
    )
    .reach(reach)
    .effect("the token then says what they wrote")
    .step(StepKind::Line, place, "it can be changed after it was set")
    .step(
        StepKind::Guard,
        client.origin.span,
        "no WriteAttributes: users write all of them",
    )
    .cut(
        client.origin.span,
        "list in WriteAttributes what users may change",
    );
    for other in rest {
        draft = draft.also(other.origin.span, format!("{} as well", other.name));
    }
    Some(draft.done())
}

#[cfg(test)]
mod tests {
    use super::carries_rights;

    #[test]
    fn names_that_carry_rights() {
        for name in [
            "custom:is_admin",
            "custom:role",
            "custom:tenantId",
            "custom:userId",
        ] {
            assert!(carries_rights(name), "{name}");
        }
        for name in ["email", "custom:color", "custom:payroll_name"] {
            assert!(!carries_rights(name), "{name}");
        }
    }
}
