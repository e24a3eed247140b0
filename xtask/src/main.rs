//! Chores of the project: `cargo xtask ready`, `tidy`, `corpus`, `declared`, `trees`, `facts`.

mod corpus;
mod declared;
mod permissions;
mod ready;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask ready                 everything that must hold before sending: format, clippy, tests, tidy
cargo xtask tidy                  habits: edges between crates, licences, heads and lengths of files, library rows
cargo xtask corpus DIR [options]  scans every repository in a folder and writes the counts
    --out FILE        where to write them (default corpus.txt)
    --findings FILE   also list every finding
    --jobs N          threads (default 2)
    --only NAME       only repositories whose name contains this
cargo xtask declared DIR [options]  what is read of every template in a folder of repositories, a JSON line for each
cargo xtask trees DIR [options]   the tree of every YAML file, scalars as text, a JSON line for each
    --out FILE        where to write them (default declared.jsonl, trees.jsonl)
    --only NAME       only repositories whose name contains this
cargo xtask facts --packages DIR  builds what AWS documents (crates/palisade-iam/data/aws.fct) from downloaded packages
    --check           writes nothing, fails where the result differs
    --renew           takes the packages found as the pinned ones";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["ready"] => ready::ready(&root()),
        ["tidy"] => tidy::tidy(&root()),
        ["corpus", rest @ ..] => corpus::corpus(rest),
        ["declared", rest @ ..] => declared::declared(rest),
        ["trees", rest @ ..] => declared::trees(rest),
        ["facts", rest @ ..] => permissions::facts(&root(), rest),
        _ => Err(anyhow::anyhow!("{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// One line for whoever runs it.
#[expect(clippy::print_stderr, reason = "a chore talks to whoever runs it")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
