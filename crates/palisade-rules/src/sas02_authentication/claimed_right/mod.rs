//! Rights that the caller claims and nobody checks.

use std::collections::BTreeSet;

use palisade_flow::flows::{FlowPath, PathStepKind};
use palisade_flow::taint::watch::{IDENTITY, RIGHT, TRUTH};
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Confidence, Consequence, Finding};

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-claimed-right",
        title: "a right that the caller claims is believed",
        sas: &[2],
        cwe: &[639, 807, 290],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for path in &project.flows.paths {
        let claims = matches!(path.callee.as_str(), IDENTITY | RIGHT | TRUTH);
        if path.grammar != Grammar::Decision || !claims || !is_untouched(path) {
            continue;
        }
        let Some(sent) = Sent::of(project, path).filter(is_request) else {
            continue;
        };
        if !told.insert((path.app, path.sink)) {
            continue;
        }
        if path.callee == IDENTITY && signs_in(project, path.entry) {
            continue;
        }
        let field = sent.field();
        let name = project.name_of(path.entry);
        let deed = format!("be whoever `{field}` says in {name}");
        let finding = sent
            .draft(rule, project, deed)
            .confidence(Confidence::Likely)
            .effect("it takes rights by claiming them")
            .cut(
                path.sink,
                "take the right from a verified token, or from the caller's own record",
            );
        findings.push(finding.done());
    }
}

/// Whether the code asks for a proof of who somebody is: a password, a signature.
fn signs_in(project: &Project<'_>, entry: usize) -> bool {
    let calls = project.flows.code.calls.iter();
    let mut own = calls.filter(|site| site.entries.contains(&entry));
    own.any(|site| {
        site.apis.iter().any(|api| {
            let name = api
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            let words = [
                "verify",
                "compare",
                "checkpw",
                "check_password",
                "hash",
                "pbkdf2",
                "scrypt",
                "decode",
                "auth",
            ];
            words.iter().any(|word| name.contains(word))
        })
    })
}

/// Whether the value came as it was sent: what a verified token says went through other calls.
fn is_untouched(path: &FlowPath) -> bool {
    path.opaque == 0
        && path.crossings.is_empty()
        && path.steps.iter().all(|step| {
            let reads = [
                "json",
                "JSON",
                "get",
                "loads",
                "parse",
                "lower",
                "toLowerCase",
                "str",
                "String",
                "trim",
                "strip",
            ];
            match step.kind {
                PathStepKind::Library | PathStepKind::Decode => {
                    let name = step.note.rsplit('.').next().unwrap_or_default();
                    reads.contains(&name)
                }
                _ => true,
            }
        })
}

/// Whether the field is one that the client of a request writes, not the gateway.
fn is_request(sent: &Sent<'_>) -> bool {
    let keys = sent.keys();
    let first = keys.first().copied().unwrap_or_default();
    matches!(
        first,
        "body"
            | "queryStringParameters"
            | "multiValueQueryStringParameters"
            | "headers"
            | "multiValueHeaders"
            | "cookies"
    )
}
