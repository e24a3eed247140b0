//! Lists of a module that grow with what callers send.

use std::collections::BTreeSet;

use palisade_flow::taint::watch::LIST;
use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas12-growing-list",
        title: "what callers send stays in a list of the process",
        sas: &[12],
        cwe: &[488, 770],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for path in &project.flows.paths {
        let list = path.callee.strip_prefix(LIST);
        let Some(list) = list.filter(|_| path.grammar == Grammar::Kept) else {
            continue;
        };
        let Some(sent) = Sent::of(project, path).filter(Sent::is_surely_sent) else {
            continue;
        };
        if !told.insert((path.app, path.sink.file, list)) {
            continue;
        }
        let field = sent.field();
        let name = project.name_of(path.entry);
        let deed = format!("leave `{field}` to the next callers of {name}, in `{list}`");
        let finding = sent
            .draft(rule, project, deed)
            .effect("it mixes the data of callers")
            .cut(path.sink, format!("make `{list}` anew in each invocation"));
        findings.push(finding.done());
    }
}
