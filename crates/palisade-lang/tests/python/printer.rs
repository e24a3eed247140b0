//! Prints a lowered module for goldens.

use palisade_flow::ir::{Const, Imported, Module, Op, Passing, Sym, ValueId};
use palisade_lang::frontend::Frontend;
use palisade_lang::python::PYTHON;
use palisade_model::limits::Limits;
use palisade_model::problem::ProblemPlace;
use palisade_model::source::FileId;

/// Lowers a text on a stack as large as the scanner's.
pub(crate) fn lower(text: &str) -> Module {
    let text = text.to_owned();
    let work = move || PYTHON.lower(FileId(0), "app.py", &text, &Limits::default());
    std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap()
}

/// Each function with its instructions, then the problems.
pub(crate) fn print(module: &Module) -> String {
    let mut out = String::new();
    let text = |sym: Sym| module.symbols.text(sym);
    for function in module.functions.iter() {
        let params: Vec<String> = function
            .params
            .iter()
            .map(|p| match p.annotation {
                Some(annotation) => format!("{}: {}", text(p.name), text(annotation)),
                None => text(p.name).to_owned(),
            })
            .collect();
        let captures: Vec<&str> = function.captures.iter().map(|c| text(*c)).collect();
        out += &format!("fn {}({})", text(function.name), params.join(", "));
        if !captures.is_empty() {
            out += &format!(" captures {}", captures.join(", "));
        }
        if function.broken {
            out += " broken";
        }
        out += "\n";
        for (id, instr) in function.instrs.enumerate() {
            if !matches!(instr.op, Op::Nop | Op::Param(_)) {
                out += &format!("  %{} = {}\n", id.0, operation(module, &instr.op));
            }
        }
        for (_, why) in &function.dynamic {
            out += &format!("  dynamic {why}\n");
        }
    }
    for class in module.classes.iter() {
        let members: Vec<String> = class
            .members
            .iter()
            .map(|m| format!("{}=%{} {:?}", text(m.name), m.value.0, m.kind))
            .collect();
        let bases: Vec<String> = class.bases.iter().map(|b| format!("%{}", b.0)).collect();
        out += &format!(
            "class {}({}) {}\n",
            text(class.name),
            bases.join(", "),
            members.join(", ")
        );
    }
    for problem in &module.problems {
        let at = match &problem.place {
            ProblemPlace::Span(span) => span.start,
            ProblemPlace::Path(_) => 0,
        };
        out += &format!("{} at {at}: {}\n", problem.kind.word(), problem.message);
    }
    out
}

fn operation(module: &Module, op: &Op) -> String {
    let text = |sym: &Sym| module.symbols.text(*sym).to_owned();
    let v = |value: &ValueId| format!("%{}", value.0);
    let list = |values: &[ValueId]| {
        values
            .iter()
            .map(|x| format!("%{}", x.0))
            .collect::<Vec<_>>()
            .join(" ")
    };
    match op {
        Op::Const(Const::Text(s)) => format!("{:?}", text(s)),
        Op::Const(Const::Number(s)) => text(s),
        Op::Const(Const::Bool(b)) => b.to_string(),
        Op::Const(other) => format!("{other:?}").to_lowercase(),
        Op::Param(n) => format!("param {n}"),
        Op::Capture(n) => format!("capture {n}"),
        Op::Global(s) => format!("global {}", text(s)),
        Op::SetGlobal(s, x) => format!("set {} {}", text(s), v(x)),
        Op::Import(n) => {
            let import = &module.imports[*n as usize];
            let what = match import.what {
                Imported::Module => String::new(),
                Imported::Default => " default".to_owned(),
                Imported::Name(name) => format!(" {}", text(&name)),
            };
            format!("import {}{what}", text(&import.module))
        }
        Op::Closure(f, captured) => format!(
            "closure {} [{}]",
            text(&module.functions[*f].name),
            list(captured)
        ),
        Op::Class(c) => format!("class {}", text(&module.classes[*c].name)),
        Op::Load(b, k) => format!("load {}.{}", v(b), text(k)),
        Op::Index(b, i) => format!("index {}[{}]", v(b), v(i)),
        Op::Iter(b) => format!("iter {}", v(b)),
        Op::Keys(b) => format!("keys {}", v(b)),
        Op::Store(b, k, x) => format!("store {}.{} {}", v(b), text(k), v(x)),
        Op::Put(b, i, x) => format!("put {}[{}] {}", v(b), v(i), v(x)),
        Op::Record(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|(k, x)| {
                    k.map_or_else(
                        || format!("**{}", v(x)),
                        |k| format!("{}: {}", text(&k), v(x)),
                    )
                })
                .collect();
            format!("record {{{}}}", parts.join(", "))
        }
        Op::List(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|(x, spread)| format!("{}{}", if *spread { "*" } else { "" }, v(x)))
                .collect();
            format!("list [{}]", parts.join(", "))
        }
        Op::Rest(b, without) => format!(
            "rest {} without [{}]",
            v(b),
            without.iter().map(text).collect::<Vec<_>>().join(" ")
        ),
        Op::Concat(parts) => format!("concat {}", list(parts)),
        Op::Call(call) => {
            let args: Vec<String> = call
                .args
                .iter()
                .map(|a| match &a.passing {
                    Passing::Positional => v(&a.value),
                    Passing::Named(name) => format!("{}={}", text(name), v(&a.value)),
                    Passing::Spread => format!("*{}", v(&a.value)),
                    Passing::SpreadNamed => format!("**{}", v(&a.value)),
                })
                .collect();
            format!("call {}({})", v(&call.callee), args.join(", "))
        }
        Op::Compare(how, x, y) => format!("compare {} {how:?} {}", v(x), v(y)),
        Op::Logic(and, x, y) => format!("{} {} {}", if *and { "and" } else { "or" }, v(x), v(y)),
        Op::Not(x) => format!("not {}", v(x)),
        Op::Arith(xs) => format!("arith {}", list(xs)),
        Op::Await(x) => format!("await {}", v(x)),
        Op::Phi(xs, late) => format!("phi{} {}", if *late { " loop" } else { "" }, list(xs)),
        Op::Refine(x, c, o) => format!("refine {} by {} {o:?}", v(x), v(c)),
        Op::Return(x) => format!("return {}", v(x)),
        Op::Yield(x) => format!("yield {}", v(x)),
        Op::Throw(x) => format!("throw {}", v(x)),
        Op::Caught => "caught".to_owned(),
        Op::Error(xs) => format!("error {}", list(xs)),
        Op::Nop => "nop".to_owned(),
    }
}
