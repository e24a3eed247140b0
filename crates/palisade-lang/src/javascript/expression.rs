//! Expressions.

use palisade_flow::ir::{Comparison, Const, Sym, ValueId};
use tree_sitter::Node;

use super::kinds::Kind;
use super::literal;
use super::lower::Lower;

impl<'t> Lower<'t> {
    /// The value of an expression.
    pub(super) fn expression(&mut self, node: Node<'t>) -> ValueId {
        self.named_expression(node, "", None)
    }

    /// The value of an expression that a variable or key names; `typed` is the declared type of the variable.
    pub(super) fn named_expression(
        &mut self,
        node: Node<'t>,
        name: &str,
        typed: Option<Node<'t>>,
    ) -> ValueId {
        match self.deeper(node, |l| l.expression_of(node, name, typed)) {
            Some(value) => value,
            None => {
                self.here(node);
                self.b.error(Vec::new())
            }
        }
    }

    fn expression_of(&mut self, node: Node<'t>, name: &str, typed: Option<Node<'t>>) -> ValueId {
        let fields = &self.g.fields;
        match self.kind(node) {
            Kind::Identifier | Kind::Shorthand => {
                self.here(node);
                match self.text_of(node) {
                    "undefined" => self.undefined(),
                    text => self.b.read(text),
                }
            }
            Kind::Member => self.member_expression(node),
            Kind::Subscript => {
                let (Some(object), Some(index)) = (
                    self.field(node, fields.object),
                    self.field(node, fields.index),
                ) else {
                    return self.parts(node);
                };
                let base = self.expression(object);
                let index = self.expression(index);
                self.here(node);
                self.b.index(base, index)
            }
            Kind::Call => self.call(node),
            Kind::New => self.new_expression(node),
            Kind::Await => {
                let value = self.only(node);
                self.here(node);
                self.b.await_(value)
            }
            Kind::Assignment => self.assignment(node),
            Kind::Augmented => self.augmented(node),
            Kind::Update => self.update(node),
            Kind::Binary => self.binary(node),
            Kind::Unary => self.unary(node),
            Kind::Ternary => self.ternary(node),
            Kind::Sequence => {
                let mut last = None;
                for child in self.g.children(node) {
                    if let Some(value) = last.replace(self.expression(child)) {
                        self.b.discarded(value);
                    }
                }
                last.unwrap_or_else(|| self.undefined())
            }
            Kind::Parenthesized
            | Kind::NonNull
            | Kind::Satisfies
            | Kind::As
            | Kind::Instantiation => match self.g.children(node).first() {
                Some(inner) => self.named_expression(*inner, name, typed),
                None => self.undefined(),
            },
            // `<T>x`.
            Kind::TypeAssertion => match self.g.children(node).last() {
                Some(inner) => self.named_expression(*inner, name, typed),
                None => self.undefined(),
            },
            Kind::Arrow | Kind::FunctionExpression | Kind::GeneratorFunction => {
                self.function_expression(node, name, typed)
            }
            Kind::Class => {
                let value = self.class(node, name);
                self.here(node);
                value
            }
            Kind::Object => self.object(node),
            Kind::Array => self.array(node),
            Kind::Template => self.template(node),
            Kind::Text => {
                let text = self.text_literal(node);
                self.here(node);
                self.b.string(&text)
            }
            Kind::Number => {
                self.here(node);
                let text = literal::number(self.text_of(node));
                self.b.number(&text)
            }
            Kind::Regex => {
                self.here(node);
                let pattern = self
                    .field(node, fields.pattern)
                    .map_or("", |n| self.text_of(n));
                let flags = self
                    .field(node, fields.flags)
                    .map_or("", |n| self.text_of(n));
                let (pattern, flags) = (self.b.sym(pattern), self.b.sym(flags));
                self.b.constant(Const::Regex(pattern, flags))
            }
            Kind::True => self.literal(node, Const::Bool(true)),
            Kind::False => self.literal(node, Const::Bool(false)),
            Kind::Null => self.literal(node, Const::Null),
            Kind::Undefined => self.literal(node, Const::Undefined),
            Kind::This => {
                self.here(node);
                let name = self.this.last().cloned().unwrap_or_default();
                self.b.read(&name)
            }
            Kind::Super => {
                self.here(node);
                self.base_class()
            }
            Kind::MetaProperty => {
                self.here(node);
                match self.text_of(node) {
                    text @ "import.meta" => self.b.read(text),
                    _ => self.undefined(),
                }
            }
            Kind::Yield => self.yield_expression(node),
            Kind::Spread => self.only(node),
            Kind::JsxElement | Kind::JsxSelfClosing => self.jsx(node),
            Kind::JsxExpression => self.only(node),
            Kind::JsxText => {
                self.here(node);
                let text = self.text_of(node);
                self.b.string(text)
            }
            Kind::InternalModule => {
                self.namespace(node);
                self.undefined()
            }
            _ => self.parts(node),
        }
    }

    fn literal(&mut self, node: Node<'t>, constant: Const) -> ValueId {
        self.here(node);
        self.b.constant(constant)
    }

    /// What is left of syntax that is broken or unknown.
    pub(super) fn parts(&mut self, node: Node<'t>) -> ValueId {
        let mut parts = Vec::new();
        for child in self.g.children(node) {
            if super::statement::is_statement(self.kind(child)) && self.kind(child) != Kind::Error {
                self.statement(child);
            } else {
                parts.push(self.expression(child));
            }
        }
        self.here(node);
        self.b.error(parts)
    }

    fn member_expression(&mut self, node: Node<'t>) -> ValueId {
        if self.is_module_exports(node) {
            self.here(node);
            return self.b.read("exports");
        }
        let (Some(object), Some(property)) = (
            self.field(node, self.g.fields.object),
            self.field(node, self.g.fields.property),
        ) else {
            return self.parts(node);
        };
        let base = self.expression(object);
        self.here(node);
        let key = self.text_of(property);
        self.b.load(base, key)
    }

    fn assignment(&mut self, node: Node<'t>) -> ValueId {
        let (Some(left), Some(right)) = (
            self.field(node, self.g.fields.left),
            self.field(node, self.g.fields.right),
        ) else {
            return self.parts(node);
        };
        if let Some(value) = self.prototype_assignment(left, right) {
            return value;
        }
        let name = match self.kind(left) {
            Kind::Identifier => self.text_of(left),
            Kind::Member => self
                .field(left, self.g.fields.property)
                .map_or("", |p| self.text_of(p)),
            _ => "",
        };
        let value = self.named_expression(right, name, None);
        self.here(node);
        self.bind(left, value);
        value
    }

    fn augmented(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let (Some(left), Some(right)) = (
            self.field(node, fields.left),
            self.field(node, fields.right),
        ) else {
            return self.parts(node);
        };
        let operator = self
            .field(node, fields.operator)
            .map_or("", |n| self.text_of(n));
        let old = self.expression(left);
        let value = match operator {
            "&&=" | "||=" | "??=" => {
                self.here(node);
                self.b.begin_logic(operator == "&&=", old);
                let new = self.expression(right);
                self.here(node);
                self.b.end_logic(new)
            }
            _ => {
                let new = self.expression(right);
                self.here(node);
                if operator == "+=" {
                    self.b.add(old, new)
                } else {
                    self.b.arith(vec![old, new])
                }
            }
        };
        self.bind(left, value);
        value
    }

    fn update(&mut self, node: Node<'t>) -> ValueId {
        let Some(argument) = self.field(node, self.g.fields.argument) else {
            return self.parts(node);
        };
        let old = self.expression(argument);
        self.here(node);
        let value = self.b.arith(vec![old]);
        self.bind(argument, value);
        value
    }

    /// Left-leaning chains (`a + b + c`, `a && b && c`) may be long and are walked in a loop.
    fn binary(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let mut spine = Vec::new();
        let mut first = node;
        while self.kind(first) == Kind::Binary {
            let (Some(left), Some(_)) = (
                self.field(first, fields.left),
                self.field(first, fields.right),
            ) else {
                break;
            };
            spine.push(first);
            first = left;
        }
        let Some(innermost) = spine.pop() else {
            return self.parts(node);
        };
        let mut value = self.binary_of(innermost, None);
        while let Some(next) = spine.pop() {
            value = self.binary_of(next, Some(value));
        }
        value
    }

    fn binary_of(&mut self, node: Node<'t>, left: Option<ValueId>) -> ValueId {
        let fields = &self.g.fields;
        let operator = self
            .field(node, fields.operator)
            .map_or("", |n| self.text_of(n));
        let (Some(left_node), Some(right)) = (
            self.field(node, fields.left),
            self.field(node, fields.right),
        ) else {
            return self.undefined();
        };
        if left.is_none()
            && matches!(operator, "==" | "===" | "!=" | "!==")
            && let Some(value) = self.type_test(node, left_node, right, operator.starts_with('!'))
        {
            return value;
        }
        let x = match left {
            Some(value) => value,
            None if self.kind(left_node) == Kind::PrivateProperty => {
                self.here(left_node);
                let name = self.text_of(left_node);
                self.b.string(name)
            }
            None => self.expression(left_node),
        };
        if matches!(operator, "&&" | "||" | "??") {
            self.here(node);
            self.b.begin_logic(operator == "&&", x);
            let y = self.expression(right);
            self.here(node);
            return self.b.end_logic(y);
        }
        let y = self.expression(right);
        self.here(node);
        match operator {
            "+" => self.b.add(x, y),
            "==" | "===" => self.compare_either(Comparison::Equal, x, y),
            "!=" | "!==" => self.compare_either(Comparison::Differs, x, y),
            "in" => self.b.compare(Comparison::In, x, y),
            "instanceof" => self.b.compare(Comparison::Type, x, y),
            "<" | ">" | "<=" | ">=" => self.b.compare(Comparison::Order, x, y),
            _ => self.b.arith(vec![x, y]),
        }
    }

    /// Constants stand on the right of comparisons: `"a" === x` is `x === "a"`.
    fn compare_either(&mut self, how: Comparison, x: ValueId, y: ValueId) -> ValueId {
        let constant =
            |l: &mut Self, v: ValueId| matches!(l.b.op(v), palisade_flow::ir::Op::Const(_));
        if constant(self, x) && !constant(self, y) {
            self.b.compare(how, y, x)
        } else {
            self.b.compare(how, x, y)
        }
    }

    /// `typeof x === "string"`, either way round.
    fn type_test(
        &mut self,
        node: Node<'t>,
        left: Node<'t>,
        right: Node<'t>,
        negated: bool,
    ) -> Option<ValueId> {
        let (tested, name) = match (self.typeof_operand(left), self.typeof_operand(right)) {
            (Some(tested), None) => (tested, right),
            (None, Some(tested)) => (tested, left),
            _ => return None,
        };
        let x = self.expression(tested);
        let name = self.expression(name);
        self.here(node);
        let test = self.b.compare(Comparison::Type, x, name);
        Some(if negated { self.b.not(test) } else { test })
    }

    fn typeof_operand(&self, mut node: Node<'t>) -> Option<Node<'t>> {
        while self.kind(node) == Kind::Parenthesized {
            node = *self.g.children(node).first()?;
        }
        let is_typeof = self.kind(node) == Kind::Unary
            && self
                .field(node, self.g.fields.operator)
                .is_some_and(|o| self.text_of(o) == "typeof");
        if is_typeof {
            self.field(node, self.g.fields.argument)
        } else {
            None
        }
    }

    fn unary(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let Some(argument) = self.field(node, fields.argument) else {
            return self.parts(node);
        };
        let operator = self
            .field(node, fields.operator)
            .map_or("", |n| self.text_of(n));
        if operator == "-" && self.kind(argument) == Kind::Number {
            self.here(node);
            let text = format!("-{}", literal::number(self.text_of(argument)));
            return self.b.number(&text);
        }
        if operator == "delete" && self.kind(argument) == Kind::Member {
            self.here(node);
            let gone = self.undefined();
            self.bind(argument, gone);
            return gone;
        }
        let value = self.expression(argument);
        self.here(node);
        match operator {
            "!" => self.b.not(value),
            "void" => {
                self.b.discarded(value);
                self.undefined()
            }
            _ => self.b.arith(vec![value]),
        }
    }

    fn ternary(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let (Some(condition), Some(then), Some(otherwise)) = (
            self.field(node, fields.condition),
            self.field(node, fields.consequence),
            self.field(node, fields.alternative),
        ) else {
            return self.parts(node);
        };
        let condition = self.expression(condition);
        self.here(node);
        self.b.begin_if(condition);
        let x = self.expression(then);
        self.here(node);
        self.b.begin_else();
        let y = self.expression(otherwise);
        self.here(node);
        self.b.end_if();
        self.b.phi(vec![x, y])
    }

    fn yield_expression(&mut self, node: Node<'t>) -> ValueId {
        let value = self.only(node);
        self.here(node);
        if self.awaiting.last().copied().unwrap_or(false) {
            return self.b.await_(value);
        }
        let value = if self.g.has_token(node, "*") {
            self.b.iter(value)
        } else {
            value
        };
        self.b.yield_(value)
    }

    fn object(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let children = self.g.children(node);
        // Functions of a literal that use `this` mean the literal.
        let this = children
            .iter()
            .any(|c| self.literal_method(*c).is_some())
            .then(|| format!("this@{}", node.start_byte()));
        if let Some(this) = &this {
            self.b.push_scope();
            self.b.declare(this, false);
        }
        let mut parts: Vec<(Option<Sym>, ValueId)> = Vec::new();
        let mut computed = Vec::new();
        for child in children {
            match self.kind(child) {
                Kind::Shorthand => {
                    let name = self.text_of(child);
                    let value = self.expression(child);
                    let key = self.b.sym(name);
                    parts.push((Some(key), value));
                }
                Kind::Pair => {
                    let (Some(key), Some(value)) = (
                        self.field(child, fields.key),
                        self.field(child, fields.value),
                    ) else {
                        continue;
                    };
                    let key = self.key(key);
                    let hint = key.clone().unwrap_or_default();
                    let owner = this
                        .clone()
                        .filter(|_| self.literal_method(child).is_some());
                    let value = match owner {
                        Some(this) => self.literal_function(value, &hint, this),
                        None => self.named_expression(value, &hint, None),
                    };
                    match key {
                        Ok(key) => {
                            let key = self.b.sym(&key);
                            parts.push((Some(key), value));
                        }
                        Err(index) => computed.push((index, value)),
                    }
                }
                Kind::Method => {
                    let Some(name) = self.field(child, fields.name) else {
                        continue;
                    };
                    let key = self.key(name);
                    let hint = key.clone().unwrap_or_default();
                    let this = this.clone().unwrap_or_else(|| "this".to_owned());
                    let function = self.literal_function(child, &hint, this);
                    let value = if self.g.has_token(child, "get") {
                        self.here(child);
                        self.b.call(function, Vec::new())
                    } else if self.g.has_token(child, "set") {
                        continue;
                    } else {
                        function
                    };
                    match key {
                        Ok(key) => {
                            let key = self.b.sym(&key);
                            parts.push((Some(key), value));
                        }
                        Err(index) => computed.push((index, value)),
                    }
                }
                Kind::Spread => {
                    let value = self.only(child);
                    parts.push((None, value));
                }
                _ => {
                    self.expression(child);
                }
            }
        }
        self.here(node);
        let record = self.b.record(parts);
        for (index, value) in computed {
            self.b.put(record, index, value);
        }
        if let Some(this) = this {
            self.b.write(&this, record);
            self.b.pop_scope();
        }
        record
    }

    /// The function of an object member that uses `this`.
    fn literal_method(&self, member: Node<'t>) -> Option<Node<'t>> {
        let function = match self.kind(member) {
            Kind::Method => member,
            Kind::Pair => self.field(member, self.g.fields.value).filter(|v| {
                matches!(
                    self.kind(*v),
                    Kind::FunctionExpression | Kind::GeneratorFunction
                )
            })?,
            _ => return None,
        };
        self.facts
            .functions
            .get(&function.id())
            .filter(|f| f.uses_this)
            .map(|_| function)
    }

    fn array(&mut self, node: Node<'t>) -> ValueId {
        let mut parts = Vec::new();
        for child in self.g.children(node) {
            let spread = self.kind(child) == Kind::Spread;
            let value = self.expression(child);
            parts.push((value, spread));
        }
        self.here(node);
        self.b.list(parts)
    }

    /// The text of a string literal.
    pub(super) fn text_literal(&mut self, node: Node<'t>) -> String {
        let mut out = String::new();
        for child in self.g.children(node) {
            let text = self.text_of(child);
            match self.kind(child) {
                Kind::Escape => literal::escape(text, &mut out),
                Kind::CharacterReference => literal::entity(text, &mut out),
                _ => out.push_str(text),
            }
        }
        out
    }

    /// All parts of a template in order, its literal pieces, and its values; empty pieces count where it is `tagged`.
    pub(super) fn template_parts(
        &mut self,
        node: Node<'t>,
        tagged: bool,
    ) -> (Vec<ValueId>, Vec<ValueId>, Vec<ValueId>) {
        let (mut all, mut literals, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut piece = String::new();
        for child in self.g.children(node) {
            let text = self.text_of(child);
            match self.kind(child) {
                Kind::Escape => literal::escape(text, &mut piece),
                Kind::Substitution => {
                    let text = std::mem::take(&mut piece);
                    self.template_piece(node, &text, tagged, &mut all, &mut literals);
                    let value = self.only(child);
                    values.push(value);
                    all.push(value);
                }
                _ => piece.push_str(text),
            }
        }
        self.template_piece(
            node,
            &piece,
            tagged || all.is_empty(),
            &mut all,
            &mut literals,
        );
        (all, literals, values)
    }

    fn template_piece(
        &mut self,
        node: Node<'t>,
        text: &str,
        always: bool,
        all: &mut Vec<ValueId>,
        literals: &mut Vec<ValueId>,
    ) {
        if text.is_empty() && !always {
            return;
        }
        self.here(node);
        let literal = self.b.string(text);
        literals.push(literal);
        if !text.is_empty() || all.is_empty() {
            all.push(literal);
        }
    }

    fn template(&mut self, node: Node<'t>) -> ValueId {
        let (all, _, values) = self.template_parts(node, false);
        self.here(node);
        match all.as_slice() {
            [only] if values.is_empty() => *only,
            _ => self.b.concat(all),
        }
    }
}
