//! Source in, IR out: each `.js`, `.ts`, `.tsx` beside this file has its `.ir`. `PALISADE_UPDATE=1` rewrites them.

use std::path::Path;

use palisade_lang::frontend::Frontend;
use palisade_lang::javascript::JavaScript;
use palisade_model::limits::Limits;
use palisade_model::source::FileId;

#[test]
fn goldens_are_met() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/javascript/goldens");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e != "ir"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        let module = JavaScript.lower(FileId(0), &name, &source, &Limits::default());
        let mut printed = super::print::module(&module);
        let shaped = JavaScript.handlers_by_shape(&module);
        if !shaped.is_empty() {
            printed.push_str(&format!("handlers {}\n", shaped.join(" ")));
        }
        let golden = folder.join(format!("{name}.ir"));
        if std::env::var_os("PALISADE_UPDATE").is_some() {
            std::fs::write(&golden, &printed).unwrap();
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != printed {
            wrong.push(format!("{name}:\n{printed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
