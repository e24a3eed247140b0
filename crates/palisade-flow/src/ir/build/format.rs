//! Literal templates of text: `%s` and `{}` placeholders.

/// A piece of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Characters.
    Literal(String),
    /// The next argument; then its attributes.
    Next(Vec<String>),
    /// The next argument, printed as a number.
    Number,
    /// An argument by position.
    Position(usize, Vec<String>),
    /// An argument by name.
    Name(String, Vec<String>),
}

fn push(pieces: &mut Vec<Piece>, literal: &mut String) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(std::mem::take(literal)));
    }
}

/// printf-like templates of Python, JavaScript (`util.format`), Go and C.
pub(super) fn percent(template: &str) -> Vec<Piece> {
    let (mut pieces, mut literal) = (Vec::new(), String::new());
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            literal.push(c);
            continue;
        }
        let mut name = None;
        if chars.peek() == Some(&'(') {
            chars.next();
            name = Some(chars.by_ref().take_while(|c| *c != ')').collect::<String>());
        }
        while chars
            .peek()
            .is_some_and(|c| c.is_ascii_digit() || "#0- +.*".contains(*c))
        {
            chars.next();
        }
        match chars.next() {
            Some('%') => literal.push('%'),
            Some(kind) => {
                push(&mut pieces, &mut literal);
                pieces.push(match (name, kind) {
                    (Some(name), _) => Piece::Name(name, Vec::new()),
                    (None, 'd' | 'i' | 'u' | 'f' | 'F' | 'e' | 'g' | 'x' | 'X' | 'o') => {
                        Piece::Number
                    }
                    (None, _) => Piece::Next(Vec::new()),
                });
            }
            None => literal.push('%'),
        }
    }
    push(&mut pieces, &mut literal);
    pieces
}

/// `{}`, `{0}`, `{name.attribute[key]!r:>10}` of `str.format`.
pub(super) fn braces(template: &str) -> Vec<Piece> {
    let (mut pieces, mut literal) = (Vec::new(), String::new());
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                literal.push(c);
            }
            '{' => {
                push(&mut pieces, &mut literal);
                let (mut inner, mut depth) = (String::new(), 1);
                for c in chars.by_ref() {
                    depth += match c {
                        '{' => 1,
                        '}' => -1,
                        _ => 0,
                    };
                    if depth == 0 {
                        break;
                    }
                    inner.push(c);
                }
                pieces.push(field(&inner));
            }
            _ => literal.push(c),
        }
    }
    push(&mut pieces, &mut literal);
    pieces
}

fn field(inner: &str) -> Piece {
    let (name, spec) = inner.split_once([':', '!']).unwrap_or((inner, ""));
    if matches!(
        spec.chars().last(),
        Some('d' | 'f' | 'x' | 'X' | 'e' | 'g' | 'b' | 'n')
    ) && !inner.contains('!')
        && name.is_empty()
    {
        return Piece::Number;
    }
    let mut keys = name
        .split(['.', '['])
        .map(|k| k.trim_end_matches(']').to_owned());
    let first = keys.next().unwrap_or_default();
    let path: Vec<String> = keys.collect();
    match first.parse::<usize>() {
        Ok(at) => Piece::Position(at, path),
        Err(_) if first.is_empty() => Piece::Next(path),
        Err(_) => Piece::Name(first, path),
    }
}
