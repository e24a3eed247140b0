//! Handler strings to files and exported functions.

use serde_json::Value;

use super::resolve::{file_at, source_of};
use super::settings::{self, join};
use crate::frontend::{HandlerSource, Paths, Roots};

/// Files a function platform starts where only a function is named.
const STARTS: &[&str] = &["index", "function", "main", "app", "src/index"];

/// Candidates for a handler string, the best first.
pub(super) fn handler(
    handler: &str,
    roots: &Roots,
    entries: &[String],
    paths: &dyn Paths,
) -> Vec<HandlerSource> {
    let handler = handler.trim();
    let mut found: Vec<HandlerSource> = Vec::new();
    if handler.is_empty() {
        return found;
    }
    let mut add = |path: Option<String>, function: &str| {
        if let Some(path) = path.filter(|path| !path.ends_with(".json")) {
            let source = HandlerSource {
                path,
                function: function.to_owned(),
            };
            if !found.contains(&source) {
                found.push(source);
            }
        }
    };
    // Some platforms name a file.
    if [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"]
        .iter()
        .any(|ending| handler.ends_with(ending))
    {
        let path = join(&roots.code, handler);
        add(path.as_deref().and_then(|p| source_of(p, paths)), "default");
        add(path.and_then(|p| file_at(&p, paths)), "default");
    }
    for (module, function) in splits(handler) {
        let Some(base) = join(&roots.code, module) else {
            continue;
        };
        add(
            file_at(&base, paths).filter(|path| !is_built(path)),
            function,
        );
        add(source_of(&base, paths), function);
        for entry in entries {
            add(
                entry_file(module, entry, entries.len() == 1, roots, paths),
                function,
            );
        }
        add(file_at(&base, paths), function);
        add(from_main(module, roots, paths), function);
    }
    if !handler.contains('.') && !handler.contains('/') {
        add(package_main(roots, paths), handler);
        for start in STARTS {
            add(
                join(&roots.code, start).and_then(|base| file_at(&base, paths)),
                handler,
            );
        }
    }
    found
}

/// Module and function: the function begins at the first dot of the last path part; then at the last dot.
fn splits(handler: &str) -> Vec<(&str, &str)> {
    let start = handler.rfind('/').map_or(0, |at| at + 1);
    let last = handler.get(start..).unwrap_or("");
    let at = |dot: Option<usize>| {
        let dot = start + dot?;
        Some((handler.get(..dot)?, handler.get(dot + 1..)?))
    };
    let mut all: Vec<(&str, &str)> = [at(last.find('.')), at(last.rfind('.'))]
        .into_iter()
        .flatten()
        .collect();
    all.dedup();
    all.retain(|(module, function)| !module.is_empty() && !function.is_empty());
    all
}

fn is_built(path: &str) -> bool {
    path.split('/')
        .any(|part| super::resolve::BUILT.contains(&part) && part != "lib" && part != "js")
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

/// An entry point of the build whose output has the module's name.
fn entry_file(
    module: &str,
    entry: &str,
    only: bool,
    roots: &Roots,
    paths: &dyn Paths,
) -> Option<String> {
    if stem(entry) != stem(module) && !only {
        return None;
    }
    join(&roots.code, entry)
        .and_then(|base| file_at(&base, paths))
        .or_else(|| join("", entry).and_then(|base| file_at(&base, paths)))
}

/// The package's `main`, where it has the module's name.
fn from_main(module: &str, roots: &Roots, paths: &dyn Paths) -> Option<String> {
    let (base, package) = settings::package(paths, &roots.code)?;
    let main = package
        .get("main")
        .and_then(Value::as_str)
        .filter(|main| stem(main) == stem(module))?;
    let path = join(&base, main)?;
    source_of(&path, paths).or_else(|| file_at(&path, paths))
}

fn package_main(roots: &Roots, paths: &dyn Paths) -> Option<String> {
    let file = join(&roots.code, "package.json").filter(|file| paths.has(file))?;
    let package = settings::read(paths, &file)?;
    let path = join(&roots.code, package.get("main").and_then(Value::as_str)?)?;
    source_of(&path, paths).or_else(|| file_at(&path, paths))
}
