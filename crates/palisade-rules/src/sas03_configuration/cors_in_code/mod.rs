//! Answers that every website may read.

use palisade_flow::flows::SiteValue;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-cors-in-code",
        title: "answers that every website may read",
        sas: &[3],
        cwe: &[942],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.headers {
        let of = |name: &str| {
            let found = site
                .headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value)
        };
        if of("Access-Control-Allow-Origin").and_then(SiteValue::text) != Some("*") {
            continue;
        }
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let finding = Draft::at(
            rule,
            app,
            site.span,
            format!("{name} lets every website read its answers"),
        )
        .code(project, entry)
        .hygiene()
        .cut(site.span, "name the origins that need it");
        findings.push(finding.done());
    }
}
