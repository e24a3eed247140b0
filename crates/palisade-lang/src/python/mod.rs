//! The front end of Python: ruff's tree into the IR, imports to files, handler strings to functions.

mod calls;
mod declarations;
mod expressions;
mod handlers;
mod imports;
mod library;
mod matches;
mod names;
mod operators;
mod resolve;
mod scan;
mod statements;
mod words;

use std::collections::VecDeque;

use palisade_flow::ir::build::Builder;
use palisade_flow::ir::{ClassIndex, Language, Module, ValueId};
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Span};
use ruff_python_ast::{Expr, PySourceType, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::frontend::{Frontend, HandlerSource, Paths, Resolved, Roots};

/// The front end.
pub static PYTHON: Python = Python;

/// Problems of syntax listed per file; the rest is counted.
const SYNTAX_PROBLEMS_MAX: usize = 20;

/// Python 3, and what of Python 2 the parser recovers.
#[derive(Debug, Clone, Copy)]
pub struct Python;

impl Frontend for Python {
    fn language(&self) -> Language {
        Language::Python
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["py"]
    }

    fn runs(&self, runtime: &str) -> bool {
        runtime.starts_with("python")
    }

    fn lower(&self, file: FileId, _path: &str, text: &str, limits: &Limits) -> Module {
        lower(file, text, limits)
    }

    fn resolve(
        &self,
        import: &str,
        from: &str,
        roots: &Roots,
        paths: &dyn Paths,
    ) -> (Resolved, bool) {
        resolve::resolve(import, from, roots, paths)
    }

    fn handler(
        &self,
        handler: &str,
        roots: &Roots,
        entries: &[String],
        paths: &dyn Paths,
    ) -> Vec<HandlerSource> {
        handlers::find(handler, roots, entries, paths)
    }

    fn handlers_by_shape(&self, module: &Module) -> Vec<String> {
        handlers::by_shape(module)
    }

    fn library(&self) -> &'static [(&'static str, &'static str)] {
        library::FILES
    }
}

fn lower(file: FileId, text: &str, limits: &Limits) -> Module {
    let mut builder = Builder::new(file, Language::Python, limits);
    if let Some((at, why)) = scan::too_deep(text) {
        let span = Span::new(file, at, at);
        builder.problem(Problem::at(
            span,
            ProblemKind::Limit,
            Cost::File,
            format!("{why}: the file was not read"),
        ));
        builder.broken();
        return builder.finish();
    }
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    let mut errors: Vec<TextRange> = parsed.errors().iter().map(|e| e.location).collect();
    errors.sort_by_key(|range| (range.start(), range.end()));
    syntax_problems(&mut builder, text, parsed.errors());
    let body = parsed.suite();
    let mut lowering = Lowering {
        b: builder,
        text,
        errors,
        hints: names::Hints::of(text),
        depth: 0,
        depth_max: limits.source_depth.min(400),
        cut: false,
        loops: 0,
        classes: Vec::new(),
        open_classes: Vec::new(),
        selves: Vec::new(),
        functions: 0,
        columns: Vec::new(),
        misplaced: VecDeque::new(),
        imported: FxHashMap::default(),
        packages: FxHashMap::default(),
        texts: FxHashMap::default(),
    };
    lowering.module(body);
    lowering.b.finish()
}

/// One problem per broken place, the first twenty in words.
fn syntax_problems(builder: &mut Builder, text: &str, errors: &[ruff_python_parser::ParseError]) {
    let mut line_end = 0;
    let mut count = 0;
    let mut last = None;
    for error in errors {
        let start = error.location.start().to_usize();
        if start < line_end {
            continue;
        }
        let rest = text.get(start..).unwrap_or("");
        line_end = start + rest.find('\n').map_or(rest.len(), |n| n + 1);
        count += 1;
        let span = builder.span(
            offset(start),
            offset(error.location.end().to_usize().max(start)),
        );
        last = Some(span);
        if count <= SYNTAX_PROBLEMS_MAX {
            let what = first_lower(&error.error.to_string());
            builder.problem(Problem::at(
                span,
                ProblemKind::Syntax,
                Cost::Node,
                format!("{what}: the statement was read as far as possible"),
            ));
        }
    }
    if let Some(span) = last
        && count > SYNTAX_PROBLEMS_MAX
    {
        let more = count - SYNTAX_PROBLEMS_MAX;
        builder.problem(Problem::at(
            span,
            ProblemKind::Syntax,
            Cost::Node,
            format!("and {more} more broken places: read as far as possible"),
        ));
    }
}

fn first_lower(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        // `f-string: …` and names in capitals stay as they are.
        (Some(first), Some(second))
            if first.is_ascii_uppercase() && second.is_ascii_lowercase() =>
        {
            first.to_ascii_lowercase().to_string() + chars.as_str()
        }
        _ => text.to_owned(),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A class whose body, or a method of which, is being lowered.
#[derive(Debug)]
struct ClassScope<'a> {
    /// Names of the body so far.
    names: FxHashMap<String, ValueId>,
    /// Its bases, read again inside methods by `super()`.
    bases: &'a [Expr],
    /// How many functions are open around the body.
    functions: usize,
}

/// The state of lowering one file.
#[derive(Debug)]
struct Lowering<'a> {
    b: Builder,
    text: &'a str,
    /// Where the parser met errors, sorted.
    errors: Vec<TextRange>,
    hints: names::Hints,
    depth: usize,
    depth_max: usize,
    /// Whether the limit on depth was reported.
    cut: bool,
    loops: usize,
    classes: Vec<ClassScope<'a>>,
    /// Classes whose bodies are open.
    open_classes: Vec<ClassIndex>,
    /// The instance parameters of the methods around.
    selves: Vec<String>,
    functions: usize,
    /// The columns of the definitions around.
    columns: Vec<usize>,
    /// Statements that broken syntax put into a function they do not belong to.
    misplaced: VecDeque<&'a Stmt>,
    /// Names bound by imports at module level, as dotted paths.
    imported: FxHashMap<String, String>,
    /// Modules bound by `import a.b` in this function, so that `import a.c` extends the same value.
    packages: FxHashMap<(usize, String), ValueId>,
    /// Module-level names that are one constant text.
    texts: FxHashMap<String, &'a str>,
}

impl<'a> Lowering<'a> {
    fn at(&mut self, node: &impl Ranged) {
        let range = node.range();
        let (start, end) = (range.start().to_u32(), range.end().to_u32());
        self.b.at(start, end.max(start));
    }

    /// Runs a step one level deeper; past the limit the rest is given up, with a problem.
    fn deeper<T>(&mut self, node: &impl Ranged, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= self.depth_max {
            if !self.cut {
                self.cut = true;
                let range = node.range();
                let span = self.b.span(range.start().to_u32(), range.end().to_u32());
                let depth = self.depth_max;
                let message =
                    format!("code nested more than {depth} deep: the inner part was not read");
                self.b
                    .problem(Problem::at(span, ProblemKind::Limit, Cost::Node, message));
            }
            return None;
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        Some(result)
    }

    /// Whether the parser met an error inside these bytes.
    fn is_broken(&self, range: TextRange) -> bool {
        let from = self.errors.partition_point(|e| e.start() < range.start());
        self.errors
            .get(from)
            .is_some_and(|e| e.start() <= range.end())
    }

    /// The class whose body is being lowered right here.
    fn class_body(&mut self) -> Option<&mut ClassScope<'a>> {
        let functions = self.functions;
        self.classes
            .last_mut()
            .filter(|class| class.functions == functions)
    }

    fn module(&mut self, body: &'a [Stmt]) {
        self.b.at(0, offset(self.text.len()));
        let found = names::assigned(body, self.hints);
        for name in &found.names {
            // What functions assign as `global` is read from the module record.
            if !found.inner_globals.contains(name) {
                self.b.declare_hoisted(name, false);
            }
        }
        self.constant_texts(body, &found.inner_globals);
        self.body(body);
    }

    /// Remembers module-level names that are assigned one text and nothing else.
    fn constant_texts(&mut self, body: &'a [Stmt], changed: &FxHashSet<String>) {
        let mut assigned: FxHashMap<&str, usize> = FxHashMap::default();
        let mut changed_inside: FxHashSet<String> = FxHashSet::default();
        for statement in body {
            let (target, value) = match statement {
                Stmt::Assign(assign) => (assign.targets.first(), Some(&*assign.value)),
                Stmt::AnnAssign(assign) => (Some(&*assign.target), assign.value.as_deref()),
                Stmt::AugAssign(assign) => (Some(&*assign.target), None),
                _ => {
                    let inner = names::assigned(std::slice::from_ref(statement), self.hints);
                    changed_inside.extend(inner.names);
                    continue;
                }
            };
            let Some(Expr::Name(name)) = target else {
                continue;
            };
            let name = name.id.as_str();
            *assigned.entry(name).or_default() += 1;
            if let Some(Expr::StringLiteral(text)) = value
                && !changed.contains(name)
            {
                self.texts.insert(name.to_owned(), text.value.to_str());
            }
        }
        self.texts.retain(|name, _| {
            assigned.get(name.as_str()) == Some(&1) && !changed_inside.contains(name)
        });
    }
}
