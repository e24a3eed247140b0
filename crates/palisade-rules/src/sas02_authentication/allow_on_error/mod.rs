//! Authorizers that let everybody in where something fails.

use palisade_model::finding::{Confidence, Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-allow-on-error",
        title: "an authorizer lets in whoever makes it fail",
        sas: &[2, 10],
        cwe: &[280, 636],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in project.flows.code.catches.iter().filter(|site| site.allows) {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let deed = format!("pass {name} with a token that makes it fail");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .confidence(Confidence::Likely)
            .effect("it gets past the sign-in")
            .cut(site.span, "deny where something fails");
        findings.push(finding.done());
    }
}
