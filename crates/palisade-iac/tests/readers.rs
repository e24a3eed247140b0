//! Templates read and printed: every file of `goldens/` holds the files of a project and the App they make.
//!
//! `PALISADE_UPDATE=1` writes what is printed back into the files; read the difference.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use palisade_iac::{ReadSettings, plan, read};
use palisade_model::limits::Limits;
use palisade_model::print::print;
use palisade_model::source::Sources;

/// The blocks of a golden: file names with their text, and where the printed App stands.
struct Golden {
    files: Vec<(String, String)>,
    parameters: Vec<(String, String)>,
    before: String,
    printed: String,
}

fn golden(text: &str) -> Golden {
    let mut files = Vec::new();
    let mut parameters = Vec::new();
    let mut printed = String::new();
    let mut before = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("```").filter(|name| !name.is_empty()) else {
            if let Some(given) = line.strip_prefix("given: ") {
                let (name, value) = given.split_once('=').unwrap();
                parameters.push((name.to_owned(), value.to_owned()));
            }
            writeln!(before, "{line}").unwrap();
            continue;
        };
        let mut body = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            writeln!(body, "{line}").unwrap();
        }
        if name == "text" {
            printed = body;
        } else {
            writeln!(before, "```{name}\n{body}```").unwrap();
            files.push((name.to_owned(), body));
        }
    }
    Golden {
        files,
        parameters,
        before,
        printed,
    }
}

fn print_project(files: &[(String, String)], parameters: &[(String, String)]) -> String {
    let mut sources = Sources::default();
    let mut ids = Vec::new();
    let mut by_path = BTreeMap::new();
    for (path, text) in files {
        let id = sources.add(path.clone(), text.as_str());
        ids.push(id);
        by_path.insert(path.clone(), id);
    }
    let limits = Limits::default();
    let (plans, problems) = plan(&sources, &ids, &limits);
    let settings = ReadSettings {
        parameters: parameters.to_vec(),
    };
    let mut printed = String::new();
    for plan in &plans {
        let app = read(plan, &sources, &settings, &limits, &|path| {
            by_path.get(path).copied()
        });
        printed.push_str(&print(&app, &sources));
    }
    for problem in problems {
        writeln!(
            printed,
            "problem {} {}",
            problem.kind.word(),
            problem.message
        )
        .unwrap();
    }
    printed
}

#[test]
fn goldens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let update = std::env::var_os("PALISADE_UPDATE").is_some();
    let mut wrong = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let golden = golden(&text);
        let printed = print_project(&golden.files, &golden.parameters);
        if printed == golden.printed {
            continue;
        }
        if update {
            let before = golden.before.trim_end();
            std::fs::write(&path, format!("{before}\n\n```text\n{printed}```\n")).unwrap();
        } else {
            writeln!(
                wrong,
                "{}\n--- expected\n{}--- printed\n{printed}",
                path.display(),
                golden.printed
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_event_has_a_shape() {
    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut text,
    );
    let words = text.split('"').filter(|word| word.starts_with("aws."));
    for word in words.filter(|word| {
        word.chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
    }) {
        assert!(
            word == "aws.apigateway" || palisade_events::find(word).is_some(),
            "no shape for {word}"
        );
    }
}

#[test]
fn every_policy_template_is_known() {
    assert_eq!(palisade_iac::sam::templates::count(), 81);
}
