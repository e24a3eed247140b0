//! A tree in memory, for tests and the built-in example.

use std::collections::BTreeMap;

use crate::kinds::{self, FolderKind};
use crate::tree::{Entry, Listing, ReadError, Tree, Use};

/// Files by path.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// A tree of these files.
    pub fn of<'a, B: AsRef<[u8]>>(files: impl IntoIterator<Item = (&'a str, B)>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(path, bytes)| (path.to_owned(), bytes.as_ref().to_vec()))
                .collect(),
        }
    }
}

impl Tree for Memory {
    fn list(&self) -> Listing {
        let mut listing = Listing::default();
        for path in self.files.keys() {
            if let Some(usage) = usage(path) {
                listing.entries.push(Entry {
                    path: path.clone(),
                    usage,
                });
            }
        }
        listing
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(bytes) if bytes.len() > most => {
                let head = bytes.iter().take(super::disk::HEAD).copied().collect();
                Err(ReadError::TooLarge(bytes.len() as u64, head))
            }
            Some(bytes) => Ok(bytes.clone()),
            None => Err(ReadError::Failed("no such file".to_owned())),
        }
    }
}

/// What is done with a file by the names of the folders around it; `None` where one of them is not entered.
pub(super) fn usage(path: &str) -> Option<Use> {
    let mut usage = Use::Read;
    let mut parent = None;
    let Some((folders, _)) = path.rsplit_once('/') else {
        return Some(by_name(path, usage));
    };
    for name in folders.split('/') {
        usage = usage.max(below(kinds::folder(name, parent), path)?);
        parent = Some(name);
    }
    Some(by_name(path, usage))
}

/// What is done with a file below a folder of this kind.
pub(super) fn below(kind: FolderKind, path: &str) -> Option<Use> {
    match kind {
        FolderKind::Plain => Some(Use::Read),
        FolderKind::Assembly if kinds::file(path) == kinds::FileKind::Document => Some(Use::Read),
        FolderKind::Aside | FolderKind::Assembly => Some(Use::Aside),
        FolderKind::Closed | FolderKind::Hidden => None,
    }
}

fn by_name(path: &str, usage: Use) -> Use {
    if usage == Use::Read && kinds::is_test(path) {
        Use::Aside
    } else {
        usage
    }
}
