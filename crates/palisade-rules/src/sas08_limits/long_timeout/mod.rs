//! Functions that strangers start, with the longest timeout there is.

use palisade_model::app::{App, Function, FunctionId, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding};
use palisade_model::reach::{Level, Reach};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::likely;
use crate::sas08_limits::prices;

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-long-timeout",
        title: "an open door to a function that may run for minutes",
        sas: &[8],
        cwe: &[400],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// The longest timeout there is, in seconds (Lambda quotas, read 2026-10).
const LONGEST: f64 = 900.0;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for (id, function) in app.functions.enumerate() {
            findings.extend(finding(rule, app, id, function));
        }
    }
}

fn finding(rule: &Rule, app: &App, id: FunctionId, function: &Function) -> Option<Finding> {
    let open =
        |t: &palisade_model::app::Trigger| t.route.is_some() && t.reach.surely == Level::Stranger;
    if !app.triggers_of(id).any(|(_, t)| open(t)) {
        return None;
    }
    let timeout = function.settings.number(Attribute::Timeout)?;
    let answer = timeout.is(|seconds| *seconds >= LONGEST);
    if !likely(&answer) {
        return None;
    }
    let place = timeout.origin.span;
    let memory = function
        .settings
        .number(Attribute::Memory)
        .and_then(|m| m.known().copied());
    let effect = format!(
        "it costs up to {} an hour",
        prices::hour(memory.unwrap_or(128.0))
    );
    let name = app.label(NodeId::Function(id));
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("keep {name} busy for 15 minutes with one request"),
    )
    .function(app, id)
    .by(&answer)
    .reach(Reach::exactly(Level::Stranger))
    .effect(effect)
    .cut(place, "give it the seconds that it needs");
    Some(draft.done())
}
