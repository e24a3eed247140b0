//! Habits as a test: what must hold of every crate and file.

mod edges;
mod files;
mod library;
mod licences;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::say;

/// Checks everything and lists all that is wrong.
pub(crate) fn tidy(root: &Path) -> anyhow::Result<()> {
    let metadata = metadata(root)?;
    let mut wrong = Vec::new();
    edges::check(&metadata, &mut wrong);
    licences::check(&metadata, &mut wrong);
    files::check(root, &mut wrong)?;
    library::check(root, &mut wrong)?;
    wrong.sort();
    for line in &wrong {
        say(line);
    }
    match wrong.len() {
        0 => {
            say("tidy");
            Ok(())
        }
        1 => bail!("1 thing is not tidy"),
        many => bail!("{many} things are not tidy"),
    }
}

/// What cargo knows of all packages.
fn metadata(root: &Path) -> anyhow::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .context("cannot run `cargo metadata`")?;
    if !output.status.success() {
        bail!(
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).context("`cargo metadata` printed no JSON")
}

/// The packages, as objects.
fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata
        .get("packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A text of an object; empty where there is none.
fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
