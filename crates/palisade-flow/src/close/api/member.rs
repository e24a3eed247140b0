//! Members and elements of what values can be; modules, instances, records.

use std::rc::Rc;

use super::{At, DEPTH_MAX, Node, Seen, Tracer};
use crate::ir::{Imported, Language, MemberKind, Op};
use crate::program::{ClassId, FnId, ModuleId, Target};
use crate::value::Val;

/// How long paths into a library get.
const NODES_MAX: usize = 12;
/// How long paths into an event get.
const STEPS_MAX: usize = 16;

impl Tracer<'_, '_> {
    /// `base.key`.
    pub(super) fn members(&mut self, base: At, key: &str) -> Vec<Seen> {
        let bases = self.see(base);
        let mut all = Vec::new();
        for base in bases.iter() {
            all.extend(self.member(base, key));
        }
        all
    }

    /// A member of one thing; objects made from each other in a circle come to an end.
    pub(super) fn member(&mut self, base: &Seen, key: &str) -> Vec<Seen> {
        if self.fuel == 0 || self.depth >= DEPTH_MAX {
            return vec![Seen::Unknown];
        }
        self.fuel -= 1;
        self.depth += 1;
        let found = self.member_of(base, key);
        self.depth -= 1;
        found
    }

    fn member_of(&mut self, base: &Seen, key: &str) -> Vec<Seen> {
        match base {
            Seen::Event(path) if path.len() < STEPS_MAX => {
                let mut longer = path.clone();
                let number = key.bytes().all(|b| b.is_ascii_digit());
                longer.push(if number {
                    "*".to_owned()
                } else {
                    key.to_owned()
                });
                vec![Seen::Event(longer)]
            }
            Seen::Sdk(node) if node.depth() < NODES_MAX => {
                vec![Seen::Sdk(Rc::new(Node::Member(
                    node.clone(),
                    key.to_owned(),
                )))]
            }
            Seen::Object(at) => self.field(*at, key),
            Seen::Module(module) => self.of_module(*module, key),
            Seen::Instance(class, made) => self.of_instance(*class, *made, key),
            Seen::Class(class) => self.of_class(*class, key),
            Seen::Nothing => Vec::new(),
            _ => vec![Seen::Unknown],
        }
    }

    /// `base[key]` with a key that is computed.
    pub(super) fn indexed(&mut self, base: At, key: At) -> Vec<Seen> {
        let keys = self.see(key);
        let literal = |seen: &Seen| match seen {
            Seen::Text(text) => text.literal().map(str::to_owned),
            _ => None,
        };
        let known: Option<Vec<String>> = keys.iter().map(literal).collect();
        let names = known.filter(|names| !names.is_empty());
        if let (Some((inst, _)), Some(names)) = (self.place(base), &names) {
            let vals = self.solver.values.value(inst, base.value);
            let is_environment = vals.iter().any(|val| {
                matches!(val, Val::Api(path)
                    if matches!(self.solver.values.word(*path), "os.environ" | "process.env"))
            });
            if is_environment {
                return names.iter().flat_map(|n| self.environment(n)).collect();
            }
        }
        let bases = self.see(base);
        let mut all = Vec::new();
        for base in bases.iter() {
            match (&names, base) {
                (Some(names), base) => {
                    for name in names {
                        all.extend(self.member(base, name));
                    }
                }
                // A method of a library that nobody knows.
                (None, Seen::Sdk(_)) => all.push(Seen::Unknown),
                (None, base) => all.extend(self.elements(base)),
            }
        }
        all
    }

    /// The elements of a collection; lists spread into each other in a circle come to an end.
    pub(super) fn elements(&mut self, base: &Seen) -> Vec<Seen> {
        if self.fuel == 0 || self.depth >= DEPTH_MAX {
            return vec![Seen::Unknown];
        }
        self.fuel -= 1;
        self.depth += 1;
        let found = self.elements_of(base);
        self.depth -= 1;
        found
    }

    fn elements_of(&mut self, base: &Seen) -> Vec<Seen> {
        match base {
            Seen::Event(path) if path.len() < STEPS_MAX => {
                let mut longer = path.clone();
                longer.push("*".to_owned());
                vec![Seen::Event(longer)]
            }
            Seen::Sdk(node) if node.depth() < NODES_MAX => {
                vec![Seen::Sdk(Rc::new(Node::Element(node.clone())))]
            }
            Seen::Object(at) => {
                let Some((_, function)) = self.place(*at) else {
                    return vec![Seen::Unknown];
                };
                let program = self.solver.program;
                let here = |value| At {
                    frame: at.frame,
                    value,
                };
                let mut all = Vec::new();
                match program.op(function, at.value) {
                    Op::List(parts) => {
                        for (part, spread) in parts {
                            let seen = self.see(here(*part));
                            if *spread {
                                for list in seen.iter() {
                                    all.extend(self.elements(list));
                                }
                            } else {
                                all.extend(seen.iter().cloned());
                            }
                        }
                    }
                    Op::Record(parts) => {
                        for (_, part) in parts {
                            all.extend(self.see(here(*part)).iter().cloned());
                        }
                    }
                    _ => {}
                }
                let f = &program.functions[function];
                let stored = f
                    .stores
                    .get(&at.value)
                    .into_iter()
                    .flatten()
                    .map(|(_, v)| *v);
                let put = f.puts.get(&at.value).into_iter().flatten().copied();
                let appended = appended(program, function, at.value);
                let more: Vec<_> = stored.chain(put).chain(appended).collect();
                for value in more {
                    all.extend(self.see(here(value)).iter().cloned());
                }
                all
            }
            Seen::Nothing => Vec::new(),
            _ => vec![Seen::Unknown],
        }
    }

    /// A field of a record, or an element of a list by number.
    fn field(&mut self, at: At, key: &str) -> Vec<Seen> {
        let Some((_, function)) = self.place(at) else {
            return vec![Seen::Unknown];
        };
        let program = self.solver.program;
        let here = |value| At {
            frame: at.frame,
            value,
        };
        let mut all = Vec::new();
        match program.op(function, at.value) {
            Op::Record(parts) => {
                for (name, part) in parts {
                    match name {
                        Some(name) if program.text(*name) == key => {
                            all.extend(self.see(here(*part)).iter().cloned());
                        }
                        Some(_) => {}
                        None => all.extend(self.members(here(*part), key)),
                    }
                }
            }
            Op::List(parts) => {
                let part = key.parse::<usize>().ok().and_then(|at| parts.get(at));
                match part {
                    Some((part, false)) => all.extend(self.see(here(*part)).iter().cloned()),
                    _ => all.extend(self.elements(&Seen::Object(at))),
                }
            }
            _ => {}
        }
        let stores = program.functions[function].stores.get(&at.value);
        for (name, value) in stores.into_iter().flatten() {
            match program.text(*name) {
                name if name == key => all.extend(self.see(here(*value)).iter().cloned()),
                // `export * from …` hands all names on.
                "*" => all.extend(self.members(here(*value), key)),
                _ => {}
            }
        }
        // Under a computed key there may be anything.
        for (name, value) in puts(program, function, at.value) {
            let names = self.see(here(name));
            let fits = names.iter().any(|n| match n {
                Seen::Text(text) => text.literal().is_none_or(|t| t == key),
                _ => true,
            });
            if fits {
                all.extend(self.see(here(value)).iter().cloned());
            }
        }
        all
    }

    /// A name of a module.
    fn of_module(&mut self, module: ModuleId, key: &str) -> Vec<Seen> {
        let program = self.solver.program;
        let Some(key) = program.symbols.find(key) else {
            return vec![Seen::Unknown];
        };
        let set = program.modules[module].globals.get(&key).cloned();
        let mut all = Vec::new();
        for (function, value) in set.unwrap_or_default() {
            let at = self.plain_at(function, value);
            all.extend(self.see(at).iter().cloned());
        }
        all
    }

    /// A module as a value: of JavaScript what it exports.
    fn whole_module(&mut self, module: ModuleId) -> Vec<Seen> {
        let program = self.solver.program;
        let m = &program.modules[module];
        if m.language == Language::JavaScript
            && let Some(exports) = program.symbols.find("exports")
            && let Some(set) = m.globals.get(&exports).cloned()
        {
            let mut all = Vec::new();
            let several = set.len() > 1;
            for (function, value) in set {
                let empty = matches!(program.op(function, value), Op::Record(parts) if parts.is_empty())
                    && !program.functions[function].stores.contains_key(&value);
                // `module.exports = …` replaces the record every module begins with.
                if several && empty {
                    continue;
                }
                let at = self.plain_at(function, value);
                all.extend(self.see(at).iter().cloned());
            }
            return all;
        }
        vec![Seen::Module(module)]
    }

    /// What an import gives.
    pub(super) fn import(&mut self, module: ModuleId, index: u32) -> Vec<Seen> {
        let program = self.solver.program;
        let Some(bound) = program.modules[module].imports.get(index as usize) else {
            return vec![Seen::Unknown];
        };
        match (&bound.target, bound.what) {
            (Target::Submodule(package, sub), Imported::Name(name)) => match package {
                Some(package) if program.modules[*package].globals.contains_key(&name) => {
                    self.of_module(*package, program.text(name))
                }
                _ => self.whole_module(*sub),
            },
            (Target::Module(other) | Target::Submodule(_, other), what) => {
                let whole = self.whole_module(*other);
                let name = match what {
                    Imported::Module => return whole,
                    Imported::Name(name) => program.text(name),
                    Imported::Default => "default",
                };
                let mut all = Vec::new();
                for one in &whole {
                    all.extend(self.member(one, name));
                }
                all.retain(|seen| *seen != Seen::Unknown);
                if all.is_empty() && what == Imported::Default {
                    return whole;
                }
                all
            }
            _ => vec![Seen::Unknown],
        }
    }

    /// A field of an instance.
    fn of_instance(&mut self, class: ClassId, made: Option<At>, key: &str) -> Vec<Seen> {
        let program = self.solver.program;
        let Some(key) = program.symbols.find(key) else {
            return vec![Seen::Unknown];
        };
        let constructor = self.solver.values.constructor(class);
        let mut all = Vec::new();
        for class in self.solver.values.class_and_bases(class) {
            let c = &program.classes[class];
            for member in c.ir.members.iter().filter(|m| m.name == key) {
                match member.kind {
                    MemberKind::Attribute => {
                        let at = self.plain_at(c.defined_in, member.value);
                        all.extend(self.see(at).iter().cloned());
                    }
                    MemberKind::Getter => {
                        let inst = self.solver.values.plain(c.defined_in);
                        for val in self.solver.values.value(inst, member.value).to_vec() {
                            if let Val::Fn(f, _) = val {
                                all.extend(self.returned_plainly(f));
                            }
                        }
                    }
                    _ => {}
                }
            }
            for (function, value) in c.fields.get(&key).cloned().unwrap_or_default() {
                let at = match made {
                    Some(made) if constructor == Some(function) => {
                        self.constructed(made, function, value)
                    }
                    _ => self.plain_at(function, value),
                };
                all.extend(self.see(at).iter().cloned());
            }
            if !all.is_empty() {
                return all;
            }
        }
        if all.is_empty() {
            vec![Seen::Unknown]
        } else {
            all
        }
    }

    /// A value of a constructor under the call that runs it.
    fn constructed(&mut self, made: At, function: FnId, value: crate::ir::ValueId) -> At {
        let place = self.place(made).map(|(inst, _)| (inst, made.value));
        let callees = place.and_then(|place| self.callees.get(&place));
        let callee = callees
            .into_iter()
            .flat_map(|c| c.iter())
            .find(|c| self.solver.values.function(c.inst) == function)
            .copied();
        match callee {
            Some(callee) => {
                let frame = self.frames.child(made.frame, made.value, callee.inst, 1);
                At { frame, value }
            }
            None => self.plain_at(function, value),
        }
    }

    fn of_class(&mut self, class: ClassId, key: &str) -> Vec<Seen> {
        let program = self.solver.program;
        let Some(key) = program.symbols.find(key) else {
            return vec![Seen::Unknown];
        };
        let mut all = Vec::new();
        for class in self.solver.values.class_and_bases(class) {
            let c = &program.classes[class];
            let members = c.ir.members.iter();
            for member in members.filter(|m| m.name == key && m.kind != MemberKind::Method) {
                let at = self.plain_at(c.defined_in, member.value);
                all.extend(self.see(at).iter().cloned());
            }
            let attached = &program.modules[c.module].attached;
            for (function, value) in attached.get(&(c.ir.name, key)).cloned().unwrap_or_default() {
                let at = self.plain_at(function, value);
                all.extend(self.see(at).iter().cloned());
            }
        }
        all
    }
}

/// What is put into an object under computed keys: keys and values.
pub(super) fn puts(
    program: &crate::program::Program,
    function: FnId,
    object: crate::ir::ValueId,
) -> Vec<(crate::ir::ValueId, crate::ir::ValueId)> {
    if !program.functions[function].puts.contains_key(&object) {
        return Vec::new();
    }
    let instrs = program.functions[function].ir.instrs.iter();
    let found = instrs.filter_map(|instr| match &instr.op {
        Op::Put(base, key, value) if program.object(function, *base) == object => {
            Some((*key, *value))
        }
        _ => None,
    });
    found.collect()
}

/// What methods add to a list: `xs.push(x)`, `xs.append(x)`.
fn appended(
    program: &crate::program::Program,
    function: FnId,
    list: crate::ir::ValueId,
) -> Vec<crate::ir::ValueId> {
    if !matches!(program.op(function, list), Op::List(_)) {
        return Vec::new();
    }
    let instrs = program.functions[function].ir.instrs.iter();
    let mut found = Vec::new();
    for instr in instrs {
        let Op::Call(call) = &instr.op else { continue };
        let Op::Load(base, name) = program.op(function, call.callee) else {
            continue;
        };
        if !matches!(program.text(*name), "push" | "append" | "add" | "unshift") {
            continue;
        }
        let same = match program.op(function, *base) {
            Op::Phi(versions, _) => versions.contains(&list),
            _ => program.object(function, *base) == list,
        };
        if same {
            found.extend(call.args.iter().map(|a| a.value));
        }
    }
    found
}
