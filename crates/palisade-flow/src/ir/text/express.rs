//! Expressions of the structured text form.

use crate::ir::Comparison;

use super::ast::{Argument, Expr, Pass};
use super::lex::Kind;
use super::parse::{LINKS_MAX, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.deeper(Self::or)
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        while self.cursor.eat_word("or") {
            self.link()?;
            left = Expr::Logic(false, Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.not()?;
        while self.cursor.eat_word("and") {
            self.link()?;
            left = Expr::Logic(true, Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Expr> {
        if self.cursor.eat_word("not") {
            return Ok(Expr::Not(Box::new(self.deeper(Self::not)?)));
        }
        let mut left = self.operation()?;
        loop {
            self.link()?;
            if self.cursor.eat_mark("+") {
                left = Expr::Add(Box::new(left), Box::new(self.operation()?));
            } else if let Some(how) = self.comparison() {
                left = Expr::Compare(how, Box::new(left), Box::new(self.operation()?));
            } else {
                return Ok(left);
            }
        }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let how = match self.cursor.kind()? {
            Kind::Mark("==") => Comparison::Equal,
            Kind::Mark("!=") => Comparison::Differs,
            Kind::Mark("<" | ">" | "<=" | ">=") => Comparison::Order,
            Kind::Ident(word) if word == "in" => Comparison::In,
            Kind::Ident(word) if word == "not-in" => Comparison::NotIn,
            Kind::Ident(word) if word == "is" => Comparison::Type,
            _ => return None,
        };
        self.cursor.at += 1;
        Some(how)
    }

    fn operation(&mut self) -> Parsed<Expr> {
        self.deeper(Self::operation_here)
    }

    fn operation_here(&mut self) -> Parsed<Expr> {
        let Some(Kind::Ident(word)) = self.cursor.kind() else {
            return self.operand();
        };
        // A word followed by a path or an assignment is a name.
        let joined = self
            .cursor
            .tokens
            .get(self.cursor.at + 1)
            .is_some_and(|t| !t.spaced && t.kind == Kind::Mark("."));
        let needs_more = [
            "load", "index", "iter", "keys", "rest", "format", "percent", "compare", "await",
            "call", "import",
        ]
        .contains(&word.as_str());
        let alone = needs_more
            && matches!(
                self.cursor.kind_at(1),
                None | Some(Kind::End | Kind::Mark("," | ")" | "}" | "]"))
            );
        if joined || alone || self.is_assignment() {
            return self.operand();
        }
        let at = self.cursor.at;
        self.cursor.at += 1;
        let boxed = |e: Expr| Box::new(e);
        match word.as_str() {
            "load" => {
                let base = self.operand()?;
                if self.cursor.is_mark(".") {
                    self.postfix(base, true)
                } else {
                    Ok(base)
                }
            }
            "call" => self.call(),
            "await" => Ok(Expr::Await(boxed(self.operation()?))),
            "yield" => Ok(Expr::Yield(boxed(self.expr()?))),
            "index" => {
                let base = self.operand()?;
                self.cursor.eat_mark(",");
                Ok(Expr::Index(boxed(base), boxed(self.operand()?)))
            }
            "iter" => Ok(Expr::Iter(boxed(self.operand()?))),
            "keys" => Ok(Expr::Keys(boxed(self.operand()?))),
            "record" => self.record(),
            "list" => Ok(Expr::List(self.elements()?)),
            "concat" => Ok(Expr::Concat(self.operands()?)),
            "arith" => Ok(Expr::Arith(self.operands()?)),
            "phi" => Ok(Expr::Phi(self.operands()?)),
            "error" => Ok(Expr::Error(self.operands()?)),
            "caught" => Ok(Expr::Caught),
            "format" | "percent" => {
                let Some(Kind::Text(template)) = self.cursor.kind() else {
                    return self.cursor.fail("a template");
                };
                self.cursor.at += 1;
                Ok(Expr::Format(
                    word == "percent",
                    template.clone(),
                    self.arguments(false)?,
                ))
            }
            "rest" => {
                let base = self.operand()?;
                let mut keys = Vec::new();
                while self.cursor.eat_mark(".") {
                    keys.push(self.key()?);
                }
                Ok(Expr::Rest(boxed(base), keys))
            }
            "compare" => {
                let how = match self.comparison() {
                    Some(how) => how,
                    None if self.cursor.eat_word("type") => Comparison::Type,
                    None => return self.cursor.fail("a comparison"),
                };
                let left = self.operand()?;
                self.cursor.eat_mark(",");
                Ok(Expr::Compare(how, boxed(left), boxed(self.operand()?)))
            }
            "and" | "or" => {
                let left = self.operand()?;
                self.cursor.eat_mark(",");
                Ok(Expr::Logic(
                    word == "and",
                    boxed(left),
                    boxed(self.operand()?),
                ))
            }
            "import" => {
                let (module, what) = self.import()?;
                Ok(Expr::Import(module, what))
            }
            _ => {
                self.cursor.at = at;
                self.operand()
            }
        }
    }

    fn begins_operand(&self) -> bool {
        match self.cursor.kind() {
            Some(Kind::Ident(word)) => {
                !["and", "or", "in", "not-in", "is", "as"].contains(&word.as_str())
            }
            Some(
                Kind::Var(_) | Kind::Text(_) | Kind::Number(_) | Kind::Regex(..) | Kind::FnRef(_),
            ) => true,
            Some(Kind::Mark(mark)) => *mark == "(",
            _ => false,
        }
    }

    /// Whether another element follows; commas between them are read where they are not those of a call.
    fn goes_on(&mut self, first: bool) -> bool {
        if !first && !self.tight {
            self.cursor.eat_mark(",");
        }
        self.begins_operand() || self.cursor.is_mark("*")
    }

    fn operands(&mut self) -> Parsed<Vec<Expr>> {
        let mut found = Vec::new();
        while self.goes_on(found.is_empty()) && !self.cursor.is_mark("*") {
            found.push(self.operand()?);
        }
        Ok(found)
    }

    fn elements(&mut self) -> Parsed<Vec<(Expr, bool)>> {
        let mut found = Vec::new();
        while self.goes_on(found.is_empty()) {
            let spread = self.cursor.eat_mark("*");
            found.push((self.operand()?, spread));
        }
        Ok(found)
    }

    fn record(&mut self) -> Parsed<Expr> {
        let mut parts = Vec::new();
        while self.goes_on(parts.is_empty()) {
            if self.cursor.eat_mark("*") {
                parts.push((None, self.operand()?));
                continue;
            }
            if self.cursor.kind_at(1) != Some(&Kind::Mark(":")) {
                break;
            }
            let key = self.key()?;
            self.cursor.mark(":")?;
            parts.push((Some(key), self.operation()?));
        }
        Ok(Expr::Record(parts))
    }

    fn key(&mut self) -> Parsed<String> {
        match self.cursor.kind() {
            Some(Kind::Ident(key) | Kind::Text(key) | Kind::Number(key)) => {
                self.cursor.at += 1;
                Ok(key.clone())
            }
            _ => self.cursor.fail("a key"),
        }
    }

    fn call(&mut self) -> Parsed<Expr> {
        let spaced = |p: &Self| !matches!(p.cursor.kind_at(1), Some(Kind::Mark("(" | ".")));
        let new = self.cursor.is_word("new") && spaced(self) && self.cursor.eat_word("new");
        let tagged =
            self.cursor.is_word("tagged") && spaced(self) && self.cursor.eat_word("tagged");
        let callee = self.primary()?;
        let callee = self.postfix(callee, false)?;
        let mut call = self.called(callee, new, tagged)?;
        // `f(x).g(y)` goes on.
        while matches!(self.cursor.peek(), Some(t) if !t.spaced && t.kind == Kind::Mark("(")) {
            self.link()?;
            call = self.called(call, false, false)?;
        }
        Ok(call)
    }

    fn called(&mut self, callee: Expr, new: bool, tagged: bool) -> Parsed<Expr> {
        self.cursor.mark("(")?;
        let tight = std::mem::replace(&mut self.tight, true);
        let args = self.arguments(true)?;
        self.tight = tight;
        self.cursor.mark(")")?;
        let callee = Box::new(callee);
        let call = Expr::Call {
            callee,
            args,
            new,
            tagged,
        };
        self.postfix(call, false)
    }

    /// Counts a link of a chain such as `a.b.c` or `a + b + c`, which nests to the left.
    fn link(&mut self) -> Parsed<()> {
        self.links += 1;
        if self.links > LINKS_MAX {
            return self.cursor.fail("a shorter chain");
        }
        Ok(())
    }

    /// Arguments up to a word that begins none; those of a call stand between commas.
    fn arguments(&mut self, of_call: bool) -> Parsed<Vec<Argument>> {
        let mut found = Vec::new();
        loop {
            let (mut how, mut name) = (Pass::Position, String::new());
            if self.cursor.eat_mark("**") {
                how = Pass::SpreadNamed;
            } else if self.cursor.eat_mark("*") {
                how = Pass::Spread;
            } else if !self.begins_operand() && !self.cursor.is_word("fn") {
                return Ok(found);
            } else if self.cursor.kind_at(1) == Some(&Kind::Mark(":")) {
                (how, name) = (Pass::Named, self.key()?);
                self.cursor.mark(":")?;
            }
            let value = self.expr()?;
            found.push(Argument { how, name, value });
            let comma = (of_call || !self.tight) && self.cursor.eat_mark(",");
            let more = comma || (!of_call && (self.begins_operand() || self.cursor.is_mark("*")));
            if !more {
                return Ok(found);
            }
        }
    }

    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        self.deeper(|p| {
            let primary = p.primary()?;
            p.postfix(primary, false)
        })
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let at = self.cursor.at;
        let Some(token) = self.cursor.next() else {
            return self.cursor.fail("a value");
        };
        Ok(match &token.kind {
            Kind::Text(text) => Expr::Text(text.clone()),
            Kind::Number(text) => Expr::Number(text.clone()),
            Kind::Regex(pattern, flags) => Expr::Regex(pattern.clone(), flags.clone()),
            Kind::Var(name) => Expr::Name(name.clone(), true),
            Kind::FnRef(name) => Expr::FnRef(name.clone()),
            Kind::Ident(word) => match word.as_str() {
                "true" => Expr::Bool(true),
                "false" => Expr::Bool(false),
                "null" => Expr::Null,
                "undefined" => Expr::Undefined,
                "fn" => Expr::Lambda(Box::new(self.deeper(|p| p.function(at))?)),
                _ => Expr::Name(word.clone(), false),
            },
            Kind::Mark("(") => {
                let tight = std::mem::replace(&mut self.tight, false);
                let inner = self.expr()?;
                self.tight = tight;
                self.cursor.mark(")")?;
                inner
            }
            _ => {
                self.cursor.at = at;
                return self.cursor.fail("a value");
            }
        })
    }

    /// `.key`, `[*]`, `[0]`, `["k"]`, `[%i]` without a blank before; `first` allows one before the first.
    pub(super) fn postfix(&mut self, mut base: Expr, mut first: bool) -> Parsed<Expr> {
        while let Some(token) = self.cursor.peek() {
            if token.spaced && !first {
                break;
            }
            first = false;
            self.link()?;
            match token.kind {
                Kind::Mark(".") => {
                    self.cursor.at += 1;
                    base = Expr::Load(Box::new(base), self.key()?);
                }
                Kind::Mark("[") => {
                    self.cursor.at += 1;
                    base = match self.cursor.kind() {
                        Some(Kind::Mark("*")) => {
                            self.cursor.at += 1;
                            Expr::Iter(Box::new(base))
                        }
                        Some(Kind::Text(_) | Kind::Number(_)) => {
                            Expr::Load(Box::new(base), self.key()?)
                        }
                        _ => Expr::Index(Box::new(base), Box::new(self.operand()?)),
                    };
                    self.cursor.mark("]")?;
                }
                _ => break,
            }
        }
        Ok(base)
    }
}
