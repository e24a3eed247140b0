//! Prints programs as Python.

use crate::generator::{Random, SINKS};
use crate::syntax::{Condition, Expr, Function, FunctionValue, Stmt, Syntax};

/// The files of a program.
pub(crate) fn files(program: &Syntax) -> Vec<(String, String)> {
    let mut printer = Printer {
        program,
        random: Random::new(program.seed ^ 0x9a),
        out: String::new(),
        prefix: "",
    };
    let mut found = vec![("main.py".to_owned(), printer.file(0))];
    if program.functions.iter().any(|f| f.file == 1) {
        found.push(("helpers.py".to_owned(), printer.file(1)));
    }
    found
}

struct Printer<'p> {
    program: &'p Syntax,
    random: Random,
    out: String,
    /// `oracle_lib.` where its functions are not imported by name.
    prefix: &'static str,
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn comma(parts: &[String]) -> String {
    parts.join(", ")
}

impl Printer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"    ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn file(&mut self, file: usize) -> String {
        self.out.clear();
        self.line(0, "import json");
        if self.random.one_in(2) {
            self.prefix = "oracle_lib.";
            self.line(0, "import oracle_lib");
        } else {
            self.prefix = "";
            let sinks: Vec<String> = (1..=SINKS).map(|k| format!("sink_{k}")).collect();
            self.line(
                0,
                &format!(
                    "from oracle_lib import choose, digits, quote, {}",
                    comma(&sinks)
                ),
            );
        }
        let helpers: Vec<String> = self
            .program
            .functions
            .iter()
            .filter(|f| f.file == 1)
            .map(|f| f.name.clone())
            .collect();
        if file == 0 && !helpers.is_empty() {
            self.line(0, &format!("from helpers import {}", comma(&helpers)));
        }
        if file == 0 {
            self.line(0, "");
            self.line(0, "class Thrown(Exception):");
            self.line(1, "def __init__(self, value):");
            self.line(2, "self.value = value");
            if !self.program.state.is_empty() {
                let parts: Vec<String> = self
                    .program
                    .state
                    .iter()
                    .map(|k| format!("\"{k}\": \"\""))
                    .collect();
                self.line(0, &format!("STATE = {{{}}}", comma(&parts)));
            }
            for class in &self.program.classes {
                self.line(0, "");
                self.line(0, &format!("class {}:", class.name));
                self.line(1, &format!("def __init__(self, {}):", comma(&class.fields)));
                for field in &class.fields {
                    self.line(2, &format!("self.{field} = {field}"));
                }
                for (name, params, body) in &class.methods {
                    let params: Vec<String> = std::iter::once("self".to_owned())
                        .chain(params.iter().cloned())
                        .collect();
                    self.line(1, &format!("def {name}({}):", comma(&params)));
                    self.body(2, body);
                }
            }
        }
        for function in self.program.functions.iter().filter(|f| f.file == file) {
            self.function(function);
        }
        self.out.clone()
    }

    fn function(&mut self, function: &Function) {
        self.line(0, "");
        self.line(
            0,
            &format!("def {}({}):", function.name, comma(&function.params)),
        );
        self.body(1, &function.body);
    }

    fn body(&mut self, depth: usize, body: &[Stmt]) {
        if body.is_empty() {
            self.line(depth, "pass");
        }
        for stmt in body {
            self.statement(depth, stmt);
        }
    }

    fn statement(&mut self, depth: usize, stmt: &Stmt) {
        match stmt {
            Stmt::Let(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{name} = {value}"));
            }
            Stmt::Set(name, Expr::Concat(parts)) if matches!(parts.first(), Some(Expr::Variable(first)) if first == name) =>
            {
                let rest = self.expr(&Expr::Concat(parts[1..].to_vec()));
                self.line(depth, &format!("{name} += {rest}"));
            }
            Stmt::Set(name, value) | Stmt::SetOuter(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{name} = {value}"));
            }
            Stmt::Store(name, keys, value) => {
                let value = self.expr(value);
                let path: String = keys.iter().map(|k| format!("[\"{k}\"]")).collect();
                self.line(depth, &format!("{name}{path} = {value}"));
            }
            Stmt::StoreOwn(field, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("self.{field} = {value}"));
            }
            Stmt::StoreState(key, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("STATE[\"{key}\"] = {value}"));
            }
            Stmt::Append(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{name}.append({value})"));
            }
            Stmt::SetFirst(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{name}[0] = {value}"));
            }
            Stmt::Sink(k, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{}sink_{k}({value})", self.prefix));
            }
            Stmt::Do(value) => {
                let value = self.expr(value);
                self.line(depth, &value);
            }
            Stmt::If(condition, then, otherwise) => {
                let condition = self.condition(condition);
                self.line(depth, &format!("if {condition}:"));
                self.body(depth + 1, then);
                if !otherwise.is_empty() {
                    self.line(depth, "else:");
                    self.body(depth + 1, otherwise);
                }
            }
            Stmt::Each(name, list, body) => {
                self.line(depth, &format!("for {name} in {list}:"));
                self.body(depth + 1, body);
            }
            Stmt::EachEvent(name, body) => {
                self.line(depth, &format!("for {name} in event[\"l\"]:"));
                self.body(depth + 1, body);
            }
            Stmt::Twice(name, body) => {
                self.line(depth, &format!("for {name} in range(2):"));
                self.body(depth + 1, body);
            }
            Stmt::Try(body, name, caught) => {
                self.line(depth, "try:");
                self.body(depth + 1, body);
                self.line(depth, &format!("except Thrown as {name}_thrown:"));
                self.line(depth + 1, &format!("{name} = {name}_thrown.value"));
                self.body(depth + 1, caught);
            }
            Stmt::Throw(value) => {
                let value = self.expr(value);
                self.line(depth, &format!("raise Thrown({value})"));
            }
            Stmt::Return(value) => {
                let value = self.expr(value);
                self.line(depth, &format!("return {value}"));
            }
            Stmt::ReturnCondition(condition) => {
                let condition = self.condition(condition);
                self.line(depth, &format!("return {condition}"));
            }
            Stmt::ReturnTrue => self.line(depth, "return True"),
            Stmt::Closure(name, param, body) => {
                self.line(depth, &format!("def {name}({param}):"));
                let mut outer = Vec::new();
                assigned_outside(body, &mut outer);
                if !outer.is_empty() {
                    self.line(depth + 1, &format!("nonlocal {}", comma(&outer)));
                }
                self.body(depth + 1, body);
            }
            Stmt::ReturnLambda(param, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("return lambda {param}: {value}"));
            }
        }
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Choose => format!("{}choose()", self.prefix),
            Condition::InSet(name) => match self.random.below(4) {
                0 => format!("{name} in [\"a\", \"b\"]"),
                1 => format!("({name} == \"a\" or {name} == \"b\")"),
                _ => format!("{name} in (\"a\", \"b\")"),
            },
            Condition::Equals(name, text) => format!("{name} == \"{text}\""),
            Condition::Check(function, name) => {
                format!("{}({name})", self.program.functions[*function].name)
            }
            Condition::Not(inner) => format!("not {}", self.condition(inner)),
        }
    }

    fn args(&mut self, args: &[Expr]) -> String {
        let args: Vec<String> = args.iter().map(|a| self.expr(a)).collect();
        comma(&args)
    }

    fn concat(&mut self, parts: &[Expr]) -> String {
        if let [one] = parts {
            return self.expr(one);
        }
        match self.random.below(5) {
            0 | 1 => {
                let parts: Vec<String> = parts.iter().map(|p| self.expr(p)).collect();
                format!("({})", parts.join(" + "))
            }
            // Nested quotes inside a formatted string need Python 3.12: only plain names go there.
            2 if parts
                .iter()
                .all(|p| matches!(p, Expr::Variable(_) | Expr::Literal(_))) =>
            {
                let part = |p: &Expr| match p {
                    Expr::Variable(name) => format!("{{{name}}}"),
                    Expr::Literal(text) => text.clone(),
                    _ => String::new(),
                };
                format!("f\"{}\"", parts.iter().map(part).collect::<String>())
            }
            3 => {
                let (template, values) = self.template(parts, "%s");
                let tail = if values.len() == 1 { "," } else { "" };
                format!("(\"{template}\" % ({}{tail}))", comma(&values))
            }
            4 => {
                let (template, values) = self.template(parts, "{}");
                format!("\"{template}\".format({})", comma(&values))
            }
            _ => {
                let parts: Vec<String> = parts.iter().map(|p| self.expr(p)).collect();
                format!("\"\".join([{}])", comma(&parts))
            }
        }
    }

    fn template(&mut self, parts: &[Expr], hole: &str) -> (String, Vec<String>) {
        let (mut template, mut values) = (String::new(), Vec::new());
        for part in parts {
            match part {
                Expr::Literal(text) => template.push_str(text),
                other => {
                    template.push_str(hole);
                    values.push(self.expr(other));
                }
            }
        }
        (template, values)
    }

    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Literal(text) => quoted(text),
            Expr::Variable(name) => name.clone(),
            Expr::Event(keys) => {
                let last = keys.len() - 1;
                let get = self.random.one_in(4);
                let key = |(at, k): (usize, &String)| {
                    if get && at == last {
                        format!(".get(\"{k}\")")
                    } else {
                        format!("[\"{k}\"]")
                    }
                };
                format!(
                    "event{}",
                    keys.iter().enumerate().map(key).collect::<String>()
                )
            }
            Expr::Concat(parts) => self.concat(parts),
            Expr::Field(name, keys) => format!(
                "{name}{}",
                keys.iter()
                    .map(|k| format!("[\"{k}\"]"))
                    .collect::<String>()
            ),
            Expr::Own(field) => format!("self.{field}"),
            Expr::State(key) => format!("STATE[\"{key}\"]"),
            Expr::First(name) => format!("{name}[0]"),
            Expr::Pick(name) => format!("{name}[1 if {}choose() else 0]", self.prefix),
            Expr::Join(name) => format!("\",\".join({name})"),
            Expr::Record(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|(key, value)| format!("\"{key}\": {}", self.expr(value)))
                    .collect();
                format!("{{{}}}", comma(&parts))
            }
            Expr::List(parts) => format!("[{}]", self.args(parts)),
            Expr::Call(function, args) => format!(
                "{}({})",
                self.program.functions[*function].name,
                self.args(args)
            ),
            Expr::CallVariable(name, args) => format!("{name}({})", self.args(args)),
            Expr::CallMade(made, args) => format!("{}({})", self.expr(made), self.args(args)),
            Expr::Method(object, name, args) => format!("{object}.{name}({})", self.args(args)),
            Expr::New(class, args) => {
                format!("{}({})", self.program.classes[*class].name, self.args(args))
            }
            Expr::Apply(function, value, argument) => {
                let value = match value {
                    FunctionValue::Variable(name) => name.clone(),
                    FunctionValue::Named(at) => self.program.functions[*at].name.clone(),
                    FunctionValue::Lambda(param, value) => {
                        format!("lambda {param}: {}", self.expr(value))
                    }
                };
                format!(
                    "{}({value}, {})",
                    self.program.functions[*function].name,
                    self.expr(argument)
                )
            }
            Expr::Choice(a, b) => {
                let (a, b) = (self.expr(a), self.expr(b));
                format!("({a} if {}choose() else {b})", self.prefix)
            }
            Expr::Digits(value) => {
                let value = self.expr(value);
                format!("{}digits({value})", self.prefix)
            }
            Expr::Quote(value) => {
                let value = self.expr(value);
                format!("{}quote({value})", self.prefix)
            }
            Expr::Strip(value) => format!("{}.strip()", self.expr(value)),
            Expr::Lower(value) => format!("{}.lower()", self.expr(value)),
            Expr::Dumps(name) => format!("json.dumps({name})"),
        }
    }
}

/// Variables of the enclosing function that a body assigns.
pub(crate) fn assigned_outside(body: &[Stmt], found: &mut Vec<String>) {
    for stmt in body {
        match stmt {
            Stmt::SetOuter(name, _) if !found.contains(name) => found.push(name.clone()),
            Stmt::If(_, a, b) | Stmt::Try(a, _, b) => {
                assigned_outside(a, found);
                assigned_outside(b, found);
            }
            Stmt::Each(_, _, a) | Stmt::EachEvent(_, a) | Stmt::Twice(_, a) => {
                assigned_outside(a, found)
            }
            _ => {}
        }
    }
}
