//! Secrets that callers send in the address of a request.

use std::collections::BTreeSet;

use palisade_flow::taint::watch::SECRET;
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-secret-in-address",
        title: "a secret is sent in the address",
        sas: &[2],
        cwe: &[598],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for path in &project.flows.paths {
        if path.grammar != Grammar::Decision || path.callee != SECRET {
            continue;
        }
        let Some(sent) = Sent::of(project, path) else {
            continue;
        };
        let keys = sent.keys();
        let in_address = matches!(
            keys.first(),
            Some(&("queryStringParameters" | "multiValueQueryStringParameters" | "pathParameters"))
        );
        if !in_address || !told.insert((path.app, path.sink)) {
            continue;
        }
        let field = sent.field();
        let name = project.name_of(path.entry);
        let deed = format!("the secret of {name} comes in the address, as `{field}`");
        let finding = sent
            .draft(rule, project, deed)
            .effect("it lets whoever reads a log in")
            .cut(path.sink, "take it from a header");
        findings.push(finding.done());
    }
}
