//! Applications with functions and no alarm.

use palisade_model::app::App;
use palisade_model::finding::{Consequence, Finding};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-no-alarm",
        title: "no alarm on errors",
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
        findings.extend(finding(rule, app));
    }
}

/// One note an application: most have their alarms elsewhere.
fn finding(rule: &Rule, app: &App) -> Option<Finding> {
    let declared = app.stacks.iter().any(|stack| stack.format != "settings");
    let alarmed = app.resources.iter().any(|r| {
        matches!(
            r.type_name.as_str(),
            "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm"
        )
    });
    let first = app
        .functions
        .iter()
        .next()
        .filter(|_| declared && !alarmed)?;
    let place = first.origin.span;
    let draft = Draft::at(
        rule,
        app,
        place,
        "no alarm tells of errors and throttled calls",
    )
    .effect("an attack that fails is not seen")
    .cut(place, "add alarms on Errors and Throttles");
    Some(draft.done())
}
