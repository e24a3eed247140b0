//! What the framework lets a function's role do for the things the function is tied to, as data.

use std::sync::OnceLock;

use toml_edit::{Document as Toml, Item};

use crate::sam::templates::words;

/// One statement.
#[derive(Debug)]
pub(super) struct Row {
    /// What it is for.
    pub(super) name: String,
    /// What is allowed.
    pub(super) actions: Vec<String>,
    /// Whether it is allowed on everything; else on the thing itself.
    pub(super) everything: bool,
}

/// The statements for one kind of thing.
pub(super) fn of(name: &str) -> impl Iterator<Item = &'static Row> {
    rows().iter().filter(move |row| row.name == name)
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut found = Vec::new();
        let Ok(document) = Toml::parse(include_str!("grants.toml")) else {
            return found;
        };
        let rows = document.get("grant").and_then(Item::as_array_of_tables);
        for table in rows.into_iter().flatten() {
            found.push(Row {
                name: table
                    .get("for")
                    .and_then(Item::as_str)
                    .unwrap_or_default()
                    .to_owned(),
                actions: words(table.get("actions")),
                everything: table.get("on").and_then(Item::as_str) == Some("*"),
            });
        }
        found
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_is_read() {
        let written = include_str!("grants.toml").matches("[[grant]]").count();
        assert_eq!(super::rows().len(), written);
        assert!(
            super::rows()
                .iter()
                .all(|row| !row.actions.is_empty() && !row.name.is_empty())
        );
    }
}
