//! Policy templates as data: name and parameters to statements.

use std::sync::OnceLock;

use palisade_model::guard::Guard;
use palisade_model::policy::Statement;
use palisade_model::setting::Origin;
use palisade_model::text::{Part, Symbol, Text};
use rustc_hash::FxHashMap;
use toml_edit::{Document as Toml, Item};

use crate::draft::Draft;
use crate::look;
use crate::policy::{Made, source_test};
use crate::value::Value;

/// One statement of a template.
#[derive(Debug)]
struct Row {
    actions: Vec<String>,
    resources: Vec<String>,
    condition: Option<[String; 3]>,
}

fn rows() -> &'static FxHashMap<String, Vec<Row>> {
    static ROWS: OnceLock<FxHashMap<String, Vec<Row>>> = OnceLock::new();
    ROWS.get_or_init(|| parse(include_str!("policy_templates.toml")))
}

fn parse(text: &str) -> FxHashMap<String, Vec<Row>> {
    let mut found = FxHashMap::default();
    let Ok(document) = Toml::parse(text) else {
        return found;
    };
    for (name, item) in document.as_table() {
        let statements = item.get("statements").and_then(Item::as_array_of_tables);
        let rows = statements
            .map(|tables| {
                tables
                    .iter()
                    .map(|table| Row {
                        actions: words(table.get("actions")),
                        resources: words(table.get("resources")),
                        condition: <[String; 3]>::try_from(words(table.get("condition"))).ok(),
                    })
                    .collect()
            })
            .unwrap_or_default();
        found.insert(name.to_owned(), rows);
    }
    found
}

/// The strings of a TOML array.
pub fn words(item: Option<&Item>) -> Vec<String> {
    item.and_then(Item::as_array)
        .map(|list| {
            list.iter()
                .filter_map(|v| v.as_str())
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

/// Whether a policy template has this name.
pub fn has(name: &str) -> bool {
    rows().contains_key(name)
}

/// How many policy templates are known.
pub fn count() -> usize {
    rows().len()
}

/// The statements of a template with its parameters.
pub fn expand(
    name: &str,
    parameters: &Value,
    exists: &Guard,
    cause: &Origin,
    draft: &Draft,
) -> Vec<Statement> {
    let Some(rows) = rows().get(name) else {
        return Vec::new();
    };
    let value = |parameter: &str| look::first_text(parameters, parameter);
    rows.iter()
        .map(|row| {
            let actions: Vec<&str> = row.actions.iter().map(String::as_str).collect();
            Made {
                maker: "sam.policy-template",
                actions: &actions,
                resources: row
                    .resources
                    .iter()
                    .map(|r| fill(r, &value, draft))
                    .collect(),
                principals: Vec::new(),
                conditions: row
                    .condition
                    .iter()
                    .map(|[operator, key, text]| {
                        source_test(operator, key, fill(text, &value, draft))
                    })
                    .collect(),
            }
            .statement(exists.clone(), cause)
        })
        .collect()
}

/// Puts values in place of `${Name}`; pseudo parameters stay holes. An ARN that ends in the name of a resource of the
/// tree is that resource's ARN.
pub fn fill(pattern: &str, value: &dyn Fn(&str) -> Option<Text>, draft: &Draft) -> Text {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        parts.push(Part::Literal(before.to_owned()));
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        rest = tail;
        if name.starts_with("AWS::") {
            parts.push(Part::Hole(Symbol::Pseudo(name.to_owned())));
            continue;
        }
        let Some(text) = value(name) else {
            parts.push(Part::Hole(Symbol::Opaque(name.to_owned())));
            continue;
        };
        if pattern.starts_with("arn:")
            && let Some(Symbol::Attr(stack, address, attribute)) = text.symbol()
            && is_name(draft, *stack, address, attribute)
        {
            parts = vec![Part::Hole(Symbol::Attr(
                *stack,
                address.clone(),
                "Arn".to_owned(),
            ))];
            continue;
        }
        parts.extend(text.parts().iter().cloned());
    }
    parts.push(Part::Literal(rest.to_owned()));
    Text::join(parts)
}

/// Whether an attribute of a node is the last part of its ARN.
fn is_name(
    draft: &Draft,
    stack: palisade_model::text::StackId,
    address: &str,
    attribute: &str,
) -> bool {
    use palisade_model::app::{Kind, NodeId};
    match draft.node(stack, address) {
        Some(NodeId::Function(_)) => attribute == "Ref",
        Some(node @ NodeId::Resource(_)) => match draft.kind(node) {
            Some(Kind::Table | Kind::Bucket | Kind::Stream) => {
                attribute == "Ref" || attribute == "TableName"
            }
            Some(Kind::Bus) => matches!(attribute, "Ref" | "Name"),
            Some(Kind::Queue) => attribute == "QueueName",
            Some(Kind::Topic) => attribute == "TopicName",
            Some(Kind::Workflow) => attribute == "Name",
            Some(Kind::EncryptionKey) => matches!(attribute, "Ref" | "KeyId"),
            _ => false,
        },
        _ => false,
    }
}
