//! Structured text to syntax.

use crate::ir::{Language, MemberKind, ParamKind};

use super::ast::{Case, ClassPart, Expr, FnDef, LoopOver, ParamDef, Stmt, StmtKind, What};
use super::lex::{Kind, Token, lex};

/// Deepest nesting accepted.
const DEPTH_MAX: usize = 200;

/// Most links of chains around one place.
pub(super) const LINKS_MAX: usize = 500;

/// A `file` block.
#[derive(Debug)]
pub(super) struct FileBlock {
    pub(super) path: String,
    pub(super) language: Language,
    pub(super) content: Content,
}

/// What a block holds.
#[derive(Debug)]
pub(super) enum Content {
    Structured(Vec<Stmt>),
    /// Words of the flat form.
    Flat(Vec<Token>),
}

pub(super) type Parsed<T> = Result<T, String>;

/// Words with a position.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    pub(super) tokens: &'t [Token],
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn kind(&self) -> Option<&'t Kind> {
        self.peek().map(|t| &t.kind)
    }

    pub(super) fn kind_at(&self, ahead: usize) -> Option<&'t Kind> {
        self.tokens.get(self.at + ahead).map(|t| &t.kind)
    }

    pub(super) fn next(&mut self) -> Option<&'t Token> {
        let token = self.tokens.get(self.at);
        self.at += usize::from(token.is_some());
        token
    }

    pub(super) fn fail<T>(&self, wanted: &str) -> Parsed<T> {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let line = self.peek().or(before).map_or(1, |t| t.line);
        let met = self
            .kind()
            .map_or("the end of the text".to_owned(), ToString::to_string);
        Err(format!("line {line}: {met} where {wanted} was expected"))
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        matches!(self.kind(), Some(Kind::Mark(m)) if *m == mark)
    }

    pub(super) fn eat_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    pub(super) fn mark(&mut self, mark: &'static str) -> Parsed<()> {
        if self.eat_mark(mark) {
            Ok(())
        } else {
            self.fail(&format!("`{mark}`"))
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.kind(), Some(Kind::Ident(w)) if w == word)
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_ends(&mut self) {
        while matches!(self.kind(), Some(Kind::End)) {
            self.at += 1;
        }
    }

    /// A bare name.
    pub(super) fn ident(&mut self) -> Parsed<String> {
        match self.kind() {
            Some(Kind::Ident(name)) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => self.fail("a name"),
        }
    }

    /// A name with or without `%`.
    fn name(&mut self) -> Parsed<String> {
        match self.kind() {
            Some(Kind::Ident(name) | Kind::Var(name)) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => self.fail("a name"),
        }
    }
}

/// Reads all blocks of a text.
pub(super) fn blocks(text: &str) -> Parsed<Vec<FileBlock>> {
    let tokens = lex(text)?;
    let mut cursor = Cursor {
        tokens: &tokens,
        at: 0,
    };
    let mut found = Vec::new();
    cursor.skip_ends();
    while cursor.peek().is_some() {
        let (mut path, mut language, mut flat) = ("main".to_owned(), Language::Text, false);
        if cursor.eat_word("file") {
            path = raw(&mut cursor, text)?;
            if cursor.kind() != Some(&Kind::End) {
                language = match raw(&mut cursor, text)?.as_str() {
                    "python" => Language::Python,
                    "javascript" => Language::JavaScript,
                    "text" => Language::Text,
                    other => {
                        return Err(format!(
                            "`{other}` is no language: python, javascript or text"
                        ));
                    }
                };
            }
            flat = cursor.eat_word("flat");
        }
        cursor.skip_ends();
        let first = cursor.at;
        while cursor.peek().is_some() && !at_file(&cursor) {
            cursor.at += 1;
        }
        let tokens = tokens.get(first..cursor.at).unwrap_or(&[]);
        let content = if flat {
            Content::Flat(tokens.to_vec())
        } else {
            let mut parser = Parser {
                cursor: Cursor { tokens, at: 0 },
                text,
                depth: 0,
                tight: false,
                links: 0,
            };
            Content::Structured(parser.statements(&Until::Nothing)?)
        };
        found.push(FileBlock {
            path,
            language,
            content,
        });
    }
    Ok(found)
}

/// Whether a `file` header begins here: first word of a line at its left edge.
fn at_file(cursor: &Cursor<'_>) -> bool {
    let fresh = cursor
        .at
        .checked_sub(1)
        .and_then(|b| cursor.tokens.get(b))
        .is_none_or(|b| b.kind == Kind::End);
    let words = matches!(cursor.kind_at(1), Some(Kind::Ident(_) | Kind::Text(_)));
    fresh && words && cursor.is_word("file") && cursor.peek().is_some_and(|t| t.indent == 0)
}

/// A string, or everything up to the next blank.
fn raw(cursor: &mut Cursor<'_>, text: &str) -> Parsed<String> {
    if let Some(Kind::Text(name)) = cursor.kind() {
        cursor.at += 1;
        return Ok(name.clone());
    }
    let Some(first) = cursor.peek().filter(|t| t.kind != Kind::End) else {
        return cursor.fail("a word");
    };
    let mut end = first.end;
    cursor.at += 1;
    while let Some(next) = cursor.peek() {
        if next.spaced || matches!(next.kind, Kind::End | Kind::Mark("{" | "(" | ")" | ",")) {
            break;
        }
        end = next.end;
        cursor.at += 1;
    }
    Ok(text.get(first.start..end).unwrap_or("").to_owned())
}

/// Where a list of statements ends.
enum Until {
    /// At the end of the block.
    Nothing,
    /// Before `}`.
    Brace,
    /// Before `case`, `default` or `}`.
    Case,
    /// Before a line that is not indented deeper, or `}`.
    Indent(usize),
}

pub(super) struct Parser<'t> {
    pub(super) cursor: Cursor<'t>,
    pub(super) text: &'t str,
    pub(super) depth: usize,
    /// Directly between the parentheses of a call, where a comma ends an argument.
    pub(super) tight: bool,
    /// Links of chains around this place.
    pub(super) links: usize,
}

impl Parser<'_> {
    pub(super) fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        let result = if self.depth > DEPTH_MAX {
            self.cursor.fail("less nesting")
        } else {
            step(self)
        };
        self.depth -= 1;
        result
    }

    /// The bytes from a word to the last one read.
    fn span_from(&self, first: usize) -> (u32, u32) {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let start = self.cursor.tokens.get(first).map_or(0, |t| t.start);
        let read = self.cursor.tokens.get(first..self.cursor.at).unwrap_or(&[]);
        let end = read
            .iter()
            .rev()
            .find(|t| t.kind != Kind::End)
            .map_or(start, |t| t.end);
        (cut(start), cut(end))
    }

    fn line_span(&self, line: u32) -> (u32, u32) {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut start = 0;
        for (at, text) in self.text.split('\n').enumerate() {
            if at + 1 == line as usize {
                return (cut(start), cut(start + text.len()));
            }
            start += text.len() + 1;
        }
        (cut(self.text.len()), cut(self.text.len()))
    }

    // ---- statements -----------------------------------------------------------------------------------------------

    fn statements(&mut self, until: &Until) -> Parsed<Vec<Stmt>> {
        let mut found = Vec::new();
        loop {
            self.cursor.skip_ends();
            let Some(next) = self.cursor.peek() else {
                break;
            };
            let closes = self.cursor.is_mark("}");
            let stop = match until {
                Until::Nothing => false,
                Until::Brace => closes,
                Until::Case => {
                    closes
                        || ((self.cursor.is_word("case") || self.cursor.is_word("default"))
                            && !self.is_assignment())
                }
                Until::Indent(indent) => closes || next.indent <= *indent,
            };
            if stop {
                break;
            }
            found.push(self.deeper(Self::statement)?);
            if !matches!(self.cursor.kind(), None | Some(Kind::End | Kind::Mark("}")))
                && !self.after_brace()
            {
                return self.cursor.fail("the end of the statement");
            }
        }
        Ok(found)
    }

    fn after_brace(&self) -> bool {
        self.cursor
            .at
            .checked_sub(1)
            .and_then(|b| self.cursor.tokens.get(b))
            .is_some_and(|b| matches!(b.kind, Kind::Mark("}") | Kind::End))
    }

    pub(super) fn is_assignment(&self) -> bool {
        matches!(self.cursor.kind_at(1), Some(Kind::Mark("=")))
    }

    fn braces(&mut self) -> Parsed<Vec<Stmt>> {
        self.cursor.mark("{")?;
        let tight = std::mem::replace(&mut self.tight, false);
        let body = self.statements(&Until::Brace)?;
        self.tight = tight;
        self.cursor.mark("}")?;
        Ok(body)
    }

    /// Whether the word comes next, perhaps on a later line; then it is read.
    fn continues(&mut self, word: &str) -> bool {
        let before = self.cursor.at;
        self.cursor.skip_ends();
        if self.cursor.eat_word(word) {
            return true;
        }
        self.cursor.at = before;
        false
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        let (first, links) = (self.cursor.at, self.links);
        let kind = self.statement_kind()?;
        self.links = links;
        let (mut start, mut end) = self.span_from(first);
        if let Some(Kind::At(from, to)) = self.cursor.kind() {
            self.cursor.at += 1;
            (start, end) = match to {
                Some(to) => (*from, *to),
                None => self.line_span(*from),
            };
        }
        Ok(Stmt { kind, start, end })
    }

    fn ends_here(&self) -> bool {
        matches!(
            self.cursor.kind(),
            None | Some(Kind::End | Kind::Mark("}") | Kind::At(..))
        )
    }

    fn optional(&mut self) -> Parsed<Option<Expr>> {
        if self.ends_here() {
            Ok(None)
        } else {
            self.expr().map(Some)
        }
    }

    fn statement_kind(&mut self) -> Parsed<StmtKind> {
        let word = match self.cursor.kind() {
            Some(Kind::Ident(word)) if !self.is_assignment() => word.as_str(),
            _ => "",
        };
        let at = self.cursor.at;
        self.cursor.at += 1;
        match word {
            "if" => self.if_(),
            "loop" => self.loop_(),
            "try" => self.try_(),
            "switch" => self.switch(),
            "return" => Ok(StmtKind::Return(self.optional()?)),
            "throw" => Ok(StmtKind::Throw(self.optional()?)),
            "break" => Ok(StmtKind::Break),
            "continue" => Ok(StmtKind::Continue),
            "nonlocal" => Ok(StmtKind::Outer(self.cursor.name()?)),
            "global" => Ok(StmtKind::Global(self.cursor.name()?)),
            "broken" => Ok(StmtKind::Broken),
            "dynamic" => match self.cursor.kind() {
                Some(Kind::Text(why)) => {
                    self.cursor.at += 1;
                    Ok(StmtKind::Dynamic(why.clone()))
                }
                _ => self.cursor.fail("a reason"),
            },
            "fn" if matches!(self.cursor.kind(), Some(Kind::Ident(_))) => {
                Ok(StmtKind::Function(self.function(at)?))
            }
            "class" => self.class(),
            "store" => {
                let base = self.operand()?;
                let (base, key) = self.path(base)?;
                Ok(StmtKind::Store(base, key, self.expr()?))
            }
            "put" => Ok(StmtKind::Put(
                self.operand()?,
                self.operand()?,
                self.expr()?,
            )),
            "import" => {
                let (module, what) = self.import()?;
                let named = match &what {
                    What::Name(name) => name.clone(),
                    _ => module
                        .split(['.', '/'])
                        .find(|p| !p.is_empty())
                        .unwrap_or("")
                        .to_owned(),
                };
                let named = if self.cursor.eat_word("as") {
                    self.cursor.name()?
                } else {
                    named
                };
                Ok(StmtKind::Assign(named, Expr::Import(module, what)))
            }
            _ => {
                self.cursor.at = at;
                let left = self.expr()?;
                if !self.cursor.eat_mark("=") {
                    return Ok(StmtKind::Expr(left));
                }
                match left {
                    Expr::Name(name, _) => Ok(StmtKind::Assign(name, self.expr()?)),
                    Expr::Load(base, key) => Ok(StmtKind::Store(*base, key, self.expr()?)),
                    Expr::Index(base, index) => Ok(StmtKind::Put(*base, *index, self.expr()?)),
                    _ => self.cursor.fail("a name before `=`"),
                }
            }
        }
    }

    /// ` .a.b`, or the last key of the operand itself: base and last key.
    fn path(&mut self, mut base: Expr) -> Parsed<(Expr, String)> {
        if self.cursor.is_mark(".") {
            base = self.postfix(base, true)?;
        }
        match base {
            Expr::Load(base, key) => Ok((*base, key)),
            _ => self.cursor.fail("a path such as `.a`"),
        }
    }

    fn if_(&mut self) -> Parsed<StmtKind> {
        let condition = self.expr()?;
        let then = self.braces()?;
        if !self.continues("else") {
            return Ok(StmtKind::If(condition, then, None));
        }
        if self.cursor.is_word("if") {
            let nested = self.deeper(Self::statement)?;
            return Ok(StmtKind::If(condition, then, Some(vec![nested])));
        }
        Ok(StmtKind::If(condition, then, Some(self.braces()?)))
    }

    fn loop_(&mut self) -> Parsed<StmtKind> {
        let over = if self.cursor.eat_word("over") {
            LoopOver::Each(None, self.expr()?)
        } else if self.cursor.eat_word("while") {
            LoopOver::While(self.expr()?)
        } else if self.cursor.is_mark("{") {
            LoopOver::Forever
        } else {
            let name = self.cursor.name()?;
            if !self.cursor.eat_word("over") {
                return self.cursor.fail("`over`");
            }
            LoopOver::Each(Some(name), self.expr()?)
        };
        Ok(StmtKind::Loop(over, self.braces()?))
    }

    fn try_(&mut self) -> Parsed<StmtKind> {
        let body = self.braces()?;
        let mut catches = Vec::new();
        while self.continues("catch") {
            let name = if self.cursor.is_mark("{") {
                None
            } else {
                Some(self.cursor.name()?)
            };
            catches.push((name, self.braces()?));
        }
        let last = if self.continues("finally") {
            self.braces()?
        } else {
            Vec::new()
        };
        Ok(StmtKind::Try(body, catches, last))
    }

    fn switch(&mut self) -> Parsed<StmtKind> {
        let scrutinee = self.expr()?;
        self.cursor.mark("{")?;
        let mut cases = Vec::new();
        loop {
            self.cursor.skip_ends();
            let mut labels = Vec::new();
            if self.cursor.eat_word("case") {
                labels.push(self.operand()?);
                while self.cursor.eat_mark(",") {
                    labels.push(self.operand()?);
                }
            } else if !self.cursor.eat_word("default") {
                break;
            }
            self.cursor.mark(":")?;
            cases.push(Case {
                labels,
                body: self.statements(&Until::Case)?,
            });
        }
        self.cursor.mark("}")?;
        Ok(StmtKind::Switch(scrutinee, cases))
    }

    pub(super) fn import(&mut self) -> Parsed<(String, What)> {
        let default = self.cursor.eat_word("default");
        let module = raw(&mut self.cursor, self.text)?;
        let named = matches!(self.cursor.kind(), Some(Kind::Ident(word)) if word != "as");
        let what = match (default, named) {
            (true, _) => What::Default,
            (_, true) => What::Name(self.cursor.ident()?),
            _ => What::Module,
        };
        Ok((module, what))
    }

    // ---- functions and classes ------------------------------------------------------------------------------------

    /// After `fn`, which is the word at `first`.
    pub(super) fn function(&mut self, first: usize) -> Parsed<FnDef> {
        let name = if self.cursor.is_mark("(") {
            "<lambda>".to_owned()
        } else {
            self.cursor.ident()?
        };
        self.cursor.mark("(")?;
        let mut params = Vec::new();
        let mut kind = ParamKind::Plain;
        while !self.cursor.eat_mark(")") {
            if self.cursor.eat_mark("**") {
                params.push(self.param(ParamKind::RestNamed)?);
            } else if self.cursor.eat_mark("*") {
                kind = ParamKind::NameOnly;
                if !self.cursor.is_mark(",") {
                    params.push(self.param(ParamKind::Rest)?);
                }
            } else {
                params.push(self.param(kind)?);
            }
            if !self.cursor.eat_mark(",") && !self.cursor.is_mark(")") {
                return self.cursor.fail("`,` or `)`");
            }
        }
        let mut entry = None;
        if self.cursor.eat_word("entry") {
            let has_id = self
                .cursor
                .peek()
                .is_some_and(|t| t.spaced && matches!(t.kind, Kind::Ident(_) | Kind::Text(_)));
            let keyword = |w: &str| ["return", "call", "if", "loop"].contains(&w);
            let id = has_id && !matches!(self.cursor.kind(), Some(Kind::Ident(w)) if keyword(w));
            entry = Some(if id {
                self.event_id()?
            } else {
                "unknown".to_owned()
            });
        }
        let body = if self.cursor.is_mark("{") {
            self.braces()?
        } else {
            let indent = self.cursor.tokens.get(first).map_or(0, |t| t.indent);
            let mut body = Vec::new();
            while !matches!(self.cursor.kind(), None | Some(Kind::Mark("}"))) {
                let here = self.cursor.tokens.get(first).map(|t| t.line);
                let same_line = self.cursor.peek().map(|t| t.line) == here;
                if !same_line {
                    break;
                }
                if matches!(self.cursor.kind(), Some(Kind::End)) {
                    self.cursor.at += 1;
                    continue;
                }
                body.push(self.deeper(Self::statement)?);
            }
            body.extend(self.statements(&Until::Indent(indent))?);
            body
        };
        let (start, end) = self.span_from(first);
        Ok(FnDef {
            name,
            params,
            entry,
            body,
            start,
            end,
        })
    }

    /// A word with dots and hyphens.
    fn event_id(&mut self) -> Parsed<String> {
        raw(&mut self.cursor, self.text)
    }

    fn param(&mut self, kind: ParamKind) -> Parsed<ParamDef> {
        let name = self.cursor.name()?;
        let annotation = if self.cursor.eat_mark(":") {
            Some(raw(&mut self.cursor, self.text)?)
        } else {
            None
        };
        Ok(ParamDef {
            name,
            kind,
            annotation,
        })
    }

    fn class(&mut self) -> Parsed<StmtKind> {
        let name = self.cursor.ident()?;
        let mut bases = Vec::new();
        if self.cursor.eat_mark("(") {
            while !self.cursor.eat_mark(")") {
                bases.push(self.operand()?);
                if !self.cursor.eat_mark(",") && !self.cursor.is_mark(")") {
                    return self.cursor.fail("`,` or `)`");
                }
            }
        }
        self.cursor.mark("{")?;
        let mut parts = Vec::new();
        loop {
            self.cursor.skip_ends();
            if self.cursor.eat_mark("}") {
                return Ok(StmtKind::Class(name, bases, parts));
            }
            let modified = matches!(self.cursor.kind_at(1), Some(Kind::Ident(w)) if w == "fn");
            let word = self
                .cursor
                .kind()
                .map(ToString::to_string)
                .unwrap_or_default();
            let (kind, of_class) = match word.as_str() {
                "`static`" if modified => (MemberKind::Static, false),
                "`classmethod`" if modified => (MemberKind::Static, true),
                "`get`" if modified => (MemberKind::Getter, false),
                "`set`" if modified => (MemberKind::Setter, false),
                _ => (MemberKind::Method, false),
            };
            self.cursor.at += usize::from(kind != MemberKind::Method);
            let at = self.cursor.at;
            if self.cursor.eat_word("fn") {
                parts.push(ClassPart::Method(
                    kind,
                    of_class,
                    self.deeper(|p| p.function(at))?,
                ));
            } else {
                let name = self.cursor.name()?;
                self.cursor.mark("=")?;
                parts.push(ClassPart::Attribute(name, self.expr()?));
            }
        }
    }
}
