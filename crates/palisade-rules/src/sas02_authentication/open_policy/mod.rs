//! A function's policy open to everybody, or a device's policy open to every topic.

use palisade_model::app::{App, Function, FunctionId, Kind, NodeId};
use palisade_model::aside::LooseKind;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::standing::{Stake, Stakes};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-open-policy",
        title: "a policy that lets everybody in",
        sas: &[2],
        cwe: &[732],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (at, app) in project.apps.iter().enumerate() {
        let stakes = Stakes::new(app, project.judges.get(at));
        for (id, function) in app.functions.enumerate() {
            for statement in opening(function) {
                let stake = stakes.of(id);
                findings.push(function_open(rule, app, (id, statement), &stake));
            }
        }
        outside(rule, app, findings);
        for resource in app.resources.iter().filter(|r| r.kind == Kind::Device) {
            findings.extend(device_open(
                rule,
                app,
                &resource.key.address,
                &resource.policy,
            ));
        }
    }
}

/// The statements that let everybody invoke a function.
fn opening(function: &Function) -> impl Iterator<Item = &Statement> {
    function.policy.iter().filter(|s| is_open(s))
}

/// Whether everybody may invoke, whatever they come through.
fn is_open(statement: &Statement) -> bool {
    let invokes = |action: &palisade_model::text::Text| {
        matches!(
            action.literal().map(str::to_ascii_lowercase).as_deref(),
            Some("*" | "lambda:*" | "lambda:invoke*" | "lambda:invokefunction")
        )
    };
    statement.effect == Effect::Allow
        && statement.principals.contains(&Principal::Anyone)
        && !statement.not_principals
        && statement.actions.iter().any(invokes)
        && statement.conditions.is_empty()
}

/// Where the principal is written, or the whole.
pub(crate) fn principal_place(statement: &Statement) -> Span {
    let mut spans = statement.places.principals.iter();
    *spans.next().unwrap_or(&statement.origin.span)
}

fn function_open(
    rule: &Rule,
    app: &App,
    (id, statement): (FunctionId, &Statement),
    stake: &Stake,
) -> Finding {
    let place = principal_place(statement);
    let name = app.label(NodeId::Function(id));
    let words = stake.words();
    let effect = if words.is_empty() {
        "it starts past every check in front of it".to_owned()
    } else {
        words
    };
    // Whoever calls signs the request with some account of the cloud: anybody may have one.
    Draft::at(
        rule,
        app,
        place,
        format!("start {name} directly, from any account of the cloud"),
    )
    .function(app, id)
    .reach(Reach::exactly(Level::OtherAccount))
    .effect(effect)
    .role(stake.role.clone(), stake.data.clone())
    .step(StepKind::Line, place, "every account is meant")
    .cut(place, "name the service with its source, or the account")
    .done()
}

/// Permissions for functions outside the tree.
fn outside(rule: &Rule, app: &App, findings: &mut Vec<Finding>) {
    for loose in &app.aside.loose {
        if loose.kind != LooseKind::Function {
            continue;
        }
        for statement in loose.statements.iter().filter(|s| is_open(s)) {
            let place = principal_place(statement);
            let name = loose.to.first().map(|t| t.words()).unwrap_or_default();
            let deed = format!("start {name} directly, from any account of the cloud");
            findings.push(
                Draft::at(rule, app, place, deed)
                    .reach(Reach::exactly(Level::OtherAccount))
                    .effect("it starts past every check in front of it")
                    .step(StepKind::Line, place, "every account is meant")
                    .cut(place, "name the service with its source, or the account")
                    .done(),
            );
        }
    }
}

/// A policy of devices that lets each of them use every topic.
fn device_open(rule: &Rule, app: &App, name: &str, policy: &[Statement]) -> Option<Finding> {
    let mut wide = policy.iter().filter_map(|statement| {
        let verb = topic_verb(statement)?;
        let any = |text: &palisade_model::text::Text| {
            text.literal()
                .is_some_and(|t| t == "*" || t.ends_with(":*"))
        };
        let at = statement.resources.iter().position(any)?;
        let place = statement.places.resources.get(at);
        Some((verb, *place.unwrap_or(&statement.origin.span)))
    });
    let (verb, place) = wide.next()?;
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("every device with {name} may {verb} every topic"),
    )
    .reach(Reach::exactly(Level::SignedIn))
    .effect("it speaks and listens for all the others")
    .step(StepKind::Line, place, "every topic is meant")
    .cut(place, "limit it to topics of the device's own name");
    for (verb, place) in wide {
        draft = draft.also(place, format!("may {verb} every topic"));
    }
    Some(draft.done())
}

/// What a statement lets devices do with topics; connecting alone speaks to nobody.
fn topic_verb(statement: &Statement) -> Option<&'static str> {
    if statement.effect != Effect::Allow || statement.not_actions || statement.not_resources {
        return None;
    }
    let verb = |action: &palisade_model::text::Text| {
        let action = action.literal()?.to_ascii_lowercase();
        match action.as_str() {
            "*" | "iot:*" => Some("use"),
            "iot:publish" | "iot:publish*" | "iot:retainpublish" => Some("publish to"),
            "iot:subscribe" | "iot:receive" => Some("listen to"),
            _ => None,
        }
    };
    statement.actions.iter().find_map(verb)
}
