//! A document as a plain tree, as another decoder of templates would give it.

use super::{Document, NodeRef, Shape};

/// Deepest nesting printed; aliases could nest further than the text does.
const DEPTH: usize = 600;
/// Most nodes printed.
const NODES: usize = 4_000_000;

/// A plain tree: short tags stand as their long forms, aliases and merge keys are followed.
#[derive(Clone, PartialEq, Debug)]
pub enum Tree {
    /// Null.
    Null,
    /// Any scalar, as text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// A map in order of writing.
    Map(Vec<(String, Tree)>),
}

/// The first document of a file as a plain tree.
pub fn plain(document: &Document) -> Tree {
    let mut left = NODES;
    document
        .root()
        .map_or(Tree::Null, |root| tree(document, root, 0, &mut left))
}

/// The same as JSON text; scalars are strings.
pub fn to_json_text(document: &Document) -> String {
    let mut text = String::new();
    print(&plain(document), &mut text);
    text
}

fn tree(document: &Document, node: NodeRef, depth: usize, left: &mut usize) -> Tree {
    let node = document.resolve(node);
    if depth > DEPTH || *left == 0 {
        return Tree::Null;
    }
    *left -= 1;
    let inner = match document.shape(node) {
        Shape::Scalar(scalar) if scalar.is_null() && document.tag(node).is_none() => Tree::Null,
        Shape::Scalar(scalar) => Tree::Text(scalar.text.to_string()),
        Shape::List(items) => Tree::List(
            items
                .iter()
                .map(|item| tree(document, *item, depth + 1, left))
                .collect(),
        ),
        Shape::Map(_) => Tree::Map(map(document, node, depth, left)),
        Shape::Alias(_) | Shape::Broken => Tree::Null,
    };
    match document.tag(node) {
        None => inner,
        Some(tag) => {
            let name = long_form(tag);
            let inner = match inner {
                Tree::Text(text) if name == "Fn::GetAtt" => {
                    let (id, attribute) = text.split_once('.').unwrap_or((&text, ""));
                    let parts = [id, attribute].into_iter().filter(|part| !part.is_empty());
                    Tree::List(parts.map(|part| Tree::Text(part.to_owned())).collect())
                }
                inner => inner,
            };
            Tree::Map(vec![(name, inner)])
        }
    }
}

/// Entries with merge keys followed: own keys first, then earlier merges before later ones.
fn map(document: &Document, node: NodeRef, depth: usize, left: &mut usize) -> Vec<(String, Tree)> {
    let mut entries: Vec<(String, Tree)> = Vec::new();
    for (key, value) in document.merged(node) {
        entries.push((key.key.to_string(), tree(document, value, depth + 1, left)));
    }
    entries
}

/// `!Ref` is `Ref`, `!Condition` is `Condition`, any other `!X` is `Fn::X`.
pub(crate) fn long_form(tag: &str) -> String {
    match tag.trim_start_matches('!') {
        word @ ("Ref" | "Condition") => word.to_owned(),
        word => format!("Fn::{word}"),
    }
}

fn print(tree: &Tree, text: &mut String) {
    match tree {
        Tree::Null => text.push_str("null"),
        Tree::Text(word) => text.push_str(&quoted(word)),
        Tree::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                print(item, text);
            }
            text.push(']');
        }
        Tree::Map(entries) => {
            text.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&quoted(key));
                text.push(':');
                print(value, text);
            }
            text.push('}');
        }
    }
}

/// A string of JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
