//! The text or trace of an exception in an answer.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas10-verbose-error",
        title: "errors are told to the caller",
        sas: &[10],
        cwe: &[209],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for path in &project.flows.paths {
        let tells = path.grammar == Grammar::Answer && path.origin.event == "code.exception";
        if !tells || path.latent || !project.starter_of(path.entry).is_asked {
            continue;
        }
        let Some(app) = project.app_of(path.entry) else {
            continue;
        };
        let name = project.name_of(path.entry);
        let finding = Draft::at(rule, app, path.sink, format!("read the errors of {name}"))
            .code(project, path.entry)
            .effect("it tells internals")
            .cut(path.sink, "answer with a fixed sentence, and log the error");
        findings.push(finding.done());
    }
}
