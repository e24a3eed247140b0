//! Exported functions that look like handlers.

use palisade_flow::ir::{FunctionIndex, Module, Op, Sym, ValueId};
use palisade_model::index::Id;

/// Event types of handler parameters end so.
const EVENT_TYPES: &[&str] = &["Event", "EventV2", "Request", "TriggerEvent"];
/// First parameters named so are events.
const EVENT_NAMES: &[&str] = &["event", "evt", "_event", "ev", "request", "req"];

/// Names under which a module exports functions that look like handlers, sorted.
pub(super) fn handlers(module: &Module) -> Vec<String> {
    let top = FunctionIndex::from_index(0);
    let Some(function) = module.functions.get(top) else {
        return Vec::new();
    };
    let exports_name = module.symbols.find("exports");
    let value = |id: ValueId| function.instrs.get(id).map(|i| &i.op);
    let mut exports: Vec<ValueId> = Vec::new();
    for (id, instr) in function.instrs.enumerate() {
        match &instr.op {
            Op::SetGlobal(name, v) if Some(*name) == exports_name => exports.extend([*v, id]),
            Op::Global(name) if Some(*name) == exports_name => exports.push(id),
            _ => {}
        }
    }
    let mut candidates: Vec<(&str, ValueId)> = Vec::new();
    for (_, instr) in function.instrs.enumerate() {
        if let Op::Store(base, key, v) = &instr.op
            && exports.contains(base)
        {
            candidates.push((module.symbols.text(*key), *v));
        }
    }
    for id in &exports {
        match value(*id) {
            Some(Op::Record(parts)) => candidates.extend(
                parts
                    .iter()
                    .filter_map(|(key, v)| Some((module.symbols.text((*key)?), *v))),
            ),
            Some(Op::Closure(..) | Op::Call(_)) => candidates.push(("default", *id)),
            _ => {}
        }
    }
    let mut found: Vec<String> = candidates
        .into_iter()
        .filter(|(name, v)| looks_like(module, top, *v, name, 0))
        .map(|(name, _)| name.to_owned())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a value is a function that takes an event, or wraps one.
fn looks_like(
    module: &Module,
    within: FunctionIndex,
    value: ValueId,
    name: &str,
    depth: usize,
) -> bool {
    let Some(op) = module
        .functions
        .get(within)
        .and_then(|f| f.instrs.get(value))
        .map(|i| &i.op)
    else {
        return false;
    };
    if depth > 4 {
        return false;
    }
    let named = is_handler_name(name);
    match op {
        Op::Closure(index, _) => {
            takes_event(module, *index, named) || takes_params(module, *index, name)
        }
        Op::Refine(inner, ..) | Op::Await(inner) => {
            looks_like(module, within, *inner, name, depth + 1)
        }
        Op::Phi(all, _) => all
            .iter()
            .any(|v| looks_like(module, within, *v, name, depth + 1)),
        // `middy(fn).use(…)`, `withErrors(fn)`: a wrapper around something callable.
        Op::Call(call) => {
            let wraps = call
                .args
                .iter()
                .any(|a| looks_like(module, within, a.value, name, depth + 1));
            let chained = match module
                .functions
                .get(within)
                .and_then(|f| f.instrs.get(call.callee))
                .map(|i| &i.op)
            {
                Some(Op::Load(receiver, _)) => {
                    looks_like(module, within, *receiver, name, depth + 1)
                }
                _ => false,
            };
            wraps || chained || (named && !call.args.is_empty() && !call.new)
        }
        _ => false,
    }
}

fn is_handler_name(name: &str) -> bool {
    matches!(name, "handler" | "lambdaHandler" | "lambda_handler")
        || name.ends_with("Handler")
        || name.ends_with("_handler")
}

/// Keys of the events of cloud platforms, unlike those of browsers.
const EVENT_KEYS: &[&str] = &[
    "body",
    "Records",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "requestContext",
    "httpMethod",
    "rawPath",
    "isBase64Encoded",
    "detail",
    "detail-type",
    "awslogs",
    "arguments",
    "authorizationToken",
    "methodArn",
    "RequestType",
    "ResourceProperties",
    "triggerSource",
    "userName",
    "headers",
    "stageVariables",
    "resource",
];

fn takes_event(module: &Module, index: FunctionIndex, named: bool) -> bool {
    let Some(function) = module.functions.get(index) else {
        return false;
    };
    let text = |sym: Sym| module.symbols.text(sym);
    let Some(first) = function.params.first() else {
        return false;
    };
    let typed = first.annotation.map(text).is_some_and(|a| {
        let short = a.rsplit('.').next().unwrap_or(a);
        a.starts_with("aws-lambda.")
            || (named
                && EVENT_TYPES
                    .iter()
                    .any(|end| short.ends_with(end) && short.len() > end.len()))
    });
    let first_name = text(first.name).trim_start_matches('_');
    let second = function
        .params
        .get(1)
        .map_or("", |p| text(p.name).trim_start_matches('_'));
    let event_named = EVENT_NAMES.contains(&first_name);
    let web =
        matches!(first_name, "req" | "request") && matches!(second, "res" | "response" | "reply");
    let functions_app = first_name == "context" && matches!(second, "req" | "request");
    let with_callback = matches!(second, "ctx" | "callback" | "cb" | "c");
    typed
        || web
        || functions_app
        || (second == "context" && !matches!(first_name, "this"))
        || (named && (event_named || first_name.starts_with('#') || with_callback))
        || (event_named && !matches!(first_name, "req" | "request") && reads_event(module, index))
}

/// Whether a function is `main(params)`, as OpenWhisk starts it.
fn takes_params(module: &Module, index: FunctionIndex, name: &str) -> bool {
    let first = module.functions.get(index).and_then(|f| f.params.first());
    name == "main"
        && first.is_some_and(|p| matches!(module.symbols.text(p.name), "params" | "args" | "param"))
}

/// Whether a function reads a key of its first parameter that only events of platforms have.
fn reads_event(module: &Module, index: FunctionIndex) -> bool {
    module.functions.get(index).is_some_and(|function| {
        function.instrs.iter().any(|instr| match &instr.op {
            Op::Load(base, key) => {
                let is_event = matches!(
                    function.instrs.get(*base).map(|i| &i.op),
                    Some(Op::Param(0))
                );
                is_event && EVENT_KEYS.contains(&module.symbols.text(*key))
            }
            _ => false,
        })
    })
}
