//! A client call whose promise is dropped.

use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas09-unawaited-call",
        title: "a call that nobody waits for",
        sas: &[9, 10],
        cwe: &[662, 252],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        // A callback as last argument is waited for by the event loop of handlers that take one.
        let sends =
            |api: &String| api.starts_with('[') && api.contains("aws.") && api.ends_with(".send");
        if site.used || site.at_top || site.args.len() != 1 || !site.apis.iter().any(sends) {
            continue;
        }
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let deed = format!("the work of {name} may be lost: nobody waits for this call");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .effect("it leaves work undone")
            .consequence(Consequence::Weakens)
            .cut(site.span, "await it");
        findings.push(finding.done());
    }
    for site in &project.flows.code.lost {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let deed = format!("the work of {name} may be lost: it answers before this callback runs");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .effect("it leaves work undone")
            .consequence(Consequence::Weakens)
            .cut(site.span, "await a promise instead of the callback");
        findings.push(finding.done());
    }
}
