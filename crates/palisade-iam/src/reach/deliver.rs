//! What arrives at stores through other stores: levels flow along deliveries until nothing changes.

use std::collections::BTreeSet;

use palisade_model::app::{EdgeKind, Kind, NodeId, Resource, ResourceId};
use palisade_model::attribute::Attribute;
use palisade_model::policy::Effect;
use palisade_model::reach::{Filter, Level, Reach};
use palisade_model::setting::Answer;
use palisade_model::text::Text;

use crate::reach::door;
use crate::reach::field::{Field, index};
use crate::reach::way::wider;

/// Fills the inflow of every resource.
pub(crate) fn settle(field: &mut Field<'_>) {
    let ids: Vec<ResourceId> = field.app.resources.ids().collect();
    for id in &ids {
        let start = start(field, *id);
        if let Some(slot) = field.inflow.get_mut(index(*id)) {
            *slot = start;
        }
    }
    let mut waiting: BTreeSet<ResourceId> = ids.into_iter().collect();
    // A level only rises, so every resource is visited a bounded number of times.
    while let Some(id) = waiting.pop_first() {
        for (to, reach) in deliveries(field, id) {
            let Some(slot) = field.inflow.get_mut(index(to)) else {
                continue;
            };
            if reach.surely > slot.surely || reach.possibly > slot.possibly {
                *slot = wider(std::mem::take(slot), reach);
                waiting.insert(to);
            }
        }
    }
}

/// What a resource hands on, and to which.
fn deliveries(field: &Field<'_>, id: ResourceId) -> Vec<(ResourceId, Reach)> {
    let node = NodeId::Resource(id);
    let none = Filter::default();
    let mut found = Vec::new();
    for edge in field.edges_from(node) {
        let NodeId::Resource(to) = edge.to else {
            continue;
        };
        let filter = match &edge.kind {
            EdgeKind::Delivers { filter, .. } if reads(field, filter, to) => continue,
            EdgeKind::Delivers { filter, .. } => filter,
            EdgeKind::Uses if holds_rule(field, id, to) => &none,
            _ => continue,
        };
        let mut reach = field.carried(node, filter, &edge.exists);
        if reach.possibly > Level::Inside {
            let (from, to) = (field.label(node), field.label(edge.to));
            let sentence = format!("{from} sends what it gets to {to}");
            reach.because.push((edge.origin.clone(), sentence));
        }
        found.push((to, reach));
    }
    found
}

/// Whether a route only reads: `GET` of an API on a table or bucket.
fn reads(field: &Field<'_>, filter: &Filter, to: ResourceId) -> bool {
    let kind = field.app.resources.get(to).map(|r| r.kind);
    let get = |event: &String| event.starts_with("GET ") || event.starts_with("HEAD ");
    matches!(kind, Some(Kind::Table | Kind::Bucket)) && filter.events.iter().any(get)
}

/// Whether a bus holds a rule: its events may reach the rule.
fn holds_rule(field: &Field<'_>, from: ResourceId, to: ResourceId) -> bool {
    let kind = |id| field.app.resources.get(id).map(|r: &Resource| r.kind);
    kind(from) == Some(Kind::Bus) && kind(to) == Some(Kind::EventRule)
}

/// What arrives at a resource of its nature, before anything is delivered to it.
fn start(field: &Field<'_>, id: ResourceId) -> Reach {
    let Some(resource) = field.app.resources.get(id) else {
        return Reach::default();
    };
    let label = field.label(NodeId::Resource(id));
    let because = |mut reach: Reach, sentence: String| {
        reach.because.push((resource.origin.clone(), sentence));
        reach
    };
    match resource.kind {
        Kind::MailRule => because(
            Reach::exactly(Level::Stranger),
            format!("anyone may send a mail to {label}"),
        ),
        Kind::Distribution => because(
            Reach::exactly(Level::Stranger),
            format!("anyone may send a request to {label}"),
        ),
        Kind::LoadBalancer => balancer(resource, &label),
        Kind::Schedule => Reach::exactly(Level::Schedule),
        Kind::Device => device(field, resource, &label),
        Kind::Api | Kind::Graph | Kind::Url => door::of_source(field, id),
        Kind::Broker | Kind::Database => broker(resource, &label),
        _ => Reach::exactly(Level::Inside),
    }
}

/// Internet-facing is the default.
pub(crate) fn balancer(resource: &Resource, label: &str) -> Reach {
    let scheme = resource.settings.text(Attribute::Scheme);
    let internal = scheme.map(|s| s.is(|t: &Text| t.literal() == Some("internal")));
    let mut reach = match internal {
        Some(Answer::Yes) => return Reach::exactly(Level::Inside),
        Some(Answer::Unknown(_)) => Reach {
            surely: Level::Inside,
            possibly: Level::Stranger,
            ..Reach::default()
        },
        _ => Reach::exactly(Level::Stranger),
    };
    let sentence = format!("anyone may send a request to {label}");
    reach.because.push((resource.origin.clone(), sentence));
    reach
}

fn broker(resource: &Resource, label: &str) -> Reach {
    let public = resource.settings.flag(Attribute::PubliclyAccessible);
    let open = public.map(|flag| flag.is(|public| *public));
    match open {
        Some(Answer::No) | None => Reach::exactly(Level::Inside),
        Some(_) => Reach {
            surely: Level::Inside,
            possibly: Level::Stranger,
            because: vec![(
                resource.origin.clone(),
                format!("{label} is reachable from the internet"),
            )],
            ..Reach::default()
        },
    }
}

/// Who may publish to the topics of devices: whoever holds a certificate, if all policies name the thing.
pub(crate) fn device(field: &Field<'_>, resource: &Resource, label: &str) -> Reach {
    let limited = field.things.get(&resource.key.stack);
    let level = if limited == Some(&true) {
        Level::SignedIn
    } else {
        Level::Stranger
    };
    let mut reach = Reach::exactly(level);
    let who = crate::reach::way::who(level);
    let sentence = format!("{who} may publish to the topic of {label}");
    reach.because.push((resource.origin.clone(), sentence));
    reach
}

/// Whether a policy of devices lets each of them publish only to topics of its own name.
pub(crate) fn names_things(field: &Field<'_>, policy: &Resource) -> bool {
    policy.policy.iter().all(|statement| {
        let right = crate::rights::right(field.judge.nodes(), statement);
        statement.effect != Effect::Allow
            || right.action("iot:Publish") == crate::pattern::Fit::No
            || statement.resources.iter().all(names_thing)
    })
}

/// Whether a resource of a device policy depends on the device's own name.
fn names_thing(text: &Text) -> bool {
    let words = text.words();
    words.contains("${iot:")
}
