//! Calls: functions, constructors, modules, and what compilers write in their place.

use palisade_flow::ir::{Arg, Call, FunctionKind, Imported, Param, ParamKind, Passing, ValueId};
use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::kinds::Kind;
use super::lower::Lower;

fn positional(value: ValueId) -> Arg {
    Arg {
        value,
        passing: Passing::Positional,
    }
}

impl<'t> Lower<'t> {
    /// The arguments of a call.
    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Arg> {
        let mut args = Vec::new();
        for child in self.g.children(node) {
            let passing = if self.kind(child) == Kind::Spread {
                Passing::Spread
            } else {
                Passing::Positional
            };
            let value = self.expression(child);
            args.push(Arg { value, passing });
        }
        args
    }

    /// A call expression.
    pub(super) fn call(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let (Some(function), Some(arguments)) = (
            self.field(node, fields.function),
            self.field(node, fields.arguments),
        ) else {
            return self.parts(node);
        };
        if self.kind(arguments) == Kind::Template {
            return self.tagged(node, function, arguments);
        }
        let special = match self.kind(function) {
            Kind::Import => Some(self.dynamic_import(node, arguments)),
            Kind::Super => Some(self.super_call(node, arguments)),
            Kind::Identifier => self.named_call(node, function, arguments),
            Kind::Member => self.member_call(node, function, arguments),
            _ => None,
        };
        if let Some(value) = special {
            return value;
        }
        let callee = self.expression(function);
        let args = self.arguments(arguments);
        self.here(node);
        self.b.call(callee, args)
    }

    fn tagged(&mut self, node: Node<'t>, function: Node<'t>, template: Node<'t>) -> ValueId {
        let callee = self.expression(function);
        let (_, literals, values) = self.template_parts(template, true);
        self.here(node);
        let list = self
            .b
            .list(literals.into_iter().map(|v| (v, false)).collect());
        let args = std::iter::once(list)
            .chain(values)
            .map(positional)
            .collect();
        self.b.call_with(Call {
            callee,
            args,
            new: false,
            tagged: true,
        })
    }

    fn constant_argument(&mut self, arguments: Node<'t>) -> Option<String> {
        let first = *self.g.children(arguments).first()?;
        let value = match self.kind(first) {
            Kind::Text | Kind::Template | Kind::Identifier | Kind::Parenthesized => {
                self.expression(first)
            }
            _ => return None,
        };
        self.b.as_string(value)
    }

    fn dynamic_import(&mut self, node: Node<'t>, arguments: Node<'t>) -> ValueId {
        if let Some(module) = self.constant_argument(arguments) {
            self.here(node);
            return self.b.import(&module, Imported::Module);
        }
        let args = self.arguments(arguments);
        self.here(node);
        self.b.dynamic("import of a computed name");
        let callee = self.b.read("import");
        self.b.call(callee, args)
    }

    fn super_call(&mut self, node: Node<'t>, arguments: Node<'t>) -> ValueId {
        let base = self.base_class();
        self.here(node);
        let callee = self.b.load(base, "constructor");
        let this = self.b.read("this");
        let mut args = vec![positional(this)];
        args.extend(self.arguments(arguments));
        self.here(node);
        self.b.call(callee, args)
    }

    /// `require("x")`, `eval(x)` and helpers of compilers.
    fn named_call(
        &mut self,
        node: Node<'t>,
        function: Node<'t>,
        arguments: Node<'t>,
    ) -> Option<ValueId> {
        let name = self.text_of(function);
        if self.b.is_local(name)
            && name != "exports"
            && !name.starts_with("__")
            && !name.starts_with("_interop")
            && name != "co"
        {
            return None;
        }
        match name {
            "require" => {
                if let Some(module) = self.constant_argument(arguments) {
                    self.here(node);
                    return Some(self.b.import(&module, Imported::Module));
                }
                self.here(node);
                self.b.dynamic("require of a computed name");
                None
            }
            "eval" => {
                self.here(node);
                self.b.dynamic("eval");
                None
            }
            "Function" => {
                self.here(node);
                self.b.dynamic("code made of text");
                None
            }
            _ => self.compiled_helper(node, name, arguments),
        }
    }

    /// `__importDefault(require("x"))`, `__awaiter(this, …, function* () {…})` and their like.
    fn compiled_helper(
        &mut self,
        node: Node<'t>,
        name: &str,
        arguments: Node<'t>,
    ) -> Option<ValueId> {
        match name {
            "__importDefault"
            | "__importStar"
            | "__toESM"
            | "_interopRequireDefault"
            | "_interopRequireWildcard"
            | "_interop_require_default"
            | "_interop_require_wildcard"
            | "_interopDefault"
            | "_interopNamespace" => {
                let first = *self.g.children(arguments).first()?;
                let module = self.expression(first);
                self.here(node);
                let default = match self.b.op(module) {
                    palisade_flow::ir::Op::Import(_) => {
                        self.imported_default(first).unwrap_or(module)
                    }
                    _ => module,
                };
                self.here(node);
                let key = self.b.sym("default");
                Some(self.b.record(vec![(None, module), (Some(key), default)]))
            }
            // `co(function* () {…})` runs a generator whose `yield` waits.
            "__awaiter" | "__async" | "co" => {
                let closure = self.awaiting_generator(arguments)?;
                self.here(node);
                Some(self.b.call(closure, Vec::new()))
            }
            // `co.wrap` and its like make a function of it.
            "_asyncToGenerator" | "coroutine" | "wrap"
                if self
                    .g
                    .children(arguments)
                    .iter()
                    .any(|a| self.kind(*a) == Kind::GeneratorFunction) =>
            {
                self.awaiting_generator(arguments)
            }
            "__exportStar" => {
                let first = *self.g.children(arguments).first()?;
                let module = self.expression(first);
                self.starred.push(module);
                self.here(node);
                Some(self.undefined())
            }
            _ => None,
        }
    }

    /// The generator among the arguments, its `yield` lowered as an `await`.
    fn awaiting_generator(&mut self, arguments: Node<'t>) -> Option<ValueId> {
        let is_generator = |n: &Node<'t>| {
            matches!(
                self.kind(*n),
                Kind::GeneratorFunction | Kind::FunctionExpression | Kind::Arrow
            )
        };
        let function = self
            .g
            .children(arguments)
            .into_iter()
            .rev()
            .find(is_generator)?;
        self.awaiting.push(true);
        let closure = self.function_expression(function, "", None);
        self.awaiting.pop();
        Some(closure)
    }

    fn imported_default(&mut self, require: Node<'t>) -> Option<ValueId> {
        let arguments = self.field(require, self.g.fields.arguments)?;
        let module = self.constant_argument(arguments)?;
        Some(self.b.import(&module, Imported::Default))
    }

    /// Calls of members that mean something to the language itself.
    fn member_call(
        &mut self,
        node: Node<'t>,
        function: Node<'t>,
        arguments: Node<'t>,
    ) -> Option<ValueId> {
        let fields = &self.g.fields;
        let object = self.field(function, fields.object)?;
        let property = self.text_of(self.field(function, fields.property)?);
        if self.kind(object) == Kind::Super {
            let base = self.base_class();
            self.here(function);
            let callee = self.b.load(base, property);
            let this_name = self.this.last().cloned().unwrap_or_default();
            let this = self.b.read(&this_name);
            let mut args = vec![positional(this)];
            args.extend(self.arguments(arguments));
            self.here(node);
            return Some(self.b.call(callee, args));
        }
        match property {
            "call" | "apply" => self.applied(node, object, arguments, property == "apply"),
            "bind" => self.bound(object, arguments),
            "resolve"
                if self.kind(object) == Kind::Identifier && self.text_of(object) == "require" =>
            {
                let module = self.constant_argument(arguments)?;
                self.here(node);
                Some(self.b.string(&module))
            }
            "defineProperty" if self.text_of(object) == "Object" => {
                self.define_property(node, arguments)
            }
            "wrap" if self.text_of(object) == "co" => {
                self.compiled_helper(node, property, arguments)
            }
            "coroutine" => self.compiled_helper(node, property, arguments),
            "__importDefault" | "__importStar" | "__awaiter" | "__exportStar" => {
                self.compiled_helper(node, property, arguments)
            }
            _ => None,
        }
    }

    /// `f.call(this, a)` is `f(a)`; `Array.prototype.slice.call(x, 1)` is `x.slice(1)`.
    fn applied(
        &mut self,
        node: Node<'t>,
        function: Node<'t>,
        arguments: Node<'t>,
        spread: bool,
    ) -> Option<ValueId> {
        let given = self.g.children(arguments);
        let first = *given.first()?;
        if given.iter().any(|a| self.kind(*a) == Kind::Spread) || (spread && given.len() != 2) {
            return None;
        }
        let callee = match self.borrowed_method(function) {
            Some(method) => {
                let receiver = self.expression(first);
                self.here(function);
                self.b.load(receiver, method)
            }
            None => {
                let callee = self.expression(function);
                self.expression(first);
                callee
            }
        };
        let mut args = Vec::new();
        for argument in given.into_iter().skip(1) {
            let value = self.expression(argument);
            args.push(Arg {
                value,
                passing: if spread {
                    Passing::Spread
                } else {
                    Passing::Positional
                },
            });
        }
        self.here(node);
        Some(self.b.call(callee, args))
    }

    /// The method of `X.prototype.method`, `[].method`, `"".method`.
    fn borrowed_method(&self, node: Node<'t>) -> Option<&'t str> {
        let fields = &self.g.fields;
        if self.kind(node) != Kind::Member {
            return None;
        }
        let object = self.field(node, fields.object)?;
        let method = self.text_of(self.field(node, fields.property)?);
        let is_prototype = self.kind(object) == Kind::Member
            && self
                .field(object, fields.property)
                .is_some_and(|p| self.text_of(p) == "prototype");
        let is_literal = matches!(self.text_of(object), "[]" | "''" | "\"\"" | "{}" | "({})");
        (is_prototype || is_literal).then_some(method)
    }

    /// `obj.method.bind(obj)`, `f.bind(this)`: the function itself.
    fn bound(&mut self, function: Node<'t>, arguments: Node<'t>) -> Option<ValueId> {
        let given = self.g.children(arguments);
        let [receiver] = given.as_slice() else {
            return None;
        };
        let receiver_text = self.text_of(*receiver);
        let own = self.kind(function) == Kind::Member
            && self
                .field(function, self.g.fields.object)
                .is_some_and(|o| self.text_of(o) == receiver_text);
        let plain = matches!(
            self.kind(*receiver),
            Kind::This | Kind::Null | Kind::Undefined
        );
        (own || plain).then(|| self.expression(function))
    }

    /// `Object.defineProperty(exports, "a", { get: function () { return b.a; } })`, as compilers write re-exports.
    fn define_property(&mut self, node: Node<'t>, arguments: Node<'t>) -> Option<ValueId> {
        let given = self.g.children(arguments);
        let [target, name, descriptor] = given.as_slice() else {
            return None;
        };
        if self.text_of(*target) != "exports"
            || self.kind(*name) != Kind::Text
            || self.kind(*descriptor) != Kind::Object
        {
            return None;
        }
        let key = self.text_literal(*name);
        let exports = self.b.read("exports");
        for pair in self.g.children(*descriptor) {
            let (which, value) = match self.kind(pair) {
                Kind::Pair => (
                    self.field(pair, self.g.fields.key)?,
                    self.field(pair, self.g.fields.value)?,
                ),
                Kind::Method => (self.field(pair, self.g.fields.name)?, pair),
                _ => continue,
            };
            let value = match self.text_of(which) {
                "value" => self.expression(value),
                "get" => {
                    let getter = self.function_expression(value, &key, None);
                    self.here(node);
                    self.b.call(getter, Vec::new())
                }
                _ => continue,
            };
            self.here(node);
            self.b.store(exports, &key, value);
        }
        Some(exports)
    }

    /// `new C(…)`.
    pub(super) fn new_expression(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let Some(constructor) = self.field(node, fields.constructor) else {
            return self.parts(node);
        };
        if self.kind(constructor) == Kind::Identifier
            && self.text_of(constructor) == "Function"
            && !self.b.is_local("Function")
        {
            self.here(node);
            self.b.dynamic("code made of text");
        }
        if self.kind(constructor) == Kind::Identifier
            && self.text_of(constructor) == "Promise"
            && !self.b.is_local("Promise")
            && let Some(executor) = self
                .field(node, fields.arguments)
                .and_then(|a| self.g.children(a).first().copied())
        {
            return self.promise(node, executor);
        }
        let callee = self.expression(constructor);
        let args = self
            .field(node, fields.arguments)
            .map(|a| self.arguments(a))
            .unwrap_or_default();
        self.here(node);
        self.b.call_with(Call {
            callee,
            args,
            new: true,
            tagged: false,
        })
    }

    /// `new Promise((resolve, reject) => …)`: the executor runs at once, and a promise is what `resolve` was given.
    fn promise(&mut self, node: Node<'t>, executor: Node<'t>) -> ValueId {
        self.here(node);
        let name = format!("promise@{}", node.start_byte());
        self.b.push_scope();
        self.b.declare(&name, false);
        let cell = self.b.record(Vec::new());
        self.b.write(&name, cell);
        let resolve = self.settler(node, "resolve", |l, given| {
            let cell = l.b.read(&name);
            l.b.store(cell, "value", given);
        });
        let reject = self.settler(node, "reject", |l, given| l.b.throw(given));
        let callee = self.expression(executor);
        self.here(node);
        self.b
            .call(callee, vec![positional(resolve), positional(reject)]);
        self.b.pop_scope();
        self.b.load(cell, "value")
    }

    /// A function of one parameter that the language itself hands in.
    fn settler(
        &mut self,
        node: Node<'t>,
        name: &str,
        body: impl FnOnce(&mut Self, ValueId),
    ) -> ValueId {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let param = Param {
            name: self.b.sym("given"),
            kind: ParamKind::Plain,
            annotation: None,
        };
        let cells = FxHashSet::default();
        let values = self.b.begin_function(
            name,
            cut(node.start_byte()),
            cut(node.end_byte()),
            FunctionKind::Plain,
            vec![param],
            &cells,
        );
        if let Some(given) = values.first() {
            body(self, *given);
        }
        self.b.end_function()
    }

    /// A JSX element, as the call of `React.createElement` it stands for.
    pub(super) fn jsx(&mut self, node: Node<'t>) -> ValueId {
        let fields = &self.g.fields;
        let opening = self.field(node, fields.open_tag).unwrap_or(node);
        let tag = match self.field(opening, fields.name) {
            Some(name)
                if self.kind(name) == Kind::Identifier
                    && self
                        .text_of(name)
                        .starts_with(|c: char| c.is_ascii_lowercase()) =>
            {
                self.here(name);
                let text = self.text_of(name);
                self.b.string(text)
            }
            Some(name) if matches!(self.kind(name), Kind::Identifier | Kind::Member) => {
                self.expression(name)
            }
            _ => self.undefined(),
        };
        let mut props = Vec::new();
        for attribute in self.g.children(opening) {
            match self.kind(attribute) {
                Kind::JsxAttribute => {
                    let parts = self.g.children(attribute);
                    let Some(name) = parts.first() else { continue };
                    let key = self.text_of(*name);
                    let value = match parts.get(1) {
                        Some(value) => self.named_expression(*value, key, None),
                        None => self.b.constant(palisade_flow::ir::Const::Bool(true)),
                    };
                    let key = self.b.sym(key);
                    props.push((Some(key), value));
                }
                // `{...props}`.
                Kind::JsxExpression => {
                    let value = self.only(attribute);
                    props.push((None, value));
                }
                _ => {}
            }
        }
        self.here(opening);
        let props = self.b.record(props);
        let mut args = vec![positional(tag), positional(props)];
        if opening != node {
            for child in self.g.children(node) {
                if matches!(
                    self.kind(child),
                    Kind::JsxElement | Kind::JsxSelfClosing | Kind::JsxExpression | Kind::JsxText
                ) {
                    let value = self.expression(child);
                    args.push(positional(value));
                }
            }
        }
        self.here(node);
        let react = self.b.read("React");
        let callee = self.b.load(react, "createElement");
        self.b.call(callee, args)
    }
}
