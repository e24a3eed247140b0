//! Calls of things that cannot be called.

use palisade_model::finding::{Consequence, Finding, StepKind};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas10-not-callable",
        title: "calls of what cannot be called",
        sas: &[10],
        cwe: &[758],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Values of libraries that are no functions, and what is meant. Sources: documentation of Python 3.14 and Node.js 24, 2026-11.
const VALUES: [(&str, &str); 3] = [
    ("os.environ", "os.environ[\"NAME\"]"),
    ("sys.argv", "sys.argv[n]"),
    ("process.env", "process.env.NAME"),
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let mut values = VALUES.iter();
        let [only] = site.apis.as_slice() else {
            continue;
        };
        let Some((value, meant)) = values.find(|(value, _)| value == only) else {
            continue;
        };
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let finding = Draft::at(
            rule,
            app,
            site.span,
            format!("{value} is called and is no function"),
        )
        .code(project, entry)
        .hygiene()
        .effect("it fails each time")
        .step(StepKind::Line, site.span, "fails with an error of type")
        .cut(site.span, format!("write {meant}"));
        findings.push(finding.done());
    }
}
