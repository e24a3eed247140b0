//! What a line assigns to names: in code, in documents, in files of pairs.

/// How a file writes values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Only quoted strings are values.
    Code,
    /// Plain words are values too, to the end of the line or of a flow.
    Document,
    /// Everything behind `=` is the value.
    Pairs,
}

/// A name and the literal it gets, as offsets in the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assigned {
    /// The name.
    pub name: String,
    /// First byte of the literal, quotes left off.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// Most assignments looked at in one line.
const MOST: usize = 200;

/// The assignments of a line, in order.
pub fn of_line(line: &str, style: Style) -> Vec<Assigned> {
    let bytes = line.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() && found.len() < MOST {
        if !is_start(byte(at))
            || (at > 0 && (is_inner(byte(at - 1), style) || byte(at - 1) == b':'))
        {
            at += 1;
            continue;
        }
        let begun = at;
        while is_inner(byte(at), style) {
            at += 1;
        }
        let Some(value) = behind(line, at, style) else {
            continue;
        };
        let name = line.get(begun..at).unwrap_or_default().to_owned();
        if let Some((start, end)) = literal(line, value, style) {
            found.push(Assigned { name, start, end });
        }
        at = at.max(value);
    }
    found
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_inner(byte: u8, style: Style) -> bool {
    byte.is_ascii_alphanumeric()
        || byte == b'_'
        || (style != Style::Code && matches!(byte, b'-' | b'.'))
}

/// Where the value begins behind a name that ends at `at`; `None` where nothing is assigned.
fn behind(line: &str, mut at: usize, style: Style) -> Option<usize> {
    let bytes = line.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    let blank = |mut at: usize| {
        while matches!(byte(at), b' ' | b'\t') {
            at += 1;
        }
        at
    };
    if byte(at) == b'\\' {
        at += 1;
    }
    if matches!(byte(at), b'"' | b'\'') {
        at += 1;
        if byte(at) == b']' {
            at += 1;
        }
    }
    at = blank(at);
    match byte(at) {
        b':' if byte(at + 1) == b'=' => Some(blank(at + 2)),
        b':' => {
            let value = blank(at + 1);
            if style == Style::Code && byte(value).is_ascii_alphabetic() {
                // `name: Type = "value"`.
                let mut end = value;
                while byte(end).is_ascii_alphanumeric()
                    || matches!(byte(end), b'[' | b']' | b'.' | b'|' | b' ')
                {
                    end += 1;
                }
                if byte(end) == b'=' && byte(end + 1) != b'=' {
                    return Some(blank(end + 1));
                }
            }
            Some(value)
        }
        b'=' => {
            let mut end = at + 1;
            while matches!(byte(end), b'=' | b'>') {
                end += 1;
            }
            Some(blank(end))
        }
        _ => None,
    }
}

/// The literal that begins at `at`.
fn literal(line: &str, mut at: usize, style: Style) -> Option<(usize, usize)> {
    let bytes = line.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    if matches!(byte(at), b'b' | b'r' | b'u') && matches!(byte(at + 1), b'"' | b'\'') {
        at += 1;
    }
    if byte(at) == b'\\' && byte(at + 1) == b'"' {
        // A document in a string: up to the next quote of the same kind.
        let rest = line.get(at + 2..)?;
        return Some((at + 2, at + 2 + rest.find("\\\"")?));
    }
    if matches!(byte(at), b'"' | b'\'' | b'`') {
        let quote = byte(at);
        let mut end = at + 1;
        while end < bytes.len() && byte(end) != quote {
            end += if byte(end) == b'\\' { 2 } else { 1 };
        }
        if end >= bytes.len() {
            return None;
        }
        let after = line.get(end + 1..)?.trim_start();
        let partial = after.starts_with(['+', '%'])
            || after.starts_with(".format")
            || after.starts_with(".join");
        return (!partial).then_some((at + 1, end));
    }
    let rest = line.get(at..)?;
    let length = match style {
        Style::Code => return None,
        Style::Pairs => rest.find([' ', '\t']).unwrap_or(rest.len()),
        Style::Document => {
            if rest.starts_with(['!', '&', '*', '|', '>', '[', '{']) {
                return None;
            }
            let flow = line.get(..at).unwrap_or_default().contains('{');
            let cut = if flow { rest.find([',', '}']) } else { None };
            cut.or_else(|| rest.find(" #")).unwrap_or(rest.len())
        }
    };
    let value = rest.get(..length)?.trim_end();
    let value = value.trim_end_matches(['"', '\'', ';']);
    (!value.is_empty()).then_some((at, at + value.len()))
}

#[cfg(test)]
mod tests {
    use super::{Style, of_line};

    fn values(line: &str, style: Style) -> Vec<(String, String)> {
        let found = of_line(line, style).into_iter();
        found
            .map(|a| (a.name, line.get(a.start..a.end).unwrap().to_owned()))
            .collect()
    }

    fn one(line: &str, style: Style) -> (String, String) {
        values(line, style).remove(0)
    }

    #[test]
    fn names_and_literals_of_many_forms() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            one("const key: string = \"a b\";", Style::Code),
            pair("key", "a b")
        );
        assert_eq!(
            one("  \"password\": 'x',", Style::Code),
            pair("password", "x")
        );
        assert_eq!(
            one("connect(password=\"x\", user=1)", Style::Code),
            pair("password", "x")
        );
        assert_eq!(
            one("os.environ[\"TOKEN\"] = 'x'", Style::Code),
            pair("TOKEN", "x")
        );
        assert_eq!(one("if key === \"x\"", Style::Code), pair("key", "x"));
        assert_eq!(
            one("  DB_PASSWORD: hello # why", Style::Document),
            pair("DB_PASSWORD", "hello")
        );
        assert_eq!(one("PASSWORD=x=y", Style::Pairs), pair("PASSWORD", "x=y"));
        assert!(values("const key = read(\"x\");", Style::Code).is_empty());
        assert!(values("password = \"a\" + b", Style::Code).is_empty());
        assert!(values("password: !Ref P", Style::Document).is_empty());
        let arn = "- arn:aws:secretsmanager:eu-west-1:111122223333:secret:Prod/User-1wX7Rg";
        assert!(
            values(arn, Style::Document)
                .iter()
                .all(|(name, _)| name != "secret")
        );
        let flow = values("Variables: {A: b, C_PASSWORD: d}", Style::Document);
        assert_eq!(flow, [pair("A", "b"), pair("C_PASSWORD", "d")]);
    }
}
