//! Channels: the stores that messages pass on their way into a function, and what of them a path reads.

use palisade_events::{Field, Shape, Step as EventStep};
use palisade_model::app::{App, EdgeKind, Kind, NodeId, Trigger};
use palisade_model::reach::Filter;

use super::Closer;
use super::store::{SlotPath, StoreKey};

/// A chain of deliveries into a function.
#[derive(Clone)]
pub(super) struct Envelope<'t> {
    /// The events that lie in the trigger's own, from the outside in.
    pub(super) nested: Vec<&'static Shape>,
    /// The stores it passes, the nearest first.
    pub(super) hops: Vec<Hop<'t>>,
}

/// A store that a message passes.
#[derive(Clone)]
pub(super) struct Hop<'t> {
    pub(super) node: NodeId,
    /// How its messages arrive at the next one; `None` for as they are.
    pub(super) shape: Option<&'static Shape>,
    /// What the next one takes of them.
    pub(super) filter: &'t Filter,
    pub(super) kind: Option<Kind>,
    /// Which task of a workflow the function is.
    pub(super) task: Option<usize>,
}

impl Hop<'_> {
    /// A path into what the store hands on, as a path into what was put into it.
    pub(super) fn inside(&self, steps: &[EventStep]) -> Vec<EventStep> {
        let taken = self
            .shape
            .and_then(|s| slot(s, steps))
            .map_or(0, |(_, taken)| taken);
        steps.get(taken..).unwrap_or_default().to_vec()
    }
}

/// The result of a function is a store of its own.
pub(super) fn returned(key: &StoreKey, slot: &SlotPath) -> (StoreKey, SlotPath) {
    match (key, slot.split_first()) {
        (StoreKey::Function(app, id), Some((first, rest))) if first == "return" => {
            (StoreKey::Returned(*app, *id), rest.to_vec())
        }
        _ => (key.clone(), slot.clone()),
    }
}

/// The slot that a path reads, and how many of its steps lead to it.
fn slot(shape: &Shape, steps: &[EventStep]) -> Option<(String, usize)> {
    let whole = shape.slot(steps)?;
    let taken = (0..=steps.len())
        .find(|n| steps.get(..*n).and_then(|head| shape.slot(head)).as_ref() == Some(&whole))?;
    Some((whole, taken))
}

/// Steps as keys of a slot; types of attributes are none.
fn keys(steps: &[EventStep]) -> impl Iterator<Item = String> + '_ {
    steps.iter().filter_map(|step| match step {
        EventStep::Key(key) if super::store::is_type_tag(key) => None,
        EventStep::Key(key) => Some(key.clone()),
        EventStep::Elem | EventStep::KeyOf => Some("*".to_owned()),
        EventStep::Decode(_) => None,
    })
}

impl Closer<'_, '_> {
    /// Envelopes that may lie in a trigger's events: per chain of deliveries, from the outside in, and what is upstream.
    pub(super) fn envelopes<'t>(
        &self,
        app: &'t App,
        trigger: &'t Trigger,
        shape: &'static Shape,
    ) -> Vec<Envelope<'t>> {
        let Some(source) = trigger.source else {
            return vec![Envelope {
                nested: Vec::new(),
                hops: Vec::new(),
            }];
        };
        let first = Envelope {
            nested: Vec::new(),
            hops: vec![Hop {
                node: source,
                shape: Some(shape),
                filter: &trigger.filter,
                kind: None,
                task: trigger.task,
            }],
        };
        let mut found = vec![first.clone()];
        let mut open = vec![first];
        while let Some(Envelope { nested, hops }) = open.pop() {
            if nested.len() > 5 || hops.len() > 8 || found.len() > 16 {
                continue;
            }
            let Some(node) = hops.last().map(|h| h.node) else {
                continue;
            };
            for edge in app.edges.iter().filter(|e| e.to == node) {
                let EdgeKind::Delivers { raw, filter } = &edge.kind else {
                    continue;
                };
                if hops.iter().any(|h| h.node == edge.from) {
                    continue;
                }
                let kind = match edge.from {
                    NodeId::Resource(id) => app.resources.get(id).map(|r| r.kind),
                    _ => None,
                };
                let id = match kind {
                    None if matches!(edge.from, NodeId::Function(_)) => {
                        Some("aws.lambda-destination")
                    }
                    Some(Kind::Topic) if *raw => None,
                    Some(Kind::Topic) => Some("aws.sns-envelope"),
                    Some(Kind::Bucket) => Some("aws.s3"),
                    Some(Kind::MailRule) => Some("aws.ses-notification"),
                    Some(Kind::Bus | Kind::EventRule) if *raw => None,
                    Some(Kind::Bus) => None,
                    Some(Kind::EventRule) => Some("aws.eventbridge"),
                    Some(Kind::Table | Kind::Stream) => Some("aws.dynamodb-stream"),
                    _ => None,
                };
                let shape = id.and_then(palisade_events::find);
                let mut longer = nested.clone();
                longer.extend(shape);
                let mut up = hops.clone();
                up.push(Hop {
                    node: edge.from,
                    shape,
                    filter,
                    kind,
                    task: None,
                });
                let envelope = Envelope {
                    nested: longer,
                    hops: up,
                };
                found.push(envelope.clone());
                open.push(envelope);
            }
        }
        found
    }

    /// The stores whose content a node hands on.
    pub(super) fn channel(&self, entry: usize, app: &App, node: NodeId) -> Vec<StoreKey> {
        let Some(number) = self.requests.get(entry).map(|r| r.app) else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        match node {
            NodeId::Resource(id) => {
                keys.push(StoreKey::Resource(number, id));
                if app
                    .resources
                    .get(id)
                    .is_some_and(|r| r.kind == Kind::EventRule)
                {
                    let bus = app.edges.iter().find(|e| {
                        e.to == node && matches!(e.kind, EdgeKind::Uses | EdgeKind::Delivers { .. })
                    });
                    match bus.map(|e| e.from) {
                        Some(NodeId::Resource(bus)) => keys.push(StoreKey::Resource(number, bus)),
                        Some(NodeId::Outside(id)) => keys.extend(
                            app.outsides
                                .get(id)
                                .map(|o| StoreKey::Named(number, "bus".into(), o.text.words())),
                        ),
                        _ => keys.push(StoreKey::Named(number, "bus".into(), "default".into())),
                    }
                }
            }
            NodeId::Function(id) => keys.push(StoreKey::Function(number, id)),
            NodeId::Outside(id) => {
                if let Some(outside) = app.outsides.get(id) {
                    keys.push(StoreKey::Named(
                        number,
                        super::store::kind_word(outside.kind).into(),
                        outside.text.words(),
                    ));
                }
            }
            NodeId::Role(_) => {}
        }
        keys
    }

    pub(super) fn kind_of<'k>(&self, app: &App, key: &'k StoreKey) -> &'k str {
        match key {
            StoreKey::Resource(_, id) => app
                .resources
                .get(*id)
                .map_or("", |r| super::store::kind_word(r.kind)),
            StoreKey::Named(_, kind, _) => kind,
            _ => "",
        }
    }

    /// The slots of a hop's store that a path into its messages reads; `field` is where the whole path ends.
    pub(super) fn slots_of(
        &self,
        app: &App,
        hop: &Hop<'_>,
        steps: &[EventStep],
        field: &Field,
        last: bool,
    ) -> Vec<SlotPath> {
        if let (NodeId::Resource(id), Some(Kind::Workflow)) = (hop.node, hop.kind) {
            return self.sent_paths(app, id, &keys(steps).collect());
        }
        let Some(shape) = hop.shape else {
            // The message itself, without an envelope.
            let root = match hop.kind {
                Some(Kind::Topic | Kind::Queue) => vec!["message".to_owned()],
                _ => Vec::new(),
            };
            return vec![root.into_iter().chain(keys(steps)).collect()];
        };
        if let NodeId::Resource(id) = hop.node
            && app
                .resources
                .get(id)
                .is_some_and(|r| r.kind == Kind::Workflow)
        {
            return self.state_paths(app, id, hop.task, steps);
        }
        match slot(shape, steps) {
            Some((name, taken)) => {
                let mut path = super::store::dotted(&name);
                path.extend(keys(steps.get(taken..).unwrap_or_default()));
                vec![super::store::without_type(path)]
            }
            None if last => field
                .slot
                .iter()
                .map(|slot| super::store::dotted(slot))
                .collect(),
            None => Vec::new(),
        }
    }
}
