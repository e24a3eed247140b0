//! The steps from node to node by which an application may go round: what code writes, what stores start, what is handed on.

use std::collections::BTreeMap;

use palisade_model::api::{ApiCall, ApiValue};
use palisade_model::app::{App, EdgeKind, FunctionId, Kind, NodeId, ResourceId};
use palisade_model::reach::Filter;
use palisade_model::setting::Answer;
use palisade_model::source::Span;

use crate::project::Project;
use crate::sas08_limits::writes::{self, Sent, Write};

/// One step of a circle.
#[derive(Clone, Debug)]
pub(super) struct Hop {
    pub(super) to: NodeId,
    /// Where it is written.
    pub(super) span: Span,
    /// What happens, such as `writes to inbox`.
    pub(super) words: String,
    /// What the code names the object it writes; `None` where it is unknown.
    key: Option<String>,
    /// Source and kind of the event it sends to a bus.
    event: Option<(String, String)>,
    /// What is let through.
    filter: Filter,
    /// Whether it was drawn from the rights of the role, not read in the code.
    pub(super) drawn: bool,
    /// Whether a function that does it to itself means it.
    pub(super) on_purpose: bool,
}

impl Hop {
    /// Whether it is known under which name the code writes.
    pub(super) fn is_named(&self) -> bool {
        self.key.is_some()
    }
}

/// Steps by where they begin.
pub(super) type Hops = BTreeMap<NodeId, Vec<Hop>>;

/// All steps of an App.
pub(super) fn read(project: &Project<'_>, at: usize, app: &App) -> Hops {
    let mut hops = Hops::new();
    starts(app, &mut hops);
    deliveries(app, &mut hops);
    for call in &project.flows.code.api {
        let request = project.entries.get(call.entry);
        let mine = request.filter(|r| r.app == at && !r.latent);
        if let Some(function) = mine.and_then(|r| r.function)
            && let Some(write) = writes::of(call)
        {
            written(project, (at, app), function, call, write, &mut hops);
        }
    }
    hops
}

fn hop(to: NodeId, span: Span, words: String) -> Hop {
    Hop {
        to,
        span,
        words,
        key: None,
        event: None,
        filter: Filter::default(),
        drawn: false,
        on_purpose: false,
    }
}

/// What starts functions.
fn starts(app: &App, hops: &mut Hops) {
    for trigger in app.triggers.iter() {
        if !trigger.wired.possibly() || !trigger.permitted.possibly() {
            continue;
        }
        if let Some(source @ NodeId::Resource(_)) = trigger.source {
            let to = NodeId::Function(trigger.function);
            let words = format!("what arrives there starts {}", app.label(to));
            hops.entry(source).or_default().push(Hop {
                filter: trigger.filter.clone(),
                ..hop(to, trigger.origin.span, words)
            });
        }
    }
}

/// What is handed on between channels. What a queue gives up goes to another one; that somebody sends it back is how it
/// is meant.
fn deliveries(app: &App, hops: &mut Hops) {
    let queue = |node: NodeId| kind(app, node) == Some(Kind::Queue);
    for edge in app.edges.iter().filter(|e| !(queue(e.from) && queue(e.to))) {
        if let EdgeKind::Delivers { filter, .. } = &edge.kind {
            let words = format!("it goes on to {}", app.label(edge.to));
            hops.entry(edge.from).or_default().push(Hop {
                filter: filter.clone(),
                ..hop(edge.to, edge.origin.span, words)
            });
        }
    }
}

fn kind(app: &App, node: NodeId) -> Option<Kind> {
    match node {
        NodeId::Resource(id) => app.resources.get(id).map(|r| r.kind),
        _ => None,
    }
}

/// What a call of the code writes to: by name, or the only thing of its kind that the role may write to.
fn written(
    project: &Project<'_>,
    (at, app): (usize, &App),
    function: FunctionId,
    call: &ApiCall,
    write: &Write,
    hops: &mut Hops,
) {
    for sent in write.sent(call) {
        let found = match write.kind {
            Some(Kind::Bus) => rules(app, &sent),
            _ => target(project, (at, app), function, write, &sent)
                .into_iter()
                .collect(),
        };
        for (to, drawn) in found {
            let verb = match write.kind {
                Some(Kind::Workflow) | None => "starts",
                Some(Kind::Bus) => "sends an event to",
                _ => "writes to",
            };
            let words = format!("{verb} {}", app.label(to));
            let key = sent.key.iter().find_map(|v| v.text()?.literal());
            hops.entry(NodeId::Function(function))
                .or_default()
                .push(Hop {
                    key: key.map(str::to_owned),
                    event: event(&sent),
                    drawn,
                    on_purpose: write.on_purpose,
                    ..hop(to, call.span, words)
                });
        }
    }
}

/// What a call names, and whether that was drawn from rights.
fn target(
    project: &Project<'_>,
    (at, app): (usize, &App),
    function: FunctionId,
    write: &Write,
    sent: &Sent<'_>,
) -> Option<(NodeId, bool)> {
    let fits = |node: NodeId| match (write.kind, node) {
        (None, NodeId::Function(_)) => true,
        (Some(wanted), node) => kind(app, node) == Some(wanted),
        _ => false,
    };
    if let [ApiValue::Text(text)] = sent.target.as_slice() {
        let named = app.denotes(text, fits);
        if let [one] = named.as_slice() {
            return Some((*one, false));
        }
        // A name of something else.
        if text.literal().is_some() {
            return None;
        }
    }
    if !matches!(write.kind, Some(Kind::Bucket | Kind::Queue | Kind::Topic)) {
        return None;
    }
    let judge = project.judges.get(at)?;
    let of_kind = app
        .resources
        .enumerate()
        .filter(|(_, r)| Some(r.kind) == write.kind);
    let nodes = of_kind.map(|(id, _): (ResourceId, _)| NodeId::Resource(id));
    let may = |node: &NodeId| judge.may(function, &write.action, Some(*node), None);
    let mut open = nodes.filter(|node| may(node).possibly());
    match (open.next(), open.next()) {
        (Some(node), None) if may(&node) == Answer::Yes => Some((node, true)),
        _ => None,
    }
}

/// The rules that listen on the bus an event is sent to; without a name that is the account's own.
fn rules(app: &App, sent: &Sent<'_>) -> Vec<(NodeId, bool)> {
    let bus = match sent.target.as_slice() {
        [] => None,
        [ApiValue::Text(text)] if text.literal() == Some("default") => None,
        [ApiValue::Text(text)] => {
            let named = app.denotes(text, |node| kind(app, node) == Some(Kind::Bus));
            match named.as_slice() {
                [one] => Some(*one),
                _ => return Vec::new(),
            }
        }
        _ => return Vec::new(),
    };
    let holds = |rule: NodeId| {
        let mut of = app
            .edges
            .iter()
            .filter(move |edge| edge.to == rule && edge.kind == EdgeKind::Uses);
        match bus {
            Some(bus) => of.any(|edge| edge.from == bus),
            None => of.next().is_none(),
        }
    };
    let all = app
        .resources
        .enumerate()
        .filter(|(_, r)| r.kind == Kind::EventRule);
    let nodes = all.map(|(id, _)| NodeId::Resource(id));
    nodes
        .filter(|node| holds(*node))
        .map(|node| (node, false))
        .collect()
}

/// Source and kind of an event, where both are known.
fn event(sent: &Sent<'_>) -> Option<(String, String)> {
    let word = |name: &str| match sent.entry?.get(name)? {
        [ApiValue::Text(text)] => text.literal().map(str::to_owned),
        _ => None,
    };
    Some((word("Source")?, word("DetailType")?))
}

/// Whether what the last step wrote is let through by this one. What a filter does with something unknown is unknown, and
/// no reason for a finding.
pub(super) fn passes(before: Option<&Hop>, hop: &Hop) -> bool {
    let filter = &hop.filter;
    let made = |event: &String| {
        event.starts_with("s3:ObjectCreated") || event == "s3:*" || !event.starts_with("s3:")
    };
    if !filter.events.is_empty() && !filter.events.iter().any(made) {
        return false;
    }
    if !filter.patterns.is_empty() || !lets_through(filter, before.and_then(|b| b.event.as_ref())) {
        return false;
    }
    let key = before.and_then(|hop| hop.key.as_deref());
    let prefix = filter.prefix.as_ref().map(|t| t.words());
    let suffix = filter.suffix.as_ref().map(|t| t.words());
    let begins = |prefix: &String| key.is_some_and(|key| key.starts_with(prefix.as_str()));
    let ends = |suffix: &String| key.is_some_and(|key| key.ends_with(suffix.as_str()));
    prefix.as_ref().is_none_or(|p| p.is_empty() || begins(p))
        && suffix.as_ref().is_none_or(|s| s.is_empty() || ends(s))
}

/// Whether a pattern of values surely takes an event of a source and kind; any other value is unknown.
fn lets_through(filter: &Filter, event: Option<&(String, String)>) -> bool {
    filter.values.iter().all(|(path, allowed)| {
        let value = match (path.as_slice(), event) {
            ([key], Some((source, _))) if key == "source" => source,
            ([key], Some((_, kind))) if key == "detail-type" => kind,
            _ => return false,
        };
        allowed.contains(value)
    })
}
