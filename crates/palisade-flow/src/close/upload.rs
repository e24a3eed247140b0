//! Signed forms and addresses: whoever gets one from a function may put objects into its bucket.

use std::rc::Rc;

use palisade_events::Step as EventStep;
use palisade_model::app::{NodeId, Trigger, TriggerId};
use palisade_model::index::Id;
use palisade_model::reach::Level;
use palisade_model::setting::Answer;
use palisade_model::text::{Part, Symbol, Text};
use rustc_hash::FxHashSet;

use super::label::{at_port, row};
use super::store::StoreKey;
use super::{Arrival, Closer};
use crate::flows::{PathOrigin, PathStep, PathStepKind};
use crate::ir::{Op, ValueId};
use crate::taint::solve::Solver;
use crate::taint::summary::{StoreSite, WriteId};
use crate::transfer::Grammar;
use crate::value::{InstId, Val, Vals};

/// The slot of a row that signs an upload; the port is the key, or the command to be signed.
pub const SLOT: &str = "upload";
/// The slot whose port says which operation is signed.
pub const OPERATION: &str = "upload-by";
/// In the key of a signed form, the name of the file that is sent.
const FILE_NAME: &str = "${filename}";

/// The signings that allow an upload. What a command signed says of bucket and key is read out of it.
pub fn read(solver: &mut Solver<'_>) -> FxHashSet<WriteId> {
    let mut found = FxHashSet::default();
    for id in (0..solver.writes.len()).map(WriteId::from_index) {
        let Some(site) = solver.writes.get(id).filter(|s| s.slot == SLOT).cloned() else {
            continue;
        };
        let Some((_, slots)) = row(solver, &site) else {
            continue;
        };
        match slots.iter().find(|(slot, _)| slot == OPERATION) {
            Some((_, port)) => {
                let operation = at_port(solver, &site, port).unwrap_or_default();
                let puts = |v: &Val| matches!(v, Val::Text(s) if is_upload(solver.values.word(*s)));
                if operation.iter().any(puts) {
                    found.insert(id);
                }
            }
            None => match command(solver, &site) {
                Some((api, inst, argument)) => {
                    if api.rsplit('.').next().is_some_and(is_upload) {
                        let member = |solver: &mut Solver<'_>, name: &str| -> Vals {
                            let name = solver.values.words.intern(name);
                            let held = solver.values.value(inst, argument);
                            held.iter()
                                .flat_map(|v| solver.values.member(site.function, v, name))
                                .collect::<Vec<_>>()
                                .into()
                        };
                        let (bucket, key) = (member(solver, "Bucket"), member(solver, "Key"));
                        solver.writes[id].resource = Some(bucket);
                        solver.writes[id].partition = Some(key);
                        found.insert(id);
                    }
                }
                None => {
                    found.insert(id);
                }
            },
        }
    }
    found
}

fn is_upload(operation: &str) -> bool {
    matches!(
        operation,
        "put_object"
            | "upload_part"
            | "putObject"
            | "uploadPart"
            | "PutObjectCommand"
            | "UploadPartCommand"
    )
}

/// The command that a call signs: its API and what it is made with.
fn command(solver: &mut Solver<'_>, site: &StoreSite) -> Option<(String, InstId, ValueId)> {
    let program = solver.program;
    let Op::Call(signing) = program.op(site.function, site.call) else {
        return None;
    };
    let inst = solver.values.plain(site.function);
    for arg in &signing.args {
        let Op::Call(made) = program.op(site.function, program.object(site.function, arg.value))
        else {
            continue;
        };
        for val in solver.values.value(inst, made.callee).iter() {
            if let Val::Api(path) = val
                && solver.values.word(*path).ends_with("Command")
            {
                let argument = made.args.first()?.value;
                return Some((solver.values.word(*path).to_owned(), inst, argument));
            }
        }
    }
    None
}

impl Closer<'_, '_> {
    /// Fills the buckets for whose objects an entry hands out signatures.
    pub(super) fn cross_upload(&mut self, entry: usize, write: WriteId) -> bool {
        let site = self.solver.writes[write].clone();
        let Some((id, surely, possibly)) = self.best_trigger(entry) else {
            return false;
        };
        if possibly < Level::OtherAccount {
            return false;
        }
        let request = self.requests.get(entry);
        let (function, app) = (
            request.and_then(|r| r.function),
            request.map_or(0, |r| r.app),
        );
        let partition = self.partition(entry, &site);
        let named_by_sender = partition
            .as_ref()
            .is_some_and(|p| p.words().contains(FILE_NAME));
        let partition = partition.map(|p| if named_by_sender { with_hole(&p) } else { p });
        let mut changed = false;
        for (key, doubtful) in self.store_keys(entry, &site) {
            let StoreKey::Resource(_, resource) = key else {
                continue;
            };
            if let Some(function) = function
                && self.apps.get(app).is_some_and(|c| {
                    (c.may)(
                        function,
                        "s3:PutObject",
                        Some(NodeId::Resource(resource)),
                        None,
                    ) == Answer::No
                })
            {
                continue;
            }
            for slot in ["body", "metadata", "key"] {
                if slot == "key" && !named_by_sender {
                    continue;
                }
                let origin = PathOrigin {
                    function,
                    entry,
                    trigger: Some(id),
                    event: "store",
                    nested: Vec::new(),
                    field: vec![EventStep::Key(slot.to_owned())],
                    by: Some(
                        if slot == "key" {
                            "by naming an upload"
                        } else {
                            "with an upload"
                        }
                        .to_owned(),
                    ),
                    surely,
                    possibly,
                    unknown: false,
                };
                let bits = if slot == "body" {
                    0
                } else {
                    Grammar::IsText.bit() | Grammar::NosqlOperator.bit()
                };
                let mut arrival: Arrival = self.arrival(origin, bits, false);
                arrival.whole = slot == "body";
                arrival.doubtful |= doubtful || (possibly > surely && surely < Level::Inside);
                let note = self.key_label(entry, &key);
                arrival.steps = Rc::new(vec![PathStep {
                    kind: PathStepKind::Write,
                    span: site.span,
                    note,
                    depth: 0,
                }]);
                changed |= self.slots.add(
                    key.clone(),
                    vec![slot.to_owned()],
                    partition.clone(),
                    None,
                    arrival,
                );
            }
        }
        changed
    }

    /// The most exposed trigger of an entry.
    pub(super) fn best_trigger(&self, entry: usize) -> Option<(TriggerId, Level, Level)> {
        let request = self.requests.get(entry)?;
        let app = self.apps.get(request.app)?.app;
        let wired = |(_, t): &(TriggerId, &Trigger)| t.wired != Answer::No;
        app.triggers_of(request.function?)
            .filter(wired)
            .max_by_key(|(id, t)| (t.reach.surely, t.reach.possibly, std::cmp::Reverse(*id)))
            .map(|(id, t)| (id, t.reach.surely, t.reach.possibly))
    }
}

/// A key with the name of the sender's file left open.
fn with_hole(key: &Text) -> Text {
    let mut parts = Vec::new();
    for part in key.parts() {
        match part {
            Part::Literal(text) => {
                for (at, piece) in text.split(FILE_NAME).enumerate() {
                    if at > 0 {
                        parts.push(Part::Hole(Symbol::Opaque("file name".into())));
                    }
                    parts.push(Part::Literal(piece.to_owned()));
                }
            }
            hole => parts.push(hole.clone()),
        }
    }
    Text::join(parts)
}
