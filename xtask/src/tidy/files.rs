//! Heads, lengths and words of files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Longest source file, tests aside.
const LINES_MOST: usize = 700;

/// Files that may be longer because they are lists or one grammar in one place, with the reason.
const LONG: &[(&str, &str)] = &[];

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 5] = [".git", "target", "node_modules", ".venv", "corpus"];

/// Checks every file of the project.
pub(super) fn check(root: &Path, wrong: &mut Vec<String>) -> anyhow::Result<()> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    let machine = machine_paths();
    for path in &files {
        let shown = path
            .strip_prefix(root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/");
        let ending = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        if !matches!(
            ending,
            "rs" | "toml" | "md" | "txt" | "py" | "yaml" | "yml" | "json" | "ir" | "sh"
        ) && !shown.starts_with(".ci/")
        {
            continue;
        }
        // Fixtures may hold bytes that are no text.
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        for word in machine.iter().filter(|word| text.contains(word.as_str())) {
            wrong.push(format!(
                "{shown} names a path of somebody's machine: `{word}`"
            ));
        }
        if ending == "rs" {
            of_source(&shown, &text, wrong);
        }
        if shown.ends_with("/Cargo.toml") && shown != "fuzz/Cargo.toml" && !has_lints(&text) {
            wrong.push(format!("{shown} does not take the lints of the workspace"));
        }
    }
    for (path, _) in LONG {
        if !root.join(path).is_file() {
            wrong.push(format!(
                "the table of long files names {path}, which does not exist"
            ));
        }
    }
    Ok(())
}

fn of_source(shown: &str, text: &str, wrong: &mut Vec<String>) {
    if !text.starts_with("//! ") {
        wrong.push(format!("{shown} does not begin with `//!` and a sentence"));
    }
    let is_test =
        shown.contains("/tests/") || shown.ends_with("/tests.rs") || shown.ends_with("_tests.rs");
    let lines = text.lines().count();
    let listed = LONG.iter().any(|(path, _)| *path == shown);
    if !is_test && lines > LINES_MOST && !listed {
        wrong.push(format!("{shown} has {lines} lines, more than {LINES_MOST}"));
    }
    if listed && lines <= LINES_MOST {
        wrong.push(format!(
            "{shown} is no longer long: take it out of the table"
        ));
    }
}

fn has_lints(manifest: &str) -> bool {
    let mut lines = manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[lints]");
    lines.next().is_some() && lines.next() == Some("workspace = true")
}

/// Beginnings of paths that exist on one machine only; put together here, so that this file passes.
fn machine_paths() -> Vec<String> {
    [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["/home/", "runner"],
        ["/Us", "ers/"],
    ]
    .iter()
    .map(|parts| parts.concat())
    .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let read = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in read {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        if kind.is_dir() && !SKIPPED.iter().any(|skipped| name == *skipped) {
            collect(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}
