//! What a value can be: callees, clients, names, string shapes. An evaluator on demand, memoized, symbolic in parameters.

mod call;
mod member;
mod memo;
mod names;
pub mod shape;
mod specialize;
pub mod text;

use std::rc::Rc;

use palisade_model::index::{Id, IndexVec};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{Const, Interner, Language, Op, Sym, ValueId};
use crate::library::Library;
use crate::program::{ClassId, FnId, ModuleId, Program};
use memo::Memo;
use shape::{Piece, Shape};

palisade_model::ids! {
    /// A function specialized on the function values it is given.
    InstId,
}

/// One thing a value can be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Val {
    /// A literal string; symbols of `Values::words`.
    Text(Sym),
    /// A literal number.
    Number(Sym),
    /// True or false.
    Flag(bool),
    /// `None`, `null`, `undefined`.
    Nothing,
    /// A regular expression: pattern and flags.
    Regex(Sym, Sym),
    /// Text with holes.
    Shape(Shape),
    /// An environment variable.
    Env(Sym),
    /// A parameter of the function being looked at.
    Param(u16),
    /// The environment variable that a parameter names.
    EnvOf(u16),
    /// A function, and the instance in which its closure was made.
    Fn(FnId, InstId),
    /// A method taken from an instance.
    Method(FnId, InstId),
    /// A class.
    Class(ClassId),
    /// An instance of a class.
    Instance(ClassId),
    /// A module.
    Module(ModuleId),
    /// An external API, by dotted path.
    Api(Sym),
    /// A value of a library type.
    Typed(Sym),
    /// A record or list of the program, by the instruction that makes it.
    Built(InstId, ValueId),
    /// Not known.
    Any,
}

impl Val {
    /// Whether a function is worth specializing on it.
    pub(super) fn steers(&self) -> bool {
        matches!(
            self,
            Self::Fn(..)
                | Self::Method(..)
                | Self::Class(_)
                | Self::Instance(_)
                | Self::Api(_)
                | Self::Typed(_)
        )
    }

    /// Seen from elsewhere: what only the callers of its function know is not known.
    #[must_use]
    pub fn from_outside(self) -> Self {
        match self {
            Self::Param(_) | Self::EnvOf(_) => Self::Any,
            other => other,
        }
    }

    /// Whether it is a constant of the program.
    pub fn is_constant(&self) -> bool {
        matches!(
            self,
            Self::Text(_) | Self::Number(_) | Self::Flag(_) | Self::Nothing | Self::Env(_)
        )
    }
}

/// A set of values; at most 16, else `Any` alone.
pub type Vals = Rc<[Val]>;

const VALUES_MAX: usize = 16;
/// Most bases of a class.
const BASES_MAX: usize = 8;
/// Most copies of a small function: a wrapper is copied once for each handler it wraps.
const COPIES_MAX: usize = 1024;
/// Most copies of a function longer than `COPIED_LENGTH_MAX`.
const LONG_COPIES_MAX: usize = 8;
/// Instances any program may have beyond two per function.
const INSTANCES_MIN: usize = 1024;
/// Instructions up to which a function is small.
const COPIED_LENGTH_MAX: usize = 400;
const COPY_DEPTH_MAX: u8 = 3;
const DEPTH_MAX: usize = 160;
const API_STEPS_MAX: usize = 8;

/// What a function was specialized on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Slot {
    /// A parameter.
    Param(u16),
    /// A captured value.
    Capture(u16),
}

/// An instance.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Instance {
    /// The function.
    pub function: FnId,
    /// The values it is specialized on.
    pub context: Vec<(Slot, Vals)>,
    /// The instance its closure was made in, where that one is specialized.
    pub made_in: Option<InstId>,
}

/// The evaluator.
#[derive(Debug)]
pub struct Values<'p> {
    /// The program.
    pub program: &'p Program,
    libraries: &'p FxHashMap<Language, Library>,
    /// API paths and texts made by evaluation.
    pub words: Interner,
    /// Instances.
    pub instances: IndexVec<InstId, Instance>,
    depths: IndexVec<InstId, u8>,
    by_key: FxHashMap<Instance, InstId>,
    copies: FxHashMap<FnId, usize>,
    steered: FxHashMap<FnId, Rc<[bool]>>,
    memo: Memo,
    busy: FxHashSet<(InstId, ValueId)>,
    returns: FxHashMap<InstId, Vals>,
    /// Library types of parameters of functions handed to a library.
    given: FxHashMap<(FnId, u16), Vec<Sym>>,
    busy_returns: FxHashSet<InstId>,
    busy_fields: FxHashSet<(InstId, ValueId, Sym)>,
    /// Every call that constructs an object of a class.
    constructions: FxHashMap<ClassId, Vec<(InstId, ValueId)>>,
    depth: usize,
}

impl<'p> Values<'p> {
    /// An evaluator over a program.
    pub fn new(program: &'p Program, libraries: &'p FxHashMap<Language, Library>) -> Self {
        let mut values = Self {
            program,
            libraries,
            words: program.symbols.clone(),
            instances: IndexVec::new(),
            depths: IndexVec::new(),
            by_key: FxHashMap::default(),
            copies: FxHashMap::default(),
            steered: FxHashMap::default(),
            memo: Memo::default(),
            busy: FxHashSet::default(),
            returns: FxHashMap::default(),
            given: FxHashMap::default(),
            busy_returns: FxHashSet::default(),
            busy_fields: FxHashSet::default(),
            constructions: FxHashMap::default(),
            depth: 0,
        };
        // The plain instance of function n is instance n.
        for function in program.functions.ids() {
            let key = Instance {
                function,
                context: Vec::new(),
                made_in: None,
            };
            values
                .by_key
                .insert(key.clone(), values.instances.next_id());
            values.instances.push(key);
            values.depths.push(0);
        }
        values
    }

    /// The plain instance of a function.
    pub fn plain(&self, function: FnId) -> InstId {
        InstId::from_index(function.index())
    }

    /// The function of an instance.
    pub fn function(&self, inst: InstId) -> FnId {
        self.instances[inst].function
    }

    /// The rows that apply to a function.
    pub fn library(&self, function: FnId) -> Option<&'p Library> {
        self.libraries
            .get(&self.program.language(function))
            .or_else(|| self.libraries.get(&Language::Python))
    }

    /// The text of a word.
    pub fn word(&self, sym: Sym) -> &str {
        self.words.text(sym)
    }

    pub(super) fn set(&self, mut all: Vec<Val>) -> Vals {
        all.sort_unstable();
        all.dedup();
        if all.len() > VALUES_MAX {
            Rc::from(vec![Val::Any])
        } else {
            Rc::from(all)
        }
    }

    /// What a value can be.
    pub fn value(&mut self, inst: InstId, value: ValueId) -> Vals {
        if let Some(known) = self.memo.get(inst, value) {
            return known.clone();
        }
        if self.depth >= DEPTH_MAX || !self.busy.insert((inst, value)) {
            return Rc::from(Vec::new());
        }
        self.depth += 1;
        let found = self.evaluate(inst, value);
        self.depth -= 1;
        self.busy.remove(&(inst, value));
        let found = self.set(found);
        let length = self.program.functions[self.function(inst)].ir.instrs.len();
        self.memo.put(inst, value, length, found)
    }

    pub(super) fn evaluate(&mut self, inst: InstId, value: ValueId) -> Vec<Val> {
        let function = self.function(inst);
        let program = self.program;
        match program.op(function, value) {
            Op::Const(constant) => vec![match constant {
                Const::Text(sym) => Val::Text(*sym),
                Const::Number(sym) => Val::Number(*sym),
                Const::Bool(flag) => Val::Flag(*flag),
                Const::Null | Const::Undefined => Val::Nothing,
                Const::Regex(pattern, flags) => Val::Regex(*pattern, *flags),
            }],
            Op::Param(at) => self.param(inst, *at),
            Op::Capture(at) => self.capture(inst, *at),
            Op::Global(name) => self.global(program.functions[function].module, *name, 0),
            Op::Import(index) => self.import(program.functions[function].module, *index),
            Op::Closure(inner, _) => {
                let inner = program.function_of(program.functions[function].module, *inner);
                vec![Val::Fn(inner, inst)]
            }
            Op::Class(index) => vec![Val::Class(
                program.class_of(program.functions[function].module, *index),
            )],
            Op::Load(base, key) => {
                let bases = self.value(inst, *base);
                let mut all = Vec::new();
                for base in bases.iter() {
                    all.extend(self.member(function, base, *key));
                }
                all
            }
            Op::Index(base, _) | Op::Iter(base) => {
                let bases = self.value(inst, *base);
                let mut all = Vec::new();
                for base in bases.iter() {
                    match (program.op(function, value), base) {
                        (Op::Index(_, key), Val::Api(path)) if self.is_environment(*path) => {
                            all.extend(self.variables(inst, *key));
                        }
                        _ => all.extend(self.elements(base)),
                    }
                }
                all
            }
            Op::Record(_) | Op::List(_) => vec![Val::Built(inst, value)],
            Op::Rest(base, _) | Op::Refine(base, _, _) | Op::Await(base) => {
                self.value(inst, *base).to_vec()
            }
            Op::Phi(values, _) => values
                .iter()
                .flat_map(|v| self.value(inst, *v).to_vec())
                .collect(),
            Op::Logic(_, x, y) => [*x, *y]
                .iter()
                .flat_map(|v| self.value(inst, *v).to_vec())
                .collect(),
            Op::Concat(parts) => vec![self.concat(inst, parts)],
            Op::Call(call) => self.call(inst, call),
            Op::Compare(..) | Op::Not(_) => vec![Val::Flag(true), Val::Flag(false)],
            _ => vec![Val::Any],
        }
    }

    /// Forgets what was evaluated before parameters got their types.
    pub fn forget(&mut self) {
        self.memo.clear();
        self.returns.clear();
    }

    pub(super) fn concat(&mut self, inst: InstId, parts: &[ValueId]) -> Val {
        let mut pieces = Vec::new();
        for part in parts {
            let values = self.value(inst, *part);
            match &*values {
                [Val::Text(s) | Val::Number(s)] => {
                    pieces.push(Piece::Literal(self.words.text(*s).to_owned()))
                }
                [Val::Shape(shape)] => pieces.extend(shape.pieces().iter().cloned()),
                [Val::Env(name)] => pieces.push(Piece::Env(*name)),
                [Val::Param(at)] => pieces.push(Piece::Param(*at)),
                _ => pieces.push(Piece::Hole),
            }
        }
        self.text_of(Shape::of(pieces))
    }

    /// A shape as a value: a text where it has no holes.
    pub(super) fn text_of(&mut self, shape: Shape) -> Val {
        match shape.literal() {
            Some(text) => {
                let text = text.to_owned();
                Val::Text(self.words.intern(&text))
            }
            None => Val::Shape(shape),
        }
    }

    /// What an instance returns.
    pub fn returned(&mut self, inst: InstId) -> Vals {
        if let Some(known) = self.returns.get(&inst) {
            return known.clone();
        }
        if !self.busy_returns.insert(inst) || self.depth >= DEPTH_MAX {
            return Rc::from(Vec::new());
        }
        self.depth += 1;
        let function = self.function(inst);
        let mut all = Vec::new();
        for (value, instr) in self.program.functions[function].ir.instrs.enumerate() {
            let _ = value;
            if let Op::Return(v) = &instr.op {
                all.extend(self.value(inst, *v).to_vec());
            }
        }
        self.depth -= 1;
        self.busy_returns.remove(&inst);
        let all = self.set(all);
        self.returns.insert(inst, all.clone());
        all
    }
}
