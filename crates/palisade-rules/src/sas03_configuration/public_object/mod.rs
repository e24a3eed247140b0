//! Objects written for everybody to read.

use palisade_flow::flows::SiteValue;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::{Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-public-object",
        title: "objects written for everybody to read",
        sas: &[3],
        cwe: &[732],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for site in &project.flows.code.calls {
        let lists = site.args.iter().filter_map(|arg| {
            let value = match arg.name.as_deref() {
                Some("ACL") => Some(&arg.value),
                Some("ExtraArgs") | None => arg.value.get("ACL"),
                Some(_) => None,
            };
            value.and_then(SiteValue::text)
        });
        let Some(list) = lists
            .into_iter()
            .find(|list| list.starts_with("public-read"))
        else {
            continue;
        };
        let Some((entry, app)) = project.reached_by(&site.entries) else {
            continue;
        };
        let name = project.name_of(entry);
        let verb = if list == "public-read" {
            "read"
        } else {
            "read and overwrite"
        };
        // Whoever starts the function, everybody reads what it wrote.
        let finding = Draft::at(rule, app, site.span, format!("{verb} what {name} writes"))
            .code(project, entry)
            .reach(Reach::exactly(Level::Stranger))
            .known()
            .effect("it is on the internet")
            .cut(site.span, "leave the access list away");
        findings.push(finding.done());
    }
}
