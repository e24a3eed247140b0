//! Start-up of the command: what an empty run costs.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::case::Settings;
use crate::machine;
use crate::numbers::table;

/// Runs of each command.
const RUNS: u32 = 20;

/// One row a command.
pub(crate) fn measure(words: &[String], _: Settings) -> String {
    let beside = || {
        std::env::current_exe()
            .ok()
            .map(|exe| exe.with_file_name("palisade"))
    };
    let Some(palisade) = words
        .first()
        .map(PathBuf::from)
        .or_else(beside)
        .filter(|path| path.is_file())
    else {
        return "no `palisade` beside this program: name it\n".to_owned();
    };
    let size = std::fs::metadata(&palisade).map_or(0, |data| data.len());
    let mut rows = vec![vec![
        "command".to_owned(),
        "cpu ms".to_owned(),
        "wall ms".to_owned(),
    ]];
    for arguments in [
        &["--version"][..],
        &["rules"],
        &["scan", "--example", "--jobs", "1"],
        &["scan", "--example"],
    ] {
        let before = (machine::children_ms(), Instant::now());
        for _ in 0..RUNS {
            let mut command = Command::new(&palisade);
            command
                .args(arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if let Err(error) = command.status() {
                return format!("{}: {error}\n", palisade.display());
            }
        }
        let wall = before.1.elapsed().as_secs_f64() * 1000.0;
        rows.push(vec![
            format!("palisade {}", arguments.join(" ")),
            format!(
                "{:.1}",
                (machine::children_ms() - before.0) / f64::from(RUNS)
            ),
            format!("{:.1}", wall / f64::from(RUNS)),
        ]);
    }
    format!(
        "mean of {RUNS} runs; the program has {:.1} MB\n\n{}",
        size as f64 / 1e6,
        table(&rows)
    )
}
