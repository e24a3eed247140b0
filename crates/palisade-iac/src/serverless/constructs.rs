//! Constructs of `serverless-lift`, as data: what their variables stand for, and what functions may do with them.

use std::sync::OnceLock;

use toml_edit::{Document as Toml, Item};

use crate::sam::templates::words;

/// The plugin.
pub(super) const PLUGIN: &str = "serverless-lift";

/// A kind of construct.
#[derive(Debug)]
pub(super) struct Row {
    type_name: String,
    /// Name, part and attribute.
    variables: Vec<(String, String, String)>,
    /// What all functions of the service may do.
    pub(super) actions: Vec<String>,
    /// On what: part, attribute and what lies below.
    pub(super) on: Vec<(String, String, String)>,
}

impl Row {
    /// The part of a construct and the attribute that a variable stands for.
    pub(super) fn variable(&self, name: &str) -> Option<(&str, &str)> {
        let found = self.variables.iter().find(|(known, ..)| known == name)?;
        Some((&found.1, &found.2))
    }
}

/// The kind of a construct by its type.
pub(super) fn of(type_name: &str) -> Option<&'static Row> {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| read(include_str!("constructs.toml")));
    rows.iter().find(|row| row.type_name == type_name)
}

fn read(text: &str) -> Vec<Row> {
    let Ok(document) = Toml::parse(text) else {
        return Vec::new();
    };
    let split = |path: &str| -> (String, String, String) {
        let (part, rest) = path.split_once('.').unwrap_or((path, "Ref"));
        let at = rest.find('/').unwrap_or(rest.len());
        let (attribute, below) = rest.split_at(at);
        (part.to_owned(), attribute.to_owned(), below.to_owned())
    };
    let rows = document.get("construct").and_then(Item::as_array_of_tables);
    let rows = rows.into_iter().flatten().map(|table| {
        let variables = table.get("variables").and_then(Item::as_inline_table);
        let variables = variables.into_iter().flat_map(|table| table.iter());
        let variables = variables.filter_map(|(name, value)| {
            let (part, attribute, _) = split(value.as_str()?);
            Some((name.to_owned(), part, attribute))
        });
        Row {
            type_name: table
                .get("type")
                .and_then(Item::as_str)
                .unwrap_or_default()
                .to_owned(),
            variables: variables.collect(),
            actions: words(table.get("actions")),
            on: words(table.get("on"))
                .iter()
                .map(|path| split(path))
                .collect(),
        }
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use palisade_model::address::{construct, construct_variable};

    use super::of;

    #[test]
    fn facts_are_read() {
        let queue = of("queue").unwrap();
        assert_eq!(queue.variable("dlqArn"), Some(("dlq", "Arn")));
        assert_eq!(queue.variable("other"), None);
        let table = of("database/dynamodb-single-table").unwrap();
        assert_eq!(
            table.on[1],
            ("table".to_owned(), "Arn".to_owned(), "/index/*".to_owned())
        );
        assert_eq!(table.actions.len(), 8);
        assert!(of("webhook").is_none());
        for row in ["queue", "storage", "database/dynamodb-single-table"].map(of) {
            for (name, part, attribute) in &row.unwrap().variables {
                let address = construct("x", part);
                let spelled = construct_variable(&address, attribute).unwrap();
                assert_eq!(spelled, format!("${{construct:x.{name}}}"));
            }
        }
    }
}
