//! The body of a request parsed where a failure ends the invocation.

use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas10-unguarded-parse",
        title: "a malformed request ends in an unhandled error",
        sas: &[10],
        cwe: &[248, 20],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let parses = site.calls("json.loads") || site.calls("JSON.parse");
        if !parses || site.guarded || site.in_catch || site.at_top {
            continue;
        }
        // Only in the handler itself: who calls a helper may guard it.
        let own = |entry: &&usize| {
            let export = project
                .entries
                .get(**entry)
                .map_or("", |r| r.export.as_str());
            export.rsplit('.').next() == Some(site.function.as_str())
                || site.entries.len() == 1 && site.function == "<lambda>"
        };
        let entries: Vec<usize> = site.entries.iter().filter(own).copied().collect();
        let Some(entry) = project.most_exposed(&entries) else {
            continue;
        };
        let starter = project.starter_of(entry);
        let Some(app) = project
            .app_of(entry)
            .filter(|_| starter.is_asked && !starter.unknown)
        else {
            continue;
        };
        let name = project.name_of(entry);
        let finding = Draft::at(
            rule,
            app,
            site.span,
            format!("{name} fails at a malformed body"),
        )
        .code(project, entry)
        .hygiene()
        .cut(site.span, "parse inside `try`, and answer 400");
        findings.push(finding.done());
    }
}
