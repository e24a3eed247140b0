//! The runtimes of the platform and the days on which they end, from `data/runtimes.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use toml_edit::{Document, Item, Table};

/// A runtime. Days are `YYYY-MM-DD`, so they compare as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Runtime {
    /// The day from which it gets no more patches.
    pub(crate) ends: String,
    /// The day from which functions with it are no longer updated, where one is set.
    pub(crate) no_update: Option<String>,
    /// What to use instead.
    pub(crate) instead: Option<String>,
}

/// A runtime by its word, such as `python3.12`.
pub(crate) fn runtime(word: &str) -> Option<&'static Runtime> {
    static ALL: OnceLock<BTreeMap<String, Runtime>> = OnceLock::new();
    ALL.get_or_init(|| read(include_str!("../../data/runtimes.toml")))
        .get(word)
}

fn read(text: &str) -> BTreeMap<String, Runtime> {
    let document = Document::parse(text).ok();
    let table = document
        .as_ref()
        .and_then(|d| d.as_table().get("runtime"))
        .and_then(Item::as_table);
    let row = |item: &Item| {
        let word = |key: &str| item.get(key).and_then(Item::as_str).map(str::to_owned);
        Some(Runtime {
            ends: word("ends")?,
            no_update: word("no_update"),
            instead: word("instead"),
        })
    };
    let rows = table.into_iter().flat_map(Table::iter);
    rows.filter_map(|(name, item)| Some((name.to_owned(), row(item)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{read, runtime};

    #[test]
    fn every_row_has_days_in_order_and_a_successor_that_lives_as_long() {
        let rows = read(include_str!("../../data/runtimes.toml"));
        assert!(rows.len() > 40);
        for (name, row) in &rows {
            assert_eq!(row.ends.len(), 10, "{name}");
            if let Some(next) = &row.instead {
                assert!(rows[next].ends >= row.ends, "{name}");
            }
        }
    }

    #[test]
    fn days_that_moved_are_the_last_announced() {
        assert_eq!(runtime("python3.9").unwrap().ends, "2025-12-15");
        assert_eq!(runtime("nodejs18.x").unwrap().ends, "2025-09-01");
        assert!(runtime("python3.99").is_none());
    }
}
