//! A tree on a disk: walked on one thread in sorted order, never outside its root, only regular files opened.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use rustc_hash::FxHashSet;

use crate::error::ScanError;
use crate::kinds::{self, FolderKind};
use crate::tree::memory::usage;
use crate::tree::tracked::tracked;
use crate::tree::{Entry, Listing, ReadError, Tree, Use};

/// How much of a too large file is still read, to tell what it is.
pub(crate) const HEAD: usize = 256 << 10;

/// A tree on a disk.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
    /// Folders to walk, absolute.
    folders: Vec<PathBuf>,
    /// Files asked for, absolute; where given, everything else of their folders stands beside them.
    files: Vec<PathBuf>,
    most_files: usize,
}

impl Disk {
    /// A tree over the paths given; its root is the folder given, of several their common one.
    pub fn new(paths: &[PathBuf], most_files: usize) -> Result<Self, ScanError> {
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        let here = [PathBuf::from(".")];
        for path in if paths.is_empty() { &here } else { paths } {
            let shown = path.display();
            let wrong = |why: String| ScanError::new(format!("cannot read `{shown}`: {why}"), None);
            let whole = std::path::absolute(path).map_err(|error| wrong(plain(&error)))?;
            let whole = without_dots(&whole);
            let kind = fs::metadata(path)
                .map_err(|error| wrong(plain(&error)))?
                .file_type();
            if kind.is_dir() {
                folders.push(whole);
            } else if kind.is_file() {
                files.push(whole);
            } else {
                return Err(wrong("it is neither a folder nor a file".to_owned()));
            }
        }
        let around = files
            .iter()
            .filter_map(|f| f.parent())
            .map(Path::to_path_buf);
        let mut roots: Vec<PathBuf> = folders.iter().cloned().chain(around).collect();
        roots.sort();
        roots.dedup();
        let root = common(&roots);
        // A folder inside another one that is walked is walked with it.
        let outer = roots.clone();
        roots.retain(|r| !outer.iter().any(|o| r != o && r.starts_with(o)));
        // What is asked for as a folder is no context of a file in it.
        files.retain(|file| !folders.iter().any(|folder| file.starts_with(folder)));
        let beside = !files.is_empty();
        if beside {
            // Folders given beside files are asked for whole.
            files.extend(folders);
        }
        Ok(Self {
            root,
            folders: roots,
            files,
            most_files,
        })
    }

    /// The root, for messages.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let rest = path.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = rest.iter().map(OsStr::to_str).collect();
        Some(parts?.join("/"))
    }

    /// The path for people, also where it is no UTF-8.
    fn shown(&self, path: &Path) -> String {
        let rest = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = rest.iter().map(|part| part.to_string_lossy()).collect();
        match parts.join("/") {
            empty if empty.is_empty() => ".".to_owned(),
            shown => shown,
        }
    }

    fn asked(&self, path: &Path) -> bool {
        self.files.is_empty() || self.files.iter().any(|asked| path.starts_with(asked))
    }

    fn walk(&self, folder: &Path, listing: &mut Listing) {
        let closed = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = std::sync::Arc::clone(&closed);
        let walk = WalkBuilder::new(folder)
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(true)
            .git_ignore(true)
            .parents(true)
            .require_git(true)
            .follow_links(false)
            .sort_by_file_name(OsStr::cmp)
            .filter_entry(move |entry| enter(entry, &counted))
            .build();
        for entry in walk {
            if listing.entries.len() >= self.most_files {
                let words = format!("more than {} files: the rest was left out", self.most_files);
                listing
                    .problems
                    .push(Problem::path(self.shown(folder), ProblemKind::Limit, words));
                break;
            }
            match entry {
                Ok(entry) => self.add(&entry, listing),
                Err(error) => listing.problems.extend(self.unreadable(&error)),
            }
        }
        listing.closed += closed.load(std::sync::atomic::Ordering::Relaxed);
    }

    /// Adds files that git keeps although its patterns ignore them.
    fn add_tracked(&self, folder: &Path, listing: &mut Listing) {
        let tracked = tracked(folder);
        if tracked.is_empty() {
            return;
        }
        let known: FxHashSet<String> = listing
            .entries
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        for path in tracked {
            let whole = folder.join(&path);
            let Some(relative) = self.relative(&whole).filter(|path| !known.contains(path)) else {
                continue;
            };
            let is_file = fs::symlink_metadata(&whole).is_ok_and(|kind| kind.is_file());
            // A link on the way would lead somewhere else.
            let straight = || {
                fs::canonicalize(&whole).ok()
                    == fs::canonicalize(folder).ok().map(|f| f.join(&path))
            };
            if let Some(usage) = self
                .usage(&whole, &relative)
                .filter(|_| is_file && straight())
            {
                listing.entries.push(Entry {
                    path: relative,
                    usage,
                });
            }
        }
    }

    fn usage(&self, path: &Path, relative: &str) -> Option<Use> {
        let usage = usage(relative)?;
        Some(if !self.asked(path) {
            usage.max(Use::Beside)
        } else if self.files.iter().any(|file| file == path) {
            Use::Read
        } else {
            usage
        })
    }

    fn add(&self, entry: &DirEntry, listing: &mut Listing) {
        let path = entry.path();
        let Some(kind) = entry.file_type() else {
            return;
        };
        if kind.is_dir() {
            return;
        }
        let problem = |kind, words: &str| Problem::path(self.shown(path), kind, words);
        let Some(relative) = self.relative(path) else {
            let words = "its name is no UTF-8: not read";
            listing
                .problems
                .push(problem(ProblemKind::Unreadable, words));
            return;
        };
        if kind.is_symlink() {
            self.link(path, relative, listing);
        } else if kind.is_file() {
            let Some(usage) = self.usage(path, &relative) else {
                return;
            };
            listing.entries.push(Entry {
                path: relative,
                usage,
            });
        } else {
            let words = "a pipe, socket or device: not opened";
            listing
                .problems
                .push(problem(ProblemKind::Unreadable, words));
        }
    }

    /// A link inside the root is another name of what it points to; nothing is read twice.
    fn link(&self, path: &Path, relative: String, listing: &mut Listing) {
        let lost = |words: &str| {
            let mut problem = Problem::path(relative.clone(), ProblemKind::Unreadable, words);
            problem.cost = Cost::Nothing;
            problem
        };
        let (Ok(target), Ok(root)) = (fs::canonicalize(path), fs::canonicalize(&self.root)) else {
            let words = "a link that leads nowhere or in a circle: not followed";
            listing.problems.push(lost(words));
            return;
        };
        let Ok(rest) = target.strip_prefix(&root) else {
            listing.problems.push(lost(
                "a link that leads out of the scanned folder: not followed",
            ));
            return;
        };
        let parts: Option<Vec<&str>> = rest.iter().map(OsStr::to_str).collect();
        let Some(target) = parts.map(|parts| parts.join("/")) else {
            return;
        };
        let around = target.is_empty()
            || relative == target
            || relative
                .strip_prefix(target.as_str())
                .is_some_and(|rest| rest.starts_with('/'));
        if around {
            listing
                .problems
                .push(lost("a link to a folder around it: not followed"));
            return;
        }
        listing.links.push((relative, target));
    }

    fn unreadable(&self, error: &ignore::Error) -> Option<Problem> {
        let (path, why) = reason(error);
        let path = path.map_or_else(|| ".".to_owned(), |path| self.shown(path));
        let why = why?;
        Some(Problem::path(
            path,
            ProblemKind::Unreadable,
            format!("{why}: skipped"),
        ))
    }
}

impl Tree for Disk {
    fn list(&self) -> Listing {
        let mut listing = Listing::default();
        for folder in &self.folders {
            self.walk(folder, &mut listing);
            self.add_tracked(folder, &mut listing);
        }
        listing.entries.sort();
        listing.entries.dedup();
        listing.links.sort();
        listing
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        let failed = |error: &std::io::Error| ReadError::Failed(plain(error));
        let whole = self.root.join(path);
        // Looked at again: a pipe in the place of a file would never end.
        let kind = fs::symlink_metadata(&whole).map_err(|e| failed(&e))?;
        if !kind.is_file() {
            return Err(ReadError::Failed("it is no regular file".to_owned()));
        }
        let mut file = File::open(&whole).map_err(|e| failed(&e))?;
        let large = kind.len() > most as u64;
        let take = if large { HEAD } else { most + 1 };
        let mut bytes = Vec::with_capacity(usize::try_from(kind.len()).unwrap_or(0).min(take) + 1);
        file.by_ref()
            .take(take as u64)
            .read_to_end(&mut bytes)
            .map_err(|e| failed(&e))?;
        if large || bytes.len() > most {
            let size = kind.len().max(bytes.len() as u64);
            bytes.truncate(HEAD);
            return Err(ReadError::TooLarge(size, bytes));
        }
        Ok(bytes)
    }
}

/// Whether the walk enters a folder; those that are closed are counted.
fn enter(entry: &DirEntry, closed: &std::sync::atomic::AtomicUsize) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return true;
    }
    let parent = entry
        .path()
        .parent()
        .and_then(Path::file_name)
        .and_then(OsStr::to_str);
    match kinds::folder(&entry.file_name().to_string_lossy(), parent) {
        FolderKind::Closed => {
            closed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            false
        }
        FolderKind::Hidden => false,
        _ => true,
    }
}

/// The path of an error of walking and its words; `None` for what concerns nobody.
fn reason(error: &ignore::Error) -> (Option<&Path>, Option<String>) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), reason(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            reason(err)
        }
        ignore::Error::Loop { child, .. } => (Some(child), Some("a circle of links".to_owned())),
        ignore::Error::Io(error) => (None, Some(plain(error))),
        ignore::Error::Partial(errors) => errors.first().map_or((None, None), reason),
        other => (None, Some(other.to_string())),
    }
}

/// The words of an error of the system, without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    text.to_lowercase()
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// The folder that holds all of them.
fn common(folders: &[PathBuf]) -> PathBuf {
    let mut all = folders.iter();
    let mut root = all.next().cloned().unwrap_or_default();
    for folder in all {
        while !folder.starts_with(&root) {
            if !root.pop() {
                break;
            }
        }
    }
    root
}
