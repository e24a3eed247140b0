//! One measure, in the process that was started for it.

use std::path::PathBuf;
use std::process::ExitCode;

use palisade_model::limits::Limits;
use palisade_scan::pipeline::{Request, Scan, scan_tree};
use palisade_scan::tree::Tree;
use palisade_scan::tree::disk::Disk;

use crate::{generate, machine, nasty, numbers, parse};

/// Measures one case and prints it.
#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its parent reads both"
)]
pub(crate) fn run(words: &[String]) -> ExitCode {
    let jobs = words.first().and_then(|n| n.parse().ok()).unwrap_or(1);
    let rest: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let measured = match rest.as_slice() {
        ["folder", path] => folder(path, jobs),
        ["generated", kind, n] => {
            generate::tree(kind, n.parse().unwrap_or(100)).map(|tree| scanned(&tree, jobs).1)
        }
        ["nasty", name] => nasty::tree(name).map(|tree| scanned(&tree, jobs).1),
        _ => None,
    };
    match measured {
        Some(measured) => {
            println!("{measured}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("no such case: {}", rest.join(" "));
            ExitCode::from(2)
        }
    }
}

/// A folder: the scan, then parsing alone of the same texts.
fn folder(path: &str, jobs: usize) -> Option<String> {
    let disk = Disk::new(&[PathBuf::from(path)], Limits::default().tree_files).ok()?;
    let (scan, mut measured) = scanned(&disk, jobs);
    let parsed = parse::all(&scan?.sources);
    measured.push_str(&numbers::write(&[
        ("parse", parsed.us as f64 / 1000.0),
        ("parsed_bytes", parsed.bytes as f64),
        ("parsed_files", parsed.files as f64),
    ]));
    Some(measured)
}

/// Scans a tree and says what it took.
fn scanned(tree: &dyn Tree, jobs: usize) -> (Option<Scan>, String) {
    let request = Request {
        as_of: "2026-01-01".to_owned(),
        jobs,
        ..Request::default()
    };
    let before = machine::cpu_ms();
    let held = machine::peak_mb();
    let scan = scan_tree(&request, tree, &Limits::default(), &machine::threads_us).ok();
    let cpu = machine::cpu_ms() - before;
    let peak = machine::peak_mb();
    let Some(scan) = scan else {
        return (None, String::new());
    };
    let t = scan.timings;
    let ms = |us: u64| us as f64 / 1000.0;
    let functions: usize = scan.outcome.functions.len();
    let measured = numbers::write(&[
        ("cpu", cpu),
        ("peak", peak),
        ("held", held),
        ("walk", ms(t.walk)),
        ("read", ms(t.read)),
        ("templates", ms(t.templates)),
        ("lower", ms(t.lower)),
        ("flow", ms(t.flow)),
        ("rules", ms(t.rules)),
        ("rest", ms(t.rest)),
        ("bytes", (t.document_bytes + t.source_bytes) as f64),
        ("source_bytes", t.source_bytes as f64),
        ("modules", t.modules as f64),
        ("instructions", t.instructions as f64),
        ("functions", functions as f64),
        ("findings", scan.outcome.findings.len() as f64),
        ("problems", scan.outcome.problems.len() as f64),
    ]);
    (Some(scan), measured)
}
