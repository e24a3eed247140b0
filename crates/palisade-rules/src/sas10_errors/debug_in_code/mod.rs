//! Frameworks that show callers what went wrong.

use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas10-debug-in-code",
        title: "a framework shows what went wrong",
        sas: &[10, 3],
        cwe: &[489, 209],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.debugs {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        if !project.starter_of(entry).is_asked {
            continue;
        }
        let name = project.name_of(entry);
        let deed = format!(
            "read the stack traces of {name}: {} runs in debug mode",
            site.framework
        );
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .effect("it tells internals")
            .cut(
                site.span,
                "leave debug mode off, or take it from a variable of the test stage",
            );
        findings.push(finding.done());
    }
}
