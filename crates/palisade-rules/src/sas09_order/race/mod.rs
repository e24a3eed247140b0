//! Items of a table that are judged and then written, whatever happened in between.

use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas09-race",
        title: "an item is judged, and then written without a condition",
        sas: &[9],
        cwe: &[367, 362],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.races {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let deed = format!("{name} writes an item that may have changed since it was judged");
        let finding = Draft::at(rule, app, site.write, deed)
            .code(project, entry)
            .hygiene()
            .step(StepKind::Field, site.read, "read here")
            .cut(
                site.write,
                "write with a `ConditionExpression` on what was judged",
            );
        findings.push(finding.done());
    }
}
