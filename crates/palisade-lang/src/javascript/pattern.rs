//! Patterns: destructuring and assignment targets.

use palisade_flow::ir::{Sym, ValueId};
use tree_sitter::Node;

use super::kinds::Kind;
use super::lower::Lower;

impl<'t> Lower<'t> {
    /// Binds a pattern or assigns a target.
    pub(super) fn bind(&mut self, target: Node<'t>, value: ValueId) {
        self.deeper(target, |l| l.bind_of(target, value));
    }

    fn bind_of(&mut self, target: Node<'t>, value: ValueId) {
        let fields = &self.g.fields;
        match self.kind(target) {
            Kind::Identifier | Kind::ShorthandPattern | Kind::TypeIdentifier => {
                let name = self.text_of(target);
                self.b.write(name, value);
            }
            Kind::Member => {
                let Some(property) = self.field(target, fields.property) else {
                    return;
                };
                let key = self.text_of(property);
                if self.is_module_exports(target) {
                    self.b.write("exports", value);
                    return;
                }
                if let Some(object) = self.field(target, fields.object) {
                    let base = self.expression(object);
                    self.here(target);
                    self.b.store(base, key, value);
                }
            }
            Kind::Subscript => {
                let (Some(object), Some(index)) = (
                    self.field(target, fields.object),
                    self.field(target, fields.index),
                ) else {
                    return;
                };
                let base = self.expression(object);
                let index = self.expression(index);
                self.here(target);
                self.b.put(base, index, value);
            }
            Kind::ObjectPattern => self.bind_object(target, value),
            Kind::ArrayPattern => self.bind_array(target, value),
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern => {
                let (Some(left), Some(right)) = (
                    self.field(target, fields.left),
                    self.field(target, fields.right),
                ) else {
                    return;
                };
                let value = self.or_default(value, right);
                self.bind(left, value);
            }
            // `(a) = 1`, `a! = 1`, `...rest` of parameters.
            Kind::Parenthesized
            | Kind::NonNull
            | Kind::RestPattern
            | Kind::As
            | Kind::Satisfies => {
                if let Some(inner) = self.g.children(target).first() {
                    self.bind(*inner, value);
                }
            }
            _ => {}
        }
    }

    /// A value, or the default where it is missing.
    pub(super) fn or_default(&mut self, value: ValueId, default: Node<'t>) -> ValueId {
        let default_value = self.expression(default);
        self.here(default);
        self.b.phi(vec![value, default_value])
    }

    fn bind_object(&mut self, pattern: Node<'t>, base: ValueId) {
        let fields = &self.g.fields;
        let mut taken: Vec<Sym> = Vec::new();
        for child in self.g.children(pattern) {
            match self.kind(child) {
                Kind::ShorthandPattern => {
                    let name = self.text_of(child);
                    self.here(child);
                    let value = self.b.load(base, name);
                    taken.push(self.b.sym(name));
                    self.b.write(name, value);
                }
                Kind::ObjectAssignmentPattern => {
                    let (Some(left), Some(right)) = (
                        self.field(child, fields.left),
                        self.field(child, fields.right),
                    ) else {
                        continue;
                    };
                    let name = self.text_of(left);
                    self.here(left);
                    let value = self.b.load(base, name);
                    taken.push(self.b.sym(name));
                    let value = self.or_default(value, right);
                    self.bind(left, value);
                }
                Kind::PairPattern => {
                    let (Some(key), Some(target)) = (
                        self.field(child, fields.key),
                        self.field(child, fields.value),
                    ) else {
                        continue;
                    };
                    let value = match self.key(key) {
                        Ok(name) => {
                            self.here(child);
                            taken.push(self.b.sym(&name));
                            self.b.load(base, &name)
                        }
                        Err(index) => {
                            self.here(child);
                            self.b.index(base, index)
                        }
                    };
                    self.bind(target, value);
                }
                Kind::RestPattern => {
                    self.here(child);
                    let rest = self.b.rest(base, std::mem::take(&mut taken));
                    self.bind(child, rest);
                }
                _ => {}
            }
        }
    }

    fn bind_array(&mut self, pattern: Node<'t>, base: ValueId) {
        let mut cursor = pattern.walk();
        let mut position = 0usize;
        for child in pattern.children(&mut cursor) {
            if !child.is_named() {
                position += usize::from(self.text_of(child) == ",");
                continue;
            }
            match self.kind(child) {
                Kind::Comment => {}
                Kind::RestPattern => {
                    self.here(child);
                    let rest = self.b.rest(base, Vec::new());
                    self.bind(child, rest);
                }
                _ => {
                    self.here(child);
                    let value = self.b.load(base, &position.to_string());
                    self.bind(child, value);
                }
            }
        }
    }

    /// The constant text of a key, or its computed value.
    pub(super) fn key(&mut self, key: Node<'t>) -> Result<String, ValueId> {
        match self.kind(key) {
            Kind::Text => Ok(self.text_literal(key)),
            Kind::Number => Ok(super::literal::number(self.text_of(key))),
            Kind::Computed => {
                let value = self.only(key);
                match self.b.as_string(value) {
                    Some(text) => Ok(text),
                    None => Err(value),
                }
            }
            _ => Ok(self.text_of(key).to_owned()),
        }
    }

    /// Whether a member expression is `module.exports`.
    pub(super) fn is_module_exports(&mut self, node: Node<'t>) -> bool {
        let fields = &self.g.fields;
        let (Some(object), Some(property)) = (
            self.field(node, fields.object),
            self.field(node, fields.property),
        ) else {
            return false;
        };
        self.kind(object) == Kind::Identifier
            && self.text_of(object) == "module"
            && self.text_of(property) == "exports"
            && !self.b.is_local("module")
    }
}
