//! Threads and timers that go on when the answer is given.

use palisade_flow::flows::CallSite;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas12-left-running",
        title: "work goes on when the answer is given",
        sas: &[12, 9],
        cwe: &[404, 662],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let calls = &project.flows.code.calls;
    for site in calls.iter().filter(|site| !site.at_top && starts(site)) {
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let mut beside = calls.iter().filter(|other| other.entries.contains(&entry));
        if beside.any(|other| waits(other) || is_kept_alive(other)) {
            continue;
        }
        let name = project.name_of(entry);
        let deed = format!("{name} answers while work it began still runs");
        let finding = Draft::at(rule, app, site.span, deed)
            .code(project, entry)
            .hygiene()
            .cut(
                site.span,
                "wait for it before the function answers, or hand it to a queue",
            );
        findings.push(finding.done());
    }
}

/// Whether a call is of a core of Greengrass, whose functions run for ever.
fn is_kept_alive(site: &CallSite) -> bool {
    site.apis.iter().any(|api| api.starts_with("greengrass"))
}

/// Whether a call begins work that nobody waits for by itself.
fn starts(site: &CallSite) -> bool {
    site.apis.iter().any(|api| {
        matches!(
            api.as_str(),
            "threading.Thread().start"
                | "threading.Timer().start"
                | "multiprocessing.Process().start"
                | "setInterval"
                | "_thread.start_new_thread"
        )
    })
}

/// Whether a call waits for, or ends, such work.
fn waits(site: &CallSite) -> bool {
    site.apis.iter().any(|api| {
        let name = api.rsplit('.').next().unwrap_or_default();
        matches!(
            name,
            "join" | "is_alive" | "cancel" | "terminate" | "clearInterval" | "unref" | "wait"
        ) && !api.contains("path")
    })
}
