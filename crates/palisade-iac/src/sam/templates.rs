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

/// A template: the names of its parameters, and its statements.
#[derive(Debug)]
struct PolicyTemplate {
    parameters: Vec<String>,
    rows: Vec<Row>,
}

/// One statement of a template.
#[derive(Debug)]
struct Row {
    actions: Vec<String>,
    resources: Vec<String>,
    condition: Option<[String; 3]>,
}

fn rows() -> &'static FxHashMap<String, PolicyTemplate> {
    static ROWS: OnceLock<FxHashMap<String, PolicyTemplate>> = OnceLock::new();
    ROWS.get_or_init(|| parse(include_str!("policy_templates.toml")))
}

fn parse(text: &str) -> FxHashMap<String, PolicyTemplate> {
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
        let parameters = words(item.get("parameters"));
        found.insert(name.to_owned(), PolicyTemplate { parameters, rows });
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
    let value = |parameter: &str| look::first_text(parameters, parameter);
    filled(name, &value, exists, cause, draft).unwrap_or_default()
}

/// Actions and resources of one statement of a template, as the template has them.
pub(crate) type Pattern = (&'static [String], &'static [String]);

/// All templates in order: name, names of parameters, statements; those with conditions are left out.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static [String], Vec<Pattern>)> {
    static ORDER: OnceLock<Vec<&'static str>> = OnceLock::new();
    let order = ORDER.get_or_init(|| {
        let mut names: Vec<&'static str> = rows().keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    });
    order.iter().filter_map(|name| {
        let template = rows().get(*name)?;
        let plain = template.rows.iter().all(|row| row.condition.is_none());
        let pattern = |row: &'static Row| (row.actions.as_slice(), row.resources.as_slice());
        plain.then(|| {
            let patterns = template.rows.iter().map(pattern).collect();
            (*name, template.parameters.as_slice(), patterns)
        })
    })
}

/// The statements of a template for values of its parameters, in no place.
pub(crate) fn statements(
    name: &str,
    value: &dyn Fn(&str) -> Option<Text>,
    draft: &Draft,
) -> Option<Vec<Statement>> {
    let nowhere = palisade_model::source::Span::new(palisade_model::source::FileId(0), 0, 0);
    filled(
        name,
        value,
        &Guard::always(),
        &Origin::written(nowhere),
        draft,
    )
}

fn filled(
    name: &str,
    value: &dyn Fn(&str) -> Option<Text>,
    exists: &Guard,
    cause: &Origin,
    draft: &Draft,
) -> Option<Vec<Statement>> {
    let found = rows()
        .get(name)?
        .rows
        .iter()
        .map(|row| {
            let actions: Vec<&str> = row.actions.iter().map(String::as_str).collect();
            Made {
                maker: "sam.policy-template",
                actions: &actions,
                resources: row
                    .resources
                    .iter()
                    .map(|r| fill(r, value, draft))
                    .collect(),
                principals: Vec::new(),
                conditions: row
                    .condition
                    .iter()
                    .map(|[operator, key, text]| {
                        source_test(operator, key, fill(text, value, draft))
                    })
                    .collect(),
            }
            .statement(exists.clone(), cause)
        })
        .collect();
    Some(found)
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
