//! Classes written as functions: `function F() { this.a = 1 }` and `F.prototype.m = function () {}`.

use palisade_flow::ir::{ClassIndex, FunctionKind, Member, MemberKind, ValueId};
use tree_sitter::Node;

use super::function::This;
use super::kinds::Kind;
use super::lower::Lower;

impl<'t> Lower<'t> {
    /// Whether a function of this name makes instances.
    pub(super) fn is_constructor(&self, node: Node<'t>, name: &str) -> bool {
        let uses_this = self
            .facts
            .functions
            .get(&node.id())
            .is_some_and(|f| f.uses_this);
        let is_plain = matches!(
            self.kind(node),
            Kind::FunctionDeclaration | Kind::FunctionExpression
        );
        is_plain
            && (self.facts.prototypes.contains(name)
                || (uses_this && name.starts_with(|c: char| c.is_ascii_uppercase())))
    }

    /// A class whose constructor is the function.
    pub(super) fn constructor(&mut self, node: Node<'t>, name: &str) -> ValueId {
        self.here(node);
        let class = self.b.begin_class(name, Vec::new());
        self.prototype_member(class, "constructor", node);
        self.constructors
            .insert(name.to_owned(), (class, self.cells.len()));
        self.here(node);
        self.b.end_class(class)
    }

    fn prototype_member(&mut self, class: ClassIndex, name: &str, node: Node<'t>) -> ValueId {
        let is_function = matches!(
            self.kind(node),
            Kind::FunctionDeclaration
                | Kind::FunctionExpression
                | Kind::GeneratorFunction
                | Kind::Method
        );
        let (value, kind) = if is_function {
            let kind = FunctionKind::Method(class);
            let value = self.function(node, name, kind, This::Parameter, None, &[]);
            (value, MemberKind::Method)
        } else {
            (
                self.named_expression(node, name, None),
                MemberKind::Attribute,
            )
        };
        let name = self.b.sym(name);
        self.b.member(class, Member { name, value, kind });
        value
    }

    /// The class made by a function of the open function.
    fn class_of(&self, node: Node<'t>) -> Option<ClassIndex> {
        let (class, depth) = self.constructors.get(self.text_of(node))?;
        (*depth == self.cells.len()).then_some(*class)
    }

    /// `F.prototype.m = …`, `F.prototype = { m() {} }`.
    pub(super) fn prototype_assignment(
        &mut self,
        left: Node<'t>,
        right: Node<'t>,
    ) -> Option<ValueId> {
        let fields = &self.g.fields;
        if self.constructors.is_empty() || self.kind(left) != Kind::Member {
            return None;
        }
        let object = self.field(left, fields.object)?;
        let property = self.text_of(self.field(left, fields.property)?);
        if property == "prototype" && self.kind(right) == Kind::Object {
            let class = self.class_of(object)?;
            for part in self.g.children(right) {
                let (key, value) = match self.kind(part) {
                    Kind::Pair => (self.field(part, fields.key), self.field(part, fields.value)),
                    Kind::Method => (self.field(part, fields.name), Some(part)),
                    _ => continue,
                };
                if let (Some(key), Some(value)) = (key, value)
                    && let Ok(name) = self.key(key)
                {
                    self.prototype_member(class, &name, value);
                }
            }
            return Some(self.undefined());
        }
        let is_prototype = self.kind(object) == Kind::Member
            && self
                .field(object, fields.property)
                .is_some_and(|p| self.text_of(p) == "prototype");
        if !is_prototype {
            return None;
        }
        let class = self.class_of(self.field(object, fields.object)?)?;
        Some(self.prototype_member(class, property, right))
    }
}
