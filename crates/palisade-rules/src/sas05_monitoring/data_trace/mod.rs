//! Stages and functions that write whole requests to the log.

use palisade_model::app::{App, FunctionId, NodeId, Resource, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::change::NewValue;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::setting::Setting;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, is_plain, likely};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas05-data-trace",
        title: "whole requests in the log",
        sas: &[5],
        cwe: &[532],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// The variable by which Powertools writes each event to the log (Powertools for AWS Lambda, Logger; read 2026-10).
const LOG_EVENT: &str = "POWERTOOLS_LOGGER_LOG_EVENT";

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (resource_id, resource) in app.resources.enumerate() {
            findings.extend(stage(rule, app, resource_id, resource));
        }
        let mut places = std::collections::BTreeSet::new();
        for (id, function) in app.functions.enumerate() {
            for (_, setting) in function.env.iter().filter(|(name, _)| name == LOG_EVENT) {
                // `Globals` set it for many functions in one place.
                if places.insert(setting.origin.span) {
                    findings.extend(event(rule, app, id, setting));
                }
            }
        }
    }
}

fn stage(rule: &Rule, app: &App, id: ResourceId, resource: &Resource) -> Option<Finding> {
    let answer = flag(resource, Attribute::DataTrace, true);
    if !likely(&answer) {
        return None;
    }
    let place = resource.settings.flag(Attribute::DataTrace)?.origin.span;
    let name = &resource.key.address;
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("{name} writes whole requests and answers to its log"),
    )
    .by(&answer)
    .effect("whoever may read the log reads what users sent and got")
    .cut(
        place,
        "switch it off, and log requests without their bodies",
    );
    if is_plain(resource, Attribute::DataTrace) {
        let off = NewValue::Flag(false);
        draft = draft.set(NodeId::Resource(id), Attribute::DataTrace, off);
    }
    Some(draft.done())
}

fn event(rule: &Rule, app: &App, id: FunctionId, setting: &Setting<Text>) -> Option<Finding> {
    let on = setting.is(|text| {
        let word = text.literal().unwrap_or_default().to_ascii_lowercase();
        matches!(word.as_str(), "true" | "1" | "yes" | "on" | "y" | "t")
    });
    if !likely(&on) {
        return None;
    }
    let place = setting.origin.span;
    let name = app.label(NodeId::Function(id));
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{name} writes each event to its log"),
    )
    .by(&on)
    .hygiene()
    .effect("whoever may read the log reads what users sent")
    .cut(place, "switch it off outside of development");
    Some(draft.done())
}
