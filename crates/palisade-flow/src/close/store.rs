//! Stores and their slots: who wrote what, and who reads it.

use std::collections::BTreeMap;
use std::rc::Rc;

use palisade_model::app::{App, FunctionId, Kind, NodeId, ResourceId};
use palisade_model::index::Id;
use palisade_model::reach::Filter;
use palisade_model::setting::Answer;
use palisade_model::text::{Part, Symbol, Text};

use super::label::Labels;
use super::{Arrival, Closer};
use crate::flows::{PathStep, PathStepKind};
use crate::ir::Sym;
use crate::path::Step;
use crate::program::ModuleId;
use crate::taint::fact::Fact;
use crate::taint::solve::Solver;
use crate::taint::summary::{ReadId, SinkSite, StoreSite};
use crate::value::shape::Piece;
use crate::value::{Val, Vals};

/// A store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StoreKey {
    /// A resource of an App.
    Resource(usize, ResourceId),
    /// The event of a function.
    Function(usize, FunctionId),
    /// The result of a function.
    Returned(usize, FunctionId),
    /// Something no template declares: App, kind, name.
    Named(usize, String, String),
    /// A module-level name while one entry lives.
    Global(usize, ModuleId, Sym),
    /// The files of one entry.
    Files(usize),
}

impl StoreKey {
    /// The App it belongs to; of names and files the entry.
    pub fn app(&self) -> usize {
        match self {
            Self::Resource(app, _)
            | Self::Function(app, _)
            | Self::Returned(app, _)
            | Self::Named(app, ..)
            | Self::Global(app, ..)
            | Self::Files(app) => *app,
        }
    }
}

/// Keys into a store's data; `*` is any.
pub type SlotPath = Vec<String>;

/// What lies in stores.
#[derive(Debug, Default)]
pub struct Slots {
    held: BTreeMap<StoreKey, Vec<Held>>,
}

#[derive(Debug)]
struct Held {
    path: SlotPath,
    partition: Option<Text>,
    labels: Option<Rc<Labels>>,
    arrival: Arrival,
}

/// Most arrivals per path of a store.
const ARRIVALS_MAX: usize = 4;
/// The same for what one entry keeps to itself: there each field is told apart.
const OWN_ARRIVALS_MAX: usize = 32;

impl Slots {
    /// Adds what arrives at a path; whether it says something new.
    pub fn add(
        &mut self,
        key: StoreKey,
        path: SlotPath,
        partition: Option<Text>,
        labels: Option<Rc<Labels>>,
        arrival: Arrival,
    ) -> bool {
        let own = matches!(key, StoreKey::Global(..) | StoreKey::Files(_));
        let most = if own { OWN_ARRIVALS_MAX } else { ARRIVALS_MAX };
        let held = self.held.entry(key).or_default();
        let same = |h: &Held| h.path == path && h.partition == partition && h.labels == labels;
        // One that is at least as exposed and no safer says it already.
        let dominated = |h: &Held| {
            same(h)
                && (!own || h.arrival.origin.field == arrival.origin.field)
                && h.arrival.exposure() >= arrival.exposure()
                && h.arrival.bits & !arrival.bits == 0
                && h.arrival.opaque <= arrival.opaque
                && h.arrival.doubtful <= arrival.doubtful
        };
        if held.iter().any(dominated)
            || held.iter().filter(|h| same(h)).count() >= most
            || held.len() > 512
        {
            return false;
        }
        held.push(Held {
            path,
            partition,
            labels,
            arrival,
        });
        true
    }

    /// What lies at a path, or above or below it.
    pub fn read(&self, key: &StoreKey, path: &SlotPath, partition: Option<&Text>) -> Vec<Arrival> {
        self.read_through(key, path, partition, &|_| true)
    }

    /// What lies at a path and comes through a filter.
    pub fn read_through(
        &self,
        key: &StoreKey,
        path: &SlotPath,
        partition: Option<&Text>,
        passes: &dyn Fn(&Labels) -> bool,
    ) -> Vec<Arrival> {
        let meets = |h: &&Held| {
            overlaps(&h.path, path)
                && h.partition
                    .as_ref()
                    .zip(partition)
                    .is_none_or(|(a, b)| may_be_same(a, b))
                && h.labels.as_ref().is_none_or(|l| passes(l))
        };
        self.held
            .get(key)
            .into_iter()
            .flatten()
            .filter(meets)
            .map(|h| h.arrival.clone())
            .collect()
    }
}

pub(super) fn overlaps(a: &[String], b: &[String]) -> bool {
    a.iter().zip(b).all(|(x, y)| x == y || x == "*" || y == "*")
}

/// Whether two names may denote one thing; a hole fits anything.
fn may_be_same(a: &Text, b: &Text) -> bool {
    a.same(b).possibly()
}

/// A dotted slot name as a path; the parts of a table's records that only say which image they are of are left out.
pub fn dotted(slot: &str) -> SlotPath {
    let mut path: SlotPath = slot
        .split('.')
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    if matches!(
        path.first().map(String::as_str),
        Some("NewImage" | "OldImage" | "Keys" | "event")
    ) {
        path.remove(0);
    }
    path.retain(|p| !is_type_tag(p));
    path
}

pub(super) fn is_type_tag(key: &str) -> bool {
    matches!(
        key,
        "S" | "N" | "M" | "L" | "B" | "BOOL" | "NULL" | "SS" | "NS" | "BS"
    )
}

/// The path of a slot: its name, then the keys of the part; decodings and type tags say nothing here.
pub fn slot_path(solver: &Solver<'_>, slot: &str, at: &[Step]) -> SlotPath {
    let mut path: SlotPath = if slot == "*" {
        Vec::new()
    } else {
        dotted(slot)
    };
    for step in at {
        match step {
            Step::Key(key) => {
                let text = solver.values.word(*key);
                if is_type_tag(text) {
                    continue;
                }
                // `:v` of an update expression may be any attribute.
                path.push(if text.starts_with(':') {
                    "*".to_owned()
                } else {
                    text.to_owned()
                });
            }
            Step::Elem | Step::KeyOf => path.push("*".to_owned()),
            Step::Decode(_) | Step::Captured(_) => {}
        }
    }
    without_type(path)
}

/// An attribute of a message without the key that says its type.
pub fn without_type(mut path: SlotPath) -> SlotPath {
    if path.first().is_some_and(|p| p == "attributes") {
        path.truncate(2);
    }
    path
}

/// The word of a kind of store.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Bucket => "bucket",
        Kind::Queue => "queue",
        Kind::Topic => "topic",
        Kind::Table => "table",
        Kind::Bus => "bus",
        Kind::Stream => "stream",
        Kind::Workflow => "workflow",
        _ => "other",
    }
}

fn fits(kind: &str, app: &App, node: NodeId) -> bool {
    match node {
        NodeId::Function(_) => kind == "function",
        NodeId::Resource(id) => app.resources.get(id).is_some_and(|r| {
            kind_word(r.kind) == kind
                || (kind == "bucket" && r.kind == Kind::Bucket)
                || (kind == "function" && matches!(r.kind, Kind::Alias | Kind::Version))
        }),
        _ => false,
    }
}

/// What is not known in one place is not the same as what is not known in another.
fn own_holes(text: &Text, site: &StoreSite) -> Text {
    let own = |(at, part): (usize, &Part)| match part {
        Part::Hole(Symbol::Opaque(what)) => Part::Hole(Symbol::Opaque(format!(
            "{what} {}:{}.{at}",
            site.span.file.index(),
            site.span.start
        ))),
        other => other.clone(),
    };
    Text::join(text.parts().iter().enumerate().map(own))
}

impl Closer<'_, '_> {
    /// The text a value stands for in an entry's surroundings; `None` where it is not known.
    fn texts(&self, entry: usize, values: &Vals) -> Vec<Option<Text>> {
        values
            .iter()
            .flat_map(|v| match v {
                Val::Text(s) | Val::Number(s) => vec![Some(Text::of(self.solver.values.word(*s)))],
                Val::Env(name) => self.environment(entry, self.solver.values.word(*name)),
                Val::Shape(shape) => {
                    let mut parts = Vec::new();
                    for piece in shape.pieces() {
                        match piece {
                            Piece::Literal(text) => parts.push(Part::Literal(text.clone())),
                            Piece::Env(name) => match self
                                .environment(entry, self.solver.values.word(*name))
                                .into_iter()
                                .flatten()
                                .next()
                            {
                                Some(text) => parts.extend(text.parts().iter().cloned()),
                                None => parts.push(Part::Hole(Symbol::Opaque(
                                    self.solver.values.word(*name).to_owned(),
                                ))),
                            },
                            Piece::Param(_) | Piece::Hole => {
                                parts.push(Part::Hole(Symbol::Opaque("?".into())))
                            }
                        }
                    }
                    vec![Some(Text::join(parts))]
                }
                _ => vec![None],
            })
            .collect()
    }

    fn environment(&self, entry: usize, name: &str) -> Vec<Option<Text>> {
        let Some(request) = self.requests.get(entry) else {
            return vec![None];
        };
        let function = request
            .function
            .zip(self.apps.get(request.app))
            .and_then(|(f, c)| c.app.functions.get(f));
        let setting = function
            .and_then(|f| f.env.iter().find(|(n, _)| n == name))
            .map(|(_, s)| s);
        match setting {
            Some(setting) => {
                let values = setting.values();
                if values.is_empty() {
                    vec![None]
                } else {
                    values.into_iter().map(|(_, t)| Some(t.clone())).collect()
                }
            }
            None => vec![None],
        }
    }

    /// The stores a site works on; the flag says that it was found by elimination.
    pub(crate) fn store_keys(&self, entry: usize, site: &StoreSite) -> Vec<(StoreKey, bool)> {
        let Some(request) = self.requests.get(entry) else {
            return Vec::new();
        };
        if site.kind == "file" {
            return vec![(StoreKey::Files(entry), false)];
        }
        let Some(context) = self.apps.get(request.app) else {
            return Vec::new();
        };
        let texts = match &site.resource {
            Some(values) => self.texts(entry, values),
            None if site.kind == "bus" => vec![Some(Text::of("default"))],
            None => vec![None],
        };
        let mut found: Vec<(StoreKey, bool)> = Vec::new();
        let mut unknown = false;
        for text in texts {
            match text {
                Some(text) => {
                    for key in self.named_keys(request.app, context.app, &site.kind, &text) {
                        if !found.iter().any(|(k, _)| *k == key) {
                            found.push((key, false));
                        }
                    }
                }
                None => unknown = true,
            }
        }
        if unknown && found.is_empty() {
            // The event's own bucket, or the only resource of that kind.
            let is_kind = |id: &ResourceId| fits(&site.kind, context.app, NodeId::Resource(*id));
            let triggers = request
                .function
                .into_iter()
                .flat_map(|f| self.triggers_of(request.app, context.app, f));
            let mut of_kind: Vec<ResourceId> = triggers
                .filter_map(|(_, t)| {
                    if let Some(NodeId::Resource(id)) = t.source {
                        Some(id)
                    } else {
                        None
                    }
                })
                .filter(is_kind)
                .collect();
            of_kind.sort_unstable();
            of_kind.dedup();
            if of_kind.is_empty() {
                of_kind.extend(context.app.resources.ids().filter(is_kind));
            }
            if let [only] = of_kind.as_slice() {
                found.push((StoreKey::Resource(request.app, *only), true));
            }
        }
        found
    }

    fn named_keys(&self, number: usize, app: &App, kind: &str, text: &Text) -> Vec<StoreKey> {
        let words = text.words();
        let cached = self
            .keys
            .borrow()
            .get(&(number, kind.to_owned(), words.clone()))
            .cloned();
        if let Some(known) = cached {
            return known;
        }
        let nodes = app.denotes(text, |node| fits(kind, app, node));
        let mut keys: Vec<StoreKey> = nodes
            .into_iter()
            .filter_map(|node| match node {
                NodeId::Resource(id) => Some(StoreKey::Resource(number, id)),
                NodeId::Function(id) => Some(StoreKey::Function(number, id)),
                _ => None,
            })
            .collect();
        if keys.is_empty() && text.literal().is_some() {
            keys.push(StoreKey::Named(number, kind.to_owned(), words.clone()));
        }
        self.keys
            .borrow_mut()
            .insert((number, kind.to_owned(), words), keys.clone());
        keys
    }

    /// The name of a store for people.
    pub(crate) fn key_label(&self, entry: usize, key: &StoreKey) -> String {
        let app = self
            .requests
            .get(entry)
            .and_then(|r| self.apps.get(r.app))
            .map(|c| c.app);
        match (key, app) {
            (StoreKey::Resource(_, id), Some(app)) => app.label(NodeId::Resource(*id)),
            (StoreKey::Function(_, id) | StoreKey::Returned(_, id), Some(app)) => {
                app.label(NodeId::Function(*id))
            }
            (StoreKey::Named(_, _, name), _) => name.clone(),
            (StoreKey::Global(_, _, name), _) => self.solver.program.text(*name).to_owned(),
            (StoreKey::Files(_), _) => "a file".to_owned(),
            _ => String::new(),
        }
    }

    /// Which part of a store a site works on (object keys, file paths).
    pub(crate) fn partition(&self, entry: usize, site: &StoreSite) -> Option<Text> {
        if !matches!(site.kind.as_str(), "bucket" | "file") {
            return None;
        }
        match self.texts(entry, site.partition.as_ref()?).as_slice() {
            [Some(one)] => Some(own_holes(one, site)),
            _ => None,
        }
    }

    /// The keys of a bucket that a filter lets through, as a text with a hole.
    pub(crate) fn keys_let_through(filter: &Filter) -> Option<Text> {
        if filter.prefix.is_none() && filter.suffix.is_none() {
            return None;
        }
        let mut parts: Vec<Part> = filter
            .prefix
            .iter()
            .flat_map(|t| t.parts().to_vec())
            .collect();
        parts.push(Part::Hole(Symbol::Opaque("key".into())));
        parts.extend(filter.suffix.iter().flat_map(|t| t.parts().to_vec()));
        Some(Text::join(parts))
    }

    /// Whether the role of an entry may do what a site does.
    pub(crate) fn allowed(&self, entry: usize, site: &StoreSite, key: &StoreKey) -> bool {
        let node = match key {
            StoreKey::Resource(_, id) => Some(NodeId::Resource(*id)),
            StoreKey::Function(_, id) => Some(NodeId::Function(*id)),
            _ => None,
        };
        self.may(entry, site.action.as_deref(), node)
    }

    fn may(&self, entry: usize, action: Option<&str>, node: Option<NodeId>) -> bool {
        let Some(request) = self.requests.get(entry) else {
            return true;
        };
        match (action, request.function, self.apps.get(request.app)) {
            (Some(action), Some(function), Some(context)) => {
                let question = (request.app, function, action.to_owned(), node);
                if let Some(known) = self.may.borrow().get(&question) {
                    return *known;
                }
                let may = (context.may)(function, action, node, None) != Answer::No;
                self.may.borrow_mut().insert(question, may);
                may
            }
            _ => true,
        }
    }

    /// Whether a sink that is an SDK call is allowed at all.
    pub(crate) fn sink_allowed(&self, entry: usize, site: &SinkSite) -> bool {
        let Some(context) = self.requests.get(entry).and_then(|r| self.apps.get(r.app)) else {
            return true;
        };
        let texts = site
            .resource
            .as_ref()
            .map(|values| self.texts(entry, values))
            .unwrap_or_default();
        let is_thing = |node| matches!(node, NodeId::Resource(_) | NodeId::Function(_));
        let mut nodes = Vec::new();
        for text in texts {
            let named = text
                .map(|t| context.app.denotes(&t, is_thing))
                .unwrap_or_default();
            if named.is_empty() {
                // It may work on something else.
                return self.may(entry, site.action.as_deref(), None);
            }
            nodes.extend(named);
        }
        if nodes.is_empty() {
            return self.may(entry, site.action.as_deref(), None);
        }
        nodes
            .into_iter()
            .any(|node| self.may(entry, site.action.as_deref(), Some(node)))
    }

    /// What arrives where a store is read.
    pub(crate) fn read_arrivals(&self, entry: usize, read: u32, fact: &Fact) -> Vec<Arrival> {
        let Some(site) = self.solver.reads.get(ReadId(read)) else {
            return Vec::new();
        };
        let path = self.slot_path(&site.slot, &fact.input.path);
        let partition = self.partition(entry, site);
        let mut found = Vec::new();
        for (key, doubtful) in self.store_keys(entry, site) {
            // What an invoked function returns is read from it.
            let key = match key {
                StoreKey::Function(app, id) if site.slot.starts_with("return") => {
                    StoreKey::Returned(app, id)
                }
                other => other,
            };
            if !self.allowed(entry, site, &key) {
                continue;
            }
            let path = if matches!(key, StoreKey::Returned(..)) {
                path.get(1..).unwrap_or_default().to_vec()
            } else {
                path.clone()
            };
            let outside = self.outside_writer(entry, &key, site);
            let inside = self.slots.read(&key, &path, partition.as_ref()).into_iter();
            let inside = inside.map(|a| {
                if matches!(key, StoreKey::Files(_)) {
                    a
                } else {
                    self.crossed(entry, &key, a)
                }
            });
            for mut arrival in inside.chain(outside) {
                arrival.doubtful |= doubtful;
                let mut steps = (*arrival.steps).clone();
                steps.push(PathStep {
                    kind: PathStepKind::Read,
                    span: site.span,
                    note: self.key_label(entry, &key),
                    depth: 0,
                });
                arrival.steps = Rc::new(steps);
                found.push(arrival);
            }
        }
        found
    }

    /// An arrival that came through a store into another function.
    pub(crate) fn crossed(&self, entry: usize, key: &StoreKey, mut arrival: Arrival) -> Arrival {
        let name = |function: Option<FunctionId>, at: usize| {
            let app = self
                .requests
                .get(at)
                .and_then(|r| self.apps.get(r.app))
                .map(|c| c.app);
            match (function, app) {
                (Some(f), Some(app)) => app.label(NodeId::Function(f)),
                _ => self
                    .requests
                    .get(at)
                    .map(|r| r.export.clone())
                    .unwrap_or_default(),
            }
        };
        let from = arrival.crossings.last().map_or_else(
            || name(arrival.origin.function, arrival.origin.entry),
            |(_, _, to)| to.clone(),
        );
        let to = name(self.requests.get(entry).and_then(|r| r.function), entry);
        let mut crossings = (*arrival.crossings).clone();
        if crossings.len() < 8 {
            crossings.push((from, self.key_label(entry, key), to));
        }
        arrival.crossings = Rc::new(crossings);
        arrival.weight = arrival.weight.saturating_add(50);
        arrival
    }
}
