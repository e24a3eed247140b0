//! Trails that record no access to objects and no start of functions.

use palisade_model::app::{App, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::is_written;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-trail-without-data",
        title: "a trail that does not see what happens to data",
        sas: &[5],
        cwe: &[778],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for trail in app
            .resources
            .iter()
            .filter(|r| r.type_name == "AWS::CloudTrail::Trail")
        {
            findings.extend(finding(rule, app, trail));
        }
    }
}

fn finding(rule: &Rule, app: &App, trail: &Resource) -> Option<Finding> {
    if is_written(trail, Attribute::DataEvents) || is_written(trail, Attribute::AdvancedEvents) {
        return None;
    }
    let place = trail.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!(
            "the trail {} sees no use of objects or functions",
            trail.key.address
        ),
    )
    .hygiene()
    .cut(place, "add data events of buckets and functions");
    Some(draft.done())
}
