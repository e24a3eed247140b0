//! The grammar of variables: `${source(parameters):address, fallback}`, nested as deep as one likes.

/// Deepest nesting of variables in one text.
const DEPTH: usize = 16;

/// Sources that the framework and its usual plugins resolve. `${AWS::Region}`, `${Resource.Arn}` and
/// `${iot:ClientId}` belong to others and stay as they are.
const SOURCES: &[&str] = &[
    "self",
    "opt",
    "env",
    "file",
    "sls",
    "aws",
    "param",
    "ssm",
    "cf",
    "s3",
    "git",
    "strToBool",
    "construct",
    "output",
    "secrets",
    "vault",
    "doppler",
    "terraform",
    "deep",
    "tencent",
    "gs",
];

/// A piece of a text with variables.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Piece {
    /// Characters as they are.
    Text(String),
    /// A variable, with its text as written.
    Variable(Vec<Source>, String),
}

/// One of the sources of a variable, in order.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Source {
    /// A literal: text, and whether it was quoted.
    Literal(String, bool),
    /// `type(parameters):address`.
    Named {
        /// The type.
        kind: String,
        /// What stands in parentheses, pieces of each parameter.
        parameters: Option<Vec<Piece>>,
        /// What follows the colon; absent where there is no colon.
        address: Option<Vec<Piece>>,
    },
    /// A variable in its own braces.
    Nested(Vec<Source>),
}

/// The pieces of a text; one piece of text where it holds no variable.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser {
        chars: &chars,
        at: 0,
        depth: 0,
    };
    parser.pieces(&[])
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn slice(&self, from: usize, to: usize) -> String {
        self.chars
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .collect()
    }

    /// Text and variables up to one of the closing characters, which is not taken.
    fn pieces(&mut self, until: &[char]) -> Vec<Piece> {
        let mut found: Vec<Piece> = Vec::new();
        let mut text = String::new();
        // Parentheses and braces inside of an address must close before it ends.
        let mut open = 0usize;
        while let Some(c) = self.peek(0) {
            if open == 0 && until.contains(&c) {
                break;
            }
            if c == '\\' && self.peek(1) == Some('$') && self.peek(2) == Some('{') {
                text.push_str("${");
                self.at += 3;
                continue;
            }
            if c == '$' && self.peek(1) == Some('{') {
                let from = self.at;
                if let Some(sources) = self.variable() {
                    if !text.is_empty() {
                        found.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    found.push(Piece::Variable(sources, self.slice(from, self.at)));
                    continue;
                }
                self.at = from;
            }
            if !until.is_empty() {
                match c {
                    '(' | '{' => open += 1,
                    ')' | '}' => open = open.saturating_sub(1),
                    _ => {}
                }
            }
            text.push(c);
            self.at += 1;
        }
        if !text.is_empty() || found.is_empty() {
            found.push(Piece::Text(text));
        }
        found
    }

    /// A variable from its `${` on; `None` where it is none of the framework's.
    fn variable(&mut self) -> Option<Vec<Source>> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        self.at += 2;
        let found = self.sources();
        self.depth -= 1;
        found
    }

    fn sources(&mut self) -> Option<Vec<Source>> {
        let mut found = Vec::new();
        loop {
            // `${ self:a }` is no variable.
            if !found.is_empty() {
                self.spaces();
            }
            match self.source(found.is_empty()) {
                Some(source) => found.push(source),
                // `${self:a, }`: nothing more.
                None if !found.is_empty() && matches!(self.peek(0), Some('}' | ',')) => {}
                None => return None,
            }
            self.spaces();
            match self.peek(0) {
                Some(',') => self.at += 1,
                Some('}') => {
                    self.at += 1;
                    return Some(found);
                }
                _ => return None,
            }
        }
    }

    fn source(&mut self, first: bool) -> Option<Source> {
        match self.peek(0)? {
            quote @ ('"' | '\'') => {
                self.at += 1;
                let from = self.at;
                while let Some(c) = self.peek(0) {
                    if c == quote {
                        let text = self.slice(from, self.at);
                        self.at += 1;
                        return Some(self.quoted(text));
                    }
                    self.at += if c == '\\' { 2 } else { 1 };
                }
                None
            }
            '$' if self.peek(1) == Some('{') => self.variable().map(Source::Nested),
            _ => self.word(first),
        }
    }

    /// A quoted literal may hold variables itself.
    fn quoted(&mut self, text: String) -> Source {
        if self.depth < DEPTH && text.contains("${") {
            let chars: Vec<char> = text.chars().collect();
            let mut inner = Parser {
                chars: &chars,
                at: 0,
                depth: self.depth + 1,
            };
            let pieces = inner.pieces(&[]);
            if pieces.iter().any(|p| matches!(p, Piece::Variable(..))) {
                return Source::Named {
                    kind: String::new(),
                    parameters: None,
                    address: Some(pieces),
                };
            }
        }
        Source::Literal(text, true)
    }

    fn word(&mut self, first: bool) -> Option<Source> {
        let from = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        let kind = self.slice(from, self.at);
        // `${cf.eu-west-1:stack.Output}`, a form of earlier versions.
        let after_kind = self.at;
        let mut region = None;
        if self.peek(0) == Some('.') && matches!(kind.as_str(), "cf" | "ssm" | "s3") {
            self.at += 1;
            let begin = self.at;
            while self
                .peek(0)
                .is_some_and(|c| c.is_ascii_alphanumeric() || c == '-')
            {
                self.at += 1;
            }
            region = Some(vec![Piece::Text(self.slice(begin, self.at))]);
            if self.peek(0) != Some(':') {
                self.at = after_kind;
                region = None;
            }
        }
        let known = SOURCES.contains(&kind.as_str());
        let opens = self.peek(0) == Some('(');
        let colon = self.peek(0) == Some(':') && self.peek(1) != Some(':');
        if known && (opens || colon) {
            let mut parameters = region;
            if opens {
                self.at += 1;
                parameters = Some(self.pieces(&[')']));
                if self.peek(0) != Some(')') {
                    return None;
                }
                self.at += 1;
            }
            let mut address = None;
            if self.peek(0) == Some(':') {
                self.at += 1;
                let mut pieces = self.pieces(&[',', '}']);
                if let Some(Piece::Text(text)) = pieces.last_mut() {
                    text.truncate(text.trim_end().len());
                }
                address = Some(pieces);
            }
            return Some(Source::Named {
                kind,
                parameters,
                address,
            });
        }
        if first {
            return None;
        }
        // A bare literal: a number, true, false, null.
        while self
            .peek(0)
            .is_some_and(|c| !matches!(c, ',' | '}' | '$' | '{'))
        {
            self.at += 1;
        }
        let word = self.slice(from, self.at);
        let word = word.trim();
        (!word.is_empty()).then(|| Source::Literal(word.to_owned(), false))
    }

    fn spaces(&mut self) {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Source, pieces};

    fn print(pieces: &[Piece]) -> String {
        let each = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(sources, _) => {
                let all: Vec<String> = sources.iter().map(source).collect();
                format!("<{}>", all.join("|"))
            }
        });
        each.collect()
    }

    fn source(source: &Source) -> String {
        match source {
            Source::Literal(text, true) => format!("'{text}'"),
            Source::Literal(text, false) => text.clone(),
            Source::Named {
                kind,
                parameters,
                address,
            } => {
                let parameters = parameters.as_ref().map(|p| format!("({})", print(p)));
                let address = address.as_ref().map(|a| format!(":{}", print(a)));
                format!(
                    "{kind}{}{}",
                    parameters.unwrap_or_default(),
                    address.unwrap_or_default()
                )
            }
            Source::Nested(sources) => {
                let all: Vec<String> = sources.iter().map(self::source).collect();
                format!("<{}>", all.join("|"))
            }
        }
    }

    #[test]
    fn forms() {
        let of = |text: &str| print(&pieces(text));
        assert_eq!(of("plain"), "plain");
        assert_eq!(of("a-${self:custom.b}-c"), "a-<self:custom.b>-c");
        assert_eq!(
            of("${opt:stage, self:provider.stage, 'dev'}"),
            "<opt:stage|self:provider.stage|'dev'>"
        );
        assert_eq!(
            of("${file(./a.${opt:stage, 'dev'}.yml):x.y, 3}"),
            "<file(./a.<opt:stage|'dev'>.yml):x.y|3>"
        );
        assert_eq!(
            of("${self:custom.${self:provider.stage}.x}"),
            "<self:custom.<self:provider.stage>.x>"
        );
        assert_eq!(of("${env:A, ${env:B, 'x, y'}}"), "<env:A|<env:B|'x, y'>>");
        assert_eq!(
            of("${AWS::Region} ${Table.Arn}"),
            "${AWS::Region} ${Table.Arn}"
        );
        assert_eq!(of("${iot:ClientId}"), "${iot:ClientId}");
        assert_eq!(of("\\${self:a}"), "${self:a}");
        assert_eq!(
            of("${ssm(eu-west-1):/a/b~true}"),
            "<ssm(eu-west-1):/a/b~true>"
        );
        assert_eq!(of("${cf.eu-west-1:s.Out}"), "<cf(eu-west-1):s.Out>");
        assert_eq!(of("${self:a"), "${self:a");
        assert_eq!(of("${env:T, \"${cf:g.E}/v1\"}"), "<env:T|:<cf:g.E>/v1>");
        assert_eq!(of("${strToBool(${self:a})}"), "<strToBool(<self:a>)>");
        assert_eq!(of("${self:}"), "<self:>");
    }
}
