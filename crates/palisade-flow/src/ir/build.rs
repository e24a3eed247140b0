//! The builder that front ends call: scopes, SSA, refinements; front ends never see a phi.

use palisade_model::index::{Id, IndexVec};
use palisade_model::limits::Limits;
use palisade_model::problem::Problem;
use palisade_model::source::{FileId, Span};
use rustc_hash::FxHashSet;

use super::scope::{Branch, BranchKind, Changes, Frame, Place, Var};
use super::{
    Arg, Call, Class, ClassIndex, Comparison, Const, Function, FunctionIndex, FunctionKind, Import, Imported, Instr, Interner, Language, Member, Module, Op,
    Outcome, Param, Passing, Region, RegionKind, Sym, ValueId,
};

/// Refinements emitted per branch at most.
const REFINED_MAX: usize = 4;
/// Parts of a text that are taken over one by one into a longer text.
const FLATTENED_MAX: usize = 64;

/// Builds one module. Constructs are opened and closed in pairs (`begin_if` … `end_if`); every operation stands at the
/// bytes last given to `at`. Never panics: unbalanced calls are ignored.
#[derive(Debug)]
pub struct Builder {
    file: FileId,
    language: Language,
    symbols: Interner,
    functions: IndexVec<FunctionIndex, Function>,
    classes: IndexVec<ClassIndex, Class>,
    imports: Vec<Import>,
    problems: Vec<Problem>,
    frames: Vec<Frame>,
    instruction_limit: usize,
}

impl Builder {
    /// Begins a module: the function `<module>` is open.
    pub fn new(file: FileId, language: Language, limits: &Limits) -> Self {
        let mut builder = Self {
            file,
            language,
            symbols: Interner::default(),
            functions: IndexVec::new(),
            classes: IndexVec::new(),
            imports: Vec::new(),
            problems: Vec::new(),
            frames: Vec::new(),
            instruction_limit: limits.function_instructions,
        };
        builder.open("<module>", Span::new(file, 0, 0), FunctionKind::Module, Vec::new());
        builder
    }

    /// Ends the module.
    pub fn finish(mut self) -> Module {
        while self.frames.len() > 1 {
            self.end_function();
        }
        if let Some(frame) = self.frames.pop() {
            self.functions[frame.index] = frame.function;
        }
        Module {
            file: self.file,
            language: self.language,
            symbols: self.symbols,
            functions: self.functions,
            classes: self.classes,
            imports: self.imports,
            problems: self.problems,
        }
    }

    /// The symbol of a string.
    pub fn sym(&mut self, text: &str) -> Sym {
        self.symbols.intern(text)
    }

    /// The string of a symbol.
    pub fn text(&self, sym: Sym) -> &str {
        self.symbols.text(sym)
    }

    /// The file being lowered.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Where the next operations stand, in bytes of the file.
    pub fn at(&mut self, start: u32, end: u32) {
        self.frame().here = (start, end);
    }

    /// A span of this file.
    pub fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end }
    }

    /// Reports what could not be read.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Marks the open function incomplete: what happens here is known only when it runs.
    pub fn dynamic(&mut self, why: &str) {
        let file = self.file;
        let frame = self.frame();
        let (start, end) = frame.here;
        frame.function.dynamic.push((Span { file, start, end }, why.to_owned()));
    }

    /// Marks the open function as broken by syntax.
    pub fn broken(&mut self) {
        self.frame().function.broken = true;
    }

    /// The operation that makes a value of the open function.
    pub fn op(&mut self, value: ValueId) -> &Op {
        self.frame().op(value)
    }

    /// Whether the open function is the module's top level.
    pub fn at_module_level(&self) -> bool {
        self.frames.len() == 1
    }

    /// Whether code here can be reached (no return, throw, break or continue before it).
    pub fn ended(&mut self) -> bool {
        self.frame().ended
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.open("<module>", Span::new(self.file, 0, 0), FunctionKind::Module, Vec::new());
        }
        let last = self.frames.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "a frame was opened above")]
        &mut self.frames[last]
    }

    fn open(&mut self, name: &str, span: Span, kind: FunctionKind, params: Vec<Param>) {
        let name = self.symbols.intern(name);
        let parent = self.frames.last().map(|f| f.index);
        let function = Function {
            name,
            span,
            kind,
            params,
            captures: Vec::new(),
            instrs: IndexVec::new(),
            regions: Vec::new(),
            exits: Vec::new(),
            parent,
            dynamic: Vec::new(),
            broken: false,
            entry: None,
        };
        // The slot is reserved now so that functions stand in the order in which they begin.
        let index = self.functions.push(Function { instrs: IndexVec::new(), ..function.clone() });
        self.frames.push(Frame::new(index, function));
    }

    // ---- instructions ---------------------------------------------------------------------------------------------

    fn emit(&mut self, op: Op) -> ValueId {
        let limit = self.instruction_limit;
        let frame = self.frame();
        let at = frame.len();
        if at >= limit {
            frame.function.broken = true;
            return ValueId::from_index(at.saturating_sub(1));
        }
        let mut used = Vec::new();
        let base = match &op {
            Op::Store(base, ..) => Some(*base),
            _ => None,
        };
        op.operands(|v| used.push(v));
        for value in used {
            if Some(value) != base {
                let object = frame.object(value);
                frame.used_at.insert(object, at);
            }
        }
        let (start, end) = frame.here;
        frame.function.instrs.push(Instr { op, start, end })
    }

    /// A string constant.
    pub fn string(&mut self, text: &str) -> ValueId {
        let sym = self.sym(text);
        self.emit(Op::Const(Const::Text(sym)))
    }

    /// A constant.
    pub fn constant(&mut self, constant: Const) -> ValueId {
        self.emit(Op::Const(constant))
    }

    /// A number as written.
    pub fn number(&mut self, text: &str) -> ValueId {
        let sym = self.sym(text);
        self.emit(Op::Const(Const::Number(sym)))
    }

    /// The constant string of a value, if it is one.
    pub fn as_string(&mut self, value: ValueId) -> Option<String> {
        match self.frame().op(value) {
            Op::Const(Const::Text(sym)) => {
                let sym = *sym;
                Some(self.text(sym).to_owned())
            }
            _ => None,
        }
    }

    /// An import; relative and absolute names as written.
    pub fn import(&mut self, module: &str, what: Imported) -> ValueId {
        let module = self.sym(module);
        let (start, end) = self.frame().here;
        let span = self.span(start, end);
        let index = u32::try_from(self.imports.len()).unwrap_or(u32::MAX);
        self.imports.push(Import { module, what, span });
        self.emit(Op::Import(index))
    }

    /// `base.key`; the value last stored or loaded there, if it is known.
    pub fn load(&mut self, base: ValueId, key: &str) -> ValueId {
        let key = self.sym(key);
        let frame = self.frame();
        let place = Place::Field(frame.object(base), key);
        if let Some(value) = frame.env.get(&place).copied() {
            if let Place::Field(object, _) = place {
                // Reading through the memo is a use: the store behind it is not dead.
                let now = frame.len();
                frame.used_at.insert(object, now);
            }
            return value;
        }
        let value = self.emit(Op::Load(base, key));
        self.frame().bind(place, Some(value));
        value
    }

    /// `base[index]`: a load where the index is a constant.
    pub fn index(&mut self, base: ValueId, index: ValueId) -> ValueId {
        match self.constant_key(index) {
            Some(key) => self.load(base, &key),
            None => self.emit(Op::Index(base, index)),
        }
    }

    fn constant_key(&mut self, index: ValueId) -> Option<String> {
        match self.frame().op(index) {
            Op::Const(Const::Text(sym) | Const::Number(sym)) => {
                let sym = *sym;
                Some(self.text(sym).to_owned())
            }
            _ => None,
        }
    }

    /// `base.key = value`.
    pub fn store(&mut self, base: ValueId, key: &str, value: ValueId) {
        let key = self.sym(key);
        // What a module assigns twice (an export, say) was there for whoever looked in between.
        let local = !self.at_module_level();
        let frame = self.frame();
        let object = frame.object(base);
        let depth = frame.function.regions.len();
        if local
            && let Some((earlier, at_depth)) = frame.pending.get(&(object, key)).copied()
            && at_depth == depth
            && frame.used_at.get(&object).is_none_or(|used| *used <= earlier.index())
            && let Some(instr) = frame.function.instrs.get(earlier)
            && matches!(instr.op, Op::Store(..))
        {
            frame.function.instrs[earlier].op = Op::Nop;
        }
        let id = self.emit(Op::Store(base, key, value));
        let frame = self.frame();
        frame.pending.insert((object, key), (id, depth));
        frame.stored.entry(object).or_default().push(key);
        frame.bind(Place::Field(object, key), Some(value));
    }

    /// `base[index] = value`.
    pub fn put(&mut self, base: ValueId, index: ValueId, value: ValueId) {
        match self.constant_key(index) {
            Some(key) => self.store(base, &key, value),
            None => {
                self.emit(Op::Put(base, index, value));
            }
        }
    }

    /// The elements of a collection.
    pub fn iter(&mut self, base: ValueId) -> ValueId {
        self.emit(Op::Iter(base))
    }

    /// The keys of a map.
    pub fn keys(&mut self, base: ValueId) -> ValueId {
        self.emit(Op::Keys(base))
    }

    /// A record; `None` as key spreads a map.
    pub fn record(&mut self, parts: Vec<(Option<Sym>, ValueId)>) -> ValueId {
        self.emit(Op::Record(parts))
    }

    /// A list, tuple or set; the flag spreads a list.
    pub fn list(&mut self, parts: Vec<(ValueId, bool)>) -> ValueId {
        self.emit(Op::List(parts))
    }

    /// `base` without some keys.
    pub fn rest(&mut self, base: ValueId, without: Vec<Sym>) -> ValueId {
        self.emit(Op::Rest(base, without))
    }

    /// Text made of parts; nested texts are flattened while they are short, so that thousands of `s += x` in a row
    /// stay linear.
    pub fn concat(&mut self, parts: Vec<ValueId>) -> ValueId {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match self.frame().op(part) {
                Op::Concat(inner) if inner.len() <= FLATTENED_MAX => flat.extend(inner.iter().copied()),
                _ => flat.push(part),
            }
        }
        self.emit(Op::Concat(flat))
    }

    /// `x + y`: numbers stay numbers, anything else may be text.
    pub fn add(&mut self, x: ValueId, y: ValueId) -> ValueId {
        let numeric = |op: &Op| matches!(op, Op::Const(Const::Number(_) | Const::Bool(_)) | Op::Arith(_));
        let frame = self.frame();
        if numeric(frame.op(x)) || numeric(frame.op(y)) {
            return self.emit(Op::Arith(vec![x, y]));
        }
        self.concat(vec![x, y])
    }

    /// A template with `%s` (`percent`) or `{}` placeholders filled by arguments, positional or by name. A template
    /// that does not parse becomes the text of all its pieces.
    pub fn format(&mut self, template: &str, percent: bool, positional: &[ValueId], named: &[(Sym, ValueId)]) -> ValueId {
        let pieces = if percent { super::format::percent(template) } else { super::format::braces(template) };
        let mut parts = Vec::new();
        let mut next = 0;
        for piece in pieces {
            match piece {
                super::format::Piece::Literal(text) => parts.push(self.string(&text)),
                super::format::Piece::Number => {
                    next += 1;
                    parts.push(self.emit(Op::Arith(Vec::new())));
                }
                super::format::Piece::Next(path) => {
                    let value = positional.get(next).copied();
                    next += 1;
                    parts.extend(value.map(|v| self.follow(v, &path)));
                }
                super::format::Piece::Position(at, path) => {
                    let value = positional.get(at).copied();
                    parts.extend(value.map(|v| self.follow(v, &path)));
                }
                super::format::Piece::Name(name, path) => {
                    let sym = self.sym(&name);
                    let value = named.iter().find(|(key, _)| *key == sym).map(|(_, v)| *v);
                    // `"%(a)s" % record` and `"{a}".format(**record)` hand in one record.
                    let value = value.or_else(|| positional.first().map(|v| self.load(*v, &name)));
                    parts.extend(value.map(|v| self.follow(v, &path)));
                }
            }
        }
        if parts.is_empty() {
            parts.extend(positional.iter().copied().chain(named.iter().map(|(_, v)| *v)));
        }
        self.concat(parts)
    }

    fn follow(&mut self, value: ValueId, path: &[String]) -> ValueId {
        path.iter().fold(value, |v, key| self.load(v, key))
    }

    /// A call. A method is called through `load(receiver, name)`.
    pub fn call(&mut self, callee: ValueId, args: Vec<Arg>) -> ValueId {
        self.call_with(Call { callee, args, new: false, tagged: false })
    }

    /// A call with flags.
    pub fn call_with(&mut self, call: Call) -> ValueId {
        let mut passed: Vec<ValueId> = call.args.iter().map(|a| a.value).collect();
        if let Op::Load(receiver, _) = self.frame().op(call.callee) {
            passed.push(*receiver);
        }
        let id = self.emit(Op::Call(call));
        let frame = self.frame();
        for value in passed {
            let object = frame.object(value);
            for key in frame.stored.remove(&object).unwrap_or_default() {
                frame.bind(Place::Field(object, key), None);
            }
        }
        id
    }

    /// A comparison.
    pub fn compare(&mut self, how: Comparison, x: ValueId, y: ValueId) -> ValueId {
        self.emit(Op::Compare(how, x, y))
    }

    /// `not x`.
    pub fn not(&mut self, x: ValueId) -> ValueId {
        self.emit(Op::Not(x))
    }

    /// A numeric or unknown operation through which nothing flows.
    pub fn arith(&mut self, operands: Vec<ValueId>) -> ValueId {
        self.emit(Op::Arith(operands))
    }

    /// `await v`.
    pub fn await_(&mut self, value: ValueId) -> ValueId {
        self.emit(Op::Await(value))
    }

    /// One of several values, such as both arms of a conditional expression.
    pub fn phi(&mut self, values: Vec<ValueId>) -> ValueId {
        match values.as_slice() {
            [one] => *one,
            _ => self.emit(Op::Phi(values, false)),
        }
    }

    /// Broken syntax whose parts survive.
    pub fn error(&mut self, parts: Vec<ValueId>) -> ValueId {
        self.broken();
        self.emit(Op::Error(parts))
    }

    /// Returns.
    pub fn return_(&mut self, value: ValueId) {
        let exit = self.emit(Op::Return(value));
        let frame = self.frame();
        if !frame.ended {
            let held = |(at, var): (usize, &super::scope::VarId)| {
                frame.env.get(&Place::Var(*var)).copied().unwrap_or(ValueId::from_index(at))
            };
            let held = frame.params.iter().enumerate().map(held).collect();
            frame.function.exits.push((exit, held));
        }
        frame.ended = true;
    }

    /// Yields an element.
    pub fn yield_(&mut self, value: ValueId) -> ValueId {
        self.emit(Op::Yield(value));
        self.constant(Const::Undefined)
    }

    /// Throws.
    pub fn throw(&mut self, value: ValueId) {
        self.emit(Op::Throw(value));
        self.frame().ended = true;
    }

    /// What was thrown; in a catch.
    pub fn caught(&mut self) -> ValueId {
        self.emit(Op::Caught)
    }

    // ---- names ----------------------------------------------------------------------------------------------------

    /// Opens a block scope.
    pub fn push_scope(&mut self) {
        self.frame().scopes.push(rustc_hash::FxHashMap::default());
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
        let sym = self.sym(name);
        if self.frame().scopes.last().is_some_and(|scope| scope.contains_key(&sym)) {
            return;
        }
        // Module-level names are fields of the module record and need no cell.
        let cell = if cell && !self.at_module_level() { Some(self.emit(Op::Record(Vec::new()))) } else { None };
        let frame = self.frame();
        let var = frame.vars.push(Var { cell, captured: None });
        if let Some(scope) = frame.scopes.last_mut() {
            scope.insert(sym, var);
        }
    }

    /// Declares a name in the function's outermost scope (hoisted `var`, Python locals).
    pub fn declare_hoisted(&mut self, name: &str, cell: bool) {
        let sym = self.sym(name);
        if self.frame().scopes.first().is_some_and(|scope| scope.contains_key(&sym)) {
            return;
        }
        let cell = if cell && !self.at_module_level() { Some(self.emit(Op::Record(Vec::new()))) } else { None };
        let frame = self.frame();
        let var = frame.vars.push(Var { cell, captured: None });
        if let Some(scope) = frame.scopes.first_mut() {
            scope.insert(sym, var);
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

    fn read_at(&mut self, depth: usize, name: Sym) -> ValueId {
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
    fn emit_at<T>(&mut self, depth: usize, step: impl FnOnce(&mut Self) -> T) -> T {
        let above = self.frames.split_off((depth + 1).min(self.frames.len()));
        let result = step(self);
        self.frames.extend(above);
        result
    }

    fn load_cell(&mut self, cell: ValueId) -> ValueId {
        let key = self.sym("v");
        self.emit(Op::Load(cell, key))
    }

    /// A name of an enclosing function, as a capture; or a module-level name.
    fn capture(&mut self, depth: usize, name: Sym) -> ValueId {
        let owner = (1..depth).rev().find(|d| self.frames.get(*d).is_some_and(|f| f.lookup(name).is_some()));
        let Some(owner) = owner else {
            return self.emit_at(depth, |b| b.emit(Op::Global(name)));
        };
        let is_cell = self.frames.get(owner).and_then(|f| f.lookup(name).map(|v| f.vars[v].cell.is_some())).unwrap_or(false);
        // Every function between the owner and this one passes the capture on.
        for d in owner + 1..=depth {
            let known = self.frames.get(d).is_some_and(|f| f.capture_of.contains_key(&name));
            if !known && let Some(frame) = self.frames.get_mut(d) {
                let index = u16::try_from(frame.function.captures.len()).unwrap_or(u16::MAX);
                frame.function.captures.push(name);
                let value = self.emit_at(d, |b| b.emit(Op::Capture(index)));
                if let Some(frame) = self.frames.get_mut(d) {
                    frame.capture_of.insert(name, (value, is_cell));
                }
            }
        }
        let value = self.frames.get(depth).and_then(|f| f.capture_of.get(&name)).map(|(v, _)| *v);
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
                }
                if depth == 0 {
                    self.emit(Op::SetGlobal(sym, value));
                }
            }
            return;
        }
        let owned = (1..depth).rev().any(|d| self.frames.get(d).is_some_and(|f| f.lookup(sym).is_some()));
        if owned {
            self.capture(depth, sym);
            let record = self.frames.get(depth).and_then(|f| f.capture_of.get(&sym)).map(|(v, _)| *v);
            if let Some(record) = record {
                let key = self.sym("v");
                self.emit(Op::Store(record, key, value));
            }
            return;
        }
        self.emit(Op::SetGlobal(sym, value));
    }

    fn extend_phi(frame: &mut Frame, phi: ValueId, value: ValueId) {
        if phi.index() < frame.len()
            && let Op::Phi(values, _) = &mut frame.function.instrs[phi].op
            && !values.contains(&value)
            && value != phi
        {
            values.push(value);
        }
    }

    // ---- functions and classes ------------------------------------------------------------------------------------

    /// Opens a function; its parameters are declared and bound. Returns their values in order.
    pub fn begin_function(&mut self, name: &str, start: u32, end: u32, kind: FunctionKind, params: Vec<Param>, cells: &FxHashSet<String>) -> Vec<ValueId> {
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
        self.functions[index] = frame.function;
        let captured: Vec<ValueId> = names.into_iter().map(|name| self.captured_value(name)).collect();
        self.emit(Op::Closure(index, captured))
    }

    /// What a closure gets for a name of the open function: its cell, its own capture, or the phi of all its versions.
    fn captured_value(&mut self, name: Sym) -> ValueId {
        let frame = self.frame();
        if let Some(var) = frame.lookup(name) {
            if let Some(cell) = frame.vars[var].cell {
                return cell;
            }
            if let Some(phi) = frame.vars[var].captured {
                return phi;
            }
            let now: Vec<ValueId> = frame.env.get(&Place::Var(var)).copied().into_iter().collect();
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
        self.classes.push(Class { name, defined_in, bases, members: Vec::new() })
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

    // ---- control flow ---------------------------------------------------------------------------------------------

    fn begin(&mut self, kind: BranchKind, region: Option<RegionKind>, condition: Option<ValueId>) {
        let frame = self.frame();
        let first = frame.len();
        let region = region.map(|kind| {
            let at = u32::try_from(first).unwrap_or(u32::MAX);
            frame.function.regions.push(Region { kind, first: at, last: at, condition });
            frame.function.regions.len() - 1
        });
        let branch = Branch {
            kind,
            mark: frame.log.len(),
            outer_ended: frame.ended,
            ends: Vec::new(),
            continues: Vec::new(),
            condition,
            phis: Vec::new(),
            region,
            first,
            versions: Vec::new(),
        };
        frame.branches.push(branch);
    }

    fn close_region(frame: &mut Frame, region: Option<usize>) {
        let last = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        if let Some(region) = region.and_then(|r| frame.function.regions.get_mut(r)) {
            region.last = last;
        }
    }

    /// Ends one alternative of the innermost branch: remembers its changes and undoes them.
    fn end_alternative(&mut self) {
        let frame = self.frame();
        let Some(mut branch) = frame.branches.pop() else { return };
        if !frame.ended {
            branch.ends.push(frame.changes(branch.mark));
        }
        frame.rollback(branch.mark);
        frame.ended = branch.outer_ended;
        Self::close_region(frame, branch.region.take());
        frame.branches.push(branch);
    }

    /// Joins the alternatives of a branch that was popped.
    fn merge(&mut self, ends: Vec<Changes>, outer_ended: bool) {
        if ends.is_empty() {
            self.frame().ended = true;
            return;
        }
        self.frame().ended = outer_ended;
        let mut seen = FxHashSet::default();
        let mut places = Vec::new();
        for (place, _) in ends.iter().flatten() {
            if seen.insert(*place) {
                places.push(*place);
            }
        }
        let maps: Vec<rustc_hash::FxHashMap<Place, Option<ValueId>>> = ends.into_iter().map(|end| end.into_iter().collect()).collect();
        for place in places {
            let base = self.frame().env.get(&place).copied();
            let each: Vec<Option<ValueId>> = maps.iter().map(|m| m.get(&place).copied().unwrap_or(base)).collect();
            let mut known: Vec<ValueId> = each.iter().flatten().copied().collect();
            known.dedup();
            let value = match (place, known.as_slice()) {
                (_, []) => None,
                (Place::Field(..), _) if each.iter().any(Option::is_none) => None,
                (_, [one]) => Some(*one),
                _ => match self.unrefined(&known) {
                    Some(weakest) => Some(weakest),
                    None => Some(self.emit(Op::Phi(known, false))),
                },
            };
            let frame = self.frame();
            if value != base {
                frame.bind(place, value);
                if let (Place::Var(var), Some(value)) = (place, value)
                    && let Some(phi) = frame.vars[var].captured
                {
                    Self::extend_phi(frame, phi, value);
                }
            }
        }
    }

    /// The value all others refine, if it is among them: the others say nothing that holds on every way.
    fn unrefined(&mut self, values: &[ValueId]) -> Option<ValueId> {
        let frame = self.frame();
        let refines = |mut value: ValueId, wanted: ValueId| loop {
            match frame.op(value) {
                _ if value == wanted => return true,
                Op::Refine(inner, _, _) => value = *inner,
                _ => return false,
            }
        };
        values.iter().copied().find(|wanted| values.iter().all(|v| refines(*v, *wanted)))
    }

    /// Opens an `if`.
    pub fn begin_if(&mut self, condition: ValueId) {
        self.begin(BranchKind::If, Some(RegionKind::If), Some(condition));
        self.refine(condition, true);
    }

    /// Goes on with the `else`.
    pub fn begin_else(&mut self) {
        self.end_alternative();
        let frame = self.frame();
        let at = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let condition = frame.branches.last().and_then(|b| b.condition);
        frame.function.regions.push(Region { kind: RegionKind::Else, first: at, last: at, condition });
        let region = frame.function.regions.len() - 1;
        if let Some(branch) = frame.branches.last_mut() {
            branch.kind = BranchKind::Else;
            branch.region = Some(region);
        }
        if let Some(condition) = condition {
            self.refine(condition, false);
        }
    }

    /// Closes an `if`, with or without `else`.
    pub fn end_if(&mut self) {
        if self.frame().branches.last().is_some_and(|b| b.kind == BranchKind::If) {
            self.begin_else();
        }
        self.end_alternative();
        if let Some(branch) = self.frame().branches.pop() {
            self.merge(branch.ends, branch.outer_ended);
        }
    }

    /// Opens the right side of `x and y` (`and`) or `x or y`.
    pub fn begin_logic(&mut self, and: bool, x: ValueId) {
        self.begin(BranchKind::Logic(and), None, Some(x));
        self.refine(x, and);
    }

    /// Closes it; `y` is the value of the right side.
    pub fn end_logic(&mut self, y: ValueId) -> ValueId {
        self.end_alternative();
        let Some(branch) = self.frame().branches.pop() else { return y };
        let mut ends = branch.ends;
        ends.push(Vec::new());
        self.merge(ends, branch.outer_ended);
        match (branch.kind, branch.condition) {
            (BranchKind::Logic(and), Some(x)) => self.emit(Op::Logic(and, x, y)),
            _ => y,
        }
    }

    /// Opens a loop. `names` are the variables and `keys` the object keys assigned anywhere inside it.
    pub fn begin_loop(&mut self, names: &[String], keys: &[String], iterated: Option<ValueId>) {
        let mut phis = Vec::new();
        for name in names {
            let sym = self.sym(name);
            let frame = self.frame();
            let Some(var) = frame.lookup(sym) else { continue };
            if frame.vars[var].cell.is_some() {
                continue;
            }
            let Some(value) = frame.env.get(&Place::Var(var)).copied() else { continue };
            let phi = self.emit(Op::Phi(vec![value], true));
            self.frame().bind(Place::Var(var), Some(phi));
            phis.push((var, phi));
        }
        if !keys.is_empty() {
            let keys: FxHashSet<Sym> = keys.iter().map(|k| self.sym(k)).collect();
            let frame = self.frame();
            let mut stale: Vec<Place> = frame.env.keys().filter(|p| matches!(p, Place::Field(_, key) if keys.contains(key))).copied().collect();
            stale.sort_unstable();
            for place in stale {
                frame.bind(place, None);
            }
        }
        self.begin(BranchKind::Loop, Some(RegionKind::Loop), iterated);
        if let Some(branch) = self.frame().branches.last_mut() {
            branch.phis = phis;
        }
    }

    /// The condition under which the body of the open loop runs.
    pub fn loop_test(&mut self, condition: ValueId) {
        self.refine(condition, true);
    }

    /// Closes a loop.
    pub fn end_loop(&mut self) {
        let frame = self.frame();
        let Some(mut branch) = frame.branches.pop() else { return };
        let body = if frame.ended { None } else { Some(frame.changes(branch.mark)) };
        Self::close_region(frame, branch.region.take());
        frame.rollback(branch.mark);
        for (var, phi) in &branch.phis {
            let place = Place::Var(*var);
            for changes in body.iter().chain(&branch.continues) {
                if let Some((_, Some(value))) = changes.iter().find(|(p, _)| *p == place) {
                    Self::extend_phi(frame, *phi, *value);
                }
            }
        }
        // After the loop: its head (no round, or the last one), or a `break`.
        let mut ends = branch.ends;
        let fields = |changes: &Changes| -> Changes { changes.iter().filter(|(p, _)| matches!(p, Place::Field(..))).copied().collect() };
        ends.extend(body.iter().chain(&branch.continues).map(fields));
        ends.push(Vec::new());
        self.merge(ends, branch.outer_ended);
    }

    fn jump(&mut self, to_loop: bool) {
        let frame = self.frame();
        if frame.ended {
            return;
        }
        let is_target = |b: &Branch| b.kind == BranchKind::Loop || (!to_loop && b.kind == BranchKind::Switch);
        let Some(at) = frame.branches.iter().rposition(is_target) else { return };
        let mark = frame.branches.get(at).map_or(0, |b| b.mark);
        let changes = frame.changes(mark);
        if let Some(branch) = frame.branches.get_mut(at) {
            if to_loop { branch.continues.push(changes) } else { branch.ends.push(changes) }
        }
        frame.ended = true;
    }

    /// `break` of the innermost loop or switch.
    pub fn break_(&mut self) {
        self.jump(false);
    }

    /// `continue` of the innermost loop.
    pub fn continue_(&mut self) {
        self.jump(true);
    }

    /// Opens a switch over a value.
    pub fn begin_switch(&mut self, scrutinee: ValueId) {
        self.begin(BranchKind::Switch, None, Some(scrutinee));
    }

    /// Opens a case; several labels share one body, none is the default.
    pub fn begin_case(&mut self, labels: &[ValueId]) {
        let frame = self.frame();
        let at = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let scrutinee = frame.branches.last().and_then(|b| b.condition);
        frame.function.regions.push(Region { kind: RegionKind::Case, first: at, last: at, condition: scrutinee });
        let region = frame.function.regions.len() - 1;
        if let Some(branch) = frame.branches.last_mut() {
            branch.region = Some(region);
        }
        let Some(scrutinee) = scrutinee else { return };
        if !labels.is_empty() && labels.iter().all(|l| matches!(self.frame().op(*l), Op::Const(_))) {
            let list = self.list(labels.iter().map(|l| (*l, false)).collect());
            let condition = self.compare(Comparison::In, scrutinee, list);
            self.refine(condition, true);
        }
    }

    /// Closes a case (one that falls through is taken to leave the switch).
    pub fn end_case(&mut self) {
        self.end_alternative();
    }

    /// Closes a switch.
    pub fn end_switch(&mut self, has_default: bool) {
        let Some(branch) = self.frame().branches.pop() else { return };
        let mut ends = branch.ends;
        if !has_default {
            ends.push(Vec::new());
        }
        self.merge(ends, branch.outer_ended);
    }

    /// Opens a try.
    pub fn begin_try(&mut self) {
        self.begin(BranchKind::Try, Some(RegionKind::Try), None);
    }

    /// Goes on with a catch; several may follow each other.
    pub fn begin_catch(&mut self) {
        self.end_try_body();
        self.end_alternative();
        let frame = self.frame();
        let at = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        frame.function.regions.push(Region { kind: RegionKind::Catch, first: at, last: at, condition: None });
        let region = frame.function.regions.len() - 1;
        let Some(branch) = frame.branches.last_mut() else { return };
        branch.region = Some(region);
        branch.kind = BranchKind::Catch;
        frame.ended = branch.outer_ended;
        // In a catch, a variable assigned in the try may have any of its versions.
        for (place, versions) in branch.versions.clone() {
            match place {
                Place::Field(..) => self.frame().bind(place, None),
                Place::Var(_) => {
                    let base = self.frame().env.get(&place).copied();
                    let mut all: Vec<ValueId> = base.into_iter().chain(versions).collect();
                    all.dedup();
                    let value = match all.as_slice() {
                        [one] => *one,
                        _ => self.emit(Op::Phi(all, false)),
                    };
                    self.frame().bind(place, Some(value));
                }
            }
        }
    }

    /// A call that is the only one in a try body may be a validator that throws.
    fn end_try_body(&mut self) {
        let frame = self.frame();
        let Some(branch) = frame.branches.last() else { return };
        if branch.kind != BranchKind::Try {
            return;
        }
        let (first, mark) = (branch.first, branch.mark);
        let versions = frame.versions(mark);
        if let Some(branch) = frame.branches.last_mut() {
            branch.versions = versions;
        }
        if frame.ended {
            return;
        }
        let calls: Vec<ValueId> =
            (first..frame.len()).map(ValueId::from_index).filter(|v| matches!(frame.op(*v), Op::Call(_))).take(2).collect();
        if let [call] = calls.as_slice() {
            self.returned(*call);
        }
    }

    /// Closes a try with its catches; `finally` is lowered after this.
    pub fn end_try(&mut self) {
        self.end_try_body();
        self.end_alternative();
        if let Some(branch) = self.frame().branches.pop() {
            self.merge(branch.ends, branch.outer_ended);
        }
    }

    // ---- refinements ----------------------------------------------------------------------------------------------

    /// A call whose result is thrown away may be a validator that throws: its arguments are refined.
    pub fn discarded(&mut self, value: ValueId) {
        let object = self.frame().object(value);
        if matches!(self.frame().op(object), Op::Call(_)) {
            self.returned(object);
        }
    }

    fn returned(&mut self, call: ValueId) {
        for target in self.targets(call).into_iter().take(REFINED_MAX) {
            self.refine_value(target, call, Outcome::Returned);
        }
    }

    fn refine(&mut self, condition: ValueId, holds: bool) {
        let mut atoms = Vec::new();
        self.atoms(condition, holds, 0, &mut atoms);
        let mut left = REFINED_MAX;
        for (condition, holds) in atoms {
            for target in self.targets(condition) {
                if left == 0 {
                    return;
                }
                let outcome = if holds { Outcome::Holds } else { Outcome::Fails };
                if self.refine_value(target, condition, outcome) {
                    left -= 1;
                }
            }
        }
    }

    fn refine_value(&mut self, value: ValueId, condition: ValueId, outcome: Outcome) -> bool {
        let places = self.frame().places_of(value);
        if places.is_empty() {
            return false;
        }
        let refined = self.emit(Op::Refine(value, condition, outcome));
        let frame = self.frame();
        for place in places {
            frame.bind(place, Some(refined));
        }
        true
    }

    /// Splits a condition on and, or, not into those parts that surely hold or fail.
    fn atoms(&mut self, condition: ValueId, holds: bool, depth: usize, out: &mut Vec<(ValueId, bool)>) {
        if depth > 16 || out.len() >= REFINED_MAX {
            return;
        }
        let object = self.frame().object(condition);
        match self.frame().op(object).clone() {
            Op::Not(inner) => self.atoms(inner, !holds, depth + 1, out),
            Op::Logic(and, x, y) if and == holds => {
                self.atoms(x, holds, depth + 1, out);
                self.atoms(y, holds, depth + 1, out);
            }
            Op::Logic(..) => match self.membership(object, holds) {
                Some(membership) => out.push((membership, true)),
                // One of both holds: the engine asks what either proves.
                None => out.push((object, holds)),
            },
            Op::Compare(how @ (Comparison::Equal | Comparison::Differs), x, y) => {
                let frame = self.frame();
                let nothing = |op: &Op| match op {
                    Op::Const(Const::Null | Const::Undefined | Const::Bool(false)) => Some(false),
                    Op::Const(Const::Bool(true)) => Some(true),
                    _ => None,
                };
                let tested = frame.object(x);
                match nothing(frame.op(y)) {
                    Some(truth) if matches!(frame.op(tested), Op::Call(_) | Op::Compare(..)) => {
                        let equal = (how == Comparison::Equal) == holds;
                        self.atoms(tested, equal == truth, depth + 1, out);
                    }
                    _ => out.push((object, holds)),
                }
            }
            Op::Compare(..) | Op::Call(_) | Op::Load(..) => out.push((object, holds)),
            _ => {}
        }
    }

    /// `x == "a" or x == "b"` (or the negation of its opposite) as one membership.
    fn membership(&mut self, condition: ValueId, holds: bool) -> Option<ValueId> {
        let wanted = if holds { Comparison::Equal } else { Comparison::Differs };
        let mut open = vec![condition];
        let (mut subject, mut labels) = (None, Vec::new());
        while let Some(next) = open.pop() {
            let frame = self.frame();
            let next = frame.object(next);
            match frame.op(next) {
                Op::Logic(and, x, y) if *and != holds => open.extend([*y, *x]),
                Op::Compare(how, x, y) if *how == wanted && matches!(frame.op(*y), Op::Const(_)) => {
                    let object = frame.object(*x);
                    if *subject.get_or_insert(object) != object || labels.len() > 64 {
                        return None;
                    }
                    labels.push((*y, false));
                }
                _ => return None,
            }
        }
        let list = self.list(labels);
        Some(self.compare(Comparison::In, subject?, list))
    }

    /// The values a condition speaks of: both sides of a comparison, receiver and arguments of a call.
    fn targets(&mut self, condition: ValueId) -> Vec<ValueId> {
        let mut found = Vec::new();
        let mut open = vec![condition];
        let frame = self.frame();
        while let Some(next) = open.pop() {
            let mut add = |value: ValueId| {
                // Refinements stack: the newest value bound to a place is the one to refine again.
                if !matches!(frame.op(value), Op::Const(_) | Op::Global(_) | Op::Import(_) | Op::Class(_) | Op::Closure(..)) && !found.contains(&value) {
                    found.push(value);
                }
            };
            match frame.op(next) {
                Op::Compare(_, x, y) => {
                    for side in [*x, *y] {
                        match frame.op(frame.object(side)) {
                            Op::Call(_) if frame.places_of(side).is_empty() => open.push(frame.object(side)),
                            _ => add(side),
                        }
                    }
                }
                Op::Call(call) => {
                    if let Op::Load(receiver, _) = frame.op(call.callee) {
                        add(*receiver);
                    }
                    call.args.iter().filter(|a| matches!(a.passing, Passing::Positional | Passing::Named(_))).for_each(|a| add(a.value));
                }
                Op::Logic(_, x, y) => open.extend([frame.object(*x), frame.object(*y)]),
                Op::Not(x) => open.push(frame.object(*x)),
                Op::Load(base, _) if matches!(frame.op(frame.object(*base)), Op::Call(_)) => open.push(frame.object(*base)),
                Op::Load(..) => add(next),
                _ => {}
            }
        }
        found.iter().map(|v| Self::newest(frame, *v)).collect()
    }

    /// The value that places bound to `value` hold now, after earlier refinements of it.
    fn newest(frame: &Frame, value: ValueId) -> ValueId {
        let mut current = value;
        let mut steps = 0;
        while frame.places_of(current).is_empty() && steps < 8 {
            let places = frame.bound.get(&current).cloned().unwrap_or_default();
            let next = places.iter().filter_map(|p| frame.env.get(p)).copied().find(|v| frame.object(*v) == frame.object(value) && *v != current);
            match next {
                Some(next) => current = next,
                None => break,
            }
            steps += 1;
        }
        current
    }
}
