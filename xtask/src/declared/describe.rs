//! An App as JSON, one object for each of its stacks.

use palisade_model::app::{App, Code, Function, FunctionId, NodeId, Trigger};
use palisade_model::problem::{Problem, ProblemPlace};
use palisade_model::reach::Hedge;
use palisade_model::setting::Answer;
use palisade_model::text::StackId;
use palisade_scan::link::Linked;
use serde_json::{Value, json};

use super::repository::Repository;
use super::words;

/// One object for each stack: its functions, roles, resources and triggers.
pub(super) fn app(repository: &Repository, app: &App) -> Vec<Value> {
    let links = repository.links(app);
    let stacks = app.stacks.enumerate();
    let one = |(id, stack): (StackId, &palisade_model::app::Stack)| {
        let functions = app.functions.enumerate().zip(&links);
        let functions = functions.filter(|((_, function), _)| function.key.stack == id);
        let functions =
            functions.map(|((at, function), linked)| one_function(app, at, function, linked));
        let roles = app.roles.iter().filter(|role| role.key.stack == id);
        let roles = roles.map(|role| {
            let grants = role.grants.iter().map(|grant| words::grant(grant, id));
            json!({ "id": role.key.address, "grants": grants.collect::<Vec<_>>() })
        });
        let resources = app.resources.iter().filter(|r| r.key.stack == id);
        let resources = resources.map(|resource| json!([resource.key.address, resource.type_name]));
        let triggers = app.triggers.iter().filter(|t| t.key.stack == id);
        let triggers = triggers.map(|trigger| one_trigger(app, trigger));
        json!({
            "repository": repository.name,
            "template": stack.path,
            "format": stack.format,
            "nested": stack.parent.is_some(),
            "aside": repository.is_aside(&stack.path),
            "functions": functions.collect::<Vec<_>>(),
            "roles": roles.collect::<Vec<_>>(),
            "resources": resources.collect::<Vec<_>>(),
            "triggers": triggers.collect::<Vec<_>>(),
        })
    };
    stacks.map(one).collect()
}

/// What planning reported about files, such as those that are copies of others.
pub(super) fn problems(repository: &Repository, problems: &[Problem]) -> Value {
    let one = |problem: &Problem| {
        let path = match &problem.place {
            ProblemPlace::Span(span) => repository.sources.path(span.file),
            ProblemPlace::Path(path) => path,
        };
        json!([path, problem.kind.word(), problem.message])
    };
    let all: Vec<Value> = problems.iter().map(one).collect();
    json!({ "repository": repository.name, "problems": all })
}

fn one_function(app: &App, id: FunctionId, function: &Function, linked: &Linked) -> Value {
    let stack = function.key.stack;
    let roles = function.role.iter();
    let roles = roles.filter_map(|(_, role)| app.roles.get(*role));
    let policy = function.policy.iter();
    let policy = policy.map(|statement| words::statement(statement, stack));
    let source = match linked {
        Linked::File { source, .. } => json!([source.path, source.function]),
        Linked::Inline { function, .. } => json!(["", function]),
        Linked::Nowhere(why) => json!({ "not": why }),
    };
    json!({
        "id": function.key.address,
        "handler": words::setting(&function.handler, stack),
        "runtime": words::setting(&function.runtime, stack),
        "code": match &function.code {
            Code::Directory(_) => "directory",
            Code::Archive(_) => "archive",
            Code::Inline(..) => "inline",
            Code::Image { .. } => "image",
            Code::Elsewhere(_) => "elsewhere",
            Code::Nowhere => "nowhere",
        },
        "roles": roles.map(|role| role.key.address.clone()).collect::<Vec<_>>(),
        "triggers": app.triggers_of(id).map(|(_, trigger)| trigger.event).collect::<Vec<_>>(),
        "policy": policy.collect::<Vec<_>>(),
        "source": source,
    })
}

fn one_trigger(app: &App, trigger: &Trigger) -> Value {
    let stack = trigger.key.stack;
    let function = app.functions.get(trigger.function);
    let door = trigger.doors.first();
    let auth = door.map(|door| words::auth(&door.auth));
    json!({
        "id": trigger.key.address,
        "function": function.map(|function| function.key.address.clone()),
        "event": trigger.event,
        "source": trigger.source.map(|node| label(app, node, stack)),
        "method": trigger.route.as_ref().map(|route| route.method.clone()),
        "path": trigger.route.as_ref().map(|route| route.path.clone()),
        "auth": auth.map(|(word, _)| word),
        "authorizer": auth.and_then(|(_, by)| by),
        "key": door.is_some_and(|door| door.hedges.contains(&Hedge::Key)),
        "wired": trigger.wired == Answer::Yes,
    })
}

/// The address of a node, or the text of what lies outside; of another stack `${? …}`.
fn label(app: &App, node: NodeId, stack: StackId) -> String {
    let of = match node {
        NodeId::Function(id) => app.functions.get(id).map(|f| f.key.stack),
        NodeId::Resource(id) => app.resources.get(id).map(|r| r.key.stack),
        NodeId::Role(id) => app.roles.get(id).map(|r| r.key.stack),
        NodeId::Outside(id) => {
            let outside = app.outsides.get(id);
            return outside.map_or_else(String::new, |o| words::text(&o.text, stack));
        }
    };
    let label = app.label(node);
    if of == Some(stack) {
        label
    } else {
        format!("${{? {label}}}")
    }
}
