//! A function URL, route or listener without any authorizer.

use std::collections::BTreeMap;

use palisade_model::app::{App, FunctionId, NodeId, Trigger};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::reach::{Auth, Level};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-unauthenticated-endpoint",
        title: "an endpoint that asks nobody to sign in",
        sas: &[2],
        cwe: &[306],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        let mut open: BTreeMap<FunctionId, Vec<&Trigger>> = BTreeMap::new();
        for trigger in app.triggers.iter().filter(|t| is_open(t)) {
            open.entry(trigger.function).or_default().push(trigger);
        }
        for (function, triggers) in open {
            findings.extend(finding(rule, app, function, &triggers));
        }
    }
}

/// Whether strangers come in through a door of HTTP that nobody guards.
fn is_open(trigger: &Trigger) -> bool {
    trigger.route.is_some()
        && trigger.reach.surely == Level::Stranger
        && trigger.wired.possibly()
        && trigger.doors.iter().any(|d| d.auth == Auth::None)
}

/// One finding a function: its open routes have one cause.
fn finding(
    rule: &Rule,
    app: &App,
    function: FunctionId,
    triggers: &[&Trigger],
) -> Option<Finding> {
    let (first, rest) = triggers.split_first()?;
    let name = app.label(NodeId::Function(function));
    let place = |t: &Trigger| t.doors.first().map_or(t.origin.span, |d| d.origin.span);
    let mut draft = Draft::at(rule, app, place(first), format!("start {name} without signing in"))
        .function(app, function)
        .reach(first.reach.clone())
        .effect("it does for everybody what it does")
        .step(StepKind::Line, place(first), "nobody is asked to sign in here")
        .cut(place(first), "attach an authorizer");
    for other in rest {
        draft = draft.also(place(other), "open as well");
    }
    Some(draft.done())
}
