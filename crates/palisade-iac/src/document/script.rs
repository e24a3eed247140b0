//! The object literal that a JavaScript or TypeScript file exports: literals, constants of the file, nothing that runs.

use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources, Span};
use rustc_hash::FxHashMap;

use super::builder::{Builder, Places};
use super::placeholder::Placeholders;
use super::{Dialect, Document};
use crate::value::Style;

/// Most nodes that are made of a file: names may stand for much.
const NODES: usize = 200_000;
/// Deepest nesting of literals.
const DEPTH: usize = 100;

/// A literal with its place in bytes.
#[derive(Clone, Debug)]
struct Literal {
    kind: Kind,
    start: usize,
    end: usize,
}

#[derive(Clone, Debug)]
enum Kind {
    Text(String),
    /// A number, a flag, or null.
    Bare(String),
    List(Vec<Item>),
    Map(Vec<Member>),
    /// A name of the file, and what is taken of it.
    Name(Vec<String>),
    /// Anything that would have to run.
    Other,
}

#[derive(Clone, Debug)]
enum Item {
    One(Literal),
    Spread(Literal),
}

#[derive(Clone, Debug)]
enum Member {
    One(String, usize, usize, Literal),
    Spread(Literal),
}

/// Reads the exported object. `None` where none is exported.
pub(crate) fn parse(
    sources: &Sources,
    file: FileId,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Option<Document> {
    let text = sources.text(file);
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
    };
    let (exported, names) = reader.file();
    let exported = exported?;
    let none = Placeholders::default();
    let mut builder = Builder::new(sources, file, limits, &none, Places::From(0));
    let mut writer = Writer {
        names: &names,
        builder: &mut builder,
        depth: 0,
        left: NODES,
        other: None,
    };
    writer.value(&exported);
    let other = writer.other;
    let (document, found) = builder.finish(Dialect::Json, Span::new(file, 0, text.len()));
    let root = document.root()?;
    if !matches!(
        document.shape(root),
        super::Shape::Map(_) | super::Shape::List(_)
    ) {
        return None;
    }
    problems.extend(found);
    if let Some((start, end)) = other {
        problems.push(Problem::at(
            Span::new(file, start, end),
            ProblemKind::Unsupported,
            Cost::Value,
            "a part of the object is no literal, and programs are not run: it stays unknown",
        ));
    }
    Some(document)
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
}

type Names = FxHashMap<String, Literal>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn ahead(&self, by: usize) -> Option<u8> {
        self.bytes.get(self.at + by).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// What the file exports, and the constants at its top level.
    fn file(&mut self) -> (Option<Literal>, Names) {
        let mut names = Names::default();
        let mut exported = None;
        let mut level = 0usize;
        while self.at < self.bytes.len() {
            self.space();
            let Some(byte) = self.peek() else {
                break;
            };
            match byte {
                b'"' | b'\'' | b'`' => {
                    self.quoted();
                }
                b'{' | b'(' | b'[' => {
                    level += 1;
                    self.at += 1;
                }
                b'}' | b')' | b']' => {
                    level = level.saturating_sub(1);
                    self.at += 1;
                }
                byte if is_name_start(byte) => {
                    let word = self.word();
                    if level == 0 {
                        self.statement(&word, &mut names, &mut exported);
                    }
                }
                _ => self.at += 1,
            }
        }
        (exported, names)
    }

    fn statement(&mut self, word: &str, names: &mut Names, exported: &mut Option<Literal>) {
        match word {
            "const" | "let" | "var" => {
                self.space();
                let name = self.word();
                if !name.is_empty() && self.assigned() {
                    let value = self.value();
                    names.insert(name, value);
                }
            }
            "module" if self.slice(self.at, self.at + 8) == ".exports" => {
                self.at += 8;
                if self.assigned() {
                    *exported = Some(self.value());
                }
            }
            "export" => {
                self.space();
                let from = self.at;
                match self.word().as_str() {
                    "default" => *exported = Some(self.value()),
                    "" if self.assigned() => *exported = Some(self.value()),
                    _ => self.at = from,
                }
            }
            _ => {}
        }
    }

    /// Goes past a type and `=`; false where nothing is assigned.
    fn assigned(&mut self) -> bool {
        let from = self.at;
        // A type may be long, but not endless.
        while self.at < self.bytes.len() && self.at - from < 4_096 {
            self.space();
            match (self.peek(), self.ahead(1)) {
                (Some(b'='), Some(b'=' | b'>')) => self.at += 2,
                (Some(b'='), _) => {
                    self.at += 1;
                    return true;
                }
                (Some(b';' | b'(') | None, _) => break,
                _ => self.at += 1,
            }
        }
        self.at = from;
        false
    }

    /// White space and comments.
    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match (byte, self.ahead(1)) {
                (b'/', Some(b'/')) => {
                    while self.peek().is_some_and(|b| b != b'\n') {
                        self.at += 1;
                    }
                }
                (b'/', Some(b'*')) => {
                    let rest = self.slice(self.at + 2, self.bytes.len());
                    let end = rest
                        .find("*/")
                        .map_or(self.bytes.len(), |at| self.at + 4 + at);
                    self.at = end;
                }
                (byte, _) if byte.is_ascii_whitespace() => self.at += 1,
                _ => break,
            }
        }
    }

    fn word(&mut self) -> String {
        let from = self.at;
        while self.peek().is_some_and(is_name) {
            self.at += 1;
        }
        self.slice(from, self.at).to_owned()
    }

    /// A literal, with what may follow it (`as const`); anything else up to where it ends.
    fn value(&mut self) -> Literal {
        self.space();
        let start = self.at;
        if self.depth >= DEPTH {
            self.skip();
            return Literal {
                kind: Kind::Other,
                start,
                end: self.at,
            };
        }
        self.depth += 1;
        let kind = self.kind();
        self.depth -= 1;
        let end = self.at;
        self.space();
        let kind = match self.peek() {
            None | Some(b',' | b'}' | b']' | b')' | b';' | b':') => kind,
            _ => {
                let word = self.word();
                let cast = word == "as" || word == "satisfies";
                // A new statement begins without a semicolon.
                let next = matches!(
                    word.as_str(),
                    "export" | "module" | "const" | "let" | "var" | "import" | "function"
                );
                if next && self.depth == 0 {
                    self.at -= word.len();
                    return Literal { kind, start, end };
                }
                self.skip();
                if cast { kind } else { Kind::Other }
            }
        };
        Literal { kind, start, end }
    }

    fn kind(&mut self) -> Kind {
        match self.peek() {
            Some(b'{') => self.map(),
            Some(b'[') => self.list(),
            Some(b'"' | b'\'' | b'`') => Kind::Text(self.quoted()),
            Some(b'(') => {
                self.at += 1;
                let inner = self.value();
                self.space();
                if self.peek() == Some(b')') {
                    self.at += 1;
                    return inner.kind;
                }
                self.skip();
                Kind::Other
            }
            Some(byte) if byte.is_ascii_digit() || byte == b'-' => {
                let from = self.at;
                self.at += 1;
                while self
                    .peek()
                    .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_')
                {
                    self.at += 1;
                }
                Kind::Bare(self.slice(from, self.at).replace('_', ""))
            }
            Some(byte) if is_name_start(byte) => self.name(),
            _ => {
                self.skip();
                Kind::Other
            }
        }
    }

    fn name(&mut self) -> Kind {
        let mut path = vec![self.word()];
        match path.first().map(String::as_str) {
            Some(word @ ("true" | "false" | "null")) => return Kind::Bare(word.to_owned()),
            Some("undefined") => return Kind::Bare("null".to_owned()),
            _ => {}
        }
        while self.peek() == Some(b'.') && self.ahead(1).is_some_and(is_name_start) {
            self.at += 1;
            path.push(self.word());
        }
        Kind::Name(path)
    }

    fn list(&mut self) -> Kind {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                None => return Kind::Other,
                Some(b']') => {
                    self.at += 1;
                    return Kind::List(items);
                }
                Some(b',') => self.at += 1,
                Some(b'}' | b')' | b';') => return Kind::Other,
                Some(b'.') if self.slice(self.at, self.at + 3) == "..." => {
                    self.at += 3;
                    items.push(Item::Spread(self.value()));
                }
                _ => {
                    let from = self.at;
                    items.push(Item::One(self.value()));
                    if self.at == from {
                        self.at += 1;
                    }
                }
            }
        }
    }

    fn map(&mut self) -> Kind {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.space();
            let start = self.at;
            match self.peek() {
                None => return Kind::Other,
                Some(b'}') => {
                    self.at += 1;
                    return Kind::Map(members);
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                Some(b']' | b')' | b';') => return Kind::Other,
                Some(b'.') if self.slice(self.at, self.at + 3) == "..." => {
                    self.at += 3;
                    members.push(Member::Spread(self.value()));
                    continue;
                }
                _ => {}
            }
            let key = match self.peek() {
                Some(b'"' | b'\'' | b'`') => Some(self.quoted()),
                Some(byte) if is_name(byte) => Some(self.word()),
                _ => None,
            };
            let end = self.at;
            self.space();
            match (key, self.peek()) {
                (Some(key), Some(b':')) => {
                    self.at += 1;
                    let value = self.value();
                    members.push(Member::One(key, start, end, value));
                }
                (Some(key), Some(b',' | b'}')) => {
                    let kind = Kind::Name(vec![key.clone()]);
                    let value = Literal { kind, start, end };
                    members.push(Member::One(key, start, end, value));
                }
                (key, _) => {
                    // A method, a computed key.
                    self.skip();
                    let kind = Kind::Other;
                    let other = Literal {
                        kind,
                        start,
                        end: self.at,
                    };
                    match key {
                        Some(key) => members.push(Member::One(key, start, end, other)),
                        None => members.push(Member::Spread(other)),
                    }
                    if self.at == start {
                        self.at += 1;
                    }
                }
            }
        }
    }

    /// Goes to the end of an expression: a comma, a closing bracket or a semicolon of its own level.
    fn skip(&mut self) {
        let mut level = 0usize;
        loop {
            self.space();
            match self.peek() {
                None => return,
                Some(b'"' | b'\'' | b'`') => {
                    self.quoted();
                }
                Some(b'{' | b'(' | b'[') => {
                    level += 1;
                    self.at += 1;
                }
                Some(b'}' | b')' | b']') => {
                    if level == 0 {
                        return;
                    }
                    level -= 1;
                    self.at += 1;
                }
                Some(b',' | b';') if level == 0 => return,
                Some(_) => self.at += 1,
            }
        }
    }

    /// The text of a string; what a template literal would compute stays as it is written.
    fn quoted(&mut self) -> String {
        let quote = self.peek();
        self.at += 1;
        let mut text: Vec<u8> = Vec::new();
        while let Some(byte) = self.peek() {
            if Some(byte) == quote {
                self.at += 1;
                break;
            }
            if byte == b'\n' && quote != Some(b'`') {
                break;
            }
            if byte == b'\\' {
                self.at += 1;
                match self.peek() {
                    Some(b'n') => text.push(b'\n'),
                    Some(b't') => text.push(b'\t'),
                    Some(b'r') => text.push(b'\r'),
                    Some(b'\n') | None => {}
                    Some(other) => text.push(other),
                }
                self.at += usize::from(self.peek().is_some());
                continue;
            }
            text.push(byte);
            self.at += 1;
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$'
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit()
}

/// A member of a map: key, place of the key, value.
type Laid<'w> = (&'w str, usize, usize, &'w Literal);

struct Writer<'w, 'b> {
    names: &'w Names,
    builder: &'w mut Builder<'b>,
    depth: usize,
    left: usize,
    /// The first thing that is no literal.
    other: Option<(usize, usize)>,
}

impl<'w> Writer<'w, '_> {
    fn value(&mut self, literal: &'w Literal) {
        let span = self.builder.span(literal.start, literal.end);
        if self.depth >= DEPTH || self.left == 0 {
            self.builder.broken(span);
            return;
        }
        self.left -= 1;
        self.depth += 1;
        match &literal.kind {
            Kind::Text(text) => {
                self.builder.scalar(text, Style::Quoted, None, span);
            }
            Kind::Bare(word) => {
                self.builder.scalar(word, Style::Plain, None, span);
            }
            Kind::List(items) => {
                self.builder.open(false, None, None, span);
                self.items(items);
                self.builder.close(Some(span));
            }
            Kind::Map(members) => {
                self.builder.open(true, None, None, span);
                for (key, start, end, value) in self.members(members) {
                    let at = self.builder.span(start, end);
                    self.builder.scalar(key, Style::Quoted, None, at);
                    self.value(value);
                }
                self.builder.close(Some(span));
            }
            Kind::Name(path) => match self.named(path) {
                Some(found) => self.value(found),
                None => self.unknown(literal),
            },
            Kind::Other => self.unknown(literal),
        }
        self.depth -= 1;
    }

    fn unknown(&mut self, literal: &Literal) {
        self.other.get_or_insert((literal.start, literal.end));
        let span = self.builder.span(literal.start, literal.end);
        self.builder.broken(span);
    }

    fn items(&mut self, items: &'w [Item]) {
        for item in items {
            // The rest of a list that is too long stands as one unknown.
            if self.left == 0 {
                return;
            }
            match item {
                Item::One(literal) => self.value(literal),
                Item::Spread(literal) => match self.plain(literal, 0) {
                    Some(Literal {
                        kind: Kind::List(inner),
                        ..
                    }) if self.depth < DEPTH => {
                        self.depth += 1;
                        self.items(inner);
                        self.depth -= 1;
                    }
                    _ => self.unknown(literal),
                },
            }
        }
    }

    /// Members with spread maps laid out; of equal keys the last stays.
    fn members(&mut self, members: &'w [Member]) -> Vec<Laid<'w>> {
        let mut found = Vec::new();
        self.members_into(members, &mut found, 0);
        let mut last: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, (key, ..)) in found.iter().enumerate() {
            last.insert(key, at);
        }
        let mut at = 0;
        found.retain(|(key, ..)| {
            at += 1;
            last.get(*key) == Some(&(at - 1))
        });
        found
    }

    fn members_into(&mut self, members: &'w [Member], found: &mut Vec<Laid<'w>>, depth: usize) {
        for member in members {
            if found.len() > 10_000 {
                return;
            }
            match member {
                Member::One(key, start, end, value) => {
                    found.push((key, *start, *end, value));
                }
                Member::Spread(literal) => match self.plain(literal, 0) {
                    Some(Literal {
                        kind: Kind::Map(inner),
                        ..
                    }) if depth < 16 => self.members_into(inner, found, depth + 1),
                    _ => {
                        self.other.get_or_insert((literal.start, literal.end));
                    }
                },
            }
        }
    }

    /// The literal behind names.
    fn plain(&self, literal: &'w Literal, depth: usize) -> Option<&'w Literal> {
        match &literal.kind {
            Kind::Name(path) if depth < 16 => {
                let found = self.named(path)?;
                self.plain(found, depth + 1)
            }
            Kind::Name(_) => None,
            _ => Some(literal),
        }
    }

    /// What a name of the file stands for.
    fn named(&self, path: &[String]) -> Option<&'w Literal> {
        let (first, rest) = path.split_first()?;
        let mut here = self.names.get(first)?;
        for key in rest {
            let Kind::Map(members) = &here.kind else {
                return None;
            };
            let member = members.iter().rev().find_map(|member| match member {
                Member::One(name, _, _, value) if name == key => Some(value),
                _ => None,
            });
            here = member?;
        }
        Some(here)
    }
}

#[cfg(test)]
mod tests {
    use palisade_model::limits::Limits;
    use palisade_model::source::Sources;

    fn read(text: &str) -> (String, usize) {
        let mut sources = Sources::default();
        let file = sources.add("serverless.ts", text);
        let mut problems = Vec::new();
        let document = super::parse(&sources, file, &Limits::default(), &mut problems);
        let text = document.map_or_else(String::new, |d| super::super::to_json_text(&d));
        (text, problems.len())
    }

    #[test]
    fn forms_of_export() {
        let expected = ("{\"a\":\"1\"}".to_owned(), 0);
        assert_eq!(read("module.exports = {a: 1}"), expected);
        assert_eq!(read("export default { 'a': 1, }\n"), expected);
        assert_eq!(read("export = {a: 1};"), expected);
        assert_eq!(
            read(
                "import type { AWS } from 'x';\nconst c: AWS = {a: 1} as const;\nmodule.exports = c;\n"
            ),
            expected
        );
        assert_eq!(
            read("const x = {a: 1}; function f() { return {b: 2}; }"),
            (String::new(), 0)
        );
        assert_eq!(read("module.exports = async () => ({a: 1})").0, "");
    }

    #[test]
    fn values() {
        let text = "const base = { x: 'y', list: ['a', 'b'] };\nconst n = 3 // three\nexport default {\n  ...base, n, s: `a-${self:b}`, t: base.x, u: [...base.list, 'c'], // note\n  f() { return 1; }, g: call({a: 1}), h: process.env.H, i: -1.5, j: undefined, k: 'a' + 'b', x: 'z' };";
        let (printed, problems) = read(text);
        assert_eq!(
            printed,
            "{\"list\":[\"a\",\"b\"],\"n\":\"3\",\"s\":\"a-${self:b}\",\"t\":\"y\",\"u\":[\"a\",\"b\",\"c\"],\"f\":null,\"g\":null,\"h\":null,\"i\":\"-1.5\",\"j\":null,\"k\":null,\"x\":\"z\"}"
        );
        assert_eq!(problems, 1);
    }

    #[test]
    fn what_never_ends() {
        for text in [
            "module.exports = {",
            "module.exports = {a: [",
            "module.exports = {a: 'b",
            "module.exports = {...",
            "const a = a; module.exports = a",
            "const a = {b: a}; module.exports = {c: a}",
            "module.exports = `${",
            "export default",
            "module.exports = {)}",
            "const a: ",
        ] {
            read(text);
        }
        read(&format!("module.exports = {}", "[".repeat(100_000)));
        read(&format!("module.exports = {}", "(".repeat(100_000)));
        let doubling: String = (1..40)
            .map(|n| format!("const a{n} = [a{}, a{}];\n", n - 1, n - 1))
            .collect();
        read(&format!("const a0 = [1];\n{doubling}module.exports = a39;"));
    }
}
