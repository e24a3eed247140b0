//! Reads the packages: wheels (zip) and npm's tarballs (tar in gzip), whole in memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use miniz_oxide::inflate;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// No file of a package is larger when inflated.
const FILE_BYTES_MAX: usize = 256 << 20;

/// The files of one package by their paths.
pub(super) struct Archive {
    files: BTreeMap<String, Entry>,
    /// Of the archive's bytes, in hexadecimal.
    pub(super) sha256: String,
}

struct Entry {
    bytes: Vec<u8>,
    deflated: bool,
}

impl Archive {
    /// Opens a `.whl` or `.tgz`.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let sha256 = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let files = match bytes.starts_with(b"PK") {
            true => zip(&bytes),
            false => tarball(&bytes),
        };
        let files = files.with_context(|| format!("cannot unpack {}", path.display()))?;
        Ok(Self { files, sha256 })
    }

    /// A package of these files, for tests.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let entry = |text: &str| Entry {
            bytes: text.as_bytes().to_vec(),
            deflated: false,
        };
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), entry(text)));
        Self {
            files: files.collect(),
            sha256: "0".repeat(64),
        }
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let entry = self
            .files
            .get(path)
            .with_context(|| format!("no `{path}` in the package"))?;
        let bytes = match entry.deflated {
            true => inflated(&entry.bytes).with_context(|| format!("cannot inflate `{path}`"))?,
            false => entry.bytes.clone(),
        };
        match path.strip_suffix(".gz") {
            Some(_) => gunzip(&bytes).with_context(|| format!("cannot inflate `{path}`")),
            None => Ok(bytes),
        }
    }

    /// A JSON file.
    pub(super) fn json(&self, path: &str) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.bytes(path)?).with_context(|| format!("`{path}` is no JSON"))
    }

    /// The paths that begin so, in order.
    pub(super) fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let paths = self
            .files
            .range(prefix.to_owned()..)
            .map(|(path, _)| path.as_str());
        paths.take_while(move |path| path.starts_with(prefix))
    }
}

/// Through the central directory, which alone is sure of sizes.
fn zip(bytes: &[u8]) -> anyhow::Result<BTreeMap<String, Entry>> {
    let mut files = BTreeMap::new();
    let end = bytes
        .windows(4)
        .rposition(|four| four == b"PK\x05\x06")
        .context("no directory")?;
    let count = short(bytes, end + 10)?;
    let mut at = long(bytes, end + 16)?;
    for _ in 0..count {
        let method = short(bytes, at + 10)?;
        let packed = long(bytes, at + 20)?;
        let (name, extra) = (short(bytes, at + 28)?, short(bytes, at + 30)?);
        let (comment, local) = (short(bytes, at + 32)?, long(bytes, at + 42)?);
        let path = slice(bytes, at + 46, name)?;
        let start = local + 30 + short(bytes, local + 26)? + short(bytes, local + 28)?;
        let entry = Entry {
            bytes: slice(bytes, start, packed)?.to_vec(),
            deflated: method == 8,
        };
        if method != 0 && method != 8 {
            bail!("compressed with an unknown method");
        }
        files.insert(String::from_utf8(path.to_vec())?, entry);
        at += 46 + name + extra + comment;
    }
    Ok(files)
}

/// npm's tarballs: every path begins with one folder, which is left off; long paths stand in a prefix or before.
fn tarball(bytes: &[u8]) -> anyhow::Result<BTreeMap<String, Entry>> {
    let bytes = gunzip(bytes)?;
    let mut files = BTreeMap::new();
    let mut at = 0;
    let mut long_path = None;
    while let Ok(head) = slice(&bytes, at, 512) {
        let name = text(head, 0, 100);
        if name.is_empty() {
            break;
        }
        let size = usize::from_str_radix(text(head, 124, 12).trim(), 8)?;
        let content = slice(&bytes, at + 512, size)?;
        at += 512 + size.div_ceil(512) * 512;
        match head.get(156) {
            Some(b'L') => long_path = Some(text(content, 0, size)),
            Some(b'x') => long_path = pax_path(&String::from_utf8_lossy(content)),
            Some(b'0' | 0) => {
                let prefix = text(head, 345, 155);
                let short = if prefix.is_empty() {
                    name
                } else {
                    format!("{prefix}/{name}")
                };
                let path = long_path.take().unwrap_or(short);
                let path = path
                    .split_once('/')
                    .map_or(path.clone(), |(_, rest)| rest.to_owned());
                files.insert(
                    path,
                    Entry {
                        bytes: content.to_vec(),
                        deflated: false,
                    },
                );
            }
            _ => {}
        }
    }
    Ok(files)
}

/// `27 path=package/…` of an extended header.
fn pax_path(records: &str) -> Option<String> {
    let mut records = records
        .lines()
        .filter_map(|record| record.split_once(" path="));
    records.next().map(|(_, path)| path.to_owned())
}

fn gunzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let flags = *bytes.get(3).context("no gzip")?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + short(bytes, at)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let rest = bytes.get(at..).context("no gzip")?;
            at += 1 + rest.iter().position(|byte| *byte == 0).context("no gzip")?;
        }
    }
    inflated(bytes.get(at..).context("no gzip")?)
}

fn inflated(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    inflate::decompress_to_vec_with_limit(bytes, FILE_BYTES_MAX)
        .map_err(|error| anyhow::anyhow!("{error}"))
}

fn slice(bytes: &[u8], start: usize, length: usize) -> anyhow::Result<&[u8]> {
    bytes.get(start..start + length).context("cut off")
}

fn short(bytes: &[u8], at: usize) -> anyhow::Result<usize> {
    Ok(usize::from(u16::from_le_bytes(
        slice(bytes, at, 2)?.try_into()?,
    )))
}

fn long(bytes: &[u8], at: usize) -> anyhow::Result<usize> {
    Ok(usize::try_from(u32::from_le_bytes(
        slice(bytes, at, 4)?.try_into()?,
    ))?)
}

fn text(bytes: &[u8], start: usize, length: usize) -> String {
    let field = bytes.get(start..start + length).unwrap_or_default();
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec;

    fn zipped(name: &str, content: &[u8], deflated: bool) -> Vec<u8> {
        let packed = if deflated {
            compress_to_vec(content, 6)
        } else {
            content.to_vec()
        };
        let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
        let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
        let mut out = b"PK\x03\x04".to_vec();
        out.extend([0; 22]);
        out.extend(short(name.len()));
        out.extend(short(0));
        out.extend(name.as_bytes());
        out.extend(&packed);
        let directory = out.len();
        out.extend(b"PK\x01\x02");
        out.extend([0; 6]);
        out.extend(short(if deflated { 8 } else { 0 }));
        out.extend([0; 8]);
        out.extend(long(packed.len()));
        out.extend(long(content.len()));
        out.extend(short(name.len()));
        out.extend([0; 12]);
        out.extend(long(0));
        out.extend(name.as_bytes());
        out.extend(b"PK\x05\x06");
        out.extend([0; 6]);
        out.extend(short(1));
        out.extend(long(0));
        out.extend(long(directory));
        out.extend(short(0));
        out
    }

    fn gzipped(content: &[u8]) -> Vec<u8> {
        let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        out.extend(compress_to_vec(content, 6));
        out
    }

    fn tarred(name: &str, content: &[u8]) -> Vec<u8> {
        let mut head = vec![0; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        let size = format!("{:011o}", content.len());
        head[124..135].copy_from_slice(size.as_bytes());
        head[156] = b'0';
        head.extend(content);
        head.resize(512 + content.len().div_ceil(512) * 512, 0);
        head
    }

    #[test]
    fn wheels_are_read() {
        for deflated in [false, true] {
            let files = zip(&zipped("a/b.json", b"[1, 2, 3, 1, 2, 3]", deflated)).unwrap();
            let archive = Archive {
                files,
                sha256: String::new(),
            };
            assert_eq!(archive.bytes("a/b.json").unwrap(), b"[1, 2, 3, 1, 2, 3]");
            assert_eq!(archive.below("a/").collect::<Vec<_>>(), ["a/b.json"]);
            assert!(archive.bytes("a/c.json").is_err());
        }
        let packed = zipped("a.json.gz", &gzipped(b"{}"), false);
        let archive = Archive {
            files: zip(&packed).unwrap(),
            sha256: String::new(),
        };
        assert_eq!(archive.json("a.json.gz").unwrap(), serde_json::json!({}));
    }

    #[test]
    fn tarballs_are_read_without_their_folder() {
        let mut tar = tarred("package/data/a.json", b"[]");
        tar.extend(tarred("package/b.txt", &[b'x'; 600]));
        tar.extend([0; 1024]);
        let archive = Archive {
            files: tarball(&gzipped(&tar)).unwrap(),
            sha256: String::new(),
        };
        assert_eq!(archive.bytes("data/a.json").unwrap(), b"[]");
        assert_eq!(archive.bytes("b.txt").unwrap().len(), 600);
    }

    #[test]
    fn cut_packages_are_refused() {
        let whole = zipped("a.json", b"[]", true);
        assert!(zip(&whole[..whole.len() - 30]).is_err());
        assert!(tarball(&gzipped(&tarred("package/a", b"12345678")[..515])).is_err());
    }
}
