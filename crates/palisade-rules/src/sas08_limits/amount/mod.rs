//! Work whose amount a caller names.

use std::collections::BTreeSet;

use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sent::Sent;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-amount",
        title: "a caller names the amount of work",
        sas: &[8],
        cwe: &[770, 789, 834],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for path in &project.flows.paths {
        if path.grammar != Grammar::Amount {
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
        let what = match path.callee.as_str() {
            "time.sleep" => "let {} wait as long as",
            "loop" | "range" => "let {} run as many rounds as",
            _ => "let {} reserve as much memory as",
        };
        let deed = format!("{} `{field}` says", what.replace("{}", &name));
        let finding = sent
            .draft(rule, project, deed)
            .effect("it keeps the function busy until it times out")
            .cut(path.sink, "compare the number with a limit first");
        findings.push(finding.done());
    }
}
