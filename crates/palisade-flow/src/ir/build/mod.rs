//! The builder that front ends call: scopes, SSA, refinements; front ends never see a phi.

mod control;
mod format;
mod names;
mod refine;

use palisade_model::index::{Id, IndexVec};
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Span};

use crate::ir::scope::{Frame, Place, VarId};
use crate::ir::{
    Arg, Call, Class, ClassIndex, Comparison, Const, Function, FunctionIndex, FunctionKind, Import,
    Imported, Instr, Interner, Language, Module, Op, Param, Sym, ValueId,
};

/// Longest text that is flattened into another one; longer ones stay parts of it.
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
        builder.open(
            "<module>",
            Span::new(file, 0, 0),
            FunctionKind::Module,
            Vec::new(),
        );
        builder
    }

    /// Ends the module.
    pub fn finish(mut self) -> Module {
        while self.frames.len() > 1 {
            self.end_function();
        }
        if let Some(frame) = self.frames.pop() {
            let index = frame.index;
            self.functions[index] = frame.finished();
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
        Span {
            file: self.file,
            start,
            end,
        }
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
        frame
            .function
            .dynamic
            .push((Span { file, start, end }, why.to_owned()));
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
            self.open(
                "<module>",
                Span::new(self.file, 0, 0),
                FunctionKind::Module,
                Vec::new(),
            );
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
            reread: Vec::new(),
            parent,
            dynamic: Vec::new(),
            broken: false,
            entry: None,
        };
        // The slot is reserved now so that functions stand in the order in which they begin.
        let index = self.functions.push(Function {
            instrs: IndexVec::new(),
            ..function.clone()
        });
        self.frames.push(Frame::new(index, function));
    }

    pub(super) fn emit(&mut self, op: Op) -> ValueId {
        let limit = self.instruction_limit;
        let frame = self.frame();
        let at = frame.len();
        if at >= limit {
            let first = !frame.function.broken;
            frame.function.broken = true;
            let (start, end) = frame.here;
            if first {
                let span = self.span(start, end);
                let message = format!(
                    "the function has more than {limit} steps: the rest of it was not followed"
                );
                self.problem(Problem::at(span, ProblemKind::Limit, Cost::Node, message));
            }
            return ValueId::from_index(at.saturating_sub(1));
        }
        let mut used = Vec::new();
        let base = match &op {
            Op::Store(base, ..) => Some(*base),
            _ => None,
        };
        op.operands(|v| used.push(v));
        if matches!(op, Op::Store(..) | Op::Put(..) | Op::Call(_)) {
            frame.last_effect = at;
        }
        for value in used {
            if Some(value) != base {
                let object = frame.object(value);
                frame.used_at.insert(object, at);
            }
        }
        let (start, end) = frame.here;
        frame.push(Instr { op, start, end })
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
            frame.read_again(value, 0);
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
            && frame
                .used_at
                .get(&object)
                .is_none_or(|used| *used <= earlier.index())
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
                Op::Concat(inner) if inner.len() <= FLATTENED_MAX => {
                    flat.extend(inner.iter().copied())
                }
                _ => flat.push(part),
            }
        }
        self.emit(Op::Concat(flat))
    }

    /// `x + y`: numbers stay numbers, anything else may be text.
    pub fn add(&mut self, x: ValueId, y: ValueId) -> ValueId {
        let numeric = |op: &Op| {
            matches!(
                op,
                Op::Const(Const::Number(_) | Const::Bool(_)) | Op::Arith(_)
            )
        };
        let frame = self.frame();
        if numeric(frame.op(x)) || numeric(frame.op(y)) {
            return self.emit(Op::Arith(vec![x, y]));
        }
        self.concat(vec![x, y])
    }

    /// A template with `%s` (`percent`) or `{}` placeholders filled by arguments, positional or by name. A template
    /// that does not parse becomes the text of all its pieces.
    pub fn format(
        &mut self,
        template: &str,
        percent: bool,
        positional: &[ValueId],
        named: &[(Sym, ValueId)],
    ) -> ValueId {
        let pieces = if percent {
            format::percent(template)
        } else {
            format::braces(template)
        };
        let mut parts = Vec::new();
        let mut next = 0;
        for piece in pieces {
            match piece {
                format::Piece::Literal(text) => parts.push(self.string(&text)),
                format::Piece::Number => {
                    next += 1;
                    parts.push(self.emit(Op::Arith(Vec::new())));
                }
                format::Piece::Next(path) => {
                    let value = positional.get(next).copied();
                    next += 1;
                    parts.extend(value.map(|v| self.follow(v, &path)));
                }
                format::Piece::Position(at, path) => {
                    let value = positional.get(at).copied();
                    parts.extend(value.map(|v| self.follow(v, &path)));
                }
                format::Piece::Name(name, path) => {
                    let sym = self.sym(&name);
                    let value = named.iter().find(|(key, _)| *key == sym).map(|(_, v)| *v);
                    // `"%(a)s" % record` and `"{a}".format(**record)` hand in one record.
                    let value = value.or_else(|| positional.first().map(|v| self.load(*v, &name)));
                    parts.extend(value.map(|v| self.follow(v, &path)));
                }
            }
        }
        if parts.is_empty() {
            parts.extend(
                positional
                    .iter()
                    .copied()
                    .chain(named.iter().map(|(_, v)| *v)),
            );
        }
        self.concat(parts)
    }

    fn follow(&mut self, value: ValueId, path: &[String]) -> ValueId {
        path.iter().fold(value, |v, key| self.load(v, key))
    }

    /// A call. A method is called through `load(receiver, name)`.
    pub fn call(&mut self, callee: ValueId, args: Vec<Arg>) -> ValueId {
        self.call_with(Call {
            callee,
            args,
            new: false,
            tagged: false,
        })
    }

    /// A call with flags.
    pub fn call_with(&mut self, call: Call) -> ValueId {
        let mut passed: Vec<ValueId> = call.args.iter().map(|a| a.value).collect();
        if let Op::Load(receiver, _) = self.frame().op(call.callee) {
            passed.push(*receiver);
        }
        let id = self.emit(Op::Call(call));
        let frame = self.frame();
        // A closure may change what it captured, whoever calls it.
        passed.extend(frame.escaped.iter().copied());
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
            let held = |(at, var): (usize, &VarId)| {
                frame
                    .env
                    .get(&Place::Var(*var))
                    .copied()
                    .unwrap_or(ValueId::from_index(at))
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
}
