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

impl Language {
    /// The files of a program in this form.
    pub(crate) fn files(self, program: &Program) -> &[(String, String)] {
        match self {
            Self::Python => &program.python,
            Self::JavaScript => &program.javascript,
        }
    }
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
    let answers = answers(programs, language)?;
    let pairs = |(answer, program): (Result<BTreeSet<Pair>, String>, &Program)| {
        answer.unwrap_or_else(|error| {
            panic!(
                "seed {} in {language:?}: {error}\n{}",
                program.seed,
                language.files(program)[0].1
            )
        })
    };
    Some(answers.into_iter().zip(programs).map(pairs).collect())
}

/// The same, with the errors of programs that fail; `None` where the interpreter is missing.
pub(crate) fn answers(
    programs: &[Program],
    language: Language,
) -> Option<Vec<Result<BTreeSet<Pair>, String>>> {
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
                let files: serde_json::Map<String, Value> = language
                    .files(p)
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
        all.extend(lines.lines().map(answer));
    }
    Some(all)
}

/// A line of output: pairs, or why the program failed.
fn answer(line: &str) -> Result<BTreeSet<Pair>, String> {
    let answer: Value = serde_json::from_str(line).unwrap();
    match answer["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => {
            let pairs = answer["pairs"].as_array().unwrap();
            Ok(pairs.iter().map(|p| pair(p.as_str().unwrap())).collect())
        }
    }
}
