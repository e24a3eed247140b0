//! Refusals that are sent, behind which the work is done all the same.

use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-refusal-goes-on",
        title: "a refusal is sent, and the work is done all the same",
        sas: &[2, 9],
        cwe: &[698, 285],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.refusals {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let deed = format!("have {name} work for them without the right to it");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .effect("it does what it refuses")
            .step(
                StepKind::Line,
                site.span,
                "the refusal is sent here, and the function goes on",
            )
            .step(StepKind::Line, site.then, "this is done all the same")
            .cut(site.span, "return after it");
        findings.push(finding.done());
    }
}
