//! Refusals that leave no trace in any log.

use std::collections::BTreeMap;

use palisade_flow::flows::DenialSite;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-silent-refusal",
        title: "refusals leave no trace in the log",
        sas: &[5],
        cwe: &[778],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Other places that are named.
const PLACES_MAX: usize = 20;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let mut apps: BTreeMap<usize, Vec<(usize, &DenialSite)>> = BTreeMap::new();
    for site in &project.flows.code.denials {
        let Some(entry) = project.most_exposed(&site.entries) else {
            continue;
        };
        let declared = project.entries.get(entry).filter(|r| r.function.is_some());
        if let Some(request) = declared {
            apps.entry(request.app).or_default().push((entry, site));
        }
    }
    for sites in apps.values() {
        // Where some refusals are logged, those that are not are somebody's choice.
        if sites.iter().any(|(_, site)| site.is_logged) {
            continue;
        }
        let mut sites = sites.iter();
        let Some((entry, first)) = sites.next() else {
            continue;
        };
        let Some(app) = project.app_of(*entry) else {
            continue;
        };
        let name = project.name_of(*entry);
        let mut draft = Draft::at(
            rule,
            app,
            first.span,
            format!("{name} turns callers away without a word in the log"),
        )
        .code(project, *entry)
        .hygiene()
        .cut(first.span, "log who was turned away, and why");
        for (_, other) in sites.take(PLACES_MAX) {
            draft = draft.also(other.span, "here, too");
        }
        findings.push(draft.done());
    }
}
