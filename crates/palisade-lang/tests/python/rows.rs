//! Every library file is TOML, and every row says where it is from and what it does.

use std::collections::BTreeSet;

use palisade_lang::frontend::Frontend;
use palisade_lang::python::PYTHON;
use toml_edit::{DocumentMut, Item, Table};

use crate::printer::lower;

fn tables<'a>(document: &'a DocumentMut, kind: &str) -> Vec<&'a Table> {
    document
        .get(kind)
        .and_then(Item::as_array_of_tables)
        .map(|all| all.iter().collect())
        .unwrap_or_default()
}

#[test]
fn every_row_is_complete() {
    let mut wrong = Vec::new();
    for (name, text) in PYTHON.library() {
        let document: DocumentMut = text
            .parse()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for (at, row) in tables(&document, "call").into_iter().enumerate() {
            let first = row
                .get("api")
                .and_then(|api| api.as_str().or_else(|| api.as_array()?.get(0)?.as_str()));
            let api = first.unwrap_or_default();
            for key in ["api", "note", "example", "expect"] {
                if row.get(key).is_none() {
                    wrong.push(format!("{name}: call {at} {api} has no {key}"));
                }
            }
        }
        for kind in ["check", "entry", "source"] {
            for (at, row) in tables(&document, kind).into_iter().enumerate() {
                if row.get("note").is_none() {
                    wrong.push(format!("{name}: {kind} {at} has no note"));
                }
            }
        }
        for row in tables(&document, "type") {
            if row.get("name").is_none() || row.get("from").is_none() {
                wrong.push(format!("{name}: a type without name or from"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_is_python() {
    let mut wrong = Vec::new();
    for (name, text) in PYTHON.library() {
        let document: DocumentMut = text.parse().unwrap();
        for kind in ["call", "check"] {
            for row in tables(&document, kind) {
                for key in ["example", "safe_example"] {
                    let Some(example) = row.get(key).and_then(Item::as_str) else {
                        continue;
                    };
                    let module = lower(example);
                    for problem in &module.problems {
                        wrong.push(format!("{name}: `{example}`: {}", problem.message));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_listed_once_and_in_order() {
    let names: Vec<&str> = PYTHON.library().iter().map(|(name, _)| *name).collect();
    let sorted: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names, sorted.into_iter().collect::<Vec<_>>());
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python/library");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), names.len());
}
