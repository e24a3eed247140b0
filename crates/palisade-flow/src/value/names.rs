//! What names mean: parameters, captures, globals, imports, exports.

use super::VALUES_MAX;
use super::Values;
use super::{API_STEPS_MAX, InstId, Slot, Val, Vals};
use crate::ir::{FunctionKind, Imported, Language, Op, Sym};
use crate::program::{FnId, ModuleId, Target};
use std::rc::Rc;

impl<'p> Values<'p> {
    pub(super) fn param(&mut self, inst: InstId, at: u16) -> Vec<Val> {
        let instance = &self.instances[inst];
        if let Some((_, known)) = instance
            .context
            .iter()
            .find(|(slot, _)| *slot == Slot::Param(at))
        {
            return known.to_vec();
        }
        let function = &self.program.functions[instance.function];
        match function.ir.kind {
            FunctionKind::Method(class) if at == 0 => {
                return vec![Val::Instance(self.program.class_of(function.module, class))];
            }
            FunctionKind::ClassMethod(class) if at == 0 => {
                return vec![Val::Class(self.program.class_of(function.module, class))];
            }
            _ => {}
        }
        let mut all = vec![Val::Param(at)];
        if let Some(annotation) = function
            .ir
            .params
            .get(usize::from(at))
            .and_then(|p| p.annotation)
        {
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

    /// The type a declared name means: a class of the program or a library type.
    pub(super) fn annotated(&mut self, module: ModuleId, name: Sym) -> Vec<Val> {
        let text = self.program.text(name).to_owned();
        // A front end that resolved the name gives the module with it: `@aws-sdk/client-s3.S3Client`.
        let function = self.program.top_level(module);
        let known = self.library(function).and_then(|l| {
            l.type_of(&format!("new {text}()"))
                .or_else(|| l.type_of(&format!("{text}()")))
        });
        if let Some(of) = known.map(str::to_owned) {
            return vec![Val::Typed(self.words.intern(&of))];
        }
        let mut parts = text.split('.');
        let Some(first) = parts.next().and_then(|p| self.program.symbols.find(p)) else {
            return Vec::new();
        };
        let function = self.program.top_level(module);
        let mut values = self.global(module, first, 0);
        for part in parts {
            let Some(key) = self.program.symbols.find(part) else {
                return Vec::new();
            };
            values = values
                .iter()
                .flat_map(|v| self.member(function, v, key))
                .collect();
        }
        let library = self.library(function);
        values
            .into_iter()
            .filter_map(|v| match v {
                Val::Class(class) => Some(Val::Instance(class)),
                Val::Api(path) => {
                    let path = self.words.text(path);
                    let of = library.and_then(|l| {
                        l.type_of(&format!("{path}()"))
                            .or_else(|| l.type_of(&format!("new {path}()")))
                    });
                    of.map(str::to_owned)
                        .map(|of| Val::Typed(self.words.intern(&of)))
                }
                _ => None,
            })
            .collect()
    }

    pub(super) fn capture(&mut self, inst: InstId, at: u16) -> Vec<Val> {
        let instance = &self.instances[inst];
        if let Some((_, known)) = instance
            .context
            .iter()
            .find(|(slot, _)| *slot == Slot::Capture(at))
        {
            return known.to_vec();
        }
        let (function, made_in) = (instance.function, instance.made_in);
        let Some((outer, captured)) = &self.program.functions[function].made else {
            return vec![Val::Any];
        };
        let outer_inst = made_in.unwrap_or_else(|| self.plain(*outer));
        match captured.get(usize::from(at)) {
            Some(value) => self
                .value(outer_inst, *value)
                .iter()
                .map(|v| v.clone().from_outside())
                .collect(),
            None => vec![Val::Any],
        }
    }

    /// A module-level name; then star imports; then a built-in.
    pub(super) fn global(&mut self, module: ModuleId, name: Sym, depth: u8) -> Vec<Val> {
        let program = self.program;
        let m = &program.modules[module];
        if let Some(set) = m.globals.get(&name) {
            let mut all = Vec::new();
            for (function, value) in set {
                let inst = self.plain(*function);
                all.extend(
                    self.value(inst, *value)
                        .iter()
                        .filter(|v| !matches!(v, Val::Param(_) | Val::EnvOf(_)))
                        .cloned(),
                );
            }
            return all;
        }
        if let Some(star) = program
            .symbols
            .find("*")
            .and_then(|star| m.globals.get(&star))
            && depth < 4
        {
            for (function, value) in star {
                if let Op::Import(index) = program.op(*function, program.object(*function, *value))
                    && let Some(bound) = m.imports.get(*index as usize)
                {
                    match bound.target {
                        Target::Module(other)
                            if program.modules[other].globals.contains_key(&name) =>
                        {
                            return self.global(other, name, depth + 1);
                        }
                        _ => {}
                    }
                }
            }
        }
        vec![Val::Api(name)]
    }

    pub(super) fn import(&mut self, module: ModuleId, index: u32) -> Vec<Val> {
        let program = self.program;
        let Some(bound) = program.modules[module].imports.get(index as usize) else {
            return vec![Val::Any];
        };
        let (target, what) = (bound.target.clone(), bound.what);
        match (target, what) {
            (Target::Unresolved, _) => vec![Val::Any],
            (Target::External(path), Imported::Module | Imported::Default) => self.api(path),
            (Target::External(path), Imported::Name(name)) => {
                let top = program.top_level(module);
                self.member(top, &Val::Api(path), name)
            }
            (Target::Submodule(package, submodule), Imported::Name(name)) => match package {
                Some(package) if program.modules[package].globals.contains_key(&name) => {
                    self.global(package, name, 0)
                }
                _ => vec![Val::Module(submodule)],
            },
            (Target::Submodule(_, module) | Target::Module(module), Imported::Module) => {
                self.whole_module(module)
            }
            (Target::Module(other), Imported::Name(name)) => {
                let top = program.top_level(other);
                let whole = self.whole_module(other);
                whole
                    .iter()
                    .flat_map(|v| self.member(top, v, name))
                    .collect()
            }
            (Target::Submodule(_, other) | Target::Module(other), Imported::Default) => {
                let whole = self.whole_module(other);
                let Some(key) = program.symbols.find("default") else {
                    return whole;
                };
                let top = program.top_level(other);
                let named: Vec<Val> = whole
                    .iter()
                    .flat_map(|v| self.member(top, v, key))
                    .filter(|v| *v != Val::Any)
                    .collect();
                if named.is_empty() { whole } else { named }
            }
        }
    }

    /// A module as a value: of JavaScript its export record.
    pub(super) fn whole_module(&mut self, module: ModuleId) -> Vec<Val> {
        if self.program.modules[module].language == Language::JavaScript
            && let Some(exports) = self.program.symbols.find("exports")
            && self.program.modules[module].globals.contains_key(&exports)
        {
            let mut all = self.global(module, exports, 0);
            // `module.exports = …` replaces the record every module begins with.
            if all.len() > 1 {
                all.retain(|v| !self.is_unfilled(v));
            }
            return all;
        }
        vec![Val::Module(module)]
    }

    /// Whether a value is an empty record of the program that nothing is stored in.
    fn is_unfilled(&self, value: &Val) -> bool {
        let Val::Built(inst, at) = value else {
            return false;
        };
        let function = self.function(*inst);
        matches!(self.program.op(function, *at), Op::Record(parts) if parts.is_empty())
            && !self.program.functions[function].stores.contains_key(at)
            && !self.program.functions[function].puts.contains_key(at)
    }

    /// What a module exports under a name.
    pub fn export(&mut self, module: ModuleId, name: &str) -> Vals {
        let top = self.program.top_level(module);
        let mut values = self.whole_module(module);
        for part in name.split('.') {
            let Some(key) = self.program.symbols.find(part) else {
                return Rc::from(Vec::new());
            };
            values = values
                .iter()
                .flat_map(|v| self.member(top, v, key))
                .collect();
        }
        self.set(values)
    }

    pub(super) fn api(&mut self, path: Sym) -> Vec<Val> {
        vec![Val::Api(path)]
    }

    /// The path of an API member or call, typed where a row types it.
    pub(super) fn api_path(&mut self, function: FnId, path: String) -> Val {
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

    pub(super) fn global_or_import(&mut self, module: ModuleId, key: Sym) -> Vec<Val> {
        let found = self.global(module, key, 0);
        match found.as_slice() {
            [Val::Api(name)] if *name == key => vec![Val::Any],
            _ => found,
        }
    }
}
