//! Imports to files: the code folder, then layers, then a guess.

use super::words;
use crate::frontend::{Paths, Resolved, Roots};

/// Versions whose `site-packages` a layer may hold.
const VERSIONS: std::ops::RangeInclusive<u32> = 6..=14;
/// Folders above a file that are tried as if they were the code folder.
const PARENTS_MAX: usize = 8;

/// The file or API a dotted import names; the flag says that the file was guessed.
pub(super) fn resolve(
    import: &str,
    from: &str,
    roots: &Roots,
    paths: &dyn Paths,
) -> (Resolved, bool) {
    let level = import.chars().take_while(|c| *c == '.').count();
    let name = import.trim_start_matches('.').trim_end_matches('.');
    let relative = name.replace('.', "/");
    if level > 0 {
        return (relative_import(level, &relative, from, paths), false);
    }
    if name.is_empty() {
        return (Resolved::Unresolved, false);
    }
    let first = name.split('.').next().unwrap_or(name);
    for root in search_roots(roots) {
        if let Some(path) = module_at(&root, &relative, paths) {
            // A folder of a well-known name is a vendored copy; a single file of that name is the project's own.
            let vendored = words::is_package(first)
                && paths.has(&join(&root, &format!("{first}/__init__.py")));
            let installed = path.contains("site-packages/") && words::is_package(first);
            if vendored || installed {
                return (Resolved::External(name.to_owned()), false);
            }
            return (Resolved::File(path), false);
        }
    }
    if words::is_standard(first) || words::is_package(first) {
        return (Resolved::External(name.to_owned()), false);
    }
    if let Some(path) = guess(&relative, from, paths) {
        return (Resolved::File(path), true);
    }
    (Resolved::External(name.to_owned()), false)
}

/// `.`, `..`, `.a.b`: from the folder of the importing file.
fn relative_import(level: usize, relative: &str, from: &str, paths: &dyn Paths) -> Resolved {
    let mut folder = parent(from);
    for _ in 1..level {
        if folder == "." {
            return Resolved::Unresolved;
        }
        folder = parent(folder);
    }
    let found = if relative.is_empty() {
        Some(join(folder, "__init__.py")).filter(|p| paths.has(p))
    } else {
        module_at(folder, relative, paths)
    };
    found.map_or(Resolved::Unresolved, Resolved::File)
}

/// The folders on Python's path.
pub(super) fn search_roots(roots: &Roots) -> Vec<String> {
    let mut all = vec![if roots.code.is_empty() {
        ".".to_owned()
    } else {
        roots.code.clone()
    }];
    for layer in &roots.layers {
        all.push(join(layer, "python"));
        all.extend(
            VERSIONS.map(|minor| join(layer, &format!("python/lib/python3.{minor}/site-packages"))),
        );
        // A layer built by the tool has its `python/` added while building.
        all.push(layer.clone());
    }
    all
}

fn module_at(root: &str, relative: &str, paths: &dyn Paths) -> Option<String> {
    let file = join(root, &format!("{relative}.py"));
    let package = join(root, &format!("{relative}/__init__.py"));
    // A package wins over a module of the same name.
    [package, file].into_iter().find(|path| paths.has(path))
}

/// A module beside the file or above it, else the only file whose path ends in the import.
fn guess(relative: &str, from: &str, paths: &dyn Paths) -> Option<String> {
    let mut folder = parent(from);
    for _ in 0..PARENTS_MAX {
        if let Some(path) = module_at(folder, relative, paths) {
            return Some(path);
        }
        if folder == "." {
            break;
        }
        folder = parent(folder);
    }
    let mut ends = paths.ending(&format!("{relative}.py"));
    ends.extend(paths.ending(&format!("{relative}/__init__.py")));
    ends.retain(|path| !is_foreign(path));
    match ends.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// Whether a path lies among installed packages or build output.
pub(super) fn is_foreign(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(
            part,
            "site-packages"
                | "dist-packages"
                | "node_modules"
                | ".aws-sam"
                | "cdk.out"
                | ".serverless"
                | "venv"
                | ".venv"
        )
    })
}

/// The folder of a path; `.` for the root.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// A path below a folder, `.` and `..` worked out.
pub(super) fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}
