//! Paths that git keeps: a file that was added by force is no ignored file, whatever the patterns say.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Largest index that is read, in bytes.
const INDEX_BYTES: u64 = 128 << 20;
/// Bytes of an entry in front of its flags: times, ids, mode, size, and a hash of 20 bytes.
const FIXED: usize = 60;

/// The tracked paths below a folder, relative to it; none where there is no index that can be read.
pub(super) fn tracked(folder: &Path) -> Vec<String> {
    let found = folder
        .ancestors()
        .find_map(|top| Some((top, git_folder(top)?)));
    let Some((top, git)) = found else {
        return Vec::new();
    };
    let Ok(prefix) = folder.strip_prefix(top) else {
        return Vec::new();
    };
    let Some(prefix) = prefix.to_str().map(|prefix| prefix.replace('\\', "/")) else {
        return Vec::new();
    };
    let mut bytes = Vec::new();
    let read = File::open(git.join("index"))
        .and_then(|file| file.take(INDEX_BYTES).read_to_end(&mut bytes));
    if read.is_err() {
        return Vec::new();
    }
    let mut paths = paths(&bytes);
    if !prefix.is_empty() {
        paths = paths
            .iter()
            .filter_map(|path| {
                path.strip_prefix(&prefix)?
                    .strip_prefix('/')
                    .map(str::to_owned)
            })
            .collect();
    }
    paths
}

/// The folder of the records of a working tree; a file `.git` names it in linked ones.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    let kind = fs::symlink_metadata(&git).ok()?.file_type();
    if kind.is_dir() {
        return Some(git);
    }
    if !kind.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(&git)
        .ok()?
        .take(4096)
        .read_to_string(&mut text)
        .ok()?;
    Some(top.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The paths of an index of version 2, 3 or 4; as many as can be read.
fn paths(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let number = |at: usize| {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    let (Some(b"DIRC"), Some(version @ 2..=4), Some(count)) =
        (bytes.get(..4), number(4), number(8))
    else {
        return found;
    };
    let mut at = 12;
    let mut last: Vec<u8> = Vec::new();
    for _ in 0..count {
        let Some(entry) = entry(bytes, at, version, &mut last) else {
            break;
        };
        at = entry;
        if let Ok(path) = std::str::from_utf8(&last) {
            found.push(path.to_owned());
        }
    }
    found
}

/// Reads an entry into `path`, which holds the one before; answers where the next begins.
fn entry(bytes: &[u8], start: usize, version: u32, path: &mut Vec<u8>) -> Option<usize> {
    let extended = bytes.get(start + FIXED)? & 0x40 != 0;
    let mut at = start + FIXED + 2 + if extended { 2 } else { 0 };
    if version == 4 {
        // The end of the path before is cut off by so many bytes.
        let mut cut = 0_usize;
        loop {
            let byte = *bytes.get(at)?;
            at += 1;
            cut = (cut << 7) | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
            cut = cut.checked_add(1).filter(|cut| *cut < 1 << 20)?;
        }
        path.truncate(path.len().checked_sub(cut)?);
    } else {
        path.clear();
    }
    let rest = bytes.get(at..)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    path.extend_from_slice(rest.get(..end)?);
    at += end + 1;
    if version < 4 {
        // Entries are as long as the next multiple of eight.
        at = start + (at - start).next_multiple_of(8);
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::paths;

    fn index(version: u32, entries: &[(u8, &str)]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
        for (cut, path) in entries {
            let start = bytes.len();
            bytes.extend([0; 62]);
            if version == 4 {
                bytes.push(*cut);
            }
            bytes.extend(path.as_bytes());
            bytes.push(0);
            while version < 4 && !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
        }
        bytes
    }

    #[test]
    fn every_version_lists_its_paths() {
        assert_eq!(
            paths(&index(2, &[(0, "a.py"), (0, "lib/long/name.py")])),
            ["a.py", "lib/long/name.py"]
        );
        assert_eq!(
            paths(&index(4, &[(0, "lib/a.py"), (4, "b.py")])),
            ["lib/a.py", "lib/b.py"]
        );
    }

    #[test]
    fn broken_indexes_list_what_can_be_read() {
        let whole = index(2, &[(0, "a.py"), (0, "b.py")]);
        for end in 0..whole.len() {
            let found = paths(&whole[..end]);
            assert!(found.len() <= 2);
        }
        assert_eq!(paths(&index(4, &[(9, "x")])), Vec::<String>::new());
        assert!(paths(b"DIRC\0\0\0\x09").is_empty());
    }
}
