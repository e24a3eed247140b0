//! What the code that entries reach does: its library calls with what is known of their arguments, its handlers of exceptions.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::index::Id;
use rustc_hash::FxHashSet;

use super::order::{self, allows};
use super::pattern;
use crate::flows::{CallSite, CatchSite, Code, HeaderSite, SiteArg, SiteValue};
use crate::ir::{Call, Comparison, Const, Op, Passing, Region, RegionKind, ValueId};
use crate::program::FnId;
use crate::taint::fact::UNKNOWN;
use crate::taint::solve::Solver;
use crate::value::{InstId, Val};

/// Copies of a function that are asked for its callees.
const COPIES_MAX: usize = 4;
/// How deep maps in arguments are read.
const RECORD_DEPTH: u8 = 3;
/// Calls that make something at random which others may guess.
const RANDOM: [&str; 2] = ["random.", "Math.random"];
/// How far the result of such a call is followed.
const FOLLOW_MAX: usize = 12;

/// Reads what the reached code does; per entry, the instances it can run.
pub(super) fn read(solver: &mut Solver<'_>, reached: &[Vec<InstId>]) -> Code {
    let mut functions: BTreeMap<FnId, (BTreeSet<usize>, Vec<InstId>)> = BTreeMap::new();
    for (entry, instances) in reached.iter().enumerate() {
        for inst in instances {
            let (entries, copies) = functions.entry(solver.values.function(*inst)).or_default();
            entries.insert(entry);
            if copies.len() < COPIES_MAX && !copies.contains(inst) {
                copies.push(*inst);
            }
        }
    }
    let mut code = Code::default();
    let tables = order::tables(solver);
    for (function, (entries, copies)) in functions {
        let entries: Vec<usize> = entries.into_iter().collect();
        calls(solver, function, &entries, &copies, &mut code.calls);
        catches(solver, function, &entries, &mut code.catches);
        headers(solver, function, &entries, &copies, &mut code.headers);
        pattern::read(solver, function, &entries, &copies, &mut code.patterns);
        order::read(solver, function, &entries, &copies, &tables, &mut code);
    }
    code.calls.sort_by_key(|site| site.span);
    code.catches.sort_by_key(|site| site.span);
    code.headers.sort_by_key(|site| site.span);
    code.patterns.sort_by_key(|site| site.span);
    code
}

fn calls(
    solver: &mut Solver<'_>,
    function: FnId,
    entries: &[usize],
    copies: &[InstId],
    sites: &mut Vec<CallSite>,
) {
    let program = solver.program;
    let ir = &program.functions[function].ir;
    let mut used: FxHashSet<ValueId> = FxHashSet::default();
    for instr in ir.instrs.iter() {
        instr.op.operands(|value| {
            used.insert(value);
        });
    }
    for (value, instr) in ir.instrs.enumerate() {
        let Op::Call(call) = &instr.op else { continue };
        let mut apis: BTreeSet<String> = BTreeSet::new();
        for inst in copies {
            for val in solver.values.value(*inst, call.callee).iter() {
                if let Val::Api(path) = val {
                    apis.insert(solver.values.word(*path).to_owned());
                }
            }
        }
        if apis.is_empty() {
            continue;
        }
        let Some(first) = copies.first() else {
            continue;
        };
        let within =
            |kind: RegionKind| ir.regions.iter().any(|r| r.kind == kind && holds(r, value));
        let random = apis.iter().any(|a| RANDOM.iter().any(|r| a.starts_with(r)));
        sites.push(CallSite {
            names: if random {
                ends_as(solver, function, value)
            } else {
                Vec::new()
            },
            entries: entries.to_vec(),
            apis: apis.into_iter().collect(),
            span: program.span(function, value),
            function: program.text(ir.name).to_owned(),
            at_top: ir.parent.is_none(),
            args: arguments(solver, *first, call),
            guarded: within(RegionKind::Try),
            in_catch: within(RegionKind::Catch),
            in_loop: within(RegionKind::Loop),
            used: used.contains(&value),
        });
    }
}

fn holds(region: &Region, value: ValueId) -> bool {
    (region.first as usize..region.last as usize).contains(&value.index())
}

fn arguments(solver: &mut Solver<'_>, inst: InstId, call: &Call) -> Vec<SiteArg> {
    let args = call.args.iter();
    args.map(|arg| SiteArg {
        name: match arg.passing {
            Passing::Named(name) => Some(solver.program.text(name).to_owned()),
            _ => None,
        },
        spread: matches!(arg.passing, Passing::Spread | Passing::SpreadNamed),
        value: site_value(solver, inst, arg.value, RECORD_DEPTH),
    })
    .collect()
}

fn site_value(solver: &mut Solver<'_>, inst: InstId, value: ValueId, depth: u8) -> SiteValue {
    match &*solver.values.value(inst, value) {
        [Val::Number(number)] => return SiteValue::Number(solver.values.word(*number).to_owned()),
        [Val::Flag(flag)] => return SiteValue::Flag(*flag),
        [Val::Built(made, at)] if depth > 0 => {
            let function = solver.values.function(*made);
            let object = solver.program.object(function, *at);
            if let Op::Record(parts) = solver.program.op(function, object) {
                let parts = parts
                    .iter()
                    .filter_map(|(key, part)| Some(((*key)?, *part)));
                let parts = parts.map(|(key, part)| {
                    let key = solver.program.text(key).to_owned();
                    (key, site_value(solver, *made, part, depth - 1))
                });
                return SiteValue::Record(parts.collect());
            }
        }
        _ => {}
    }
    if let Some(piece) = piece(solver, solver.values.function(inst), value) {
        return piece;
    }
    let text = solver.known_text(inst, value);
    if text.chars().all(|c| c == UNKNOWN) && !text.is_empty() {
        SiteValue::Other
    } else {
        SiteValue::Text(text)
    }
}

/// `x.split(".")[1]`, also with something appended or replaced.
fn piece(solver: &Solver<'_>, function: FnId, value: ValueId) -> Option<SiteValue> {
    let program = solver.program;
    let mut at = program.object(function, value);
    for _ in 0..6 {
        at = match program.op(function, at) {
            Op::Concat(parts) => program.object(function, *parts.first()?),
            Op::Call(call) => match program.op(function, call.callee) {
                Op::Load(of, _) => program.object(function, *of),
                _ => return None,
            },
            Op::Load(list, number) => {
                let number = program.text(*number).parse().ok()?;
                let Op::Call(split) = program.op(function, program.object(function, *list)) else {
                    return None;
                };
                let Op::Load(_, name) = program.op(function, split.callee) else {
                    return None;
                };
                let separator = split.args.first().map(|a| program.op(function, a.value));
                return match (program.text(*name), separator) {
                    ("split", Some(Op::Const(Const::Text(by)))) => {
                        Some(SiteValue::Piece(program.text(*by).to_owned(), number))
                    }
                    _ => None,
                };
            }
            _ => return None,
        };
    }
    None
}

fn catches(solver: &Solver<'_>, function: FnId, entries: &[usize], sites: &mut Vec<CatchSite>) {
    let program = solver.program;
    let ir = &program.functions[function].ir;
    for region in ir.regions.iter().filter(|r| r.kind == RegionKind::Catch) {
        let inside = |value: ValueId| holds(region, value);
        let caught = ir
            .instrs
            .enumerate()
            .find(|(value, instr)| inside(*value) && instr.op == Op::Caught)
            .map(|(value, _)| value);
        // Without it the region stands for `finally` or `with`.
        let Some(caught) = caught else { continue };
        let mut site = CatchSite {
            entries: entries.to_vec(),
            span: program.span(function, caught),
            function: program.text(ir.name).to_owned(),
            calls: called(solver, function, inside),
            throws: false,
            returns: false,
            looks: false,
            broad: true,
            empty: true,
            tried: Vec::new(),
            allows: allows(solver, function, inside),
        };
        for (value, instr) in ir.instrs.enumerate() {
            if let Op::Compare(Comparison::Type, what, class) = &instr.op
                && *what == caught
            {
                site.broad &= is_every_error(solver, function, *class);
                continue;
            }
            instr.op.operands(|operand| site.looks |= operand == caught);
            if !inside(value) || value == caught {
                continue;
            }
            site.throws |= matches!(instr.op, Op::Throw(_));
            site.returns |= matches!(instr.op, Op::Return(_));
            let idle = matches!(
                instr.op,
                Op::Const(_)
                    | Op::Phi(..)
                    | Op::Refine(..)
                    | Op::Nop
                    | Op::Global(_)
                    | Op::Load(..)
                    | Op::List(_)
            );
            site.empty &= idle;
        }
        let before = |r: &&Region| r.kind == RegionKind::Try && r.last <= region.first;
        if let Some(body) = ir.regions.iter().filter(before).max_by_key(|r| r.last) {
            site.tried = called(solver, function, |value| holds(body, value));
        }
        sites.push(site);
    }
}

/// The last names of what is called in a part of a function.
fn called(solver: &Solver<'_>, function: FnId, within: impl Fn(ValueId) -> bool) -> Vec<String> {
    let program = solver.program;
    let instrs = program.functions[function].ir.instrs.enumerate();
    let mut names: Vec<String> = instrs
        .filter(|(value, _)| within(*value))
        .filter_map(|(_, instr)| match &instr.op {
            Op::Call(call) => match program.op(function, call.callee) {
                Op::Load(_, name) | Op::Global(name) => Some(program.text(*name).to_owned()),
                _ => Some(String::new()),
            },
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Whether a class, or one of a list, is that of every exception.
fn is_every_error(solver: &Solver<'_>, function: FnId, class: ValueId) -> bool {
    match solver
        .program
        .op(function, solver.program.object(function, class))
    {
        Op::Global(name) => matches!(solver.program.text(*name), "Exception" | "BaseException"),
        Op::List(all) => all
            .iter()
            .any(|(one, _)| is_every_error(solver, function, *one)),
        _ => false,
    }
}

/// The keys under which the result of a call ends up in its function, through texts, loops and calls.
fn ends_as(solver: &Solver<'_>, function: FnId, value: ValueId) -> Vec<String> {
    let program = solver.program;
    let instrs = &program.functions[function].ir.instrs;
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut reached: FxHashSet<ValueId> = FxHashSet::from_iter([value]);
    for _ in 0..FOLLOW_MAX {
        let before = reached.len();
        for (at, instr) in instrs.enumerate() {
            let mut uses = false;
            instr
                .op
                .operands(|operand| uses |= reached.contains(&operand));
            if !uses {
                continue;
            }
            match &instr.op {
                Op::Record(parts) => {
                    let keys = parts.iter().filter(|(_, part)| reached.contains(part));
                    names
                        .extend(keys.filter_map(|(key, _)| Some(program.text((*key)?).to_owned())));
                }
                Op::Store(_, key, from) if reached.contains(from) => {
                    names.insert(program.text(*key).to_owned());
                }
                Op::SetGlobal(name, _) => {
                    names.insert(program.text(*name).to_owned());
                }
                Op::Return(_) => {
                    names.insert(program.text(program.functions[function].ir.name).to_owned());
                }
                Op::Put(list, ..) => {
                    reached.insert(*list);
                }
                _ => {
                    reached.insert(at);
                }
            }
        }
        if reached.len() == before {
            break;
        }
    }
    names.into_iter().collect()
}

fn headers(
    solver: &mut Solver<'_>,
    function: FnId,
    entries: &[usize],
    copies: &[InstId],
    sites: &mut Vec<HeaderSite>,
) {
    let program = solver.program;
    let Some(inst) = copies.first() else { return };
    for (value, instr) in program.functions[function].ir.instrs.enumerate() {
        let Op::Record(parts) = &instr.op else {
            continue;
        };
        // Names of headers have hyphens, names of fields rarely do.
        let named = parts
            .iter()
            .filter_map(|(key, part)| Some((program.text((*key)?), *part)));
        let named: Vec<(&str, ValueId)> = named.collect();
        if !named.iter().any(|(key, _)| key.contains('-')) {
            continue;
        }
        let headers = named
            .iter()
            .map(|(key, part)| ((*key).to_owned(), site_value(solver, *inst, *part, 0)))
            .collect();
        sites.push(HeaderSite {
            entries: entries.to_vec(),
            span: program.span(function, value),
            headers,
        });
    }
}
