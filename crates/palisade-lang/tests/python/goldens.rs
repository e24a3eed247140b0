//! Source in, IR printed. `PALISADE_UPDATE=1` writes what is printed now.

use std::fs;
use std::path::Path;

use crate::printer::{lower, print};

#[test]
fn sources_lower_to_what_is_printed_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/goldens");
    let mut sources: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "py"))
        .collect();
    sources.sort();
    assert!(!sources.is_empty());
    let mut wrong = Vec::new();
    for source in sources {
        let printed = print(&lower(&fs::read_to_string(&source).unwrap()));
        let golden = source.with_extension("ir");
        if std::env::var_os("PALISADE_UPDATE").is_some() {
            fs::write(&golden, &printed).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != printed {
            wrong.push(format!("{}:\n{printed}", source.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
