//! Which field of which trigger an input path is, and who controls it.

use std::rc::Rc;

use palisade_events::{Encoding, Field, Shape, Step as EventStep, Trust, Type, Walk};
use palisade_model::app::{App, Kind, NodeId, Trigger, TriggerId};
use palisade_model::reach::Level;

use super::channel::{Envelope, returned};
use super::label::{self, Labels};
use super::store::StoreKey;
use super::{Arrival, Closer};
use crate::flows::PathOrigin;
use crate::path::{AccessPath, Step};
use crate::taint::fact::Fact;
use crate::taint::solve::Runs;
use crate::transfer::{ALL_BITS, Bits, Grammar};
use crate::value::InstId;

impl Closer<'_, '_> {
    /// An input path in the words of event files; `None` where it is none.
    pub(crate) fn event_steps(&self, path: &AccessPath) -> Option<Vec<EventStep>> {
        path.iter()
            .map(|step| match step {
                Step::Key(key) => {
                    let key = self.solver.values.word(*key);
                    // `[0]` is an element like any other.
                    let number = !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
                    Some(if number {
                        EventStep::Elem
                    } else {
                        EventStep::Key(key.to_owned())
                    })
                }
                Step::Elem => Some(EventStep::Elem),
                Step::KeyOf => Some(EventStep::KeyOf),
                Step::Decode(encoding) => Some(EventStep::Decode(*encoding)),
                Step::Captured(_) => None,
            })
            .collect()
    }

    /// What arrives at a parameter of an entry.
    pub(crate) fn param_arrivals(
        &self,
        entry: usize,
        inst: InstId,
        at: u16,
        fact: &Fact,
    ) -> Vec<Arrival> {
        let Some(reached) = self.reached.get(entry) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (candidate, runs, params) in &reached.entries {
            if *candidate != inst {
                continue;
            }
            let offset = u16::from(*runs == Runs::Method);
            let Some(at) = at.checked_sub(offset) else {
                continue;
            };
            match params {
                None if at == 0 => found.extend(self.event_arrivals(entry, fact)),
                None => {}
                Some(params) => {
                    if let Some(Some(event)) = params.get(usize::from(at)) {
                        found.extend(self.source_arrivals(entry, event, fact));
                    }
                }
            }
        }
        found
    }

    /// What arrives in the event of an entry, over all its triggers.
    fn event_arrivals(&self, entry: usize, fact: &Fact) -> Vec<Arrival> {
        let Some(request) = self.requests.get(entry) else {
            return Vec::new();
        };
        let Some(steps) = self.event_steps(&fact.input.path) else {
            return Vec::new();
        };
        let Some(app) = self.apps.get(request.app).map(|c| c.app) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let Some(function) = request.function else {
            return self.unknown(entry, steps);
        };
        let mut any = false;
        for (id, trigger) in self.triggers_of(request.app, app, function) {
            any = true;
            if trigger.wired == palisade_model::setting::Answer::No {
                continue;
            }
            found.extend(self.trigger_arrivals(entry, app, id, trigger, &steps));
        }
        // Whoever invokes the function by name.
        let key = StoreKey::Function(request.app, function);
        let path = self.slot_path("", &fact.input.path);
        found.extend(
            self.slots
                .read(&key, &path, None)
                .into_iter()
                .map(|a| self.crossed(entry, &key, a)),
        );
        if !any {
            for mut arrival in self.unknown(entry, steps) {
                // Declared, but nothing in the tree starts it.
                arrival.doubtful = true;
                found.push(arrival);
            }
        }
        found
    }

    /// The trigger is unknown: any path is accepted. Where all paths the handler reads fit known events, what those say
    /// of the field holds: what each of them gives to the platform alone is nobody's, and its type is theirs.
    fn unknown(&self, entry: usize, steps: Vec<EventStep>) -> Vec<Arrival> {
        let mut paths = self.event_paths(entry);
        if !steps.is_empty() && !paths.contains(&steps) {
            paths.push(steps.clone());
        }
        // One key alone says little, unless it is spelled as only platforms do.
        let telling = |p: &Vec<EventStep>| {
            p.len() >= 2
                || matches!(p.first(), Some(EventStep::Key(k)) if k.len() > 5 && k.starts_with(|c: char| c.is_ascii_uppercase()))
        };
        let likely = if paths.len() >= 2 || paths.iter().any(telling) {
            let paths: Vec<&[EventStep]> = paths.iter().map(Vec::as_slice).collect();
            palisade_events::fitting(&paths)
        } else {
            Vec::new()
        };
        let fields: Vec<(&'static str, Bound<'_>)> = likely
            .iter()
            .filter_map(|s| Some((s.id, bound(s, &steps, &[])?)))
            .collect();
        let nobodys = |b: &Bound<'_>| matches!(b.field.trust, Trust::Platform | Trust::Operator);
        if !fields.is_empty() && fields.iter().all(|(_, b)| nobodys(b)) {
            return Vec::new();
        }
        let whatever = palisade_events::find("aws.unknown");
        if whatever.is_some_and(|s| bound(s, &steps, &[]).is_some_and(|b| nobodys(&b))) {
            return Vec::new();
        }
        let bits = fields
            .iter()
            .map(|(_, b)| initial_bits(b.field, b.below))
            .reduce(|a, b| a & b)
            .unwrap_or(0);
        let only = if let [only] = fields.as_slice() {
            Some(only)
        } else {
            None
        };
        let origin = PathOrigin {
            function: self.requests.get(entry).and_then(|r| r.function),
            entry,
            trigger: None,
            event: only.map_or("aws.unknown", |(id, _)| id),
            nested: Vec::new(),
            field: steps,
            by: fields.first().and_then(|(_, b)| b.field.by.clone()),
            surely: Level::SignedIn,
            possibly: Level::SignedIn,
            unknown: true,
        };
        vec![self.arrival(origin, bits, only.is_some_and(|(_, b)| b.encoded))]
    }

    /// Every path of its event that a handler reads, the longest of each chain.
    fn event_paths(&self, entry: usize) -> Vec<Vec<EventStep>> {
        let mut paths: Vec<Vec<EventStep>> = Vec::new();
        for callee in self.solver.entries.get(entry).into_iter().flatten() {
            let function = self.solver.values.function(callee.inst);
            let event = u16::from(callee.runs == Runs::Method);
            let instrs = &self.solver.program.functions[function].ir.instrs;
            let mut known: rustc_hash::FxHashMap<crate::ir::ValueId, AccessPath> =
                rustc_hash::FxHashMap::default();
            let called: rustc_hash::FxHashSet<crate::ir::ValueId> = instrs
                .iter()
                .filter_map(|instr| match &instr.op {
                    crate::ir::Op::Call(call) => Some(call.callee),
                    _ => None,
                })
                .collect();
            for (value, instr) in instrs.enumerate() {
                let longer = |base: &crate::ir::ValueId, step: Option<Step>| {
                    let mut path = known.get(base)?.clone();
                    path.extend(step);
                    (path.len() <= 12).then_some(path)
                };
                use crate::ir::Op;
                let path = match &instr.op {
                    Op::Param(at) if *at == event => Some(AccessPath::new()),
                    // Methods are no keys, nor is what every list has.
                    Op::Load(base, key)
                        if !called.contains(&value)
                            && self.solver.program.text(*key) != "length" =>
                    {
                        longer(base, Some(Step::Key(*key)))
                    }
                    Op::Index(base, _) | Op::Iter(base) => longer(base, Some(Step::Elem)),
                    Op::Refine(base, _, _) | Op::Await(base) | Op::Rest(base, _) => {
                        longer(base, None)
                    }
                    Op::Call(call) => self
                        .read_by_get(function, call)
                        .and_then(|(base, key)| longer(&base, Some(Step::Key(key)))),
                    _ => None,
                };
                if let Some(path) = path {
                    paths.extend(self.event_steps(&path).filter(|p| !p.is_empty()));
                    known.insert(value, path);
                }
            }
        }
        paths.sort();
        paths.dedup();
        let all = paths.clone();
        paths.retain(|p| {
            !all.iter()
                .any(|other| other.len() > p.len() && other.starts_with(p))
        });
        paths
    }

    /// `event.get("key")`.
    fn read_by_get(
        &self,
        function: crate::program::FnId,
        call: &crate::ir::Call,
    ) -> Option<(crate::ir::ValueId, crate::ir::Sym)> {
        use crate::ir::{Const, Op};
        let program = self.solver.program;
        let Op::Load(base, name) = program.op(function, call.callee) else {
            return None;
        };
        let Op::Const(Const::Text(key)) = program.op(function, call.args.first()?.value) else {
            return None;
        };
        (program.text(*name) == "get").then_some((*base, *key))
    }

    pub(super) fn arrival(&self, origin: PathOrigin, bits: Bits, encoded: bool) -> Arrival {
        Arrival {
            bits,
            origin: Rc::new(origin),
            steps: Rc::default(),
            crossings: Rc::default(),
            weight: 0,
            opaque: 0,
            doubtful: false,
            whole: true,
            encoded,
        }
    }

    fn trigger_arrivals(
        &self,
        entry: usize,
        app: &App,
        id: TriggerId,
        trigger: &Trigger,
        steps: &[EventStep],
    ) -> Vec<Arrival> {
        let Some(shape) =
            palisade_events::find(trigger.event).or_else(|| palisade_events::find("aws.unknown"))
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let envelopes = self.envelopes(app, trigger, shape);
        let has_upstream = envelopes.len() > 1;
        for Envelope { nested, hops } in envelopes {
            let Some(Bound {
                field,
                way,
                encoded,
                whole,
                below,
            }) = bound(shape, steps, &nested)
            else {
                continue;
            };
            let ids: Vec<&'static str> = nested.iter().map(|s| s.id).collect();
            // What the functions of the application put there.
            let mut channel = Vec::new();
            let mut rest = steps.to_vec();
            for (at, hop) in hops.iter().enumerate() {
                let last = at + 1 == hops.len();
                let slots = self.slots_of(app, hop, &rest, field, last);
                let partition = Self::keys_let_through(hop.filter);
                for key in self.channel(entry, app, hop.node) {
                    let kind = self.kind_of(app, &key);
                    let passes = |labels: &Labels| label::passes(kind, hop.filter, labels);
                    for slot in &slots {
                        let (key, slot) = returned(&key, slot);
                        let held =
                            self.slots
                                .read_through(&key, &slot, partition.as_ref(), &passes);
                        found.extend(held.into_iter().map(|a| self.crossed(entry, &key, a)));
                    }
                    channel.push(key);
                }
                rest = hop.inside(&rest);
            }
            // What a function answers is the application's own.
            let answered = hops.iter().any(|h| matches!(h.node, NodeId::Function(_)));
            let fed = answered || (nested.is_empty() && has_upstream);
            let Some((surely, possibly)) = self.level(app, trigger, field, &channel, fed) else {
                continue;
            };
            if possibly == Level::None
                || !seen.insert((palisade_events::words(&way), field.trust.word()))
            {
                continue;
            }
            let origin = PathOrigin {
                function: Some(trigger.function),
                entry,
                trigger: Some(id),
                event: shape.id,
                nested: ids,
                field: way,
                by: field.by.clone(),
                surely,
                possibly,
                unknown: false,
            };
            let mut arrival = self.arrival(origin, initial_bits(field, below), encoded);
            arrival.whole = whole || field.kind != Type::Text;
            arrival.doubtful |= possibly > surely && surely < Level::Inside;
            found.push(arrival);
        }
        found
    }

    /// Who controls a field of a trigger, surely and possibly; `None` where nobody outside does.
    fn level(
        &self,
        app: &App,
        trigger: &Trigger,
        field: &Field,
        channel: &[StoreKey],
        fed: bool,
    ) -> Option<(Level, Level)> {
        let (surely, possibly) = (trigger.reach.surely, trigger.reach.possibly);
        match field.trust {
            Trust::Platform => return None,
            Trust::Operator => {
                let schedule = |l: Level| l.min(Level::Schedule);
                // What a template sends along in plain words is nobody's; without such words a schedule only tells the time.
                let input = trigger.filter.input.as_ref();
                let plain = trigger.source.is_some() && input.is_none_or(|t| t.literal().is_some());
                return if trigger.event == "aws.scheduler" && !plain {
                    Some((schedule(surely.max(Level::Schedule)), Level::Schedule))
                } else {
                    None
                };
            }
            Trust::Identity => {
                return Some((surely.min(Level::SignedIn), possibly.min(Level::SignedIn)));
            }
            Trust::Stranger | Trust::Sender => {}
        }
        let store = match trigger.source {
            Some(NodeId::Resource(id)) => app.resources.get(id).map(|r| r.kind),
            Some(NodeId::Function(_)) => Some(Kind::Other),
            _ => None,
        };
        let open = surely.max(possibly) >= Level::OtherAccount;
        if open {
            return Some((surely, possibly));
        }
        // `fed`: another channel of the application delivers into this one.
        let written = fed
            || channel
                .iter()
                .any(|key| self.writers.contains(&(self.app_of(key), key.clone())));
        match (trigger.event, store) {
            // Streams of tables, tasks of workflows, direct invocations: only their writers count.
            (
                "aws.dynamodb-stream" | "aws.stepfunctions-task" | "aws.direct" | "aws.documentdb",
                _,
            ) => None,
            ("aws.scheduler" | "aws.custom-resource", _) => Some((surely, possibly)),
            (
                _,
                Some(
                    Kind::Bucket
                    | Kind::Queue
                    | Kind::Topic
                    | Kind::Stream
                    | Kind::Bus
                    | Kind::EventRule,
                ),
            ) => {
                if written {
                    None
                } else {
                    Some((surely.max(Level::Inside), possibly.max(Level::Inside)))
                }
            }
            _ if possibly == Level::None => None,
            _ => Some((surely, possibly)),
        }
    }

    fn app_of(&self, key: &StoreKey) -> usize {
        key.app()
    }

    /// A request object of a framework: it carries what the HTTP triggers of the entry let in.
    pub(crate) fn source_arrivals(&self, entry: usize, event: &str, fact: &Fact) -> Vec<Arrival> {
        let Some(request) = self.requests.get(entry) else {
            return Vec::new();
        };
        let (Some(shape), Some(steps)) = (
            palisade_events::find(event),
            self.event_steps(&fact.input.path),
        ) else {
            return Vec::new();
        };
        let Some(Bound {
            field,
            way,
            encoded,
            whole,
            below,
        }) = bound(shape, &steps, &[])
        else {
            return Vec::new();
        };
        if matches!(field.trust, Trust::Platform | Trust::Operator) {
            return Vec::new();
        }
        let best = self.best_trigger(entry);
        let (trigger, surely, possibly, unknown) = match best {
            Some((id, surely, possibly)) => (Some(id), surely, possibly, false),
            None => (None, Level::SignedIn, Level::SignedIn, true),
        };
        if possibly == Level::None {
            return Vec::new();
        }
        let identity = |l: Level| {
            if field.trust == Trust::Identity {
                l.min(Level::SignedIn)
            } else {
                l
            }
        };
        let origin = PathOrigin {
            function: request.function,
            entry,
            trigger,
            event: shape.id,
            nested: Vec::new(),
            field: way,
            by: field.by.clone(),
            surely: identity(surely),
            possibly: identity(possibly),
            unknown,
        };
        let mut arrival = self.arrival(origin, initial_bits(field, below), encoded);
        arrival.whole = whole || field.kind != Type::Text;
        vec![arrival]
    }
}

/// An input path bound to a field.
struct Bound<'a> {
    field: &'a Field,
    /// The way to it; where the path ends above the leaves, to the most exposed leaf.
    way: Vec<EventStep>,
    /// Whether an encoding was not undone.
    encoded: bool,
    /// Whether the path ends above the leaves.
    whole: bool,
    /// Whether the path goes on below the field: then it was no plain text.
    below: bool,
}

fn bound<'a>(shape: &'a Shape, steps: &[EventStep], nested: &[&'a Shape]) -> Option<Bound<'a>> {
    Some(match shape.walk(steps, nested) {
        Walk::Missing => return None,
        Walk::Leaf {
            field,
            missing,
            beyond,
            ..
        } => Bound {
            field,
            way: steps.to_vec(),
            encoded: missing.contains(&Encoding::Url),
            whole: false,
            below: beyond > 0,
        },
        Walk::Above { field, worst } => match worst {
            Some((leaf, below)) => Bound {
                field: leaf,
                way: steps.iter().cloned().chain(below).collect(),
                encoded: false,
                whole: true,
                below: false,
            },
            None => Bound {
                field,
                way: steps.to_vec(),
                encoded: false,
                whole: true,
                below: false,
            },
        },
    })
}

/// What a field's type guarantees before the program does anything.
fn initial_bits(field: &Field, below: bool) -> Bits {
    let one_line = match field.one_line {
        true => Grammar::Log.bit() | Grammar::Header.bit(),
        false => 0,
    };
    match field.kind {
        Type::Text if below => 0,
        Type::Text => Grammar::IsText.bit() | Grammar::NosqlOperator.bit() | one_line,
        Type::Number | Type::Flag => ALL_BITS,
        Type::Any => 0,
    }
}
