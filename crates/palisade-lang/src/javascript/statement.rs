//! Statements.

use palisade_flow::ir::ValueId;
use tree_sitter::Node;

use super::facts::LoopFacts;
use super::kinds::Kind;
use super::lower::Lower;

impl<'t> Lower<'t> {
    /// A list of statements in the open scope: names are declared and functions made first.
    pub(super) fn statements(&mut self, statements: &[Node<'t>]) {
        for statement in statements {
            self.declare_of(*statement);
        }
        for statement in statements {
            if let Some(function) = self.hoisted_function(*statement) {
                self.function_declaration(function);
            }
        }
        for statement in statements {
            self.statement(*statement);
        }
    }

    /// A block with its own scope.
    pub(super) fn block(&mut self, node: Node<'t>) {
        self.b.push_scope();
        match self.kind(node) {
            Kind::StatementBlock => {
                let statements = self.g.children(node);
                self.statements(&statements);
            }
            _ => self.statements(&[node]),
        }
        self.b.pop_scope();
    }

    /// Declares what a statement declares in its block.
    fn declare_of(&mut self, node: Node<'t>) {
        match self.kind(node) {
            Kind::Lexical | Kind::Using => {
                for declarator in self.g.children(node) {
                    if let Some(name) = self.field(declarator, self.g.fields.name) {
                        self.declare_pattern(name);
                    }
                }
            }
            Kind::ClassDeclaration
            | Kind::AbstractClass
            | Kind::FunctionDeclaration
            | Kind::GeneratorDeclaration
            | Kind::Enum
            | Kind::InternalModule
            | Kind::ModuleDeclaration => {
                if let Some(name) = self.field(node, self.g.fields.name)
                    && matches!(self.kind(name), Kind::Identifier | Kind::TypeIdentifier)
                {
                    let name = self.text_of(name);
                    self.declare(name);
                }
            }
            Kind::Export => {
                if let Some(declaration) = self.field(node, self.g.fields.declaration) {
                    self.declare_of(declaration);
                }
            }
            Kind::ExpressionStatement => {
                // `namespace X {}` is an expression of the TypeScript grammar.
                if let [only] = self.g.children(node).as_slice()
                    && self.kind(*only) == Kind::InternalModule
                {
                    self.declare_of(*only);
                }
            }
            _ => {}
        }
    }

    fn hoisted_function(&self, node: Node<'t>) -> Option<Node<'t>> {
        match self.kind(node) {
            Kind::FunctionDeclaration | Kind::GeneratorDeclaration => Some(node),
            Kind::Export => self.hoisted_function(self.field(node, self.g.fields.declaration)?),
            _ => None,
        }
    }

    /// One statement.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        self.deeper(node, |l| l.statement_of(node));
    }

    fn statement_of(&mut self, node: Node<'t>) {
        let fields = &self.g.fields;
        match self.kind(node) {
            Kind::ExpressionStatement => {
                for child in self.g.children(node) {
                    let value = self.expression(child);
                    self.here(node);
                    self.b.discarded(value);
                }
            }
            Kind::Lexical | Kind::VariableDeclaration | Kind::Using => self.declarations(node),
            Kind::Return => {
                let value = match self.g.children(node).first() {
                    Some(child) => self.expression(*child),
                    None => self.undefined(),
                };
                self.here(node);
                self.b.return_(value);
            }
            Kind::Throw => {
                let value = self.only(node);
                self.here(node);
                self.b.throw(value);
            }
            Kind::If => self.if_statement(node),
            Kind::StatementBlock => self.block(node),
            Kind::For => self.for_statement(node),
            Kind::ForIn => self.for_in(node),
            Kind::While => self.while_statement(node),
            Kind::Do => self.do_statement(node),
            Kind::Switch => self.switch(node),
            Kind::Try => self.try_statement(node),
            Kind::Break => self.b.break_(),
            Kind::Continue => self.b.continue_(),
            Kind::Labeled => {
                if let Some(body) = self.field(node, fields.body) {
                    self.block(body);
                }
            }
            Kind::With => {
                if let Some(object) = self.field(node, fields.object) {
                    self.expression(object);
                }
                self.here(node);
                self.b.dynamic("names looked up by `with`");
                if let Some(body) = self.field(node, fields.body) {
                    self.block(body);
                }
            }
            Kind::ClassDeclaration | Kind::AbstractClass => {
                let value = self.class(node, "");
                if let Some(name) = self.field(node, fields.name) {
                    let name = self.text_of(name);
                    self.b.write(name, value);
                }
            }
            // Made before the statements of the block.
            Kind::FunctionDeclaration | Kind::GeneratorDeclaration => {}
            Kind::Export => self.export(node),
            Kind::ImportAlias => self.import_alias(node),
            Kind::Enum => self.enum_declaration(node),
            Kind::InternalModule | Kind::ModuleDeclaration => self.namespace(node),
            Kind::Error => self.error_statement(node),
            // Imports come first; types vanish.
            Kind::ImportStatement
            | Kind::Empty
            | Kind::Debugger
            | Kind::Ambient
            | Kind::FunctionSignature
            | Kind::InterfaceDeclaration
            | Kind::TypeAlias
            | Kind::HashBang
            | Kind::Comment
            | Kind::StatementIdentifier => {}
            _ => {
                let value = self.expression(node);
                self.b.discarded(value);
            }
        }
    }

    /// The value of the only child, `undefined` without one.
    pub(super) fn only(&mut self, node: Node<'t>) -> ValueId {
        match self.g.children(node).first() {
            Some(child) => self.expression(*child),
            None => self.undefined(),
        }
    }

    /// The children of broken syntax: statements as such, the rest as parts.
    fn error_statement(&mut self, node: Node<'t>) {
        let mut parts = Vec::new();
        for child in self.g.children(node) {
            match self.kind(child) {
                Kind::Other
                | Kind::Property
                | Kind::FormalParameters
                | Kind::StatementIdentifier
                | Kind::TypeAnnotation => {}
                Kind::FunctionDeclaration | Kind::GeneratorDeclaration => {
                    self.function_declaration(child)
                }
                kind if is_statement(kind) => {
                    self.declare_of(child);
                    self.statement(child);
                }
                _ => parts.push(self.expression(child)),
            }
        }
        self.here(node);
        self.b.error(parts);
    }

    /// `const a = …, {b} = …`.
    pub(super) fn declarations(&mut self, node: Node<'t>) {
        let lexical = self.kind(node) != Kind::VariableDeclaration;
        for declarator in self.g.children(node) {
            if self.kind(declarator) == Kind::Error {
                self.error_statement(declarator);
                continue;
            }
            let Some(name) = self.field(declarator, self.g.fields.name) else {
                continue;
            };
            match self.field(declarator, self.g.fields.value) {
                Some(value) => {
                    let hint = if self.kind(name) == Kind::Identifier {
                        self.text_of(name)
                    } else {
                        ""
                    };
                    let typed = self.field(declarator, self.g.fields.type_);
                    let value = self.named_expression(value, hint, typed);
                    self.here(declarator);
                    self.bind(name, value);
                }
                None if lexical => {
                    self.here(declarator);
                    let value = self.undefined();
                    self.bind(name, value);
                }
                None => {}
            }
        }
    }

    fn if_statement(&mut self, node: Node<'t>) {
        let fields = &self.g.fields;
        // `else if` chains are walked in a loop: they may be long, and they are not nesting.
        let mut open = 0usize;
        let mut next = Some(node);
        while let Some(node) = next.take() {
            let condition = match self.field(node, fields.condition) {
                Some(condition) => self.expression(condition),
                None => self.undefined(),
            };
            self.here(node);
            self.b.begin_if(condition);
            open += 1;
            if let Some(then) = self.field(node, fields.consequence) {
                self.block(then);
            }
            let Some(alternative) = self.field(node, fields.alternative) else {
                break;
            };
            let body = self.g.children(alternative).first().copied();
            self.here(node);
            self.b.begin_else();
            match body {
                Some(body) if self.kind(body) == Kind::If && open < 2_000 => next = Some(body),
                Some(body) => self.block(body),
                None => {}
            }
        }
        for _ in 0..open {
            self.here(node);
            self.b.end_if();
        }
    }

    fn begin_loop(&mut self, node: Node<'t>, iterated: Option<ValueId>) {
        let LoopFacts { names, keys } = self.facts.loops.remove(&node.id()).unwrap_or_default();
        self.here(node);
        self.b.begin_loop(&names, &keys, iterated);
    }

    fn for_statement(&mut self, node: Node<'t>) {
        let fields = &self.g.fields;
        self.b.push_scope();
        if let Some(initializer) = self.field(node, fields.initializer) {
            self.declare_of(initializer);
            self.statement(initializer);
        }
        self.begin_loop(node, None);
        if let Some(condition) = self
            .field(node, fields.condition)
            .filter(|c| c.is_named() && self.kind(*c) != Kind::Empty)
        {
            let condition = self.expression(condition);
            self.b.loop_test(condition);
        }
        if let Some(body) = self.field(node, fields.body) {
            self.block(body);
        }
        if let Some(increment) = self.field(node, fields.increment) {
            self.expression(increment);
        }
        self.here(node);
        self.b.end_loop();
        self.b.pop_scope();
    }

    fn for_in(&mut self, node: Node<'t>) {
        let fields = &self.g.fields;
        let iterated = match self.field(node, fields.right) {
            Some(right) => self.expression(right),
            None => self.undefined(),
        };
        let left = self.field(node, fields.left);
        let declares = self
            .field(node, fields.kind)
            .is_some_and(|kind| self.text_of(kind) != "var");
        let of_keys = self
            .field(node, fields.operator)
            .is_some_and(|operator| self.text_of(operator) == "in");
        self.b.push_scope();
        if let Some(left) = left.filter(|_| declares) {
            self.declare_pattern(left);
        }
        self.begin_loop(node, Some(iterated));
        if let Some(left) = left {
            self.here(left);
            let element = if of_keys {
                self.b.keys(iterated)
            } else {
                self.b.iter(iterated)
            };
            self.bind(left, element);
        }
        if let Some(body) = self.field(node, fields.body) {
            self.block(body);
        }
        self.here(node);
        self.b.end_loop();
        self.b.pop_scope();
    }

    fn while_statement(&mut self, node: Node<'t>) {
        self.begin_loop(node, None);
        if let Some(condition) = self.field(node, self.g.fields.condition) {
            let condition = self.expression(condition);
            self.b.loop_test(condition);
        }
        if let Some(body) = self.field(node, self.g.fields.body) {
            self.block(body);
        }
        self.here(node);
        self.b.end_loop();
    }

    fn do_statement(&mut self, node: Node<'t>) {
        self.begin_loop(node, None);
        if let Some(body) = self.field(node, self.g.fields.body) {
            self.block(body);
        }
        if let Some(condition) = self.field(node, self.g.fields.condition) {
            self.expression(condition);
        }
        self.here(node);
        self.b.end_loop();
    }

    fn switch(&mut self, node: Node<'t>) {
        let scrutinee = match self.field(node, self.g.fields.value) {
            Some(value) => self.expression(value),
            None => self.undefined(),
        };
        let cases = self
            .field(node, self.g.fields.body)
            .map(|body| self.g.children(body))
            .unwrap_or_default();
        self.b.push_scope();
        let bodies: Vec<Vec<Node<'t>>> = cases.iter().map(|case| self.case_body(*case)).collect();
        for statement in bodies.iter().flatten() {
            self.declare_of(*statement);
        }
        self.here(node);
        self.b.begin_switch(scrutinee);
        let (mut labels, mut is_default, mut has_default) = (Vec::new(), false, false);
        for (at, (case, body)) in cases.iter().zip(&bodies).enumerate() {
            match self.kind(*case) {
                Kind::SwitchDefault => is_default = true,
                _ => {
                    if let Some(value) = self.field(*case, self.g.fields.value) {
                        labels.push(self.expression(value));
                    }
                }
            }
            if body.is_empty() && at + 1 < cases.len() {
                continue;
            }
            has_default |= is_default;
            self.here(*case);
            let now = if is_default {
                Vec::new()
            } else {
                std::mem::take(&mut labels)
            };
            self.b.begin_case(&now);
            self.statements(body);
            self.b.end_case();
            labels.clear();
            is_default = false;
        }
        self.here(node);
        self.b.end_switch(has_default);
        self.b.pop_scope();
    }

    fn case_body(&self, case: Node<'t>) -> Vec<Node<'t>> {
        let value = self.field(case, self.g.fields.value).map(|v| v.id());
        self.g
            .children(case)
            .into_iter()
            .filter(|child| Some(child.id()) != value)
            .collect()
    }

    fn try_statement(&mut self, node: Node<'t>) {
        let fields = &self.g.fields;
        self.here(node);
        self.b.begin_try();
        if let Some(body) = self.field(node, fields.body) {
            self.block(body);
        }
        if let Some(handler) = self.field(node, fields.handler) {
            self.here(handler);
            self.b.begin_catch();
            self.b.push_scope();
            let caught = self.b.caught();
            if let Some(parameter) = self.field(handler, fields.parameter) {
                self.declare_pattern(parameter);
                self.bind(parameter, caught);
            }
            if let Some(body) = self.field(handler, fields.body) {
                self.block(body);
            }
            self.b.pop_scope();
        }
        self.here(node);
        self.b.end_try();
        if let Some(finalizer) = self.field(node, fields.finalizer)
            && let Some(body) = self.field(finalizer, fields.body)
        {
            self.block(body);
        }
    }
}

/// Whether a kind is a statement.
pub(super) fn is_statement(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ExpressionStatement
            | Kind::Lexical
            | Kind::VariableDeclaration
            | Kind::Using
            | Kind::Return
            | Kind::Throw
            | Kind::If
            | Kind::StatementBlock
            | Kind::For
            | Kind::ForIn
            | Kind::While
            | Kind::Do
            | Kind::Switch
            | Kind::Try
            | Kind::Break
            | Kind::Continue
            | Kind::Labeled
            | Kind::With
            | Kind::ClassDeclaration
            | Kind::AbstractClass
            | Kind::Export
            | Kind::ImportStatement
            | Kind::ImportAlias
            | Kind::Enum
            | Kind::Error
            | Kind::Empty
            | Kind::Debugger
            | Kind::Ambient
            | Kind::FunctionSignature
            | Kind::InterfaceDeclaration
            | Kind::TypeAlias
    )
}
