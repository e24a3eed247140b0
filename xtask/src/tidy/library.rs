//! Rows of library models say where they are from and carry an example that a test runs.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use toml_edit::{DocumentMut, TableLike};

/// Folders of library models.
const FOLDERS: [&str; 2] = [
    "crates/palisade-lang/src/python/library",
    "crates/palisade-lang/src/javascript/library",
];
/// Tables whose rows are checked, with what each row has.
const TABLES: [(&str, &[&str]); 2] = [
    ("call", &["note", "example", "expect"]),
    ("check", &["note", "example"]),
];

/// Checks every row.
pub(super) fn check(root: &Path, wrong: &mut Vec<String>) -> anyhow::Result<()> {
    for folder in FOLDERS {
        let read =
            fs::read_dir(root.join(folder)).with_context(|| format!("cannot read {folder}"))?;
        let mut paths: Vec<_> = read
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .collect();
        paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
        paths.sort();
        for path in paths {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            of_file(&format!("{folder}/{name}"), &text, wrong);
        }
    }
    Ok(())
}

fn of_file(shown: &str, text: &str, wrong: &mut Vec<String>) {
    let document = match text.parse::<DocumentMut>() {
        Ok(document) => document,
        Err(error) => {
            wrong.push(format!("{shown} is no TOML: {}", error.message()));
            return;
        }
    };
    for (table, fields) in TABLES {
        let rows = document
            .get(table)
            .and_then(|item| item.as_array_of_tables());
        for (at, row) in rows.into_iter().flatten().enumerate() {
            let row: &dyn TableLike = row;
            let missing: Vec<&str> = fields
                .iter()
                .copied()
                .filter(|field| row.get(field).is_none())
                .collect();
            if !missing.is_empty() {
                let api = row
                    .get("api")
                    .map_or_else(String::new, |api| api.to_string().trim().to_owned());
                wrong.push(format!(
                    "{shown}: {table} {} {api} has no {}",
                    at + 1,
                    missing.join(", ")
                ));
            }
        }
    }
}
