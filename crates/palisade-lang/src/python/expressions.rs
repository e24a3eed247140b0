//! Expressions.

use palisade_flow::ir::{Comparison, Const, FunctionKind, Op, Sym, ValueId};
use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, Expr, ExprBinOp, ExprCompare, ExprDict, FStringPart,
    InterpolatedStringElement, InterpolatedStringElements, Operator, UnaryOp,
};
use ruff_text_size::Ranged;

use super::Lowering;
use super::names::{self, is_call_of, number_text};

impl<'a> Lowering<'a> {
    /// Lowers an expression; what lies too deep is an error without parts.
    pub(super) fn expression(&mut self, expression: &'a Expr) -> ValueId {
        match self.deeper(expression, |l| l.expression_here(expression)) {
            Some(value) => value,
            None => {
                self.at(expression);
                self.b.error(Vec::new())
            }
        }
    }

    fn expression_here(&mut self, expression: &'a Expr) -> ValueId {
        self.at(expression);
        match expression {
            Expr::BoolOp(logic) => {
                let and = logic.op == BoolOp::And;
                let mut values = logic.values.iter();
                let Some(first) = values.next() else {
                    return self.b.constant(Const::Null);
                };
                let mut result = self.expression(first);
                for value in values {
                    self.at(expression);
                    self.b.begin_logic(and, result);
                    let right = self.expression(value);
                    self.at(expression);
                    result = self.b.end_logic(right);
                }
                result
            }
            Expr::Named(named) => {
                let value = self.expression(&named.value);
                self.assign(&named.target, value);
                value
            }
            Expr::BinOp(operation) => self.operation(operation),
            Expr::UnaryOp(operation) => self.unary(expression, operation),
            Expr::Lambda(lambda) => {
                let params = self.parameters(lambda.parameters.as_deref());
                let range = expression.range();
                self.functions += 1;
                let cells = rustc_hash::FxHashSet::default();
                let values = self.b.begin_function(
                    "<lambda>",
                    range.start().to_u32(),
                    range.end().to_u32(),
                    FunctionKind::Plain,
                    params,
                    &cells,
                );
                self.defaults(lambda.parameters.as_deref(), &values);
                for name in names::walrus(&lambda.body) {
                    self.b.declare_hoisted(&name, false);
                }
                let value = self.expression(&lambda.body);
                self.at(&*lambda.body);
                self.b.return_(value);
                self.functions -= 1;
                self.at(expression);
                self.b.end_function()
            }
            Expr::If(choice) => {
                let condition = self.expression(&choice.test);
                self.at(&*choice.test);
                self.b.begin_if(condition);
                let yes = self.expression(&choice.body);
                self.b.begin_else();
                let no = self.expression(&choice.orelse);
                self.at(expression);
                self.b.end_if();
                self.b.phi(vec![yes, no])
            }
            Expr::Dict(dict) => self.dict(expression, dict),
            Expr::Set(set) => self.list(expression, &set.elts),
            Expr::List(list) => self.list(expression, &list.elts),
            Expr::Tuple(tuple) => self.list(expression, &tuple.elts),
            Expr::ListComp(comprehension) => self.comprehension(
                expression,
                &comprehension.generators,
                None,
                &comprehension.elt,
            ),
            Expr::SetComp(comprehension) => self.comprehension(
                expression,
                &comprehension.generators,
                None,
                &comprehension.elt,
            ),
            Expr::Generator(comprehension) => self.comprehension(
                expression,
                &comprehension.generators,
                None,
                &comprehension.elt,
            ),
            Expr::DictComp(comprehension) => self.comprehension(
                expression,
                &comprehension.generators,
                comprehension.key.as_deref(),
                &comprehension.value,
            ),
            Expr::Await(awaited) => {
                let value = self.expression(&awaited.value);
                self.at(expression);
                self.b.await_(value)
            }
            Expr::Yield(given) => {
                let value = match &given.value {
                    Some(value) => self.expression(value),
                    None => self.b.constant(Const::Null),
                };
                self.at(expression);
                self.b.yield_(value)
            }
            Expr::YieldFrom(given) => {
                let value = self.expression(&given.value);
                self.at(expression);
                let element = self.b.iter(value);
                self.b.yield_(element)
            }
            Expr::Compare(compare) => self.comparison(expression, compare),
            Expr::Call(call) => self.call(expression, call),
            Expr::FString(text) => {
                let mut parts = Vec::new();
                for part in text.value.iter() {
                    match part {
                        FStringPart::Literal(literal) => {
                            self.at(literal);
                            parts.push(self.b.string(literal.as_str()));
                        }
                        FStringPart::FString(inner) => {
                            self.interpolated(&inner.elements, &mut parts)
                        }
                    }
                }
                self.at(expression);
                self.b.concat(parts)
            }
            Expr::TString(text) => {
                let mut parts = Vec::new();
                for part in text.value.iter() {
                    self.interpolated(&part.elements, &mut parts);
                }
                self.at(expression);
                self.b.concat(parts)
            }
            Expr::StringLiteral(text) => self.b.string(text.value.to_str()),
            Expr::BytesLiteral(bytes) => {
                let bytes: Vec<u8> = bytes.value.bytes().collect();
                self.b.string(&String::from_utf8_lossy(&bytes))
            }
            Expr::NumberLiteral(number) => self.b.number(&number_text(&number.value)),
            Expr::BooleanLiteral(literal) => self.b.constant(Const::Bool(literal.value)),
            Expr::NoneLiteral(_) | Expr::EllipsisLiteral(_) => self.b.constant(Const::Null),
            Expr::Attribute(attribute) => {
                if let Some(base) = self.super_base(&attribute.value) {
                    self.at(expression);
                    return self.b.load(base, attribute.attr.as_str());
                }
                let base = self.expression(&attribute.value);
                self.at(expression);
                if attribute.attr.as_str().is_empty() {
                    return self.b.error(vec![base]);
                }
                self.b.load(base, attribute.attr.as_str())
            }
            Expr::Subscript(subscript) => {
                let base = self.expression(&subscript.value);
                if let Expr::Slice(_) = &*subscript.slice {
                    self.expression(&subscript.slice);
                    self.at(expression);
                    return self.b.rest(base, Vec::new());
                }
                let index = self.index(&subscript.slice);
                self.at(expression);
                self.b.index(base, index)
            }
            Expr::Starred(starred) => self.expression(&starred.value),
            Expr::Name(name) if name.is_invalid() && name.id.as_str().is_empty() => {
                self.b.error(Vec::new())
            }
            Expr::Name(name) => self.read(name.id.as_str()),
            Expr::Slice(slice) => {
                let bounds = [&slice.lower, &slice.upper, &slice.step];
                let bounds = bounds
                    .into_iter()
                    .flatten()
                    .map(|bound| self.expression(bound))
                    .collect();
                self.at(expression);
                self.b.arith(bounds)
            }
            Expr::IpyEscapeCommand(_) => self.b.error(Vec::new()),
        }
    }

    /// The index of a subscript; a negative number is one that is not known.
    pub(super) fn index(&mut self, index: &'a Expr) -> ValueId {
        match index {
            Expr::UnaryOp(operation) if operation.operand.is_number_literal_expr() => {
                self.at(index);
                self.b.arith(Vec::new())
            }
            _ => self.expression(index),
        }
    }

    fn unary(
        &mut self,
        expression: &'a Expr,
        operation: &'a ruff_python_ast::ExprUnaryOp,
    ) -> ValueId {
        if let (UnaryOp::USub, Expr::NumberLiteral(number)) = (operation.op, &*operation.operand) {
            return self.b.number(&format!("-{}", number_text(&number.value)));
        }
        let value = self.expression(&operation.operand);
        self.at(expression);
        match operation.op {
            UnaryOp::Not => self.b.not(value),
            _ => self.b.arith(vec![value]),
        }
    }

    /// Chains such as `a + b + c + …` lean left and may be long: they are walked, not recursed into.
    fn operation(&mut self, operation: &'a ExprBinOp) -> ValueId {
        let mut spine = vec![operation];
        let mut left = &*operation.left;
        while let Expr::BinOp(inner) = left {
            spine.push(inner);
            left = &inner.left;
        }
        let mut value = self.expression(left);
        let mut leftmost = Some(left);
        // Pieces of text wait until the sum ends: one text of many parts, not one per sign.
        let mut sum: Vec<ValueId> = Vec::new();
        for operation in spine.into_iter().rev() {
            let right = self.expression(&operation.right);
            self.at(operation);
            let adds = operation.op == Operator::Add;
            if adds && self.may_be_text(value) && self.may_be_text(right) {
                if sum.is_empty() {
                    sum.push(value);
                }
                sum.push(right);
                leftmost = None;
                continue;
            }
            if !sum.is_empty() {
                value = self.b.concat(std::mem::take(&mut sum));
            }
            value = self.binary(
                operation.op,
                value,
                right,
                leftmost.take(),
                &operation.right,
            );
        }
        if !sum.is_empty() {
            self.at(operation);
            value = self.b.concat(sum);
        }
        value
    }

    fn dict(&mut self, expression: &'a Expr, dict: &'a ExprDict) -> ValueId {
        let mut parts: Vec<(Option<Sym>, ValueId)> = Vec::with_capacity(dict.items.len());
        let mut computed = Vec::new();
        for item in &dict.items {
            let Some(key) = &item.key else {
                let spread = self.expression(&item.value);
                parts.push((None, spread));
                continue;
            };
            let key_value = self.expression(key);
            let value = self.expression(&item.value);
            match self.b.op(key_value) {
                Op::Const(Const::Text(sym) | Const::Number(sym)) => parts.push((Some(*sym), value)),
                _ => computed.push((key_value, value)),
            }
        }
        self.at(expression);
        let record = self.b.record(parts);
        for (key, value) in computed {
            self.b.put(record, key, value);
        }
        record
    }

    fn list(&mut self, expression: &'a Expr, elements: &'a [Expr]) -> ValueId {
        let parts = elements
            .iter()
            .map(|element| (self.expression(element), element.is_starred_expr()))
            .collect();
        self.at(expression);
        self.b.list(parts)
    }

    fn comprehension(
        &mut self,
        expression: &'a Expr,
        generators: &'a [Comprehension],
        key: Option<&'a Expr>,
        element: &'a Expr,
    ) -> ValueId {
        // A comprehension has a scope of its own, also inside a class body.
        let in_class = self.class_body().is_some();
        if in_class {
            self.functions += 1;
        }
        let mut assigned = names::walrus(element);
        assigned.extend(
            generators
                .iter()
                .flat_map(|g| &g.ifs)
                .flat_map(names::walrus),
        );
        self.b.push_scope();
        for generator in generators {
            let iterated = self.expression(&generator.iter);
            self.at(&generator.target);
            self.b.begin_loop(&assigned, &[], Some(iterated));
            for name in names::targets(&generator.target) {
                self.b.declare(&name, false);
            }
            let each = self.b.iter(iterated);
            self.assign(&generator.target, each);
            for condition in &generator.ifs {
                let condition = self.expression(condition);
                self.b.loop_test(condition);
            }
        }
        let key = key.map(|key| self.expression(key));
        let value = self.expression(element);
        for _ in generators {
            self.b.end_loop();
        }
        self.b.pop_scope();
        if in_class {
            self.functions -= 1;
        }
        self.at(expression);
        match key {
            Some(key) => {
                let record = self.b.record(Vec::new());
                self.b.put(record, key, value);
                record
            }
            None => self.b.list(vec![(value, false)]),
        }
    }

    fn comparison(&mut self, expression: &'a Expr, compare: &'a ExprCompare) -> ValueId {
        let tests_type = is_call_of(&compare.left, "type");
        let mut left = match &*compare.left {
            Expr::Call(call) if tests_type && call.arguments.args.len() == 1 => {
                match call.arguments.args.first() {
                    Some(tested) => self.expression(tested),
                    None => self.expression(&compare.left),
                }
            }
            _ => self.expression(&compare.left),
        };
        let mut result = None;
        for (at, (op, right)) in compare
            .ops
            .iter()
            .zip(compare.comparators.iter())
            .enumerate()
        {
            let and = result.inspect(|_| self.at(expression));
            if let Some(earlier) = and {
                self.b.begin_logic(true, earlier);
            }
            let right = self.expression(right);
            self.at(expression);
            let this = if at == 0 && tests_type && matches!(op, CmpOp::Eq | CmpOp::Is | CmpOp::In) {
                self.type_test(left, right)
            } else {
                self.b.compare(comparison(*op), left, right)
            };
            result = Some(if and.is_some() {
                self.b.end_logic(this)
            } else {
                this
            });
            left = right;
        }
        result.unwrap_or(left)
    }

    fn interpolated(&mut self, elements: &'a InterpolatedStringElements, parts: &mut Vec<ValueId>) {
        for element in elements.iter() {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    self.at(literal);
                    parts.push(self.b.string(&literal.value));
                }
                InterpolatedStringElement::Interpolation(filled) => {
                    if filled.debug_text.is_some() {
                        self.at(filled);
                        parts.push(self.b.string("="));
                    }
                    let value = self.expression(&filled.expression);
                    let numeric = filled.format_spec.as_ref().is_some_and(|spec| {
                        let last = spec.elements.iter().last();
                        matches!(last, Some(InterpolatedStringElement::Literal(l)) if l.value.ends_with(['d', 'f', 'x', 'X', 'e', 'g', 'b', 'o', '%']))
                    });
                    self.at(filled);
                    parts.push(if numeric {
                        self.b.arith(vec![value])
                    } else {
                        value
                    });
                }
            }
        }
    }
}

fn comparison(op: CmpOp) -> Comparison {
    match op {
        CmpOp::Eq | CmpOp::Is => Comparison::Equal,
        CmpOp::NotEq | CmpOp::IsNot => Comparison::Differs,
        CmpOp::In => Comparison::In,
        CmpOp::NotIn => Comparison::NotIn,
        CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => Comparison::Order,
    }
}
