//! Handler strings to functions, and functions that look like handlers.

use palisade_flow::ir::{Function, FunctionIndex, FunctionKind, Module, Op, ParamKind};
use palisade_model::index::Id;
use rustc_hash::FxHashSet;

use super::resolve::{is_foreign, join, search_roots};
use crate::frontend::{HandlerSource, Paths, Roots};

/// Names of the first parameter.
const EVENT_NAMES: [&str; 7] = [
    "event",
    "_event",
    "evt",
    "lambda_event",
    "event_",
    "e",
    "events",
];
/// Names of the second parameter.
const CONTEXT_NAMES: [&str; 10] = [
    "context",
    "_context",
    "ctx",
    "_ctx",
    "_",
    "lambda_context",
    "context_",
    "__",
    "contxt",
    "c",
];
/// Names of the function itself.
const FUNCTION_NAMES: [&str; 6] = [
    "handler",
    "lambda_handler",
    "main",
    "handle",
    "run",
    "entrypoint",
];
/// Names of handlers that are no `def`.
const MADE_NAMES: [&str; 2] = ["handler", "lambda_handler"];
/// Keys that only events have.
const EVENT_KEYS: [&str; 14] = [
    "Records",
    "body",
    "pathParameters",
    "queryStringParameters",
    "httpMethod",
    "requestContext",
    "detail",
    "detail-type",
    "rawPath",
    "headers",
    "authorizationToken",
    "methodArn",
    "RequestType",
    "triggerSource",
];
/// Names of the parameter of functions that take a web request.
const REQUEST_NAMES: [&str; 2] = ["request", "req"];
/// Keys that only web requests have.
const REQUEST_KEYS: [&str; 6] = [
    "get_json",
    "get_data",
    "args",
    "form",
    "view_args",
    "values",
];
/// Candidates returned at most.
const CANDIDATES_MAX: usize = 16;

/// Candidates for a handler string; one where the place is certain.
pub(super) fn find(
    handler: &str,
    roots: &Roots,
    entries: &[String],
    paths: &dyn Paths,
) -> Vec<HandlerSource> {
    let Some((module, function)) = handler.trim().rsplit_once('.') else {
        return Vec::new();
    };
    if module.is_empty() || function.is_empty() {
        return Vec::new();
    }
    let module = module.trim_start_matches("./");
    // `pkg/app.handler` and `pkg.app.handler` are the same to the runtime; a file may have dots nowhere else.
    let relative = module.replace('.', "/");
    let source = |path: String| HandlerSource {
        path,
        function: function.to_owned(),
    };
    let exact = search_roots(roots)
        .into_iter()
        .chain(entry_folders(entries));
    for root in exact {
        if let Some(path) = module_at(&root, &relative, paths) {
            return vec![source(path)];
        }
    }
    if let Some(entry) = entries
        .iter()
        .find(|e| e.ends_with(".py") && paths.has(e) && stem(e) == stem(&relative))
    {
        return vec![source(entry.clone())];
    }
    let code = if roots.code.is_empty() {
        "."
    } else {
        roots.code.as_str()
    };
    if let Some(path) = module_at(&join(code, "src"), &relative, paths) {
        return vec![source(path)];
    }
    // Built from a subfolder: some end of the path lies below the code folder.
    let mut rest = relative.as_str();
    loop {
        let mut found = below(code, rest, paths);
        if !found.is_empty() {
            found.truncate(CANDIDATES_MAX);
            return found.into_iter().map(source).collect();
        }
        match rest.split_once('/') {
            Some((_, shorter)) => rest = shorter,
            None => return Vec::new(),
        }
    }
}

fn entry_folders(entries: &[String]) -> impl Iterator<Item = String> {
    entries.iter().filter(|e| !e.ends_with(".py")).cloned()
}

fn module_at(root: &str, relative: &str, paths: &dyn Paths) -> Option<String> {
    let file = join(root, &format!("{relative}.py"));
    let package = join(root, &format!("{relative}/__init__.py"));
    [file, package].into_iter().find(|path| paths.has(path))
}

fn below(code: &str, relative: &str, paths: &dyn Paths) -> Vec<String> {
    let mut found = paths.ending(&format!("{relative}.py"));
    if found.is_empty() {
        found = paths.ending(&format!("{relative}/__init__.py"));
    }
    found.retain(|path| {
        !is_foreign(path)
            && (code == "."
                || path
                    .strip_prefix(code)
                    .is_some_and(|rest| rest.starts_with('/')))
    });
    found
}

fn stem(path: &str) -> &str {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.strip_suffix(".py").unwrap_or(last)
}

/// Module-level functions that take an event and a context, or a request.
pub(super) fn by_shape(module: &Module) -> Vec<String> {
    let top = FunctionIndex::from_index(0);
    let called = called_names(module);
    let mut found = Vec::new();
    for (_, function) in module.functions.enumerate() {
        let name = module.symbols.text(function.name);
        if function.parent != Some(top)
            || function.kind != FunctionKind::Plain
            || name == "<lambda>"
            || found.iter().any(|f| f == name)
        {
            continue;
        }
        // A function that the module itself calls with its event is a part of a handler.
        let is_part = called.contains(name) && !FUNCTION_NAMES.contains(&name);
        if !is_part && (takes_event(module, function, name) || takes_request(module, function)) {
            found.push(name.to_owned());
        }
    }
    for name in made_handlers(module) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// `handler = Mangum(app)`: names of handlers that are made by a call or taken from an object.
fn made_handlers(module: &Module) -> impl Iterator<Item = String> {
    let top = module.functions.get(FunctionIndex::from_index(0));
    top.into_iter().flat_map(move |top| {
        top.instrs.iter().filter_map(move |instr| {
            let Op::SetGlobal(name, value) = &instr.op else {
                return None;
            };
            let name = module.symbols.text(*name);
            let made = matches!(
                top.instrs.get(*value).map(|i| &i.op),
                Some(Op::Call(_) | Op::Load(..))
            );
            (made && MADE_NAMES.contains(&name)).then(|| name.to_owned())
        })
    })
}

/// Names of this module that its functions call.
fn called_names(module: &Module) -> FxHashSet<&str> {
    let mut names = FxHashSet::default();
    for function in module.functions.iter().skip(1) {
        for instr in function.instrs.iter() {
            if let Op::Call(call) = &instr.op
                && let Some(Op::Global(name)) = function.instrs.get(call.callee).map(|i| &i.op)
            {
                names.insert(module.symbols.text(*name));
            }
        }
    }
    names
}

fn takes_event(module: &Module, function: &Function, name: &str) -> bool {
    let plain: Vec<&str> = function
        .params
        .iter()
        .filter(|p| p.kind == ParamKind::Plain)
        .map(|p| module.symbols.text(p.name))
        .collect();
    let [event, context, rest @ ..] = plain.as_slice() else {
        return false;
    };
    if rest.len() > 1 {
        return false;
    }
    let named_event = EVENT_NAMES.contains(event);
    let named_context = CONTEXT_NAMES.contains(context);
    let named_function = FUNCTION_NAMES.contains(&name) || name.ends_with("handler");
    let reads_event = || reads_first(module, function, &EVENT_KEYS);
    (named_event && named_context)
        || (rest.is_empty()
            && ((named_function && (named_event || named_context || reads_event()))
                || (named_context && reads_event())))
}

/// Functions of other clouds take one request.
fn takes_request(module: &Module, function: &Function) -> bool {
    let [request] = function.params.as_slice() else {
        return false;
    };
    let of_type = request
        .annotation
        .is_some_and(|a| module.symbols.text(a).ends_with("HttpRequest"));
    of_type
        || (REQUEST_NAMES.contains(&module.symbols.text(request.name))
            && reads_first(module, function, &REQUEST_KEYS))
}

/// Whether one of these keys of the first parameter is read.
fn reads_first(module: &Module, function: &Function, keys: &[&str]) -> bool {
    function.instrs.iter().any(|instr| match &instr.op {
        Op::Load(base, key) => {
            let is_first = matches!(
                function.instrs.get(*base).map(|i| &i.op),
                Some(Op::Param(0))
            );
            is_first && keys.contains(&module.symbols.text(*key))
        }
        _ => false,
    })
}
