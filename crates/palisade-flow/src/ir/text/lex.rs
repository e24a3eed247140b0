//! Words of the text form.

use std::fmt;

/// A kind of word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A bare name.
    Ident(String),
    /// `%name`.
    Var(String),
    /// `"text"`.
    Text(String),
    /// Digits as written.
    Number(String),
    /// `/pattern/flags`.
    Regex(String, String),
    /// `fn:name` or `fn:file:name`.
    FnRef(String),
    /// `@line` or `@start:end`.
    At(u32, Option<u32>),
    /// A mark of punctuation.
    Mark(&'static str),
    /// The end of a line outside parentheses, or `;`.
    End,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ident(name) => write!(f, "`{name}`"),
            Self::Var(name) => write!(f, "`%{name}`"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(text) => write!(f, "`{text}`"),
            Self::Regex(pattern, flags) => write!(f, "`/{pattern}/{flags}`"),
            Self::FnRef(name) => write!(f, "`fn:{name}`"),
            Self::At(..) => f.write_str("a line mark"),
            Self::Mark(mark) => write!(f, "`{mark}`"),
            Self::End => f.write_str("the end of the line"),
        }
    }
}

/// A word with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// Whether blanks stand before it.
    pub(super) spaced: bool,
    /// Characters before the first word of its line.
    pub(super) indent: usize,
    /// Its line, from 1.
    pub(super) line: usize,
}

/// Longer marks first.
const MARKS: [&str; 20] = [
    "==", "!=", "<=", ">=", "**", "..", "(", ")", "{", "}", "[", "]", ",", ":", "=", "*", ".", "<",
    ">", "+",
];

/// Splits a text into words.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, String> {
    Lexer {
        text,
        at: 0,
        line: 1,
        indent: 0,
        fresh: true,
        depth: 0,
        tokens: Vec::new(),
    }
    .run()
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    indent: usize,
    /// Whether no word of this line was seen.
    fresh: bool,
    /// Open parentheses and brackets.
    depth: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take_while(&mut self, test: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(next) = self.peek().filter(|c| test(*c)) {
            taken.push(next);
            self.at += next.len_utf8();
        }
        taken
    }

    fn run(mut self) -> Result<Vec<Token>, String> {
        let mut column = 0;
        while let Some(next) = self.peek() {
            let start = self.at;
            match next {
                '\n' => {
                    self.bump();
                    if self.depth == 0 && !self.fresh {
                        self.push(Kind::End, start);
                    }
                    self.line += 1;
                    (self.fresh, column) = (true, 0);
                    continue;
                }
                ' ' | '\t' | '\r' => {
                    self.bump();
                    column += 1;
                    continue;
                }
                '#' => {
                    self.take_while(|c| c != '\n');
                    continue;
                }
                _ => {}
            }
            if self.fresh {
                (self.fresh, self.indent) = (false, column);
            }
            let kind = self.word(next)?;
            self.push(kind, start);
        }
        let end = self.at;
        self.push(Kind::End, end);
        Ok(self.tokens)
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let spaced = self
            .tokens
            .last()
            .is_none_or(|t| t.end != start || t.kind == Kind::End);
        self.tokens.push(Token {
            kind,
            start,
            end: self.at,
            spaced,
            indent: self.indent,
            line: self.line,
        });
    }

    fn word(&mut self, next: char) -> Result<Kind, String> {
        if self.names_follow() && (in_name(next) || matches!(next, '@' | '.' | '/')) {
            return Ok(Kind::Ident(self.take_while(|c| {
                !c.is_whitespace() && !matches!(c, '{' | '(' | ')' | ',' | ';' | '"')
            })));
        }
        let after_dot = self
            .tokens
            .last()
            .is_some_and(|t| t.kind == Kind::Mark(".") && t.end == self.at);
        match next {
            '"' => self.quoted().map(Kind::Text),
            '/' => {
                self.bump();
                let mut pattern = String::new();
                loop {
                    match self.bump() {
                        None | Some('\n') => return Err(self.fail("an open regular expression")),
                        Some('/') => break,
                        Some('\\') if self.peek() == Some('/') => {
                            self.bump();
                            pattern.push('/');
                        }
                        Some('\\') => {
                            pattern.push('\\');
                            pattern.extend(self.bump().filter(|c| *c != '\n'));
                        }
                        Some(other) => pattern.push(other),
                    }
                }
                Ok(Kind::Regex(
                    pattern,
                    self.take_while(|c| c.is_ascii_alphabetic()),
                ))
            }
            '%' => {
                self.bump();
                let name = self.take_while(in_name);
                if name.is_empty() {
                    Err(self.fail("`%` without a name"))
                } else {
                    Ok(Kind::Var(name))
                }
            }
            '@' => {
                self.bump();
                let first = self.digits()?;
                if self.peek() == Some(':') {
                    self.bump();
                    return Ok(Kind::At(first, Some(self.digits()?)));
                }
                Ok(Kind::At(first, None))
            }
            ';' => {
                self.bump();
                Ok(Kind::End)
            }
            '0'..='9' => {
                let mut number = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
                let fraction = self
                    .rest()
                    .strip_prefix('.')
                    .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
                if fraction && !after_dot {
                    self.bump();
                    number.push('.');
                    number.push_str(&self.take_while(|c| c.is_ascii_alphanumeric()));
                }
                Ok(Kind::Number(number))
            }
            '-' if self
                .rest()
                .chars()
                .nth(1)
                .is_some_and(|c| c.is_ascii_digit()) =>
            {
                self.bump();
                Ok(Kind::Number(format!(
                    "-{}",
                    self.take_while(|c| c.is_ascii_alphanumeric() || c == '.')
                )))
            }
            _ if in_name(next) => {
                if self.rest().starts_with("not-in") {
                    self.at += "not-in".len();
                    return Ok(Kind::Ident("not-in".to_owned()));
                }
                let name = self.take_while(in_name);
                if name == "fn" && self.peek() == Some(':') {
                    self.bump();
                    return Ok(Kind::FnRef(
                        self.take_while(|c| in_name(c) || matches!(c, '.' | '/' | '-' | ':')),
                    ));
                }
                Ok(Kind::Ident(name))
            }
            _ => {
                let Some(mark) = MARKS.iter().find(|m| self.rest().starts_with(**m)) else {
                    return Err(self.fail(&format!("the character {next:?}")));
                };
                self.at += mark.len();
                match *mark {
                    "(" | "[" => self.depth += 1,
                    ")" | "]" => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                Ok(Kind::Mark(mark))
            }
        }
    }

    /// Whether a path or an event id comes next, whose characters are not those of names.
    fn names_follow(&self) -> bool {
        let Some(last) = self
            .tokens
            .last()
            .filter(|t| t.end < self.at && t.line == self.line)
        else {
            return false;
        };
        let word = |token: Option<&Token>, word: &str| matches!(token.map(|t| &t.kind), Some(Kind::Ident(w)) if w == word);
        let before = self
            .tokens
            .len()
            .checked_sub(2)
            .and_then(|at| self.tokens.get(at));
        let header = word(Some(last), "file")
            && last.indent == 0
            && before.is_none_or(|t| t.kind == Kind::End);
        let entry = word(Some(last), "entry") && before.is_some_and(|t| t.kind == Kind::Mark(")"));
        header
            || entry
            || word(Some(last), "import")
            || (word(Some(last), "default") && word(before, "import"))
    }

    fn digits(&mut self) -> Result<u32, String> {
        let digits = self.take_while(|c| c.is_ascii_digit());
        digits
            .parse()
            .map_err(|_| self.fail("`@` without a number"))
    }

    fn quoted(&mut self) -> Result<String, String> {
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                None | Some('\n') => return Err(self.fail("an open string")),
                Some('"') => return Ok(text),
                Some('\\') => match self.bump() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some('0') => text.push('\0'),
                    Some('u') => {
                        let open = self.bump();
                        let hex = self.take_while(|c| c.is_ascii_hexdigit());
                        let close = self.bump();
                        let code = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
                        match (open, code, close) {
                            (Some('{'), Some(code), Some('}')) => text.push(code),
                            _ => return Err(self.fail("a broken `\\u{…}`")),
                        }
                    }
                    Some(other @ ('"' | '\\' | '\'')) => text.push(other),
                    _ => return Err(self.fail("an unknown escape")),
                },
                Some(other) => text.push(other),
            }
        }
    }

    fn fail(&self, what: &str) -> String {
        format!("line {}: {what}", self.line)
    }
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// A string as `lex` reads it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
