//! Stores that others may write and that start a function, and skills of anybody.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{App, FunctionId, Kind, NodeId, Trigger};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::{Principal, Statement};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::Span;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas04_permissions::worth::flat;
use crate::standing::{Stake, Stakes};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-rogue-entry",
        title: "a store that others may write, and that starts a function",
        sas: &[2],
        cwe: &[732, 441],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for (at, app) in project.apps.iter().enumerate() {
        let open = open_places(app);
        let mut causes: BTreeMap<Span, Vec<&Trigger>> = BTreeMap::new();
        for trigger in app.triggers.iter().filter(|t| by_store(app, t)) {
            let named = trigger.reach.because.iter().map(|(origin, _)| origin.span);
            if let Some(place) = named.into_iter().find(|span| open.contains(span)) {
                causes.entry(place).or_default().push(trigger);
            }
        }
        let stakes = Stakes::new(app, project.judges.get(at));
        let stake = |function: FunctionId| stakes.of(function);
        for (place, triggers) in causes {
            findings.extend(finding(rule, app, place, &triggers, stake));
        }
        for trigger in app.triggers.iter().filter(|t| is_skill_of_anybody(app, t)) {
            findings.push(skill(rule, app, trigger, &stake(trigger.function)));
        }
    }
}

/// Whether what arrives through a store comes from outside, surely.
fn by_store(app: &App, trigger: &Trigger) -> bool {
    let kind = match trigger.source {
        Some(NodeId::Resource(id)) => app.resources.get(id).map(|r| r.kind),
        _ => None,
    };
    let store = matches!(
        kind,
        Some(
            Kind::Bucket
                | Kind::Queue
                | Kind::Topic
                | Kind::Table
                | Kind::Stream
                | Kind::Bus
                | Kind::EventRule
                | Kind::LogGroup
                | Kind::Workflow
        )
    );
    store && trigger.wired.possibly() && trigger.reach.surely >= Level::OtherAccount
}

/// Where policies and access lists of stores let somebody in who is not named.
fn open_places(app: &App) -> BTreeSet<Span> {
    let mut places = BTreeSet::new();
    for resource in app.resources.iter() {
        for statement in resource.policy.iter().filter(|s| !names_whom(s)) {
            places.extend(statement.places.principals.first());
            places.insert(statement.origin.span);
        }
        let list = resource.settings.text(Attribute::AccessControl);
        places.extend(list.map(|setting| setting.origin.span));
    }
    places
}

/// Whether a statement names the accounts it lets in: they are meant.
fn names_whom(statement: &Statement) -> bool {
    let named = |principal: &Principal| match principal {
        Principal::Aws(text) => text.literal() != Some("*"),
        Principal::Canonical(_) => true,
        _ => false,
    };
    !statement.not_principals && statement.principals.iter().all(named)
        || statement.conditions.iter().any(|test| {
            let key = test.key.to_ascii_lowercase();
            let known = |text: &palisade_model::text::Text| !text.words().contains('*');
            (key == "aws:sourceaccount"
                || key == "aws:principalaccount"
                || key == "aws:sourceowner")
                && test.values.iter().all(known)
                || key == "aws:sourcearn" && test.values.iter().all(names_account)
        })
}

/// Whether an ARN holds an account.
fn names_account(text: &palisade_model::text::Text) -> bool {
    let words = flat(text);
    let account = words.split(':').nth(4).unwrap_or_default();
    !account.is_empty() && !account.contains('*')
}

fn finding(
    rule: &Rule,
    app: &App,
    place: Span,
    triggers: &[&Trigger],
    stake: impl Fn(FunctionId) -> Stake,
) -> Option<Finding> {
    let first = triggers.iter().max_by_key(|t| t.reach.surely)?;
    let name = app.label(NodeId::Function(first.function));
    let store = first.source.map(|node| app.label(node)).unwrap_or_default();
    let stake = stake(first.function);
    let words = stake.words();
    let mut draft = Draft::at(
        rule,
        app,
        place,
        format!("start {name} by writing to {store}"),
    )
    .function(app, first.function)
    .reach(first.reach.clone())
    .consequence(if stake.everything {
        Consequence::TakesData
    } else {
        Consequence::Misuses
    })
    .effect(if words.is_empty() {
        "it chooses all that the function gets".to_owned()
    } else {
        words
    })
    .role(stake.role, stake.data)
    .step(StepKind::Line, place, "whoever comes is let in here")
    .step(
        StepKind::Entry,
        first.origin.span,
        "what is written starts the function",
    )
    .cut(
        place,
        "let the application's own roles write, or name source and account",
    );
    for other in triggers {
        if other.function != first.function {
            let name = app.label(NodeId::Function(other.function));
            draft = draft.step(
                StepKind::Entry,
                other.origin.span,
                format!("starts {name} as well"),
            );
        }
    }
    Some(draft.done())
}

/// Whether a function serves skills of any developer.
fn is_skill_of_anybody(app: &App, trigger: &Trigger) -> bool {
    if trigger.event != "aws.alexa" && trigger.event != "aws.alexa-smart-home" {
        return false;
    }
    let Some(function) = app.functions.get(trigger.function) else {
        return false;
    };
    function.policy.iter().any(|statement| {
        let service = palisade_iam::reach::unnamed_source(statement);
        service.is_some_and(|s| s.starts_with("alexa-"))
    })
}

fn skill(rule: &Rule, app: &App, trigger: &Trigger, stake: &Stake) -> Finding {
    let name = app.label(NodeId::Function(trigger.function));
    let place = trigger.origin.span;
    let words = stake.words();
    Draft::at(
        rule,
        app,
        place,
        format!("start {name} from a skill of their own: no skill is named"),
    )
    .function(app, trigger.function)
    .reach(Reach::exactly(Level::OtherAccount))
    .effect(if words.is_empty() {
        "it answers whatever any skill asks".to_owned()
    } else {
        words
    })
    .role(stake.role.clone(), stake.data.clone())
    .step(StepKind::Line, place, "any skill is meant")
    .cut(place, "name the skill (SkillId, EventSourceToken)")
    .done()
}
