//! The roles of a tree: what each function's code needs, beside what its template grants.

mod beyond;
mod by_name;
mod describe;
mod least;
mod unnamed;

use std::collections::BTreeMap;

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_flow::program::Program;
use palisade_iam::Judge;
use palisade_iam::balance::Balance;
use palisade_iam::naming::Subject;
use palisade_iam::need::{needs, spare};
use palisade_model::api::ApiCall;
use palisade_model::app::{Function, FunctionId, RoleId};
use palisade_model::change::Change;
use palisade_model::guard::Guard;
use palisade_model::limits::Limits;
use palisade_model::need::{Fit, FunctionNeeds, FunctionRole, Need, Roles};
use palisade_model::source::{Sources, Span};

use crate::error::ScanError;
use crate::pipeline::{follow, pool};
use crate::repair::{self, Asked, Fix};
use crate::request::Request;
use crate::run::{Coded, Run};
use crate::timings::{Stages, Timings};
use crate::tree::Tree;
use crate::tree::disk::Disk;
use crate::words::Rules;
use beyond::Beyond;
use describe::{Describer, roles_of};
use least::{least, subjects};

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

/// The roles of what was asked for, and the edits that make those of the named functions the least; of all functions
/// where none is named. Numbers are those of roles.
pub fn fix(request: &Request, names: &[String]) -> Result<(Roles, Sources, Fix), ScanError> {
    let limits = Limits::default();
    let tree = Disk::new(&request.paths, limits.tree_files)?;
    let (roles, sources, mut fix) = with_fix(request, &tree, &limits, Some(names))?;
    fix.root = tree.root().to_owned();
    Ok((roles, sources, fix))
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
    let mut asked: Vec<Asked> = Vec::new();
    for (number, (judge, balance)) in judges.iter().zip(&balances).enumerate() {
        let mut describer = Describer::new(judge, balance);
        for (id, needs) in balance.needs.enumerate() {
            let own = |e: &EntryRequest| e.app == number && e.function == Some(id);
            let read = entries.iter().any(own);
            let Some(role) = describer.role(id, read) else {
                continue;
            };
            let named = |names: &[String]| names.is_empty() || names.contains(&role.function);
            if names.is_some_and(named)
                && let Some(change) = least_role(judge, id, needs, &role)
            {
                asked.push(Asked {
                    app: number,
                    change,
                    by: vec![roles.functions.len()],
                });
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
    let fix = match asked.is_empty() {
        true => Fix::default(),
        false => repair::fixed(&run, &reading, &asked),
    };
    roles.problems = std::mem::take(&mut reading.problems);
    roles.problems.extend(flows.problems);
    Ok((roles, reading.texts.sources, fix))
}

/// The change that makes the role of a function the least, where it differs and all that is needed is known.
fn least_role(
    judge: &Judge<'_>,
    id: FunctionId,
    needs: &FunctionNeeds,
    role: &FunctionRole,
) -> Option<Change> {
    let function = judge.nodes().app().functions.get(id)?;
    let differs = role.fit == Fit::Differs;
    differs.then(|| Change::Role(least(judge, id, needs, &roles_of(function))))
}

/// Whether a need is on things that the code does not name, and nothing grants it on any of them.
fn is_guess(judge: &Judge<'_>, need: &Need, roles: &[RoleId]) -> bool {
    let always = Guard::always();
    let granted = |subject: &Subject| {
        let mut roles = roles.iter();
        roles.any(|role| {
            let rights = judge.granting(*role, &need.action, Some(subject), &always);
            !rights.is_empty()
        })
    };
    !need.exact && !subjects(judge, need).iter().any(granted)
}

/// The changes of least roles of a tree's functions, where they give none of them what nobody gave it: a right on
/// things of which the code does not tell which.
pub(crate) fn least_roles<'r>(
    judges: &'r [Judge<'_>],
    balances: &'r [Balance],
    entries: &'r [EntryRequest],
) -> impl Fn(usize, FunctionId) -> Option<Change> + 'r {
    move |number, id| {
        let (judge, balance) = (judges.get(number)?, balances.get(number)?);
        let own = |e: &EntryRequest| e.app == number && e.function == Some(id);
        let read = entries.iter().any(own);
        let role = Describer::brief(judge, balance).role(id, read)?;
        let (function, needs) = (
            judge.nodes().app().functions.get(id)?,
            balance.needs.get(id)?,
        );
        let guessed = needs
            .needs
            .iter()
            .any(|need| is_guess(judge, need, &roles_of(function)));
        least_role(judge, id, needs, &role).filter(|_| !guessed)
    }
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
    let mut spare_calls: BTreeMap<(usize, FunctionId), Vec<&ApiCall>> = BTreeMap::new();
    for call in &flows.code.spare {
        if let Some(owner) = owner(call.entry) {
            spare_calls.entry(owner).or_default().push(call);
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
            if let Some(calls) = spare_calls.get(&(number, id)) {
                needs.spare = spare(app, id, calls.iter().copied());
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
