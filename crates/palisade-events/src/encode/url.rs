//! Percent encoding and forms, as S3 keys and query strings are written.

use serde_json::{Map, Value};

/// Encodes text; a space becomes `+`, the separator `/` stays (as in the keys of S3 events).
pub(super) fn encode(text: &str) -> String {
    escape(text, b"/")
}

fn escape(text: &str, kept: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            coded.push(char::from(byte));
        } else if byte == b' ' {
            coded.push('+');
        } else {
            coded.push('%');
            for digit in [byte >> 4, byte & 15] {
                coded.push(char::from(
                    HEX.get(usize::from(digit)).copied().unwrap_or(b'0'),
                ));
            }
        }
    }
    coded
}

/// Decodes text; nothing if the bytes are no text.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let mut next = tail;
        let byte = match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    next = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *first,
        };
        bytes.push(byte);
        rest = next;
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Writes a form; lists become repeated fields.
pub(super) fn form(fields: &Map<String, Value>) -> String {
    let mut pairs = Vec::new();
    for (name, value) in fields {
        let values = value
            .as_array()
            .map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            pairs.push(format!(
                "{}={}",
                escape(name, b""),
                escape(&super::text(value), b"")
            ));
        }
    }
    pairs.join("&")
}

/// Reads a form.
pub(super) fn fields(text: &str) -> Map<String, Value> {
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(name, value)| Some((decode(name)?, Value::String(decode(value)?))))
        .collect()
}
