//! Where files come from: a disk, or memory.

pub mod disk;
pub mod memory;
mod tracked;

use palisade_model::problem::Problem;

/// What is done with a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Use {
    /// It is read.
    Read,
    /// It was left out on purpose, and is read only where something names it.
    Aside,
    /// It stands beside what was asked for, and is read only where something names it.
    Beside,
}

/// A file of a tree.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// Relative to the root, `/` between parts.
    pub path: String,
    /// What is done with it.
    pub usage: Use,
}

/// Everything a tree holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Listing {
    /// Files, sorted by path.
    pub entries: Vec<Entry>,
    /// Other names of files and folders: the name, and the path it stands for.
    pub links: Vec<(String, String)>,
    /// What could not be listed.
    pub problems: Vec<Problem>,
    /// Folders that were not entered on purpose.
    pub closed: usize,
}

/// Why a file was not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// It is larger than allowed; its size if known, and its beginning.
    TooLarge(u64, Vec<u8>),
    /// Anything else, in words.
    Failed(String),
}

/// A tree of files.
pub trait Tree: Sync {
    /// All files.
    fn list(&self) -> Listing;
    /// The bytes of a file of the listing, `most` at most.
    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError>;
}
