//! Changes of Apps to edits of files, shown first and written whole.

pub(crate) mod findings;
pub mod write;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use palisade_iac::repair::{Reading as Again, Refusal, diff};
use palisade_iac::{AppPlan, ReadSettings};
use palisade_model::app::{App, NodeId};
use palisade_model::change::Change;
use palisade_model::edit::FileEdit;
use palisade_model::limits::Limits;
use palisade_model::problem::ProblemKind;
use palisade_model::source::{FileId, Sources};

use crate::error::ScanError;
use crate::guarded::{guarded, words};
use crate::pipeline::pool;
use crate::request::Request;
use crate::run::{Reading, Run};
use crate::timings::{Stages, Timings};
use crate::tree::Tree;
use crate::words::Rules;

/// What was read: the Apps in the order of their plans, and how to read them again.
pub struct Context<'a> {
    /// The plans.
    pub plans: &'a [AppPlan],
    /// The App of each plan; further ones are no templates'.
    pub apps: &'a [App],
    /// All files.
    pub sources: &'a Sources,
    /// What the user said about parameters.
    pub parameters: &'a [(String, String)],
    /// Limits.
    pub limits: &'a Limits,
    /// Finds a file by its path relative to the root.
    pub find: &'a (dyn Fn(&str) -> Option<FileId> + Sync),
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("apps", &self.apps.len())
            .finish_non_exhaustive()
    }
}

/// Edits that were proved, and what could not be edited.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// Files with their edits, by path; none twice.
    pub files: Vec<FileEdit>,
    /// What was refused: the App, and the change by its place among those of that App.
    pub refused: Vec<(usize, Refusal)>,
    /// What a reader of the diff should know.
    pub notes: Vec<String>,
}

/// Changes that somebody asked for: findings, or functions that want the least role.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fix {
    /// The edits, proved and not yet written.
    pub plan: Plan,
    /// Who gets all that was asked for, by number.
    pub changed: Vec<usize>,
    /// What cannot be done.
    pub refused: Vec<Refused>,
    /// Where the edits belong.
    pub root: PathBuf,
}

/// A change that cannot be made.
#[derive(Clone, PartialEq, Debug)]
pub struct Refused {
    /// Who asked for it, by number.
    pub by: Vec<usize>,
    /// The function whose role it concerns.
    pub function: Option<String>,
    /// Why not.
    pub refusal: Refusal,
}

/// A change of an App, with all who ask for it, by number.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Asked {
    pub(crate) app: usize,
    pub(crate) change: Change,
    pub(crate) by: Vec<usize>,
}

/// Plans what was asked for.
pub(crate) fn fixed(run: &Run<'_>, reading: &Reading, asked: &[Asked]) -> Fix {
    let changes: Vec<(usize, Change)> = asked
        .iter()
        .map(|one| (one.app, one.change.clone()))
        .collect();
    let plan = plan_reading(run, reading, &changes);
    let mut fix = Fix::default();
    let mut refused: BTreeSet<usize> = BTreeSet::new();
    for (app, refusal) in &plan.refused {
        // A refusal tells the place of its change among those of its App.
        let mut own = asked.iter().filter(|one| one.app == *app);
        let Some(one) = own.nth(refusal.change) else {
            continue;
        };
        refused.extend(&one.by);
        let function = match &one.change {
            Change::Role(role) => Some(NodeId::Function(role.function)),
            Change::Setting(_) => None,
        };
        fix.refused.push(Refused {
            by: one.by.clone(),
            function: function
                .zip(reading.apps.get(*app))
                .map(|(node, app)| app.label(node)),
            refusal: refusal.clone(),
        });
    }
    if !plan.is_empty() {
        let all: BTreeSet<usize> = asked.iter().flat_map(|one| &one.by).copied().collect();
        fix.changed = all.difference(&refused).copied().collect();
    }
    fix.plan = plan;
    fix
}

/// Writes the edits: all files or none.
pub fn write_fix(fix: &Fix) -> Result<(), ScanError> {
    apply(&fix.plan, &fix.root)
}

/// Says what shall change in Apps: the number of the App, and the change.
pub type Wish<'w> = dyn Fn(&[App]) -> Vec<(usize, Change)> + 'w;

/// Reads a tree, asks what shall change in its Apps, and plans it.
pub fn plan_tree(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
    wish: &Wish<'_>,
) -> Result<(Plan, Sources), ScanError> {
    let (rules, pool) = (Rules::new(), pool(request.jobs)?);
    let run = Run {
        request,
        tree,
        limits,
        pool: &pool,
        rules: &rules,
    };
    let reading = run.reading(&mut Stages::new(&|| 0), &mut Timings::default())?;
    let changes = wish(&reading.apps);
    let found = plan_reading(&run, &reading, &changes);
    Ok((found, reading.texts.sources))
}

/// Plans changes of what a run has read.
pub(crate) fn plan_reading(run: &Run<'_>, reading: &Reading, changes: &[(usize, Change)]) -> Plan {
    let find = |path: &str| reading.texts.find(&reading.files.get(path)?.path);
    let context = Context {
        plans: &reading.plans,
        apps: &reading.apps,
        sources: &reading.texts.sources,
        parameters: &run.request.parameters,
        limits: run.limits,
        find: &find,
    };
    run.pool.install(|| plan(&context, changes))
}

/// The plan of an App: Apps that could not be read have none in their place.
fn plan_of<'a>(context: &Context<'a>, app: &App) -> Option<&'a AppPlan> {
    let path = &app.stacks.iter().next()?.path;
    let root = context.sources.find(path)?;
    context.plans.iter().find(|plan| plan.roots.contains(&root))
}

/// Plans changes, each of the App of that number. Nothing is written.
pub fn plan(context: &Context<'_>, changes: &[(usize, Change)]) -> Plan {
    let settings = ReadSettings {
        parameters: context.parameters.to_vec(),
    };
    let used_by = |file: FileId| -> Vec<String> {
        let users = context
            .plans
            .iter()
            .filter(|plan| plan.templates.contains(&file));
        users
            .filter_map(|plan| plan.roots.first())
            .map(|root| context.sources.path(*root).to_owned())
            .collect()
    };
    let mut found = Plan::default();
    for (at, app) in context.apps.iter().enumerate() {
        let own: Vec<Change> = changes
            .iter()
            .filter(|(of, _)| *of == at)
            .map(|(_, change)| change.clone())
            .collect();
        if own.is_empty() {
            continue;
        }
        let all = |reason: String| -> Vec<(usize, Refusal)> {
            let refusal = |change: usize| Refusal {
                change,
                place: None,
                reason: reason.clone(),
                text: String::new(),
            };
            (0..own.len()).map(|change| (at, refusal(change))).collect()
        };
        let Some(of) = plan_of(context, app) else {
            found
                .refused
                .extend(all("no template declares it".to_owned()));
            continue;
        };
        let reading = Again {
            plan: of,
            sources: context.sources,
            settings: &settings,
            limits: context.limits,
            find: context.find,
            used_by: &used_by,
        };
        match guarded(|| palisade_iac::repair::repair(&reading, app, &own)) {
            Ok(repair) => found.take(at, repair),
            Err(said) => {
                let kind = ProblemKind::Internal.word();
                let reason = words("nothing was changed", &said);
                found.refused.extend(all(format!("{kind}: {reason}")));
            }
        }
    }
    found.files.sort_by(|a, b| a.path().cmp(b.path()));
    found
}

impl Plan {
    fn take(&mut self, app: usize, repair: palisade_iac::repair::Repair) {
        for file in repair.files {
            // Files of several Apps are refused before; this is the last line of defense.
            if self.files.iter().all(|other| other.path() != file.path()) {
                self.files.push(file);
            }
        }
        self.refused
            .extend(repair.refused.into_iter().map(|refusal| (app, refusal)));
        self.notes.extend(repair.notes);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// All edits as a unified diff.
    pub fn diff(&self) -> String {
        self.files.iter().map(diff::unified).collect()
    }
}

/// Writes a plan into the tree it was made for: all of its files or none.
pub fn apply(plan: &Plan, root: &Path) -> Result<(), ScanError> {
    write::write(&plan.files, root)
}
