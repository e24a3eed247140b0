//! The text or trace of an exception in an answer.

use std::collections::BTreeMap;

use palisade_flow::transfer::Grammar;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::source::Span;

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
    // A helper of many functions is one place.
    let mut places: BTreeMap<Span, Vec<usize>> = BTreeMap::new();
    for path in &project.flows.paths {
        let tells = path.grammar == Grammar::Answer && path.origin.event == "code.exception";
        if tells && !path.latent && project.starter_of(path.entry).is_asked {
            places.entry(path.sink).or_default().push(path.entry);
        }
    }
    for (place, entries) in places {
        let Some((entry, app)) = project.reached_by(&entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let mut draft = Draft::at(rule, app, place, format!("read the errors of {name}"))
            .code(project, entry)
            .effect("it tells internals")
            .cut(place, "answer with a fixed sentence, and log the error");
        if project.starter_of(entry).unknown {
            // Whether anybody outside hears the answer is not known.
            draft = draft.hygiene();
        }
        findings.push(draft.done());
    }
}
