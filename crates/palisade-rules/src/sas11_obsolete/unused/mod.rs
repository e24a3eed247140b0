//! Notes on functions that nothing starts, and roles that no function runs as.

use std::collections::BTreeSet;

use palisade_iam::Judge;
use palisade_model::app::{App, Function, FunctionId, NodeId, Role, RoleId};
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::policy::Principal;
use palisade_model::text::{Part, Symbol, Text};

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas11-unused",
        title: "what nobody uses",
        sas: &[11],
        cwe: &[561],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// In larger applications nobody is asked for functions that nothing starts.
const FUNCTIONS_MAX: usize = 200;
/// In larger applications nobody is asked for roles that nothing runs as.
const ROLES_MAX: usize = 2_000;

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    let invoking = invoking(project);
    for (at, app) in project.apps.iter().enumerate() {
        // Each is asked of all the others: notes are not worth more.
        let invokes = app.functions.len() > FUNCTIONS_MAX || invoking.contains(&at);
        for (id, function) in app.functions.enumerate() {
            let judge = project.judges.get(at);
            if !invokes && judge.is_some_and(|judge| is_orphan(judge, app, id, function)) {
                findings.push(orphan(rule, app, id, function));
            }
        }
        for (id, role) in app.roles.enumerate().take(ROLES_MAX) {
            if is_idle(app, id, role) {
                findings.push(idle(rule, app, role));
            }
        }
    }
}

/// The Apps whose code calls functions by name: then it may be any of them.
fn invoking(project: &Project<'_>) -> BTreeSet<usize> {
    let lambda = |api: &String| {
        let api = api.to_ascii_lowercase();
        api.contains("lambda") && api.contains("invoke")
    };
    let calls = project.flows.code.calls.iter();
    let calls = calls.filter(|call| call.apis.iter().any(lambda));
    let entries = calls.flat_map(|call| &call.entries);
    entries
        .filter_map(|entry| Some(project.entries.get(*entry)?.app))
        .collect()
}

/// Whether nothing of the tree starts a function or could.
fn is_orphan(judge: &Judge<'_>, app: &App, id: FunctionId, function: &Function) -> bool {
    let node = NodeId::Function(id);
    if app.triggers_of(id).next().is_some()
        || !function.policy.is_empty()
        || app.edges.iter().any(|edge| edge.to == node)
    {
        return false;
    }
    let others = app.functions.enumerate().filter(|(other, _)| *other != id);
    for (other, of) in others {
        let may = judge.may(other, "lambda:InvokeFunction", Some(node), None);
        if may.possibly()
            || of
                .env
                .iter()
                .any(|(_, value)| value.values().iter().any(|(_, t)| names(t, function)))
        {
            return false;
        }
    }
    true
}

/// Whether a text refers to a function.
fn names(text: &Text, function: &Function) -> bool {
    let refers = |part: &Part| match part {
        Part::Hole(Symbol::Attr(stack, address, _)) => {
            *stack == function.key.stack && *address == function.key.address
        }
        _ => false,
    };
    text.parts().iter().any(refers) || function.name.values().iter().any(|(_, name)| *name == text)
}

fn orphan(rule: &Rule, app: &App, id: FunctionId, function: &Function) -> Finding {
    let place = function.origin.span;
    let name = app.label(NodeId::Function(id));
    Draft::at(
        rule,
        app,
        place,
        format!("{name} has no trigger and no caller"),
    )
    .function(app, id)
    .step(StepKind::Line, place, "nothing of this tree starts it")
    .cut(place, "remove it, or say who starts it")
    .done()
}

/// Whether a role is for functions, and none runs as it.
fn is_idle(app: &App, id: RoleId, role: &Role) -> bool {
    let mut principals = role.trust.iter().flat_map(|s| &s.principals).peekable();
    let for_functions = principals.peek().is_some()
        && principals.all(|p| match p {
            Principal::Service(text) => text.literal() == Some("lambda.amazonaws.com"),
            _ => false,
        });
    let runs = |f: &Function| f.role.iter().any(|(_, r)| *r == id);
    // A function whose role is not known may run as any.
    let unknown = |f: &Function| f.role.is_empty();
    let node = NodeId::Role(id);
    for_functions
        && !app.functions.iter().any(|f| runs(f) || unknown(f))
        && !app.edges.iter().any(|e| e.to == node || e.from == node)
}

fn idle(rule: &Rule, app: &App, role: &Role) -> Finding {
    let place = role.origin.span;
    let deed = format!("no function runs as the role {}", role.key.address);
    Draft::at(rule, app, place, deed)
        .step(StepKind::Role, place, "functions could take it")
        .cut(place, "remove it")
        .done()
}
