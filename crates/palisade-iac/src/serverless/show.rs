//! A resolved service as JSON text, as the framework's own command `print` shows it: for comparison.

use std::rc::Rc;

use super::tree::{Part, Shape, Tree};
use crate::document::quoted;

/// Most bytes shown.
const BYTES: usize = 4 << 20;

/// A tree as JSON text; every scalar is a string, what stays open is shown as `${name}`.
pub(super) fn json(tree: &Rc<Tree>, stage: &str) -> String {
    let mut text = String::new();
    write(tree, stage, &mut text);
    text
}

fn write(tree: &Rc<Tree>, stage: &str, text: &mut String) {
    if text.len() > BYTES || tree.is_null() {
        text.push_str("null");
        return;
    }
    match &tree.target().shape {
        Shape::Scalar(parts, _) => {
            let words: String = parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) | Part::Default(_, text, _) => text.clone(),
                    Part::Stage => stage.to_owned(),
                    Part::Open(name) => format!("${{{name}}}"),
                    Part::Pseudo(name) => format!("${{{name}}}"),
                })
                .collect();
            text.push_str(&quoted(&words));
        }
        Shape::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write(item, stage, text);
            }
            text.push(']');
        }
        Shape::Map(entries) => {
            text.push('{');
            for (at, entry) in entries.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&quoted(&entry.key));
                text.push(':');
                write(&entry.value, stage, text);
            }
            text.push('}');
        }
        Shape::Null | Shape::Alias(_) | Shape::PerStage(_) | Shape::Broken => {
            text.push_str("null");
        }
    }
}
