//! Sleeping while billed.

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-sleep",
        title: "a function that sleeps is paid for sleeping",
        sas: &[8],
        cwe: &[400],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        if site.at_top || site.in_catch || !site.calls("time.sleep") || !is_long(site) {
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
            format!("{name} sleeps while it is billed"),
        )
        .code(project, entry)
        .hygiene()
        .cut(site.span, "let a workflow or a queue wait");
        findings.push(finding.done());
    }
}

/// A second or more; what is computed may be anything.
fn is_long(site: &CallSite) -> bool {
    match site.at(0) {
        Some(SiteValue::Number(number)) => number.parse().is_ok_and(|seconds: f64| seconds >= 1.0),
        Some(SiteValue::Other) => !site.in_loop,
        _ => false,
    }
}
