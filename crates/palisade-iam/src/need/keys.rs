//! Keys of customers: what is encrypted with one needs that key, too.

use std::sync::LazyLock;

use palisade_model::app::{App, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::text::{Part, Symbol, Text};
use toml_edit::{DocumentMut, Item};

use super::bind::Bound;

struct Row {
    /// Beginnings of action names.
    actions: Vec<String>,
    /// What they need of the key.
    needs: Vec<String>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| read(include_str!("../../data/keys.toml")));

fn read(text: &str) -> Vec<Row> {
    let document: DocumentMut = text.parse().unwrap_or_default();
    let words = |item: Option<&Item>| -> Vec<String> {
        let all = item.and_then(Item::as_array).into_iter().flatten();
        all.filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let rows = document.get("use").and_then(Item::as_array_of_tables);
    let rows = rows.into_iter().flat_map(|rows| rows.iter());
    rows.map(|row| Row {
        actions: words(row.get("actions")),
        needs: words(row.get("needs")),
    })
    .collect()
}

/// What the keys of the nodes that an action is bound to need.
pub(super) fn needs(app: &App, action: &str, bound: &Bound) -> Vec<(String, Bound)> {
    let Some(row) = ROWS
        .iter()
        .find(|row| row.actions.iter().any(|start| action.starts_with(start)))
    else {
        return Vec::new();
    };
    let service = action.split(':').next().unwrap_or_default();
    let mut all = Vec::new();
    for node in &bound.nodes {
        let Some(key) = own_key(app, *node) else {
            continue;
        };
        let via = Text::join([
            Part::Literal(format!("{service}.")),
            Part::Hole(Symbol::Pseudo("AWS::Region".to_owned())),
            Part::Literal(".amazonaws.com".to_owned()),
        ]);
        for need in &row.needs {
            let bound = Bound {
                resources: vec![key.clone()],
                conditions: vec![(
                    "StringEquals".to_owned(),
                    "kms:ViaService".to_owned(),
                    vec![via.clone()],
                )],
                ..Bound::default()
            };
            all.push((need.clone(), bound));
        }
    }
    all
}

/// The ARN of the customer's key that a node is encrypted with.
fn own_key(app: &App, node: NodeId) -> Option<Text> {
    let settings = match node {
        NodeId::Resource(id) => &app.resources.get(id)?.settings,
        NodeId::Function(id) => &app.functions.get(id)?.settings,
        _ => return None,
    };
    let values = settings.text(Attribute::OwnKey)?.values();
    let (_, key) = values.first()?;
    if let Some(Symbol::Attr(stack, address, attribute)) = key.symbol() {
        let arn = if attribute == "Arn" || attribute == "Ref" || attribute == "KeyId" {
            "Arn"
        } else {
            attribute
        };
        return Some(Text::hole(Symbol::Attr(
            *stack,
            address.clone(),
            arn.to_owned(),
        )));
    }
    match key.parts().first() {
        Some(Part::Literal(start)) if start.starts_with("arn:") => Some((*key).clone()),
        // Keys of the platform need no grant; other aliases and ids are of this account.
        Some(Part::Literal(start)) if start.starts_with("alias/aws/") => None,
        Some(Part::Literal(start)) if start.starts_with("alias/") => Some(arn("key/*", &[])),
        _ => Some(arn("key/", key.parts())),
    }
}

fn arn(kind: &str, name: &[Part]) -> Text {
    let pseudo = |name: &str| Part::Hole(Symbol::Pseudo(name.to_owned()));
    let head = [
        Part::Literal("arn:".to_owned()),
        pseudo("AWS::Partition"),
        Part::Literal(":kms:".to_owned()),
        pseudo("AWS::Region"),
        Part::Literal(":".to_owned()),
        pseudo("AWS::AccountId"),
        Part::Literal(format!(":{kind}")),
    ];
    Text::join(head.into_iter().chain(name.iter().cloned()))
}
