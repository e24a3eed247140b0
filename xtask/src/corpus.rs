//! Scans every repository of a folder and writes counts in a stable order, so that a change shows what it moved.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use palisade_model::finding::Outcome;
use palisade_model::source::Sources;
use palisade_scan::pipeline::{Request, Scan, scan};

use crate::say;

/// The day by which every repository is judged.
const AS_OF: &str = "2026-11-01";

struct Options {
    folder: PathBuf,
    out: PathBuf,
    findings: Option<PathBuf>,
    jobs: usize,
    only: Option<String>,
}

/// Counts of one repository, or of all.
#[derive(Default)]
struct Counts {
    repositories: usize,
    files: usize,
    left_out: usize,
    functions: usize,
    linked: usize,
    resources: usize,
    findings: BTreeMap<String, usize>,
    suppressed: usize,
    problems: BTreeMap<String, usize>,
}

/// Scans all repositories.
pub(crate) fn corpus(words: &[&str]) -> anyhow::Result<()> {
    let options = options(words)?;
    let read = fs::read_dir(&options.folder)
        .with_context(|| format!("cannot read {}", options.folder.display()))?;
    let mut names: Vec<String> = read
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            !name.starts_with('.')
                && options
                    .only
                    .as_ref()
                    .is_none_or(|only| name.contains(only.as_str()))
        })
        .collect();
    names.sort();
    let (mut text, mut listed, mut all) = (String::new(), String::new(), Counts::default());
    for name in &names {
        let begun = Instant::now();
        let scan =
            repository(&options.folder.join(name), options.jobs).with_context(|| name.clone())?;
        let counts = count(&scan.outcome);
        say(&format!(
            "{name}: {} functions, {:.2} s",
            counts.functions,
            begun.elapsed().as_secs_f64()
        ));
        write(&mut text, name, &counts)?;
        list(&mut listed, name, &scan)?;
        all.add(&counts);
    }
    write(&mut text, "total", &all)?;
    fs::write(&options.out, text)
        .with_context(|| format!("cannot write {}", options.out.display()))?;
    if let Some(path) = &options.findings {
        fs::write(path, listed).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn options(words: &[&str]) -> anyhow::Result<Options> {
    let mut words = words.iter();
    let Some(folder) = words.next() else {
        bail!("`corpus` needs the folder of the repositories");
    };
    let mut options = Options {
        folder: PathBuf::from(folder),
        out: PathBuf::from("corpus.txt"),
        findings: None,
        jobs: 2,
        only: None,
    };
    while let Some(word) = words.next() {
        let Some(value) = words.next() else {
            bail!("`{word}` needs a value");
        };
        match *word {
            "--out" => options.out = PathBuf::from(value),
            "--findings" => options.findings = Some(PathBuf::from(value)),
            "--jobs" => options.jobs = value.parse().context("`--jobs` takes a number")?,
            "--only" => options.only = Some((*value).to_owned()),
            other => bail!("unknown option `{other}`"),
        }
    }
    Ok(options)
}

fn repository(path: &Path, jobs: usize) -> anyhow::Result<Scan> {
    let request = Request {
        paths: vec![path.to_path_buf()],
        as_of: AS_OF.to_owned(),
        jobs,
        ..Request::default()
    };
    Ok(scan(&request)?)
}

fn count(outcome: &Outcome) -> Counts {
    let mut counts = Counts {
        repositories: 1,
        files: outcome.files,
        left_out: outcome.left_out,
        functions: outcome.functions.len(),
        linked: outcome
            .functions
            .iter()
            .filter(|f| f.handler.is_some())
            .count(),
        resources: outcome.resources.len(),
        ..Counts::default()
    };
    for (finding, suppressed) in &outcome.findings {
        if suppressed.is_some() {
            counts.suppressed += 1;
        } else {
            *counts.findings.entry(finding.rule.to_owned()).or_default() += 1;
        }
    }
    for problem in &outcome.problems {
        *counts
            .problems
            .entry(problem.kind.word().to_owned())
            .or_default() += 1;
    }
    counts
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.repositories += other.repositories;
        self.files += other.files;
        self.left_out += other.left_out;
        self.functions += other.functions;
        self.linked += other.linked;
        self.resources += other.resources;
        self.suppressed += other.suppressed;
        for (rule, count) in &other.findings {
            *self.findings.entry(rule.clone()).or_default() += count;
        }
        for (kind, count) in &other.problems {
            *self.problems.entry(kind.clone()).or_default() += count;
        }
    }
}

fn write(text: &mut String, name: &str, counts: &Counts) -> anyhow::Result<()> {
    let list = |counts: &BTreeMap<String, usize>| {
        let all: Vec<String> = counts
            .iter()
            .map(|(word, count)| format!("{word} {count}"))
            .collect();
        all.join(", ")
    };
    writeln!(text, "{name}")?;
    if counts.repositories != 1 {
        writeln!(text, "  repositories {}", counts.repositories)?;
    }
    writeln!(
        text,
        "  files {}, left out {}",
        counts.files, counts.left_out
    )?;
    writeln!(
        text,
        "  functions {}, linked {}, resources {}",
        counts.functions, counts.linked, counts.resources
    )?;
    if !counts.findings.is_empty() {
        writeln!(text, "  findings: {}", list(&counts.findings))?;
    }
    if counts.suppressed > 0 {
        writeln!(text, "  suppressed {}", counts.suppressed)?;
    }
    if !counts.problems.is_empty() {
        writeln!(text, "  problems: {}", list(&counts.problems))?;
    }
    Ok(())
}

/// A line for each finding, in order of place.
fn list(text: &mut String, name: &str, scan: &Scan) -> anyhow::Result<()> {
    let mut lines: Vec<(String, u32, String)> = Vec::new();
    for (finding, suppressed) in &scan.outcome.findings {
        let sources: &Sources = &scan.sources;
        let path = sources.path(finding.place.file).to_owned();
        let line = sources.line(finding.place.file, finding.place.start);
        let function = finding.function.as_deref().unwrap_or("-");
        let accepted = if suppressed.is_some() {
            " (accepted)"
        } else {
            ""
        };
        let words = format!(
            "{} {} {} {} {}{accepted}",
            finding.rule,
            finding.reach.surely.word(),
            finding.confidence.word(),
            function,
            finding.deed
        );
        lines.push((path, line, words));
    }
    lines.sort();
    for (path, line, words) in lines {
        writeln!(text, "{name} {path}:{line} {words}")?;
    }
    Ok(())
}
