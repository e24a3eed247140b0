//! Loops over the pages of an answer that ask for the first page each time.

use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-same-page",
        title: "a loop that reads the same page for ever",
        sas: &[8, 9],
        cwe: &[835],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.pages {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let deed = format!("a loop of {name} reads the same page until it times out");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .effect("it is paid for until it times out, and never gets further")
            .cut(
                site.span,
                format!("hand on the key of the next page as `{}`", site.missing),
            );
        findings.push(finding.done());
    }
}
