//! What the readers understand of whole repositories, one JSON object a line, for comparison with other tools.

mod describe;
mod repository;
mod words;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, anyhow, bail};

use crate::say;
use repository::Repository;

/// Readers walk deep trees: their thread has this much stack.
const STACK_BYTES: usize = 64 << 20;

struct Options {
    folder: PathBuf,
    out: PathBuf,
    only: Option<String>,
}

/// Writes the facts of every template and service below a folder of repositories.
pub(crate) fn declared(words: &[&str]) -> anyhow::Result<()> {
    each(options(words, "declared")?, |repository| {
        let mut lines = Vec::new();
        let (plans, problems) = repository.plans();
        for plan in &plans {
            let app = repository.read(plan);
            lines.extend(describe::app(repository, &app));
        }
        lines.push(describe::problems(repository, &problems));
        lines.iter().map(ToString::to_string).collect()
    })
}

/// Writes the tree of every YAML file below a folder of repositories; scalars are text.
pub(crate) fn trees(words: &[&str]) -> anyhow::Result<()> {
    each(options(words, "trees")?, Repository::trees)
}

/// Writes the lines of every repository in order of their names.
fn each(options: Options, lines: fn(&Repository) -> Vec<String>) -> anyhow::Result<()> {
    let file = File::create(&options.out);
    let file = file.with_context(|| format!("cannot write {}", options.out.display()))?;
    let mut out = BufWriter::new(file);
    for name in names(&options)? {
        let path = options.folder.join(&name);
        let found = on_large_stack(path, name.clone(), lines).with_context(|| name.clone())?;
        say(&format!("{name}: {} lines", found.len()));
        for line in found {
            writeln!(out, "{line}")?;
        }
    }
    out.flush().context("cannot write")
}

fn on_large_stack(
    path: PathBuf,
    name: String,
    lines: fn(&Repository) -> Vec<String>,
) -> anyhow::Result<Vec<String>> {
    let work = move || Repository::open(&path, name).map(|repository| lines(&repository));
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(work)?;
    thread
        .join()
        .map_err(|_said| anyhow!("reading it panicked"))?
}

fn names(options: &Options) -> anyhow::Result<Vec<String>> {
    let read = fs::read_dir(&options.folder);
    let read = read.with_context(|| format!("cannot read {}", options.folder.display()))?;
    let wanted = |name: &String| {
        let only = options.only.as_deref();
        !name.starts_with('.') && only.is_none_or(|only| name.contains(only))
    };
    let mut names: Vec<String> = read
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(wanted)
        .collect();
    names.sort();
    Ok(names)
}

fn options(words: &[&str], chore: &str) -> anyhow::Result<Options> {
    let mut words = words.iter();
    let Some(folder) = words.next() else {
        bail!("`{chore}` needs the folder of the repositories");
    };
    let mut options = Options {
        folder: Path::new(folder).to_path_buf(),
        out: PathBuf::from(format!("{chore}.jsonl")),
        only: None,
    };
    while let Some(word) = words.next() {
        let value = words
            .next()
            .with_context(|| format!("`{word}` needs a value"))?;
        match *word {
            "--out" => options.out = PathBuf::from(value),
            "--only" => options.only = Some((*value).to_owned()),
            other => bail!("unknown option `{other}`"),
        }
    }
    Ok(options)
}
