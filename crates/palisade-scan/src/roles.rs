//! The roles of a tree: what each function's code needs, beside what its template grants.

use palisade_flow::flows::Flows;
use palisade_iam::Judge;
use palisade_iam::need::needs;
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::limits::Limits;
use palisade_model::need::{FunctionRole, Roles};
use palisade_model::source::Sources;

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
    let mut roles = Roles::default();
    for (number, app) in reading.apps.iter().enumerate() {
        for id in app.functions.ids() {
            let own = |at: usize| {
                let entry = entries.get(at);
                entry.is_some_and(|e| e.app == number && e.function == Some(id))
            };
            roles
                .functions
                .push(role(app, id, &flows, &own, entries.len()));
        }
    }
    roles.problems = reading.problems;
    roles.problems.extend(flows.problems);
    Ok((roles, reading.texts.sources))
}

/// The role of one function, whose entries a test tells.
fn role(
    app: &App,
    id: FunctionId,
    flows: &Flows,
    own: &dyn Fn(usize) -> bool,
    entries: usize,
) -> FunctionRole {
    let calls = flows.code.api.iter().filter(|call| own(call.entry));
    let mut needs = needs(app, id, calls);
    let dynamic = flows.incomplete.iter().filter(|(entry, ..)| own(*entry));
    let dynamic = dynamic.map(|(_, span, why)| (*span, why.clone()));
    needs.incomplete.extend(dynamic);
    needs.incomplete.sort();
    needs.incomplete.dedup();
    let function = app.functions.get(id);
    let stack = function.and_then(|f| app.stacks.get(f.key.stack));
    FunctionRole {
        template: stack.map(|s| s.path.clone()).unwrap_or_default(),
        function: app.label(NodeId::Function(id)),
        span: function.map(|f| f.origin.span),
        read: (0..entries).any(own),
        needs,
        // The comparison with what the role grants comes with the evaluator.
        excess: Vec::new(),
        missing: Vec::new(),
    }
}
