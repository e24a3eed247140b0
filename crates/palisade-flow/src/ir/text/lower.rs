//! Syntax of the text form to IR, through the builder.

use palisade_model::limits::Limits;
use palisade_model::source::FileId;
use rustc_hash::FxHashSet;

use crate::ir::build::Builder;
use crate::ir::{
    Arg, Call, Const, FunctionKind, Language, Member, MemberKind, Module, Param, Passing, ValueId,
};

use super::ast::{Argument, ClassPart, Expr, FnDef, LoopOver, Pass, Stmt, StmtKind};

/// Names that are built in and not imported.
const BUILT_IN: [&str; 26] = [
    "Array",
    "Buffer",
    "Date",
    "JSON",
    "Map",
    "Math",
    "Number",
    "Object",
    "Promise",
    "Reflect",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "URL",
    "URLSearchParams",
    "console",
    "globalThis",
    "module",
    "exports",
    "process",
    "str",
    "bytes",
    "dict",
    "int",
    "list",
];

/// Lowers the statements of a file.
pub(super) fn lower(file: FileId, language: Language, body: &[Stmt]) -> Module {
    let limits = Limits::default();
    let mut lowering = Lowering {
        builder: Builder::new(file, language, &limits),
        known: Vec::new(),
    };
    let names = Names::of(body);
    lowering.declare(&names);
    lowering.known.push(names.assigned.into_iter().collect());
    lowering.body(body);
    lowering.builder.finish()
}

/// What a body assigns, in order.
#[derive(Default)]
struct Names {
    assigned: Vec<String>,
    global: FxHashSet<String>,
    /// Assigned by nested functions.
    cells: FxHashSet<String>,
    keys: Vec<String>,
}

impl Names {
    fn of(body: &[Stmt]) -> Self {
        let mut names = Self::default();
        names.scan(body, false);
        let mut seen = FxHashSet::default();
        let global = std::mem::take(&mut names.global);
        names
            .assigned
            .retain(|n| !global.contains(n) && seen.insert(n.clone()));
        names.global = global;
        names
    }

    /// `nested` scans a nested function, where only `nonlocal` counts.
    fn scan(&mut self, body: &[Stmt], nested: bool) {
        for stmt in body {
            self.statement(stmt, nested);
        }
    }

    fn assign(&mut self, name: &str, nested: bool) {
        if !nested {
            self.assigned.push(name.to_owned());
        }
    }

    fn statement(&mut self, stmt: &Stmt, nested: bool) {
        match &stmt.kind {
            StmtKind::Assign(name, value) => {
                self.assign(name, nested);
                self.expr(value);
            }
            StmtKind::Expr(value)
            | StmtKind::Return(Some(value))
            | StmtKind::Throw(Some(value)) => self.expr(value),
            StmtKind::Store(base, key, value) => {
                if !nested {
                    self.keys.push(key.clone());
                }
                self.expr(base);
                self.expr(value);
            }
            StmtKind::Put(base, index, value) => {
                if let (Expr::Text(key) | Expr::Number(key), false) = (index, nested) {
                    self.keys.push(key.clone());
                }
                self.expr(base);
                self.expr(value);
            }
            StmtKind::If(condition, then, otherwise) => {
                self.expr(condition);
                self.scan(then, nested);
                self.scan(otherwise.as_deref().unwrap_or(&[]), nested);
            }
            StmtKind::Loop(over, body) => {
                match over {
                    LoopOver::Forever => {}
                    LoopOver::Each(name, value) => {
                        if let Some(name) = name {
                            self.assign(name, nested);
                        }
                        self.expr(value);
                    }
                    LoopOver::While(value) => self.expr(value),
                }
                self.scan(body, nested);
            }
            StmtKind::Try(body, catches, last) => {
                self.scan(body, nested);
                for (name, body) in catches {
                    if let Some(name) = name {
                        self.assign(name, nested);
                    }
                    self.scan(body, nested);
                }
                self.scan(last, nested);
            }
            StmtKind::Switch(value, cases) => {
                self.expr(value);
                cases.iter().for_each(|c| self.scan(&c.body, nested));
            }
            StmtKind::Outer(name) => {
                if nested {
                    self.cells.insert(name.clone());
                } else {
                    self.global.insert(name.clone());
                }
            }
            StmtKind::Global(name) => {
                if !nested {
                    self.global.insert(name.clone());
                }
            }
            StmtKind::Function(def) => {
                self.assign(&def.name, nested);
                self.scan(&def.body, true);
            }
            StmtKind::Class(name, _, parts) => {
                self.assign(name, nested);
                for part in parts {
                    match part {
                        ClassPart::Method(_, _, def) => self.scan(&def.body, true),
                        ClassPart::Attribute(_, value) => self.expr(value),
                    }
                }
            }
            StmtKind::Return(None)
            | StmtKind::Throw(None)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Dynamic(_)
            | StmtKind::Broken => {}
        }
    }

    /// Only closures inside matter.
    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Lambda(def) => self.scan(&def.body, true),
            Expr::Load(a, _)
            | Expr::Iter(a)
            | Expr::Keys(a)
            | Expr::Rest(a, _)
            | Expr::Not(a)
            | Expr::Await(a)
            | Expr::Yield(a) => self.expr(a),
            Expr::Index(a, b) | Expr::Add(a, b) | Expr::Compare(_, a, b) | Expr::Logic(_, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            Expr::Record(parts) => parts.iter().for_each(|(_, e)| self.expr(e)),
            Expr::List(parts) => parts.iter().for_each(|(e, _)| self.expr(e)),
            Expr::Concat(parts) | Expr::Arith(parts) | Expr::Phi(parts) | Expr::Error(parts) => {
                parts.iter().for_each(|e| self.expr(e))
            }
            Expr::Format(_, _, args) => args.iter().for_each(|a| self.expr(&a.value)),
            Expr::Call { callee, args, .. } => {
                self.expr(callee);
                args.iter().for_each(|a| self.expr(&a.value));
            }
            _ => {}
        }
    }
}

struct Lowering {
    builder: Builder,
    /// Names of each open function.
    known: Vec<FxHashSet<String>>,
}

impl Lowering {
    fn declare(&mut self, names: &Names) {
        for name in &names.assigned {
            self.builder
                .declare_hoisted(name, names.cells.contains(name));
        }
    }

    fn body(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.builder.at(stmt.start, stmt.end);
            self.statement(stmt);
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(value) => {
                let value = self.expr(value);
                self.builder.discarded(value);
            }
            StmtKind::Assign(name, value) => {
                let value = self.expr(value);
                self.builder.write(name, value);
            }
            StmtKind::Store(base, key, value) => {
                let (base, value) = (self.expr(base), self.expr(value));
                self.builder.store(base, key, value);
            }
            StmtKind::Put(base, index, value) => {
                let (base, index, value) = (self.expr(base), self.expr(index), self.expr(value));
                self.builder.put(base, index, value);
            }
            StmtKind::If(condition, then, otherwise) => {
                let condition = self.expr(condition);
                self.builder.begin_if(condition);
                self.body(then);
                if let Some(otherwise) = otherwise {
                    self.builder.begin_else();
                    self.body(otherwise);
                }
                self.builder.end_if();
            }
            StmtKind::Loop(over, body) => self.loop_(over, body),
            StmtKind::Try(body, catches, last) => {
                self.builder.begin_try();
                self.body(body);
                for (name, body) in catches {
                    self.builder.begin_catch();
                    if let Some(name) = name {
                        let caught = self.builder.caught();
                        self.builder.write(name, caught);
                    }
                    self.body(body);
                }
                self.builder.end_try();
                self.body(last);
            }
            StmtKind::Switch(value, cases) => {
                let value = self.expr(value);
                self.builder.begin_switch(value);
                for case in cases {
                    let labels: Vec<ValueId> = case.labels.iter().map(|l| self.expr(l)).collect();
                    self.builder.begin_case(&labels);
                    self.body(&case.body);
                    self.builder.end_case();
                }
                self.builder
                    .end_switch(cases.iter().any(|c| c.labels.is_empty()));
            }
            StmtKind::Return(value) => {
                let value = self.optional(value.as_ref());
                self.builder.return_(value);
            }
            StmtKind::Throw(value) => {
                let value = self.optional(value.as_ref());
                self.builder.throw(value);
            }
            StmtKind::Break => self.builder.break_(),
            StmtKind::Continue => self.builder.continue_(),
            StmtKind::Outer(_) | StmtKind::Global(_) => {}
            StmtKind::Dynamic(why) => self.builder.dynamic(why),
            StmtKind::Broken => self.builder.broken(),
            StmtKind::Function(def) => {
                let value = self.function(def, FunctionKind::Plain);
                self.builder.write(&def.name, value);
            }
            StmtKind::Class(name, bases, parts) => {
                let bases = bases.iter().map(|b| self.expr(b)).collect();
                let class = self.builder.begin_class(name, bases);
                for part in parts {
                    let member = match part {
                        ClassPart::Method(kind, of_class, def) => {
                            let of = match (kind, of_class) {
                                (MemberKind::Static, true) => FunctionKind::ClassMethod(class),
                                (MemberKind::Static, false) => FunctionKind::Plain,
                                _ => FunctionKind::Method(class),
                            };
                            let value = self.function(def, of);
                            Member {
                                name: self.builder.sym(&def.name),
                                value,
                                kind: *kind,
                            }
                        }
                        ClassPart::Attribute(name, value) => {
                            let value = self.expr(value);
                            Member {
                                name: self.builder.sym(name),
                                value,
                                kind: MemberKind::Attribute,
                            }
                        }
                    };
                    self.builder.member(class, member);
                }
                let value = self.builder.end_class(class);
                self.builder.write(name, value);
            }
        }
    }

    fn loop_(&mut self, over: &LoopOver, body: &[Stmt]) {
        let mut names = Names::default();
        names.scan(body, false);
        let mut seen = FxHashSet::default();
        names.assigned.retain(|n| seen.insert(n.clone()));
        let iterated = match over {
            LoopOver::Each(_, value) => Some(self.expr(value)),
            _ => None,
        };
        self.builder
            .begin_loop(&names.assigned, &names.keys, iterated);
        match (over, iterated) {
            (LoopOver::Each(Some(name), _), Some(iterated)) => {
                let element = self.builder.iter(iterated);
                self.builder.write(name, element);
            }
            (LoopOver::While(condition), _) => {
                let condition = self.expr(condition);
                self.builder.loop_test(condition);
            }
            _ => {}
        }
        self.body(body);
        self.builder.end_loop();
    }

    fn function(&mut self, def: &FnDef, kind: FunctionKind) -> ValueId {
        let names = Names::of(&def.body);
        let params = def
            .params
            .iter()
            .map(|p| Param {
                name: self.builder.sym(&p.name),
                kind: p.kind,
                annotation: p.annotation.as_ref().map(|a| self.builder.sym(a)),
            })
            .collect();
        self.builder
            .begin_function(&def.name, def.start, def.end, kind, params, &names.cells);
        if let Some(event) = &def.entry {
            self.builder.entry(event);
        }
        self.declare(&names);
        let known = names
            .assigned
            .into_iter()
            .chain(def.params.iter().map(|p| p.name.clone()))
            .collect();
        self.known.push(known);
        self.body(&def.body);
        self.known.pop();
        self.builder.end_function()
    }

    fn optional(&mut self, value: Option<&Expr>) -> ValueId {
        match value {
            Some(value) => self.expr(value),
            None => self.builder.constant(Const::Undefined),
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Vec<ValueId> {
        exprs.iter().map(|e| self.expr(e)).collect()
    }

    fn is_known(&self, name: &str) -> bool {
        BUILT_IN.contains(&name) || self.known.iter().any(|names| names.contains(name))
    }

    /// The base of a path: a bare name nobody declared is a package.
    fn base(&mut self, expr: &Expr) -> ValueId {
        match expr {
            Expr::Name(name, false) if !self.is_known(name) => {
                self.builder.import(name, crate::ir::Imported::Module)
            }
            _ => self.expr(expr),
        }
    }

    fn args(&mut self, args: &[Argument]) -> Vec<Arg> {
        args.iter()
            .map(|arg| {
                let value = self.expr(&arg.value);
                let passing = match arg.how {
                    Pass::Position => Passing::Positional,
                    Pass::Named => Passing::Named(self.builder.sym(&arg.name)),
                    Pass::Spread => Passing::Spread,
                    Pass::SpreadNamed => Passing::SpreadNamed,
                };
                Arg { value, passing }
            })
            .collect()
    }

    fn expr(&mut self, expr: &Expr) -> ValueId {
        match expr {
            Expr::Text(text) => self.builder.string(text),
            Expr::Number(text) => self.builder.number(text),
            Expr::Bool(value) => self.builder.constant(Const::Bool(*value)),
            Expr::Null => self.builder.constant(Const::Null),
            Expr::Undefined => self.builder.constant(Const::Undefined),
            Expr::Regex(pattern, flags) => {
                let (pattern, flags) = (self.builder.sym(pattern), self.builder.sym(flags));
                self.builder.constant(Const::Regex(pattern, flags))
            }
            Expr::Name(name, _) => self.builder.read(name),
            Expr::FnRef(name) => match name.rsplit_once(':') {
                Some((file, name)) => {
                    let name = self.builder.sym(name);
                    self.builder.import(file, crate::ir::Imported::Name(name))
                }
                None => self.builder.read(name),
            },
            Expr::Load(base, key) => {
                let base = self.base(base);
                self.builder.load(base, key)
            }
            Expr::Iter(base) => {
                let base = self.base(base);
                self.builder.iter(base)
            }
            Expr::Keys(base) => {
                let base = self.expr(base);
                self.builder.keys(base)
            }
            Expr::Index(base, index) => {
                let (base, index) = (self.expr(base), self.expr(index));
                self.builder.index(base, index)
            }
            Expr::Record(parts) => {
                let parts = parts
                    .iter()
                    .map(|(key, value)| {
                        (key.as_ref().map(|k| self.builder.sym(k)), self.expr(value))
                    })
                    .collect();
                self.builder.record(parts)
            }
            Expr::List(parts) => {
                let parts = parts
                    .iter()
                    .map(|(value, spread)| (self.expr(value), *spread))
                    .collect();
                self.builder.list(parts)
            }
            Expr::Concat(parts) => {
                let parts = self.exprs(parts);
                self.builder.concat(parts)
            }
            Expr::Add(x, y) => {
                let (x, y) = (self.expr(x), self.expr(y));
                self.builder.add(x, y)
            }
            Expr::Format(percent, template, args) => {
                let (mut positional, mut named) = (Vec::new(), Vec::new());
                for arg in self.args(args) {
                    match arg.passing {
                        Passing::Named(name) => named.push((name, arg.value)),
                        _ => positional.push(arg.value),
                    }
                }
                self.builder.format(template, *percent, &positional, &named)
            }
            Expr::Rest(base, keys) => {
                let base = self.expr(base);
                let keys = keys.iter().map(|k| self.builder.sym(k)).collect();
                self.builder.rest(base, keys)
            }
            Expr::Call {
                callee,
                args,
                new,
                tagged,
            } => {
                let callee = self.expr(callee);
                let args = self.args(args);
                self.builder.call_with(Call {
                    callee,
                    args,
                    new: *new,
                    tagged: *tagged,
                })
            }
            Expr::Compare(how, x, y) => {
                let (x, y) = (self.expr(x), self.expr(y));
                self.builder.compare(*how, x, y)
            }
            Expr::Logic(and, x, y) => {
                let x = self.expr(x);
                self.builder.begin_logic(*and, x);
                let y = self.expr(y);
                self.builder.end_logic(y)
            }
            Expr::Not(x) => {
                let x = self.expr(x);
                self.builder.not(x)
            }
            Expr::Arith(parts) => {
                let parts = self.exprs(parts);
                self.builder.arith(parts)
            }
            Expr::Await(x) => {
                let x = self.expr(x);
                self.builder.await_(x)
            }
            Expr::Phi(parts) => {
                let parts = self.exprs(parts);
                self.builder.phi(parts)
            }
            Expr::Error(parts) => {
                let parts = self.exprs(parts);
                self.builder.error(parts)
            }
            Expr::Yield(x) => {
                let x = self.expr(x);
                self.builder.yield_(x)
            }
            Expr::Caught => self.builder.caught(),
            Expr::Import(module, what) => {
                let what = what.of(|name| self.builder.sym(name));
                self.builder.import(module, what)
            }
            Expr::Lambda(def) => self.function(def, FunctionKind::Plain),
        }
    }
}
