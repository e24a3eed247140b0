//! The roles of a tree: what each function's code needs, beside what its template grants.

use std::collections::BTreeMap;

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_iam::Judge;
use palisade_iam::balance::Balance;
use palisade_iam::need::needs;
use palisade_model::api::ApiCall;
use palisade_model::app::{App, Function, FunctionId, NodeId};
use palisade_model::limits::Limits;
use palisade_model::need::{FunctionNeeds, FunctionRole, Roles};
use palisade_model::source::{Sources, Span};

use crate::error::ScanError;
use crate::pipeline::{follow, pool};
use crate::request::Request;
use crate::run::{Coded, Run};
use crate::timings::{Stages, Timings};
use crate::tree::Tree;
use crate::tree::disk::Disk;
use crate::words::Rules;

/// The roles of what was asked for, with the files that were read.
pub fn roles(request: &Request) -> Result<(Roles, Sources), ScanError> {
    let tree = Disk::new(&request.paths, Limits::default().tree_files)?;
    roles_of_tree(request, &tree, &Limits::default())
}

/// The roles of any tree.
pub fn roles_of_tree(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
) -> Result<(Roles, Sources), ScanError> {
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
    let (_, flows) = follow(lowered, &libraries, &entries, &reading.apps, &judges, &pool);
    let balances = balances(&judges, &entries, &flows);
    let mut roles = Roles::default();
    for (number, app) in reading.apps.iter().enumerate() {
        let Some(balance) = balances.get(number) else {
            continue;
        };
        for (id, needs) in balance.needs.enumerate() {
            let own = |e: &EntryRequest| e.app == number && e.function == Some(id);
            let read = entries.iter().any(own);
            roles.functions.push(role(app, id, needs, read));
        }
    }
    roles.problems = reading.problems;
    roles.problems.extend(flows.problems);
    Ok((roles, reading.texts.sources))
}

/// Per App: what the code of its functions needs, against what their roles hold.
pub(crate) fn balances(
    judges: &[Judge<'_>],
    entries: &[EntryRequest],
    flows: &Flows,
) -> Vec<Balance> {
    // By App and function: its calls, and where its code is not known.
    let mut calls: BTreeMap<(usize, FunctionId), Vec<&ApiCall>> = BTreeMap::new();
    let mut dynamic: BTreeMap<(usize, FunctionId), Vec<(Span, String)>> = BTreeMap::new();
    let owner = |entry: usize| {
        let entry = entries.get(entry)?;
        Some((entry.app, entry.function?))
    };
    for entry in 0..entries.len() {
        if let Some(owner) = owner(entry) {
            calls.entry(owner).or_default();
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

/// The role of one function.
fn role(app: &App, id: FunctionId, needs: &FunctionNeeds, read: bool) -> FunctionRole {
    let function = app.functions.get(id);
    let stack = function.and_then(|f| app.stacks.get(f.key.stack));
    FunctionRole {
        template: stack.map(|s| s.path.clone()).unwrap_or_default(),
        function: app.label(NodeId::Function(id)),
        span: function.map(|f| f.origin.span),
        read,
        needs: needs.clone(),
        excess: Vec::new(),
        missing: Vec::new(),
    }
}
