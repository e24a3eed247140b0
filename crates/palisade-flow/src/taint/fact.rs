//! A fact: this part of a value comes from that input.

use std::sync::Arc;

use palisade_model::source::Span;

use super::order::Since;
use crate::ir::Sym;
use crate::path::{AccessPath, BUILT_STEPS_MAX, INPUT_STEPS_MAX, Overlap, Step, extend, overlap};
use crate::program::ModuleId;
use crate::transfer::Transfer;

/// What a value may come from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Root {
    /// A parameter of the function.
    Param(u16),
    /// A captured value of the function.
    Capture(u16),
    /// A module-level name.
    Global(ModuleId, Sym),
    /// A store that was read, by number of the read.
    Read(u32),
    /// A request object of a framework, by event file.
    Source(Sym),
}

impl Root {
    /// Whether a caller decides what it is.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Param(_) | Self::Capture(_))
    }
}

/// A part of a root.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Input {
    /// The root.
    pub root: Root,
    /// Steps into it, decodings among them.
    pub path: AccessPath,
}

impl Clone for Input {
    fn clone(&self) -> Self {
        Self {
            root: self.root,
            path: AccessPath::from_slice(&self.path),
        }
    }
}

/// What happened on the way, newest first; shared, so that evidence costs linear space.
pub type Trail = Option<Arc<Link>>;

/// What a link of a trail is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    /// Read out of the input.
    Read,
    /// Built into a text.
    Concat,
    /// Through a call of the program; `inner` is the way inside.
    Call,
    /// Through a library call.
    Library,
    /// Through a call nobody knows.
    Opaque,
    /// Decoded.
    Decode,
    /// Made safe for another grammar.
    Safe,
    /// Behind a check.
    Check,
    /// Stored into a part of an object.
    Store,
}

/// One thing that happened.
#[derive(Debug)]
pub struct Link {
    /// What.
    pub kind: LinkKind,
    /// Where.
    pub span: Span,
    /// The callee's name, the check, the grammar.
    pub note: String,
    /// What happened before.
    pub before: Trail,
    /// Inside the call.
    pub inner: Trail,
    /// How many links there are up to here.
    pub length: u32,
}

/// Longest trail; the middle of longer ones is dropped.
const TRAIL_MAX: u32 = 40;

/// Appends a link.
pub fn link(
    before: &Trail,
    kind: LinkKind,
    span: Span,
    note: impl Into<String>,
    inner: Trail,
) -> Trail {
    let length = before.as_ref().map_or(0, |l| l.length) + 1;
    if length > TRAIL_MAX {
        return before.clone();
    }
    if inner.is_none()
        && let Some(last) = before
        && last.kind == kind
        && last.span == span
    {
        return before.clone();
    }
    Some(Arc::new(Link {
        kind,
        span,
        note: note.into(),
        before: before.clone(),
        inner,
        length,
    }))
}

/// Notes that an input is read here; of several reads in a row the last one counts.
pub fn read(before: &Trail, span: Span) -> Trail {
    match before {
        Some(last) if last.kind == LinkKind::Read => {
            link(&last.before, LinkKind::Read, span, "", None)
        }
        _ => link(before, LinkKind::Read, span, "", None),
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Long trails must not recurse when they are dropped.
        let mut next = self.before.take();
        while let Some(link) = next {
            match Arc::try_unwrap(link) {
                Ok(mut link) => next = link.before.take(),
                Err(_) => break,
            }
        }
    }
}

/// Known text in front of the tainted part, with `\u{FFFC}` for anything unknown.
pub type Prefix = Arc<str>;

/// Stands for unknown characters in a `Prefix`.
pub const UNKNOWN: char = '\u{FFFC}';
const PREFIX_MAX: usize = 200;

/// `before` and then `prefix`.
pub fn prefixed(before: &str, prefix: &Prefix) -> Prefix {
    if before.is_empty() {
        return prefix.clone();
    }
    let mut text: String = before.to_owned();
    text.push_str(prefix);
    if text.len() > PREFIX_MAX {
        // What stands directly before the hole and how it begins both matter: keep the ends.
        let head: String = text.chars().take(PREFIX_MAX / 2).collect();
        let skip = text.chars().count().saturating_sub(PREFIX_MAX / 2);
        let tail: String = text.chars().skip(skip).collect();
        text = format!("{head}{UNKNOWN}{tail}");
    }
    text.into()
}

/// A fact.
#[derive(Debug)]
pub struct Fact {
    /// Which part of the value.
    pub at: AccessPath,
    /// Where it comes from.
    pub input: Input,
    /// Whether it is that input, not something made from it.
    pub exact: bool,
    /// What the way did to safe-for bits.
    pub transfer: Transfer,
    /// Calls on the way that nobody knows.
    pub opaque: u8,
    /// Length of the way.
    pub weight: u32,
    /// Text in front of it.
    pub prefix: Prefix,
    /// The way.
    pub trail: Trail,
    /// Since when that part is there.
    pub since: Since,
}

impl Clone for Fact {
    // Facts are copied more than anything else; paths are copied as one piece.
    fn clone(&self) -> Self {
        Self {
            at: AccessPath::from_slice(&self.at),
            input: self.input.clone(),
            exact: self.exact,
            transfer: self.transfer,
            opaque: self.opaque,
            weight: self.weight,
            prefix: self.prefix.clone(),
            trail: self.trail.clone(),
            since: self.since,
        }
    }
}

impl Fact {
    /// The input itself.
    pub fn whole(root: Root) -> Self {
        Self {
            at: AccessPath::new(),
            input: Input {
                root,
                path: AccessPath::new(),
            },
            exact: true,
            transfer: Transfer::IDENTITY,
            opaque: 0,
            weight: 0,
            prefix: Prefix::default(),
            trail: None,
            since: Since::default(),
        }
    }

    /// The fact about a part of the value; `None` where it speaks of another part.
    pub fn part(&self, step: Step) -> Option<Self> {
        let mut fact = self.clone();
        match self.at.first() {
            Some(first) if crate::path::meets(*first, step) => {
                fact.at.remove(0);
                Some(fact)
            }
            Some(_) => None,
            None if self.exact => {
                let (path, whole) = extend(&self.input.path, &[step], INPUT_STEPS_MAX);
                fact.input.path = path;
                fact.exact = whole;
                Some(fact)
            }
            None => Some(fact),
        }
    }

    /// The fact about a value that holds this one as a part.
    pub fn inside(mut self, step: Step) -> Self {
        self.at.insert(0, step);
        if self.at.len() > BUILT_STEPS_MAX {
            // Somewhere below the outer steps.
            self.at.truncate(BUILT_STEPS_MAX);
            self.exact = false;
        }
        self
    }

    /// The fact about a value made from this one.
    pub fn derived(mut self) -> Self {
        self.at.clear();
        self.exact = false;
        self.since = Since::default();
        self
    }
}

/// A way through a function, from an input of it to a part of something.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The fact at the end: its input is symbolic.
    pub fact: Fact,
}

/// Composes a way inside a callee with a fact about what was handed in.
pub fn compose(flow: &Fact, actual: &Fact, span: Span, name: &str) -> Option<Fact> {
    let mut fact = match overlap(&actual.at, &flow.input.path) {
        Overlap::Apart => return None,
        Overlap::Above(rest) => {
            let mut fact = actual.clone();
            fact.at = flow.at.clone();
            if actual.exact {
                let (path, whole) = extend(&actual.input.path, &rest, INPUT_STEPS_MAX);
                fact.input.path = path;
                fact.exact = flow.exact && whole;
            } else {
                fact.exact = false;
            }
            fact
        }
        Overlap::Below(rest) => {
            let mut fact = actual.clone();
            let (at, whole) = if flow.exact {
                extend(&flow.at, &rest, BUILT_STEPS_MAX)
            } else {
                (flow.at.clone(), false)
            };
            fact.at = at;
            fact.exact = flow.exact && actual.exact && whole;
            fact
        }
    };
    fact.transfer = actual.transfer.then(flow.transfer);
    fact.opaque = actual.opaque.saturating_add(flow.opaque);
    fact.weight = actual.weight.saturating_add(flow.weight).saturating_add(10);
    fact.prefix = prefixed(&flow.prefix, &actual.prefix);
    fact.trail = link(
        &actual.trail,
        LinkKind::Call,
        span,
        name,
        flow.trail.clone(),
    );
    Some(fact)
}

/// The facts about one value.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The facts.
    pub all: Vec<Fact>,
    /// Whether there were too many once: from then on there is one for each root.
    pub limited: bool,
}

/// Most facts about one value.
const FACTS_MAX: usize = 32;

impl Facts {
    /// Adds a fact, or weakens the one about the same; whether anything changed that others can see.
    pub fn add(&mut self, fact: Fact) -> bool {
        if self.limited {
            return self.absorb(fact);
        }
        if let Some(known) = self
            .all
            .iter_mut()
            .find(|f| f.input == fact.input && f.at == fact.at)
        {
            return weaken(known, fact);
        }
        self.all.push(fact);
        true
    }

    /// Adds where a loop may lengthen paths for ever: a path that extends one already there is cut to it.
    pub fn add_widened(&mut self, fact: Fact) -> bool {
        if self.limited {
            return self.absorb(fact);
        }
        let extends = |short: &Fact| {
            short.input.root == fact.input.root
                && short.at == fact.at
                && short.input.path.len() < fact.input.path.len()
                && fact.input.path.starts_with(&short.input.path)
        };
        if let Some(short) = self.all.iter_mut().find(|f| extends(f)) {
            let mut cut = fact;
            cut.input = short.input.clone();
            cut.exact = false;
            return weaken(short, cut);
        }
        self.add(fact)
    }

    /// Keeps the number of facts bounded; whether something was lost.
    pub fn limit(&mut self) -> bool {
        if self.all.len() <= FACTS_MAX {
            return false;
        }
        let mut merged: Vec<Fact> = Vec::new();
        for fact in std::mem::take(&mut self.all) {
            match merged.iter_mut().find(|f| f.input.root == fact.input.root) {
                Some(known) => drop(widen(known, &fact)),
                None => merged.push(fact),
            }
        }
        merged.truncate(FACTS_MAX);
        self.all = merged;
        self.limited = true;
        true
    }

    /// Adds where there were too many once; what is told again must not come back as something new.
    fn absorb(&mut self, fact: Fact) -> bool {
        let is_full = self.all.len() >= FACTS_MAX;
        let known = self
            .all
            .iter_mut()
            .find(|f| f.input.root == fact.input.root);
        match known {
            Some(known) if known.input == fact.input && known.at == fact.at => weaken(known, fact),
            Some(known) => widen(known, &fact),
            None if is_full => false,
            None => {
                self.all.push(fact);
                true
            }
        }
    }
}

/// Makes a fact speak of what both share; whether that changed it.
fn widen(known: &mut Fact, fact: &Fact) -> bool {
    let shared = |a: &[Step], b: &[Step]| a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let path = shared(&known.input.path, &fact.input.path);
    let at = shared(&known.at, &fact.at);
    let transfer = known.transfer.meet(fact.transfer);
    let changed = path < known.input.path.len()
        || at < known.at.len()
        || known.exact
        || transfer != known.transfer
        || fact.opaque < known.opaque;
    known.since = Since::ANY;
    known.input.path.truncate(path);
    known.at.truncate(at);
    known.exact = false;
    known.transfer = transfer;
    known.opaque = known.opaque.min(fact.opaque);
    changed
}

fn weaken(known: &mut Fact, fact: Fact) -> bool {
    let transfer = known.transfer.meet(fact.transfer);
    let exact = known.exact && fact.exact;
    let changed = transfer != known.transfer || exact != known.exact || fact.opaque < known.opaque;
    let since = known.since.and(fact.since);
    let changed = changed || since != known.since;
    known.since = since;
    known.transfer = transfer;
    known.exact = exact;
    let shorter = fact.prefix.len() < known.prefix.len();
    if (fact.opaque, fact.weight) < (known.opaque, known.weight) {
        known.trail = fact.trail;
        known.weight = fact.weight;
    }
    known.opaque = known.opaque.min(fact.opaque);
    if shorter {
        known.prefix = fact.prefix;
    }
    changed || shorter
}

/// The tail of a trail, oldest link first.
pub fn oldest_first(trail: &Trail) -> Vec<&Link> {
    let mut all = Vec::new();
    let mut next = trail.as_deref();
    while let Some(link) = next {
        all.push(link);
        next = link.before.as_deref();
    }
    all.reverse();
    all
}
