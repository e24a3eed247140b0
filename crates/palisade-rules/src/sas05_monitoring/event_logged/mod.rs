//! Whole events, credentials and data of persons in a log.

use palisade_events::Step;
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-event-logged",
        title: "whole events in the log",
        sas: &[5, 7],
        cwe: &[532],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for path in &project.flows.paths {
        if path.grammar != Grammar::Telling || path.origin.is_made() || path.latent {
            continue;
        }
        let Some(what) = tells(&path.origin.field) else {
            continue;
        };
        let Some(app) = project.app_of(path.entry) else {
            continue;
        };
        let name = project.name_of(path.entry);
        let finding = Draft::at(rule, app, path.sink, format!("{name} logs {what}"))
            .code(project, path.entry)
            .hygiene()
            .cut(path.sink, "log an id instead");
        findings.push(finding.done());
    }
}

/// What a field of the event tells, if it is too much.
fn tells(field: &[Step]) -> Option<String> {
    let keys = field.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        _ => None,
    });
    let keys: Vec<&str> = keys.collect();
    match keys.as_slice() {
        [] | ["Records"] => Some("whole events".to_owned()),
        ["body" | "headers" | "multiValueHeaders"] => {
            Some(format!("`{}` of every request", keys.join(".")))
        }
        [.., last] if is_private(last) => Some(format!("`{last}`")),
        _ => None,
    }
}

/// Whether a key names a credential or data of a person that no log needs.
fn is_private(key: &str) -> bool {
    let key: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    PRIVATE.iter().any(|word| key.contains(word)) && !PUBLIC.iter().any(|word| key.contains(word))
}

/// Words of credentials and of data of payment.
const PRIVATE: [&str; 16] = [
    "password",
    "passwd",
    "secret",
    "authorization",
    "apikey",
    "accesskey",
    "privatekey",
    "cardnumber",
    "creditcard",
    "cvv",
    "cvc",
    "ccn",
    "ssn",
    "iban",
    "pincode",
    "sessiontoken",
];
/// Words that only speak of one.
const PUBLIC: [&str; 5] = ["id", "name", "count", "type", "expiry"];
