//! Functions: parameters, bodies, and the types that handlers declare.

use palisade_flow::ir::{FunctionKind, Param, ParamKind, ValueId};
use tree_sitter::Node;

use super::kinds::Kind;
use super::lower::Lower;

/// What `this` means in a function.
pub(super) enum This {
    /// What it means outside.
    Outer,
    /// A record of its own.
    Own,
    /// A variable of an enclosing function.
    Variable(String),
    /// Its first parameter.
    Parameter,
}

/// A parameter as written.
struct Parameter<'t> {
    pattern: Node<'t>,
    default: Option<Node<'t>>,
    rest: bool,
    annotation: Option<String>,
    /// `constructor(private db: Db)`.
    property: bool,
}

impl<'t> Lower<'t> {
    /// `function f() {}`.
    pub(super) fn function_declaration(&mut self, node: Node<'t>) {
        let Some(name) = self.field(node, self.g.fields.name) else {
            return;
        };
        let name = self.text_of(name);
        let value = self.deeper(node, |l| {
            if l.is_constructor(node, name) {
                return l.constructor(node, name);
            }
            l.function(node, name, FunctionKind::Plain, This::Own, None, &[])
        });
        if let Some(value) = value {
            self.b.write(name, value);
        }
    }

    /// An arrow function or function expression.
    pub(super) fn function_expression(
        &mut self,
        node: Node<'t>,
        name: &str,
        typed: Option<Node<'t>>,
    ) -> ValueId {
        if self.is_constructor(node, name) {
            return self.constructor(node, name);
        }
        let this = if self.kind(node) == Kind::Arrow {
            This::Outer
        } else {
            This::Own
        };
        let own = self
            .field(node, self.g.fields.name)
            .filter(|_| self.kind(node) != Kind::Method)
            .map(|n| self.text_of(n));
        let hint = typed.and_then(|t| self.event_of(t));
        // The name of a function expression is known inside it.
        if let Some(own) = own {
            self.b.push_scope();
            self.b.declare(own, false);
        }
        let name = own.unwrap_or(name);
        let value = self.function(
            node,
            if name.is_empty() { "<lambda>" } else { name },
            FunctionKind::Plain,
            this,
            hint,
            &[],
        );
        if let Some(own) = own {
            self.b.write(own, value);
            self.b.pop_scope();
        }
        value
    }

    /// A function of an object literal, whose `this` is the literal.
    pub(super) fn literal_function(&mut self, node: Node<'t>, name: &str, this: String) -> ValueId {
        self.function(
            node,
            name,
            FunctionKind::Plain,
            This::Variable(this),
            None,
            &[],
        )
    }

    /// Any function; `fields` are initial values of a class's fields, set before the body.
    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        name: &str,
        kind: FunctionKind,
        this: This,
        hint: Option<String>,
        fields: &[Node<'t>],
    ) -> ValueId {
        let facts = self.facts.functions.remove(&node.id()).unwrap_or_default();
        let parameters = self.parameters(node, hint);
        let mut params = Vec::new();
        let has_this = matches!(this, This::Parameter);
        if has_this {
            let name = self.b.sym("this");
            params.push(Param {
                name,
                kind: ParamKind::Plain,
                annotation: None,
            });
        }
        for (at, parameter) in parameters.iter().enumerate() {
            let name = match self.kind(parameter.pattern) {
                Kind::Identifier => self.text_of(parameter.pattern).to_owned(),
                _ => format!("#{at}"),
            };
            let name = self.b.sym(&name);
            let annotation = parameter.annotation.as_ref().map(|a| self.b.sym(a));
            let kind = if parameter.rest {
                ParamKind::Rest
            } else {
                ParamKind::Plain
            };
            params.push(Param {
                name,
                kind,
                annotation,
            });
        }
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let values = self.b.begin_function(
            name,
            cut(node.start_byte()),
            cut(node.end_byte()),
            kind,
            params,
            &facts.cells,
        );
        self.cells.push(facts.cells);
        if facts.broken {
            self.b.broken();
        }
        let awaiting = self.awaiting.last().copied().unwrap_or(false)
            && self.kind(node) == Kind::GeneratorFunction;
        self.awaiting.push(awaiting);
        match &this {
            This::Own if facts.uses_this => {
                self.b.declare("this", false);
                let record = self.b.record(Vec::new());
                self.b.write("this", record);
                self.this.push("this".to_owned());
            }
            This::Own | This::Parameter => self.this.push("this".to_owned()),
            This::Variable(name) => self.this.push(name.clone()),
            This::Outer => {
                let outer = self.this.last().cloned().unwrap_or_default();
                self.this.push(outer);
            }
        }
        if facts.uses_arguments && self.kind(node) != Kind::Arrow {
            let given = values
                .iter()
                .skip(usize::from(has_this))
                .map(|v| (*v, false))
                .collect();
            self.b.declare("arguments", false);
            let list = self.b.list(given);
            self.b.write("arguments", list);
        }
        for (parameter, value) in parameters
            .iter()
            .zip(values.iter().skip(usize::from(has_this)))
        {
            self.parameter(parameter, *value);
        }
        for name in &facts.hoisted {
            let cell = self.cells.last().is_some_and(|cells| cells.contains(*name));
            self.b.declare_hoisted(name, cell);
        }
        self.field_initializers(fields);
        if let Some(body) = self.field(node, self.g.fields.body) {
            self.body(body);
        }
        self.this.pop();
        self.awaiting.pop();
        self.cells.pop();
        self.b.end_function()
    }

    fn body(&mut self, body: Node<'t>) {
        if self.kind(body) == Kind::StatementBlock {
            self.block(body);
            return;
        }
        let value = self.expression(body);
        self.here(body);
        self.b.return_(value);
    }

    fn parameter(&mut self, parameter: &Parameter<'t>, value: ValueId) {
        let pattern = parameter.pattern;
        let is_name = self.kind(pattern) == Kind::Identifier;
        let value = match parameter.default {
            Some(default) => self.or_default(value, default),
            None if is_name && !parameter.property => return,
            None => value,
        };
        if !is_name {
            self.declare_pattern(pattern);
        }
        self.here(pattern);
        self.bind(pattern, value);
        if parameter.property && is_name {
            let this = self.b.read("this");
            let key = self.text_of(pattern);
            self.b.store(this, key, value);
        }
    }

    fn parameters(&self, node: Node<'t>, hint: Option<String>) -> Vec<Parameter<'t>> {
        let fields = &self.g.fields;
        let mut found = Vec::new();
        if let Some(single) = self.field(node, fields.parameter) {
            found.push(Parameter {
                pattern: single,
                default: None,
                rest: false,
                annotation: None,
                property: false,
            });
        }
        let list = self
            .field(node, fields.parameters)
            .map(|p| self.g.children(p))
            .unwrap_or_default();
        for child in list {
            let (mut pattern, mut default, mut annotation, mut property) =
                (child, None, None, false);
            if matches!(
                self.kind(child),
                Kind::RequiredParameter | Kind::OptionalParameter
            ) {
                let Some(inner) = self
                    .field(child, fields.pattern)
                    .or_else(|| self.field(child, fields.name))
                else {
                    continue;
                };
                pattern = inner;
                default = self.field(child, fields.value);
                annotation = self
                    .field(child, fields.type_)
                    .and_then(|t| self.type_name(t));
                property = self
                    .g
                    .children(child)
                    .iter()
                    .any(|c| self.kind(*c) == Kind::AccessibilityModifier)
                    || self.g.has_token(child, "readonly");
            }
            // A TypeScript `this` parameter is only a type.
            if self.kind(pattern) == Kind::This {
                continue;
            }
            if self.kind(pattern) == Kind::AssignmentPattern {
                default = self.field(pattern, fields.right);
                let Some(left) = self.field(pattern, fields.left) else {
                    continue;
                };
                pattern = left;
            }
            let rest = self.kind(pattern) == Kind::RestPattern;
            if rest && let Some(inner) = self.g.children(pattern).first() {
                pattern = *inner;
            }
            found.push(Parameter {
                pattern,
                default,
                rest,
                annotation,
                property,
            });
        }
        if let Some(first) = found.first_mut()
            && first.annotation.is_none()
        {
            first.annotation = hint;
        }
        found
    }

    /// The name of a type: that of its import where it is imported, else as written.
    pub(super) fn type_name(&self, node: Node<'t>) -> Option<String> {
        match self.kind(node) {
            Kind::TypeAnnotation => self.type_name(*self.g.children(node).first()?),
            Kind::GenericType => self.type_name(self.field(node, self.g.fields.name)?),
            Kind::TypeIdentifier | Kind::NestedType | Kind::Identifier => {
                let written = self.text_of(node);
                let (head, tail) = written
                    .split_once('.')
                    .map_or((written, None), |(h, t)| (h, Some(t)));
                // Types of packages are named with their module; those of the project as written.
                let head = self
                    .imported
                    .get(head)
                    .filter(|full| !full.starts_with(['.', '/', '#', '~']))
                    .map_or(head, String::as_str);
                Some(tail.map_or_else(|| head.to_owned(), |tail| format!("{head}.{tail}")))
            }
            _ if node.kind() == "predefined_type" => Some(self.text_of(node))
                .filter(|name| !matches!(*name, "any" | "unknown" | "object" | "void"))
                .map(str::to_owned),
            _ => None,
        }
    }

    /// The event type of a handler type: `APIGatewayProxyHandlerV2` → `APIGatewayProxyEventV2`, `Handler<SQSEvent>` → `SQSEvent`.
    fn event_of(&self, annotation: Node<'t>) -> Option<String> {
        let node = match self.kind(annotation) {
            Kind::TypeAnnotation => *self.g.children(annotation).first()?,
            _ => annotation,
        };
        if self.kind(node) == Kind::GenericType {
            let arguments = self
                .g
                .children(node)
                .into_iter()
                .find(|c| self.kind(*c) == Kind::TypeArguments)?;
            let name = self.type_name(node)?;
            return if name.ends_with("Handler") {
                self.type_name(*self.g.children(arguments).first()?)
            } else {
                None
            };
        }
        let name = self.type_name(node)?;
        let (module, short) = name.rsplit_once('.')?;
        if module != "aws-lambda" {
            return None;
        }
        let at = short.find("Handler")?;
        let (before, after) = (short.get(..at)?, short.get(at + "Handler".len()..)?);
        if before.is_empty() {
            None
        } else {
            Some(format!("aws-lambda.{before}Event{after}"))
        }
    }
}
