//! Lowers a file: parses it, collects facts, and walks statements in order.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use palisade_flow::ir::build::Builder;
use palisade_flow::ir::{ClassIndex, Const, Language, Module, ValueId};
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use super::facts::{self, Facts};
use super::kinds::{self, Grammar, Kind};

/// Broken places reported per file.
const BROKEN_REPORTED: usize = 20;

/// The state of lowering one file.
pub(super) struct Lower<'t> {
    pub(super) b: Builder,
    pub(super) text: &'t str,
    pub(super) g: &'static Grammar,
    pub(super) facts: Facts<'t>,
    /// Names that closures assign, per open function.
    pub(super) cells: Vec<FxHashSet<String>>,
    /// The variable that `this` is, per open function that has its own.
    pub(super) this: Vec<String>,
    /// The variable that holds the base of the class around, innermost last.
    pub(super) supers: Vec<String>,
    /// Classes written as functions, with the number of functions open where they are made.
    pub(super) constructors: FxHashMap<String, (ClassIndex, usize)>,
    /// Local names of imports, with the dotted name of what they import; types included.
    pub(super) imported: FxHashMap<String, String>,
    /// Exports settled at the end of the module: exported name, local name.
    pub(super) exported: Vec<(String, String)>,
    /// Modules of `export *`.
    pub(super) starred: Vec<ValueId>,
    /// The namespace whose exports are stored, innermost last.
    pub(super) namespaces: Vec<String>,
    /// Whether `yield` is an `await` compiled away, per open function.
    pub(super) awaiting: Vec<bool>,
    depth: usize,
    depth_max: usize,
    too_deep: Option<(usize, usize)>,
}

/// Lowers a file. What could not be read is a problem of the module.
pub(super) fn lower(file: FileId, path: &str, text: &str, limits: &Limits) -> Module {
    let mut b = Builder::new(file, Language::JavaScript, limits);
    let whole = Span::new(file, 0, text.len());
    if path.ends_with(".d.ts") || path.ends_with(".d.mts") || path.ends_with(".d.cts") {
        return b.finish();
    }
    if let Some(what) = crate::bundle::recognized(text).filter(|_| !path.ends_with(".json")) {
        let message =
            format!("{what} code: recognized and left out; its functions were not examined");
        b.problem(Problem::at(
            Span::new(file, 0, 0),
            ProblemKind::Skipped,
            Cost::File,
            message,
        ));
        return b.finish();
    }
    if path.ends_with(".json") {
        super::data::lower(&mut b, text, limits);
        return b.finish();
    }
    let grammar = kinds::grammar(path);
    let (masked, conflicts) = super::mask::masked(path, text);
    let text = masked.as_ref();
    let Some(tree) = parse(grammar, text, limits) else {
        let message = format!(
            "parsing took longer than {} s: the file was left out; its functions were not examined",
            limits.parse_ms / 1000
        );
        b.problem(Problem::at(whole, ProblemKind::Limit, Cost::File, message));
        return b.finish();
    };
    for (start, end) in conflicts {
        let message = "merge conflict marker: both sides were read";
        b.problem(Problem::at(
            Span::new(file, start, end),
            ProblemKind::Syntax,
            Cost::Nothing,
            message,
        ));
    }
    let facts = facts::collect(&tree, text, grammar, limits.source_depth.saturating_mul(4));
    let lower = Lower {
        b,
        text,
        g: grammar,
        facts,
        cells: Vec::new(),
        this: vec!["exports".to_owned()],
        supers: Vec::new(),
        constructors: FxHashMap::default(),
        imported: FxHashMap::default(),
        exported: Vec::new(),
        starred: Vec::new(),
        namespaces: Vec::new(),
        awaiting: vec![false],
        depth: 0,
        depth_max: limits.source_depth,
        too_deep: None,
    };
    lower.program(&tree)
}

fn parse(grammar: &Grammar, text: &str, limits: &Limits) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.language).ok()?;
    let end = Instant::now() + Duration::from_millis(limits.parse_ms);
    let mut progress = |_: &ParseState| {
        if Instant::now() > end {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    parser.parse_with_options(
        &mut |at, _| bytes.get(at..).unwrap_or(&[]),
        None,
        Some(options),
    )
}

impl<'t> Lower<'t> {
    fn program(mut self, tree: &'t Tree) -> Module {
        let root = tree.root_node();
        let facts = self.facts.functions.remove(&root.id()).unwrap_or_default();
        self.cells.push(facts.cells);
        if facts.broken {
            self.b.broken();
        }
        self.here(root);
        self.b.at(0, 0);
        self.b.declare("exports", false);
        let record = self.b.record(Vec::new());
        self.b.write("exports", record);
        for name in facts.hoisted {
            self.b.declare_hoisted(name, false);
        }
        let statements = self.g.children(root);
        for statement in &statements {
            if self.g.kind(*statement) == Kind::ImportStatement {
                self.import_statement(*statement);
            }
        }
        self.statements(&statements);
        self.settle_exports();
        self.report_broken();
        self.b.finish()
    }

    fn report_broken(&mut self) {
        let broken = std::mem::take(&mut self.facts.broken);
        let file = self.b.file();
        let mut reported = 0;
        let mut last_line = None;
        for (start, end) in &broken {
            let line_start = self
                .text
                .get(..*start)
                .map_or(0, |t| t.rfind('\n').map_or(0, |at| at + 1));
            if last_line == Some(line_start) {
                continue;
            }
            last_line = Some(line_start);
            if reported == BROKEN_REPORTED {
                let message = format!(
                    "and {} more broken places: each statement was left out",
                    broken.len() - reported
                );
                self.b.problem(Problem::at(
                    Span::new(file, *start, *end),
                    ProblemKind::Syntax,
                    Cost::Node,
                    message,
                ));
                break;
            }
            reported += 1;
            let message =
                "broken syntax: the statement was left out; its function may be incomplete";
            self.b.problem(Problem::at(
                Span::new(file, *start, *end),
                ProblemKind::Syntax,
                Cost::Node,
                message,
            ));
        }
        if let Some((start, end)) = self.too_deep {
            let message =
                "code nested too deeply: the inner part was left out; its function is incomplete";
            self.b.problem(Problem::at(
                Span::new(file, start, end),
                ProblemKind::Limit,
                Cost::Node,
                message,
            ));
        }
    }

    // ---- small things every room needs ------------------------------------------------------------------------------

    /// The next operations stand at this node.
    pub(super) fn here(&mut self, node: Node<'t>) {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.b.at(cut(node.start_byte()), cut(node.end_byte()));
    }

    /// The text of a node.
    pub(super) fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// The kind of a node.
    pub(super) fn kind(&self, node: Node<'t>) -> Kind {
        self.g.kind(node)
    }

    /// The child in a field.
    pub(super) fn field(&self, node: Node<'t>, field: u16) -> Option<Node<'t>> {
        self.g.field(node, field)
    }

    /// `undefined`.
    pub(super) fn undefined(&mut self) -> ValueId {
        self.b.constant(Const::Undefined)
    }

    /// The base of the class around.
    pub(super) fn base_class(&mut self) -> ValueId {
        match self.supers.last().cloned() {
            Some(name) => self.b.read(&name),
            None => self.undefined(),
        }
    }

    /// Declares a name in the innermost scope, as a cell where closures assign it.
    pub(super) fn declare(&mut self, name: &str) {
        let cell = self.cells.last().is_some_and(|cells| cells.contains(name));
        self.b.declare(name, cell);
    }

    /// Declares all names of a pattern.
    pub(super) fn declare_pattern(&mut self, pattern: Node<'t>) {
        let mut names = Vec::new();
        facts::targets(self.g, self.text, pattern, &mut names, &mut Vec::new());
        for name in names {
            self.declare(name);
        }
    }

    /// Runs a step one level deeper, unless that is too deep.
    pub(super) fn deeper<T>(
        &mut self,
        node: Node<'t>,
        step: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.depth >= self.depth_max {
            self.too_deep
                .get_or_insert((node.start_byte(), node.end_byte()));
            self.b.broken();
            return None;
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        Some(result)
    }
}
