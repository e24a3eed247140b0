//! Databases whose automatic backups are switched off.

use palisade_model::app::{App, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::likely;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-no-backup",
        title: "databases without backups",
        sas: &[3],
        cwe: &[693],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for database in app.resources.iter() {
            findings.extend(finding(rule, app, database));
        }
    }
}

fn finding(rule: &Rule, app: &App, database: &Resource) -> Option<Finding> {
    let days = database.settings.number(Attribute::BackupDays)?;
    let answer = days.is(|days| *days < 1.0);
    if !likely(&answer) {
        return None;
    }
    let place = days.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{} keeps no backups", database.key.address),
    )
    .by(&answer)
    .hygiene()
    .effect("what somebody deletes is gone")
    .cut(place, "keep backups for some days");
    Some(draft.done())
}
