//! What parts of values are: members of modules, records, classes and APIs; elements of collections.

use super::Values;
use super::{BASES_MAX, DEPTH_MAX, InstId, Val};
use crate::ir::{MemberKind, Op, Passing, Sym, ValueId};
use crate::program::{ClassId, FnId, ModuleId};

impl<'p> Values<'p> {
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
                        self.constructions
                            .entry(*class)
                            .or_default()
                            .push((inst, value));
                    }
                }
            }
        }
        self.memo.clear();
        self.returns.clear();
    }

    /// What a parameter of a constructor is over all constructions of a class; what nobody shows is `Any`.
    pub(super) fn constructed_with(
        &mut self,
        class: ClassId,
        constructor: FnId,
        at: u16,
    ) -> Vec<Val> {
        let mut all = self.handed_to_constructor(class, constructor, at);
        all.retain(Val::steers);
        if all.is_empty() { vec![Val::Any] } else { all }
    }

    /// All that a parameter of a constructor is over all constructions of a class.
    pub(crate) fn handed_to_constructor(
        &mut self,
        class: ClassId,
        constructor: FnId,
        at: u16,
    ) -> Vec<Val> {
        let Some(position) = usize::from(at).checked_sub(1) else {
            return vec![Val::Instance(class)];
        };
        let name = self.program.functions[constructor]
            .ir
            .params
            .get(usize::from(at))
            .map(|p| p.name);
        let mut all = Vec::new();
        for (inst, value) in self.constructions.get(&class).cloned().unwrap_or_default() {
            let Op::Call(call) = self.program.op(self.function(inst), value) else {
                continue;
            };
            let named = call
                .args
                .iter()
                .find(|a| matches!(a.passing, Passing::Named(n) if Some(n) == name))
                .map(|a| a.value);
            let Some(handed) = self.argument(call, position, 0).or(named) else {
                continue;
            };
            let vals = self.value(inst, handed);
            all.extend(vals.iter().map(|v| v.clone().from_outside()));
        }
        all
    }

    /// `value.key`.
    pub fn member(&mut self, function: FnId, value: &Val, key: Sym) -> Vec<Val> {
        // Modules may export each other in a circle.
        if self.depth >= DEPTH_MAX {
            return vec![Val::Any];
        }
        self.depth += 1;
        let found = self.part(function, value, key);
        self.depth -= 1;
        found
    }

    fn part(&mut self, function: FnId, value: &Val, key: Sym) -> Vec<Val> {
        let name = self.words.text(key).to_owned();
        match value {
            Val::Module(module) => self.global_or_import(*module, key),
            Val::Built(inst, at) => self.field(*inst, *at, key, 0),
            Val::Instance(class) => self.instance_member(*class, key, 0),
            Val::Class(class) => self.class_member(*class, key, 0),
            Val::Api(path) => {
                let path = self.words.text(*path).to_owned();
                match path.as_str() {
                    _ if is_environment(&path) => vec![Val::Env(key)],
                    _ => vec![self.api_path(function, format!("{path}.{name}"))],
                }
            }
            Val::Typed(of) => {
                let of = self.words.text(*of).to_owned();
                vec![self.api_path(function, format!("[{of}].{name}"))]
            }
            Val::Fn(f, inst) if matches!(name.as_str(), "bind" | "call" | "apply") => {
                vec![Val::Fn(*f, *inst)]
            }
            Val::Fn(f, _) => {
                let function = &self.program.functions[*f];
                let attached = self.attached(function.module, function.ir.name, key);
                if attached.is_empty() {
                    vec![Val::Any]
                } else {
                    attached
                }
            }
            _ => vec![Val::Any],
        }
    }

    pub(super) fn is_environment(&self, path: Sym) -> bool {
        is_environment(self.words.text(path))
    }

    /// The environment variables that a value names.
    pub(crate) fn variables(&mut self, inst: InstId, name: ValueId) -> Vec<Val> {
        let names = self.value(inst, name);
        names.iter().map(variable).collect()
    }

    /// What the program stores under a key of a module-level function or class.
    fn attached(&mut self, module: ModuleId, name: Sym, key: Sym) -> Vec<Val> {
        let program = self.program;
        let stores = program.modules[module].attached.get(&(name, key));
        let mut all = Vec::new();
        for (function, value) in stores.into_iter().flatten() {
            let inst = self.plain(*function);
            let values = self.value(inst, *value);
            all.extend(values.iter().map(|v| v.clone().from_outside()));
        }
        all
    }

    /// The field of a record made by the program.
    pub(super) fn field(&mut self, inst: InstId, at: ValueId, key: Sym, depth: u8) -> Vec<Val> {
        // Export records may spread each other in a circle: who is asked already adds nothing.
        if !self.busy_fields.insert((inst, at, key)) {
            return vec![Val::Any];
        }
        let found = self.field_of(inst, at, key, depth);
        self.busy_fields.remove(&(inst, at, key));
        found
    }

    fn field_of(&mut self, inst: InstId, at: ValueId, key: Sym, depth: u8) -> Vec<Val> {
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
                                    Val::Built(i, v) => all.extend(
                                        self.field(*i, *v, key, depth + 1)
                                            .into_iter()
                                            .filter(|v| *v != Val::Any),
                                    ),
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
                        all.extend(
                            self.member(function, &star, key)
                                .into_iter()
                                .filter(|v| *v != Val::Any),
                        );
                    }
                }
            }
        }
        // Module-level records get fields from functions, too (`exports.a = …` inside one).
        if all.is_empty() { vec![Val::Any] } else { all }
    }

    pub(crate) fn class_and_bases(&mut self, class: ClassId) -> Vec<ClassId> {
        let mut order = vec![class];
        let mut at = 0;
        while let Some(current) = order.get(at).copied() {
            let c = &self.program.classes[current];
            let (inst, bases) = (self.plain(c.defined_in), c.ir.bases.clone());
            for base in bases {
                for val in self.value(inst, base).iter() {
                    if let Val::Class(base) = val
                        && !order.contains(base)
                        && order.len() < BASES_MAX
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

    pub(super) fn instance_member(&mut self, class: ClassId, key: Sym, depth: u8) -> Vec<Val> {
        if depth > 4 {
            return vec![Val::Any];
        }
        let of = class;
        for class in self.class_and_bases(class) {
            let c = &self.program.classes[class];
            let inst = self.plain(c.defined_in);
            let members: Vec<(MemberKind, ValueId)> =
                c.ir.members
                    .iter()
                    .filter(|m| m.name == key)
                    .map(|m| (m.kind, m.value))
                    .collect();
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
                let constructor = matches!(
                    self.program.text(self.program.functions[function].ir.name),
                    "__init__" | "constructor"
                );
                for val in self.value(inst, value).to_vec() {
                    match val {
                        Val::Param(at) if constructor => {
                            all.extend(self.constructed_with(of, function, at))
                        }
                        other => all.push(other.from_outside()),
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
            let of = self
                .library(function)
                .and_then(|l| l.type_of(&format!("{base}()")))
                .map(str::to_owned);
            if let Some(of) = of {
                return vec![self.api_path(function, format!("[{of}].{name}"))];
            }
        }
        vec![Val::Any]
    }

    pub(super) fn class_member(&mut self, class: ClassId, key: Sym, depth: u8) -> Vec<Val> {
        if depth > 4 {
            return vec![Val::Any];
        }
        for class in self.class_and_bases(class) {
            let c = &self.program.classes[class];
            let inst = self.plain(c.defined_in);
            let members: Vec<ValueId> =
                c.ir.members
                    .iter()
                    .filter(|m| m.name == key)
                    .map(|m| m.value)
                    .collect();
            if !members.is_empty() {
                return members
                    .into_iter()
                    .flat_map(|v| self.value(inst, v).to_vec())
                    .collect();
            }
            let named = (c.module, c.ir.name);
            let attached = self.attached(named.0, named.1, key);
            if !attached.is_empty() {
                return attached;
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
                c.ir.members
                    .iter()
                    .filter(|m| matches!(self.program.text(m.name), "__init__" | "constructor"))
                    .map(|m| m.value)
                    .collect();
            for value in members {
                if let Some(Val::Fn(f, _)) = self
                    .value(inst, value)
                    .iter()
                    .find(|v| matches!(v, Val::Fn(..)))
                {
                    return Some(*f);
                }
            }
        }
        None
    }

    /// The function that answers when a property of an instance is read.
    pub fn getter(&mut self, class: ClassId, key: Sym) -> Option<FnId> {
        for class in self.class_and_bases(class) {
            let c = &self.program.classes[class];
            let inst = self.plain(c.defined_in);
            let members =
                c.ir.members
                    .iter()
                    .filter(|m| m.name == key && m.kind == MemberKind::Getter);
            for value in members.map(|m| m.value).collect::<Vec<_>>() {
                if let Some(Val::Fn(f, _)) = self
                    .value(inst, value)
                    .iter()
                    .find(|v| matches!(v, Val::Fn(..)))
                {
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
        for value in f
            .stores
            .get(at)
            .into_iter()
            .flatten()
            .map(|(_, v)| *v)
            .chain(f.puts.get(at).into_iter().flatten().copied())
        {
            all.extend(self.value(*inst, value).to_vec());
        }
        if all.is_empty() { vec![Val::Any] } else { all }
    }

    /// The constant texts a collection made by the program holds (keys of a record, elements of a list); `None` where
    /// anything else may be in it.
    pub fn constants_of(&mut self, value: &Val) -> Option<Vec<String>> {
        let Val::Built(inst, at) = value else {
            return None;
        };
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
                            Val::Text(s) | Val::Number(s) if !*spread => {
                                texts.push(self.words.text(s).to_owned())
                            }
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
}

fn is_environment(path: &str) -> bool {
    matches!(path, "os.environ" | "process.env")
}

/// The environment variable of a name.
pub(super) fn variable(name: &Val) -> Val {
    match name {
        Val::Text(name) => Val::Env(*name),
        Val::Param(at) => Val::EnvOf(*at),
        _ => Val::Any,
    }
}
