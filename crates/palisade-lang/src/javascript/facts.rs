//! What must be known before lowering: hoisted names, names closures assign, what loops assign, where syntax is broken.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, Tree};

use super::kinds::{Grammar, Kind};

/// Names and keys kept per loop at most.
const LOOP_NAMES_MAX: usize = 1_000;
/// Places of broken syntax kept.
const BROKEN_MAX: usize = 1_000;

/// Facts of one function.
#[derive(Clone, Debug, Default)]
pub(super) struct FunctionFacts<'t> {
    /// `var` names, in order.
    pub(super) hoisted: Vec<&'t str>,
    /// Names that functions inside assign.
    pub(super) cells: FxHashSet<String>,
    /// Whether `this` occurs, in it or in an arrow function of it.
    pub(super) uses_this: bool,
    /// Whether broken syntax lies in it.
    pub(super) broken: bool,
    /// Whether `arguments` occurs likewise.
    pub(super) uses_arguments: bool,
}

/// What a loop assigns.
#[derive(Clone, Debug, Default)]
pub(super) struct LoopFacts {
    /// Variables.
    pub(super) names: Vec<String>,
    /// Keys of objects.
    pub(super) keys: Vec<String>,
}

/// Facts of a file, by node id.
#[derive(Debug, Default)]
pub(super) struct Facts<'t> {
    pub(super) functions: FxHashMap<usize, FunctionFacts<'t>>,
    pub(super) loops: FxHashMap<usize, LoopFacts>,
    /// Names whose `prototype` is touched.
    pub(super) prototypes: FxHashSet<&'t str>,
    /// Bytes of the outermost broken places.
    pub(super) broken: Vec<(usize, usize)>,
}

struct OpenFunction<'t> {
    id: usize,
    arrow: bool,
    facts: FunctionFacts<'t>,
    declared: FxHashSet<&'t str>,
    assigned: FxHashSet<&'t str>,
    /// Free names that functions inside assign.
    inner: FxHashSet<&'t str>,
}

struct OpenLoop<'t> {
    id: usize,
    /// How many functions were open.
    function: usize,
    names: FxHashSet<&'t str>,
    keys: FxHashSet<&'t str>,
}

struct Pass<'t> {
    grammar: &'static Grammar,
    text: &'t str,
    functions: Vec<OpenFunction<'t>>,
    loops: Vec<OpenLoop<'t>>,
    facts: Facts<'t>,
}

/// Walks a tree once, without recursion, down to `depth_max`.
pub(super) fn collect<'t>(
    tree: &'t Tree,
    text: &'t str,
    grammar: &'static Grammar,
    depth_max: usize,
) -> Facts<'t> {
    let mut pass = Pass {
        grammar,
        text,
        functions: Vec::new(),
        loops: Vec::new(),
        facts: Facts::default(),
    };
    let mut cursor = tree.walk();
    let mut open: Vec<usize> = Vec::new();
    let mut broken_above = 0usize;
    loop {
        let node = cursor.node();
        let broken = (node.is_error() || node.is_missing())
            && !node
                .parent()
                .is_some_and(|parent| is_markup(grammar.kind(parent)));
        if broken && broken_above == 0 && pass.facts.broken.len() < BROKEN_MAX {
            pass.facts.broken.push((node.start_byte(), node.end_byte()));
        }
        pass.enter(node);
        if broken && let Some(function) = pass.functions.last_mut() {
            function.facts.broken = true;
        }
        broken_above += usize::from(node.is_error());
        if open.len() < depth_max && cursor.goto_first_child() {
            open.push(node.id());
            continue;
        }
        loop {
            let node = cursor.node();
            broken_above = broken_above.saturating_sub(usize::from(node.is_error()));
            pass.leave(node);
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return pass.facts;
            }
            open.pop();
        }
    }
}

fn is_function(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Program
            | Kind::Arrow
            | Kind::FunctionDeclaration
            | Kind::FunctionExpression
            | Kind::GeneratorFunction
            | Kind::GeneratorDeclaration
            | Kind::Method
            | Kind::ClassStaticBlock
    )
}

/// Odd characters in markup cost nothing.
fn is_markup(kind: Kind) -> bool {
    matches!(kind, Kind::JsxElement | Kind::JsxAttribute | Kind::Text)
}

fn is_loop(kind: Kind) -> bool {
    matches!(kind, Kind::For | Kind::ForIn | Kind::While | Kind::Do)
}

impl<'t> Pass<'t> {
    fn text(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn enter(&mut self, node: Node<'t>) {
        let kind = self.grammar.kind(node);
        let fields = &self.grammar.fields;
        if matches!(
            kind,
            Kind::FunctionDeclaration | Kind::GeneratorDeclaration | Kind::ClassDeclaration
        ) && let Some(name) = self.grammar.field(node, fields.name)
        {
            self.declared(name);
        }
        if is_function(kind) || self.functions.is_empty() {
            let arrow = matches!(kind, Kind::Arrow);
            self.functions.push(OpenFunction {
                id: node.id(),
                arrow,
                facts: FunctionFacts::default(),
                declared: FxHashSet::default(),
                assigned: FxHashSet::default(),
                inner: FxHashSet::default(),
            });
        }
        if is_loop(kind) {
            self.loops.push(OpenLoop {
                id: node.id(),
                function: self.functions.len(),
                names: FxHashSet::default(),
                keys: FxHashSet::default(),
            });
        }
        match kind {
            Kind::FormalParameters => {
                for child in self.grammar.children(node) {
                    match self.grammar.field(child, fields.pattern) {
                        Some(pattern) => self.declared(pattern),
                        None => self.declared(child),
                    }
                }
            }
            Kind::Arrow => {
                if let Some(parameter) = self.grammar.field(node, fields.parameter) {
                    self.declared(parameter);
                }
            }
            Kind::VariableDeclarator => self.declarator(node),
            Kind::Catch => {
                if let Some(parameter) = self.grammar.field(node, fields.parameter) {
                    self.declared(parameter);
                }
            }
            Kind::Assignment | Kind::Augmented => {
                if let Some(left) = self.grammar.field(node, fields.left) {
                    self.assigned(left);
                }
            }
            Kind::Update => {
                if let Some(argument) = self.grammar.field(node, fields.argument) {
                    self.assigned(argument);
                }
            }
            Kind::ForIn => {
                if let Some(left) = self.grammar.field(node, fields.left) {
                    match self.grammar.field(node, fields.kind) {
                        Some(kind) => {
                            self.declared(left);
                            if self.text(kind) == "var" {
                                self.hoist(left);
                            }
                        }
                        None => self.assigned(left),
                    }
                }
            }
            Kind::Member => {
                let property = self.grammar.field(node, fields.property);
                if property.is_some_and(|p| self.text(p) == "prototype")
                    && let Some(object) = self.grammar.field(node, fields.object)
                    && self.grammar.kind(object) == Kind::Identifier
                {
                    self.facts.prototypes.insert(self.text(object));
                }
            }
            Kind::This | Kind::Super => self.mark(|f| f.uses_this = true),
            Kind::Identifier if self.text(node) == "arguments" => {
                self.mark(|f| f.uses_arguments = true)
            }
            _ => {}
        }
    }

    fn mark(&mut self, mark: impl Fn(&mut FunctionFacts<'t>)) {
        for function in self.functions.iter_mut().rev() {
            mark(&mut function.facts);
            if !function.arrow {
                return;
            }
        }
    }

    fn declarator(&mut self, node: Node<'t>) {
        let Some(name) = self.grammar.field(node, self.grammar.fields.name) else {
            return;
        };
        self.declared(name);
        let is_var = node
            .parent()
            .is_some_and(|p| self.grammar.kind(p) == Kind::VariableDeclaration);
        if is_var {
            self.hoist(name);
            // A `var` in a loop is one variable for all rounds.
            let mut names = Vec::new();
            targets(self.grammar, self.text, name, &mut names, &mut Vec::new());
            self.in_loops(&names, &[]);
        }
    }

    fn hoist(&mut self, pattern: Node<'t>) {
        let mut names = Vec::new();
        targets(
            self.grammar,
            self.text,
            pattern,
            &mut names,
            &mut Vec::new(),
        );
        if let Some(function) = self.functions.last_mut() {
            function.facts.hoisted.extend(names);
        }
    }

    fn declared(&mut self, pattern: Node<'t>) {
        let mut names = Vec::new();
        targets(
            self.grammar,
            self.text,
            pattern,
            &mut names,
            &mut Vec::new(),
        );
        if let Some(function) = self.functions.last_mut() {
            function.declared.extend(names);
        }
    }

    fn assigned(&mut self, target: Node<'t>) {
        let (mut names, mut keys) = (Vec::new(), Vec::new());
        targets(self.grammar, self.text, target, &mut names, &mut keys);
        if let Some(function) = self.functions.last_mut() {
            function.assigned.extend(names.iter().copied());
        }
        self.in_loops(&names, &keys);
    }

    fn in_loops(&mut self, names: &[&'t str], keys: &[&'t str]) {
        let function = self.functions.len();
        if let Some(open) = self.loops.last_mut() {
            if open.function == function && open.names.len() < LOOP_NAMES_MAX {
                open.names.extend(names.iter().copied());
            }
            if open.keys.len() < LOOP_NAMES_MAX {
                open.keys.extend(keys.iter().copied());
            }
        }
    }

    fn leave(&mut self, node: Node<'t>) {
        let kind = self.grammar.kind(node);
        if self.functions.last().is_some_and(|f| f.id == node.id()) {
            self.leave_function();
        }
        if is_loop(kind) && self.loops.last().is_some_and(|l| l.id == node.id()) {
            self.leave_loop();
        }
    }

    fn leave_function(&mut self) {
        let Some(mut function) = self.functions.pop() else {
            return;
        };
        let mut free: FxHashSet<&'t str> = function
            .assigned
            .difference(&function.declared)
            .copied()
            .collect();
        free.extend(
            function
                .inner
                .iter()
                .copied()
                .filter(|name| !function.declared.contains(name)),
        );
        function.facts.cells = function
            .inner
            .iter()
            .filter(|name| function.declared.contains(*name))
            .map(|name| (*name).to_owned())
            .collect();
        if let Some(outer) = self.functions.last_mut() {
            outer.inner.extend(free);
        }
        let mut seen = FxHashSet::default();
        function.facts.hoisted.retain(|name| seen.insert(*name));
        self.facts.functions.insert(function.id, function.facts);
    }

    fn leave_loop(&mut self) {
        let Some(inner) = self.loops.pop() else {
            return;
        };
        if let Some(outer) = self.loops.last_mut() {
            if outer.function == inner.function && outer.names.len() < LOOP_NAMES_MAX {
                outer.names.extend(inner.names.iter().copied());
            }
            if outer.keys.len() < LOOP_NAMES_MAX {
                outer.keys.extend(inner.keys.iter().copied());
            }
        }
        let sorted = |set: FxHashSet<&'t str>| {
            let mut all: Vec<String> = set.into_iter().map(str::to_owned).collect();
            all.sort_unstable();
            all
        };
        self.facts.loops.insert(
            inner.id,
            LoopFacts {
                names: sorted(inner.names),
                keys: sorted(inner.keys),
            },
        );
    }
}

/// The variables and keys a pattern or an assignment target sets.
pub(super) fn targets<'t>(
    grammar: &'static Grammar,
    text: &'t str,
    node: Node<'t>,
    names: &mut Vec<&'t str>,
    keys: &mut Vec<&'t str>,
) {
    let fields = &grammar.fields;
    let text_of = |node: Node<'t>| text.get(node.byte_range()).unwrap_or("");
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match grammar.kind(node) {
            Kind::Identifier | Kind::ShorthandPattern | Kind::TypeIdentifier => {
                names.push(text_of(node))
            }
            Kind::Member => keys.extend(grammar.field(node, fields.property).map(text_of)),
            Kind::Subscript => {
                if let Some(index) = grammar.field(node, fields.index) {
                    keys.push(text_of(index).trim_matches(['"', '\'', '`']));
                }
            }
            Kind::PairPattern => open.extend(grammar.field(node, fields.value)),
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern => {
                open.extend(grammar.field(node, fields.left))
            }
            Kind::ObjectPattern
            | Kind::ArrayPattern
            | Kind::RestPattern
            | Kind::NonNull
            | Kind::Parenthesized => {
                let mut children = grammar.children(node);
                children.reverse();
                open.extend(children);
            }
            _ => {}
        }
    }
}
