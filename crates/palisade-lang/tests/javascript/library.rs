//! Library rows of JavaScript are well formed, and each says where it comes from and shows itself.

use palisade_flow::library::Library;
use palisade_lang::frontend::Frontend;
use palisade_lang::javascript::JavaScript;
use palisade_model::limits::Limits;
use palisade_model::source::FileId;

#[test]
fn rows_are_read_and_complete() {
    let (library, wrong) = Library::read(JavaScript.library().iter().copied());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        library.calls.len() > 300,
        "only {} rows",
        library.calls.len()
    );
    for row in &library.calls {
        let name = format!("{} {:?}", row.file, row.apis);
        assert!(!row.note.is_empty(), "{name} has no note");
        assert!(row.note.contains("(20"), "{name} has no date");
        assert!(!row.example.is_empty(), "{name} has no example");
    }
}

#[test]
fn examples_are_javascript() {
    let (library, _) = Library::read(JavaScript.library().iter().copied());
    for row in &library.calls {
        for example in std::iter::once(&row.example).chain(&row.safe_example) {
            let source = format!(
                "exports.handler = async (event) => {{ const T = event.body; {example} }};\n"
            );
            let module = JavaScript.lower(FileId(0), "example.js", &source, &Limits::default());
            assert!(
                module.problems.is_empty(),
                "{}: {source}\n{:?}",
                row.file,
                module.problems
            );
        }
    }
}

#[test]
fn files_name_each_row_once() {
    let mut seen = std::collections::BTreeSet::new();
    for (name, text) in JavaScript.library() {
        assert!(name.ends_with(".toml") && !text.is_empty());
        assert!(seen.insert(*name), "{name} twice");
        for (line, field) in text
            .lines()
            .enumerate()
            .filter(|(_, l)| l.starts_with("[[call]]"))
        {
            assert_eq!(field, "[[call]]", "{name}:{line}");
        }
    }
    assert!(!seen.is_empty());
}
