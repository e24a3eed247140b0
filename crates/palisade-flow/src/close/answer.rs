//! How functions answer: before their work is done, without a word in the log, with more than they should tell.

use super::order::holds;
use crate::flows::{Code, DebugSite, DenialSite, LostSite};
use crate::ir::{Call, Const, Language, Op, Passing, RegionKind, ValueId};
use crate::program::FnId;
use crate::taint::solve::Solver;
use crate::value::{InstId, Val};

/// Reads the answers of a function.
pub(super) fn read(
    solver: &mut Solver<'_>,
    function: FnId,
    inst: InstId,
    entries: &[usize],
    code: &mut Code,
) {
    lost(solver, function, inst, entries, code);
    denials(solver, function, entries, code);
    debugs(solver, function, inst, entries, code);
}

/// Calls of a client of AWS with a callback, in a function that returns its answer: it is over before the callback runs.
fn lost(solver: &mut Solver<'_>, function: FnId, inst: InstId, entries: &[usize], code: &mut Code) {
    let program = solver.program;
    if program.language(function) != Language::JavaScript {
        return;
    }
    let ir = &program.functions[function].ir;
    let answers = ir
        .instrs
        .enumerate()
        .find_map(|(value, instr)| match instr.op {
            Op::Return(answer) => {
                let parts = match program.op(function, program.object(function, answer)) {
                    Op::Record(parts) => parts,
                    _ => return None,
                };
                let has = |name: &str| {
                    parts
                        .iter()
                        .any(|(key, _)| key.is_some_and(|k| program.text(k) == name))
                };
                has("statusCode").then_some(value)
            }
            _ => None,
        });
    let Some(answered) = answers else { return };
    for (value, instr) in ir.instrs.enumerate() {
        let Op::Call(call) = &instr.op else { continue };
        if value.0 > answered.0 || is_used(ir, value) || !takes_callback(solver, function, call) {
            continue;
        }
        let values = solver.values.value(inst, call.callee);
        let is_client = |v: &Val| {
            matches!(v, Val::Api(path) if {
                let path = solver.values.word(*path);
                path.starts_with("[aws.") || path.starts_with("aws-sdk.")
            })
        };
        if values.iter().any(is_client) {
            code.lost.push(LostSite {
                entries: entries.to_vec(),
                span: program.span(function, value),
            });
        }
    }
}

fn is_used(ir: &crate::ir::Function, value: ValueId) -> bool {
    let mut used = false;
    for instr in ir.instrs.iter() {
        instr.op.operands(|operand| used |= operand == value);
    }
    used
}

/// Whether the last argument is a function of `(err, data)`.
fn takes_callback(solver: &Solver<'_>, function: FnId, call: &Call) -> bool {
    let program = solver.program;
    let Some(last) = call
        .args
        .last()
        .filter(|a| a.passing == Passing::Positional)
    else {
        return false;
    };
    let module = program.functions[function].module;
    match program.op(function, program.object(function, last.value)) {
        Op::Closure(index, _) => {
            let params = &program.functions[program.function_of(module, *index)]
                .ir
                .params;
            call.args.len() >= 2 && params.len() >= 2
        }
        _ => false,
    }
}

/// Records with a status of 401 or 403, built in a branch.
fn denials(solver: &Solver<'_>, function: FnId, entries: &[usize], code: &mut Code) {
    let program = solver.program;
    let ir = &program.functions[function].ir;
    for (value, instr) in ir.instrs.enumerate() {
        let Op::Record(parts) = &instr.op else {
            continue;
        };
        let refuses = parts.iter().any(|(key, part)| {
            let key = key.map_or("", |k| program.text(k));
            key == "statusCode"
                && matches!(
                    program.op(function, program.object(function, *part)),
                    Op::Const(Const::Number(n)) if matches!(program.text(*n), "401" | "403")
                )
        });
        if !refuses {
            continue;
        }
        let branch = ir
            .regions
            .iter()
            .filter(|r| {
                let chosen = matches!(
                    r.kind,
                    RegionKind::If | RegionKind::Else | RegionKind::Catch | RegionKind::Case
                );
                chosen && holds(r, value)
            })
            .max_by_key(|r| r.first);
        let Some(branch) = branch else { continue };
        let is_logged = ir.instrs.enumerate().any(|(at, other)| {
            holds(branch, at) && matches!(&other.op, Op::Call(call) if logs(solver, function, call))
        });
        code.denials.push(DenialSite {
            entries: entries.to_vec(),
            span: program.span(function, value),
            is_logged,
        });
    }
}

/// Whether a call writes to a log, or is one of the program that may.
fn logs(solver: &Solver<'_>, function: FnId, call: &Call) -> bool {
    let program = solver.program;
    match program.op(function, call.callee) {
        Op::Load(_, name) => matches!(
            program.text(*name),
            "log"
                | "info"
                | "warn"
                | "warning"
                | "error"
                | "exception"
                | "debug"
                | "critical"
                | "put_metric"
                | "addMetric"
                | "add_metric"
                | "putMetricData"
                | "put_metric_data"
        ),
        Op::Global(name) => {
            // What a function of the program does is not looked into.
            program.text(*name) == "print"
                || program.modules[program.functions[function].module]
                    .globals
                    .contains_key(name)
        }
        _ => true,
    }
}

/// `FastAPI(debug=True)`, `app.debug = True` of Chalice.
fn debugs(
    solver: &mut Solver<'_>,
    function: FnId,
    inst: InstId,
    entries: &[usize],
    code: &mut Code,
) {
    let program = solver.program;
    let is_true = |value: ValueId| {
        *program.op(function, program.object(function, value)) == Op::Const(Const::Bool(true))
    };
    for (value, instr) in program.functions[function].ir.instrs.enumerate() {
        let (of, word): (ValueId, bool) = match &instr.op {
            Op::Store(base, key, on) if program.text(*key) == "debug" && is_true(*on) => {
                (*base, false)
            }
            Op::Call(call) => {
                let on = call.args.iter().any(|a| {
                    matches!(a.passing, Passing::Named(name) if program.text(name) == "debug")
                        && is_true(a.value)
                });
                if !on {
                    continue;
                }
                (call.callee, true)
            }
            _ => continue,
        };
        let framework = solver.values.value(inst, of).iter().find_map(|v| match v {
            Val::Api(path) if word => match solver.values.word(*path) {
                "fastapi.FastAPI" => Some("FastAPI"),
                "starlette.applications.Starlette" => Some("Starlette"),
                "chalice.Chalice" => Some("Chalice"),
                _ => None,
            },
            Val::Typed(of) if !word && solver.values.word(*of) == "chalice.Chalice" => {
                Some("Chalice")
            }
            _ => None,
        });
        if let Some(framework) = framework {
            code.debugs.push(DebugSite {
                entries: entries.to_vec(),
                span: program.span(function, value),
                framework,
            });
        }
    }
}
