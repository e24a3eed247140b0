//! The expressions of generated programs.

use super::{CHOICES, LEAVES, Maker, Role, Scope, key};
use crate::syntax::{Expr, FunctionValue, Stmt};

impl Maker {
    /// A call for its effect.
    pub(super) fn effect(&mut self, scope: &mut Scope) -> Option<Stmt> {
        let effects = self.callable(scope, |r| matches!(r, Role::Effect | Role::Text(1)));
        let writers = self.callable(scope, |r| r == Role::Writer);
        let plain = self.plain_records(scope);
        match self.random.below(4) {
            0 | 1 => {
                if let (Some(writer), Some(record)) =
                    (self.random.pick(&writers), self.random.pick(&plain))
                {
                    let value = self.text(scope, 1);
                    return Some(Stmt::Do(Expr::Call(
                        writer,
                        vec![Expr::Variable(record), value],
                    )));
                }
            }
            2 => {
                if let Some((object, class)) = self.random.pick(&scope.objects) {
                    let shows = self
                        .program
                        .classes
                        .get(class)
                        .is_some_and(|c| c.methods.len() > 2);
                    let call = if shows && self.random.one_in(2) {
                        Expr::Method(object, "show".to_owned(), Vec::new())
                    } else {
                        Expr::Method(object, "put".to_owned(), vec![self.text(scope, 1)])
                    };
                    return Some(Stmt::Do(call));
                }
            }
            _ => {
                if let Some(closure) = self.random.pick(&scope.closures).filter(|_| !scope.in_loop)
                {
                    let value = self.text(scope, 1);
                    return Some(Stmt::Do(Expr::CallVariable(closure, vec![value])));
                }
            }
        }
        let function = self.random.pick(&effects)?;
        let value = self.text(scope, 2);
        Some(Stmt::Do(Expr::Call(function, vec![value])))
    }

    /// Records that have exactly `x` and `y`.
    pub(super) fn plain_records(&self, scope: &Scope) -> Vec<String> {
        let plain = |keys: &Vec<Vec<String>>| keys.len() == 2 && keys.iter().all(|k| k.len() == 1);
        scope
            .records
            .iter()
            .filter(|(_, keys)| plain(keys))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// A text.
    pub(super) fn text(&mut self, scope: &mut Scope, depth: usize) -> Expr {
        for _ in 0..8 {
            if let Some(expr) = self.try_text(scope, depth) {
                return expr;
            }
        }
        self.random
            .pick(&scope.texts)
            .map_or_else(|| self.literal(), Expr::Variable)
    }

    /// Something that earlier statements made.
    pub(super) fn kept(&mut self, scope: &mut Scope) -> Expr {
        let state = self.program.state.clone();
        for _ in 0..8 {
            let found = match self.random.below(6) {
                0 => self
                    .random
                    .pick(&scope.objects)
                    .map(|(object, _)| Expr::Method(object, "get".to_owned(), Vec::new())),
                1 => self
                    .random
                    .pick(&scope.records)
                    .and_then(|(name, keys)| Some(Expr::Field(name, self.random.pick(&keys)?))),
                2 => self.random.pick(&scope.lists).map(|list| {
                    if self.random.one_in(2) {
                        Expr::First(list)
                    } else {
                        Expr::Join(list)
                    }
                }),
                3 => self.random.pick(&state).map(Expr::State),
                4 => self
                    .random
                    .pick(&scope.closures)
                    .map(|c| Expr::CallVariable(c, vec![Expr::Literal("t".to_owned())])),
                _ => self.random.pick(&scope.texts).map(Expr::Variable),
            };
            if let Some(found) = found {
                return found;
            }
        }
        self.text(scope, 2)
    }

    pub(super) fn boxed(&mut self, scope: &mut Scope, depth: usize) -> Box<Expr> {
        Box::new(self.text(scope, depth))
    }

    fn try_text(&mut self, scope: &mut Scope, depth: usize) -> Option<Expr> {
        if scope.event && self.random.one_in(4) {
            return Some(Expr::Event(key(self.random.pick(&LEAVES[..6])?)));
        }
        let choice = if depth == 0 {
            self.random.below(12)
        } else {
            self.random.below(40)
        };
        match choice {
            0 => Some(self.literal()),
            1..=4 if scope.event => Some(Expr::Event(key(self.random.pick(&LEAVES[..6])?))),
            5..=7 => self.random.pick(&scope.texts).map(Expr::Variable),
            8 | 9 => {
                let (name, keys) = self.random.pick(&scope.records)?;
                Some(Expr::Field(name, self.random.pick(&keys)?))
            }
            10 => self.random.pick(&scope.fields).map(Expr::Own),
            11 => {
                let list = self.random.pick(&scope.lists)?;
                Some(if self.random.one_in(2) {
                    Expr::First(list)
                } else {
                    Expr::Join(list)
                })
            }
            12..=16 => {
                let mut parts = vec![self.text(scope, depth - 1), self.literal()];
                if self.random.one_in(2) {
                    parts.push(self.text(scope, depth - 1));
                }
                if self.random.one_in(2) {
                    parts.swap(0, 1);
                }
                Some(Expr::Concat(parts))
            }
            17..=21 => {
                let texts = self.callable(scope, |r| matches!(r, Role::Text(_)));
                let function = self.random.pick(&texts)?;
                let count = self.program.functions.get(function)?.params.len();
                let args = (0..count).map(|_| self.text(scope, depth - 1)).collect();
                Some(Expr::Call(function, args))
            }
            22 | 23 => {
                let readers = self.callable(scope, |r| r == Role::Reader);
                let function = self.random.pick(&readers)?;
                let record = self.random.pick(&self.plain_records(scope));
                let argument = match record {
                    Some(record) => Expr::Variable(record),
                    None if scope.event => Expr::Event(key("b")),
                    None => Expr::Record(vec![
                        ("x".to_owned(), self.text(scope, depth - 1)),
                        ("y".to_owned(), self.text(scope, depth - 1)),
                    ]),
                };
                Some(Expr::Call(function, vec![argument]))
            }
            24 | 25 => {
                let closure = self.random.pick(&scope.closures)?;
                (!scope.in_loop)
                    .then(|| Expr::CallVariable(closure, vec![self.text(scope, depth - 1)]))
            }
            26 | 27 => self
                .random
                .pick(&scope.objects)
                .map(|(object, _)| Expr::Method(object, "get".to_owned(), Vec::new())),
            28 | 29 => {
                let applies = self.callable(scope, |r| r == Role::Apply);
                let apply = self.random.pick(&applies)?;
                let texts: Vec<usize> = self.callable(scope, |r| r == Role::Text(1));
                let function = match (
                    self.random.below(3),
                    self.random.pick(&texts),
                    self.random.pick(&scope.closures),
                ) {
                    (0, Some(named), _) => FunctionValue::Named(named),
                    (1, _, Some(closure)) if !scope.in_loop => FunctionValue::Variable(closure),
                    _ => {
                        let param = self.name("q");
                        let mut inner = Scope {
                            closures: Vec::new(),
                            ..scope.clone()
                        };
                        inner.texts.push(param.clone());
                        FunctionValue::Lambda(param, self.boxed(&mut inner, 1))
                    }
                };
                let value = self.boxed(scope, depth - 1);
                Some(Expr::Apply(apply, function, value))
            }
            30 if self.choices < CHOICES => {
                self.choices += 1;
                Some(Expr::Choice(
                    self.boxed(scope, depth - 1),
                    self.boxed(scope, depth - 1),
                ))
            }
            31 => Some(Expr::Digits(self.boxed(scope, depth - 1))),
            32 | 33 => Some(Expr::Quote(self.boxed(scope, depth - 1))),
            34 => Some(Expr::Strip(self.boxed(scope, depth - 1))),
            35 => Some(Expr::Lower(self.boxed(scope, depth - 1))),
            36 => {
                let (name, _) = self.random.pick(&scope.records)?;
                Some(Expr::Dumps(name))
            }
            37 if self.choices < CHOICES => {
                let list = self.random.pick(&scope.lists)?;
                self.choices += 1;
                Some(Expr::Pick(list))
            }
            38 if scope.file == 0 => self
                .random
                .pick(&self.program.state.clone())
                .map(Expr::State),
            39 => {
                let closers = self.callable(scope, |r| r == Role::Closer);
                let closer = self.random.pick(&closers)?;
                let made = Expr::Call(closer, vec![self.text(scope, depth - 1)]);
                let value = self.text(scope, depth - 1);
                Some(Expr::CallMade(Box::new(made), vec![value]))
            }
            _ => None,
        }
    }
}
