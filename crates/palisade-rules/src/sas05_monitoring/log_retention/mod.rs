//! Groups of logs without an end.

use palisade_model::app::{App, Kind, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::How;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::is_written;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-log-retention",
        title: "logs that are kept for ever",
        sas: &[5],
        cwe: &[779],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for group in app.resources.iter().filter(|r| r.kind == Kind::LogGroup) {
            findings.extend(finding(rule, app, group));
        }
    }
}

fn finding(rule: &Rule, app: &App, group: &Resource) -> Option<Finding> {
    // Groups that a tool makes behind the scenes are left alone by everybody.
    if is_written(group, Attribute::RetentionDays) || matches!(group.origin.how, How::Generated(_))
    {
        return None;
    }
    let place = group.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("the logs of {} are kept for ever", group.key.address),
    )
    .hygiene()
    .effect("what was logged by mistake stays, and is paid")
    .cut(place, "set `RetentionInDays`");
    Some(draft.done())
}
