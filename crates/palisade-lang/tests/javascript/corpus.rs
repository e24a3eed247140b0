//! Real code, where `PALISADE_CORPUS` names a folder of it: nothing panics, spans stay inside, counts are printed.

use std::path::{Path, PathBuf};
use std::time::Instant;

use palisade_lang::frontend::Frontend;
use palisade_lang::javascript::JavaScript;
use palisade_model::limits::Limits;
use palisade_model::source::FileId;

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        if path.is_symlink() || matches!(name, ".git" | "node_modules") {
            continue;
        }
        if path.is_dir() {
            files(&path, out);
        } else if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| JavaScript.extensions().contains(&e))
        {
            out.push(path);
        }
    }
}

#[test]
fn real_code_is_lowered() {
    let Some(folder) = std::env::var_os("PALISADE_CORPUS") else {
        return;
    };
    let run = move || {
        let mut all = Vec::new();
        files(Path::new(&folder), &mut all);
        let (mut bytes, mut instrs, mut functions, mut broken, mut dynamic, mut shaped) =
            (0usize, 0usize, 0usize, 0usize, 0usize, 0usize);
        let mut problems = std::collections::BTreeMap::<String, usize>::new();
        let mut slow = Vec::new();
        let begun = Instant::now();
        for path in &all {
            let Ok(text) = std::fs::read_to_string(path) else {
                continue;
            };
            let start = Instant::now();
            let module =
                JavaScript.lower(FileId(0), path.to_str().unwrap(), &text, &Limits::default());
            let shapes = JavaScript.handlers_by_shape(&module);
            let took = start.elapsed().as_millis();
            if took > 200 {
                slow.push(format!(
                    "{took} ms {} ({} bytes)",
                    path.display(),
                    text.len()
                ));
            }
            bytes += text.len();
            shaped += shapes.len();
            for f in module.functions.iter() {
                functions += 1;
                instrs += f.instrs.len();
                broken += usize::from(f.broken);
                dynamic += usize::from(!f.dynamic.is_empty());
                for i in f.instrs.iter() {
                    assert!(
                        i.start <= i.end && i.end as usize <= text.len(),
                        "{} {i:?}",
                        path.display()
                    );
                }
            }
            for p in &module.problems {
                *problems.entry(p.kind.word().to_owned()).or_default() += 1;
                if std::env::var_os("PALISADE_PROBLEMS").is_some() {
                    println!("{}: {:?} {}", path.display(), p.place, p.message);
                }
            }
        }
        println!(
            "{} files, {bytes} bytes, {} ms, {functions} functions ({broken} broken, {dynamic} dynamic), {instrs} instructions, {shaped} handlers by shape, problems {problems:?}",
            all.len(),
            begun.elapsed().as_millis()
        );
        slow.iter().for_each(|s| println!("{s}"));
    };
    std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

/// The named functions of a module.
fn named(path: &str, text: &str) -> std::collections::BTreeSet<String> {
    let module = JavaScript.lower(FileId(0), path, text, &Limits::default());
    module
        .functions
        .iter()
        .map(|f| module.symbols.text(f.name).to_owned())
        .filter(|n| !n.starts_with('<'))
        .collect()
}

#[test]
fn functions_survive_one_broken_place() {
    let Some(folder) = std::env::var_os("PALISADE_BROKEN_CORPUS") else {
        return;
    };
    let run = move || {
        let mut all = Vec::new();
        files(Path::new(&folder), &mut all);
        let kinds = [
            "foo(",
            ")",
            "<<<<<<< HEAD",
            "x = = 1;",
            "foo.",
            "const s = \"open;",
            "}",
        ];
        let (mut kept, mut total) = ([0usize; 7], 0usize);
        for path in all.iter().step_by(all.len() / 400 + 1) {
            let Ok(text) = std::fs::read_to_string(path) else {
                continue;
            };
            let before = named(path.to_str().unwrap(), &text);
            if before.len() < 4 || text.len() > 60_000 {
                continue;
            }
            let middle = text.len() / 2;
            let Some(at) = text
                .get(middle..)
                .and_then(|t| t.find(";\n"))
                .map(|n| middle + n + 2)
            else {
                continue;
            };
            total += before.len();
            for (kind, count) in kinds.iter().zip(&mut kept) {
                let broken = format!(
                    "{}{kind}\n{}",
                    text.get(..at).unwrap(),
                    text.get(at..).unwrap()
                );
                let after = named(path.to_str().unwrap(), &broken);
                *count += before.intersection(&after).count();
                if std::env::var_os("PALISADE_PROBLEMS").is_some()
                    && before.intersection(&after).count() < before.len()
                {
                    println!(
                        "{kind} in {} at {at}: lost {:?}",
                        path.display(),
                        before.difference(&after).collect::<Vec<_>>()
                    );
                }
            }
        }
        for (kind, count) in kinds.iter().zip(kept) {
            println!(
                "{kind}: kept {count} of {total}, {:.1} %",
                100.0 * count as f64 / total as f64
            );
        }
    };
    std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}
