//! The roles of a tree: what each function's code needs, beside what its template grants.

mod beyond;
mod describe;
mod least;
mod unnamed;

use std::collections::BTreeMap;
use std::path::PathBuf;

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_flow::program::Program;
use palisade_iac::repair::Refusal;
use palisade_iam::Judge;
use palisade_iam::balance::Balance;
use palisade_iam::need::needs;
use palisade_model::api::ApiCall;
use palisade_model::app::{Function, FunctionId};
use palisade_model::change::Change;
use palisade_model::limits::Limits;
use palisade_model::need::{Fit, FunctionRole, Roles};
use palisade_model::source::{Sources, Span};

use crate::error::ScanError;
use crate::pipeline::{follow, pool};
use crate::repair::{self, Plan};
use crate::request::Request;
use crate::run::{Coded, Reading, Run};
use crate::timings::{Stages, Timings};
use crate::tree::Tree;
use crate::tree::disk::Disk;
use crate::words::Rules;
use beyond::Beyond;
use describe::{Describer, roles_of};
use least::least;

/// The roles of what was asked for, with the files that were read.
pub fn roles(request: &Request) -> Result<(Roles, Sources), ScanError> {
    let tree = Disk::new(&request.paths, Limits::default().tree_files)?;
    roles_of_tree(request, &tree, &Limits::default())
}

/// The roles of the built-in example.
pub fn example(request: &Request) -> Result<(Roles, Sources), ScanError> {
    roles_of_tree(request, &crate::example::tree(), &Limits::default())
}

/// The roles of any tree.
pub fn roles_of_tree(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
) -> Result<(Roles, Sources), ScanError> {
    let (roles, sources, _) = with_fix(request, tree, limits, None)?;
    Ok((roles, sources))
}

/// The least roles written back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fix {
    /// The edits, proved and not yet written.
    pub plan: Plan,
    /// The functions whose roles the edits change, by their number among all roles.
    pub changed: Vec<usize>,
    /// Those of which something was asked that cannot be done, with the reason.
    pub refused: Vec<(usize, Refusal)>,
    /// Where the edits belong.
    pub root: PathBuf,
}

/// The roles of what was asked for, and the edits that make those of the named functions the least; of all functions
/// where none is named.
pub fn fix(request: &Request, names: &[String]) -> Result<(Roles, Sources, Fix), ScanError> {
    let limits = Limits::default();
    let tree = Disk::new(&request.paths, limits.tree_files)?;
    let (roles, sources, mut fix) = with_fix(request, &tree, &limits, Some(names))?;
    fix.root = tree.root().to_owned();
    Ok((roles, sources, fix))
}

/// Writes the edits: all files or none.
pub fn write(fix: &Fix) -> Result<(), ScanError> {
    repair::apply(&fix.plan, &fix.root)
}

fn with_fix(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
    names: Option<&[String]>,
) -> Result<(Roles, Sources, Fix), ScanError> {
    let rules = Rules::new();
    let pool = pool(request.jobs)?;
    let run = Run {
        request,
        tree,
        limits,
        pool: &pool,
        rules: &rules,
    };
    let mut stages = Stages::new(&|| 0);
    let mut timings = Timings::default();
    let mut reading = run.reading(&mut stages, &mut timings)?;
    let Coded {
        lowered, entries, ..
    } = run.coding(&mut reading);
    let libraries = run.libraries(&reading.settings, &lowered)?;
    let judges: Vec<Judge<'_>> = reading.apps.iter().map(Judge::new).collect();
    let (program, flows) = follow(lowered, &libraries, &entries, &reading.apps, &judges, &pool);
    let balances = balances(&judges, &entries, &program, &flows);
    let mut roles = Roles::default();
    let mut wishes: Vec<(usize, Change)> = Vec::new();
    // By wish the function whose role it concerns.
    let mut wished: Vec<usize> = Vec::new();
    for (number, (judge, balance)) in judges.iter().zip(&balances).enumerate() {
        let mut describer = Describer::new(judge, balance);
        for (id, needs) in balance.needs.enumerate() {
            let own = |e: &EntryRequest| e.app == number && e.function == Some(id);
            let read = entries.iter().any(own);
            let Some(role) = describer.role(id, read) else {
                continue;
            };
            if names.is_some_and(|names| is_wanted(&role, names))
                && let Some(function) = judge.nodes().app().functions.get(id)
            {
                let change = least(judge, id, needs, &roles_of(function));
                wishes.push((number, Change::Role(change)));
                wished.push(roles.functions.len());
            }
            roles.functions.push(role);
        }
    }
    roles.functions.extend(unnamed::unnamed(
        &entries,
        &program,
        &flows,
        &reading.texts.sources,
    ));
    let fix = match wishes.is_empty() {
        true => Fix::default(),
        false => planned(&run, &reading, &wishes, &wished),
    };
    roles.problems = std::mem::take(&mut reading.problems);
    roles.problems.extend(flows.problems);
    Ok((roles, reading.texts.sources, fix))
}

/// Whether the role of a function is to be changed.
fn is_wanted(role: &FunctionRole, names: &[String]) -> bool {
    let named = names.is_empty() || names.contains(&role.function);
    named && role.fit == Fit::Differs
}

fn planned(run: &Run<'_>, reading: &Reading, wishes: &[(usize, Change)], wished: &[usize]) -> Fix {
    let plan = repair::plan_reading(run, reading, wishes);
    let mut fix = Fix::default();
    // A refusal tells the place of its change among those of its App.
    let of = |app: usize, change: usize| {
        let mut own = wishes.iter().zip(wished).filter(|((at, _), _)| *at == app);
        own.nth(change).map(|(_, function)| *function)
    };
    for (app, refusal) in &plan.refused {
        if let Some(function) = of(*app, refusal.change) {
            fix.refused.push((function, refusal.clone()));
        }
    }
    let refused = |function: &usize| fix.refused.iter().any(|(of, _)| of == function);
    fix.changed = wished.iter().filter(|f| !refused(f)).copied().collect();
    if plan.is_empty() {
        fix.changed.clear();
    }
    fix.plan = plan;
    fix
}

/// Per App: what the code of its functions needs, against what their roles hold.
pub(crate) fn balances(
    judges: &[Judge<'_>],
    entries: &[EntryRequest],
    program: &Program,
    flows: &Flows,
) -> Vec<Balance> {
    // By App and function: its calls, and where its code is not known.
    let mut calls: BTreeMap<(usize, FunctionId), Vec<&ApiCall>> = BTreeMap::new();
    let mut dynamic: BTreeMap<(usize, FunctionId), Vec<(Span, String)>> = BTreeMap::new();
    let owner = |entry: usize| {
        let entry = entries.get(entry)?;
        Some((entry.app, entry.function?))
    };
    let mut beyond = Beyond::new(program);
    for (at, entry) in entries.iter().enumerate() {
        if let Some(owner) = owner(at) {
            calls.entry(owner).or_default();
            let places = dynamic.entry(owner).or_default();
            places.extend_from_slice(beyond.of(entry.file));
        }
    }
    for call in &flows.code.api {
        if let Some(owner) = owner(call.entry) {
            calls.entry(owner).or_default().push(call);
        }
    }
    for (entry, span, why) in &flows.incomplete {
        if let Some(owner) = owner(*entry) {
            let places = dynamic.entry(owner).or_default();
            places.push((*span, why.clone()));
        }
    }
    let of_app = |(number, judge): (usize, &Judge<'_>)| {
        let app = judge.nodes().app();
        let of_function = |(id, function): (FunctionId, &Function)| {
            let own = calls.get(&(number, id));
            let mut needs = needs(app, id, own.into_iter().flatten().copied());
            if own.is_none() {
                let why = "its code was not read".to_owned();
                needs.incomplete.push((function.origin.span, why));
            }
            let places = dynamic.get(&(number, id));
            needs
                .incomplete
                .extend(places.into_iter().flatten().cloned());
            needs.incomplete.sort();
            needs.incomplete.dedup();
            needs
        };
        let needs = app.functions.enumerate().map(of_function).collect();
        Balance::of(judge, needs)
    };
    judges.iter().enumerate().map(of_app).collect()
}
