//! Classes: methods, fields, accessors, decorators.

use palisade_flow::ir::{
    Arg, ClassIndex, FunctionKind, Member, MemberKind, Param, ParamKind, Passing, ValueId,
};
use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::function::This;
use super::kinds::Kind;
use super::lower::Lower;

impl<'t> Lower<'t> {
    /// A class declaration or expression; `hint` names an anonymous one.
    pub(super) fn class(&mut self, node: Node<'t>, hint: &str) -> ValueId {
        let fields = &self.g.fields;
        let name = self
            .field(node, fields.name)
            .map_or(hint, |n| self.text_of(n));
        let decorators = self.decorators(node);
        let base = self.heritage(node).map(|base| self.expression(base));
        self.here(node);
        self.b.push_scope();
        if self.kind(node) == Kind::Class && !name.is_empty() {
            self.b.declare(name, false);
        }
        // `super` is a variable of the enclosing function, so that methods capture it.
        let super_name = format!("super@{}", node.start_byte());
        if let Some(base) = base {
            self.b.declare(&super_name, false);
            self.b.write(&super_name, base);
        }
        self.supers.push(super_name);
        let class = self.b.begin_class(name, base.into_iter().collect());
        let members = self
            .field(node, fields.body)
            .map(|body| self.g.children(body))
            .unwrap_or_default();
        let initial: Vec<Node<'t>> = members
            .iter()
            .copied()
            .filter(|m| self.is_instance_field(*m))
            .collect();
        let mut constructed = false;
        let mut pending: Vec<ValueId> = Vec::new();
        for member in members {
            match self.kind(member) {
                Kind::Method => {
                    let is_constructor = self
                        .field(member, fields.name)
                        .is_some_and(|n| self.text_of(n) == "constructor");
                    constructed |= is_constructor;
                    let mut all = std::mem::take(&mut pending);
                    all.extend(self.decorators(member));
                    self.method(
                        class,
                        member,
                        if is_constructor { &initial } else { &[] },
                        all,
                    );
                }
                Kind::FieldDefinition | Kind::PublicField => {
                    pending.clear();
                    self.decorators(member);
                    if self.g.has_token(member, "static") {
                        self.static_field(class, member);
                    }
                }
                Kind::ClassStaticBlock => {
                    if let Some(body) = self.field(member, fields.body) {
                        self.this.push(name.to_owned());
                        self.block(body);
                        self.this.pop();
                    }
                }
                // In TypeScript a member's decorators stand before it.
                Kind::Decorator => {
                    let value = self.only(member);
                    pending.push(value);
                }
                Kind::Error => {
                    self.parts(member);
                }
                _ => {}
            }
        }
        if !constructed && (!initial.is_empty()) {
            self.invented_constructor(class, node, &initial, base.is_some());
        }
        self.supers.pop();
        self.here(node);
        let mut value = self.b.end_class(class);
        value = self.decorated(value, decorators);
        if self.kind(node) == Kind::Class && !name.is_empty() {
            self.b.write(name, value);
        }
        self.b.pop_scope();
        value
    }

    /// A decorated value: what the decorator makes of it, or itself, since most decorators only look.
    fn decorated(&mut self, mut value: ValueId, decorators: Vec<ValueId>) -> ValueId {
        for decorator in decorators {
            let arg = Arg {
                value,
                passing: Passing::Positional,
            };
            let made = self.b.call(decorator, vec![arg]);
            value = self.b.phi(vec![value, made]);
        }
        value
    }

    fn decorators(&mut self, node: Node<'t>) -> Vec<ValueId> {
        let found: Vec<Node<'t>> = self
            .g
            .children(node)
            .into_iter()
            .filter(|c| self.kind(*c) == Kind::Decorator)
            .collect();
        found
            .into_iter()
            .map(|decorator| self.only(decorator))
            .collect()
    }

    fn heritage(&self, node: Node<'t>) -> Option<Node<'t>> {
        let heritage = self
            .g
            .children(node)
            .into_iter()
            .find(|c| self.kind(*c) == Kind::ClassHeritage)?;
        let first = *self.g.children(heritage).first()?;
        match self.kind(first) {
            Kind::ExtendsClause => self.field(first, self.g.fields.value),
            // `implements` alone.
            Kind::Other => None,
            _ => Some(first),
        }
    }

    fn is_instance_field(&self, member: Node<'t>) -> bool {
        matches!(self.kind(member), Kind::FieldDefinition | Kind::PublicField)
            && !self.g.has_token(member, "static")
            && self.field(member, self.g.fields.value).is_some()
    }

    fn field_key(&mut self, member: Node<'t>) -> Result<String, ValueId> {
        let fields = &self.g.fields;
        match self
            .field(member, fields.property)
            .or_else(|| self.field(member, fields.name))
        {
            Some(key) => self.key(key),
            None => Ok(String::new()),
        }
    }

    /// Stores the initial values of fields on `this`; in a constructor.
    pub(super) fn field_initializers(&mut self, fields: &[Node<'t>]) {
        for field in fields {
            let Some(value) = self.field(*field, self.g.fields.value) else {
                continue;
            };
            let key = self.field_key(*field);
            let value = self.named_expression(value, key.as_deref().unwrap_or(""), None);
            self.here(*field);
            let this = self.b.read("this");
            match key {
                Ok(key) => self.b.store(this, &key, value),
                Err(index) => self.b.put(this, index, value),
            }
        }
    }

    fn static_field(&mut self, class: ClassIndex, member: Node<'t>) {
        let Some(value) = self.field(member, self.g.fields.value) else {
            return;
        };
        let Ok(key) = self.field_key(member) else {
            return;
        };
        let value = self.named_expression(value, &key, None);
        let name = self.b.sym(&key);
        self.b.member(
            class,
            Member {
                name,
                value,
                kind: MemberKind::Attribute,
            },
        );
    }

    fn method(
        &mut self,
        class: ClassIndex,
        node: Node<'t>,
        fields: &[Node<'t>],
        decorators: Vec<ValueId>,
    ) {
        let Some(name) = self.field(node, self.g.fields.name) else {
            return;
        };
        let Ok(name) = self.key(name) else { return };
        let is_static = self.g.has_token(node, "static");
        let kind = match (
            is_static,
            self.g.has_token(node, "get"),
            self.g.has_token(node, "set"),
        ) {
            (true, _, _) => MemberKind::Static,
            (_, true, _) => MemberKind::Getter,
            (_, _, true) => MemberKind::Setter,
            _ => MemberKind::Method,
        };
        let function_kind = if is_static {
            FunctionKind::ClassMethod(class)
        } else {
            FunctionKind::Method(class)
        };
        let mut value = self.function(node, &name, function_kind, This::Parameter, None, fields);
        self.here(node);
        value = self.decorated(value, decorators);
        let name = self.b.sym(&name);
        self.b.member(class, Member { name, value, kind });
    }

    /// The constructor a class with fields has without writing one.
    fn invented_constructor(
        &mut self,
        class: ClassIndex,
        node: Node<'t>,
        fields: &[Node<'t>],
        derived: bool,
    ) {
        let (this, rest) = (self.b.sym("this"), self.b.sym("#args"));
        let params = vec![
            Param {
                name: this,
                kind: ParamKind::Plain,
                annotation: None,
            },
            Param {
                name: rest,
                kind: ParamKind::Rest,
                annotation: None,
            },
        ];
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let cells = FxHashSet::default();
        let values = self.b.begin_function(
            "constructor",
            cut(node.start_byte()),
            cut(node.start_byte()),
            FunctionKind::Method(class),
            params,
            &cells,
        );
        self.cells.push(cells);
        self.this.push("this".to_owned());
        self.awaiting.push(false);
        if let (true, [this, rest]) = (derived, values.as_slice()) {
            let base = self.base_class();
            let callee = self.b.load(base, "constructor");
            let args = vec![
                Arg {
                    value: *this,
                    passing: Passing::Positional,
                },
                Arg {
                    value: *rest,
                    passing: Passing::Spread,
                },
            ];
            self.b.call(callee, args);
        }
        self.field_initializers(fields);
        self.awaiting.pop();
        self.this.pop();
        self.cells.pop();
        let value = self.b.end_function();
        let name = self.b.sym("constructor");
        self.b.member(
            class,
            Member {
                name,
                value,
                kind: MemberKind::Method,
            },
        );
    }
}
