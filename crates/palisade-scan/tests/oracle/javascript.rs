//! Prints programs as JavaScript.

use crate::generator::{Random, SINKS};
use crate::syntax::{Condition, Expr, Function, FunctionValue, Stmt, Syntax};

/// The files of a program.
pub(crate) fn files(program: &Syntax) -> Vec<(String, String)> {
    let mut printer = Printer {
        program,
        random: Random::new(program.seed ^ 0x15),
        out: String::new(),
        prefix: "",
    };
    let mut found = vec![("main.js".to_owned(), printer.file(0))];
    if program.functions.iter().any(|f| f.file == 1) {
        found.push(("helpers.js".to_owned(), printer.file(1)));
    }
    found
}

struct Printer<'p> {
    program: &'p Syntax,
    random: Random,
    out: String,
    /// `lib.` where functions of the library are not imported by name.
    prefix: &'static str,
}

fn comma(parts: &[String]) -> String {
    parts.join(", ")
}

impl Printer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn file(&mut self, file: usize) -> String {
        self.out.clear();
        self.line(0, "\"use strict\";");
        if self.random.one_in(2) {
            self.prefix = "lib.";
            self.line(0, "const lib = require(\"oracle_lib\");");
        } else {
            self.prefix = "";
            let sinks: Vec<String> = (1..=SINKS).map(|k| format!("sink_{k}")).collect();
            self.line(
                0,
                &format!(
                    "const {{ choose, digits, quote, {} }} = require(\"oracle_lib\");",
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
            self.line(
                0,
                &format!("const {{ {} }} = require(\"./helpers\");", comma(&helpers)),
            );
        }
        if file == 0 {
            self.line(0, "");
            self.line(0, "class Thrown {");
            self.line(1, "constructor(value) {");
            self.line(2, "this.value = value;");
            self.line(1, "}");
            self.line(0, "}");
            if !self.program.state.is_empty() {
                let parts: Vec<String> = self
                    .program
                    .state
                    .iter()
                    .map(|k| format!("{k}: \"\""))
                    .collect();
                self.line(0, &format!("const STATE = {{ {} }};", comma(&parts)));
            }
            for class in &self.program.classes {
                self.line(0, "");
                self.line(0, &format!("class {} {{", class.name));
                self.line(1, &format!("constructor({}) {{", comma(&class.fields)));
                for field in &class.fields {
                    self.line(2, &format!("this.{field} = {field};"));
                }
                self.line(1, "}");
                for (name, params, body) in &class.methods {
                    self.line(1, &format!("{name}({}) {{", comma(params)));
                    self.body(2, body);
                    self.line(1, "}");
                }
                self.line(0, "}");
            }
        }
        for function in self.program.functions.iter().filter(|f| f.file == file) {
            self.function(function);
        }
        self.line(0, "");
        if file == 1 {
            self.line(0, &format!("module.exports = {{ {} }};", comma(&helpers)));
        }
        self.out.clone()
    }

    fn function(&mut self, function: &Function) {
        self.line(0, "");
        let params = comma(&function.params);
        let (head, tail) = match (function.name.as_str(), self.random.below(3)) {
            ("handler", 0) => (format!("exports.handler = async ({params}) => {{"), "};"),
            ("handler", 1) => (format!("exports.handler = function ({params}) {{"), "};"),
            ("handler", _) => (
                format!("module.exports.handler = async function handler({params}) {{"),
                "};",
            ),
            // Arrow functions are bound when the file runs, before the handler does.
            (name, 0) => (format!("const {name} = ({params}) => {{"), "};"),
            (name, _) => (format!("function {name}({params}) {{"), "}"),
        };
        self.line(0, &head);
        self.body(1, &function.body);
        self.line(0, tail);
    }

    fn body(&mut self, depth: usize, body: &[Stmt]) {
        for stmt in body {
            self.statement(depth, stmt);
        }
    }

    fn path(&mut self, keys: &[String]) -> String {
        match self.random.below(4) {
            0 => keys.iter().map(|k| format!("[\"{k}\"]")).collect(),
            1 => keys.iter().map(|k| format!("?.{k}")).collect(),
            _ => keys.iter().map(|k| format!(".{k}")).collect(),
        }
    }

    fn statement(&mut self, depth: usize, stmt: &Stmt) {
        match stmt {
            Stmt::Let(name, Expr::Field(record, keys))
                if keys.len() == 1 && self.random.one_in(2) =>
            {
                self.line(depth, &format!("let {{ {}: {name} }} = {record};", keys[0]));
            }
            Stmt::Let(name, Expr::Event(keys)) if keys.len() == 2 && self.random.one_in(3) => {
                self.line(
                    depth,
                    &format!("let {{ {}: {{ {}: {name} }} }} = event;", keys[0], keys[1]),
                );
            }
            Stmt::Let(name, Expr::First(list)) if self.random.one_in(2) => {
                self.line(depth, &format!("let [{name}] = {list};"))
            }
            Stmt::Let(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("let {name} = {value};"));
            }
            Stmt::Set(name, Expr::Concat(parts)) if matches!(parts.first(), Some(Expr::Variable(first)) if first == name) =>
            {
                let rest = self.expr(&Expr::Concat(parts[1..].to_vec()));
                self.line(depth, &format!("{name} += {rest};"));
            }
            Stmt::Set(name, value) | Stmt::SetOuter(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{name} = {value};"));
            }
            Stmt::Store(name, keys, value) => {
                let value = self.expr(value);
                let path: String = keys.iter().map(|k| format!(".{k}")).collect();
                self.line(depth, &format!("{name}{path} = {value};"));
            }
            Stmt::StoreOwn(field, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("this.{field} = {value};"));
            }
            Stmt::StoreState(key, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("STATE.{key} = {value};"));
            }
            Stmt::Append(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{name}.push({value});"));
            }
            Stmt::SetFirst(name, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{name}[0] = {value};"));
            }
            Stmt::Sink(k, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{}sink_{k}({value});", self.prefix));
            }
            Stmt::Do(value) => {
                let value = self.expr(value);
                self.line(depth, &format!("{value};"));
            }
            Stmt::If(condition, then, otherwise) => {
                let condition = self.condition(condition);
                self.line(depth, &format!("if ({condition}) {{"));
                self.body(depth + 1, then);
                if !otherwise.is_empty() {
                    self.line(depth, "} else {");
                    self.body(depth + 1, otherwise);
                }
                self.line(depth, "}");
            }
            Stmt::Each(name, list, body) => {
                self.line(depth, &format!("for (const {name} of {list}) {{"));
                self.body(depth + 1, body);
                self.line(depth, "}");
            }
            Stmt::EachEvent(name, body) => {
                let callback = self.random.one_in(3) && !leaves(body);
                let (head, tail) = if callback {
                    (format!("event.l.forEach(({name}) => {{"), "});")
                } else {
                    (format!("for (const {name} of event.l) {{"), "}")
                };
                self.line(depth, &head);
                self.body(depth + 1, body);
                self.line(depth, tail);
            }
            Stmt::Twice(name, body) => {
                self.line(
                    depth,
                    &format!("for (let {name} = 0; {name} < 2; {name}++) {{"),
                );
                self.body(depth + 1, body);
                self.line(depth, "}");
            }
            Stmt::Try(body, name, caught) => {
                self.line(depth, "try {");
                self.body(depth + 1, body);
                if self.random.one_in(2) {
                    self.line(depth, &format!("}} catch ({name}_thrown) {{"));
                    self.line(depth + 1, &format!("const {name} = {name}_thrown.value;"));
                } else {
                    self.line(depth, &format!("}} catch ({{ value: {name} }}) {{"));
                }
                self.body(depth + 1, caught);
                self.line(depth, "}");
            }
            Stmt::Throw(value) => {
                let value = self.expr(value);
                self.line(depth, &format!("throw new Thrown({value});"));
            }
            Stmt::Return(value) => {
                let value = self.expr(value);
                self.line(depth, &format!("return {value};"));
            }
            Stmt::ReturnCondition(condition) => {
                let condition = self.condition(condition);
                self.line(depth, &format!("return {condition};"));
            }
            Stmt::ReturnTrue => self.line(depth, "return true;"),
            Stmt::Closure(name, param, body) => {
                let (head, tail) = match self.random.below(2) {
                    0 => (format!("const {name} = ({param}) => {{"), "};"),
                    _ => (format!("function {name}({param}) {{"), "}"),
                };
                self.line(depth, &head);
                self.body(depth + 1, body);
                self.line(depth, tail);
            }
            Stmt::ReturnLambda(param, value) => {
                let value = self.expr(value);
                self.line(depth, &format!("return ({param}) => {value};"));
            }
        }
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Choose => format!("{}choose()", self.prefix),
            Condition::InSet(name) => match self.random.below(4) {
                0 => format!("new Set([\"a\", \"b\"]).has({name})"),
                1 => format!("({name} === \"a\" || {name} === \"b\")"),
                _ => format!("[\"a\", \"b\"].includes({name})"),
            },
            Condition::Equals(name, text) => format!("{name} === \"{text}\""),
            Condition::Check(function, name) => {
                format!("{}({name})", self.program.functions[*function].name)
            }
            Condition::Not(inner) => format!("!({})", self.condition(inner)),
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
        match self.random.below(4) {
            0 => {
                let parts: Vec<String> = parts.iter().map(|p| self.expr(p)).collect();
                format!("({})", parts.join(" + "))
            }
            1 => {
                let parts: Vec<String> = parts.iter().map(|p| self.expr(p)).collect();
                format!("[{}].join(\"\")", comma(&parts))
            }
            _ => {
                let part = |p: &mut Self, part: &Expr| match part {
                    Expr::Literal(text) => text.clone(),
                    other => format!("${{{}}}", p.expr(other)),
                };
                let parts: Vec<String> = parts.iter().map(|p| part(self, p)).collect();
                format!("`{}`", parts.concat())
            }
        }
    }

    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Literal(text) => format!("\"{text}\""),
            Expr::Variable(name) => name.clone(),
            Expr::Event(keys) => format!("event{}", self.path(keys)),
            Expr::Concat(parts) => self.concat(parts),
            Expr::Field(name, keys) => format!("{name}{}", self.path(keys)),
            Expr::Own(field) => format!("this.{field}"),
            Expr::State(key) => format!("STATE.{key}"),
            Expr::First(name) => format!("{name}[0]"),
            Expr::Pick(name) => format!("{name}[{}choose() ? 1 : 0]", self.prefix),
            Expr::Join(name) => format!("{name}.join(\",\")"),
            Expr::Record(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", self.expr(value)))
                    .collect();
                format!("{{ {} }}", comma(&parts))
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
            Expr::New(class, args) => format!(
                "new {}({})",
                self.program.classes[*class].name,
                self.args(args)
            ),
            Expr::Apply(function, value, argument) => {
                let value = match value {
                    FunctionValue::Variable(name) => name.clone(),
                    FunctionValue::Named(at) => self.program.functions[*at].name.clone(),
                    FunctionValue::Lambda(param, value) => {
                        format!("({param}) => {}", self.expr(value))
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
                format!("({}choose() ? {a} : {b})", self.prefix)
            }
            Expr::Digits(value) => {
                let value = self.expr(value);
                format!("{}digits({value})", self.prefix)
            }
            Expr::Quote(value) => {
                let value = self.expr(value);
                format!("{}quote({value})", self.prefix)
            }
            Expr::Strip(value) => format!("{}.trim()", self.expr(value)),
            Expr::Lower(value) => format!("{}.toLowerCase()", self.expr(value)),
            Expr::Dumps(name) => format!("JSON.stringify({name})"),
        }
    }
}

/// Whether a body returns or throws, so that it cannot become a callback.
fn leaves(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        Stmt::Return(_) | Stmt::Throw(_) => true,
        Stmt::If(_, a, b) | Stmt::Try(a, _, b) => leaves(a) || leaves(b),
        Stmt::Each(_, _, a) | Stmt::EachEvent(_, a) | Stmt::Twice(_, a) => leaves(a),
        _ => false,
    })
}
