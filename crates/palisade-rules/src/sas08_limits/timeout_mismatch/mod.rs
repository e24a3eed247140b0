//! Queues whose messages come back while the function still works on them.

use palisade_model::app::{App, FunctionId, NodeId, Resource, Trigger};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Confidence, Consequence, Finding, StepKind};
use palisade_model::guard::Guard;
use palisade_model::setting::{Basis, Given, Setting};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas08-timeout-mismatch",
        title: "a queue that hands a message out again too early",
        sas: &[8],
        cwe: &[400],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// How many times the timeout a message should stay hidden (Lambda Developer Guide, Using Lambda with Amazon SQS, read 2026-10).
const TIMES: f64 = 6.0;
/// An integration of an API answers after so many seconds, whatever the function does (API Gateway quotas, read 2026-10:
/// 29 s for REST APIs unless raised, 30 s for HTTP APIs).
const API_SECONDS: f64 = 30.0;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for trigger in app.triggers.iter() {
            findings.extend(of_queue(rule, app, trigger));
        }
        for (id, _) in app.functions.enumerate() {
            findings.extend(of_api(rule, app, id));
        }
    }
}

fn of_queue(rule: &Rule, app: &App, trigger: &Trigger) -> Option<Finding> {
    let NodeId::Resource(queue) = trigger.source? else {
        return None;
    };
    let queue = app.resources.get(queue)?;
    if trigger.event != "aws.sqs" && queue.type_name != "AWS::SQS::Queue" {
        return None;
    }
    let hidden = queue.settings.number(Attribute::VisibilityTimeout)?;
    let function = app.functions.get(trigger.function)?;
    let timeout = function.settings.number(Attribute::Timeout)?;
    let both = queue.exists.and(&function.exists).and(&trigger.exists);
    let (seconds, limit, sure) =
        worst(hidden, timeout, &both, 1.0).or_else(|| worst(hidden, timeout, &both, TIMES))?;
    Some(finding(
        rule,
        app,
        (trigger, queue),
        (hidden, timeout),
        (seconds, limit, sure),
    ))
}

/// The values that clash in some world, and whether they do in each.
fn worst(
    hidden: &Setting<f64>,
    timeout: &Setting<f64>,
    under: &Guard,
    times: f64,
) -> Option<(f64, f64, bool)> {
    let mut clash = None;
    let mut fits = false;
    for (a, seconds) in hidden.values() {
        for (b, limit) in timeout.values() {
            if a.and(&b).and(under).impossible() {
                continue;
            }
            if *seconds < *limit * times {
                clash = clash.or(Some((*seconds, *limit)));
            } else {
                fits = true;
            }
        }
    }
    let firm =
        |s: &Setting<f64>| matches!(s.given, Given::Known(_, Basis::Written | Basis::Platform));
    clash.map(|(seconds, limit)| (seconds, limit, !fits && firm(hidden) && firm(timeout)))
}

fn finding(
    rule: &Rule,
    app: &App,
    (trigger, queue): (&Trigger, &Resource),
    (hidden, timeout): (&Setting<f64>, &Setting<f64>),
    (seconds, limit, sure): (f64, f64, bool),
) -> Finding {
    let name = app.label(NodeId::Function(trigger.function));
    let place: Span = hidden.origin.span;
    let short = seconds < limit;
    let deed = if short {
        format!(
            "{} shows a message again after {seconds} s, {name} works up to {limit} s",
            queue.key.address
        )
    } else {
        format!(
            "{} hides a message for {seconds} s, less than six times the {limit} s of {name}",
            queue.key.address
        )
    };
    let deed = if deed.chars().count() > 90 {
        format!("a message comes back after {seconds} s, the function works up to {limit} s")
    } else {
        deed
    };
    let mut draft = Draft::at(rule, app, place, deed)
        .function(app, trigger.function)
        .consequence(if short {
            Consequence::Misuses
        } else {
            Consequence::Untidy
        })
        .effect("the same work is done twice, and paid twice")
        .step(
            StepKind::Line,
            place,
            format!("visible again after {seconds} s"),
        )
        .cut(
            place,
            format!("hide it for {} s, six times the timeout", limit * TIMES),
        );
    if timeout.origin.span != place {
        draft = draft.step(
            StepKind::Data,
            timeout.origin.span,
            format!("{limit} s allowed for the work"),
        );
    }
    if !sure {
        draft = draft.confidence(Confidence::Likely);
    }
    draft.done()
}

/// A function that only an API starts works on after the caller was told that it failed.
fn of_api(rule: &Rule, app: &App, id: FunctionId) -> Option<Finding> {
    let timeout = app.functions.get(id)?.settings.number(Attribute::Timeout)?;
    let mut triggers = app.triggers_of(id).map(|(_, t)| t).peekable();
    triggers.peek()?;
    let api = |t: &Trigger| {
        t.route.is_some()
            && !matches!(
                t.event,
                "aws.function-url" | "aws.alb" | "aws.api-gateway-websocket"
            )
    };
    if !triggers.all(api) || !timeout.is(|s| *s > API_SECONDS).surely() {
        return None;
    }
    let place = timeout.origin.span;
    let name = app.label(NodeId::Function(id));
    let draft = Draft::at(
        rule,
        app,
        place,
        format!("{name} may work on after its API has given up"),
    )
    .function(app, id)
    .consequence(Consequence::Untidy)
    .effect("callers try again, and each try is paid")
    .cut(
        place,
        "end before the API does, or answer at once and work behind a queue",
    );
    Some(draft.done())
}
