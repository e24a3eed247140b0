//! How one measure is asked for: in a process of its own.

use std::process::Command;

use crate::numbers::{self, Measures};

/// How it is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// How many runs; the median counts.
    pub(crate) repeat: usize,
    /// Threads.
    pub(crate) jobs: usize,
}

/// Runs a case in processes of its own; the median of each measure.
pub(crate) fn ask(words: &[&str], settings: Settings) -> Result<Measures, String> {
    let exe = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut runs = Vec::new();
    for _ in 0..settings.repeat.max(1) {
        let mut command = Command::new(&exe);
        command
            .arg("case")
            .arg(settings.jobs.to_string())
            .args(words);
        let output = command.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!(
                "{}: {}",
                output.status,
                said.lines().last().unwrap_or_default()
            ));
        }
        runs.push(numbers::read(&String::from_utf8_lossy(&output.stdout)));
    }
    Ok(numbers::median(&runs))
}
