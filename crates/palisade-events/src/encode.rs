//! Writes and reads the encodings that lie between a sender and a field.

use serde_json::{Map, Value};

use crate::shape::Encoding;

mod base64;
mod gzip;
mod mime;
mod url;

/// Encodes a value so that undoing the encodings in their order gives it back.
pub(crate) fn encode(value: Value, encodings: &[Encoding]) -> Value {
    encodings
        .iter()
        .rev()
        .fold(value, |inner, encoding| one(inner, *encoding))
}

fn one(value: Value, encoding: Encoding) -> Value {
    match encoding {
        Encoding::Json => Value::String(value.to_string()),
        Encoding::Base64 => Value::String(base64::encode(&bytes(&value))),
        Encoding::Gzip => latin(&gzip::pack(&bytes(&value))),
        Encoding::Url => Value::String(url::encode(&text(&value))),
        Encoding::Form => Value::String(match value {
            Value::Object(fields) => url::form(&fields),
            other => url::encode(&text(&other)),
        }),
        Encoding::Mime => Value::String(mime::write(&value)),
        Encoding::Utf8 | Encoding::Unsafe => value,
    }
}

/// Undoes the encodings in their order; nothing where one of them does not fit.
pub(crate) fn decode(value: &Value, encodings: &[Encoding]) -> Option<Value> {
    encodings
        .iter()
        .try_fold(value.clone(), |outer, encoding| undo(outer, *encoding))
}

fn undo(value: Value, encoding: Encoding) -> Option<Value> {
    match encoding {
        Encoding::Json => serde_json::from_str(value.as_str()?).ok(),
        Encoding::Base64 => base64::decode(value.as_str()?).map(|bytes| latin(&bytes)),
        Encoding::Gzip => gzip::unpack(&bytes(&value)).map(|bytes| latin(&bytes)),
        Encoding::Url => url::decode(value.as_str()?).map(Value::String),
        Encoding::Form => Some(Value::Object(url::fields(value.as_str()?))),
        Encoding::Mime => Some(Value::Object(Map::new())),
        Encoding::Utf8 | Encoding::Unsafe => Some(value),
    }
}

/// Bytes as a value: text if they are, else one character for each.
fn latin(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.starts_with(MARK) => Value::String(text.to_owned()),
        _ => Value::String(
            std::iter::once(MARK)
                .chain(bytes.iter().map(|byte| char::from(*byte)))
                .collect(),
        ),
    }
}

/// Marks text that stands for bytes between two encodings.
const MARK: char = '\u{f0000}';

fn bytes(value: &Value) -> Vec<u8> {
    let text = text(value);
    match text.strip_prefix(MARK) {
        Some(raw) => raw
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
            .collect(),
        None => text.into_bytes(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_encoding_is_undone() {
        let text = json!("a b+c/%\u{e9}\n\u{1F600}");
        for list in [
            vec![Encoding::Json],
            vec![Encoding::Base64],
            vec![Encoding::Url],
            vec![Encoding::Gzip],
            vec![Encoding::Base64, Encoding::Gzip, Encoding::Json],
            vec![Encoding::Url, Encoding::Base64, Encoding::Utf8],
        ] {
            assert_eq!(
                decode(&encode(text.clone(), &list), &list),
                Some(text.clone()),
                "{list:?}"
            );
        }
        let fields = json!({"a": "1 2", "b": "&="});
        assert_eq!(
            decode(
                &encode(fields.clone(), &[Encoding::Form]),
                &[Encoding::Form]
            ),
            Some(fields)
        );
    }

    #[test]
    fn known_words_are_written_as_others_write_them() {
        assert_eq!(
            encode(json!("Hello, this is a test."), &[Encoding::Base64]),
            json!("SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==")
        );
        assert_eq!(
            encode(json!("a;b c/d"), &[Encoding::Url]),
            json!("a%3Bb+c/d")
        );
        assert_eq!(
            encode(json!("hi"), &[Encoding::Base64, Encoding::Gzip]),
            json!("H4sIAAAAAAAA/wECAP3/aGmsKpPYAgAAAA==")
        );
    }
}
