//! Edited files onto the disk: the text must still be the one that was read, and all files are replaced or none.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use palisade_model::edit::FileEdit;

use crate::decode::decode;
use crate::error::ScanError;

/// The mark at the beginning of some files in UTF-8; it stays.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Names tried for a temporary file; those of writers that were killed may lie about.
const NAMES_MAX: usize = 1_000;

/// One step of writing; a test may let each of them fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A file is looked at.
    Check,
    /// Its new text is written beside it.
    Stage,
    /// It is looked at again, just before it is replaced.
    Recheck,
    /// It is replaced.
    Replace,
}

/// A file about to be replaced.
struct Staged {
    shown: String,
    target: PathBuf,
    temporary: PathBuf,
    old: Vec<u8>,
}

/// Writes files below a root.
pub fn write(files: &[FileEdit], root: &Path) -> Result<(), ScanError> {
    write_with(files, root, &mut |_| Ok(()))
}

/// Writes files; before each step somebody may let it fail.
pub fn write_with(
    files: &[FileEdit],
    root: &Path,
    before: &mut dyn FnMut(Step) -> io::Result<()>,
) -> Result<(), ScanError> {
    let mut checked = Vec::new();
    for file in files {
        let shown = file.path();
        before(Step::Check).map_err(|error| nothing(shown, &plain(&error)))?;
        let target = target(root, shown)?;
        let (old, new) = bytes(file, &target)?;
        if checked.iter().any(|(_, other, _, _)| *other == target) {
            return Err(nothing(shown, "it is named twice"));
        }
        checked.push((shown.to_owned(), target, old, new));
    }
    let mut staged: Vec<Staged> = Vec::new();
    for (shown, target, old, new) in checked {
        let made = before(Step::Stage).and_then(|()| stage(&target, &new));
        match made {
            Ok(temporary) => staged.push(Staged {
                shown,
                target,
                temporary,
                old,
            }),
            Err(error) => {
                discard(&staged);
                return Err(nothing(&shown, &plain(&error)));
            }
        }
    }
    for one in &staged {
        let same = before(Step::Recheck).and_then(|()| fs::read(&one.target));
        if !same.is_ok_and(|now| now == one.old) {
            discard(&staged);
            return Err(changed(&one.shown));
        }
    }
    for (at, one) in staged.iter().enumerate() {
        let replaced = before(Step::Replace).and_then(|()| fs::rename(&one.temporary, &one.target));
        if let Err(error) = replaced {
            let (done, rest) = staged.split_at_checked(at).unwrap_or((&[], &staged));
            discard(rest);
            return Err(put_back(done, &one.shown, &error));
        }
    }
    for one in &staged {
        settle(&one.target);
    }
    Ok(())
}

/// The file of a path: a regular one, in the folder, that may be written.
fn target(root: &Path, shown: &str) -> Result<PathBuf, ScanError> {
    let whole = root.join(shown);
    let kind = fs::symlink_metadata(&whole).map_err(|error| nothing(shown, &plain(&error)))?;
    if !kind.is_file() {
        return Err(nothing(shown, "it is no regular file"));
    }
    let real = fs::canonicalize(&whole).map_err(|error| nothing(shown, &plain(&error)))?;
    let straight = fs::canonicalize(root).ok().map(|root| root.join(shown));
    if straight.as_ref() != Some(&real) {
        return Err(nothing(shown, "a link leads there"));
    }
    if kind.permissions().readonly() {
        return Err(ScanError::new(
            format!("{shown} is read-only: nothing was written"),
            Some("make it writable, or apply the diff by hand".to_owned()),
        ));
    }
    Ok(real)
}

/// The old and the new bytes of a file, if it still holds the text that was read.
fn bytes(file: &FileEdit, target: &Path) -> Result<(Vec<u8>, Vec<u8>), ScanError> {
    let shown = file.path();
    let old = fs::read(target).map_err(|error| nothing(shown, &plain(&error)))?;
    let text = old.strip_prefix(MARK).unwrap_or(&old);
    let mark = old.len() - text.len();
    if text == file.before().as_bytes() {
        let mut new = old.get(..mark).unwrap_or_default().to_vec();
        new.extend_from_slice(file.after().as_bytes());
        return Ok((old, new));
    }
    if old == file.before().as_bytes() {
        return Ok((old, file.after().as_bytes().to_vec()));
    }
    match decode(old) {
        Ok(decoded) if decoded.text == file.before() => {
            Err(nothing(shown, "it is not written in UTF-8"))
        }
        _ => Err(changed(shown)),
    }
}

/// Writes a text beside its file, with the rights of that file, down to the disk.
fn stage(target: &Path, text: &[u8]) -> io::Result<PathBuf> {
    let (temporary, mut file) = temporary(target)?;
    let written = (|| {
        file.write_all(text)?;
        file.set_permissions(fs::metadata(target)?.permissions())?;
        file.sync_all()
    })();
    match written {
        Ok(()) => Ok(temporary),
        Err(error) => {
            drop(fs::remove_file(&temporary));
            Err(error)
        }
    }
}

fn temporary(target: &Path) -> io::Result<(PathBuf, File)> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // Long names leave no room for more.
    let name: String = name.chars().take(60).collect();
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..NAMES_MAX {
        let path = folder.join(format!(".{name}.palisade-{number}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Removes what was staged.
fn discard(staged: &[Staged]) {
    for one in staged {
        drop(fs::remove_file(&one.temporary));
    }
}

/// Gives files that were replaced their old text again.
fn put_back(done: &[Staged], failed: &str, error: &io::Error) -> ScanError {
    let mut lost = Vec::new();
    for one in done {
        let back =
            stage(&one.target, &one.old).and_then(|temporary| fs::rename(&temporary, &one.target));
        if back.is_err() {
            lost.push(one.shown.as_str());
        }
    }
    if lost.is_empty() {
        return nothing(failed, &plain(error));
    }
    ScanError::new(
        format!("cannot write {failed}: {}", plain(error)),
        Some(format!(
            "{} hold the new text and could not be given the old one again",
            lost.join(", ")
        )),
    )
}

/// Tells the disk that a name has a new file; not every system can.
fn settle(target: &Path) {
    if let Some(folder) = target.parent().and_then(|folder| File::open(folder).ok()) {
        drop(folder.sync_all());
    }
}

fn nothing(shown: &str, why: &str) -> ScanError {
    ScanError::new(
        format!("cannot write {shown}: {why}"),
        Some("nothing was written".to_owned()),
    )
}

fn changed(shown: &str) -> ScanError {
    ScanError::new(
        format!("{shown} changed since it was read: nothing was written"),
        Some("run it again".to_owned()),
    )
}

/// The system's words without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    text.to_lowercase()
}
