//! Everything that must hold before a change is sent; what runs on every push says the same.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::{say, tidy};

/// The commands, in the order of what they cost.
const STEPS: [&[&str]; 3] = [
    &["fmt", "--all", "--check"],
    &[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ],
    &["test", "--workspace", "--locked"],
];

/// Runs them all; the first that fails ends it.
pub(crate) fn ready(root: &Path) -> anyhow::Result<()> {
    tidy::tidy(root)?;
    for step in STEPS {
        let words = step.join(" ");
        say(&format!("cargo {words}"));
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo).args(step).current_dir(root).status();
        let status = status.with_context(|| format!("cannot run `cargo {words}`"))?;
        if !status.success() {
            bail!("`cargo {words}` failed");
        }
    }
    say("ready");
    Ok(())
}
