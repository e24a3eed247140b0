//! Which names a body assigns: the scopes of Python, found before lowering.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{ExceptHandler, ExceptHandlerExceptHandler, Expr, Number, Pattern, Stmt};
use rustc_hash::FxHashSet;

/// Deepest expression looked into for assignments.
const DEPTH_MAX: usize = 200;

/// What a body assigns, each list in order of first mention.
#[derive(Default, Debug)]
pub(super) struct Assigned {
    /// Names bound here.
    pub(super) names: Vec<String>,
    /// Constant keys and attributes stored here.
    pub(super) keys: Vec<String>,
    /// Names declared `global` here.
    pub(super) globals: FxHashSet<String>,
    /// Names declared `nonlocal` here.
    pub(super) nonlocals: FxHashSet<String>,
    /// Names declared `nonlocal` in functions inside.
    pub(super) cells: FxHashSet<String>,
    /// Names declared `global` in functions inside.
    pub(super) inner_globals: FxHashSet<String>,
}

/// Which words occur in a text at all, so that most looks can be skipped.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Hints {
    /// `:=`.
    walrus: bool,
    /// `global` or `nonlocal`.
    outer: bool,
}

impl Hints {
    /// The hints of a text.
    pub(super) fn of(text: &str) -> Self {
        Self {
            walrus: text.contains(":="),
            outer: text.contains("nonlocal") || text.contains("global"),
        }
    }
}

/// What statements assign, nested functions and class bodies apart.
pub(super) fn assigned(body: &[Stmt], hints: Hints) -> Assigned {
    let mut finder = Finder {
        hints,
        ..Finder::default()
    };
    for statement in body {
        finder.visit_stmt(statement);
    }
    finder.found
}

/// Adds the names a target binds.
pub(super) fn targets(target: &Expr) -> Vec<String> {
    let mut finder = Finder::default();
    finder.target(target, 0);
    finder.found.names
}

/// What an expression assigns by `:=`.
pub(super) fn walrus(expression: &Expr) -> Vec<String> {
    let mut finder = Finder {
        hints: Hints {
            walrus: true,
            outer: false,
        },
        ..Finder::default()
    };
    finder.visit_expr(expression);
    finder.found.names
}

/// Whether a `break` of the loop around these statements stands in them.
pub(super) fn breaks(body: &[Stmt]) -> bool {
    struct Breaks(bool);
    impl Visitor<'_> for Breaks {
        fn visit_stmt(&mut self, statement: &Stmt) {
            match statement {
                Stmt::Break(_) => self.0 = true,
                Stmt::For(_) | Stmt::While(_) | Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                _ if self.0 => {}
                _ => walk_stmt(self, statement),
            }
        }
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut visitor = Breaks(false);
    for statement in body {
        visitor.visit_stmt(statement);
    }
    visitor.0
}

#[derive(Default)]
struct Finder {
    found: Assigned,
    seen: FxHashSet<String>,
    depth: usize,
    hints: Hints,
    /// How many functions we are inside of.
    inside: usize,
}

impl Finder {
    fn name(&mut self, name: &str) {
        if self.inside == 0 && !name.is_empty() && self.seen.insert(name.to_owned()) {
            self.found.names.push(name.to_owned());
        }
    }

    fn key(&mut self, key: &str) {
        if self.inside == 0
            && !self.found.keys.iter().any(|k| k == key)
            && self.found.keys.len() < 256
        {
            self.found.keys.push(key.to_owned());
        }
    }

    fn target(&mut self, target: &Expr, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        match target {
            Expr::Name(name) => self.name(name.id.as_str()),
            Expr::Attribute(attribute) => self.key(attribute.attr.as_str()),
            Expr::Subscript(subscript) => match &*subscript.slice {
                Expr::StringLiteral(key) => self.key(key.value.to_str()),
                Expr::NumberLiteral(number) => self.key(&number_text(&number.value)),
                _ => {}
            },
            Expr::Starred(starred) => self.target(&starred.value, depth + 1),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| self.target(e, depth + 1)),
            Expr::List(list) => list.elts.iter().for_each(|e| self.target(e, depth + 1)),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.name(function.name.as_str());
                if self.hints.outer {
                    self.inside += 1;
                    function.body.iter().for_each(|s| self.visit_stmt(s));
                    self.inside -= 1;
                }
                return;
            }
            Stmt::ClassDef(class) => {
                self.name(class.name.as_str());
                if self.hints.outer {
                    self.inside += 1;
                    class.body.iter().for_each(|s| self.visit_stmt(s));
                    self.inside -= 1;
                }
                return;
            }
            Stmt::Global(global) => {
                let into = if self.inside == 0 {
                    &mut self.found.globals
                } else {
                    &mut self.found.inner_globals
                };
                into.extend(global.names.iter().map(|n| n.to_string()));
            }
            Stmt::Nonlocal(nonlocal) => {
                let into = if self.inside == 0 {
                    &mut self.found.nonlocals
                } else {
                    &mut self.found.cells
                };
                into.extend(nonlocal.names.iter().map(|n| n.to_string()));
            }
            Stmt::Assign(assign) => assign.targets.iter().for_each(|t| self.target(t, 0)),
            Stmt::AugAssign(assign) => self.target(&assign.target, 0),
            Stmt::AnnAssign(assign) if assign.value.is_some() => self.target(&assign.target, 0),
            Stmt::For(each) => self.target(&each.target, 0),
            Stmt::With(with) => with
                .items
                .iter()
                .filter_map(|i| i.optional_vars.as_deref())
                .for_each(|t| self.target(t, 0)),
            Stmt::Delete(delete) => delete
                .targets
                .iter()
                .filter(|t| t.is_subscript_expr())
                .for_each(|t| self.target(t, 0)),
            Stmt::Try(guarded) => {
                for ExceptHandler::ExceptHandler(handler) in &guarded.handlers {
                    if let Some(name) = caught_name(handler) {
                        self.name(name);
                    }
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().map_or_else(
                        || alias.name.split('.').next().unwrap_or_default(),
                        |n| n.as_str(),
                    );
                    self.name(bound);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in import.names.iter().filter(|a| a.name.as_str() != "*") {
                    self.name(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            Stmt::TypeAlias(alias) => self.target(&alias.name, 0),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expression: &'a Expr) {
        if !self.hints.walrus || self.depth > DEPTH_MAX || matches!(expression, Expr::Lambda(_)) {
            return;
        }
        if let Expr::Named(named) = expression {
            self.target(&named.target, 0);
        }
        self.depth += 1;
        walk_expr(self, expression);
        self.depth -= 1;
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if self.depth > DEPTH_MAX {
            return;
        }
        match pattern {
            Pattern::MatchAs(named) => named.name.iter().for_each(|n| self.name(n.as_str())),
            Pattern::MatchStar(star) => star.name.iter().for_each(|n| self.name(n.as_str())),
            Pattern::MatchMapping(mapping) => {
                mapping.rest.iter().for_each(|n| self.name(n.as_str()))
            }
            _ => {}
        }
        self.depth += 1;
        walk_pattern(self, pattern);
        self.depth -= 1;
    }
}

/// The name an exception is bound to; `except E, name` of Python 2 included.
pub(super) fn caught_name(handler: &ExceptHandlerExceptHandler) -> Option<&str> {
    if let Some(name) = &handler.name {
        return Some(name.as_str());
    }
    match handler.type_.as_deref() {
        Some(Expr::Tuple(tuple)) if !tuple.parenthesized => match tuple.elts.as_slice() {
            [_, Expr::Name(name)] if name.id.chars().next().is_some_and(char::is_lowercase) => {
                Some(name.id.as_str())
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression calls something of this last name.
pub(super) fn is_call_of(expression: &Expr, name: &str) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    match &*call.func {
        Expr::Name(callee) => callee.id.as_str() == name,
        Expr::Attribute(callee) => callee.attr.as_str() == name,
        _ => false,
    }
}

/// A number as a key is written.
pub(super) fn number_text(number: &Number) -> String {
    match number {
        Number::Int(int) => int.to_string(),
        Number::Float(float) => float.to_string(),
        Number::Complex { real, imag } => format!("{real}+{imag}j"),
    }
}
