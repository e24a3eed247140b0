//! Secrets compared in a time that tells how much of them is right.

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
        id: "sas02-compared-secret",
        title: "a secret is compared in a time that tells how much of it is right",
        sas: &[2],
        cwe: &[208],
        consequence: Consequence::Untidy,
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
        if !told.insert((path.app, path.sink)) {
            continue;
        }
        let name = project.name_of(path.entry);
        let deed = format!("{name} compares a secret character by character");
        let finding = sent.draft(rule, project, deed).hygiene().cut(
            path.sink,
            "compare with `hmac.compare_digest` or `crypto.timingSafeEqual`",
        );
        findings.push(finding.done());
    }
}
