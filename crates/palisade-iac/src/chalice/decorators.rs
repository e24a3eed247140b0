//! The decorators of a Chalice application, and the authorizers that it makes: calls with literal arguments, nothing
//! that runs.

use palisade_model::source::{FileId, Span};

/// Longest call that is read, in bytes.
const CALL_BYTES: usize = 16 << 10;
/// Deepest nesting of lists.
const DEPTH: usize = 16;

/// An argument as written.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Argument {
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Argument>),
    /// A name, a number, or anything else, as written.
    Word(String),
}

/// A call with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// What is called: the last name, such as `route`.
    pub(super) what: String,
    /// Positional arguments.
    pub(super) positional: Vec<Argument>,
    /// Named arguments.
    pub(super) named: Vec<(String, Argument)>,
    /// The place of the name.
    pub(super) span: Span,
}

/// A decorated function.
#[derive(Clone, Debug)]
pub(super) struct Decorated {
    /// The decorators, outermost first.
    pub(super) calls: Vec<Call>,
    /// The function's name.
    pub(super) name: String,
    /// The place of its name.
    pub(super) span: Span,
}

/// A name at the top level that a call is assigned to.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    /// The name.
    pub(super) name: String,
    /// The call.
    pub(super) call: Call,
}

impl Call {
    /// A named argument, or the positional one of this number.
    pub(super) fn argument(&self, at: usize, name: &str) -> Option<&Argument> {
        let named = self.named.iter().find(|(known, _)| known == name);
        named
            .map(|(_, value)| value)
            .or_else(|| self.positional.get(at))
    }

    /// A named argument alone.
    pub(super) fn named(&self, name: &str) -> Option<&Argument> {
        let named = self.named.iter().find(|(known, _)| known == name);
        named.map(|(_, value)| value)
    }
}

impl Argument {
    /// The string, or the word.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Word(text) => Some(text),
            Self::List(_) => None,
        }
    }

    /// The strings of a list, or the one string.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Word(_) => Vec::new(),
        }
    }
}

/// Decorated functions and assigned calls of a file, in order.
pub(super) fn read(text: &str, file: FileId) -> (Vec<Decorated>, Vec<Assigned>) {
    let mut decorated = Vec::new();
    let mut assigned = Vec::new();
    let mut open: Vec<Call> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let mut next = at + line.len() + 1;
        if let Some(after) = line.strip_prefix('@') {
            let from = at + 1;
            let path: &str = after
                .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                .next()
                .unwrap_or_default();
            let (call, end) = call(text, file, from, path);
            next = next.max(line_end(text, end));
            open.push(call);
        } else if let Some(after) = line
            .strip_prefix("def ")
            .or_else(|| line.strip_prefix("async def "))
        {
            let name = word(after);
            if !open.is_empty() && !name.is_empty() {
                let begin = at + line.len() - after.len();
                decorated.push(Decorated {
                    calls: std::mem::take(&mut open),
                    span: Span::new(file, begin, begin + name.len()),
                    name: name.to_owned(),
                });
            }
        } else if !line.trim().is_empty() && !line.starts_with([' ', '\t', '#', ')']) {
            open.clear();
            let name = word(line);
            let value = line
                .get(name.len()..)
                .map(str::trim_start)
                .and_then(|rest| rest.strip_prefix('='))
                .filter(|rest| !rest.starts_with('='));
            if let Some(value) = value.filter(|_| !name.is_empty()) {
                let from = at + line.len() - value.trim_start().len();
                let path: &str = value
                    .trim_start()
                    .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                    .next()
                    .unwrap_or_default();
                if text.as_bytes().get(from + path.len()) == Some(&b'(') {
                    let (call, end) = call(text, file, from, path);
                    next = next.max(line_end(text, end));
                    assigned.push(Assigned {
                        name: name.to_owned(),
                        call,
                    });
                }
            }
        }
        at = next;
    }
    (decorated, assigned)
}

fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find('\n').map_or(rest.len(), |found| found + 1)
}

fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The call whose name stands at an offset, and where it ends.
fn call(text: &str, file: FileId, from: usize, path: &str) -> (Call, usize) {
    let end = from + path.len();
    let mut call = Call {
        what: path.rsplit('.').next().unwrap_or(path).to_owned(),
        positional: Vec::new(),
        named: Vec::new(),
        span: Span::new(file, from, end),
    };
    if text.as_bytes().get(end) != Some(&b'(') {
        return (call, end);
    }
    let mut most = text.len().min(end + CALL_BYTES);
    while !text.is_char_boundary(most) {
        most -= 1;
    }
    let mut reader = Reader {
        text: text.get(..most).unwrap_or_default(),
        at: end + 1,
    };
    loop {
        reader.space();
        match reader.peek() {
            None | Some(b')') => {
                reader.at += 1;
                break;
            }
            Some(b',') => {
                reader.at += 1;
                continue;
            }
            _ => {}
        }
        let before = reader.at;
        let name = word(reader.rest()).to_owned();
        let after = reader.rest().get(name.len()..).unwrap_or_default();
        let after = after.trim_start();
        if !name.is_empty() && after.starts_with('=') && !after.starts_with("==") {
            reader.at = reader.text.len() - after.len() + 1;
            let value = reader.value(0);
            call.named.push((name, value));
        } else {
            let value = reader.value(0);
            call.positional.push(value);
        }
        if reader.at == before {
            reader.at += 1;
        }
    }
    (call, reader.at.min(text.len()))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => {
                    while self.peek().is_some_and(|b| b != b'\n') {
                        self.at += 1;
                    }
                }
                byte if byte.is_ascii_whitespace() || byte == b'\\' => self.at += 1,
                _ => break,
            }
        }
    }

    fn value(&mut self, depth: usize) -> Argument {
        self.space();
        let from = self.at;
        let value = match self.peek() {
            Some(b'"' | b'\'') => Argument::Text(self.quoted()),
            Some(b'[' | b'(') if depth < DEPTH => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.space();
                    match self.peek() {
                        None => break,
                        Some(b']' | b')') => {
                            self.at += 1;
                            break;
                        }
                        Some(b',') => self.at += 1,
                        _ => {
                            let before = self.at;
                            items.push(self.value(depth + 1));
                            if self.at == before {
                                self.at += 1;
                            }
                        }
                    }
                }
                Argument::List(items)
            }
            _ => Argument::Word(String::new()),
        };
        self.space();
        // Strings side by side, sums, calls: as they are written.
        if matches!(self.peek(), None | Some(b',' | b')' | b']')) && self.at > from {
            return value;
        }
        self.skip();
        let written = self.text.get(from..self.at).unwrap_or_default();
        Argument::Word(written.trim().to_owned())
    }

    /// Goes to the end of an expression.
    fn skip(&mut self) {
        let mut level = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' | b'\'' => {
                    self.quoted();
                    continue;
                }
                b'(' | b'[' | b'{' => level += 1,
                b')' | b']' | b'}' if level == 0 => return,
                b')' | b']' | b'}' => level -= 1,
                b',' if level == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn quoted(&mut self) -> String {
        let quote = self.peek();
        let rest = self.rest();
        let triple = rest.starts_with("\"\"\"") || rest.starts_with("'''");
        let width = if triple { 3 } else { 1 };
        self.at += width;
        let from = self.at;
        while let Some(byte) = self.peek() {
            if byte == b'\\' {
                self.at += 2;
                continue;
            }
            let ends = Some(byte) == quote
                && (!triple || self.text.as_bytes().get(self.at + 1) == quote.as_ref());
            if ends || (byte == b'\n' && !triple) {
                break;
            }
            self.at += 1;
        }
        let text = self.text.get(from..self.at).unwrap_or_default().to_owned();
        self.at = (self.at + width).min(self.text.len());
        text
    }
}

#[cfg(test)]
mod tests {
    use palisade_model::source::{FileId, Sources};

    use super::{Argument, read};

    fn file() -> FileId {
        Sources::default().add("app.py", "")
    }

    #[test]
    fn calls() {
        let text = "auth = CognitoUserPoolAuthorizer('a', provider_arns=['arn:x'])\n@app.route('/x', methods=['GET', 'POST'],\n           authorizer=auth)\n@other\ndef index(id):\n    pass\n@app.schedule(Rate(5, unit=Rate.HOURS))\nasync def tick(event): pass\n@app.lambda_function()\ndef plain(e, c): pass\nx == y(1)\n";
        let (decorated, assigned) = read(text, file());
        assert_eq!(decorated.len(), 3);
        assert_eq!(decorated[0].name, "index");
        assert_eq!(decorated[0].calls[0].what, "route");
        let methods = decorated[0].calls[0].named("methods").unwrap();
        assert_eq!(methods.texts(), ["GET", "POST"]);
        assert_eq!(
            decorated[0].calls[0].named("authorizer"),
            Some(&Argument::Word("auth".to_owned()))
        );
        assert_eq!(
            decorated[1].calls[0].positional,
            [Argument::Word("Rate(5, unit=Rate.HOURS)".to_owned())]
        );
        assert_eq!(assigned.len(), 1);
        assert_eq!(assigned[0].call.what, "CognitoUserPoolAuthorizer");
    }

    #[test]
    fn what_never_ends() {
        for text in [
            "@",
            "@a(",
            "@a('",
            "@a([[",
            "@a(b=",
            "a = b(",
            "@a(\"\"\"",
            "@é(é",
            "def ",
        ] {
            read(text, file());
        }
        read(&format!("@a({}", "[".repeat(100_000)), file());
    }
}
