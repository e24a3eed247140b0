//! JSON that stands in a text where the reader has no files at hand: all of it gets the text's place.

use palisade_model::setting::Origin;
use palisade_model::text::Text;

use crate::names::Flat;
use crate::value::{KeyAt, Style, Value, ValueKind};

/// The value of a JSON text, holes kept; `None` where it is no JSON.
pub fn value(text: &Text, origin: &Origin) -> Option<Value> {
    let flat = Flat::of(text);
    let json = serde_json::from_str::<serde_json::Value>(&flat.line).ok()?;
    Some(of(&json, &flat, origin))
}

fn of(json: &serde_json::Value, flat: &Flat, origin: &Origin) -> Value {
    let scalar = |text: Text, style: Style| ValueKind::Scalar(text, style);
    let kind = match json {
        serde_json::Value::Null => ValueKind::Null,
        serde_json::Value::Bool(flag) => scalar(Text::of(flag.to_string()), Style::Plain),
        serde_json::Value::Number(number) => scalar(Text::of(number.to_string()), Style::Plain),
        serde_json::Value::String(text) => scalar(flat.text(text), Style::Quoted),
        serde_json::Value::Array(items) => {
            ValueKind::List(items.iter().map(|item| of(item, flat, origin)).collect())
        }
        serde_json::Value::Object(map) => {
            let entry = |(key, inner): (&String, &serde_json::Value)| {
                let key = KeyAt {
                    text: flat.text(key).words(),
                    span: origin.span,
                };
                (key, of(inner, flat, origin))
            };
            ValueKind::Map(map.iter().map(entry).collect())
        }
    };
    Value::new(kind, origin.clone())
}
