//! Prints programs as text IR.

use crate::generator::Random;
use crate::python::assigned_outside;
use crate::syntax::{Condition, Expr, FunctionValue, Stmt, Syntax};

/// The text of a program: one text with a `file` header for each file.
pub(crate) fn text(program: &Syntax) -> String {
    let mut printer = Printer {
        program,
        random: Random::new(program.seed ^ 0x77),
        out: String::new(),
        file: 0,
    };
    printer.file(0);
    if program.functions.iter().any(|f| f.file == 1) {
        printer.file(1);
    }
    printer.out
}

struct Printer<'p> {
    program: &'p Syntax,
    random: Random,
    out: String,
    file: usize,
}

impl Printer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn file(&mut self, file: usize) {
        self.file = file;
        self.line(
            0,
            if file == 0 {
                "file main.py python"
            } else {
                "file helpers.py python"
            },
        );
        if file == 0 {
            self.line(0, "class Thrown {");
            self.line(1, "fn __init__(self, value) { store self .value value }");
            self.line(0, "}");
            if !self.program.state.is_empty() {
                let parts: Vec<String> = self
                    .program
                    .state
                    .iter()
                    .map(|k| format!("{k}: \"\""))
                    .collect();
                self.line(0, &format!("STATE = record {}", parts.join(", ")));
            }
            for class in &self.program.classes {
                self.line(0, &format!("class {} {{", class.name));
                let stores: Vec<String> = class
                    .fields
                    .iter()
                    .map(|f| format!("store self .{f} {f}"))
                    .collect();
                self.line(
                    1,
                    &format!(
                        "fn __init__(self, {}) {{ {} }}",
                        class.fields.join(", "),
                        stores.join(" ; ")
                    ),
                );
                for (name, params, body) in &class.methods {
                    let params: Vec<&str> = std::iter::once("self")
                        .chain(params.iter().map(String::as_str))
                        .collect();
                    self.line(1, &format!("fn {name}({}) {{", params.join(", ")));
                    self.body(2, body);
                    self.line(1, "}");
                }
                self.line(0, "}");
            }
        }
        for function in self.program.functions.iter().filter(|f| f.file == file) {
            let entry = if function.name == "handler" {
                " entry direct"
            } else {
                ""
            };
            self.line(
                0,
                &format!(
                    "fn {}({}){entry} {{",
                    function.name,
                    function.params.join(", ")
                ),
            );
            self.body(1, &function.body);
            self.line(0, "}");
        }
    }

    fn body(&mut self, depth: usize, body: &[Stmt]) {
        for stmt in body {
            self.statement(depth, stmt);
        }
    }

    fn block(&mut self, depth: usize, head: &str, body: &[Stmt]) {
        self.line(depth, &format!("{head} {{"));
        self.body(depth + 1, body);
        self.line(depth, "}");
    }

    fn statement(&mut self, depth: usize, stmt: &Stmt) {
        let text = match stmt {
            Stmt::Let(name, value) | Stmt::Set(name, value) | Stmt::SetOuter(name, value) => {
                format!("{name} = {}", self.expr(value))
            }
            Stmt::Store(name, keys, value) => {
                format!("store {name} .{} {}", keys.join("."), self.expr(value))
            }
            Stmt::StoreOwn(field, value) => format!("store self .{field} {}", self.expr(value)),
            Stmt::StoreState(key, value) => format!("store STATE .{key} {}", self.expr(value)),
            Stmt::Append(name, value) => {
                format!("put {name} (call len({name})) {}", self.expr(value))
            }
            Stmt::SetFirst(name, value) => format!("put {name} 0 {}", self.expr(value)),
            Stmt::Sink(k, value) => format!("call oracle_lib.sink_{k}({})", self.expr(value)),
            Stmt::Do(value) => self.expr(value),
            Stmt::If(condition, then, otherwise) => {
                let condition = self.condition(condition);
                self.line(depth, &format!("if {condition} {{"));
                self.body(depth + 1, then);
                if !otherwise.is_empty() {
                    self.line(depth, "} else {");
                    self.body(depth + 1, otherwise);
                }
                "}".to_owned()
            }
            Stmt::Each(name, list, body) => {
                return self.block(depth, &format!("loop {name} over {list}"), body);
            }
            Stmt::EachEvent(name, body) => {
                return self.block(depth, &format!("loop {name} over event.l"), body);
            }
            Stmt::Twice(name, body) => {
                return self.block(depth, &format!("loop {name} over (call range(2))"), body);
            }
            Stmt::Try(body, name, caught) => {
                self.line(depth, "try {");
                self.body(depth + 1, body);
                self.line(depth, &format!("}} catch {name}_thrown {{"));
                self.line(depth + 1, &format!("{name} = {name}_thrown.value"));
                self.body(depth + 1, caught);
                "}".to_owned()
            }
            Stmt::Throw(value) => format!("throw call Thrown({})", self.expr(value)),
            Stmt::Return(value) => format!("return {}", self.expr(value)),
            Stmt::ReturnCondition(condition) => format!("return {}", self.condition(condition)),
            Stmt::ReturnTrue => "return true".to_owned(),
            Stmt::Closure(name, param, body) => {
                self.line(depth, &format!("fn {name}({param}) {{"));
                let mut outer = Vec::new();
                assigned_outside(body, &mut outer);
                for name in outer {
                    self.line(depth + 1, &format!("nonlocal {name}"));
                }
                self.body(depth + 1, body);
                "}".to_owned()
            }
            Stmt::ReturnLambda(param, value) => {
                format!("return fn({param}) {{ return {} }}", self.expr(value))
            }
        };
        self.line(depth, &text);
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Choose => "call oracle_lib.choose()".to_owned(),
            Condition::InSet(name) => match self.random.below(4) {
                0 => format!("({name} == \"a\" or {name} == \"b\")"),
                _ => format!("({name} in (list \"a\" \"b\"))"),
            },
            Condition::Equals(name, text) => format!("({name} == \"{text}\")"),
            Condition::Check(function, name) => format!("(call {}({name}))", self.named(*function)),
            Condition::Not(inner) => format!("not {}", self.condition(inner)),
        }
    }

    fn named(&self, function: usize) -> String {
        let function = &self.program.functions[function];
        if function.file == self.file {
            format!("fn:{}", function.name)
        } else {
            format!("fn:helpers.py:{}", function.name)
        }
    }

    fn args(&mut self, args: &[Expr]) -> String {
        let args: Vec<String> = args.iter().map(|a| self.atom(a)).collect();
        args.join(", ")
    }

    /// An expression that may stand as an operand.
    fn atom(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Literal(_)
            | Expr::Variable(_)
            | Expr::Event(_)
            | Expr::Field(..)
            | Expr::Own(_)
            | Expr::State(_)
            | Expr::First(_) => self.expr(expr),
            _ => format!("({})", self.expr(expr)),
        }
    }

    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Literal(text) => format!("\"{text}\""),
            Expr::Variable(name) => name.clone(),
            Expr::Event(keys) => format!("event.{}", keys.join(".")),
            Expr::Concat(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| self.atom(p)).collect();
                format!("concat {}", parts.join(" "))
            }
            Expr::Field(name, keys) => format!("{name}.{}", keys.join(".")),
            Expr::Own(field) => format!("self.{field}"),
            Expr::State(key) => format!("STATE.{key}"),
            Expr::First(name) => format!("{name}[0]"),
            Expr::Pick(name) => format!("index {name} (call oracle_lib.choose())"),
            Expr::Join(name) => format!("call \",\".join({name})"),
            Expr::Record(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", self.atom(value)))
                    .collect();
                format!("record {}", parts.join(" "))
            }
            Expr::List(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| self.atom(p)).collect();
                format!("list {}", parts.join(" "))
            }
            Expr::Call(function, args) => {
                format!("call {}({})", self.named(*function), self.args(args))
            }
            Expr::CallVariable(name, args) => format!("call {name}({})", self.args(args)),
            Expr::CallMade(made, args) => format!("{}({})", self.expr(made), self.args(args)),
            Expr::Method(object, name, args) => {
                format!("call {object}.{name}({})", self.args(args))
            }
            Expr::New(class, args) => format!(
                "call {}({})",
                self.program.classes[*class].name,
                self.args(args)
            ),
            Expr::Apply(function, value, argument) => {
                let value = match value {
                    FunctionValue::Variable(name) => name.clone(),
                    FunctionValue::Named(at) => self.named(*at),
                    FunctionValue::Lambda(param, value) => {
                        format!("fn({param}) {{ return {} }}", self.expr(value))
                    }
                };
                format!(
                    "call {}({value}, {})",
                    self.named(*function),
                    self.atom(argument)
                )
            }
            Expr::Choice(a, b) => format!(
                "phi {} {} (call oracle_lib.choose())",
                self.atom(a),
                self.atom(b)
            ),
            Expr::Digits(value) => format!("call oracle_lib.digits({})", self.atom(value)),
            Expr::Quote(value) => format!("call oracle_lib.quote({})", self.atom(value)),
            Expr::Strip(value) => format!("call {}.strip()", self.atom(value)),
            Expr::Lower(value) => format!("call {}.lower()", self.atom(value)),
            Expr::Dumps(name) => format!("call json.dumps({name})"),
        }
    }
}
