//! Code that lies in the tree and runs nowhere: for the rules about leftovers.

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_flow::program::Program;
use palisade_model::source::Sources;
use palisade_rules::project::Spare;

use crate::entries::Unnamed;
use crate::files::{Files, name};
use crate::outcome::exports;
use crate::tree::Use;

/// Most copies that are told.
const COPIES_MAX: usize = 1_000;

/// What editors, people and tools put behind the name of a copy.
const COPIES: &[&str] = &[
    ".backup", ".bak", ".old", ".orig", ".save", ".swp", "~", ".copy",
];

/// Beginnings of such names' endings that are code or settings: a copy of a picture is no leftover of code.
const CODE: &[&str] = &[
    ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".json", ".yml", ".yaml", ".env", ".go",
    ".java", ".rb", ".cs", ".sql", ".sh", ".tf", ".toml", ".ini", ".cfg", ".conf", ".zip",
];

/// Dumps of data.
const DUMPS: &[&str] = &[".dump", ".sql.gz", ".dmp"];

/// Collects what runs nowhere. Copies get a place of their own among the sources, without their text.
pub fn spare(
    files: &Files,
    sources: &mut Sources,
    unnamed: &[Unnamed],
    program: &Program,
    entries: &[EntryRequest],
    flows: &Flows,
) -> Spare {
    let latent = unnamed.iter().filter(|handler| handler.latent);
    let lost = flows.missing.iter().copied().filter(|at| {
        let entry = entries.get(*at);
        entry.and_then(|entry| exports(program, entry)) == Some(false)
    });
    let copies = files
        .entries()
        .iter()
        .filter(|entry| entry.usage == Use::Read && is_copy(&entry.path))
        .take(COPIES_MAX);
    Spare {
        handlers: latent
            .map(|handler| (handler.app, handler.span, handler.export.clone()))
            .collect(),
        lost: lost.collect(),
        leftovers: copies
            .map(|entry| {
                let known = sources.find(&entry.path);
                known.unwrap_or_else(|| sources.add(entry.path.clone(), ""))
            })
            .collect(),
    }
}

/// Whether a path is a copy of code or a dump, by its name.
fn is_copy(path: &str) -> bool {
    let name = name(path).to_ascii_lowercase();
    let copied = COPIES
        .iter()
        .filter_map(|end| name.strip_suffix(end))
        .any(|whole| CODE.iter().any(|code| whole.ends_with(code)));
    copied || DUMPS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::is_copy;

    #[test]
    fn copies_of_code_are_told_by_their_names() {
        for path in [
            "src/app.py.backup",
            "a.js~",
            "template.yaml.old",
            "data/users.sql.gz",
        ] {
            assert!(is_copy(path), "{path}");
        }
        for path in [
            "src/app.py",
            "backup/app.py",
            "photo.jpg.bak",
            "old.py",
            "notes.backup",
        ] {
            assert!(!is_copy(path), "{path}");
        }
    }
}
