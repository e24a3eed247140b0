//! What functions do in the wrong order, or over and over: pages never turned, items judged before they are written,
//! refusals behind which the work goes on.

use std::collections::BTreeSet;

use palisade_model::index::Id;
use palisade_model::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use super::answer;
use crate::flows::{Code, FlagSite, PageSite, RaceSite, RefusalSite};
use crate::ir::{Call, Const, Function, Language, Op, Passing, Region, RegionKind, ValueId};
use crate::program::FnId;
use crate::taint::solve::Solver;
use crate::value::{InstId, Val};

/// Most values looked at to see what a condition depends on.
const VALUES_MAX: usize = 400;
/// Most reads and writes of tables in one function.
const SITES_MAX: usize = 24;
/// How deep keys are compared.
const DEPTH_MAX: u8 = 6;

/// Calls that give one page, what names the next one in the answer, and the parameter that asks for it.
const PAGED: [(&[&str], &str, &str); 2] = [
    (
        &["scan", "query", "ScanCommand", "QueryCommand"],
        "LastEvaluatedKey",
        "ExclusiveStartKey",
    ),
    (
        &["list_objects_v2", "listObjectsV2", "ListObjectsV2Command"],
        "NextContinuationToken",
        "ContinuationToken",
    ),
];
/// What makes a write depend on what is there.
const CONDITIONS: [&str; 4] = [
    "ConditionExpression",
    "Expected",
    "TransactItems",
    "ConditionCheck",
];

/// Calls on tables, by function: in order, with the last part of their names.
pub(super) type Tables = FxHashMap<FnId, BTreeSet<(ValueId, String)>>;

/// All calls on tables.
pub(super) fn tables(solver: &Solver<'_>) -> Tables {
    let mut tables = Tables::default();
    let sites = solver.reads.iter().chain(solver.writes.iter());
    for site in sites.filter(|site| site.kind == "table") {
        let name = site.callee.rsplit('.').next().unwrap_or_default();
        let calls = tables.entry(site.function).or_default();
        calls.insert((site.call, name.to_owned()));
    }
    tables
}

/// Reads the order of things in a function.
pub(super) fn read(
    solver: &mut Solver<'_>,
    function: FnId,
    entries: &[usize],
    copies: &[InstId],
    tables: &Tables,
    code: &mut Code,
) {
    let Some(inst) = copies.first().copied() else {
        return;
    };
    flags(solver, function, inst, entries, &mut code.flags);
    pages(solver, function, inst, entries, &mut code.pages);
    races(solver, function, tables, entries, &mut code.races);
    refusals(solver, function, entries, &mut code.refusals);
    answer::read(solver, function, inst, entries, code);
}

pub(super) fn holds(region: &Region, value: ValueId) -> bool {
    (region.first as usize..region.last as usize).contains(&value.index())
}

/// Environment variables that a branch only tests for truth.
fn flags(
    solver: &mut Solver<'_>,
    function: FnId,
    inst: InstId,
    entries: &[usize],
    sites: &mut Vec<FlagSite>,
) {
    let program = solver.program;
    for region in &program.functions[function].ir.regions {
        let (RegionKind::If, Some(condition)) = (region.kind, region.condition) else {
            continue;
        };
        let mut open = vec![condition];
        let mut left = 16;
        while let Some(next) = open.pop() {
            left -= 1;
            if left == 0 {
                break;
            }
            let object = program.object(function, next);
            match program.op(function, object) {
                Op::Not(inner) => open.push(*inner),
                Op::Logic(_, x, y) => open.extend([*x, *y]),
                Op::Load(..) | Op::Index(..) | Op::Call(_) | Op::Global(_) => {
                    let values = solver.values.value(inst, object);
                    if let [Val::Env(name)] = &*values {
                        sites.push(FlagSite {
                            entries: entries.to_vec(),
                            span: program.span(function, object),
                            name: solver.values.word(*name).to_owned(),
                        });
                    }
                }
                _ => {}
            }
        }
    }
}

/// Calls in a loop that runs as long as there is another page, and never ask for it.
fn pages(
    solver: &mut Solver<'_>,
    function: FnId,
    inst: InstId,
    entries: &[usize],
    sites: &mut Vec<PageSite>,
) {
    let program = solver.program;
    let ir = &program.functions[function].ir;
    for (value, instr) in ir.instrs.enumerate() {
        let Op::Call(call) = &instr.op else { continue };
        let in_loop = ir
            .regions
            .iter()
            .any(|r| r.kind == RegionKind::Loop && r.condition.is_none() && holds(r, value));
        if !in_loop || call.args.iter().any(|a| a.passing == Passing::SpreadNamed) {
            continue;
        }
        let values = solver.values.value(inst, call.callee);
        let apis: Vec<String> = values
            .iter()
            .filter_map(|v| match v {
                Val::Api(path) => Some(solver.values.word(*path).to_owned()),
                _ => None,
            })
            .collect();
        for (names, next, missing) in PAGED {
            let is_paged = apis.iter().any(|api| {
                api.contains("dynamodb") | api.contains("s3")
                    && names.iter().any(|n| api.rsplit('.').next() == Some(n))
            });
            if is_paged
                && has_literal_arguments(solver, function, call)
                && says(solver, ir, next)
                && !says(solver, ir, missing)
            {
                sites.push(PageSite {
                    entries: entries.to_vec(),
                    span: program.span(function, value),
                    missing,
                });
            }
        }
    }
}

/// Whether the arguments are written out where the call stands.
fn has_literal_arguments(solver: &Solver<'_>, function: FnId, call: &Call) -> bool {
    let program = solver.program;
    call.args.iter().all(|arg| match arg.passing {
        Passing::Named(_) => true,
        Passing::Positional => match program.op(function, program.object(function, arg.value)) {
            Op::Record(parts) => parts.iter().all(|(key, _)| key.is_some()),
            Op::Call(_) | Op::Const(_) => true,
            _ => false,
        },
        _ => false,
    })
}

/// Whether a function names a key or text anywhere.
fn says(solver: &Solver<'_>, ir: &Function, word: &str) -> bool {
    let program = solver.program;
    let Some(sym) = program.symbols.find(word) else {
        return false;
    };
    ir.instrs.iter().any(|instr| match &instr.op {
        Op::Const(Const::Text(text)) => *text == sym,
        Op::Load(_, key) | Op::Store(_, key, _) => *key == sym,
        Op::Record(parts) => parts.iter().any(|(key, _)| *key == Some(sym)),
        Op::Call(call) => call.args.iter().any(|a| a.passing == Passing::Named(sym)),
        _ => false,
    })
}

/// An item of a table is read, a branch depends on it, and it is written without a condition.
fn races(
    solver: &Solver<'_>,
    function: FnId,
    tables: &Tables,
    entries: &[usize],
    sites: &mut Vec<RaceSite>,
) {
    let Some(known) = tables.get(&function) else {
        return;
    };
    let program = solver.program;
    let ir = &program.functions[function].ir;
    if CONDITIONS.iter().any(|word| says(solver, ir, word)) {
        return;
    }
    let calls = |last: &[&str]| -> Vec<ValueId> {
        let named = known
            .iter()
            .filter(|(_, name)| last.contains(&name.as_str()));
        named.map(|(call, _)| *call).take(SITES_MAX).collect()
    };
    let reads = calls(&["get_item", "get", "getItem", "GetCommand", "GetItemCommand"]);
    if reads.is_empty() {
        return;
    }
    let updates = [
        "update_item",
        "update",
        "updateItem",
        "UpdateCommand",
        "UpdateItemCommand",
    ];
    let puts = ["put_item", "put", "putItem", "PutCommand", "PutItemCommand"];
    let made = calls(&puts);
    for write in calls(&[updates, puts].concat()) {
        let puts = made.contains(&write);
        let judged = reads
            .iter()
            .copied()
            .filter(|read| read.0 < write.0)
            .find(|read| {
                is_one_item(solver, function, *read, write)
                    && ir.regions.iter().any(|region| {
                        region.kind == RegionKind::If
                            && region.first > read.0
                            && region.first <= write.0
                            && decides(ir, region, write)
                            && region.condition.is_some_and(|c| {
                                // That there is one says enough where one is made, not where it is changed.
                                depends(ir, c, *read) && (puts || asks_more(solver, ir, c, *read))
                            })
                    })
            });
        if let Some(read) = judged {
            sites.push(RaceSite {
                entries: entries.to_vec(),
                read: program.span(function, read),
                write: program.span(function, write),
            });
        }
    }
}

/// Whether what is done later hangs on the branch: it stands in it, or the branch leaves the function.
fn decides(ir: &Function, region: &Region, later: ValueId) -> bool {
    let leaves = ir.instrs.enumerate().any(|(value, instr)| {
        holds(region, value) && matches!(instr.op, Op::Return(_) | Op::Throw(_))
    });
    leaves || holds(region, later)
}

/// Whether a condition asks for more of what was read than whether it is there.
fn asks_more(solver: &Solver<'_>, ir: &Function, condition: ValueId, read: ValueId) -> bool {
    let program = solver.program;
    let mut seen: FxHashSet<ValueId> = FxHashSet::default();
    let mut open = vec![condition];
    while let Some(next) = open.pop() {
        if next == read || seen.len() > VALUES_MAX || !seen.insert(next) {
            continue;
        }
        let Some(instr) = ir.instrs.get(next) else {
            continue;
        };
        let name = match &instr.op {
            Op::Load(_, key) => program.text(*key),
            Op::Const(Const::Text(text)) => program.text(*text),
            _ => "",
        };
        let plain = [
            "",
            "Item",
            "get",
            "promise",
            "send",
            "ResponseMetadata",
            "HTTPStatusCode",
            "keys",
            "length",
        ];
        if !plain.contains(&name) && depends(ir, next, read)
            || matches!(instr.op, Op::Const(Const::Text(_))) && !plain.contains(&name)
        {
            return true;
        }
        instr.op.operands(|operand| open.push(operand));
    }
    false
}

/// Whether a value is made from another.
fn depends(ir: &Function, value: ValueId, on: ValueId) -> bool {
    let mut seen: FxHashSet<ValueId> = FxHashSet::default();
    let mut open = vec![value];
    while let Some(next) = open.pop() {
        if next == on {
            return true;
        }
        if seen.len() > VALUES_MAX || !seen.insert(next) {
            continue;
        }
        if let Some(instr) = ir.instrs.get(next) {
            instr.op.operands(|operand| open.push(operand));
        }
    }
    false
}

/// Whether two calls name the same table and the same key.
fn is_one_item(solver: &Solver<'_>, function: FnId, read: ValueId, write: ValueId) -> bool {
    let program = solver.program;
    let (Op::Call(first), Op::Call(second)) =
        (program.op(function, read), program.op(function, write))
    else {
        return false;
    };
    let receiver = |call: &Call| match program.op(function, call.callee) {
        Op::Load(receiver, _) => Some(program.object(function, *receiver)),
        _ => None,
    };
    let table = |call: &Call| argument(solver, function, call, "TableName");
    let same_table = match (table(first), table(second)) {
        (Some(a), Some(b)) => same(solver, function, a, b, 0),
        (None, None) => match (receiver(first), receiver(second)) {
            (Some(a), Some(b)) => same(solver, function, a, b, 0),
            _ => false,
        },
        _ => false,
    };
    if !same_table {
        return false;
    }
    let Some(key) = argument(solver, function, first, "Key") else {
        return false;
    };
    if let Some(other) = argument(solver, function, second, "Key") {
        return same(solver, function, key, other, 0);
    }
    let Some(item) = argument(solver, function, second, "Item") else {
        return false;
    };
    // The item that was read, changed; or a new one under the same key.
    if depends(&program.functions[function].ir, item, read) {
        return true;
    }
    let fields = |value: ValueId| match program.op(function, program.object(function, value)) {
        Op::Record(parts) => Some(parts),
        _ => None,
    };
    let (Some(key), Some(item)) = (fields(key), fields(item)) else {
        return false;
    };
    !key.is_empty()
        && key.iter().all(|(name, value)| {
            let held = item.iter().find(|(n, _)| n == name && n.is_some());
            held.is_some_and(|(_, other)| same(solver, function, *value, *other, 0))
        })
}

/// A named argument, or a field of the map that is the only one.
fn argument(solver: &Solver<'_>, function: FnId, call: &Call, name: &str) -> Option<ValueId> {
    let program = solver.program;
    let sym = program.symbols.find(name)?;
    let named = call.args.iter().find(|a| a.passing == Passing::Named(sym));
    if let Some(arg) = named {
        return Some(arg.value);
    }
    let first = call
        .args
        .iter()
        .find(|a| a.passing == Passing::Positional)?;
    match program.op(function, program.object(function, first.value)) {
        Op::Record(parts) => parts
            .iter()
            .find(|(key, _)| *key == Some(sym))
            .map(|(_, v)| *v),
        _ => None,
    }
}

/// Whether two values are the same for all the program shows.
fn same(solver: &Solver<'_>, function: FnId, a: ValueId, b: ValueId, depth: u8) -> bool {
    let program = solver.program;
    let (a, b) = (program.object(function, a), program.object(function, b));
    if a == b {
        return true;
    }
    if depth > DEPTH_MAX {
        return false;
    }
    let both = |a: ValueId, b: ValueId| same(solver, function, a, b, depth + 1);
    match (program.op(function, a), program.op(function, b)) {
        (Op::Const(a), Op::Const(b)) => a == b,
        (Op::Global(a), Op::Global(b)) => a == b,
        (Op::Load(a, k), Op::Load(b, l)) => k == l && both(*a, *b),
        (Op::Record(a), Op::Record(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((k, x), (l, y))| k == l && both(*x, *y))
        }
        (Op::Concat(a), Op::Concat(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| both(*x, *y))
        }
        (Op::Call(a), Op::Call(b)) => {
            // The same question, such as `os.environ.get("TABLE")`, has the same answer.
            a.args.len() == b.args.len()
                && both(a.callee, b.callee)
                && a.args
                    .iter()
                    .zip(&b.args)
                    .all(|(x, y)| both(x.value, y.value))
        }
        _ => false,
    }
}

/// `callback(null, { statusCode: 401 })` in a branch that is not left, and work behind it.
fn refusals(solver: &Solver<'_>, function: FnId, entries: &[usize], sites: &mut Vec<RefusalSite>) {
    let program = solver.program;
    if program.language(function) != Language::JavaScript {
        return;
    }
    let ir = &program.functions[function].ir;
    for region in ir.regions.iter().filter(|r| r.kind == RegionKind::If) {
        let inside = || {
            ir.instrs
                .enumerate()
                .filter(|(value, _)| holds(region, *value))
        };
        let is_left = inside().any(|(_, i)| matches!(i.op, Op::Return(_) | Op::Throw(_)));
        let has_else = ir.regions.iter().any(|other| {
            other.kind == RegionKind::Else
                && other.first == region.last
                && (other.first..other.last).any(|v| {
                    matches!(
                        program.op(function, ValueId(v)),
                        Op::Call(_) | Op::Return(_)
                    )
                })
        });
        if is_left || has_else {
            continue;
        }
        let sent = inside().find_map(|(value, instr)| match &instr.op {
            Op::Call(call) if refuses(solver, function, call) => Some(value),
            _ => None,
        });
        let Some(sent) = sent else { continue };
        let then = ir.instrs.enumerate().find_map(|(value, instr)| {
            let behind = value.index() >= region.last as usize;
            (behind && is_work(solver, function, &instr.op)).then_some(value)
        });
        if let Some(then) = then {
            let span = |value: ValueId| -> Span { program.span(function, value) };
            sites.push(RefusalSite {
                entries: entries.to_vec(),
                span: span(sent),
                then: span(then),
            });
        }
    }
}

/// Whether a call hands a refusal to the callback of a handler, or sends one as answer of a framework.
fn refuses(solver: &Solver<'_>, function: FnId, call: &Call) -> bool {
    let program = solver.program;
    let refusal = |value: ValueId| match program.op(function, program.object(function, value)) {
        Op::Const(Const::Number(n)) => matches!(program.text(*n), "401" | "403"),
        _ => false,
    };
    let object = program.object(function, call.callee);
    match program.op(function, object) {
        // The third parameter of a handler.
        Op::Param(2) => call.args.iter().any(|arg| {
            match program.op(function, program.object(function, arg.value)) {
                Op::Record(parts) => parts.iter().any(|(key, value)| {
                    key.is_some_and(|k| program.text(k) == "statusCode") && refusal(*value)
                }),
                _ => false,
            }
        }),
        // `res.status(401).send(…)`.
        Op::Load(receiver, name) => {
            let sends = matches!(program.text(*name), "send" | "json" | "end");
            let status = match program.op(function, program.object(function, *receiver)) {
                Op::Call(status) => status,
                _ => {
                    return program.text(*name) == "sendStatus"
                        && call.args.iter().any(|a| refusal(a.value));
                }
            };
            let of_status = matches!(program.op(function, status.callee), Op::Load(_, n) if program.text(*n) == "status");
            sends && of_status && status.args.iter().any(|a| refusal(a.value))
        }
        _ => false,
    }
}

/// Whether an operation does something outside: a method of an object that is not the console.
fn is_work(solver: &Solver<'_>, function: FnId, op: &Op) -> bool {
    let program = solver.program;
    let Op::Call(call) = op else { return false };
    match program.op(function, call.callee) {
        Op::Load(receiver, name) => {
            let logs = matches!(
                program.op(function, program.object(function, *receiver)),
                Op::Global(name) if program.text(*name) == "console"
            );
            !logs
                && !is_of_param(solver, function, *receiver)
                && matches!(
                    program.text(*name),
                    "invoke"
                        | "send"
                        | "put"
                        | "update"
                        | "delete"
                        | "get"
                        | "query"
                        | "scan"
                        | "putObject"
                        | "getObject"
                        | "deleteObject"
                        | "publish"
                        | "sendMessage"
                        | "save"
                        | "json"
                        | "find"
                        | "findOne"
                        | "create"
                        | "insert"
                        | "promise"
                )
        }
        _ => false,
    }
}

/// Whether an object comes with a parameter, as the answer of a framework does: `res.status(200).json(…)`.
fn is_of_param(solver: &Solver<'_>, function: FnId, value: ValueId) -> bool {
    let program = solver.program;
    let mut at = value;
    for _ in 0..DEPTH_MAX {
        at = program.object(function, at);
        at = match program.op(function, at) {
            Op::Param(_) => return true,
            Op::Load(base, _) => *base,
            Op::Call(call) => call.callee,
            _ => return false,
        };
    }
    false
}

/// Whether a part of a function builds an answer that lets everybody in.
pub(super) fn allows(
    solver: &Solver<'_>,
    function: FnId,
    within: impl Fn(ValueId) -> bool,
) -> bool {
    let program = solver.program;
    let is_allow = |value: ValueId| {
        matches!(
            program.op(function, program.object(function, value)),
            Op::Const(Const::Text(text)) if program.text(*text) == "Allow"
        )
    };
    let is_true = |value: ValueId| {
        *program.op(function, program.object(function, value)) == Op::Const(Const::Bool(true))
    };
    let instrs = program.functions[function].ir.instrs.enumerate();
    let mut inside = instrs.filter(|(value, _)| within(*value));
    inside.any(|(_, instr)| match &instr.op {
        Op::Record(parts) => parts.iter().any(|(key, value)| {
            let key = key.map_or("", |k| program.text(k));
            key == "Effect" && is_allow(*value) || key == "isAuthorized" && is_true(*value)
        }),
        Op::Call(call) => call.args.iter().any(|arg| is_allow(arg.value)),
        _ => false,
    })
}
