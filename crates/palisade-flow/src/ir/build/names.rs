//! Names, functions and classes while building.

use palisade_model::index::Id;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Builder;
use crate::ir::scope::{Frame, Place, Var};
use crate::ir::{Class, ClassIndex, Const, FunctionKind, Member, Op, Param, Sym, ValueId};

impl Builder {
    /// Opens a block scope.
    pub fn push_scope(&mut self) {
        self.frame().scopes.push(FxHashMap::default());
    }

    /// Closes a block scope.
    pub fn pop_scope(&mut self) {
        let frame = self.frame();
        if frame.scopes.len() > 1 {
            frame.scopes.pop();
        }
    }

    /// Declares a name in the innermost scope. `cell` where a nested function assigns it.
    pub fn declare(&mut self, name: &str, cell: bool) {
        let innermost = self.frame().scopes.len().saturating_sub(1);
        self.declare_in(innermost, name, cell);
    }

    /// Declares a name in the function's outermost scope (hoisted `var`, Python locals).
    pub fn declare_hoisted(&mut self, name: &str, cell: bool) {
        self.declare_in(0, name, cell);
    }

    fn declare_in(&mut self, scope: usize, name: &str, cell: bool) {
        let sym = self.sym(name);
        let known = self.frame().scopes.get(scope);
        if known.is_some_and(|names| names.contains_key(&sym)) {
            return;
        }
        // Module-level names are fields of the module record and need no cell.
        let cell = (cell && !self.at_module_level()).then(|| self.emit(Op::Record(Vec::new())));
        let frame = self.frame();
        let var = frame.vars.push(Var {
            cell,
            captured: None,
        });
        if let Some(names) = frame.scopes.get_mut(scope) {
            names.insert(sym, var);
        }
    }

    /// Whether a name is declared in the open function.
    pub fn is_local(&mut self, name: &str) -> bool {
        let sym = self.sym(name);
        self.frame().lookup(sym).is_some()
    }

    /// Reads a name: a local, a captured, or a module-level or built-in one.
    pub fn read(&mut self, name: &str) -> ValueId {
        let sym = self.sym(name);
        let depth = self.frames.len().saturating_sub(1);
        self.read_at(depth, sym)
    }

    pub(super) fn read_at(&mut self, depth: usize, name: Sym) -> ValueId {
        let module_level = depth == 0;
        let Some(frame) = self.frames.get_mut(depth) else {
            return self.emit(Op::Global(name));
        };
        if let Some(var) = frame.lookup(name) {
            if let Some(cell) = frame.vars[var].cell {
                return self.emit_at(depth, |b| b.load_cell(cell));
            }
            if let Some(value) = frame.env.get(&Place::Var(var)).copied() {
                return value;
            }
            if !module_level {
                return self.emit_at(depth, |b| b.constant(Const::Undefined));
            }
        }
        if module_level {
            return self.emit_at(depth, |b| b.emit(Op::Global(name)));
        }
        self.capture(depth, name)
    }

    /// Runs a step with the frame at `depth` as the open one.
    pub(super) fn emit_at<T>(&mut self, depth: usize, step: impl FnOnce(&mut Self) -> T) -> T {
        let above = self.frames.split_off((depth + 1).min(self.frames.len()));
        let result = step(self);
        self.frames.extend(above);
        result
    }

    pub(super) fn load_cell(&mut self, cell: ValueId) -> ValueId {
        let key = self.sym("v");
        self.emit(Op::Load(cell, key))
    }

    /// A name of an enclosing function, as a capture; or a module-level name.
    pub(super) fn capture(&mut self, depth: usize, name: Sym) -> ValueId {
        let owner = (1..depth).rev().find(|d| {
            self.frames
                .get(*d)
                .is_some_and(|f| f.lookup(name).is_some())
        });
        let Some(owner) = owner else {
            return self.emit_at(depth, |b| b.emit(Op::Global(name)));
        };
        let is_cell = self
            .frames
            .get(owner)
            .and_then(|f| f.lookup(name).map(|v| f.vars[v].cell.is_some()))
            .unwrap_or(false);
        // Every function between the owner and this one passes the capture on.
        for d in owner + 1..=depth {
            let known = self
                .frames
                .get(d)
                .is_some_and(|f| f.capture_of.contains_key(&name));
            if !known && let Some(frame) = self.frames.get_mut(d) {
                let index = u16::try_from(frame.function.captures.len()).unwrap_or(u16::MAX);
                frame.function.captures.push(name);
                let value = self.emit_at(d, |b| b.emit(Op::Capture(index)));
                if let Some(frame) = self.frames.get_mut(d) {
                    frame.capture_of.insert(name, (value, is_cell));
                }
            }
        }
        let value = self
            .frames
            .get(depth)
            .and_then(|f| f.capture_of.get(&name))
            .map(|(v, _)| *v);
        match value {
            Some(record) if is_cell => self.emit_at(depth, |b| b.load_cell(record)),
            Some(value) => value,
            None => self.emit_at(depth, |b| b.emit(Op::Global(name))),
        }
    }

    /// Assigns a name: where it is declared, else at module level.
    pub fn write(&mut self, name: &str, value: ValueId) {
        let sym = self.sym(name);
        let depth = self.frames.len().saturating_sub(1);
        let frame = self.frame();
        if let Some(var) = frame.lookup(sym) {
            if let Some(cell) = frame.vars[var].cell {
                let key = self.sym("v");
                self.emit(Op::Store(cell, key, value));
            } else {
                frame.bind(Place::Var(var), Some(value));
                if let Some(phi) = frame.vars[var].captured {
                    Self::extend_phi(frame, phi, value);
                    frame.escape(value);
                }
                if depth == 0 {
                    self.emit(Op::SetGlobal(sym, value));
                }
            }
            return;
        }
        let owned = (1..depth)
            .rev()
            .any(|d| self.frames.get(d).is_some_and(|f| f.lookup(sym).is_some()));
        if owned {
            self.capture(depth, sym);
            let record = self
                .frames
                .get(depth)
                .and_then(|f| f.capture_of.get(&sym))
                .map(|(v, _)| *v);
            if let Some(record) = record {
                let key = self.sym("v");
                self.emit(Op::Store(record, key, value));
            }
            return;
        }
        self.emit(Op::SetGlobal(sym, value));
    }

    pub(super) fn extend_phi(frame: &mut Frame, phi: ValueId, value: ValueId) {
        if phi.index() < frame.len()
            && let Op::Phi(values, _) = &mut frame.function.instrs[phi].op
            && !values.contains(&value)
            && value != phi
        {
            values.push(value);
        }
    }

    /// Opens a function; its parameters are declared and bound. Returns their values in order.
    pub fn begin_function(
        &mut self,
        name: &str,
        start: u32,
        end: u32,
        kind: FunctionKind,
        params: Vec<Param>,
        cells: &FxHashSet<String>,
    ) -> Vec<ValueId> {
        let span = self.span(start, end);
        let names: Vec<Sym> = params.iter().map(|p| p.name).collect();
        self.open(name, span, kind, params);
        self.at(start, end);
        let mut values = Vec::with_capacity(names.len());
        for (at, sym) in names.into_iter().enumerate() {
            let value = self.emit(Op::Param(u16::try_from(at).unwrap_or(u16::MAX)));
            let name = self.text(sym).to_owned();
            self.declare(&name, cells.contains(&name));
            self.write(&name, value);
            let frame = self.frame();
            if let Some(var) = frame.lookup(sym) {
                frame.params.push(var);
            }
            values.push(value);
        }
        values
    }

    /// Closes the function and returns it as a value of the enclosing one.
    pub fn end_function(&mut self) -> ValueId {
        if self.frames.len() < 2 {
            return self.constant(Const::Undefined);
        }
        if !self.ended() {
            let nothing = self.constant(Const::Undefined);
            self.return_(nothing);
        }
        let Some(frame) = self.frames.pop() else {
            return self.constant(Const::Undefined);
        };
        let (index, names) = (frame.index, frame.function.captures.clone());
        self.functions[index] = frame.finished();
        let captured: Vec<ValueId> = names
            .into_iter()
            .map(|name| self.captured_value(name))
            .collect();
        self.emit(Op::Closure(index, captured))
    }

    /// What a closure gets for a name of the open function: its cell, its own capture, or the phi of all its versions.
    pub(super) fn captured_value(&mut self, name: Sym) -> ValueId {
        let frame = self.frame();
        if let Some(var) = frame.lookup(name) {
            if let Some(cell) = frame.vars[var].cell {
                return cell;
            }
            if let Some(phi) = frame.vars[var].captured {
                return phi;
            }
            let now: Vec<ValueId> = frame
                .env
                .get(&Place::Var(var))
                .copied()
                .into_iter()
                .collect();
            for value in &now {
                frame.escape(*value);
            }
            let phi = self.emit(Op::Phi(now, true));
            self.frame().vars[var].captured = Some(phi);
            return phi;
        }
        match frame.capture_of.get(&name) {
            Some((value, _)) => *value,
            None => self.emit(Op::Global(name)),
        }
    }

    /// The index the next class will have: methods name it before the class is closed.
    pub fn begin_class(&mut self, name: &str, bases: Vec<ValueId>) -> ClassIndex {
        let name = self.sym(name);
        let defined_in = self.frame().index;
        self.classes.push(Class {
            name,
            defined_in,
            bases,
            members: Vec::new(),
        })
    }

    /// Adds a member.
    pub fn member(&mut self, class: ClassIndex, member: Member) {
        if self.classes.get(class).is_some() {
            self.classes[class].members.push(member);
        }
    }

    /// Closes a class and returns it as a value.
    pub fn end_class(&mut self, class: ClassIndex) -> ValueId {
        self.emit(Op::Class(class))
    }

    /// Marks the function being built as an entry (text form).
    pub fn entry(&mut self, event: &str) {
        let sym = self.sym(event);
        self.frame().function.entry = Some(sym);
    }
}
