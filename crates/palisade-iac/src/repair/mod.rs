//! Changes written back into templates: the smallest edits of the source, proved by reading the App again.
//!
//! A [`Change`] says what a role shall allow or what a setting shall be. Its place is found by spans, its edits
//! replace bytes of the file and nothing around them, and no edit is handed out whose new text does not give exactly
//! the App that was asked for.

mod batch;
mod bench;
mod canon;
mod choose;
mod comments;
mod declared;
pub mod diff;
mod fit;
mod graph;
mod included;
mod intrinsic;
mod leaves;
mod limits;
mod others;
mod piece;
mod proof;
mod roles;
mod sam;
mod service;
mod settings;
mod sheet;
mod split;
mod waits;
mod want;

use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::change::{Change, RoleChange, SettingChange};
use palisade_model::edit::{Edit, FileEdit};
use palisade_model::limits::Limits;
use palisade_model::setting::Origin;
use palisade_model::source::{FileId, Sources, Span};

use crate::app::ReadSettings;
use crate::plan::AppPlan;

use self::bench::{Bench, Work};
use self::proof::{Asked, holds, prove, untouched};
use self::roles::Group;

/// An App as it was read: what is needed to read it again.
pub struct Reading<'a> {
    /// Its plan.
    pub plan: &'a AppPlan,
    /// All files.
    pub sources: &'a Sources,
    /// What the user said about its templates.
    pub settings: &'a ReadSettings,
    /// Limits.
    pub limits: &'a Limits,
    /// Finds a file by its path relative to the root.
    pub find: &'a (dyn Fn(&str) -> Option<FileId> + Sync),
    /// The root templates of all Apps that use a file.
    pub used_by: &'a dyn Fn(FileId) -> Vec<String>,
}

impl std::fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// What came of some changes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Repair {
    /// Files with their edits, by path.
    pub files: Vec<FileEdit>,
    /// Changes that cannot be made here.
    pub refused: Vec<Refusal>,
    /// What a reader of the diff should know.
    pub notes: Vec<String>,
}

/// A change that is not made, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    /// Its place in the list of changes.
    pub change: usize,
    /// Where its node is declared.
    pub place: Option<Span>,
    /// Why not: one line, in the words of the user's files.
    pub reason: String,
    /// What would be written, for whoever makes the change by hand.
    pub text: String,
}

/// Turns changes of one App into edits. Changes that hang together are made together or not at all.
pub fn repair(reading: &Reading<'_>, app: &App, changes: &[Change]) -> Repair {
    let mut before = crate::read(
        reading.plan,
        reading.sources,
        reading.settings,
        reading.limits,
        reading.find,
    );
    canon::app(&mut before);
    let kinds = canon::kinds(&before);
    let kind = |stack, address: &str| kinds.get(&(stack, address.to_owned())).copied();
    let canonical: Vec<Option<RoleChange>> = changes
        .iter()
        .map(|change| match change {
            Change::Role(role) => Some(RoleChange {
                allowed: canon::allowed(&role.allowed, &kind),
                ..role.clone()
            }),
            Change::Setting(_) => None,
        })
        .collect();
    let parts = included::documents(reading, &before);
    let bench = Bench::new(reading, &before, &parts);
    let mut repair = Repair::default();
    let mut refuse = |change: usize, reason: String| {
        let text = changes
            .get(change)
            .map_or_else(String::new, |c| by_hand(&bench, app, c));
        repair.refused.push(Refusal {
            change,
            place: changes.get(change).and_then(|c| place(app, c)),
            reason,
            text,
        });
    };
    let mut roles: Vec<(usize, FunctionId, &RoleChange)> = Vec::new();
    let mut pieces: Vec<Wish<'_>> = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        match change {
            Change::Role(role) => {
                match (
                    again(app, &before, NodeId::Function(role.function)),
                    canonical.get(at).and_then(Option::as_ref),
                ) {
                    (Some(NodeId::Function(id)), Some(role)) => roles.push((at, id, role)),
                    _ => refuse(at, "no template declares the function".to_owned()),
                }
            }
            Change::Setting(setting) => match again(app, &before, setting.node) {
                Some(node) => {
                    let setting = SettingChange {
                        node,
                        ..setting.clone()
                    };
                    pieces.push(Wish::Setting(at, setting));
                }
                None => refuse(at, "no template declares it".to_owned()),
            },
        }
    }
    pieces.extend(roles::groups(&bench, &roles).into_iter().map(Wish::Roles));
    let mut done = Done::default();
    let mut planned: Vec<(&Wish<'_>, Work)> = Vec::new();
    for piece in &pieces {
        match piece {
            Wish::Roles(group) => match roles::plan(&bench, group) {
                Ok(work) => planned.push((piece, work)),
                Err(reason) => piece
                    .asked()
                    .iter()
                    .for_each(|at| refuse(*at, reason.clone())),
            },
            Wish::Setting(at, setting) => match first_way(&bench, setting) {
                Ok(Some(work)) => planned.push((piece, work)),
                Ok(None) => {}
                Err(reason) => refuse(*at, reason),
            },
        }
    }
    accept(&bench, &planned, &mut done, &mut refuse);
    repair.notes = done.work.notes.clone();
    repair.files = done.files;
    repair.files.retain(|file| !file.is_empty());
    repair.refused.sort_by_key(|refusal| refusal.change);
    repair
}

/// What is asked for together.
enum Wish<'c> {
    Roles(Group<'c>),
    Setting(usize, SettingChange),
}

impl Wish<'_> {
    fn asked(&self) -> Vec<usize> {
        match self {
            Self::Roles(group) => group.asked.clone(),
            Self::Setting(at, _) => vec![*at],
        }
    }
}

/// What was proved so far, together.
#[derive(Debug, Default)]
struct Done<'p> {
    work: Work,
    settings: Vec<&'p SettingChange>,
    files: Vec<FileEdit>,
}

/// Proves all at once; where that fails, halves, so that one bad change costs only itself.
fn accept<'p>(
    bench: &Bench<'_>,
    planned: &'p [(&'p Wish<'p>, Work)],
    done: &mut Done<'p>,
    refuse: &mut dyn FnMut(usize, String),
) {
    if planned.is_empty() {
        return;
    }
    match attempt(bench, planned, done) {
        Ok(more) => *done = more,
        Err(reason) => match planned {
            [(piece, _)] => piece
                .asked()
                .iter()
                .for_each(|at| refuse(*at, reason.clone())),
            _ => {
                let (left, right) = planned.split_at(planned.len() / 2);
                accept(bench, left, done, refuse);
                accept(bench, right, done, refuse);
            }
        },
    }
}

fn attempt<'p>(
    bench: &Bench<'_>,
    planned: &'p [(&'p Wish<'p>, Work)],
    done: &Done<'p>,
) -> Result<Done<'p>, String> {
    let mut asked = Asked {
        work: done.work.clone(),
        settings: done.settings.clone(),
    };
    for (piece, work) in planned {
        asked.work.join(work.clone());
        if let Wish::Setting(_, setting) = piece {
            asked.settings.push(setting);
        }
    }
    let mut files = edits(bench, &asked.work)?;
    if waits::drop_needless(bench, &files, &mut asked.work) {
        files = edits(bench, &asked.work)?;
    }
    prove(bench.reading, bench.app, &files, &asked)?;
    Ok(Done {
        work: asked.work,
        settings: asked.settings,
        files,
    })
}

/// The first way to change a setting that the proof accepts; none where it is that already.
fn first_way(bench: &Bench<'_>, setting: &SettingChange) -> Result<Option<Work>, String> {
    if holds(bench.app, setting) {
        return Ok(None);
    }
    let mut ways = settings::plans(bench, setting)?;
    // Where there is no choice the proof of all changes together is enough.
    if ways.len() == 1 {
        return Ok(ways.pop());
    }
    let alone = |work: &Work| -> Result<(), String> {
        let files = edits(bench, work)?;
        let asked = Asked {
            work: work.clone(),
            settings: vec![setting],
        };
        prove(bench.reading, bench.app, &files, &asked)
    };
    let mut reason = "no place was found to write it".to_owned();
    for work in ways {
        match alone(&work) {
            Ok(()) => return Ok(Some(work)),
            Err(why) => reason = why,
        }
    }
    Err(reason)
}

/// The edits of marks, file by file.
fn edits(bench: &Bench<'_>, work: &Work) -> Result<Vec<FileEdit>, String> {
    let mut files = Vec::new();
    for (file, batch) in &work.batches {
        let sheet = bench.sheet(*file).ok_or("a file is missing")?;
        let edits: Vec<Edit> = batch.clone().edits(sheet)?;
        let edit = FileEdit::new(*file, sheet.path, sheet.text, edits)
            .ok_or("two changes concern the same text")?;
        if !edit.is_empty() {
            files.push(edit);
        }
    }
    if !untouched(&files) {
        return Err("bytes beside the edits would change".to_owned());
    }
    files.sort_by(|a, b| a.path().cmp(b.path()));
    Ok(files)
}

/// The same node in the App as read anew.
fn again(app: &App, before: &App, node: NodeId) -> Option<NodeId> {
    let key = match node {
        NodeId::Function(id) => &app.functions.get(id)?.key,
        NodeId::Resource(id) => &app.resources.get(id)?.key,
        NodeId::Role(id) => &app.roles.get(id)?.key,
        NodeId::Outside(_) => return None,
    };
    before.node(key.stack, &key.address)
}

fn place(app: &App, change: &Change) -> Option<Span> {
    let origin: Option<&Origin> = match change {
        Change::Role(role) => app.functions.get(role.function).map(|f| &f.origin),
        Change::Setting(setting) => match setting.node {
            NodeId::Function(id) => app.functions.get(id).map(|f| &f.origin),
            NodeId::Resource(id) => app.resources.get(id).map(|r| &r.origin),
            NodeId::Role(id) => app.roles.get(id).map(|r| &r.origin),
            NodeId::Outside(_) => None,
        },
    };
    origin.map(|origin| origin.span)
}

/// A change as text, for whoever makes it by hand.
fn by_hand(bench: &Bench<'_>, app: &App, change: &Change) -> String {
    let any = bench.sheets().next();
    let Some((_, sheet)) = any else {
        return String::new();
    };
    match change {
        Change::Role(role) => {
            let stack = app.functions.get(role.function).map(|f| f.key.stack);
            let stack = stack.unwrap_or_default();
            let spelling = bench.spelling(sheet, stack, &[]);
            let merged = want::merged(&want::wanted(&role.allowed));
            match fit::statements_of(&merged, &spelling) {
                Ok(statements) => {
                    let document = fit::document(statements);
                    let mut text = if sheet.habit.json {
                        document.tall("", &sheet.habit)
                    } else {
                        document.block(0, &sheet.habit)
                    };
                    text.push('\n');
                    text
                }
                Err(_) => merged
                    .iter()
                    .map(|one| {
                        let on: Vec<String> = one.resources.iter().map(|r| r.words()).collect();
                        format!("allow {} on {}\n", one.actions.join(", "), on.join(", "))
                    })
                    .collect(),
            }
        }
        Change::Setting(setting) => {
            format!("{}: {}\n", setting.attribute.word(), setting.value.words())
        }
    }
}
