//! Functions, parameters, classes and decorators.

use palisade_flow::ir::{
    Arg, ClassIndex, FunctionKind, Member, MemberKind, Param, ParamKind, Passing, ValueId,
};
use ruff_python_ast::{
    Decorator, Expr, Parameter, Parameters, Stmt, StmtClassDef, StmtFunctionDef,
};
use ruff_text_size::Ranged;
use rustc_hash::{FxHashMap, FxHashSet};

use super::names;
use super::{ClassScope, Lowering};

/// What decorators without effect on the flow of data say about a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    Plain,
    Static,
    OfClass,
    Getter,
    Setter,
}

impl<'a> Lowering<'a> {
    pub(super) fn function(&mut self, function: &'a StmtFunctionDef) {
        let role = function
            .decorator_list
            .iter()
            .map(|d| role(&d.expression))
            .find(|r| *r != Role::Plain)
            .unwrap_or(Role::Plain);
        let class = if self.class_body().is_some() {
            self.open_classes.last().copied()
        } else {
            None
        };
        let kind = match (class, role) {
            (None, _) | (_, Role::Static) => FunctionKind::Plain,
            (Some(class), Role::OfClass) => FunctionKind::ClassMethod(class),
            (Some(class), _) if function.name.as_str() == "__new__" => {
                FunctionKind::ClassMethod(class)
            }
            (Some(class), _) => FunctionKind::Method(class),
        };
        let mut value = self.function_value(function, kind);
        for decorator in function.decorator_list.iter().rev() {
            value = self.decorated(decorator, value);
        }
        self.at(function);
        let name = function.name.as_str();
        if let Some(class) = class {
            let kind = match role {
                Role::Plain => MemberKind::Method,
                Role::Static | Role::OfClass => MemberKind::Static,
                Role::Getter => MemberKind::Getter,
                Role::Setter => MemberKind::Setter,
            };
            let member = Member {
                name: self.b.sym(name),
                value,
                kind,
            };
            self.b.member(class, member);
            if role != Role::Setter {
                self.write(name, value);
            }
        } else {
            self.write(name, value);
        }
    }

    fn function_value(&mut self, function: &'a StmtFunctionDef, kind: FunctionKind) -> ValueId {
        let params = self.parameters(Some(&function.parameters));
        let found = names::assigned(&function.body, self.hints);
        let range = function.range();
        let this = match kind {
            FunctionKind::Method(_) | FunctionKind::ClassMethod(_) => {
                params.first().map(|p| self.b.text(p.name).to_owned())
            }
            _ => None,
        };
        if let Some(this) = &this {
            self.selves.push(this.clone());
        }
        self.functions += 1;
        let loops = std::mem::take(&mut self.loops);
        let values = self.b.begin_function(
            function.name.as_str(),
            range.start().to_u32(),
            range.end().to_u32(),
            kind,
            params,
            &found.cells,
        );
        let column = self.column(function).unwrap_or(usize::MAX);
        self.columns.push(if column == usize::MAX {
            self.columns.last().copied().unwrap_or(0)
        } else {
            column
        });
        let elsewhere = self.misplaced_names(&function.body);
        for name in &found.names {
            if !found.globals.contains(name)
                && !found.nonlocals.contains(name)
                && !elsewhere.contains(&name.as_str())
            {
                self.b.declare_hoisted(name, found.cells.contains(name));
            }
        }
        self.defaults(Some(&function.parameters), &values);
        self.body(&function.body);
        self.columns.pop();
        self.loops = loops;
        self.functions -= 1;
        if this.is_some() {
            self.selves.pop();
        }
        self.at(function);
        self.b.end_function()
    }

    /// Names of functions and classes that stand in a body by mistake.
    fn misplaced_names(&self, body: &'a [Stmt]) -> Vec<&'a str> {
        if self.errors.is_empty() {
            return Vec::new();
        }
        let misplaced = body.iter().filter(|s| self.is_misplaced(s));
        misplaced
            .filter_map(|s| match s {
                Stmt::FunctionDef(function) => Some(function.name.as_str()),
                Stmt::ClassDef(class) => Some(class.name.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The parameters of a function, in the order in which they take positions.
    pub(super) fn parameters(&mut self, parameters: Option<&'a Parameters>) -> Vec<Param> {
        let Some(parameters) = parameters else {
            return Vec::new();
        };
        let mut params = Vec::new();
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            params.push(self.parameter(&parameter.parameter, ParamKind::Plain));
        }
        if let Some(rest) = &parameters.vararg {
            params.push(self.parameter(rest, ParamKind::Rest));
        }
        for parameter in &parameters.kwonlyargs {
            params.push(self.parameter(&parameter.parameter, ParamKind::NameOnly));
        }
        if let Some(rest) = &parameters.kwarg {
            params.push(self.parameter(rest, ParamKind::RestNamed));
        }
        params
    }

    fn parameter(&mut self, parameter: &'a Parameter, kind: ParamKind) -> Param {
        let annotation = parameter
            .annotation
            .as_deref()
            .and_then(|a| self.annotation(a, 0))
            .map(|a| self.b.sym(&a));
        Param {
            name: self.b.sym(parameter.name.as_str()),
            kind,
            annotation,
        }
    }

    /// The type an annotation names, as written; `Optional` and the like are looked through.
    pub(super) fn annotation(&self, annotation: &Expr, depth: usize) -> Option<String> {
        if depth > 8 {
            return None;
        }
        match annotation {
            Expr::Name(_) | Expr::Attribute(_) => spelled(annotation),
            Expr::StringLiteral(text) => {
                let text = text.value.to_str().trim();
                let plain = !text.is_empty()
                    && text
                        .chars()
                        .all(|c| c.is_alphanumeric() || c == '_' || c == '.');
                plain.then(|| text.to_owned())
            }
            Expr::Subscript(subscript) => {
                let outer = spelled(&subscript.value)?;
                match outer.rsplit('.').next() {
                    Some(
                        "Optional" | "Annotated" | "Union" | "Final" | "ClassVar" | "Required",
                    ) => match &*subscript.slice {
                        Expr::Tuple(tuple) => tuple
                            .elts
                            .iter()
                            .find_map(|e| self.annotation(e, depth + 1)),
                        inner => self.annotation(inner, depth + 1),
                    },
                    _ => Some(outer),
                }
            }
            Expr::BinOp(union) => self
                .annotation(&union.left, depth + 1)
                .or_else(|| self.annotation(&union.right, depth + 1)),
            _ => None,
        }
    }

    /// Default values: a parameter is what was passed or its default.
    pub(super) fn defaults(&mut self, parameters: Option<&'a Parameters>, values: &[ValueId]) {
        let Some(parameters) = parameters else { return };
        let plain = parameters.posonlyargs.len() + parameters.args.len();
        let positional = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .enumerate();
        let skip = plain + usize::from(parameters.vararg.is_some());
        let named = parameters
            .kwonlyargs
            .iter()
            .enumerate()
            .map(|(at, p)| (skip + at, p));
        for (at, parameter) in positional.chain(named) {
            if let (Some(default), Some(value)) = (parameter.default(), values.get(at)) {
                let default = self.expression(default);
                self.at(parameter);
                let either = self.b.phi(vec![*value, default]);
                self.b.write(parameter.parameter.name.as_str(), either);
            }
        }
    }

    fn decorated(&mut self, decorator: &'a Decorator, value: ValueId) -> ValueId {
        if is_transparent(&decorator.expression) {
            return value;
        }
        let callee = self.expression(&decorator.expression);
        self.at(&decorator.expression);
        self.b.call(
            callee,
            vec![Arg {
                value,
                passing: Passing::Positional,
            }],
        )
    }

    pub(super) fn class(&mut self, class: &'a StmtClassDef) {
        let bases: &'a [Expr] = class.arguments.as_ref().map_or(&[], |a| &*a.args);
        let values = bases.iter().map(|base| self.expression(base)).collect();
        self.at(class);
        let index = self.b.begin_class(class.name.as_str(), values);
        self.classes.push(ClassScope {
            names: FxHashMap::default(),
            bases,
            functions: self.functions,
        });
        self.open_classes.push(index);
        self.columns.push(self.column(class).unwrap_or(0));
        self.body(&class.body);
        self.columns.pop();
        if self.is_enumeration(class) {
            self.look_up(class, index);
        } else if self.makes_constructor(class) {
            self.constructor(class, index);
        }
        self.open_classes.pop();
        let scope = self.classes.pop();
        for name in class_names(class) {
            let value = scope.as_ref().and_then(|s| s.names.get(&name).copied());
            if let Some(value) = value {
                let member = Member {
                    name: self.b.sym(&name),
                    value,
                    kind: MemberKind::Attribute,
                };
                self.b.member(index, member);
            }
        }
        self.at(class);
        let mut value = self.b.end_class(index);
        for decorator in class.decorator_list.iter().rev() {
            value = self.decorated(decorator, value);
        }
        self.at(class);
        self.write(class.name.as_str(), value);
    }

    /// Whether a class only has members that are listed: its constructor looks one up.
    fn is_enumeration(&self, class: &StmtClassDef) -> bool {
        let bases = class.arguments.iter().flat_map(|a| a.args.iter());
        bases.filter_map(|b| self.dotted(b)).any(|b| {
            matches!(
                b.rsplit('.').next(),
                Some("Enum" | "IntEnum" | "StrEnum" | "IntFlag" | "Flag")
            )
        })
    }

    /// Whether a class gets its constructor from its annotated fields.
    fn makes_constructor(&self, class: &StmtClassDef) -> bool {
        let defines = |name: &str| {
            class
                .body
                .iter()
                .any(|s| matches!(s, Stmt::FunctionDef(f) if f.name.as_str() == name))
        };
        let last = |e: &Expr| {
            self.dotted(e)
                .and_then(|d| d.rsplit('.').next().map(str::to_owned))
        };
        let decorated = class
            .decorator_list
            .iter()
            .filter_map(|d| last(&d.expression))
            .any(|d| {
                matches!(
                    d.as_str(),
                    "dataclass" | "define" | "attrs" | "s" | "frozen"
                )
            });
        let derived = class
            .arguments
            .iter()
            .flat_map(|a| a.args.iter())
            .filter_map(last)
            .any(|b| matches!(b.as_str(), "NamedTuple" | "BaseModel" | "TypedDict"));
        (decorated || derived) && !defines("__init__")
    }

    /// The constructor of an enumeration: nothing of what it is given stays in the member it finds.
    fn look_up(&mut self, class: &'a StmtClassDef, index: ClassIndex) {
        let range = class.name.range();
        let (start, end) = (range.start().to_u32(), range.end().to_u32());
        let names = ["self", "value"];
        let params = names
            .map(|name| Param {
                name: self.b.sym(name),
                kind: ParamKind::Plain,
                annotation: None,
            })
            .to_vec();
        self.b.begin_function(
            "__init__",
            start,
            end,
            FunctionKind::Method(index),
            params,
            &FxHashSet::default(),
        );
        self.b.at(start, end);
        let value = self.b.end_function();
        let member = Member {
            name: self.b.sym("__init__"),
            value,
            kind: MemberKind::Method,
        };
        self.b.member(index, member);
    }

    /// The constructor of a data class: each field from the parameter of its name. Fields declared as numbers are
    /// numbers only where something checks it, which models of `pydantic` do.
    fn constructor(&mut self, class: &'a StmtClassDef, index: ClassIndex) {
        let fields: Vec<(&'a str, &'a Expr, Option<&'a Expr>)> = class
            .body
            .iter()
            .filter_map(|statement| match statement {
                Stmt::AnnAssign(field) => match &*field.target {
                    Expr::Name(name) => {
                        Some((name.id.as_str(), &*field.annotation, field.value.as_deref()))
                    }
                    _ => None,
                },
                _ => None,
            })
            .take(64)
            .collect();
        if fields.is_empty() {
            return;
        }
        let checked = class
            .arguments
            .iter()
            .flat_map(|a| a.args.iter())
            .filter_map(|b| self.dotted(b))
            .any(|b| b.ends_with("BaseModel"));
        let mut params = vec![Param {
            name: self.b.sym("self"),
            kind: ParamKind::Plain,
            annotation: None,
        }];
        for (name, annotation, _) in &fields {
            let annotation = self.annotation(annotation, 0).map(|a| self.b.sym(&a));
            params.push(Param {
                name: self.b.sym(name),
                kind: ParamKind::Plain,
                annotation,
            });
        }
        let range = class.name.range();
        let (start, end) = (range.start().to_u32(), range.end().to_u32());
        let values = self.b.begin_function(
            "__init__",
            start,
            end,
            FunctionKind::Method(index),
            params,
            &FxHashSet::default(),
        );
        let mut values = values.into_iter();
        if let Some(this) = values.next() {
            for ((name, annotation, _), value) in fields.iter().zip(values) {
                self.at(*annotation);
                let number = checked
                    && self
                        .annotation(annotation, 0)
                        .is_some_and(|a| is_number_type(&a));
                let value = if number {
                    self.b.arith(vec![value])
                } else {
                    value
                };
                self.b.store(this, name, value);
            }
        }
        self.b.at(start, end);
        let value = self.b.end_function();
        let member = Member {
            name: self.b.sym("__init__"),
            value,
            kind: MemberKind::Method,
        };
        self.b.member(index, member);
    }
}

/// The dotted name an expression spells.
fn spelled(expression: &Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = expression;
    while parts.len() < 8 {
        match at {
            Expr::Name(name) => {
                parts.push(name.id.as_str());
                parts.reverse();
                return Some(parts.join("."));
            }
            Expr::Attribute(attribute) => {
                parts.push(attribute.attr.as_str());
                at = &attribute.value;
            }
            _ => return None,
        }
    }
    None
}

/// Types of which no text is left.
fn is_number_type(annotation: &str) -> bool {
    let last = annotation.rsplit('.').next().unwrap_or(annotation);
    matches!(
        last,
        "int"
            | "float"
            | "bool"
            | "UUID"
            | "UUID4"
            | "datetime"
            | "date"
            | "Decimal"
            | "PositiveInt"
            | "conint"
            | "confloat"
    )
}

/// Names a class body assigns other than by `def`, in order.
fn class_names(class: &StmtClassDef) -> Vec<String> {
    let defined: FxHashSet<&str> = class
        .body
        .iter()
        .filter_map(|s| {
            if let Stmt::FunctionDef(f) = s {
                Some(f.name.as_str())
            } else {
                None
            }
        })
        .collect();
    let found = names::assigned(&class.body, names::Hints::default());
    found
        .names
        .into_iter()
        .filter(|n| !defined.contains(n.as_str()))
        .collect()
}

fn role(decorator: &Expr) -> Role {
    match decorator {
        Expr::Name(name) => match name.id.as_str() {
            "staticmethod" => Role::Static,
            "classmethod" => Role::OfClass,
            "property" | "cached_property" => Role::Getter,
            _ => Role::Plain,
        },
        Expr::Attribute(attribute) => match attribute.attr.as_str() {
            "setter" => Role::Setter,
            "getter" | "cached_property" => Role::Getter,
            _ => Role::Plain,
        },
        _ => Role::Plain,
    }
}

/// Decorators that hand the function through.
fn is_transparent(decorator: &Expr) -> bool {
    let name = match decorator {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Call(call) => match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        },
        _ => "",
    };
    role(decorator) != Role::Plain
        || matches!(
            name,
            "wraps"
                | "abstractmethod"
                | "overload"
                | "override"
                | "final"
                | "lru_cache"
                | "cache"
                | "dataclass"
                | "total_ordering"
        )
}
