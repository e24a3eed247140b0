//! Names of a module that the first caller sets for all others.

use std::collections::BTreeSet;

use palisade_flow::taint::watch::FIRST;
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas12-first-caller",
        title: "the first caller decides for all that follow",
        sas: &[12],
        cwe: &[488, 668],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for path in &project.flows.paths {
        let kept = path.callee.strip_prefix(FIRST);
        let Some(kept) = kept.filter(|_| path.grammar == Grammar::Kept) else {
            continue;
        };
        let Some(sent) = Sent::of(project, path).filter(Sent::is_surely_sent) else {
            continue;
        };
        if !told.insert((path.app, path.sink)) {
            continue;
        }
        let field = sent.field();
        let name = project.name_of(path.entry);
        let deed = format!("choose `{kept}` for the next callers of {name} with `{field}`");
        let finding = sent
            .draft(rule, project, deed)
            .effect("it lets one caller act as another")
            .cut(
                path.sink,
                format!("make `{kept}` in each invocation, or keep one for each caller"),
            );
        findings.push(finding.done());
    }
}
