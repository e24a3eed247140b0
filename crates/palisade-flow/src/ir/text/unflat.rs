//! The flat form read back.

use palisade_model::index::{Id, IndexVec};
use palisade_model::source::{FileId, Span};

use crate::ir::{
    Arg, Call, Class, ClassIndex, Const, Function, FunctionIndex, FunctionKind, Import, Imported,
    Instr, Interner, Language, Member, Module, Op, Param, Passing, Region, Sym, ValueId,
};

use super::flat::{COMPARISONS, MEMBERS, OUTCOMES, PARAMS, REGIONS};
use super::lex::{Kind, Token};
use super::parse::{Cursor, Parsed};

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
            reread: Vec::new(),
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
            } else if self.cursor.eat_word("reread") {
                function.reread.push((self.value()?, self.number()?));
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
        if function
            .reread
            .iter()
            .any(|(load, last)| load.index() >= count || *last as usize > count)
        {
            return bad("a load read again lies outside");
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
