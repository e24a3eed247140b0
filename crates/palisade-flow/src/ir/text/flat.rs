//! The flat form: instructions as they are, printed and read back.

use std::fmt::Write as _;

use palisade_model::index::{Id, IndexVec};
use palisade_model::source::{FileId, Span};

use crate::ir::{
    Arg, Call, Class, ClassIndex, Comparison, Const, Function, FunctionIndex, FunctionKind, Import,
    Imported, Instr, Interner, Language, Member, MemberKind, Module, Op, Outcome, Param, ParamKind,
    Passing, Region, RegionKind, Sym, ValueId,
};

use super::lex::{Kind, Token, quote};
use super::parse::{Cursor, Parsed};

const COMPARISONS: [(&str, Comparison); 6] = [
    ("equal", Comparison::Equal),
    ("differs", Comparison::Differs),
    ("within", Comparison::In),
    ("without", Comparison::NotIn),
    ("type", Comparison::Type),
    ("order", Comparison::Order),
];
const OUTCOMES: [(&str, Outcome); 3] = [
    ("holds", Outcome::Holds),
    ("fails", Outcome::Fails),
    ("returned", Outcome::Returned),
];
const PARAMS: [(&str, ParamKind); 4] = [
    ("plain", ParamKind::Plain),
    ("name", ParamKind::NameOnly),
    ("rest", ParamKind::Rest),
    ("names", ParamKind::RestNamed),
];
const REGIONS: [(&str, RegionKind); 6] = [
    ("if", RegionKind::If),
    ("else", RegionKind::Else),
    ("loop", RegionKind::Loop),
    ("try", RegionKind::Try),
    ("catch", RegionKind::Catch),
    ("case", RegionKind::Case),
];
const MEMBERS: [(&str, MemberKind); 5] = [
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

// ---- printing -------------------------------------------------------------------------------------------------------

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

// ---- reading --------------------------------------------------------------------------------------------------------

/// Reads the words of a flat block. Every operand must exist and, but for a phi's, stand earlier.
pub(super) fn read(file: FileId, language: Language, tokens: &[Token]) -> Parsed<Module> {
    let module = Module {
        file,
        language,
        symbols: Interner::default(),
        functions: IndexVec::new(),
        classes: IndexVec::new(),
        imports: Vec::new(),
        problems: Vec::new(),
    };
    let mut reader = Reader {
        cursor: Cursor { tokens, at: 0 },
        module,
    };
    reader.module()?;
    check(&reader.module)?;
    Ok(reader.module)
}

struct Reader<'t> {
    cursor: Cursor<'t>,
    module: Module,
}

impl Reader<'_> {
    fn text(&mut self) -> Parsed<Sym> {
        match self.cursor.kind() {
            Some(Kind::Text(text)) => {
                self.cursor.at += 1;
                Ok(self.module.symbols.intern(text))
            }
            _ => self.cursor.fail("a string"),
        }
    }

    fn optional_text(&mut self) -> Parsed<Option<Sym>> {
        if matches!(self.cursor.kind(), Some(Kind::Text(_))) {
            self.text().map(Some)
        } else {
            Ok(None)
        }
    }

    fn number(&mut self) -> Parsed<u32> {
        match self.cursor.kind() {
            Some(Kind::Number(text)) => match text.parse() {
                Ok(number) => {
                    self.cursor.at += 1;
                    Ok(number)
                }
                Err(_) => self.cursor.fail("a whole number"),
            },
            _ => self.cursor.fail("a number"),
        }
    }

    fn small(&mut self) -> Parsed<u16> {
        match u16::try_from(self.number()?) {
            Ok(number) => Ok(number),
            Err(_) => self.cursor.fail("a smaller number"),
        }
    }

    fn value(&mut self) -> Parsed<ValueId> {
        match self.cursor.kind() {
            Some(Kind::Var(name)) => match name.parse() {
                Ok(number) => {
                    self.cursor.at += 1;
                    Ok(ValueId(number))
                }
                Err(_) => self.cursor.fail("a value by number"),
            },
            _ => self.cursor.fail("a value"),
        }
    }

    fn is_value(&self) -> bool {
        matches!(self.cursor.kind(), Some(Kind::Var(_)))
    }

    fn values(&mut self) -> Parsed<Vec<ValueId>> {
        let mut found = Vec::new();
        while self.is_value() {
            found.push(self.value()?);
        }
        Ok(found)
    }

    fn span(&mut self) -> Parsed<Span> {
        match self.cursor.kind() {
            Some(Kind::At(start, Some(end))) => {
                self.cursor.at += 1;
                Ok(Span {
                    file: self.module.file,
                    start: *start,
                    end: *end,
                })
            }
            _ => self.cursor.fail("`@start:end`"),
        }
    }

    fn one_of<T: Copy>(&mut self, table: &[(&'static str, T)]) -> Parsed<T> {
        let found = match self.cursor.kind() {
            Some(Kind::Ident(word)) => table
                .iter()
                .find(|(w, _)| w == word)
                .map(|(_, value)| *value),
            _ => None,
        };
        match found {
            Some(value) => {
                self.cursor.at += 1;
                Ok(value)
            }
            None => self.cursor.fail("a word of this place"),
        }
    }

    fn end(&mut self) -> Parsed<()> {
        match self.cursor.kind() {
            None => Ok(()),
            Some(Kind::End) => {
                self.cursor.at += 1;
                Ok(())
            }
            _ => self.cursor.fail("the end of the line"),
        }
    }

    fn module(&mut self) -> Parsed<()> {
        loop {
            self.cursor.skip_ends();
            if self.cursor.peek().is_none() {
                return Ok(());
            }
            if self.cursor.eat_word("import") {
                let module = self.text()?;
                let what = if self.cursor.eat_word("module") {
                    Imported::Module
                } else if self.cursor.eat_word("default") {
                    Imported::Default
                } else if self.cursor.eat_word("name") {
                    Imported::Name(self.text()?)
                } else {
                    return self.cursor.fail("`module`, `default` or `name`");
                };
                let span = self.span()?;
                self.module.imports.push(Import { module, what, span });
                self.end()?;
            } else if self.cursor.eat_word("class") {
                self.class()?;
            } else if self.cursor.eat_word("ssa") {
                let function = self.function()?;
                self.module.functions.push(function);
            } else {
                return self.cursor.fail("`import`, `class` or `ssa`");
            }
        }
    }

    fn class(&mut self) -> Parsed<()> {
        let name = self.text()?;
        let defined_in = FunctionIndex(self.number()?);
        let bases = self.values()?;
        self.end()?;
        let mut members = Vec::new();
        while self.cursor.eat_word("member") {
            let kind = self.one_of(&MEMBERS)?;
            let name = self.text()?;
            members.push(Member {
                name,
                value: self.value()?,
                kind,
            });
            self.end()?;
        }
        self.module.classes.push(Class {
            name,
            defined_in,
            bases,
            members,
        });
        Ok(())
    }

    fn function(&mut self) -> Parsed<Function> {
        let name = self.text()?;
        let kind = match self.cursor.ident()?.as_str() {
            "module" => FunctionKind::Module,
            "plain" => FunctionKind::Plain,
            "method" => FunctionKind::Method(ClassIndex(self.number()?)),
            "classmethod" => FunctionKind::ClassMethod(ClassIndex(self.number()?)),
            _ => return self.cursor.fail("a kind of function before this"),
        };
        let parent = if self.cursor.eat_word("parent") {
            Some(FunctionIndex(self.number()?))
        } else {
            None
        };
        let entry = if self.cursor.eat_word("entry") {
            Some(self.text()?)
        } else {
            None
        };
        let broken = self.cursor.eat_word("broken");
        let span = self.span()?;
        self.end()?;
        let mut function = Function {
            name,
            span,
            kind,
            params: Vec::new(),
            captures: Vec::new(),
            instrs: IndexVec::new(),
            regions: Vec::new(),
            exits: Vec::new(),
            parent,
            dynamic: Vec::new(),
            broken,
            entry,
        };
        loop {
            if self.cursor.eat_word("param") {
                let kind = self.one_of(&PARAMS)?;
                function.params.push(Param {
                    kind,
                    name: self.text()?,
                    annotation: self.optional_text()?,
                });
            } else if self.cursor.eat_word("capture") {
                function.captures.push(self.text()?);
            } else if self.cursor.eat_word("dynamic") {
                let why = self.text()?;
                let why = self.module.symbols.text(why).to_owned();
                function.dynamic.push((self.span()?, why));
            } else if self.cursor.eat_word("region") {
                let kind = self.one_of(&REGIONS)?;
                let (first, last) = (self.number()?, self.number()?);
                let condition = if self.is_value() {
                    Some(self.value()?)
                } else {
                    None
                };
                function.regions.push(Region {
                    kind,
                    first,
                    last,
                    condition,
                });
            } else if self.cursor.eat_word("exit") {
                function.exits.push((self.value()?, self.values()?));
            } else if self.is_value() {
                if self.value()? != function.instrs.next_id() {
                    return self
                        .cursor
                        .fail("instructions numbered in order before this");
                }
                self.cursor.mark("=")?;
                let op = self.op()?;
                let span = self.span()?;
                function.instrs.push(Instr {
                    op,
                    start: span.start,
                    end: span.end,
                });
            } else {
                return Ok(function);
            }
            self.end()?;
        }
    }

    fn op(&mut self) -> Parsed<Op> {
        let word = self.cursor.ident()?;
        Ok(match word.as_str() {
            "text" => Op::Const(Const::Text(self.text()?)),
            "number" => Op::Const(Const::Number(self.text()?)),
            "true" => Op::Const(Const::Bool(true)),
            "false" => Op::Const(Const::Bool(false)),
            "null" => Op::Const(Const::Null),
            "undefined" => Op::Const(Const::Undefined),
            "regex" => Op::Const(Const::Regex(self.text()?, self.text()?)),
            "param" => Op::Param(self.small()?),
            "capture" => Op::Capture(self.small()?),
            "global" => Op::Global(self.text()?),
            "setglobal" => Op::SetGlobal(self.text()?, self.value()?),
            "imported" => Op::Import(self.number()?),
            "closure" => Op::Closure(FunctionIndex(self.number()?), self.values()?),
            "class" => Op::Class(ClassIndex(self.number()?)),
            "load" => Op::Load(self.value()?, self.text()?),
            "index" => Op::Index(self.value()?, self.value()?),
            "iter" => Op::Iter(self.value()?),
            "keys" => Op::Keys(self.value()?),
            "store" => Op::Store(self.value()?, self.text()?, self.value()?),
            "put" => Op::Put(self.value()?, self.value()?, self.value()?),
            "record" => Op::Record(self.record()?),
            "list" => {
                let mut parts = Vec::new();
                while self.is_value() || self.cursor.is_mark("*") {
                    let spread = self.cursor.eat_mark("*");
                    parts.push((self.value()?, spread));
                }
                Op::List(parts)
            }
            "rest" => {
                let base = self.value()?;
                let mut keys = Vec::new();
                while let Some(key) = self.optional_text()? {
                    keys.push(key);
                }
                Op::Rest(base, keys)
            }
            "concat" => Op::Concat(self.values()?),
            "call" => self.call()?,
            "compare" => Op::Compare(self.one_of(&COMPARISONS)?, self.value()?, self.value()?),
            "and" | "or" => Op::Logic(word == "and", self.value()?, self.value()?),
            "not" => Op::Not(self.value()?),
            "arith" => Op::Arith(self.values()?),
            "await" => Op::Await(self.value()?),
            "phi" => {
                let looped = self.cursor.eat_word("loop");
                Op::Phi(self.values()?, looped)
            }
            "refine" => Op::Refine(self.value()?, self.value()?, self.one_of(&OUTCOMES)?),
            "return" => Op::Return(self.value()?),
            "yield" => Op::Yield(self.value()?),
            "throw" => Op::Throw(self.value()?),
            "caught" => Op::Caught,
            "error" => Op::Error(self.values()?),
            "nop" => Op::Nop,
            _ => return self.cursor.fail("an operation before this"),
        })
    }

    fn record(&mut self) -> Parsed<Vec<(Option<Sym>, ValueId)>> {
        let mut parts = Vec::new();
        loop {
            if self.cursor.eat_mark("*") {
                parts.push((None, self.value()?));
            } else if let Some(key) = self.optional_text()? {
                self.cursor.mark(":")?;
                parts.push((Some(key), self.value()?));
            } else {
                return Ok(parts);
            }
        }
    }

    fn call(&mut self) -> Parsed<Op> {
        let (new, tagged) = (self.cursor.eat_word("new"), self.cursor.eat_word("tagged"));
        let callee = self.value()?;
        let mut args = Vec::new();
        loop {
            let passing = if self.cursor.eat_mark("**") {
                Passing::SpreadNamed
            } else if self.cursor.eat_mark("*") {
                Passing::Spread
            } else if let Some(name) = self.optional_text()? {
                self.cursor.mark(":")?;
                Passing::Named(name)
            } else if self.is_value() {
                Passing::Positional
            } else {
                return Ok(Op::Call(Call {
                    callee,
                    args,
                    new,
                    tagged,
                }));
            };
            args.push(Arg {
                value: self.value()?,
                passing,
            });
        }
    }
}

/// Every reference of a module must lead somewhere.
fn check(module: &Module) -> Parsed<()> {
    let functions = module.functions.len();
    for (at, function) in module.functions.enumerate() {
        let name = module.symbols.text(function.name);
        let bad = |what: &str| Err(format!("function {} `{name}`: {what}", at.0));
        let class_of = match function.kind {
            FunctionKind::Method(class) | FunctionKind::ClassMethod(class) => Some(class),
            _ => None,
        };
        if class_of.is_some_and(|c| module.classes.get(c).is_none())
            || function.parent.is_some_and(|p| p.index() >= functions)
        {
            return bad("its class or parent does not exist");
        }
        let count = function.instrs.len();
        if function.regions.iter().any(|r| {
            r.first > r.last
                || r.last as usize > count
                || r.condition.is_some_and(|c| c.index() >= count)
        }) {
            return bad("a region lies outside");
        }
        if function
            .exits
            .iter()
            .any(|(exit, held)| exit.index() >= count || held.iter().any(|v| v.index() >= count))
        {
            return bad("an exit lies outside");
        }
        for (value, instr) in function.instrs.enumerate() {
            let limit = if matches!(instr.op, Op::Phi(..)) {
                count
            } else {
                value.index()
            };
            let mut lost = false;
            instr.op.operands(|v| lost |= v.index() >= limit);
            lost |= match &instr.op {
                Op::Param(n) => usize::from(*n) >= function.params.len(),
                Op::Capture(n) => usize::from(*n) >= function.captures.len(),
                Op::Import(n) => *n as usize >= module.imports.len(),
                Op::Class(class) => module.classes.get(*class).is_none(),
                Op::Closure(inner, _) => inner.index() >= functions,
                _ => false,
            };
            if lost {
                return bad(&format!("%{} names what is not there", value.0));
            }
        }
    }
    for class in module.classes.iter() {
        let count = module
            .functions
            .get(class.defined_in)
            .map_or(0, |f| f.instrs.len());
        let inside = |v: &ValueId| v.index() < count;
        if !class.bases.iter().all(inside)
            || !class.members.iter().map(|m| m.value).all(|v| inside(&v))
        {
            return Err(format!(
                "class `{}`: a value does not exist",
                module.symbols.text(class.name)
            ));
        }
    }
    if module.functions.is_empty() {
        Err("a flat file without functions".to_owned())
    } else {
        Ok(())
    }
}
