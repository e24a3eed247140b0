//! Buckets whose access block the template takes away.

use palisade_model::app::{App, Kind, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, likely};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-access-block-off",
        title: "an access block that is taken away",
        sas: &[3],
        cwe: &[732],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// The members of an access block.
const BLOCKS: [Attribute; 4] = [
    Attribute::RestrictPublicBuckets,
    Attribute::BlockPublicPolicy,
    Attribute::IgnorePublicAcls,
    Attribute::BlockPublicAcls,
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for bucket in app.resources.iter().filter(|r| r.kind == Kind::Bucket) {
            findings.extend(finding(rule, app, bucket));
        }
    }
}

fn finding(rule: &Rule, app: &App, bucket: &Resource) -> Option<Finding> {
    let mut answers = BLOCKS
        .map(|attribute| flag(bucket, attribute, false))
        .into_iter();
    let first = answers.next()?;
    let all = answers.fold(first, |all, next| all.and(next));
    if !likely(&all) {
        return None;
    }
    let places = BLOCKS.iter().filter_map(|a| bucket.settings.flag(*a));
    let place = places.map(|s| s.origin.span).min()?;
    let deed = format!("the access block of {} is off", bucket.key.address);
    let draft = Draft::at(rule, app, place, deed)
        .by(&all)
        .hygiene()
        .effect("one open policy or list is enough")
        .cut(place, "leave the block on");
    Some(draft.done())
}
