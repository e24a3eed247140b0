//! Repairs: every file of `repair/` holds projects, changes of them in a small notation, and the diff they make.
//!
//! A heading begins a case. Blocks are files, `change`, `diff` and `refused`. `PALISADE_UPDATE=1` writes what came out
//! back into the files; read the difference. Every case is also run a second time on the repaired files, which must
//! propose nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod repairs;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use repairs::{Project, after};

/// A piece of a file of cases.
enum Block {
    Prose(String),
    Fenced(String, String),
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut prose = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("````").filter(|name| !name.is_empty()) else {
            writeln!(prose, "{line}").unwrap();
            continue;
        };
        found.push(Block::Prose(std::mem::take(&mut prose)));
        let mut body = String::new();
        for line in lines.by_ref().take_while(|line| *line != "````") {
            writeln!(body, "{line}").unwrap();
        }
        found.push(Block::Fenced(name.to_owned(), body));
    }
    found.push(Block::Prose(prose));
    found
}

/// Files may ask for what an editor hides: `path crlf`, `path bom`, `path tabs`, `path open` (no last line break).
fn file(name: &str, body: &str) -> (String, String) {
    let mut words = name.split(' ');
    let path = words.next().unwrap().to_owned();
    let mut text = body.to_owned();
    for word in words {
        text = match word {
            "crlf" => text.replace('\n', "\r\n"),
            "bom" => format!("\u{feff}{text}"),
            "open" => text.trim_end().to_owned(),
            "tabs" => text.replace("  ", "\t"),
            other => panic!("{other}"),
        };
    }
    (path, text)
}

fn run(files: &[(String, String)], changes: &str) -> (String, String) {
    let project = Project::read(files);
    let repair = project.repair(changes);
    let mut diff = String::new();
    for file in &repair.files {
        // Line breaks of Windows are shown as such.
        diff.push_str(&palisade_iac::repair::diff::unified(file).replace('\r', "␍"));
    }
    let mut said = String::new();
    for refusal in &repair.refused {
        writeln!(said, "{}: {}", refusal.change, refusal.reason).unwrap();
    }
    for note in &repair.notes {
        writeln!(said, "note: {note}").unwrap();
    }
    let again = Project::read(&after(files, &repair));
    let second = again.repair(changes);
    assert!(
        second.files.is_empty(),
        "a second run proposes:\n{}",
        second
            .files
            .iter()
            .map(palisade_iac::repair::diff::unified)
            .collect::<String>()
    );
    (diff, said)
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repair");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let update = std::env::var_os("PALISADE_UPDATE").is_some();
    let mut wrong = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let printed = rewritten(&text);
        if printed == text {
            continue;
        }
        if update {
            std::fs::write(&path, printed).unwrap();
        } else {
            writeln!(wrong, "{}\n{printed}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A file of cases with what came out of each.
fn rewritten(text: &str) -> String {
    let mut out = String::new();
    let mut files: Vec<(String, String)> = Vec::new();
    for block in blocks(text) {
        match block {
            Block::Prose(prose) => {
                if prose.contains("\n## ") || prose.starts_with("## ") {
                    files.clear();
                }
                out.push_str(&prose);
            }
            Block::Fenced(name, body) if name == "change" => {
                write!(out, "````change\n{body}````\n").unwrap();
                let (diff, said) = run(&files, &body);
                if !diff.is_empty() {
                    write!(out, "````diff\n{diff}````\n").unwrap();
                }
                if !said.is_empty() {
                    write!(out, "````said\n{said}````\n").unwrap();
                }
            }
            Block::Fenced(name, _) if name == "diff" || name == "said" => {}
            Block::Fenced(name, body) => {
                write!(out, "````{name}\n{body}````\n").unwrap();
                files.push(file(&name, &body));
            }
        }
    }
    out
}
