//! The files of a tree by path, by name and by folder; nothing is read but small settings files.

use std::sync::Mutex;

use palisade_lang::frontend::Paths;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::decode::decode;
use crate::tree::{Entry, Listing, Tree, Use};

/// Largest settings file of a package or compiler, in bytes.
const SETTINGS_BYTES: usize = 1 << 20;
/// Links followed one after the other to find a path.
const LINKS_MOST: usize = 8;

/// The files of a tree.
#[derive(Debug, Default)]
pub struct Files {
    entries: Vec<Entry>,
    by_path: FxHashMap<String, usize>,
    by_name: FxHashMap<String, Vec<usize>>,
    folders: FxHashSet<String>,
    folders_by_name: FxHashMap<String, Vec<String>>,
    links: FxHashMap<String, String>,
}

impl Files {
    /// An index over a listing.
    pub fn new(listing: &mut Listing) -> Self {
        let entries = std::mem::take(&mut listing.entries);
        let links = std::mem::take(&mut listing.links);
        let mut files = Self {
            links: links.into_iter().collect(),
            ..Self::default()
        };
        files.folders.insert(".".to_owned());
        for (at, entry) in entries.iter().enumerate() {
            files.by_path.insert(entry.path.clone(), at);
            files
                .by_name
                .entry(name(&entry.path).to_owned())
                .or_default()
                .push(at);
            let mut rest = entry.path.as_str();
            while let Some((folder, _)) = rest.rsplit_once('/') {
                if !files.folders.insert(folder.to_owned()) {
                    break;
                }
                let named = files.folders_by_name.entry(name(folder).to_owned());
                named.or_default().push(folder.to_owned());
                rest = folder;
            }
        }
        files.entries = entries;
        files
    }

    /// Decides anew what is done with each file.
    pub fn decide(&mut self, usage: impl Fn(&Entry) -> Use) {
        for entry in &mut self.entries {
            entry.usage = usage(entry);
        }
    }

    /// All files in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The file of a path, links followed.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        let at = match self.by_path.get(path) {
            Some(at) => *at,
            None if self.links.is_empty() => return None,
            None => *self.by_path.get(&self.followed(path)?)?,
        };
        self.entries.get(at)
    }

    /// The path behind links.
    fn followed(&self, path: &str) -> Option<String> {
        let mut path = path.to_owned();
        for _ in 0..LINKS_MOST {
            let ends = path
                .match_indices('/')
                .map(|(at, _)| at)
                .chain([path.len()]);
            let found = ends.into_iter().find_map(|end| {
                let target = self.links.get(path.get(..end)?)?;
                Some(format!("{target}{}", path.get(end..)?))
            });
            match found {
                Some(next) => path = next,
                None => return Some(path),
            }
            if self.by_path.contains_key(&path) || self.folders.contains(&path) {
                return Some(path);
            }
        }
        None
    }

    /// Whether a folder holds anything.
    pub fn has_folder(&self, folder: &str) -> bool {
        self.folders.contains(folder)
            || (!self.links.is_empty()
                && self
                    .followed(folder)
                    .is_some_and(|f| self.folders.contains(&f)))
    }

    /// The folders of a name, in order.
    pub fn folders_named(&self, wanted: &str) -> impl Iterator<Item = &str> {
        let found = self
            .folders_by_name
            .get(wanted)
            .map_or(&[][..], Vec::as_slice);
        found.iter().map(String::as_str)
    }

    /// Files whose path ends in `/suffix` or equals it, in order.
    pub fn ending(&self, suffix: &str) -> impl Iterator<Item = &Entry> {
        let found = self
            .by_name
            .get(name(suffix))
            .map_or(&[][..], Vec::as_slice);
        found
            .iter()
            .filter_map(|at| self.entries.get(*at))
            .filter(move |entry| {
                entry
                    .path
                    .strip_suffix(suffix)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            })
    }
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path; `.` for the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// Whether a path lies in a folder.
pub fn within(path: &str, folder: &str) -> bool {
    folder == "."
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A folder, then those around it up to the root.
pub fn upward(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let here = next?;
        next = match here.rsplit_once('/') {
            Some((around, _)) => Some(around),
            None if here == "." => None,
            None => Some("."),
        };
        Some(here)
    })
}

/// The files as front ends ask for them.
pub struct PathsOf<'a> {
    files: &'a Files,
    tree: &'a dyn Tree,
    settings: Mutex<FxHashMap<String, Option<String>>>,
    endings: Mutex<FxHashMap<String, Vec<String>>>,
}

impl std::fmt::Debug for PathsOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PathsOf").finish_non_exhaustive()
    }
}

impl<'a> PathsOf<'a> {
    /// A view of the files of a tree.
    pub fn new(files: &'a Files, tree: &'a dyn Tree) -> Self {
        Self {
            files,
            tree,
            settings: Mutex::default(),
            endings: Mutex::default(),
        }
    }
}

impl Paths for PathsOf<'_> {
    fn has(&self, path: &str) -> bool {
        self.files.get(path).is_some()
    }

    fn ending(&self, suffix: &str) -> Vec<String> {
        let cached = |found: &FxHashMap<String, Vec<String>>| found.get(suffix).cloned();
        if let Some(found) = self.endings.lock().ok().as_deref().and_then(cached) {
            return found;
        }
        let found: Vec<String> = self
            .files
            .ending(suffix)
            .filter(|entry| entry.usage == Use::Read)
            .map(|entry| entry.path.clone())
            .collect();
        if let Ok(mut endings) = self.endings.lock() {
            endings.insert(suffix.to_owned(), found.clone());
        }
        found
    }

    fn settings(&self, path: &str) -> Option<String> {
        let path = &self.files.get(path)?.path;
        let cached = |found: &FxHashMap<String, Option<String>>| found.get(path).cloned();
        if let Some(found) = self.settings.lock().ok().as_deref().and_then(cached) {
            return found;
        }
        let bytes = self.tree.read(path, SETTINGS_BYTES).ok();
        let text = bytes
            .and_then(|bytes| decode(bytes).ok())
            .map(|decoded| decoded.text);
        if let Ok(mut settings) = self.settings.lock() {
            settings.insert(path.clone(), text.clone());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Files, upward, within};
    use crate::tree::{Entry, Listing, Use};

    fn files(paths: &[&str], links: &[(&str, &str)]) -> Files {
        let entry = |path: &&str| Entry {
            path: (*path).to_owned(),
            usage: Use::Read,
        };
        Files::new(&mut Listing {
            entries: paths.iter().map(entry).collect(),
            links: links
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
            ..Listing::default()
        })
    }

    #[test]
    fn links_are_other_names() {
        let files = files(
            &["shared/db.py"],
            &[("src/shared", "shared"), ("a", "b"), ("b", "a")],
        );
        assert_eq!(files.get("src/shared/db.py").unwrap().path, "shared/db.py");
        assert!(files.has_folder("src/shared") && files.has_folder("shared"));
        assert!(files.get("a/x").is_none());
    }

    #[test]
    fn endings_begin_at_a_part() {
        let files = files(&["a/b/x.py", "a/bb/x.py", "b/x.py"], &[]);
        let found: Vec<&str> = files.ending("b/x.py").map(|e| e.path.as_str()).collect();
        assert_eq!(found, ["a/b/x.py", "b/x.py"]);
    }

    #[test]
    fn folders_go_up_to_the_root() {
        assert_eq!(upward("a/b").collect::<Vec<_>>(), ["a/b", "a", "."]);
        assert_eq!(upward(".").collect::<Vec<_>>(), ["."]);
        assert!(within("a/b", "a") && within("a", ".") && !within("ab", "a"));
    }
}
