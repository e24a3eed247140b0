//! Variables of the environment set to what a caller sends.

use std::collections::BTreeSet;

use palisade_flow::taint::watch::ENVIRONMENT;
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas12-environment",
        title: "what a caller sends becomes the environment of the process",
        sas: &[12, 3],
        cwe: &[15, 488],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for path in &project.flows.paths {
        if path.grammar != Grammar::Kept || path.callee != ENVIRONMENT {
            continue;
        }
        let Some(sent) = Sent::of(project, path).filter(Sent::is_surely_sent) else {
            continue;
        };
        if !told.insert((path.app, path.sink)) {
            continue;
        }
        let field = sent.field();
        let name = project.name_of(path.entry);
        let deed = format!("set the environment of {name} for later callers with `{field}`");
        let finding = sent
            .draft(rule, project, deed)
            .effect("it changes what later callers get")
            .cut(path.sink, "hand it on as an argument");
        findings.push(finding.done());
    }
}
