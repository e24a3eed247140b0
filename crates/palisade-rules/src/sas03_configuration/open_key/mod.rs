//! Keys whose policy names everybody.

use palisade_model::app::{App, Kind, Resource};
use palisade_model::finding::{Consequence, Finding};
use palisade_model::policy::{Effect, Principal};
use palisade_model::reach::{Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas02_authentication::open_policy::principal_place;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-open-key",
        title: "an encryption key that everybody may use",
        sas: &[3],
        cwe: &[732],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for key in app
            .resources
            .iter()
            .filter(|r| r.kind == Kind::EncryptionKey)
        {
            findings.extend(finding(rule, app, key));
        }
    }
}

/// A statement for everybody; any condition narrows it, as those of keys name accounts or services.
fn finding(rule: &Rule, app: &App, key: &Resource) -> Option<Finding> {
    let open = key.policy.iter().find(|s| {
        s.effect == Effect::Allow
            && s.principals.contains(&Principal::Anyone)
            && !s.not_principals
            && s.conditions.is_empty()
    })?;
    let place = principal_place(open);
    let draft = Draft::at(rule, app, place, format!("use the key {}", key.key.address))
        .reach(Reach::exactly(Level::OtherAccount))
        .effect("it decrypts what the key guards")
        .cut(place, "name the own account, and let its roles do the rest");
    Some(draft.done())
}
