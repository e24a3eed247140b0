//! Calls, and the built-ins that are syntax in disguise.

use palisade_flow::ir::build::Builder;
use palisade_flow::ir::{
    Arg, Call, Const, FunctionKind, Imported, Param, ParamKind, Passing, ValueId,
};
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::Lowering;

impl<'a> Lowering<'a> {
    pub(super) fn call(&mut self, expression: &'a Expr, call: &'a ExprCall) -> ValueId {
        let built_in = match &*call.func {
            Expr::Name(name) if !self.is_shadowed(name.id.as_str()) => {
                self.built_in(expression, call, name.id.as_str())
            }
            Expr::Attribute(attribute) => self.method(expression, call, attribute),
            _ => None,
        };
        if let Some(value) = built_in {
            return value;
        }
        if self.dotted(&call.func).as_deref() == Some("functools.partial")
            && call
                .arguments
                .args
                .first()
                .is_some_and(|f| !f.is_starred_expr())
        {
            return self.partial(expression, call);
        }
        if let Expr::Call(inner) = &*call.func
            && matches!(&*inner.func, Expr::Name(name) if name.id.as_str() == "getattr")
            && !matches!(inner.arguments.args.get(1), Some(Expr::StringLiteral(_)))
        {
            self.at(expression);
            self.b.dynamic("a method chosen by a computed name");
        }
        let callee = self.expression(&call.func);
        let args = self.arguments(call);
        self.at(expression);
        self.b.call_with(Call {
            callee,
            args,
            new: false,
            tagged: false,
        })
    }

    /// `functools.partial(f, a, k=b)` as the function `lambda *args, **kwargs: f(a, *args, k=b, **kwargs)`.
    fn partial(&mut self, expression: &'a Expr, call: &'a ExprCall) -> ValueId {
        let bound = self.arguments(call);
        self.at(expression);
        let range = expression.range();
        let (start, end) = (range.start().to_u32(), range.end().to_u32());
        let names: Vec<String> = (0..bound.len())
            .map(|at| format!("#{start}.{at}"))
            .collect();
        for (name, arg) in names.iter().zip(&bound) {
            self.b.declare(name, false);
            self.b.write(name, arg.value);
        }
        let param = |b: &mut Builder, name, kind| Param {
            name: b.sym(name),
            kind,
            annotation: None,
        };
        let params = vec![
            param(&mut self.b, "args", ParamKind::Rest),
            param(&mut self.b, "kwargs", ParamKind::RestNamed),
        ];
        let rest = self.b.begin_function(
            "<partial>",
            start,
            end,
            FunctionKind::Plain,
            params,
            &FxHashSet::default(),
        );
        let mut values = names
            .iter()
            .map(|name| self.b.read(name))
            .collect::<Vec<_>>()
            .into_iter();
        let callee = values.next();
        let filled: Vec<Arg> = values
            .zip(bound.iter().skip(1))
            .map(|(value, arg)| Arg {
                value,
                passing: arg.passing,
            })
            .collect();
        let is_positional =
            |arg: &&Arg| matches!(arg.passing, Passing::Positional | Passing::Spread);
        let mut args: Vec<Arg> = filled.iter().filter(is_positional).copied().collect();
        let mut rest = rest.into_iter();
        args.extend(rest.next().map(|value| Arg {
            value,
            passing: Passing::Spread,
        }));
        args.extend(filled.iter().filter(|arg| !is_positional(arg)).copied());
        args.extend(rest.next().map(|value| Arg {
            value,
            passing: Passing::SpreadNamed,
        }));
        if let Some(callee) = callee {
            let result = self.b.call(callee, args);
            self.b.return_(result);
        }
        self.b.end_function()
    }

    /// Whether a built-in's name means something else here.
    fn is_shadowed(&mut self, name: &str) -> bool {
        self.b.is_local(name)
            || self
                .class_body()
                .is_some_and(|class| class.names.contains_key(name))
            || self.imported.contains_key(name)
    }

    pub(super) fn arguments(&mut self, call: &'a ExprCall) -> Vec<Arg> {
        let mut args =
            Vec::with_capacity(call.arguments.args.len() + call.arguments.keywords.len());
        for argument in &call.arguments.args {
            let passing = if argument.is_starred_expr() {
                Passing::Spread
            } else {
                Passing::Positional
            };
            let value = self.expression(argument);
            args.push(Arg { value, passing });
        }
        for keyword in &call.arguments.keywords {
            let value = self.expression(&keyword.value);
            let passing = match &keyword.arg {
                Some(name) => Passing::Named(self.b.sym(name.as_str())),
                None => Passing::SpreadNamed,
            };
            args.push(Arg { value, passing });
        }
        args
    }

    /// Built-ins that are lowered to operations; `None` where the call stays a call.
    fn built_in(
        &mut self,
        expression: &'a Expr,
        call: &'a ExprCall,
        name: &str,
    ) -> Option<ValueId> {
        let args = &*call.arguments.args;
        let keywords = &*call.arguments.keywords;
        match (name, args) {
            ("isinstance", [value, of]) => {
                let value = self.expression(value);
                let of = self.expression(of);
                self.at(expression);
                Some(self.type_test(value, of))
            }
            ("getattr", [base, Expr::StringLiteral(name), default @ ..]) => {
                let base = self.expression(base);
                self.at(expression);
                let value = self.b.load(base, name.value.to_str());
                match default.first() {
                    Some(default) => {
                        let default = self.expression(default);
                        self.at(expression);
                        Some(self.b.phi(vec![value, default]))
                    }
                    None => Some(value),
                }
            }
            ("setattr", [base, Expr::StringLiteral(name), value]) => {
                let base = self.expression(base);
                let value = self.expression(value);
                self.at(expression);
                self.b.store(base, name.value.to_str(), value);
                Some(self.b.constant(Const::Null))
            }
            ("setattr", [base, key, value]) => {
                let callee = self.expression(&call.func);
                let base = self.expression(base);
                let key = self.expression(key);
                let value = self.expression(value);
                self.at(expression);
                let args = [base, key, value].map(|value| Arg {
                    value,
                    passing: Passing::Positional,
                });
                let result = self.b.call(callee, args.to_vec());
                self.b.put(base, key, value);
                Some(result)
            }
            ("dict", []) if !keywords.is_empty() => {
                let parts = keywords
                    .iter()
                    .map(|keyword| {
                        let value = self.expression(&keyword.value);
                        (
                            keyword.arg.as_ref().map(|name| self.b.sym(name.as_str())),
                            value,
                        )
                    })
                    .collect();
                self.at(expression);
                Some(self.b.record(parts))
            }
            ("dict", []) => Some(self.b.record(Vec::new())),
            ("list" | "set" | "tuple" | "frozenset", []) => Some(self.b.list(Vec::new())),
            ("__import__", [Expr::StringLiteral(module), ..]) => {
                Some(self.b.import(module.value.to_str(), Imported::Module))
            }
            ("__import__", _) => {
                self.b.dynamic("import of a computed name");
                None
            }
            ("eval" | "exec", [Expr::StringLiteral(_), ..]) => None,
            ("eval" | "exec" | "execfile", [_, ..]) => {
                self.b.dynamic("code that is built while running");
                None
            }
            _ => None,
        }
    }

    /// Methods of literals, `super()`, and imports by name.
    fn method(
        &mut self,
        expression: &'a Expr,
        call: &'a ExprCall,
        attribute: &'a ruff_python_ast::ExprAttribute,
    ) -> Option<ValueId> {
        let name = attribute.attr.as_str();
        if let Some(base) = self.super_base(&attribute.value) {
            return Some(self.super_call(expression, call, base, name));
        }
        match name {
            "format" | "format_map" => self.format_call(expression, call, attribute),
            "import_module" if matches!(&*attribute.value, Expr::Name(n) if n.id.as_str() == "importlib") => {
                match call.arguments.args.first() {
                    Some(Expr::StringLiteral(module)) => {
                        self.at(expression);
                        Some(self.b.import(module.value.to_str(), Imported::Module))
                    }
                    _ => {
                        self.b.dynamic("import of a computed name");
                        None
                    }
                }
            }
            _ => None,
        }
    }

    /// `"…".format(…)`, also of a module-level template.
    fn format_call(
        &mut self,
        expression: &'a Expr,
        call: &'a ExprCall,
        attribute: &'a ruff_python_ast::ExprAttribute,
    ) -> Option<ValueId> {
        let is_candidate = matches!(
            &*attribute.value,
            Expr::StringLiteral(_) | Expr::Name(_) | Expr::FString(_)
        );
        if !is_candidate {
            return None;
        }
        let base = self.expression(&attribute.value);
        let template = self.template(base);
        let Some(template) = template else {
            if !attribute.value.is_f_string_expr() {
                return None;
            }
            let mut parts = vec![base];
            parts.extend(self.arguments(call).iter().map(|a| a.value));
            self.at(expression);
            return Some(self.b.concat(parts));
        };
        let args = self.arguments(call);
        self.at(expression);
        if args.iter().any(|a| a.passing == Passing::Spread) {
            let text = self.b.string(&template);
            let parts = std::iter::once(text)
                .chain(args.iter().map(|a| a.value))
                .collect();
            return Some(self.b.concat(parts));
        }
        let mut positional: Vec<ValueId> = args
            .iter()
            .filter(|a| a.passing == Passing::Positional)
            .map(|a| a.value)
            .collect();
        if positional.is_empty() {
            positional.extend(
                args.iter()
                    .filter(|a| a.passing == Passing::SpreadNamed)
                    .map(|a| a.value),
            );
        }
        let named: Vec<_> = args
            .iter()
            .filter_map(|a| match a.passing {
                Passing::Named(name) => Some((name, a.value)),
                _ => None,
            })
            .collect();
        Some(self.fill(&template, false, &positional, &named))
    }

    /// The class `super()` stands for, inside a method of a class with bases.
    pub(super) fn super_base(&mut self, expression: &'a Expr) -> Option<ValueId> {
        let Expr::Call(call) = expression else {
            return None;
        };
        if !matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super") {
            return None;
        }
        let bases = self.classes.last()?.bases;
        if bases.is_empty() {
            return None;
        }
        let values: Vec<ValueId> = bases.iter().map(|base| self.expression(base)).collect();
        self.at(expression);
        Some(self.b.phi(values))
    }

    fn super_call(
        &mut self,
        expression: &'a Expr,
        call: &'a ExprCall,
        base: ValueId,
        name: &str,
    ) -> ValueId {
        self.at(expression);
        let callee = self.b.load(base, name);
        let mut args = Vec::new();
        if let Some(this) = self.selves.last().cloned() {
            let value = self.b.read(&this);
            args.push(Arg {
                value,
                passing: Passing::Positional,
            });
        }
        args.extend(self.arguments(call));
        self.at(expression);
        self.b.call_with(Call {
            callee,
            args,
            new: false,
            tagged: false,
        })
    }

    /// The dotted name an expression spells, imports spelled out: `s3.Client` after `import boto3.s3 as s3`.
    pub(super) fn dotted(&self, expression: &Expr) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = expression;
        loop {
            match at {
                Expr::Name(name) => {
                    let first = name.id.as_str();
                    let first = self.imported.get(first).map_or(first, |path| path.as_str());
                    parts.push(first);
                    break;
                }
                Expr::Attribute(attribute) => {
                    parts.push(attribute.attr.as_str());
                    at = &attribute.value;
                }
                Expr::Subscript(subscript) => at = &subscript.value,
                Expr::Call(call) => at = &call.func,
                _ => return None,
            }
            if parts.len() > 8 {
                return None;
            }
        }
        parts.reverse();
        Some(parts.join("."))
    }
}
