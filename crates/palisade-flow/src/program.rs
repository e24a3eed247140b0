//! All lowered modules of a tree as one program: symbols merged, imports bound, functions numbered.

use palisade_model::index::{Id, IndexVec};
use palisade_model::source::{FileId, Span};
use rustc_hash::FxHashMap;

use crate::ir::{
    Class, ClassIndex, Const, Function, FunctionIndex, Imported, Instr, Interner, Language, Module,
    Op, Passing, Sym, ValueId,
};

palisade_model::ids! {
    /// A module of the program.
    ModuleId,
    /// A function of the program.
    FnId,
    /// A class of the program.
    ClassId,
}

/// What an import is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A module of the program.
    Module(ModuleId),
    /// A name that is a global of the first module, or else the second module itself (`from package import submodule`).
    Submodule(Option<ModuleId>, ModuleId),
    /// An external API, by dotted path.
    External(Sym),
    /// Not resolved.
    Unresolved,
}

/// An import bound to its target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound {
    /// What it is bound to.
    pub target: Target,
    /// What of it.
    pub what: Imported,
    /// Where it stands.
    pub span: Span,
}

/// A module after merging.
#[derive(Debug)]
pub struct ProgramModule {
    /// The file.
    pub file: FileId,
    /// The language.
    pub language: Language,
    /// Its first function; the others follow.
    pub first_function: FnId,
    /// How many functions it has.
    pub functions: usize,
    /// Its first class.
    pub first_class: ClassId,
    /// Imports in the order of the IR.
    pub imports: Vec<Bound>,
    /// Every `SetGlobal` of the module by name: the function and the value.
    pub globals: FxHashMap<Sym, Vec<(FnId, ValueId)>>,
    /// What is stored on module-level functions and classes: name, key, and every function and value.
    pub attached: FxHashMap<(Sym, Sym), Vec<(FnId, ValueId)>>,
}

/// A function after merging.
#[derive(Debug)]
pub struct ProgramFunction {
    /// Its module.
    pub module: ModuleId,
    /// The IR.
    pub ir: Function,
    /// Where its closure is made: the enclosing function and the captured values.
    pub made: Option<(FnId, Vec<ValueId>)>,
    /// Stores per object value: key and value.
    pub stores: FxHashMap<ValueId, Vec<(Sym, ValueId)>>,
    /// Values put under computed keys, per object value.
    pub puts: FxHashMap<ValueId, Vec<ValueId>>,
    /// Per value the one behind refinements and awaits.
    objects: Vec<ValueId>,
}

/// A class after merging.
#[derive(Debug)]
pub struct ProgramClass {
    /// Its module.
    pub module: ModuleId,
    /// The IR; values are of `defined_in`.
    pub ir: Class,
    /// The function in which it is defined.
    pub defined_in: FnId,
    /// Every store to a field of the instance in its methods: key, function, value.
    pub fields: FxHashMap<Sym, Vec<(FnId, ValueId)>>,
}

/// A program.
#[derive(Debug, Default)]
pub struct Program {
    /// All symbols.
    pub symbols: Interner,
    /// Modules.
    pub modules: IndexVec<ModuleId, ProgramModule>,
    /// Functions.
    pub functions: IndexVec<FnId, ProgramFunction>,
    /// Classes.
    pub classes: IndexVec<ClassId, ProgramClass>,
    /// Modules by file.
    pub by_file: FxHashMap<FileId, ModuleId>,
}

/// A target of an import before merging.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Link {
    /// A file.
    File(FileId),
    /// A package's own file, if any, and the file of the submodule that bears the imported name.
    Submodule(Option<FileId>, FileId),
    /// An external API, by dotted path.
    External(String),
    /// Not resolved.
    Unresolved,
}

impl Program {
    /// Merges modules in the order given. `links` holds one target for each import of each module.
    pub fn new(modules: Vec<(Module, Vec<Link>)>) -> Self {
        let mut program = Self::default();
        for (index, (module, _)) in modules.iter().enumerate() {
            program
                .by_file
                .insert(module.file, ModuleId::from_index(index));
        }
        for (module, links) in modules {
            program.add(module, links);
        }
        program
    }

    fn add(&mut self, module: Module, links: Vec<Link>) {
        let id = self.modules.next_id();
        let (first_function, first_class) = (self.functions.next_id(), self.classes.next_id());
        let map: Vec<Sym> = module
            .symbols
            .iter()
            .map(|text| self.symbols.intern(text))
            .collect();
        let sym = |s: Sym| map.get(s.0 as usize).copied().unwrap_or(s);
        let function_at = |f: FunctionIndex| FnId::from_index(first_function.index() + f.index());
        let imports = module
            .imports
            .iter()
            .enumerate()
            .map(|(at, import)| {
                let target = match links.get(at) {
                    Some(Link::File(file)) => self
                        .by_file
                        .get(file)
                        .map_or(Target::Unresolved, |m| Target::Module(*m)),
                    Some(Link::Submodule(package, file)) => match self.by_file.get(file) {
                        Some(module) => Target::Submodule(
                            package.and_then(|p| self.by_file.get(&p).copied()),
                            *module,
                        ),
                        None => Target::Unresolved,
                    },
                    Some(Link::External(path)) => Target::External(self.symbols.intern(path)),
                    _ => Target::Unresolved,
                };
                let what = match import.what {
                    Imported::Name(name) => Imported::Name(sym(name)),
                    other => other,
                };
                Bound {
                    target,
                    what,
                    span: import.span,
                }
            })
            .collect();
        let mut globals: FxHashMap<Sym, Vec<(FnId, ValueId)>> = FxHashMap::default();
        let mut made: FxHashMap<FunctionIndex, (FnId, Vec<ValueId>)> = FxHashMap::default();
        let mut functions = module.functions;
        let classes = module.classes;
        for (index, function) in functions.iter_mut().enumerate() {
            let fn_id = FnId::from_index(first_function.index() + index);
            remap(function, &sym);
            for (value, instr) in function.instrs.enumerate() {
                match &instr.op {
                    Op::SetGlobal(name, v) => globals.entry(*name).or_default().push((fn_id, *v)),
                    Op::Closure(inner, captured) => {
                        made.entry(*inner)
                            .or_insert_with(|| (fn_id, captured.clone()));
                    }
                    _ => {}
                }
                let _ = value;
            }
        }
        for (index, function) in functions.iter().enumerate() {
            let (stores, puts) = effects(function);
            self.functions.push(ProgramFunction {
                module: id,
                ir: function.clone(),
                made: made.remove(&FunctionIndex::from_index(index)),
                stores,
                puts,
                objects: objects(function),
            });
        }
        for class in classes.iter() {
            let mut ir = class.clone();
            ir.name = sym(ir.name);
            for member in &mut ir.members {
                member.name = sym(member.name);
            }
            let defined_in = function_at(ir.defined_in);
            self.classes.push(ProgramClass {
                module: id,
                ir,
                defined_in,
                fields: FxHashMap::default(),
            });
        }
        self.modules.push(ProgramModule {
            file: module.file,
            language: module.language,
            first_function,
            functions: functions.len(),
            first_class,
            imports,
            globals,
            attached: FxHashMap::default(),
        });
        self.collect_fields(id);
        self.collect_attached(id);
    }

    /// Stores to fields of `self`/`this` in methods, per class.
    fn collect_fields(&mut self, module: ModuleId) {
        use crate::ir::FunctionKind;
        let (first, count) = (
            self.modules[module].first_function.index(),
            self.modules[module].functions,
        );
        for index in first..first + count {
            let id = FnId::from_index(index);
            let FunctionKind::Method(class) = self.functions[id].ir.kind else {
                continue;
            };
            let class = self.class_of(module, class);
            let this = ValueId::from_index(0);
            let stores = self.functions[id]
                .stores
                .get(&this)
                .cloned()
                .unwrap_or_default();
            if self.classes.get(class).is_none() {
                continue;
            }
            for (key, value) in stores {
                self.classes[class]
                    .fields
                    .entry(key)
                    .or_default()
                    .push((id, value));
            }
        }
    }

    /// `F.helper = …`, `C.instance = …`: stores on functions and classes, by their names.
    fn collect_attached(&mut self, module: ModuleId) {
        let m = &self.modules[module];
        let (first, count) = (m.first_function.index(), m.functions);
        let mut attached: FxHashMap<(Sym, Sym), Vec<(FnId, ValueId)>> = FxHashMap::default();
        for index in first..first + count {
            let id = FnId::from_index(index);
            let mut bases: Vec<ValueId> = self.functions[id].stores.keys().copied().collect();
            bases.sort_unstable();
            for base in bases {
                let name = match self.op(id, base) {
                    Op::Global(name) => *name,
                    Op::Class(class) => self.classes[self.class_of(module, *class)].ir.name,
                    Op::Closure(inner, _) => {
                        self.functions[self.function_of(module, *inner)].ir.name
                    }
                    _ => continue,
                };
                for (key, value) in self.functions[id].stores.get(&base).into_iter().flatten() {
                    attached.entry((name, *key)).or_default().push((id, *value));
                }
            }
        }
        self.modules[module].attached = attached;
    }

    /// The function of a module by its index there.
    pub fn function_of(&self, module: ModuleId, index: FunctionIndex) -> FnId {
        FnId::from_index(self.modules[module].first_function.index() + index.index())
    }

    /// The class of a module by its index there.
    pub fn class_of(&self, module: ModuleId, index: ClassIndex) -> ClassId {
        ClassId::from_index(self.modules[module].first_class.index() + index.index())
    }

    /// The top level of a module.
    pub fn top_level(&self, module: ModuleId) -> FnId {
        self.modules[module].first_function
    }

    /// The operation of a value.
    pub fn op(&self, function: FnId, value: ValueId) -> &Op {
        static NOP: Op = Op::Nop;
        self.functions[function]
            .ir
            .instrs
            .get(value)
            .map_or(&NOP, |i| &i.op)
    }

    /// The value behind refinements and awaits.
    pub fn object(&self, function: FnId, value: ValueId) -> ValueId {
        let objects = &self.functions[function].objects;
        objects.get(value.index()).copied().unwrap_or(value)
    }

    /// The bytes of a value's instruction.
    pub fn span(&self, function: FnId, value: ValueId) -> Span {
        let f = &self.functions[function];
        let (start, end) =
            f.ir.instrs
                .get(value)
                .map_or((0, 0), |i: &Instr| (i.start, i.end));
        Span {
            file: self.modules[f.module].file,
            start,
            end,
        }
    }

    /// The text of a symbol.
    pub fn text(&self, sym: Sym) -> &str {
        self.symbols.text(sym)
    }

    /// The language of a function.
    pub fn language(&self, function: FnId) -> Language {
        self.modules[self.functions[function].module].language
    }
}

/// Per value the one behind refinements and awaits; these come after what they are made of.
fn objects(function: &Function) -> Vec<ValueId> {
    let mut objects: Vec<ValueId> = Vec::with_capacity(function.instrs.len());
    for (value, instr) in function.instrs.enumerate() {
        objects.push(match &instr.op {
            Op::Refine(inner, _, _) | Op::Await(inner) => {
                objects.get(inner.index()).copied().unwrap_or(*inner)
            }
            _ => value,
        });
    }
    objects
}

type Stores = FxHashMap<ValueId, Vec<(Sym, ValueId)>>;
type Puts = FxHashMap<ValueId, Vec<ValueId>>;

/// Stores and puts per object.
fn effects(function: &Function) -> (Stores, Puts) {
    let object = |mut value: ValueId| {
        while let Some(Op::Refine(inner, _, _) | Op::Await(inner)) =
            function.instrs.get(value).map(|i| &i.op)
        {
            value = *inner;
        }
        value
    };
    let (mut stores, mut puts) = (Stores::default(), Puts::default());
    for instr in function.instrs.iter() {
        match &instr.op {
            Op::Store(base, key, value) => stores
                .entry(object(*base))
                .or_default()
                .push((*key, *value)),
            Op::Put(base, _, value) => puts.entry(object(*base)).or_default().push(*value),
            _ => {}
        }
    }
    (stores, puts)
}

fn remap(function: &mut Function, sym: &dyn Fn(Sym) -> Sym) {
    function.name = sym(function.name);
    function.entry = function.entry.map(sym);
    for param in &mut function.params {
        param.name = sym(param.name);
        param.annotation = param.annotation.map(sym);
    }
    for capture in &mut function.captures {
        *capture = sym(*capture);
    }
    for instr in function.instrs.iter_mut() {
        match &mut instr.op {
            Op::Const(Const::Text(s) | Const::Number(s))
            | Op::Global(s)
            | Op::SetGlobal(s, _)
            | Op::Load(_, s)
            | Op::Store(_, s, _) => *s = sym(*s),
            Op::Const(Const::Regex(a, b)) => {
                *a = sym(*a);
                *b = sym(*b);
            }
            Op::Record(parts) => parts.iter_mut().for_each(|(key, _)| *key = key.map(sym)),
            Op::Rest(_, keys) => keys.iter_mut().for_each(|k| *k = sym(*k)),
            Op::Call(call) => call.args.iter_mut().for_each(|a| {
                if let Passing::Named(name) = &mut a.passing {
                    *name = sym(*name);
                }
            }),
            _ => {}
        }
    }
}
