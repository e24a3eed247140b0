//! Runs programs in their interpreters, and keeps what was observed.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::compare::{Pair, pair};
use crate::{Program, generator};

/// Programs of one interpreter process.
const BATCH: usize = 100;

/// A form of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    Python,
    JavaScript,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

/// Writes the committed pairs.
pub(crate) fn write(programs: &[Program], pairs: &[BTreeSet<Pair>]) {
    let mut text = String::new();
    for (program, pairs) in programs.iter().zip(pairs) {
        text.push_str(&format!("{} {:x}", program.seed, program.fingerprint()));
        for (leaf, sink) in pairs {
            text.push_str(&format!(" {leaf}>{sink}"));
        }
        text.push('\n');
    }
    std::fs::write(folder().join("observed.txt"), text).unwrap();
}

/// Leaves that may matter where they equal a constant: none unless the program compares.
fn constants(program: &Program) -> Vec<usize> {
    let used = |leaf: &str| match leaf {
        "l[].n" => program.text.contains("event.l"),
        _ => {
            program.text.contains(&format!("event.{leaf}"))
                || program.text.contains("event.a ")
                || program.text.contains("event.b ")
        }
    };
    // The list has two elements, which are leaves of one name.
    let all = generator::LEAVES
        .iter()
        .copied()
        .chain(["l[].n"])
        .enumerate();
    all.filter(|(_, leaf)| program.syntax.compares() && used(leaf))
        .map(|(at, _)| at)
        .collect()
}

/// Runs programs; `None` where the interpreter is missing.
pub(crate) fn observe(programs: &[Program], language: Language) -> Option<Vec<BTreeSet<Pair>>> {
    let (interpreter, script) = match language {
        Language::Python => ("python3", "oracle.py"),
        Language::JavaScript => ("node", "oracle.js"),
    };
    Command::new(interpreter)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let mut all = Vec::new();
    for batch in programs.chunks(BATCH) {
        let mut child = Command::new(interpreter)
            .arg(folder().join(script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input: String = batch
            .iter()
            .map(|p| {
                let files = if language == Language::Python {
                    &p.python
                } else {
                    &p.javascript
                };
                let files: serde_json::Map<String, Value> = files
                    .iter()
                    .map(|(path, text)| (path.clone(), json!(text)))
                    .collect();
                format!(
                    "{}\n",
                    json!({ "seed": p.seed, "files": files, "constants": constants(p) })
                )
            })
            .collect();
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            lines.lines().count(),
            batch.len(),
            "{language:?} answered for every program"
        );
        for (line, program) in lines.lines().zip(batch) {
            let answer: Value = serde_json::from_str(line).unwrap();
            let files = if language == Language::Python {
                &program.python
            } else {
                &program.javascript
            };
            assert!(
                answer["error"].is_null(),
                "seed {} in {language:?}: {}\n{}",
                program.seed,
                answer["error"],
                files[0].1
            );
            all.push(
                answer["pairs"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|p| pair(p.as_str().unwrap()))
                    .collect(),
            );
        }
    }
    Some(all)
}
