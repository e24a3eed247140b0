//! Who may start a function through one of its triggers.

use palisade_model::app::{Function, Kind, NodeId, Resource, ResourceId, Trigger};
use palisade_model::attribute::Attribute;
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::reach::{Auth, Hedge, Level, Reach};
use palisade_model::setting::{Answer, How};

use crate::reach::deliver;
use crate::reach::door;
use crate::reach::facts::{By, EventFact, HookFact, ReachFacts};
use crate::reach::field::Field;
use crate::reach::way::{Way, wider};
use crate::reach::who::{Question, names_source, ways};
use crate::rights::right;

/// The reach of a trigger.
pub(crate) fn reach_of(field: &Field<'_>, trigger: &Trigger) -> Reach {
    let fact = ReachFacts::all().event(trigger.event);
    let by = match fact {
        _ if is_task(field, trigger) => By::Workflow,
        Some(fact) => fact.by,
        None => by_source(field, trigger),
    };
    let reach = match by {
        By::Door => door::of_trigger(field, trigger),
        By::Url => door::of_url(field, trigger),
        By::Store => of_store(field, trigger),
        By::Workflow => of_workflow(field, trigger),
        By::Direct => return of_direct(field, trigger),
        By::Fixed(level) => of_fixed(field, trigger, level, fact),
        By::Device => of_device(field, trigger),
        By::Hook => of_hook(field, trigger),
        By::Balancer => of_balancer(field, trigger),
        By::Unknown => of_unknown(trigger),
    };
    let reach = halves(reach, trigger, by);
    match foreign(field, trigger, fact) {
        Some(foreign) => wider(reach, foreign),
        None => reach,
    }
}

/// Both halves are needed: what is not wired sends nothing, what is not permitted starts nothing.
fn halves(mut reach: Reach, trigger: &Trigger, by: By) -> Reach {
    if trigger.wired == Answer::No {
        return Reach::default();
    }
    if matches!(trigger.wired, Answer::Unknown(_)) {
        reach.surely = Level::None;
    }
    // A permission that is not in the tree may be given elsewhere.
    if by != By::Url && trigger.permitted == Answer::No {
        reach.surely = Level::None;
    }
    reach
}

fn is_task(field: &Field<'_>, trigger: &Trigger) -> bool {
    trigger.task.is_some() || source_kind(field, trigger) == Some(Kind::Workflow)
}

fn source<'a>(field: &Field<'a>, trigger: &Trigger) -> Option<(ResourceId, &'a Resource)> {
    match trigger.source {
        Some(NodeId::Resource(id)) => Some((id, field.app.resources.get(id)?)),
        _ => None,
    }
}

fn source_kind(field: &Field<'_>, trigger: &Trigger) -> Option<Kind> {
    source(field, trigger).map(|(_, resource)| resource.kind)
}

/// How the level is found for an event without a row: by what its source is.
fn by_source(field: &Field<'_>, trigger: &Trigger) -> By {
    match source_kind(field, trigger) {
        Some(Kind::Api | Kind::Graph) => By::Door,
        Some(Kind::Url) => By::Url,
        Some(Kind::LoadBalancer) => By::Balancer,
        Some(Kind::MailRule | Kind::Distribution) => By::Fixed(Level::Stranger),
        Some(Kind::Schedule) => By::Fixed(Level::Schedule),
        Some(Kind::Device) => By::Device,
        Some(Kind::UserPool) => By::Hook,
        Some(Kind::LogGroup | Kind::Repository | Kind::Secret) => By::Fixed(Level::Inside),
        Some(kind) if ReachFacts::all().store(kind).is_some() => By::Store,
        Some(Kind::EventRule | Kind::Broker | Kind::Database) => By::Store,
        _ if !trigger.doors.is_empty() => By::Door,
        _ => By::Unknown,
    }
}

fn of_store(field: &Field<'_>, trigger: &Trigger) -> Reach {
    match trigger.source {
        Some(source) => field.carried(source, &trigger.filter, &trigger.exists),
        None => Reach::exactly(Level::Inside),
    }
}

fn of_workflow(field: &Field<'_>, trigger: &Trigger) -> Reach {
    match trigger.source {
        Some(source) => field.carried(source, &Default::default(), &trigger.exists),
        None => Reach::exactly(Level::Inside),
    }
}

/// Only a policy, or a role that somebody outside holds, lets anyone invoke a function directly.
fn of_direct(field: &Field<'_>, trigger: &Trigger) -> Reach {
    let mut best = Reach::default();
    if let Some(function) = field.app.functions.get(trigger.function) {
        for way in direct_ways(field, trigger.function, function) {
            best = wider(best, way.reach());
        }
    }
    best
}

/// The ways to invoke a function directly.
pub(crate) fn direct_ways(
    field: &Field<'_>,
    id: palisade_model::app::FunctionId,
    function: &Function,
) -> Vec<Way> {
    let node = NodeId::Function(id);
    let deed = format!("start {}", field.label(node));
    let policy: Vec<Statement> = function
        .policy
        .iter()
        .filter(|statement| !for_url(statement))
        .cloned()
        .collect();
    let mut found = Vec::new();
    if !policy.is_empty() {
        found = ways(
            field.judge.nodes(),
            &policy,
            Question {
                action: "lambda:InvokeFunction",
                subject: None,
                anonymous: false,
                services: false,
                bucket: false,
                world: &function.exists,
                deed: &deed,
            },
        );
        // Services come through their own triggers.
        found.retain(|way| way.possibly > Level::Inside);
    }
    if !field.holders.is_empty()
        && let Some(subject) = crate::naming::subject_of(field.judge.nodes(), node)
    {
        let held = field.held_ways("lambda:InvokeFunction", &subject, &function.exists, &deed);
        found.extend(held);
    }
    found
}

/// Whether a permission serves only requests to the function's URL.
fn for_url(statement: &Statement) -> bool {
    statement.conditions.iter().any(|test| {
        let key = test.key.to_ascii_lowercase();
        key == "lambda:invokedviafunctionurl" || key == "lambda:functionurlauthtype"
    })
}

/// A permission for a service that names no source lets everybody's resources of that service start the function.
fn foreign(field: &Field<'_>, trigger: &Trigger, fact: Option<&EventFact>) -> Option<Reach> {
    let facts = ReachFacts::all();
    let function = field.app.functions.get(trigger.function)?;
    let expected = fact.and_then(|f| f.service.as_deref());
    for statement in &function.policy {
        let given = statement.principals.iter().find_map(|p| match p {
            Principal::Service(text) => Some(service_name(&text.words())),
            _ => None,
        });
        let Some(service) = &given else { continue };
        // Tools that generate a permission name the source in ways this does not see.
        let generated = matches!(statement.origin.how, How::Generated(_));
        if generated
            || statement.effect != Effect::Allow
            || !(expected == Some(service.as_str())
                || (fact.is_none() && trigger.wired == Answer::No))
            || !facts.foreign(service)
            || names_source(statement)
            || statement.exists.and(&trigger.exists).impossible()
            || right(field.judge.nodes(), statement).action("lambda:InvokeFunction")
                == crate::pattern::Fit::No
        {
            continue;
        }
        let mut reach = Reach::exactly(Level::OtherAccount);
        let label = field.label(NodeId::Function(trigger.function));
        let sentence = format!(
            "another account may start {label}: the permission for {service} names no source"
        );
        reach.because.push((statement.origin.clone(), sentence));
        return Some(reach);
    }
    None
}

/// A service without its region: `logs.${AWS::Region}.amazonaws.com` is `logs.amazonaws.com`.
fn service_name(words: &str) -> String {
    match (words.split_once("${"), words.split_once('}')) {
        (Some((before, _)), Some((_, after))) => {
            format!("{}{after}", before.trim_end_matches('.'))
        }
        _ => words.to_owned(),
    }
}

fn of_fixed(field: &Field<'_>, trigger: &Trigger, level: Level, fact: Option<&EventFact>) -> Reach {
    let mut reach = Reach::exactly(level);
    if level == Level::Stranger {
        let what = match trigger.source {
            Some(source) => field.label(source),
            None => field.label(NodeId::Function(trigger.function)),
        };
        let verb = fact.map_or("", |f| f.verb.as_str());
        let verb = if verb.is_empty() { "start" } else { verb };
        let sentence = format!("anyone may {verb} {what}");
        reach.because.push((trigger.origin.clone(), sentence));
    }
    reach
}

fn of_device(field: &Field<'_>, trigger: &Trigger) -> Reach {
    match source(field, trigger) {
        Some((id, rule)) if rule.kind == Kind::Device => {
            field.carried(NodeId::Resource(id), &Default::default(), &trigger.exists)
        }
        _ => of_fixed(field, trigger, Level::Stranger, None),
    }
}

fn of_balancer(field: &Field<'_>, trigger: &Trigger) -> Reach {
    let scheme = match source(field, trigger) {
        Some((id, balancer)) => deliver::balancer(balancer, &field.label(NodeId::Resource(id))),
        None => of_fixed(field, trigger, Level::Stranger, None),
    };
    if trigger.doors.is_empty() {
        return scheme;
    }
    let mut doors = door::of_trigger(field, trigger);
    if scheme.surely < doors.surely || scheme.possibly < doors.possibly {
        doors.because = scheme.because;
    }
    doors.surely = doors.surely.min(scheme.surely);
    doors.possibly = doors.possibly.min(scheme.possibly);
    doors
}

/// Hooks of a user pool: by what a stranger may do with the pool.
fn of_hook(field: &Field<'_>, trigger: &Trigger) -> Reach {
    let facts = ReachFacts::all();
    let named = trigger.filter.events.iter().map(String::as_str);
    let words = named.chain([trigger.event, trigger.key.address.as_str()]);
    let hook = words.filter_map(|word| facts.hook(word)).next();
    let pool = source(field, trigger).filter(|(_, r)| r.kind == Kind::UserPool);
    let admin_only = pool.and_then(|(_, pool)| {
        let flag = pool.settings.flag(Attribute::AdminCreateOnly)?;
        Some(flag.is(|only| *only))
    });
    let label = match pool {
        Some((id, _)) => field.label(NodeId::Resource(id)),
        None => "the user pool".to_owned(),
    };
    let reason = |mut reach: Reach, sentence: String| {
        reach.because.push((trigger.origin.clone(), sentence));
        reach
    };
    match hook {
        Some(HookFact::Anyone) | None => reason(
            Reach::exactly(Level::Stranger),
            format!("anyone may try to sign in at {label}"),
        ),
        Some(HookFact::SignedIn) => {
            let mut reach = Reach::exactly(Level::SignedIn);
            if admin_only.is_none_or(|a| a == Answer::No) {
                reach.hedges.push(Hedge::SelfSignUp);
            }
            reason(reach, format!("anyone who signed in at {label} starts it"))
        }
        Some(HookFact::SignUp) => {
            let reach = match admin_only {
                Some(Answer::Yes) if !field.federated => return Reach::exactly(Level::Inside),
                Some(Answer::Unknown(_) | Answer::Depends(_)) => Reach {
                    surely: Level::Inside,
                    possibly: Level::Stranger,
                    ..Reach::default()
                },
                _ => Reach::exactly(Level::Stranger),
            };
            reason(reach, format!("anyone may sign up at {label}"))
        }
    }
}

fn of_unknown(trigger: &Trigger) -> Reach {
    let service = trigger.doors.iter().any(|d| d.auth == Auth::ServiceOnly);
    Reach {
        surely: Level::None,
        possibly: if service {
            Level::Inside
        } else {
            Level::Stranger
        },
        ..Reach::default()
    }
}
