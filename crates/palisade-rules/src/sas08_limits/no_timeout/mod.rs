//! HTTP calls that wait without a limit.

use palisade_flow::flows::{CallSite, SiteValue};
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-no-timeout",
        title: "requests that wait without a limit",
        sas: &[8],
        cwe: &[400, 1088],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        if site.is_open() || !site.apis.iter().any(|api| waits(api)) || limits(site) {
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
            format!("{name} waits for an answer without a limit"),
        )
        .code(project, entry)
        .hygiene()
        .cut(site.span, "pass a timeout of a few seconds");
        findings.push(finding.done());
    }
}

/// Calls that wait for ever unless told otherwise (documentation of requests 2, urllib and http.client of Python 3.14,
/// axios 1, Node.js 22; 2026-10).
fn waits(api: &str) -> bool {
    matches!(
        api,
        "requests.get"
            | "requests.post"
            | "requests.put"
            | "requests.patch"
            | "requests.delete"
            | "requests.head"
            | "requests.request"
            | "urllib.request.urlopen"
            | "axios"
            | "axios.get"
            | "axios.post"
            | "axios.put"
            | "axios.patch"
            | "axios.delete"
            | "axios.request"
            | "fetch"
            | "node-fetch"
            | "node-fetch.default"
            | "[urllib3.Pool].request"
            | "[urllib3.Pool].urlopen"
            | "urllib3.request"
    )
}

/// Whether any argument sets a limit.
fn limits(site: &CallSite) -> bool {
    let sets = |value: &SiteValue| match value {
        SiteValue::Record(parts) => parts
            .iter()
            .any(|(key, _)| matches!(key.as_str(), "timeout" | "signal")),
        // Options made elsewhere may hold one.
        SiteValue::Other => true,
        _ => false,
    };
    let is_python = site
        .apis
        .iter()
        .any(|api| !api.starts_with("axios") && !api.contains("fetch"));
    let named = site
        .args
        .iter()
        .any(|a| a.name.as_deref() == Some("timeout"));
    let positional = site.args.iter().filter(|a| a.name.is_none());
    let by_position = site.calls("urllib.request.urlopen") && site.at(2).is_some();
    // The address comes first; what follows are data and options.
    let options = !is_python
        && positional.enumerate().any(|(at, arg)| {
            (at > 0 || matches!(arg.value, SiteValue::Record(_))) && sets(&arg.value)
        });
    named || by_position || options
}
