//! Answers that hold the whole event.

use std::collections::BTreeSet;

use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas10-event-echoed",
        title: "answers hold the whole event",
        sas: &[10],
        cwe: &[201, 200],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for path in project
        .flows
        .paths
        .iter()
        .filter(|p| p.grammar == Grammar::Echo)
    {
        let Some(sent) = Sent::of(project, path) else {
            continue;
        };
        let starter = project.starter_of(path.entry);
        if starter.unknown || !starter.is_asked || !told.insert((path.app, path.sink)) {
            continue;
        }
        let name = project.name_of(path.entry);
        let deed = format!("read all that {name} knows of their request");
        let finding = sent
            .draft(rule, project, deed)
            .hygiene()
            .cut(path.sink, "answer with what the caller asked for");
        findings.push(finding.done());
    }
}
