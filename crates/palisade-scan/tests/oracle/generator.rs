//! Small programs from a seed: the same seed gives the same program for ever, or the recorded pairs must be made anew.

#[path = "values.rs"]
mod values;

use crate::syntax::{Class, Condition, Expr, Function, Stmt, Syntax};

/// Leaves of the event, as paths. `l` is a list of two records.
pub(crate) const LEAVES: [&str; 7] = ["a.x", "a.y", "b.x", "b.y", "c", "d", "l[].n"];

/// The largest number of a sink.
pub(crate) const SINKS: u32 = 9;

/// Calls of `choose` in the text of a program, at most.
const CHOICES: usize = 6;

/// A generator of numbers: xorshift64*.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03);
        random.0 = random.0.max(1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 33) % n.max(1) as u64) as usize
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() {
            None
        } else {
            of.get(self.below(of.len())).cloned()
        }
    }
}

/// What a function of the program does, as far as callers care.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// Texts to a text.
    Text(usize),
    /// A text, nothing returned.
    Effect,
    /// A record with `x` and `y`, to a text.
    Reader,
    /// A record and a text, which is stored in the record.
    Writer,
    /// A text to a record with `x` and `y`.
    Maker,
    /// A text to a function from text to text.
    Closer,
    /// A text to true or false.
    Check,
    /// A function and a text, to what the function gives.
    Apply,
    /// A text to a text, or throws it.
    Thrower,
}

/// Variables in reach.
#[derive(Clone, Debug, Default)]
struct Scope {
    texts: Vec<String>,
    /// Texts of this function, which may be assigned.
    own: Vec<String>,
    /// Texts that are, as far as is known here, a leaf as it came.
    raw: Vec<String>,
    records: Vec<(String, Vec<Vec<String>>)>,
    lists: Vec<String>,
    closures: Vec<String>,
    objects: Vec<(String, usize)>,
    /// Fields of the instance.
    fields: Vec<String>,
    /// Texts of the enclosing function.
    outer: Vec<String>,
    event: bool,
    file: usize,
    depth: usize,
    top: bool,
    in_try: bool,
    in_loop: bool,
}

/// Makes the program of a seed.
pub(crate) fn generate(seed: u64) -> Syntax {
    let mut maker = Maker {
        random: Random::new(seed),
        program: Syntax {
            seed,
            ..Syntax::default()
        },
        roles: Vec::new(),
        names: 0,
        sinks: 0,
        choices: 0,
    };
    maker.program();
    maker.program
}

struct Maker {
    random: Random,
    program: Syntax,
    roles: Vec<Role>,
    names: usize,
    sinks: u32,
    choices: usize,
}

fn key(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

impl Maker {
    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn literal(&mut self) -> Expr {
        let text = match self.random.below(4) {
            0 => "a".to_owned(),
            1 => "ls ".to_owned(),
            _ => format!("t{}", self.random.below(10)),
        };
        Expr::Literal(text)
    }

    fn program(&mut self) {
        if self.random.one_in(4) {
            self.program.state = vec!["k1".to_owned(), "k2".to_owned()];
        }
        for _ in 0..self.random.below(3) {
            self.class();
        }
        let helpers = 1 + self.random.below(4);
        for at in 0..helpers {
            // Helpers of the second file come first: they call only each other.
            let file = usize::from(at * 2 < helpers && self.random.one_in(2));
            self.function(file);
        }
        let mut scope = Scope {
            event: true,
            top: true,
            ..Scope::default()
        };
        let mut body = Vec::new();
        for _ in 0..5 + self.random.below(9) {
            self.statement(&mut scope, &mut body);
        }
        for _ in 0..3 {
            if self.sinks < SINKS {
                self.sinks += 1;
                let value = self.kept(&mut scope);
                body.push(Stmt::Sink(self.sinks, value));
            }
        }
        let value = self.text(&mut scope, 2);
        body.push(Stmt::Return(value));
        self.program.functions.push(Function {
            name: "handler".to_owned(),
            file: 0,
            params: vec!["event".to_owned(), "context".to_owned()],
            body,
        });
        self.roles.push(Role::Effect);
    }

    fn class(&mut self) {
        let name = self.name("C");
        let fields: Vec<String> = ["f", "g"]
            .iter()
            .take(1 + self.random.below(2))
            .map(|f| (*f).to_owned())
            .collect();
        let mut methods = Vec::new();
        let mut scope = Scope {
            fields: fields.clone(),
            depth: 2,
            ..Scope::default()
        };
        let value = match self.random.below(3) {
            0 => Expr::Own(fields[0].clone()),
            1 => Expr::Own(fields[fields.len() - 1].clone()),
            _ => self.text(&mut scope, 1),
        };
        methods.push(("get".to_owned(), Vec::new(), vec![Stmt::Return(value)]));
        let mut scope = Scope {
            fields: fields.clone(),
            texts: vec!["v".to_owned()],
            depth: 2,
            ..Scope::default()
        };
        let value = if self.random.one_in(3) {
            self.text(&mut scope, 1)
        } else {
            Expr::Variable("v".to_owned())
        };
        methods.push((
            "put".to_owned(),
            vec!["v".to_owned()],
            vec![Stmt::StoreOwn(fields[0].clone(), value)],
        ));
        if self.random.one_in(2) {
            let mut scope = Scope {
                fields: fields.clone(),
                depth: 2,
                ..Scope::default()
            };
            let sink = self.sink(&mut scope);
            methods.push((
                "show".to_owned(),
                Vec::new(),
                sink.into_iter()
                    .chain([Stmt::Return(Expr::Literal("ok".to_owned()))])
                    .collect(),
            ));
        }
        self.program.classes.push(Class {
            name,
            fields,
            methods,
        });
    }

    fn function(&mut self, file: usize) {
        let role = match self.random.below(14) {
            0..=3 => Role::Text(1),
            4 => Role::Text(2),
            5 | 6 => Role::Effect,
            7 => Role::Reader,
            8 => Role::Writer,
            9 => Role::Maker,
            10 => Role::Closer,
            11 => Role::Check,
            12 => Role::Apply,
            _ if file == 0 => Role::Thrower,
            _ => Role::Text(1),
        };
        let name = self.name("h");
        let p = |n: usize| format!("p{n}");
        let mut scope = Scope {
            file,
            top: true,
            depth: 1,
            ..Scope::default()
        };
        let (params, body) = match role {
            Role::Text(n) => {
                let params: Vec<String> = (1..=n).map(p).collect();
                scope.texts = params.clone();
                scope.own = params.clone();
                scope.raw = params.clone();
                let mut body = Vec::new();
                for _ in 0..self.random.below(4) {
                    self.statement(&mut scope, &mut body);
                }
                if self.random.one_in(4) && self.choices < CHOICES {
                    self.choices += 1;
                    let value = if n == 1 && self.random.one_in(3) {
                        // Recursion ends because the bits of a run do.
                        let inner =
                            Expr::Concat(vec![Expr::Variable(p(1)), Expr::Literal("r".to_owned())]);
                        Expr::Call(self.program.functions.len(), vec![inner])
                    } else {
                        self.text(&mut scope, 1)
                    };
                    body.push(Stmt::If(
                        Condition::Choose,
                        vec![Stmt::Return(value)],
                        Vec::new(),
                    ));
                }
                let value = self.text(&mut scope, 2);
                body.push(Stmt::Return(value));
                (params, body)
            }
            Role::Effect => {
                scope.texts = vec![p(1)];
                scope.own = vec![p(1)];
                scope.raw = vec![p(1)];
                let mut body = Vec::new();
                for _ in 0..self.random.below(2) {
                    self.statement(&mut scope, &mut body);
                }
                body.extend(self.sink(&mut scope));
                body.push(Stmt::Return(Expr::Literal("done".to_owned())));
                (vec![p(1)], body)
            }
            Role::Reader => {
                scope.records = vec![(p(1), vec![key("x"), key("y")])];
                let mut body = Vec::new();
                for _ in 0..self.random.below(2) {
                    self.statement(&mut scope, &mut body);
                }
                let value = if self.random.one_in(2) {
                    Expr::Field(p(1), key("x"))
                } else {
                    self.text(&mut scope, 2)
                };
                body.push(Stmt::Return(value));
                (vec![p(1)], body)
            }
            Role::Writer => {
                scope.records = vec![(p(1), vec![key("x"), key("y")])];
                scope.texts = vec![p(2)];
                let value = if self.random.one_in(2) {
                    Expr::Variable(p(2))
                } else {
                    self.text(&mut scope, 1)
                };
                let field = if self.random.one_in(2) { "x" } else { "y" };
                (
                    vec![p(1), p(2)],
                    vec![
                        Stmt::Store(p(1), key(field), value),
                        Stmt::Return(Expr::Literal("set".to_owned())),
                    ],
                )
            }
            Role::Maker => {
                scope.texts = vec![p(1)];
                let (x, y) = (self.text(&mut scope, 1), self.text(&mut scope, 1));
                (
                    vec![p(1)],
                    vec![Stmt::Return(Expr::Record(vec![
                        ("x".to_owned(), x),
                        ("y".to_owned(), y),
                    ]))],
                )
            }
            Role::Closer => {
                let value = match self.random.below(3) {
                    0 => Expr::Variable(p(1)),
                    1 => Expr::Variable("q".to_owned()),
                    _ => Expr::Concat(vec![
                        Expr::Variable(p(1)),
                        Expr::Literal("-".to_owned()),
                        Expr::Variable("q".to_owned()),
                    ]),
                };
                (vec![p(1)], vec![Stmt::ReturnLambda("q".to_owned(), value)])
            }
            Role::Check => {
                let body = match self.random.below(3) {
                    0 if self.choices < CHOICES => {
                        self.choices += 1;
                        vec![Stmt::ReturnCondition(Condition::Choose)]
                    }
                    0 => vec![Stmt::ReturnTrue],
                    1 => vec![Stmt::ReturnCondition(Condition::InSet(p(1)))],
                    _ => vec![
                        Stmt::If(Condition::InSet(p(1)), vec![Stmt::ReturnTrue], Vec::new()),
                        Stmt::ReturnCondition(Condition::Equals(p(1), "c".to_owned())),
                    ],
                };
                (vec![p(1)], body)
            }
            Role::Apply => (
                vec![p(1), p(2)],
                vec![Stmt::Return(Expr::CallVariable(
                    p(1),
                    vec![Expr::Variable(p(2))],
                ))],
            ),
            Role::Thrower => {
                scope.texts = vec![p(1)];
                let thrown = self.text(&mut scope, 1);
                let condition = if self.choices < CHOICES {
                    Condition::Choose
                } else {
                    Condition::InSet(p(1))
                };
                self.choices += 1;
                let value = self.text(&mut scope, 1);
                (
                    vec![p(1)],
                    vec![
                        Stmt::If(condition, vec![Stmt::Throw(thrown)], Vec::new()),
                        Stmt::Return(value),
                    ],
                )
            }
        };
        self.program.functions.push(Function {
            name,
            file,
            params,
            body,
        });
        self.roles.push(role);
    }

    /// Functions of a role that the scope may call.
    fn callable(&self, scope: &Scope, role: impl Fn(Role) -> bool) -> Vec<usize> {
        let reaches = |at: &usize| {
            self.program
                .functions
                .get(*at)
                .is_some_and(|f| scope.file == 0 || f.file == 1)
        };
        (0..self.program.functions.len())
            .filter(reaches)
            .filter(|at| self.roles.get(*at).is_some_and(|r| role(*r)))
            .collect()
    }

    fn condition(&mut self, scope: &Scope) -> Condition {
        let checks = self.callable(scope, |r| r == Role::Check);
        // Made texts seldom equal a constant: what they guard never runs, which no analysis sees.
        let tested = self.random.pick(&scope.raw);
        let condition = match (self.random.below(6), tested, self.random.pick(&checks)) {
            (0 | 1, Some(name), _) => Condition::InSet(name),
            (2, Some(name), _) => Condition::Equals(name, "a".to_owned()),
            (3 | 4, Some(name), Some(check)) => Condition::Check(check, name),
            (_, tested, _) => {
                if self.choices >= CHOICES {
                    return tested.map_or(Condition::Choose, Condition::InSet);
                }
                self.choices += 1;
                Condition::Choose
            }
        };
        if self.random.one_in(3) {
            Condition::Not(Box::new(condition))
        } else {
            condition
        }
    }

    fn tested(condition: &Condition) -> Option<&str> {
        match condition {
            Condition::InSet(name) | Condition::Equals(name, _) | Condition::Check(_, name) => {
                Some(name)
            }
            Condition::Not(inner) => Self::tested(inner),
            Condition::Choose => None,
        }
    }

    fn sink(&mut self, scope: &mut Scope) -> Option<Stmt> {
        if self.sinks >= SINKS {
            return None;
        }
        let value = self.text(scope, 2);
        self.sinks += 1;
        Some(Stmt::Sink(self.sinks, value))
    }

    fn block(&mut self, scope: &Scope, statements: usize) -> Vec<Stmt> {
        let mut inner = Scope {
            depth: scope.depth + 1,
            top: false,
            ..scope.clone()
        };
        let mut body = Vec::new();
        for _ in 0..statements {
            self.statement(&mut inner, &mut body);
        }
        if body.is_empty() {
            body.extend(self.sink(&mut inner));
        }
        if body.is_empty() {
            let name = self.name("v");
            body.push(Stmt::Let(name, Expr::Literal("n".to_owned())));
        }
        body
    }

    fn statement(&mut self, scope: &mut Scope, body: &mut Vec<Stmt>) {
        match self.random.below(22) {
            0..=3 => {
                let value = self.text(scope, 3);
                let raw = matches!(&value, Expr::Event(_))
                    || matches!(&value, Expr::Variable(v) if scope.raw.contains(v));
                let name = self.name("v");
                body.push(Stmt::Let(name.clone(), value));
                scope.texts.push(name.clone());
                if raw {
                    scope.raw.push(name.clone());
                }
                scope.own.push(name);
            }
            4..=6 => body.extend(self.sink(scope)),
            7 => {
                if let Some(name) = self.random.pick(&scope.own) {
                    let value = self.text(scope, 2);
                    scope.raw.retain(|r| *r != name);
                    body.push(Stmt::Set(name, value));
                }
            }
            8 => {
                if let Some(name) = self.random.pick(&scope.outer) {
                    let value = self.text(scope, 2);
                    body.push(Stmt::SetOuter(name, value));
                }
            }
            9 => self.record(scope, body),
            10 | 11 => {
                if let Some((name, keys)) = self.random.pick(&scope.records) {
                    let value = self.text(scope, 2);
                    if let Some(key) = self.random.pick(&keys) {
                        body.push(Stmt::Store(name, key, value));
                    }
                } else {
                    self.record(scope, body);
                }
            }
            12 => {
                let (a, b) = (self.text(scope, 1), self.text(scope, 1));
                let name = self.name("l");
                body.push(Stmt::Let(name.clone(), Expr::List(vec![a, b])));
                scope.lists.push(name);
            }
            13 => {
                if let Some(name) = self.random.pick(&scope.lists).filter(|_| !scope.in_loop) {
                    let value = self.text(scope, 2);
                    body.push(if self.random.one_in(4) {
                        Stmt::SetFirst(name, value)
                    } else {
                        Stmt::Append(name, value)
                    });
                }
            }
            14 | 15 if scope.depth < 3 => {
                let condition = self.condition(scope);
                let count = 1 + self.random.below(2);
                let mut inner = scope.clone();
                // A second test inside would contradict the first, or say it again.
                inner
                    .raw
                    .retain(|name| Some(name.as_str()) != Self::tested(&condition));
                let mut then = self.block(&inner, count);
                // What was tested is often what is used.
                if let Some(name) =
                    Self::tested(&condition).filter(|_| self.random.one_in(2) && self.sinks < SINKS)
                {
                    self.sinks += 1;
                    then.push(Stmt::Sink(self.sinks, Expr::Variable(name.to_owned())));
                }
                let otherwise = if self.random.one_in(2) {
                    self.block(&inner, 1)
                } else {
                    Vec::new()
                };
                body.push(Stmt::If(condition, then, otherwise));
            }
            16 if scope.depth < 3 => {
                let count = 1 + self.random.below(2);
                let mut inner = Scope {
                    in_loop: true,
                    ..scope.clone()
                };
                if scope.event && self.random.one_in(3) {
                    let name = self.name("e");
                    inner.records.push((name.clone(), vec![key("n")]));
                    let block = self.block(&inner, count);
                    body.push(Stmt::EachEvent(name, block));
                } else if let Some(list) = self.random.pick(&scope.lists) {
                    let name = self.name("e");
                    inner.texts.push(name.clone());
                    let block = self.block(&inner, count);
                    body.push(Stmt::Each(name, list, block));
                } else {
                    let name = self.name("i");
                    let block = self.block(&inner, count);
                    body.push(Stmt::Twice(name, block));
                }
            }
            17 if scope.depth < 3 && scope.file == 0 && !scope.in_try => {
                let inner = Scope {
                    in_try: true,
                    ..scope.clone()
                };
                let count = 1 + usize::from(self.random.one_in(2));
                let mut tried = self.block(&inner, count);
                let throwers = self.callable(scope, |r| r == Role::Thrower);
                let mut deeper = inner.clone();
                if let Some(thrower) = self.random.pick(&throwers) {
                    let value = self.text(&mut deeper, 1);
                    tried.push(Stmt::Do(Expr::Call(thrower, vec![value])));
                } else {
                    let value = self.text(&mut deeper, 1);
                    let condition = self.condition(&inner);
                    tried.push(Stmt::If(condition, vec![Stmt::Throw(value)], Vec::new()));
                }
                let name = self.name("e");
                let mut handler = scope.clone();
                handler.texts.push(name.clone());
                let caught = self.block(&handler, 1);
                body.push(Stmt::Try(tried, name, caught));
            }
            18 if scope.top => {
                let name = self.name("c");
                let param = self.name("q");
                let mut inner = Scope {
                    own: Vec::new(),
                    outer: scope.own.clone(),
                    depth: 2,
                    top: false,
                    in_try: true,
                    ..scope.clone()
                };
                inner.texts.push(param.clone());
                let mut closure = Vec::new();
                for _ in 0..self.random.below(3) {
                    self.statement(&mut inner, &mut closure);
                }
                let value = self.text(&mut inner, 2);
                closure.push(Stmt::Return(value));
                body.push(Stmt::Closure(name.clone(), param, closure));
                scope.closures.push(name);
            }
            19 if scope.file == 0 && !self.program.classes.is_empty() => {
                let class = self.random.below(self.program.classes.len());
                let count = self
                    .program
                    .classes
                    .get(class)
                    .map_or(0, |c| c.fields.len());
                let values = (0..count).map(|_| self.text(scope, 1)).collect();
                let name = self.name("o");
                body.push(Stmt::Let(name.clone(), Expr::New(class, values)));
                scope.objects.push((name, class));
            }
            20 if scope.file == 0 && !self.program.state.is_empty() => {
                let value = self.text(scope, 2);
                let key = self
                    .random
                    .pick(&self.program.state.clone())
                    .unwrap_or_default();
                body.push(Stmt::StoreState(key, value));
            }
            _ => {
                if let Some(call) = self.effect(scope) {
                    body.push(call);
                } else if scope.fields.is_empty() {
                    body.extend(self.sink(scope));
                }
            }
        }
    }

    fn record(&mut self, scope: &mut Scope, body: &mut Vec<Stmt>) {
        let name = self.name("r");
        let plain = vec![key("x"), key("y")];
        let makers = self.callable(scope, |r| r == Role::Maker);
        let old = self.random.pick(&scope.records);
        let maker = self.random.pick(&makers);
        let (value, keys) = match (self.random.below(6), old, maker) {
            (0, Some((old, keys)), _) => (Expr::Variable(old), keys),
            (1, _, _) if scope.event => (
                Expr::Event(key(if self.random.one_in(2) { "a" } else { "b" })),
                plain,
            ),
            (2 | 3, _, Some(maker)) => (Expr::Call(maker, vec![self.text(scope, 1)]), plain),
            (4, _, _) => {
                let nested = Expr::Record(vec![
                    ("y".to_owned(), self.text(scope, 1)),
                    ("z".to_owned(), self.text(scope, 1)),
                ]);
                (
                    Expr::Record(vec![
                        ("x".to_owned(), self.text(scope, 1)),
                        ("n".to_owned(), nested),
                    ]),
                    vec![key("x"), key("n.y"), key("n.z")],
                )
            }
            _ => (
                Expr::Record(vec![
                    ("x".to_owned(), self.text(scope, 1)),
                    ("y".to_owned(), self.text(scope, 1)),
                ]),
                plain,
            ),
        };
        body.push(Stmt::Let(name.clone(), value));
        scope.records.push((name, keys));
    }
}
