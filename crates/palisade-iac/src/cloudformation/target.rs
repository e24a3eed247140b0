//! Where a source sends its events: to a function, or on to another channel.

use palisade_model::app::{EdgeKind, Kind, NodeId};
use palisade_model::guard::Guard;
use palisade_model::reach::Filter;
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::Text;

use crate::draft::{Draft, Permit, Wire};

/// Kinds of nodes that take events from others.
pub const CHANNELS: &[Kind] = &[
    Kind::Queue,
    Kind::Topic,
    Kind::Stream,
    Kind::Bus,
    Kind::Workflow,
    Kind::Bucket,
    Kind::Table,
    Kind::LogGroup,
    Kind::Api,
    Kind::Device,
    Kind::Broker,
    Kind::Graph,
];

/// One delivery as a source sets it up.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The source.
    pub from: Option<NodeId>,
    /// Label of the trigger.
    pub label: String,
    /// The event's shape.
    pub event: &'static str,
    /// What allows it to start a function.
    pub permit: Permit,
    /// What is let through.
    pub filter: Filter,
    /// Whether the envelope is left off.
    pub raw: bool,
    /// Whether it is switched on.
    pub wired: Answer,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
}

impl Delivery {
    /// A delivery that is switched on and lets everything through.
    pub fn new(
        from: Option<NodeId>,
        label: impl Into<String>,
        event: &'static str,
        permit: Permit,
        exists: Guard,
        origin: Origin,
    ) -> Self {
        Self {
            from,
            label: label.into(),
            event,
            permit,
            filter: Filter::default(),
            raw: false,
            wired: Answer::Yes,
            exists,
            origin,
        }
    }
}

/// Sends to whatever a text names; false if it is not in the tree.
pub fn deliver(target: &Text, delivery: &Delivery, draft: &mut Draft) -> bool {
    if delivery.exists.impossible() {
        return true;
    }
    let functions = draft.resolve_function(target);
    if !functions.is_empty() {
        for (function, through) in functions {
            draft.wires.push(Wire {
                label: delivery.label.clone(),
                function,
                through,
                source: delivery.from,
                event: delivery.event,
                route: None,
                filter: delivery.filter.clone(),
                doors: Vec::new(),
                wired: delivery.wired.clone(),
                permit: delivery.permit.clone(),
                task: None,
                exists: delivery.exists.clone(),
                origin: delivery.origin.clone(),
            });
        }
        return true;
    }
    let Some(from) = delivery.from else {
        return false;
    };
    let nodes = draft.resolve(target, CHANNELS);
    for to in &nodes {
        let kind = EdgeKind::Delivers {
            filter: delivery.filter.clone(),
            raw: delivery.raw,
        };
        draft.edge(
            from,
            *to,
            kind,
            delivery.exists.clone(),
            delivery.origin.clone(),
        );
    }
    !nodes.is_empty()
}
