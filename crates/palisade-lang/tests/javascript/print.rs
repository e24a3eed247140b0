//! Prints lowered code, one instruction a line.

use palisade_flow::ir::{Arg, Const, Imported, Module, Op, Passing, Sym, ValueId};
use palisade_model::index::Id;
use std::fmt::Write;

/// A module as text.
pub(crate) fn module(m: &Module) -> String {
    let mut out = String::new();
    let text = |s: Sym| m.symbols.text(s).to_owned();
    for (index, f) in m.functions.enumerate() {
        let params: Vec<String> = f
            .params
            .iter()
            .map(|p| match p.annotation {
                Some(a) => format!("{}: {}", text(p.name), text(a)),
                None => text(p.name),
            })
            .collect();
        let captures: Vec<String> = f.captures.iter().map(|c| text(*c)).collect();
        let _ = write!(
            out,
            "fn {} {}({})",
            index.0,
            text(f.name),
            params.join(", ")
        );
        if !captures.is_empty() {
            let _ = write!(out, " [{}]", captures.join(", "));
        }
        if f.broken {
            out.push_str(" broken");
        }
        for (_, why) in &f.dynamic {
            let _ = write!(out, " dynamic({why})");
        }
        out.push('\n');
        for (id, instr) in f.instrs.enumerate() {
            if instr.op == Op::Nop {
                continue;
            }
            let _ = writeln!(out, "  %{} = {}", id.index(), op(m, &instr.op));
        }
        for r in &f.regions {
            let _ = writeln!(out, "  region {:?} {}..{}", r.kind, r.first, r.last);
        }
    }
    for (index, c) in m.classes.enumerate() {
        let members: Vec<String> = c
            .members
            .iter()
            .map(|x| format!("{:?} {} %{}", x.kind, text(x.name), x.value.index()))
            .collect();
        let _ = writeln!(
            out,
            "class {} {} bases {:?}: {}",
            index.0,
            text(c.name),
            c.bases.iter().map(|b| b.0).collect::<Vec<_>>(),
            members.join(", ")
        );
    }
    for p in &m.problems {
        let _ = writeln!(out, "problem {}: {}", p.kind.word(), p.message);
    }
    out
}

fn list(values: &[ValueId]) -> String {
    values
        .iter()
        .map(|v| format!("%{}", v.index()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn op(m: &Module, op: &Op) -> String {
    let text = |s: &Sym| m.symbols.text(*s).to_owned();
    let v = |v: &ValueId| format!("%{}", v.index());
    match op {
        Op::Const(Const::Text(s)) => format!("{:?}", text(s)),
        Op::Const(Const::Number(s)) => text(s),
        Op::Const(Const::Bool(b)) => b.to_string(),
        Op::Const(Const::Null) => "null".into(),
        Op::Const(Const::Undefined) => "undefined".into(),
        Op::Const(Const::Regex(p, f)) => format!("/{}/{}", text(p), text(f)),
        Op::Param(n) => format!("param {n}"),
        Op::Capture(n) => format!("capture {n}"),
        Op::Global(s) => format!("global {}", text(s)),
        Op::SetGlobal(s, x) => format!("set {} {}", text(s), v(x)),
        Op::Import(n) => {
            let Some(i) = m.imports.get(*n as usize) else {
                return "import ?".into();
            };
            match i.what {
                Imported::Module => format!("import {:?}", text(&i.module)),
                Imported::Default => format!("import {:?} default", text(&i.module)),
                Imported::Name(s) => format!("import {:?} {}", text(&i.module), text(&s)),
            }
        }
        Op::Closure(f, vs) => format!("closure {} [{}]", f.0, list(vs)),
        Op::Class(c) => format!("class {}", c.0),
        Op::Load(b, k) => format!("load {} .{}", v(b), text(k)),
        Op::Index(b, i) => format!("index {} {}", v(b), v(i)),
        Op::Iter(b) => format!("iter {}", v(b)),
        Op::Keys(b) => format!("keys {}", v(b)),
        Op::Store(b, k, x) => format!("store {} .{} {}", v(b), text(k), v(x)),
        Op::Put(b, i, x) => format!("put {} {} {}", v(b), v(i), v(x)),
        Op::Record(parts) => format!(
            "record {{{}}}",
            parts
                .iter()
                .map(|(k, x)| format!("{}: {}", k.map_or("...".to_owned(), |k| text(&k)), v(x)))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Op::List(parts) => format!(
            "list [{}]",
            parts
                .iter()
                .map(|(x, spread)| format!("{}{}", if *spread { "..." } else { "" }, v(x)))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Op::Rest(b, without) => format!(
            "rest {} without [{}]",
            v(b),
            without.iter().map(text).collect::<Vec<_>>().join(", ")
        ),
        Op::Concat(vs) => format!("concat {}", list(vs)),
        Op::Call(c) => format!(
            "{}{} {}({})",
            if c.new { "new" } else { "call" },
            if c.tagged { " tagged" } else { "" },
            v(&c.callee),
            c.args.iter().map(arg(m)).collect::<Vec<_>>().join(", ")
        ),
        Op::Compare(how, a, b) => format!("compare {how:?} {} {}", v(a), v(b)),
        Op::Logic(and, a, b) => format!("{} {} {}", if *and { "and" } else { "or" }, v(a), v(b)),
        Op::Not(a) => format!("not {}", v(a)),
        Op::Arith(vs) => format!("arith {}", list(vs)),
        Op::Await(a) => format!("await {}", v(a)),
        Op::Phi(vs, looped) => format!("phi{} {}", if *looped { " loop" } else { "" }, list(vs)),
        Op::Refine(a, c, o) => format!("refine {} {o:?} {}", v(a), v(c)),
        Op::Return(a) => format!("return {}", v(a)),
        Op::Yield(a) => format!("yield {}", v(a)),
        Op::Throw(a) => format!("throw {}", v(a)),
        Op::Caught => "caught".into(),
        Op::Error(vs) => format!("error {}", list(vs)),
        Op::Nop => "nop".into(),
    }
}

fn arg(m: &Module) -> impl Fn(&Arg) -> String + '_ {
    |a| match a.passing {
        Passing::Positional => format!("%{}", a.value.index()),
        Passing::Named(s) => format!("{}=%{}", m.symbols.text(s), a.value.index()),
        Passing::Spread => format!("...%{}", a.value.index()),
        Passing::SpreadNamed => format!("**%{}", a.value.index()),
    }
}
