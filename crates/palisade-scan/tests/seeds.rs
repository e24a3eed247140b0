//! Every seed of every fuzz target, whole, cut and changed: no panic, and none takes long.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::manual_is_multiple_of,
    reason = "tests"
)]

#[path = "../../../fuzz/bodies.rs"]
mod bodies;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// Most time for one input; generous, since tests share their machine.
const TIME_MAX: Duration = Duration::from_secs(20);
/// Pieces that grammars care for, put into seeds.
const PIECES: &[&str] = &[
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\r",
    "\t",
    "{{",
    "${",
    "%}",
    "!Sub ",
    "*a",
    "&a ",
    "<<: ",
    "- ",
    ": ",
    "\"",
    "'",
    "\"\"\"",
    "`",
    "\\",
    "((((((((",
    "[[[[[[[[",
    "{{{{{{{{",
    "))))",
    "]]]]",
    "}}}}",
    "# ",
    "//",
    "/*",
    "=>",
    "await ",
    "lambda: ",
    "=== ",
    "\u{1f600}",
    "é",
];

#[test]
fn documents() {
    run(&["yaml", "json", "template"], 30);
}

#[test]
fn services() {
    run(&["service", "script", "chalice"], 30);
}

#[test]
fn sources() {
    run(&["python", "javascript", "typescript"], 30);
}

#[test]
fn facts() {
    run(&["event", "library", "text_ir", "settings", "regex"], 60);
}

#[test]
fn projects() {
    run(&["project"], 3);
}

#[test]
fn every_folder_has_a_target() {
    let mut folders: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let mut names: Vec<String> = bodies::ALL
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    names.sort();
    assert_eq!(folders, names);
    for name in names {
        let path = root().join(format!("../fuzz_targets/{name}.rs"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(&format!("bodies::{name}(data)")),
            "{name}: its target runs another body"
        );
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds")
}

fn run(targets: &[&str], changes: u64) {
    let mut wrong = Vec::new();
    for target in targets {
        let (_, body) = bodies::ALL.iter().find(|(name, _)| name == target).unwrap();
        let mut seeds: Vec<PathBuf> = std::fs::read_dir(root().join(target))
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for seed in seeds {
            let bytes = std::fs::read(&seed).unwrap();
            let name = format!("{target}/{}", seed.file_name().unwrap().to_string_lossy());
            one(*body, &bytes, &name, &mut wrong);
            // Large seeds are about size: cutting them finds nothing new.
            let changes = if bytes.len() > 20_000 { 2 } else { changes };
            for round in 0..changes {
                let changed = changed(&bytes, round);
                one(
                    *body,
                    &changed,
                    &format!("{name}, change {round}"),
                    &mut wrong,
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn one(body: bodies::Body, bytes: &[u8], name: &str, wrong: &mut Vec<String>) {
    // An overflowing stack ends the process: what runs lies there before.
    keep("running", bytes);
    let (sender, receiver) = mpsc::channel();
    let owned = bytes.to_vec();
    std::thread::spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| body(&owned)));
        let why = |why: Box<dyn std::any::Any + Send>| {
            let text = why.downcast_ref::<&str>().map(|why| (*why).to_owned());
            text.or_else(|| why.downcast_ref::<String>().cloned())
                .unwrap_or_default()
        };
        let _ = sender.send(outcome.map_err(why));
    });
    let why = match receiver.recv_timeout(TIME_MAX) {
        Ok(Ok(())) => return,
        Ok(Err(why)) => why,
        Err(_) => format!("not done after {} s", TIME_MAX.as_secs()),
    };
    wrong.push(format!("{name}: {why}"));
    keep(name, bytes);
    // What hangs goes on hanging: nothing is measured well beside it.
    assert!(
        wrong.len() < 20 && !why.starts_with("not done"),
        "{}",
        wrong.join("\n")
    );
}

/// Writes a seed to the folder that is asked for, if one is.
fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("PALISADE_FAILED_SEEDS") {
        let file = Path::new(&folder).join(name.replace(['/', ' ', ','], "_"));
        std::fs::write(file, bytes).unwrap();
    }
}

/// A seed cut or changed; the same for the same round.
fn changed(bytes: &[u8], round: u64) -> Vec<u8> {
    let mut numbers = Numbers(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ bytes.len() as u64 | 1);
    let mut bytes = bytes.to_vec();
    if round % 3 == 0 {
        bytes.truncate(numbers.below(bytes.len() + 1));
        return bytes;
    }
    for _ in 0..1 + numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(4) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
            1 => {
                let end = (at + numbers.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let end = (at + numbers.below(200)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

/// A small generator of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }
}
