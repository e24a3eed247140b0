//! Policies of devices that let each of them speak for the others, and rules that listen to every topic.

use palisade_model::app::{App, Kind, Resource, Trigger};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::{Effect, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::Span;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-wide-device-policy",
        title: "a device that may speak for all others",
        sas: &[2, 4],
        cwe: &[284, 346],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Kinds of resources in the policies of devices (AWS IoT Core guide, policy resources, read 2026-10).
const KINDS: &[&str] = &["topic/", "topicfilter/", "client/"];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for policy in app.resources.iter().filter(|r| r.kind == Kind::Device) {
            findings.extend(wide(rule, app, policy));
        }
        for trigger in app.triggers.iter() {
            if trigger.event == "aws.iot-rule" && listens_to_all(trigger) {
                findings.push(all_topics(rule, app, trigger));
            }
        }
    }
}

const CONNECT: &str = "come in under the name of any other";

/// What a statement gives for everything, and where that is written.
fn given(statement: &Statement) -> Option<(&'static str, Span)> {
    // Each condition of a device's policy ties it to the thing.
    if statement.effect != Effect::Allow
        || statement.not_actions
        || statement.not_resources
        || !statement.conditions.is_empty()
    {
        return None;
    }
    let at = statement.resources.iter().position(all_of_kind)?;
    let place = statement.places.resources.get(at).copied();
    let has = |verb: &str| {
        statement.actions.iter().any(|action| {
            action.literal().is_some_and(|action| {
                let action = action.to_ascii_lowercase();
                action == "*" || action == "iot:*" || action == format!("iot:{verb}")
            })
        })
    };
    let what = match (has("publish"), has("subscribe") || has("receive")) {
        (true, true) => "publish to every topic and listen to all of them",
        (true, false) => "publish to every topic",
        (false, true) => "listen to every topic",
        (false, false) if has("connect") => CONNECT,
        _ => return None,
    };
    Some((what, place.unwrap_or(statement.origin.span)))
}

/// Whether a resource stands for all topics or clients.
fn all_of_kind(resource: &Text) -> bool {
    let words = resource.words();
    let tail = |kind: &&str| words.split_once(*kind).map(|(_, rest)| rest);
    // `#` is a filter for all topics; elsewhere it is a letter like others (IoT guide, policy variables, 2026-11).
    words == "*"
        || KINDS.iter().filter_map(tail).any(|rest| rest == "*")
        || words.ends_with("topicfilter/#")
}

fn wide(rule: &Rule, app: &App, policy: &Resource) -> Option<Finding> {
    let mut all = policy.policy.iter().filter_map(given);
    let (what, place) = all.next()?;
    // Who only comes in under another's name puts that one out, and says nothing for it.
    let consequence = match what {
        CONNECT => Consequence::Weakens,
        _ => rule.meta.consequence,
    };
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("{} lets each device {what}", policy.key.address),
    )
    .reach(Reach::exactly(Level::SignedIn))
    .consequence(consequence)
    .effect("one stolen certificate speaks for the whole fleet")
    .step(StepKind::Line, place, "it names no thing")
    .cut(
        place,
        "end it with the thing: `${iot:Connection.Thing.ThingName}`",
    );
    for (what, span) in all.filter(|(_, span)| *span != place) {
        draft = draft.also(span, format!("{what} as well"));
    }
    Some(draft.done())
}

/// Whether a rule takes the messages of every topic.
fn listens_to_all(trigger: &Trigger) -> bool {
    trigger.filter.events.iter().any(|sql| {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let from = words.iter().position(|w| w.eq_ignore_ascii_case("from"));
        let topic = from.and_then(|at| words.get(at + 1));
        // What it asks of a message is a limit as well.
        topic.is_some_and(|topic| topic.trim_matches(['\'', '"']) == "#")
            && !words.iter().any(|w| w.eq_ignore_ascii_case("where"))
    })
}

fn all_topics(rule: &Rule, app: &App, trigger: &Trigger) -> Finding {
    let place = trigger.origin.span;
    let name = app.label(palisade_model::app::NodeId::Function(trigger.function));
    Draft::at(
        rule,
        app,
        place,
        format!("every message of every device starts {name}"),
    )
    .function(app, trigger.function)
    .consequence(Consequence::Weakens)
    .effect("whoever may publish anywhere decides what it reads")
    .step(StepKind::Line, place, "the rule takes from `#`")
    .cut(place, "name the topics that it is for")
    .done()
}
