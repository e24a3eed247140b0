//! Whole tables read by requests.

use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::Level;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-table-scan",
        title: "requests that read a whole table",
        sas: &[8],
        cwe: &[400, 405],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let limited =
            site.named("Limit").is_some() || site.at(0).is_some_and(|v| v.get("Limit").is_some());
        if site.at_top || limited || !site.apis.iter().any(|api| scans(api)) {
            continue;
        }
        let Some(entry) = project.most_exposed(&site.entries) else {
            continue;
        };
        let starter = project.starter_of(entry);
        if starter.reach.surely <= Level::Schedule {
            continue;
        }
        let Some(app) = project.app_of(entry) else {
            continue;
        };
        let name = project.name_of(entry);
        let finding = Draft::at(rule, app, site.span, format!("{name} reads a whole table"))
            .code(project, entry)
            .hygiene()
            .cut(site.span, "query by a key or an index");
        findings.push(finding.done());
    }
}

fn scans(api: &str) -> bool {
    let typed = api.starts_with("[") && api.contains("dynamodb") && api.ends_with("].scan");
    typed
        || api.ends_with("lib-dynamodb.ScanCommand")
        || api.ends_with("client-dynamodb.ScanCommand")
}
