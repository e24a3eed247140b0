//! The intermediate representation: flat instructions in SSA form, one list per function.

pub mod build;
mod scope;
pub mod symbol;
pub mod text;

use palisade_model::index::IndexVec;
use palisade_model::problem::Problem;
use palisade_model::source::{FileId, Span};

pub use symbol::{Interner, Sym};

palisade_model::ids! {
    /// A value of one function: the instruction that makes it.
    ValueId,
    /// A function of one module.
    FunctionIndex,
    /// A class of one module.
    ClassIndex,
}

/// A source language.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Language {
    /// Python 3.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// The textual form of tests.
    Text,
}

impl Language {
    /// The word of data files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Text => "text",
        }
    }
}

/// A constant.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Const {
    /// A string; bytes literals too.
    Text(Sym),
    /// A number as written.
    Number(Sym),
    /// True or false.
    Bool(bool),
    /// `None`, `null`.
    Null,
    /// `undefined`, or a variable read before it is set.
    Undefined,
    /// A regular expression literal: pattern and flags.
    Regex(Sym, Sym),
}

/// What an import names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Imported {
    /// The module itself (`import m`, `require("m")`, `import * as m`).
    Module,
    /// The default export (`import m from "m"`).
    Default,
    /// One name of it.
    Name(Sym),
}

/// How an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Passing {
    /// By position.
    Positional,
    /// By keyword.
    Named(Sym),
    /// A list spread over positions (`*args`, `...args`).
    Spread,
    /// A map spread over keywords (`**kwargs`).
    SpreadNamed,
}

/// An argument of a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Arg {
    /// The value.
    pub value: ValueId,
    /// How it is passed.
    pub passing: Passing,
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// `==`, `===`, `is`.
    Equal,
    /// `!=`, `!==`, `is not`.
    Differs,
    /// `x in y`: membership in a list, or a key of a map.
    In,
    /// `x not in y`.
    NotIn,
    /// `isinstance(x, T)`, `typeof x == "…"` (y is the type or its name), `x instanceof T`.
    Type,
    /// Anything numeric: `<`, `>=`, …
    Order,
}

/// Which outcome of a condition a `Refine` stands behind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// The condition held.
    Holds,
    /// The condition failed.
    Fails,
    /// The call returned normally (a validator that throws).
    Returned,
}

/// An operation. Operands are values of the same function, made earlier; only a `Phi` may name later ones.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// A constant.
    Const(Const),
    /// A parameter of this function, by position in `params`.
    Param(u16),
    /// A captured value, by position in `captures`.
    Capture(u16),
    /// A module-level name of this module, or a built-in.
    Global(Sym),
    /// Sets a module-level name.
    SetGlobal(Sym, ValueId),
    /// An import, by position in the module's `imports`.
    Import(u32),
    /// A function value with its captured values.
    Closure(FunctionIndex, Vec<ValueId>),
    /// A class.
    Class(ClassIndex),
    /// `b.k`, `b["k"]`, `b[0]` (key `0`).
    Load(ValueId, Sym),
    /// `b[i]` with a computed index, which never taints the result.
    Index(ValueId, ValueId),
    /// The elements of a collection.
    Iter(ValueId),
    /// The keys of a map.
    Keys(ValueId),
    /// `b.k = v`.
    Store(ValueId, Sym, ValueId),
    /// `b[i] = v` with a computed index; also `append`-like effects of syntax.
    Put(ValueId, ValueId, ValueId),
    /// A map, object or struct; `None` as key spreads another map into it.
    Record(Vec<(Option<Sym>, ValueId)>),
    /// A list, tuple or set; the flag spreads another list into it.
    List(Vec<(ValueId, bool)>),
    /// A record or list without the given keys (`...rest`); numeric keys for lists.
    Rest(ValueId, Vec<Sym>),
    /// Text made of parts.
    Concat(Vec<ValueId>),
    /// A call. A method call's callee is the `Load` of the method from its receiver.
    Call(Call),
    /// A comparison: true or false.
    Compare(Comparison, ValueId, ValueId),
    /// `x and y`, `x or y`, `x ?? y`: one of both.
    Logic(bool, ValueId, ValueId),
    /// `not x`.
    Not(ValueId),
    /// A numeric or unknown operation: nothing flows.
    Arith(Vec<ValueId>),
    /// `await v`: the value itself.
    Await(ValueId),
    /// One of several; the flag marks the head of a loop or a value assigned later.
    Phi(Vec<ValueId>, bool),
    /// `value`, known to stand behind an outcome of `condition`.
    Refine(ValueId, ValueId, Outcome),
    /// Returns.
    Return(ValueId),
    /// Yields an element of the result.
    Yield(ValueId),
    /// Throws.
    Throw(ValueId),
    /// What was thrown in the `try` above.
    Caught,
    /// Syntax the parser gave up on; the parts survive.
    Error(Vec<ValueId>),
    /// A deleted instruction.
    Nop,
}

/// A call.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// What is called.
    pub callee: ValueId,
    /// With what.
    pub args: Vec<Arg>,
    /// `new C(…)`, or a call of a class in Python (the engine decides by value).
    pub new: bool,
    /// A tagged template: the first argument is the list of literal parts.
    pub tagged: bool,
}

impl Op {
    /// Calls `visit` for each operand.
    pub fn operands(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Self::Const(_)
            | Self::Param(_)
            | Self::Capture(_)
            | Self::Global(_)
            | Self::Import(_)
            | Self::Class(_)
            | Self::Caught
            | Self::Nop => {}
            Self::SetGlobal(_, a)
            | Self::Load(a, _)
            | Self::Iter(a)
            | Self::Keys(a)
            | Self::Rest(a, _)
            | Self::Not(a)
            | Self::Await(a)
            | Self::Return(a)
            | Self::Yield(a)
            | Self::Throw(a) => visit(*a),
            Self::Index(a, b)
            | Self::Store(a, _, b)
            | Self::Compare(_, a, b)
            | Self::Logic(_, a, b)
            | Self::Refine(a, b, _) => {
                visit(*a);
                visit(*b);
            }
            Self::Put(a, b, c) => {
                visit(*a);
                visit(*b);
                visit(*c);
            }
            Self::Closure(_, vs)
            | Self::Concat(vs)
            | Self::Arith(vs)
            | Self::Phi(vs, _)
            | Self::Error(vs) => vs.iter().for_each(|v| visit(*v)),
            Self::Record(parts) => parts.iter().for_each(|(_, v)| visit(*v)),
            Self::List(parts) => parts.iter().for_each(|(v, _)| visit(*v)),
            Self::Call(call) => {
                visit(call.callee);
                call.args.iter().for_each(|a| visit(a.value));
            }
        }
    }
}

/// An instruction with the bytes it came from.
#[derive(Clone, PartialEq, Debug)]
pub struct Instr {
    /// What it does.
    pub op: Op,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// How a parameter takes arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParamKind {
    /// By position or name.
    Plain,
    /// By name only.
    NameOnly,
    /// All further positions (`*args`, `...rest`).
    Rest,
    /// All further names (`**kwargs`).
    RestNamed,
}

/// A parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// Its name; a pattern has an invented one such as `#0`.
    pub name: Sym,
    /// How it takes arguments.
    pub kind: ParamKind,
    /// Its declared type, as a dotted name.
    pub annotation: Option<Sym>,
}

/// What kind of function it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FunctionKind {
    /// The top level of a file.
    Module,
    /// A function or arrow function.
    Plain,
    /// A method; parameter 0 is the instance.
    Method(ClassIndex),
    /// A class method; parameter 0 is the class.
    ClassMethod(ClassIndex),
}

/// Syntactic nesting, as intervals of instructions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RegionKind {
    /// Then-branch.
    If,
    /// Else-branch.
    Else,
    /// Body of a loop.
    Loop,
    /// Body of a try.
    Try,
    /// Body of a catch.
    Catch,
    /// One case of a switch.
    Case,
}

/// A nested interval of instructions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Kind.
    pub kind: RegionKind,
    /// First instruction.
    pub first: u32,
    /// One past the last.
    pub last: u32,
    /// The condition, or what is iterated.
    pub condition: Option<ValueId>,
}

/// A function.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    /// Its name; `<module>` for a file's top level, `<lambda>` where there is none.
    pub name: Sym,
    /// Whole text.
    pub span: Span,
    /// Kind.
    pub kind: FunctionKind,
    /// Parameters; for methods the instance first.
    pub params: Vec<Param>,
    /// Names of captured variables.
    pub captures: Vec<Sym>,
    /// Instructions.
    pub instrs: IndexVec<ValueId, Instr>,
    /// Regions in order of their first instruction.
    pub regions: Vec<Region>,
    /// Every exit: the `Return` and what each parameter's variable holds there, refinements and all.
    pub exits: Vec<(ValueId, Vec<ValueId>)>,
    /// Loads that stand for later reads of the same part, too: the load, and the first instruction after the last one.
    pub reread: Vec<(ValueId, u32)>,
    /// The function it stands in.
    pub parent: Option<FunctionIndex>,
    /// Places whose targets are known only when it runs, with the reason.
    pub dynamic: Vec<(Span, String)>,
    /// Whether broken syntax or a limit cost a part of it.
    pub broken: bool,
    /// Set by the text form: a declared entry, with its trigger's event id.
    pub entry: Option<Sym>,
}

/// What a member of a class is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MemberKind {
    /// A method of instances.
    Method,
    /// A static or class method.
    Static,
    /// A property read by a function.
    Getter,
    /// A property written by a function.
    Setter,
    /// A class attribute.
    Attribute,
}

/// A member of a class.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Name.
    pub name: Sym,
    /// Its value, in the function that defines the class.
    pub value: ValueId,
    /// What it is.
    pub kind: MemberKind,
}

/// A class.
#[derive(Clone, PartialEq, Debug)]
pub struct Class {
    /// Name.
    pub name: Sym,
    /// The function in which it is defined.
    pub defined_in: FunctionIndex,
    /// Bases, as values of that function.
    pub bases: Vec<ValueId>,
    /// Members in order.
    pub members: Vec<Member>,
}

/// An import as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// The module as written: `.a.b`, `pkg.mod`, `./x`, `@scope/pkg/path`.
    pub module: Sym,
    /// What of it.
    pub what: Imported,
    /// Where.
    pub span: Span,
}

/// A lowered file.
#[derive(Clone, PartialEq, Debug)]
pub struct Module {
    /// The file.
    pub file: FileId,
    /// Its language.
    pub language: Language,
    /// Symbols of this module; after merging into a program, of the program.
    pub symbols: Interner,
    /// Functions; the first is `<module>`.
    pub functions: IndexVec<FunctionIndex, Function>,
    /// Classes.
    pub classes: IndexVec<ClassIndex, Class>,
    /// Imports.
    pub imports: Vec<Import>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}
