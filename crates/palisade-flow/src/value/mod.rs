//! What a value can be: callees, clients, names, string shapes. An evaluator on demand, memoized, symbolic in parameters.

pub mod shape;
pub mod text;

use std::rc::Rc;

use palisade_model::index::{Id, IndexVec};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{Call, Const, FunctionKind, Imported, Interner, Language, MemberKind, Op, Passing, Sym, ValueId};
use crate::library::Library;
use crate::library::port::Base;
use crate::program::{ClassId, FnId, ModuleId, Program, Target};
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
    fn steers(&self) -> bool {
        matches!(self, Self::Fn(..) | Self::Method(..) | Self::Class(_) | Self::Instance(_) | Self::Api(_) | Self::Typed(_))
    }

    /// Whether it is a constant of the program.
    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Number(_) | Self::Flag(_) | Self::Nothing | Self::Env(_))
    }
}

/// A set of values; at most 16, else `Any` alone.
pub type Vals = Rc<[Val]>;

const VALUES_MAX: usize = 16;
const COPIES_MAX: usize = 8;
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
    memo: FxHashMap<(InstId, ValueId), Vals>,
    busy: FxHashSet<(InstId, ValueId)>,
    returns: FxHashMap<InstId, Vals>,
    /// Library types of parameters of functions handed to a library.
    given: FxHashMap<(FnId, u16), Vec<Sym>>,
    busy_returns: FxHashSet<InstId>,
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
            memo: FxHashMap::default(),
            busy: FxHashSet::default(),
            returns: FxHashMap::default(),
            given: FxHashMap::default(),
            busy_returns: FxHashSet::default(),
            constructions: FxHashMap::default(),
            depth: 0,
        };
        // The plain instance of function n is instance n.
        for function in program.functions.ids() {
            let key = Instance { function, context: Vec::new(), made_in: None };
            values.by_key.insert(key.clone(), values.instances.next_id());
            values.instances.push(key);
            values.depths.push(0);
        }
        values
    }

    /// Finds where objects are constructed, so that what a constructor is handed is known wherever a method uses it.
    /// What was evaluated meanwhile did not know that yet and is forgotten.
    pub fn find_constructions(&mut self) {
        if self.program.classes.is_empty() {
            return;
        }
        for function in self.program.functions.ids() {
            let inst = self.plain(function);
            for (value, instr) in self.program.functions[function].ir.instrs.enumerate() {
                let Op::Call(call) = &instr.op else { continue };
                for val in self.value(inst, call.callee).iter() {
                    if let Val::Class(class) = val {
                        self.constructions.entry(*class).or_default().push((inst, value));
                    }
                }
            }
        }
        self.memo.clear();
        self.returns.clear();
    }

    /// What a parameter of a constructor is over all constructions of a class; what nobody shows is `Any`.
    fn constructed_with(&mut self, class: ClassId, constructor: FnId, at: u16) -> Vec<Val> {
        let Some(position) = usize::from(at).checked_sub(1) else { return vec![Val::Instance(class)] };
        let name = self.program.functions[constructor].ir.params.get(usize::from(at)).map(|p| p.name);
        let mut all = Vec::new();
        for (inst, value) in self.constructions.get(&class).cloned().unwrap_or_default() {
            let Op::Call(call) = self.program.op(self.function(inst), value) else { continue };
            let named = call.args.iter().find(|a| matches!(a.passing, Passing::Named(n) if Some(n) == name)).map(|a| a.value);
            let Some(handed) = self.argument(inst, call, position, 0).or(named) else { continue };
            all.extend(self.value(inst, handed).iter().filter(|v| v.steers()).cloned());
        }
        if all.is_empty() { vec![Val::Any] } else { all }
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
        self.libraries.get(&self.program.language(function)).or_else(|| self.libraries.get(&Language::Python))
    }

    /// The text of a word.
    pub fn word(&self, sym: Sym) -> &str {
        self.words.text(sym)
    }

    fn set(&self, mut all: Vec<Val>) -> Vals {
        all.sort_unstable();
        all.dedup();
        if all.len() > VALUES_MAX { Rc::from(vec![Val::Any]) } else { Rc::from(all) }
    }

    /// What a value can be.
    pub fn value(&mut self, inst: InstId, value: ValueId) -> Vals {
        if let Some(known) = self.memo.get(&(inst, value)) {
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
        self.memo.insert((inst, value), found.clone());
        found
    }

    fn evaluate(&mut self, inst: InstId, value: ValueId) -> Vec<Val> {
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
            Op::Class(index) => vec![Val::Class(program.class_of(program.functions[function].module, *index))],
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
                    all.extend(self.elements(base));
                }
                all
            }
            Op::Record(_) | Op::List(_) => vec![Val::Built(inst, value)],
            Op::Rest(base, _) | Op::Refine(base, _, _) | Op::Await(base) => self.value(inst, *base).to_vec(),
            Op::Phi(values, _) => values.iter().flat_map(|v| self.value(inst, *v).to_vec()).collect(),
            Op::Logic(_, x, y) => [*x, *y].iter().flat_map(|v| self.value(inst, *v).to_vec()).collect(),
            Op::Concat(parts) => vec![self.concat(inst, parts)],
            Op::Call(call) => self.call(inst, call),
            Op::Compare(..) | Op::Not(_) => vec![Val::Flag(true), Val::Flag(false)],
            _ => vec![Val::Any],
        }
    }

    fn param(&mut self, inst: InstId, at: u16) -> Vec<Val> {
        let instance = &self.instances[inst];
        if let Some((_, known)) = instance.context.iter().find(|(slot, _)| *slot == Slot::Param(at)) {
            return known.to_vec();
        }
        let function = &self.program.functions[instance.function];
        match function.ir.kind {
            FunctionKind::Method(class) if at == 0 => return vec![Val::Instance(self.program.class_of(function.module, class))],
            FunctionKind::ClassMethod(class) if at == 0 => return vec![Val::Class(self.program.class_of(function.module, class))],
            _ => {}
        }
        let mut all = vec![Val::Param(at)];
        if let Some(annotation) = function.ir.params.get(usize::from(at)).and_then(|p| p.annotation) {
            all.extend(self.annotated(function.module, annotation));
        }
        if let Some(types) = self.given.get(&(self.instances[inst].function, at)) {
            all.extend(types.iter().map(|of| Val::Typed(*of)));
        }
        all
    }

    /// A library says what a parameter of a function handed to it is.
    pub fn give(&mut self, function: FnId, at: u16, of: &str) {
        let of = self.words.intern(of);
        let known = self.given.entry((function, at)).or_default();
        if !known.contains(&of) && known.len() < VALUES_MAX {
            known.push(of);
        }
    }

    /// Forgets what was evaluated before parameters got their types.
    pub fn forget(&mut self) {
        self.memo.clear();
        self.returns.clear();
    }

    /// The type a declared name means: a class of the program or a library type.
    fn annotated(&mut self, module: ModuleId, name: Sym) -> Vec<Val> {
        let text = self.program.text(name).to_owned();
        // A front end that resolved the name gives the module with it: `@aws-sdk/client-s3.S3Client`.
        let function = self.program.top_level(module);
        let known = self.library(function).and_then(|l| l.type_of(&format!("new {text}()")).or_else(|| l.type_of(&format!("{text}()"))));
        if let Some(of) = known.map(str::to_owned) {
            return vec![Val::Typed(self.words.intern(&of))];
        }
        let mut parts = text.split('.');
        let Some(first) = parts.next().and_then(|p| self.program.symbols.find(p)) else { return Vec::new() };
        let function = self.program.top_level(module);
        let mut values = self.global(module, first, 0);
        for part in parts {
            let Some(key) = self.program.symbols.find(part) else { return Vec::new() };
            values = values.iter().flat_map(|v| self.member(function, v, key)).collect();
        }
        let library = self.library(function);
        values
            .into_iter()
            .filter_map(|v| match v {
                Val::Class(class) => Some(Val::Instance(class)),
                Val::Api(path) => {
                    let path = self.words.text(path);
                    let of = library.and_then(|l| l.type_of(&format!("{path}()")).or_else(|| l.type_of(&format!("new {path}()"))));
                    of.map(str::to_owned).map(|of| Val::Typed(self.words.intern(&of)))
                }
                _ => None,
            })
            .collect()
    }

    fn capture(&mut self, inst: InstId, at: u16) -> Vec<Val> {
        let instance = &self.instances[inst];
        if let Some((_, known)) = instance.context.iter().find(|(slot, _)| *slot == Slot::Capture(at)) {
            return known.to_vec();
        }
        let (function, made_in) = (instance.function, instance.made_in);
        let Some((outer, captured)) = &self.program.functions[function].made else { return vec![Val::Any] };
        let outer_inst = made_in.unwrap_or_else(|| self.plain(*outer));
        match captured.get(usize::from(at)) {
            Some(value) => self.value(outer_inst, *value).iter().map(|v| if matches!(v, Val::Param(_)) { Val::Any } else { v.clone() }).collect(),
            None => vec![Val::Any],
        }
    }

    /// A module-level name; then star imports; then a built-in.
    fn global(&mut self, module: ModuleId, name: Sym, depth: u8) -> Vec<Val> {
        let program = self.program;
        let m = &program.modules[module];
        if let Some(set) = m.globals.get(&name) {
            let mut all = Vec::new();
            for (function, value) in set {
                let inst = self.plain(*function);
                all.extend(self.value(inst, *value).iter().filter(|v| !matches!(v, Val::Param(_))).cloned());
            }
            return all;
        }
        if let Some(star) = program.symbols.find("*").and_then(|star| m.globals.get(&star))
            && depth < 4
        {
            for (function, value) in star {
                if let Op::Import(index) = program.op(*function, program.object(*function, *value))
                    && let Some(bound) = m.imports.get(*index as usize)
                {
                    match bound.target {
                        Target::Module(other) if program.modules[other].globals.contains_key(&name) => return self.global(other, name, depth + 1),
                        _ => {}
                    }
                }
            }
        }
        vec![Val::Api(name)]
    }

    fn import(&mut self, module: ModuleId, index: u32) -> Vec<Val> {
        let program = self.program;
        let Some(bound) = program.modules[module].imports.get(index as usize) else { return vec![Val::Any] };
        let (target, what) = (bound.target.clone(), bound.what);
        match (target, what) {
            (Target::Unresolved, _) => vec![Val::Any],
            (Target::External(path), Imported::Module | Imported::Default) => self.api(path),
            (Target::External(path), Imported::Name(name)) => {
                let top = program.top_level(module);
                self.member(top, &Val::Api(path), name)
            }
            (Target::Submodule(package, submodule), Imported::Name(name)) => match package {
                Some(package) if program.modules[package].globals.contains_key(&name) => self.global(package, name, 0),
                _ => vec![Val::Module(submodule)],
            },
            (Target::Submodule(_, module) | Target::Module(module), Imported::Module) => self.whole_module(module),
            (Target::Module(other), Imported::Name(name)) => {
                let top = program.top_level(other);
                let whole = self.whole_module(other);
                whole.iter().flat_map(|v| self.member(top, v, name)).collect()
            }
            (Target::Submodule(_, other) | Target::Module(other), Imported::Default) => {
                let whole = self.whole_module(other);
                let Some(key) = program.symbols.find("default") else { return whole };
                let top = program.top_level(other);
                let named: Vec<Val> = whole.iter().flat_map(|v| self.member(top, v, key)).filter(|v| *v != Val::Any).collect();
                if named.is_empty() { whole } else { named }
            }
        }
    }

    /// A module as a value: of JavaScript its export record.
    fn whole_module(&mut self, module: ModuleId) -> Vec<Val> {
        if self.program.modules[module].language == Language::JavaScript
            && let Some(exports) = self.program.symbols.find("exports")
            && self.program.modules[module].globals.contains_key(&exports)
        {
            return self.global(module, exports, 0);
        }
        vec![Val::Module(module)]
    }

    /// What a module exports under a name.
    pub fn export(&mut self, module: ModuleId, name: &str) -> Vals {
        let top = self.program.top_level(module);
        let mut values = self.whole_module(module);
        for part in name.split('.') {
            let Some(key) = self.program.symbols.find(part) else { return Rc::from(Vec::new()) };
            values = values.iter().flat_map(|v| self.member(top, v, key)).collect();
        }
        self.set(values)
    }

    fn api(&mut self, path: Sym) -> Vec<Val> {
        vec![Val::Api(path)]
    }

    /// The path of an API member or call, typed where a row types it.
    fn api_path(&mut self, function: FnId, path: String) -> Val {
        if path.bytes().filter(|b| *b == b'.' || *b == b'(').count() > API_STEPS_MAX + 4 {
            return Val::Any;
        }
        match self.library(function).and_then(|l| l.type_of(&path)) {
            Some(of) => {
                let of = of.to_owned();
                Val::Typed(self.words.intern(&of))
            }
            None => Val::Api(self.words.intern(&path)),
        }
    }

    /// `value.key`.
    pub fn member(&mut self, function: FnId, value: &Val, key: Sym) -> Vec<Val> {
        let name = self.words.text(key).to_owned();
        match value {
            Val::Module(module) => self.global_or_import(*module, key),
            Val::Built(inst, at) => self.field(*inst, *at, key, 0),
            Val::Instance(class) => self.instance_member(*class, key, 0),
            Val::Class(class) => self.class_member(*class, key, 0),
            Val::Api(path) => {
                let path = self.words.text(*path).to_owned();
                match path.as_str() {
                    "os.environ" | "process.env" => vec![Val::Env(key)],
                    _ => vec![self.api_path(function, format!("{path}.{name}"))],
                }
            }
            Val::Typed(of) => {
                let of = self.words.text(*of).to_owned();
                vec![self.api_path(function, format!("[{of}].{name}"))]
            }
            Val::Fn(f, inst) if matches!(name.as_str(), "bind" | "call" | "apply") => vec![Val::Fn(*f, *inst)],
            _ => vec![Val::Any],
        }
    }

    fn global_or_import(&mut self, module: ModuleId, key: Sym) -> Vec<Val> {
        let found = self.global(module, key, 0);
        match found.as_slice() {
            [Val::Api(name)] if *name == key => vec![Val::Any],
            _ => found,
        }
    }

    /// The field of a record made by the program.
    fn field(&mut self, inst: InstId, at: ValueId, key: Sym, depth: u8) -> Vec<Val> {
        let function = self.function(inst);
        let program = self.program;
        let mut all = Vec::new();
        if depth > 6 {
            return vec![Val::Any];
        }
        match program.op(function, at) {
            Op::Record(parts) => {
                for (name, value) in parts {
                    match name {
                        Some(name) if *name == key => all.extend(self.value(inst, *value).to_vec()),
                        Some(_) => {}
                        None => {
                            for spread in self.value(inst, *value).iter() {
                                match spread {
                                    Val::Built(i, v) => all.extend(self.field(*i, *v, key, depth + 1).into_iter().filter(|v| *v != Val::Any)),
                                    other => all.extend(self.member(function, other, key)),
                                }
                            }
                        }
                    }
                }
            }
            Op::List(parts) => {
                let index = self.words.text(key).parse::<usize>().ok();
                if let Some((value, false)) = index.and_then(|i| parts.get(i)) {
                    all.extend(self.value(inst, *value).to_vec());
                } else if index.is_some() && parts.iter().any(|(_, spread)| *spread) {
                    all.extend(self.elements(&Val::Built(inst, at)));
                }
            }
            _ => {}
        }
        if let Some(stores) = program.functions[function].stores.get(&at) {
            for (name, value) in stores {
                if *name == key {
                    all.extend(self.value(inst, *value).to_vec());
                } else if program.text(*name) == "*" {
                    // `export * from …` hands all names on.
                    for star in self.value(inst, *value).to_vec() {
                        all.extend(self.member(function, &star, key).into_iter().filter(|v| *v != Val::Any));
                    }
                }
            }
        }
        // Module-level records get fields from functions, too (`exports.a = …` inside one).
        if all.is_empty() { vec![Val::Any] } else { all }
    }

    fn class_and_bases(&mut self, class: ClassId) -> Vec<ClassId> {
        let mut order = vec![class];
        let mut at = 0;
        while let Some(current) = order.get(at).copied() {
            let c = &self.program.classes[current];
            let (inst, bases) = (self.plain(c.defined_in), c.ir.bases.clone());
            for base in bases {
                for val in self.value(inst, base).iter() {
                    if let Val::Class(base) = val
                        && !order.contains(base)
                        && order.len() < COPIES_MAX
                    {
                        order.push(*base);
                    }
                }
            }
            at += 1;
        }
        order
    }

    /// The API bases of a class, such as `yaml.SafeLoader`.
    pub fn api_bases(&mut self, class: ClassId) -> Vec<String> {
        let mut found = Vec::new();
        for class in self.class_and_bases(class) {
            let c = &self.program.classes[class];
            let (inst, bases) = (self.plain(c.defined_in), c.ir.bases.clone());
            for base in bases {
                for val in self.value(inst, base).iter() {
                    if let Val::Api(path) = val {
                        found.push(self.words.text(*path).to_owned());
                    }
                }
            }
        }
        found
    }

    fn instance_member(&mut self, class: ClassId, key: Sym, depth: u8) -> Vec<Val> {
        if depth > 4 {
            return vec![Val::Any];
        }
        let of = class;
        for class in self.class_and_bases(class) {
            let c = &self.program.classes[class];
            let inst = self.plain(c.defined_in);
            let members: Vec<(MemberKind, ValueId)> = c.ir.members.iter().filter(|m| m.name == key).map(|m| (m.kind, m.value)).collect();
            let fields = c.fields.get(&key).cloned().unwrap_or_default();
            let mut all = Vec::new();
            for (kind, value) in members {
                for val in self.value(inst, value).to_vec() {
                    match (kind, val) {
                        (MemberKind::Method, Val::Fn(f, i)) => all.push(Val::Method(f, i)),
                        (MemberKind::Getter, Val::Fn(f, _)) => {
                            let getter = self.plain(f);
                            all.extend(self.returned(getter).to_vec());
                        }
                        (MemberKind::Setter, _) => {}
                        (_, val) => all.push(val),
                    }
                }
            }
            for (function, value) in fields {
                let inst = self.plain(function);
                let constructor = matches!(self.program.text(self.program.functions[function].ir.name), "__init__" | "constructor");
                for val in self.value(inst, value).to_vec() {
                    match val {
                        Val::Param(at) if constructor => all.extend(self.constructed_with(of, function, at)),
                        Val::Param(_) => all.push(Val::Any),
                        other => all.push(other),
                    }
                }
            }
            if !all.is_empty() {
                return all;
            }
        }
        // A class that extends a library class has that one's methods.
        let bases = self.api_bases(class);
        let function = self.program.classes[class].defined_in;
        let name = self.words.text(key).to_owned();
        for base in bases {
            let of = self.library(function).and_then(|l| l.type_of(&format!("{base}()"))).map(str::to_owned);
            if let Some(of) = of {
                return vec![self.api_path(function, format!("[{of}].{name}"))];
            }
        }
        vec![Val::Any]
    }

    fn class_member(&mut self, class: ClassId, key: Sym, depth: u8) -> Vec<Val> {
        if depth > 4 {
            return vec![Val::Any];
        }
        for class in self.class_and_bases(class) {
            let c = &self.program.classes[class];
            let inst = self.plain(c.defined_in);
            let members: Vec<ValueId> = c.ir.members.iter().filter(|m| m.name == key).map(|m| m.value).collect();
            if !members.is_empty() {
                return members.into_iter().flat_map(|v| self.value(inst, v).to_vec()).collect();
            }
        }
        vec![Val::Any]
    }

    /// The method an object is constructed by.
    pub fn constructor(&mut self, class: ClassId) -> Option<FnId> {
        for class in self.class_and_bases(class) {
            let c = &self.program.classes[class];
            let inst = self.plain(c.defined_in);
            let members: Vec<ValueId> =
                c.ir.members.iter().filter(|m| matches!(self.program.text(m.name), "__init__" | "constructor")).map(|m| m.value).collect();
            for value in members {
                if let Some(Val::Fn(f, _)) = self.value(inst, value).iter().find(|v| matches!(v, Val::Fn(..))) {
                    return Some(*f);
                }
            }
        }
        None
    }

    /// The elements of a collection made by the program.
    pub fn elements(&mut self, value: &Val) -> Vec<Val> {
        let Val::Built(inst, at) = value else {
            return vec![Val::Any];
        };
        let function = self.function(*inst);
        let program = self.program;
        let mut all = Vec::new();
        match program.op(function, *at) {
            Op::Record(parts) => {
                for (name, value) in parts {
                    let values = self.value(*inst, *value);
                    match name {
                        Some(_) => all.extend(values.to_vec()),
                        None => all.push(Val::Any),
                    }
                }
            }
            Op::List(parts) => {
                for (value, spread) in parts {
                    let values = self.value(*inst, *value).to_vec();
                    if *spread {
                        for v in values {
                            if self.depth < DEPTH_MAX {
                                self.depth += 1;
                                all.extend(self.elements(&v));
                                self.depth -= 1;
                            }
                        }
                    } else {
                        all.extend(values);
                    }
                }
            }
            _ => {}
        }
        let f = &program.functions[function];
        for value in f.stores.get(at).into_iter().flatten().map(|(_, v)| *v).chain(f.puts.get(at).into_iter().flatten().copied()) {
            all.extend(self.value(*inst, value).to_vec());
        }
        if all.is_empty() { vec![Val::Any] } else { all }
    }

    /// The constant texts a collection made by the program holds (keys of a record, elements of a list); `None` where
    /// anything else may be in it.
    pub fn constants_of(&mut self, value: &Val) -> Option<Vec<String>> {
        let Val::Built(inst, at) = value else { return None };
        let function = self.function(*inst);
        let program = self.program;
        let f = &program.functions[function];
        if f.puts.contains_key(at) {
            return None;
        }
        let mut texts = Vec::new();
        match program.op(function, *at) {
            Op::Record(parts) => {
                for (name, _) in parts {
                    texts.push(program.text((*name)?).to_owned());
                }
            }
            Op::List(parts) => {
                for (value, spread) in parts {
                    for val in self.value(*inst, *value).to_vec() {
                        match val {
                            Val::Text(s) | Val::Number(s) if !*spread => texts.push(self.words.text(s).to_owned()),
                            Val::Flag(_) | Val::Nothing | Val::Env(_) if !*spread => {}
                            // `new Set([…])`, `[*A, *B]` of constants.
                            Val::Built(..) if *spread => texts.extend(self.constants_of(&val)?),
                            _ => return None,
                        }
                    }
                }
            }
            _ => return None,
        }
        Some(texts)
    }

    fn concat(&mut self, inst: InstId, parts: &[ValueId]) -> Val {
        let mut pieces = Vec::new();
        for part in parts {
            let values = self.value(inst, *part);
            match &*values {
                [Val::Text(s) | Val::Number(s)] => pieces.push(Piece::Literal(self.words.text(*s).to_owned())),
                [Val::Shape(shape)] => pieces.extend(shape.pieces().iter().cloned()),
                [Val::Env(name)] => pieces.push(Piece::Env(*name)),
                [Val::Param(at)] => pieces.push(Piece::Param(*at)),
                _ => pieces.push(Piece::Hole),
            }
        }
        let shape = Shape::of(pieces);
        match shape.literal() {
            Some(text) => {
                let text = text.to_owned();
                Val::Text(self.words.intern(&text))
            }
            None => Val::Shape(shape),
        }
    }

    // ---- calls ----------------------------------------------------------------------------------------------------

    fn call(&mut self, inst: InstId, call: &Call) -> Vec<Val> {
        let function = self.function(inst);
        let callees = self.value(inst, call.callee);
        let mut all = Vec::new();
        if callees.is_empty() {
            return vec![Val::Any];
        }
        for callee in callees.iter() {
            match callee {
                Val::Fn(..) | Val::Method(..) => match self.callee_instance(inst, call, callee) {
                    Some(target) => {
                        let offset = usize::from(matches!(callee, Val::Method(..)));
                        for val in self.returned(target).to_vec() {
                            match val {
                                Val::Param(at) => match self.argument(inst, call, usize::from(at), offset) {
                                    Some(value) => all.extend(self.value(inst, value).to_vec()),
                                    None => all.push(Val::Any),
                                },
                                Val::Shape(shape) => all.push(self.filled(inst, call, &shape, offset)),
                                other => all.push(other),
                            }
                        }
                    }
                    None => all.push(Val::Any),
                },
                Val::Class(class) => all.push(Val::Instance(*class)),
                Val::Api(path) => all.extend(self.api_call(inst, function, call, *path)),
                _ => all.extend(self.unknown_call(inst, function, call)),
            }
        }
        all
    }

    /// The parameters of a shape replaced by the shapes of the arguments.
    fn filled(&mut self, inst: InstId, call: &Call, shape: &Shape, offset: usize) -> Val {
        let mut pieces = Vec::new();
        for piece in shape.pieces().to_vec() {
            match piece {
                Piece::Param(at) => match self.argument(inst, call, usize::from(at), offset) {
                    Some(value) => match self.concat(inst, &[value]) {
                        Val::Text(s) => pieces.push(Piece::Literal(self.words.text(s).to_owned())),
                        Val::Shape(inner) => pieces.extend(inner.pieces().iter().cloned()),
                        _ => pieces.push(Piece::Hole),
                    },
                    None => pieces.push(Piece::Hole),
                },
                other => pieces.push(other),
            }
        }
        let shape = Shape::of(pieces);
        match shape.literal() {
            Some(text) => {
                let text = text.to_owned();
                Val::Text(self.words.intern(&text))
            }
            None => Val::Shape(shape),
        }
    }

    /// A positional or named argument of a call of a project function, by parameter number.
    fn argument(&self, inst: InstId, call: &Call, param: usize, offset: usize) -> Option<ValueId> {
        let _ = inst;
        let position = param.checked_sub(offset)?;
        let mut at = 0;
        for arg in &call.args {
            match arg.passing {
                Passing::Positional if at == position => return Some(arg.value),
                Passing::Positional => at += 1,
                Passing::Spread => return None,
                _ => {}
            }
        }
        None
    }

    fn api_call(&mut self, inst: InstId, function: FnId, call: &Call, path: Sym) -> Vec<Val> {
        let text = self.words.text(path).to_owned();
        let library = self.library(function);
        let mut all = Vec::new();
        // A literal first argument may decide the type: `boto3.client('s3')`.
        let first = call.args.iter().find(|a| matches!(a.passing, Passing::Positional) || matches!(a.passing, Passing::Named(n) if self.program.text(n) == "service_name"));
        if let Some(first) = first {
            for val in self.value(inst, first.value).iter() {
                if let Val::Text(s) = val {
                    let typed = format!("{text}('{}')", self.words.text(*s));
                    if let Some(of) = library.and_then(|l| l.type_of(&typed)) {
                        all.push(Val::Typed(self.words.intern(of)));
                    }
                }
            }
        }
        if !all.is_empty() {
            return all;
        }
        if let Some(library) = library {
            for row in library.rows(&text) {
                if let Some(of) = &row.type_of_return {
                    all.push(Val::Typed(self.words.intern(of)));
                }
                all.extend(self.by_row(inst, function, call, row));
            }
            if let Some(of) = library.type_of(&format!("new {text}()")) {
                all.push(Val::Typed(self.words.intern(of)));
            }
        }
        if all.is_empty() {
            all.push(self.api_path(function, format!("{text}()")));
        }
        all
    }

    /// The value a row gives the result: an argument itself, a member, an environment variable, a constant.
    fn by_row(&mut self, inst: InstId, function: FnId, call: &Call, row: &crate::library::row::CallRow) -> Vec<Val> {
        let mut all = Vec::new();
        if let Some(port) = &row.returns {
            match self.port_value(inst, function, call, port) {
                Some(value) => all.extend(self.value(inst, value).to_vec()),
                None => all.push(Val::Any),
            }
        }
        if let Some(port) = &row.env
            && let Some(name) = self.port_value(inst, function, call, port)
        {
            for val in self.value(inst, name).to_vec() {
                if let Val::Text(name) = val {
                    all.push(Val::Env(name));
                }
            }
        }
        if let Some(port) = &row.load
            && let Some(name) = self.port_value(inst, function, call, port)
            && let Op::Load(receiver, _) = self.program.op(function, call.callee)
        {
            let bases = self.value(inst, *receiver);
            for key in self.value(inst, name).to_vec() {
                for base in bases.iter() {
                    match (&key, base) {
                        (Val::Text(key), _) => all.extend(self.member(function, base, *key)),
                        // A key that is not known may be any: `HANDLERS.get(event["action"])`.
                        (_, Val::Built(..)) => all.extend(self.elements(base)),
                        _ => {}
                    }
                }
            }
        }
        if all.is_empty() && row.type_of_return.is_none() {
            for flow in &row.flows {
                let whole = flow.keep && flow.to.base == Base::Return && flow.to.parts.is_empty() && flow.from.parts.is_empty();
                if whole && let Some(value) = self.port_value(inst, function, call, &flow.from) {
                    all.extend(self.value(inst, value).to_vec());
                }
            }
        }
        if row.result.as_deref() == Some("bool") {
            all.extend([Val::Flag(true), Val::Flag(false)]);
        }
        all
    }

    fn port_value(&mut self, inst: InstId, function: FnId, call: &Call, port: &crate::library::port::Port) -> Option<ValueId> {
        if !port.parts.is_empty() {
            return None;
        }
        match &port.base {
            Base::Arg { position, names } => self.library_argument(inst, call, *position, names),
            Base::Receiver => match self.program.op(function, call.callee) {
                Op::Load(receiver, _) => Some(*receiver),
                _ => None,
            },
            _ => None,
        }
    }

    /// An argument of a library call by position or name.
    pub fn library_argument(&mut self, inst: InstId, call: &Call, position: Option<i32>, names: &[String]) -> Option<ValueId> {
        let _ = inst;
        let positional: Vec<ValueId> = call.args.iter().take_while(|a| a.passing != Passing::Spread).filter(|a| a.passing == Passing::Positional).map(|a| a.value).collect();
        let by_position = position.and_then(|at| {
            let at = if at < 0 { positional.len().checked_sub(at.unsigned_abs() as usize)? } else { at as usize };
            positional.get(at).copied()
        });
        by_position.or_else(|| {
            call.args.iter().find_map(|a| match a.passing {
                Passing::Named(name) if names.iter().any(|n| n == self.program.text(name)) => Some(a.value),
                _ => None,
            })
        })
    }

    fn unknown_call(&mut self, inst: InstId, function: FnId, call: &Call) -> Vec<Val> {
        if let Some(parts) = self.text_parts(inst, function, call) {
            return vec![self.concat(inst, &parts)];
        }
        let Op::Load(_, name) = self.program.op(function, call.callee) else { return vec![Val::Any] };
        let Some(library) = self.library(function) else { return vec![Val::Any] };
        let path = format!("[any].{}", self.program.text(*name));
        let mut all = Vec::new();
        for row in library.rows(&path) {
            all.extend(self.by_row(inst, function, call, row));
        }
        if all.is_empty() { vec![Val::Any] } else { all }
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

    // ---- specialization -------------------------------------------------------------------------------------------

    /// Which parameters steer a function: called, used as a receiver, handed on.
    fn steering(&mut self, function: FnId) -> Rc<[bool]> {
        if let Some(known) = self.steered.get(&function) {
            return known.clone();
        }
        let ir = &self.program.functions[function].ir;
        let mut steering = vec![false; ir.params.len()];
        let mut mark = |value: ValueId| {
            if let Op::Param(at) = self.program.op(function, self.program.object(function, value))
                && let Some(slot) = steering.get_mut(usize::from(*at))
            {
                *slot = true;
            }
        };
        for instr in ir.instrs.iter() {
            match &instr.op {
                Op::Call(call) => {
                    mark(call.callee);
                    call.args.iter().for_each(|a| mark(a.value));
                }
                Op::Load(base, _) | Op::Return(base) => mark(*base),
                Op::Closure(_, captured) => captured.iter().for_each(|v| {
                    // Captured parameters arrive as a phi of all their versions.
                    match self.program.op(function, *v) {
                        Op::Phi(versions, _) => versions.iter().for_each(|v| mark(*v)),
                        _ => mark(*v),
                    }
                }),
                Op::Store(_, _, value) => mark(*value),
                _ => {}
            }
        }
        let steering: Rc<[bool]> = Rc::from(steering);
        self.steered.insert(function, steering.clone());
        steering
    }

    /// The instance of a project function that a call runs.
    pub fn callee_instance(&mut self, inst: InstId, call: &Call, callee: &Val) -> Option<InstId> {
        let (function, made_in, offset) = match callee {
            Val::Fn(f, made_in) => (*f, *made_in, 0),
            Val::Method(f, made_in) => (*f, *made_in, 1),
            _ => return None,
        };
        let steering = self.steering(function);
        let mut context = Vec::new();
        for (at, steers) in steering.iter().enumerate() {
            if !steers || (offset == 1 && at == 0) {
                continue;
            }
            if let Some(value) = self.argument(inst, call, at, offset) {
                let values = self.value(inst, value);
                if !values.is_empty() && values.iter().all(Val::steers) {
                    context.push((Slot::Param(u16::try_from(at).unwrap_or(u16::MAX)), values));
                }
            }
        }
        Some(self.specialize(function, made_in, context))
    }

    /// The instance of a function under a context; the plain one where limits are met.
    pub fn specialize(&mut self, function: FnId, made_in: InstId, context: Vec<(Slot, Vals)>) -> InstId {
        let plain = self.plain(function);
        let outer = self.program.functions[function].made.as_ref().map(|(f, _)| *f);
        // A closure made in a specialized instance keeps it, since its captures differ.
        let made_in = if outer == Some(self.function(made_in)) && made_in != self.plain(self.function(made_in)) { Some(made_in) } else { None };
        if context.is_empty() && made_in.is_none() {
            return plain;
        }
        let mut depth = made_in.map_or(0, |i| self.depths[i]);
        for (_, values) in &context {
            for val in values.iter() {
                if let Val::Fn(_, i) | Val::Method(_, i) = val {
                    depth = depth.max(self.depths[*i]);
                }
            }
        }
        if depth >= COPY_DEPTH_MAX {
            return plain;
        }
        let key = Instance { function, context, made_in };
        if let Some(known) = self.by_key.get(&key) {
            return *known;
        }
        let copies = self.copies.entry(function).or_insert(0);
        if *copies >= COPIES_MAX {
            return plain;
        }
        *copies += 1;
        let id = self.instances.push(key.clone());
        self.depths.push(depth + 1);
        self.by_key.insert(key, id);
        id
    }
}
