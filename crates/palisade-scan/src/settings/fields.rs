//! Fields of a settings file: checked one by one, with line, column and what was probably meant.

use palisade_model::source::{FileId, Sources, Span};
use toml_edit::{Item, TableLike, Value};

use crate::error::ScanError;
use crate::nearest::nearest;
use crate::words::Rules;

/// What reading a field needs.
pub(super) struct Fields<'a> {
    pub(super) sources: &'a Sources,
    pub(super) file: FileId,
    pub(super) rules: &'a Rules,
}

/// The tables of an item, however they are written.
pub(super) fn tables(item: Option<&Item>) -> Vec<&dyn TableLike> {
    match item {
        Some(Item::ArrayOfTables(all)) => all.iter().map(|table| table as &dyn TableLike).collect(),
        Some(Item::Value(Value::Array(all))) => all
            .iter()
            .filter_map(Value::as_inline_table)
            .map(|table| table as &dyn TableLike)
            .collect(),
        Some(item) => item.as_table_like().into_iter().collect(),
        None => Vec::new(),
    }
}

impl Fields<'_> {
    /// An error at an offset.
    pub(super) fn error(&self, at: usize, message: String, help: Option<String>) -> ScanError {
        let region = self.sources.region(Span::new(self.file, at, at));
        let path = self.sources.path(self.file);
        ScanError::new(
            format!("{path}:{}:{}: {message}", region.line, region.column),
            help,
        )
    }

    /// An error about a word that is not known.
    pub(super) fn unknown<'w>(
        &self,
        at: usize,
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> ScanError {
        let near = nearest(word, known, 3);
        let help = (!near.is_empty()).then(|| {
            let near: Vec<String> = near.into_iter().map(|n| format!("`{n}`")).collect();
            format!("did you write {}?", near.join(" or "))
        });
        self.error(at, format!("unknown {what} `{word}`"), help)
    }

    /// Where a key stands.
    pub(super) fn key_at(&self, table: &dyn TableLike, key: &str) -> usize {
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        span.map_or(0, |span| span.start)
    }

    /// Where a value stands.
    pub(super) fn value_at(&self, table: &dyn TableLike, key: &str) -> usize {
        let span = table.get(key).and_then(Item::span);
        span.map_or_else(|| self.key_at(table, key), |span| span.start)
    }

    /// Refuses keys that mean nothing.
    pub(super) fn known(&self, table: &dyn TableLike, keys: &[&str]) -> Result<(), ScanError> {
        for (key, _) in table.iter() {
            if !keys.contains(&key) {
                return Err(self.unknown(
                    self.key_at(table, key),
                    "key",
                    key,
                    keys.iter().copied(),
                ));
            }
        }
        Ok(())
    }

    fn wrong(&self, table: &dyn TableLike, key: &str, wanted: &str) -> ScanError {
        self.error(
            self.value_at(table, key),
            format!("`{key}` is no {wanted}"),
            None,
        )
    }

    /// A table.
    pub(super) fn table<'t>(
        &self,
        table: &'t dyn TableLike,
        key: &str,
    ) -> Result<Option<&'t dyn TableLike>, ScanError> {
        match table.get(key) {
            Some(item) => item
                .as_table_like()
                .map(Some)
                .ok_or_else(|| self.wrong(table, key, "table")),
            None => Ok(None),
        }
    }

    /// A list of tables.
    pub(super) fn rows<'t>(
        &self,
        table: &'t dyn TableLike,
        key: &str,
    ) -> Result<Vec<&'t dyn TableLike>, ScanError> {
        let item = table.get(key);
        let found = tables(item);
        let wrong = match item {
            Some(Item::Value(Value::Array(all))) => all.len() != found.len(),
            Some(_) => found.is_empty(),
            None => false,
        };
        if wrong {
            return Err(self.wrong(table, key, "list of tables"));
        }
        Ok(found)
    }

    /// A text.
    pub(super) fn text(
        &self,
        table: &dyn TableLike,
        key: &str,
    ) -> Result<Option<String>, ScanError> {
        match table.get(key) {
            Some(item) => match item.as_str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(self.wrong(table, key, "text")),
            },
            None => Ok(None),
        }
    }

    /// A day, as a text or as TOML writes dates.
    pub(super) fn day(
        &self,
        table: &dyn TableLike,
        key: &str,
    ) -> Result<Option<String>, ScanError> {
        match table.get(key).and_then(Item::as_datetime) {
            Some(day) => Ok(Some(day.to_string())),
            None => self.text(table, key),
        }
    }

    /// One of a few words.
    pub(super) fn word(
        &self,
        table: &dyn TableLike,
        key: &str,
        known: &[&str],
    ) -> Result<Option<String>, ScanError> {
        let text = self.text(table, key)?;
        match &text {
            Some(word) if !known.contains(&word.as_str()) => {
                let mut error =
                    self.unknown(self.value_at(table, key), key, word, known.iter().copied());
                if error.help().is_none() {
                    let help = format!("it is one of {}", known.join(", "));
                    error = ScanError::new(error.to_string(), Some(help));
                }
                Err(error)
            }
            _ => Ok(text),
        }
    }

    /// A list of texts, or one.
    pub(super) fn texts(&self, table: &dyn TableLike, key: &str) -> Result<Vec<String>, ScanError> {
        let wrong = || self.wrong(table, key, "list of texts");
        match table.get(key) {
            None => Ok(Vec::new()),
            Some(Item::Value(Value::Array(all))) => all
                .iter()
                .map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect(),
            Some(item) => item
                .as_str()
                .map(|text| vec![text.to_owned()])
                .ok_or_else(wrong),
        }
    }

    /// The rules that words name.
    pub(super) fn rules(
        &self,
        table: &dyn TableLike,
        key: &str,
    ) -> Result<Vec<&'static str>, ScanError> {
        let mut found = Vec::new();
        for word in self.texts(table, key)? {
            let ids = self.rules.named(&word);
            if ids.is_empty() {
                return Err(self.unknown(
                    self.value_at(table, key),
                    "rule",
                    &word,
                    self.rules.words(),
                ));
            }
            found.extend(ids);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
