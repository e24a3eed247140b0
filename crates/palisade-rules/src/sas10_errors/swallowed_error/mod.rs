//! A handler of exceptions that does nothing.

use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas10-swallowed-error",
        title: "errors are caught and forgotten",
        sas: &[10, 5],
        cwe: &[390, 778],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.catches {
        // Where nothing outside is asked there is nothing to know: `int(x)`, a key of a map.
        let matters = site.tried.iter().any(|call| !IDLE.contains(&call.as_str()));
        // An answer of its own tells the caller at least.
        let answers = site.looks || site.throws || site.returns;
        let quiet = site.broad && !answers && !site.calls.iter().any(|c| tells(c));
        if !(site.empty && site.broad || quiet) || !matters {
            continue;
        }
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let deed = format!("{} goes on as if nothing had failed", site.function);
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .hygiene()
            .cut(site.span, "log it, or catch only what is expected");
        findings.push(finding.done());
    }
}

/// Whether a call, by its name, tells somebody of a failure.
fn tells(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = [
        "log",
        "print",
        "warn",
        "error",
        "exception",
        "critical",
        "info",
        "debug",
        "fail",
        "capture",
        "notify",
        "alert",
        "metric",
        "reject",
    ];
    words.iter().any(|word| name.contains(word))
}

/// Calls whose failure is an answer.
const IDLE: [&str; 14] = [
    "", "int", "float", "str", "get", "loads", "parse", "index", "remove", "unlink", "close",
    "split", "decode", "join",
];
