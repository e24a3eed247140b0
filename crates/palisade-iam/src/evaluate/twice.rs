//! Keys that stand twice in one object of a JSON text: one of them would be lost in silence.

use std::collections::BTreeSet;

/// The line and the name of the first such key. The text must be JSON.
pub(crate) fn twice(text: &str) -> Option<(usize, String)> {
    let mut open: Vec<Option<BTreeSet<String>>> = Vec::new();
    let mut last: Option<(usize, String)> = None;
    let mut line = 1;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let mut length = next.len_utf8();
        match next {
            '\n' => line += 1,
            '{' => open.push(Some(BTreeSet::new())),
            '[' => open.push(None),
            '}' | ']' => {
                open.pop();
            }
            '"' => {
                length = string_length(rest);
                let raw = rest.get(..length).unwrap_or_default();
                last = Some((line, serde_json::from_str(raw).unwrap_or_default()));
            }
            // A string before a colon is a key.
            ':' => {
                let keys = open.last_mut().and_then(Option::as_mut);
                if let (Some(keys), Some((at, key))) = (keys, last.take())
                    && !keys.insert(key.clone())
                {
                    return Some((at, key));
                }
            }
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    None
}

/// How many bytes a string has, with its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
