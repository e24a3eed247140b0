//! Regular expressions that reached code applies to texts.

use std::collections::BTreeSet;

use crate::flows::{PatternSite, PatternUse};
use crate::ir::{Language, Op, Passing, ValueId};
use crate::program::FnId;
use crate::taint::solve::Solver;
use crate::value::{InstId, Val};

/// Reads the patterns of a function.
pub(super) fn read(
    solver: &mut Solver<'_>,
    function: FnId,
    entries: &[usize],
    copies: &[InstId],
    sites: &mut Vec<PatternSite>,
) {
    let program = solver.program;
    let python = program.language(function) != Language::JavaScript;
    for (value, instr) in program.functions[function].ir.instrs.enumerate() {
        let Op::Call(call) = &instr.op else { continue };
        let Op::Load(receiver, name) = program.op(function, call.callee) else {
            continue;
        };
        let first = call
            .args
            .iter()
            .find(|a| a.passing == Passing::Positional)
            .map(|a| a.value);
        let name = program.text(*name);
        let Some((how, on_receiver)) = method(name, python) else {
            continue;
        };
        let mut patterns: BTreeSet<(String, String)> = BTreeSet::new();
        let mut is_known = true;
        for inst in copies {
            let mut look = |solver: &mut Solver<'_>, at: ValueId| {
                for val in solver.values.value(*inst, at).iter() {
                    match val {
                        Val::Text(pattern) => {
                            let pattern = solver.values.word(*pattern).to_owned();
                            patterns.insert((pattern, String::new()));
                        }
                        Val::Typed(_) => {}
                        _ => is_known = false,
                    }
                }
            };
            if python {
                let values = solver.values.value(*inst, *receiver);
                let is_module = |v: &Val| matches!(v, Val::Api(path) if matches!(solver.values.word(*path), "re" | "regex"));
                let is_pattern = |v: &Val| matches!(v, Val::Typed(of) if solver.values.word(*of) == "re.Pattern");
                match (values.iter().any(is_module), values.iter().any(is_pattern)) {
                    (true, _) => first.into_iter().for_each(|at| look(solver, at)),
                    (_, true) => look(solver, *receiver),
                    _ => continue,
                }
            } else {
                let at = if on_receiver { Some(*receiver) } else { first };
                if let Some(value) = at {
                    patterns.extend(solver.patterns_of(*inst, function, value));
                }
            }
        }
        if patterns.is_empty() {
            continue;
        }
        sites.push(PatternSite {
            entries: entries.to_vec(),
            span: program.span(function, value),
            patterns: patterns.into_iter().collect(),
            is_known,
            how,
            python,
        });
    }
}

/// How a method applies a pattern, and whether the pattern is its receiver in JavaScript.
fn method(name: &str, python: bool) -> Option<(PatternUse, bool)> {
    Some(match (name, python) {
        ("fullmatch", true) => (PatternUse::Full, true),
        ("match", true) => (PatternUse::Start, true),
        ("search" | "findall" | "finditer" | "split" | "sub" | "subn", true) => {
            (PatternUse::Search, true)
        }
        ("test" | "exec", false) => (PatternUse::Search, true),
        ("match" | "matchAll" | "search" | "replace" | "replaceAll" | "split", false) => {
            (PatternUse::Search, false)
        }
        _ => return None,
    })
}
