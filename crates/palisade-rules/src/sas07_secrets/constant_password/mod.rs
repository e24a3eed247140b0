//! A literal handed to an API as a password.

use palisade_flow::flows::SiteValue;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::{Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas07-constant-password",
        title: "a password that stands in the code",
        sas: &[7, 2],
        cwe: &[798, 259],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let named = site.args.iter().any(|arg| {
            let by_name = arg.name.as_deref().is_some_and(is_password) && is_literal(&arg.value);
            by_name || within(&arg.value)
        });
        if !named {
            continue;
        }
        let Some(entry) = project.most_exposed(&site.entries) else {
            continue;
        };
        let Some(app) = project.app_of(entry) else {
            continue;
        };
        let name = project.name_of(entry);
        let finding = Draft::at(
            rule,
            app,
            site.span,
            format!("the code of {name} holds a password"),
        )
        .code(project, entry)
        .reach(Reach::exactly(Level::Inside))
        .known()
        .effect("whoever reads the code signs in with it")
        .cut(site.span, "fetch it from a secret store");
        findings.push(finding.done());
    }
}

/// Whether a map holds a literal password.
fn within(value: &SiteValue) -> bool {
    match value {
        SiteValue::Record(parts) => parts
            .iter()
            .any(|(key, part)| is_password(key) && is_literal(part)),
        _ => false,
    }
}

fn is_password(key: &str) -> bool {
    matches!(
        key,
        "password"
            | "Password"
            | "passwd"
            | "TemporaryPassword"
            | "MasterUserPassword"
            | "UserPassword"
            | "PASSWORD"
    )
}

/// Known to the last letter, and no name of where it comes from.
fn is_literal(value: &SiteValue) -> bool {
    value
        .text()
        .is_some_and(|text| text.len() >= 4 && !text.contains(['\u{FFFC}', '$', '{', ' ']))
}
