//! Signed upload forms without conditions.

use palisade_flow::flows::SiteValue;
use palisade_model::finding::{Confidence, Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-open-upload",
        title: "an upload form that sets no conditions",
        sas: &[2, 3],
        cwe: &[434, 770],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let signs = |api: &String| {
            api.ends_with(".generate_presigned_post") || api.ends_with("createPresignedPost")
        };
        let limited = site.named("Conditions").is_some()
            || site.at(3).is_some()
            || site
                .args
                .iter()
                .any(|arg| arg.value.get("Conditions").is_some());
        let written = site.args.iter().all(|arg| !arg.spread)
            && (site.apis.iter().any(|api| api.ends_with("_post"))
                || site
                    .args
                    .iter()
                    .any(|arg| matches!(arg.value, SiteValue::Record(_))));
        if limited || !written || !site.apis.iter().any(signs) {
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
            format!("upload files of any size and type with a form of {name}"),
        )
        .code(project, entry)
        .effect("it fills the bucket with what it likes")
        .confidence(Confidence::Likely)
        .cut(site.span, "set conditions on size and type");
        findings.push(finding.done());
    }
}
