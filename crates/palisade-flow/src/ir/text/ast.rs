//! Syntax of the structured text form.

use crate::ir::{Comparison, Imported, MemberKind, ParamKind};

/// The key of an import without interning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum What {
    Module,
    Default,
    Name(String),
}

impl What {
    pub(super) fn of(&self, mut sym: impl FnMut(&str) -> crate::ir::Sym) -> Imported {
        match self {
            Self::Module => Imported::Module,
            Self::Default => Imported::Default,
            Self::Name(name) => Imported::Name(sym(name)),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pass {
    Position,
    Named,
    Spread,
    SpreadNamed,
}

#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub(super) how: Pass,
    pub(super) name: String,
    pub(super) value: Expr,
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    Text(String),
    Number(String),
    Bool(bool),
    Null,
    Undefined,
    Regex(String, String),
    /// A name; the flag says that it was written with `%`.
    Name(String, bool),
    FnRef(String),
    Load(Box<Expr>, String),
    Iter(Box<Expr>),
    Keys(Box<Expr>),
    Index(Box<Expr>, Box<Expr>),
    Record(Vec<(Option<String>, Expr)>),
    List(Vec<(Expr, bool)>),
    Concat(Vec<Expr>),
    Add(Box<Expr>, Box<Expr>),
    Format(bool, String, Vec<Argument>),
    Rest(Box<Expr>, Vec<String>),
    Call {
        callee: Box<Expr>,
        args: Vec<Argument>,
        new: bool,
        tagged: bool,
    },
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Logic(bool, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Arith(Vec<Expr>),
    Await(Box<Expr>),
    Phi(Vec<Expr>),
    Error(Vec<Expr>),
    Yield(Box<Expr>),
    Caught,
    Import(String, What),
    Lambda(Box<FnDef>),
}

#[derive(Clone, Debug)]
pub(super) struct ParamDef {
    pub(super) name: String,
    pub(super) kind: ParamKind,
    pub(super) annotation: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct FnDef {
    pub(super) name: String,
    pub(super) params: Vec<ParamDef>,
    pub(super) entry: Option<String>,
    pub(super) body: Vec<Stmt>,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Debug)]
pub(super) enum ClassPart {
    Method(MemberKind, bool, FnDef),
    Attribute(String, Expr),
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) labels: Vec<Expr>,
    pub(super) body: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub(super) enum LoopOver {
    Forever,
    Each(Option<String>, Expr),
    While(Expr),
}

#[derive(Clone, Debug)]
pub(super) enum StmtKind {
    Expr(Expr),
    Assign(String, Expr),
    Store(Expr, String, Expr),
    Put(Expr, Expr, Expr),
    If(Expr, Vec<Stmt>, Option<Vec<Stmt>>),
    Loop(LoopOver, Vec<Stmt>),
    Try(Vec<Stmt>, Vec<(Option<String>, Vec<Stmt>)>, Vec<Stmt>),
    Switch(Expr, Vec<Case>),
    Return(Option<Expr>),
    Throw(Option<Expr>),
    Break,
    Continue,
    Outer(String),
    Global(String),
    Dynamic(String),
    Broken,
    Function(FnDef),
    Class(String, Vec<Expr>, Vec<ClassPart>),
}

#[derive(Clone, Debug)]
pub(super) struct Stmt {
    pub(super) kind: StmtKind,
    pub(super) start: u32,
    pub(super) end: u32,
}
