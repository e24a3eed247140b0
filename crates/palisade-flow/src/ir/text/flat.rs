//! The flat form: instructions as they are, printed; the words both directions share.

use std::fmt::Write as _;

use palisade_model::source::Span;

use crate::ir::{
    Arg, Call, Comparison, Const, Function, FunctionKind, Imported, Interner, MemberKind, Module,
    Op, Outcome, ParamKind, Passing, RegionKind, Sym, ValueId,
};

use super::lex::quote;

pub(super) const COMPARISONS: [(&str, Comparison); 6] = [
    ("equal", Comparison::Equal),
    ("differs", Comparison::Differs),
    ("within", Comparison::In),
    ("without", Comparison::NotIn),
    ("type", Comparison::Type),
    ("order", Comparison::Order),
];
pub(super) const OUTCOMES: [(&str, Outcome); 3] = [
    ("holds", Outcome::Holds),
    ("fails", Outcome::Fails),
    ("returned", Outcome::Returned),
];
pub(super) const PARAMS: [(&str, ParamKind); 4] = [
    ("plain", ParamKind::Plain),
    ("name", ParamKind::NameOnly),
    ("rest", ParamKind::Rest),
    ("names", ParamKind::RestNamed),
];
pub(super) const REGIONS: [(&str, RegionKind); 6] = [
    ("if", RegionKind::If),
    ("else", RegionKind::Else),
    ("loop", RegionKind::Loop),
    ("try", RegionKind::Try),
    ("catch", RegionKind::Catch),
    ("case", RegionKind::Case),
];
pub(super) const MEMBERS: [(&str, MemberKind); 5] = [
    ("method", MemberKind::Method),
    ("static", MemberKind::Static),
    ("getter", MemberKind::Getter),
    ("setter", MemberKind::Setter),
    ("attribute", MemberKind::Attribute),
];

fn word_of<T: PartialEq + Copy>(table: &[(&'static str, T)], value: T) -> &'static str {
    table
        .iter()
        .find(|(_, v)| *v == value)
        .map_or("", |(word, _)| word)
}

struct Printer<'m> {
    symbols: &'m Interner,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn sym(&self, sym: Sym) -> String {
        quote(self.symbols.text(sym))
    }

    fn values(values: &[ValueId]) -> String {
        values.iter().map(|v| format!(" %{}", v.0)).collect()
    }
}

fn at(span: Span) -> String {
    format!("@{}:{}", span.start, span.end)
}

/// Writes a module.
pub(super) fn print(path: &str, module: &Module) -> String {
    let mut printer = Printer {
        symbols: &module.symbols,
        out: String::new(),
    };
    printer.line(&format!(
        "file {} {} flat",
        quote(path),
        module.language.word()
    ));
    for import in &module.imports {
        let what = match import.what {
            Imported::Module => "module".to_owned(),
            Imported::Default => "default".to_owned(),
            Imported::Name(name) => format!("name {}", printer.sym(name)),
        };
        let module = printer.sym(import.module);
        printer.line(&format!("import {module} {what} {}", at(import.span)));
    }
    for class in module.classes.iter() {
        let head = format!(
            "class {} {}{}",
            printer.sym(class.name),
            class.defined_in.0,
            Printer::values(&class.bases)
        );
        printer.line(&head);
        for member in &class.members {
            let line = format!(
                "  member {} {} %{}",
                word_of(&MEMBERS, member.kind),
                printer.sym(member.name),
                member.value.0
            );
            printer.line(&line);
        }
    }
    for function in module.functions.iter() {
        printer.function(function);
    }
    printer.out
}

impl Printer<'_> {
    fn function(&mut self, function: &Function) {
        let kind = match function.kind {
            FunctionKind::Module => "module".to_owned(),
            FunctionKind::Plain => "plain".to_owned(),
            FunctionKind::Method(class) => format!("method {}", class.0),
            FunctionKind::ClassMethod(class) => format!("classmethod {}", class.0),
        };
        let mut head = format!("ssa {} {kind}", self.sym(function.name));
        if let Some(parent) = function.parent {
            let _ = write!(head, " parent {}", parent.0);
        }
        if let Some(entry) = function.entry {
            let _ = write!(head, " entry {}", self.sym(entry));
        }
        if function.broken {
            head.push_str(" broken");
        }
        self.line(&format!("{head} {}", at(function.span)));
        for param in &function.params {
            let annotation = param
                .annotation
                .map(|a| format!(" {}", self.sym(a)))
                .unwrap_or_default();
            let line = format!(
                "  param {} {}{annotation}",
                word_of(&PARAMS, param.kind),
                self.sym(param.name)
            );
            self.line(&line);
        }
        for capture in &function.captures {
            let line = format!("  capture {}", self.sym(*capture));
            self.line(&line);
        }
        for (span, why) in &function.dynamic {
            self.line(&format!("  dynamic {} {}", quote(why), at(*span)));
        }
        for region in &function.regions {
            let condition = region
                .condition
                .map(|c| format!(" %{}", c.0))
                .unwrap_or_default();
            self.line(&format!(
                "  region {} {} {}{condition}",
                word_of(&REGIONS, region.kind),
                region.first,
                region.last
            ));
        }
        for (exit, held) in &function.exits {
            self.line(&format!("  exit %{}{}", exit.0, Self::values(held)));
        }
        for (load, last) in &function.reread {
            self.line(&format!("  reread %{} {last}", load.0));
        }
        for (value, instr) in function.instrs.enumerate() {
            let op = self.op(&instr.op);
            self.line(&format!(
                "  %{} = {op} @{}:{}",
                value.0, instr.start, instr.end
            ));
        }
    }

    fn op(&self, op: &Op) -> String {
        match op {
            Op::Const(Const::Text(text)) => format!("text {}", self.sym(*text)),
            Op::Const(Const::Number(text)) => format!("number {}", self.sym(*text)),
            Op::Const(Const::Bool(value)) => format!("{value}"),
            Op::Const(Const::Null) => "null".to_owned(),
            Op::Const(Const::Undefined) => "undefined".to_owned(),
            Op::Const(Const::Regex(pattern, flags)) => {
                format!("regex {} {}", self.sym(*pattern), self.sym(*flags))
            }
            Op::Param(n) => format!("param {n}"),
            Op::Capture(n) => format!("capture {n}"),
            Op::Global(name) => format!("global {}", self.sym(*name)),
            Op::SetGlobal(name, value) => format!("setglobal {} %{}", self.sym(*name), value.0),
            Op::Import(n) => format!("imported {n}"),
            Op::Closure(function, values) => {
                format!("closure {}{}", function.0, Self::values(values))
            }
            Op::Class(class) => format!("class {}", class.0),
            Op::Load(base, key) => format!("load %{} {}", base.0, self.sym(*key)),
            Op::Index(base, index) => format!("index %{} %{}", base.0, index.0),
            Op::Iter(base) => format!("iter %{}", base.0),
            Op::Keys(base) => format!("keys %{}", base.0),
            Op::Store(base, key, value) => {
                format!("store %{} {} %{}", base.0, self.sym(*key), value.0)
            }
            Op::Put(base, index, value) => format!("put %{} %{} %{}", base.0, index.0, value.0),
            Op::Record(parts) => {
                let part = |(key, value): &(Option<Sym>, ValueId)| match key {
                    Some(key) => format!(" {}: %{}", self.sym(*key), value.0),
                    None => format!(" *%{}", value.0),
                };
                format!("record{}", parts.iter().map(part).collect::<String>())
            }
            Op::List(parts) => {
                let part = |(value, spread): &(ValueId, bool)| {
                    format!(" {}%{}", if *spread { "*" } else { "" }, value.0)
                };
                format!("list{}", parts.iter().map(part).collect::<String>())
            }
            Op::Rest(base, keys) => format!(
                "rest %{}{}",
                base.0,
                keys.iter()
                    .map(|k| format!(" {}", self.sym(*k)))
                    .collect::<String>()
            ),
            Op::Concat(parts) => format!("concat{}", Self::values(parts)),
            Op::Call(call) => self.call(call),
            Op::Compare(how, x, y) => {
                format!("compare {} %{} %{}", word_of(&COMPARISONS, *how), x.0, y.0)
            }
            Op::Logic(and, x, y) => {
                format!("{} %{} %{}", if *and { "and" } else { "or" }, x.0, y.0)
            }
            Op::Not(x) => format!("not %{}", x.0),
            Op::Arith(parts) => format!("arith{}", Self::values(parts)),
            Op::Await(x) => format!("await %{}", x.0),
            Op::Phi(parts, looped) => format!(
                "phi{}{}",
                if *looped { " loop" } else { "" },
                Self::values(parts)
            ),
            Op::Refine(value, condition, outcome) => format!(
                "refine %{} %{} {}",
                value.0,
                condition.0,
                word_of(&OUTCOMES, *outcome)
            ),
            Op::Return(x) => format!("return %{}", x.0),
            Op::Yield(x) => format!("yield %{}", x.0),
            Op::Throw(x) => format!("throw %{}", x.0),
            Op::Caught => "caught".to_owned(),
            Op::Error(parts) => format!("error{}", Self::values(parts)),
            Op::Nop => "nop".to_owned(),
        }
    }

    fn call(&self, call: &Call) -> String {
        let arg = |arg: &Arg| match arg.passing {
            Passing::Positional => format!(" %{}", arg.value.0),
            Passing::Named(name) => format!(" {}: %{}", self.sym(name), arg.value.0),
            Passing::Spread => format!(" *%{}", arg.value.0),
            Passing::SpreadNamed => format!(" **%{}", arg.value.0),
        };
        let flags = format!(
            "{}{}",
            if call.new { " new" } else { "" },
            if call.tagged { " tagged" } else { "" }
        );
        format!(
            "call{flags} %{}{}",
            call.callee.0,
            call.args.iter().map(arg).collect::<String>()
        )
    }
}
