//! Imports to files: relative names, packages of the workspace, settings of the compiler, layers.

use serde_json::Value;

use super::settings::{self, folder, join, matched, upward};
use crate::frontend::{Paths, Resolved, Roots};

/// Endings in the order in which they are tried: source before what is made from it.
const ENDINGS: &[&str] = &[
    ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json",
];
/// Endings as written in imports and what they may stand for.
const WRITTEN: &[(&str, &[&str])] = &[
    (".js", &[".ts", ".tsx", ".js", ".jsx"]),
    (".mjs", &[".mts", ".mjs"]),
    (".cjs", &[".cts", ".cjs"]),
    (".jsx", &[".tsx", ".jsx"]),
];
/// Folders that build tools write to.
pub(super) const BUILT: &[&str] = &[
    "dist", "build", "lib", "out", "out-tsc", "output", "bundle", ".webpack", ".build", ".esbuild",
    ".dist", "compiled", "js",
];
/// Workspace packages looked through for a name at most.
const PACKAGES_MAX: usize = 256;

/// Modules of the platform.
const BUILTIN: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "sea",
    "sqlite",
    "stream",
    "string_decoder",
    "sys",
    "test",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Resolves an import; the flag says that it was guessed.
pub(super) fn resolve(
    import: &str,
    from: &str,
    roots: &Roots,
    paths: &dyn Paths,
) -> (Resolved, bool) {
    let import = import.split(['?', '!']).next().unwrap_or(import);
    if let Some(builtin) = import.strip_prefix("node:") {
        return (Resolved::External(builtin.to_owned()), false);
    }
    if import.is_empty() {
        return (Resolved::Unresolved, false);
    }
    if import.starts_with("./") || import.starts_with("../") || import == "." || import == ".." {
        return relative(import, from, paths);
    }
    if import.starts_with('/') {
        return absolute(import, roots, paths);
    }
    if import.starts_with('#') {
        return match internal(import, from, paths) {
            Some(path) => (Resolved::File(path), false),
            None => (Resolved::Unresolved, false),
        };
    }
    let (package, rest) = split(import);
    if BUILTIN.contains(&package) && !import.starts_with('@') {
        return (Resolved::External(import.to_owned()), false);
    }
    match bare(import, package, rest, from, roots, paths) {
        Some(path) => (Resolved::File(path), false),
        None => (Resolved::External(import.to_owned()), false),
    }
}

/// Package name and the path below it.
fn split(import: &str) -> (&str, &str) {
    let mut slashes = import.match_indices('/').map(|(at, _)| at);
    let end = if import.starts_with('@') {
        slashes.nth(1)
    } else {
        slashes.next()
    };
    match end.and_then(|at| Some((import.get(..at)?, import.get(at + 1..)?))) {
        Some(parts) => parts,
        None => (import, ""),
    }
}

fn relative(import: &str, from: &str, paths: &dyn Paths) -> (Resolved, bool) {
    if let Some(path) = join(folder(from), import).and_then(|base| file_at(&base, paths)) {
        return (Resolved::File(path), false);
    }
    let tail: Vec<&str> = import
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .collect();
    guess(&tail.join("/"), paths)
}

/// The only file whose path ends in a name.
fn guess(tail: &str, paths: &dyn Paths) -> (Resolved, bool) {
    if tail.is_empty() {
        return (Resolved::Unresolved, false);
    }
    let mut found: Vec<String> = candidates(tail)
        .into_iter()
        .flat_map(|name| paths.ending(&name))
        .filter(|path| !path.contains("node_modules/"))
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [only] => (Resolved::File(only.clone()), true),
        _ => (Resolved::Unresolved, false),
    }
}

/// Names a file without or with its ending may have.
fn candidates(base: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (written, meant) in WRITTEN {
        if let Some(stem) = base.strip_suffix(written) {
            all.extend(meant.iter().map(|ending| format!("{stem}{ending}")));
        }
    }
    if ENDINGS.iter().any(|ending| base.ends_with(ending)) && !all.iter().any(|name| name == base) {
        all.push(base.to_owned());
    }
    if !base.is_empty() {
        all.extend(ENDINGS.iter().map(|ending| format!("{base}{ending}")));
    }
    all
}

/// The file a path without or with its ending stands for, or the entry of the folder.
pub(super) fn file_at(base: &str, paths: &dyn Paths) -> Option<String> {
    let found = candidates(base).into_iter().find(|path| paths.has(path));
    found.or_else(|| folder_entry(base, paths))
}

/// The file a folder stands for: by its `package.json`, else its index.
fn folder_entry(base: &str, paths: &dyn Paths) -> Option<String> {
    let settings = join(base, "package.json")?;
    if paths.has(&settings)
        && let Some(value) = settings::read(paths, &settings)
        && let Some(path) = package_entry(base, &value, "", paths)
    {
        return Some(path);
    }
    index_of(base, paths)
}

fn index_of(base: &str, paths: &dyn Paths) -> Option<String> {
    ENDINGS
        .iter()
        .filter_map(|ending| join(base, &format!("index{ending}")))
        .find(|path| paths.has(path))
}

/// The file of a package, or of a path below it: `exports`, then `module` and `main`, then its index; source before what is built.
fn package_entry(base: &str, package: &Value, rest: &str, paths: &dyn Paths) -> Option<String> {
    let mut named: Vec<String> = Vec::new();
    let wanted = if rest.is_empty() {
        ".".to_owned()
    } else {
        format!("./{rest}")
    };
    match package.get("exports") {
        Some(Value::Object(map)) if map.keys().any(|key| key.starts_with('.')) => {
            for (pattern, entry) in map {
                if let Some(hole) = matched(pattern, &wanted) {
                    named.extend(settings::exported(entry, hole));
                }
            }
        }
        Some(entry) if rest.is_empty() => named.extend(settings::exported(entry, "")),
        _ => {}
    }
    if rest.is_empty() {
        let keys = ["source", "module", "main", "types"];
        named.extend(
            keys.iter()
                .filter_map(|key| package.get(*key)?.as_str())
                .map(|name| name.replace(".d.ts", ".ts")),
        );
    } else {
        named.push(rest.to_owned());
    }
    for name in &named {
        let Some(path) = join(base, name) else {
            continue;
        };
        if path == base {
            continue;
        }
        let found = candidates(&path)
            .into_iter()
            .find(|path| paths.has(path))
            .or_else(|| source_of(&path, paths))
            .or_else(|| index_of(&path, paths));
        if found.is_some() {
            return found;
        }
    }
    if rest.is_empty() {
        index_of(base, paths).or_else(|| index_of(&join(base, "src")?, paths))
    } else {
        None
    }
}

/// The source a built file was made from: `outDir` to `rootDir`, else the built folder replaced by `src` or nothing.
pub(super) fn source_of(path: &str, paths: &dyn Paths) -> Option<String> {
    if let Some(config) = settings::config(paths, folder(path))
        && let Some(out) = &config.out
        && let Some(rest) = path.strip_prefix(out.as_str()).and_then(|rest| {
            if out.is_empty() {
                Some(rest)
            } else {
                rest.strip_prefix('/')
            }
        })
    {
        let root = config.root.clone().unwrap_or_else(|| config.folder.clone());
        for base in [root.clone(), format!("{root}/src")] {
            let found = join(&base, rest)
                .and_then(|p| candidates(&p).into_iter().find(|path| paths.has(path)));
            if found.is_some() {
                return found;
            }
        }
    }
    let parts: Vec<&str> = path.split('/').collect();
    for (at, part) in parts.iter().enumerate() {
        if !BUILT.contains(part) {
            continue;
        }
        let before = parts.get(..at).unwrap_or(&[]);
        let after = parts.get(at + 1..).unwrap_or(&[]);
        // `.webpack/service/src/x` and `.esbuild/.build/src/x` have one folder more.
        let inner = after
            .first()
            .is_some_and(|next| matches!(*next, "service" | ".build" | "src"))
            .then(|| after.get(1..).unwrap_or(&[]));
        for after in [Some(after), inner].into_iter().flatten() {
            for middle in [&["src"][..], &[]] {
                let base = [before, middle, after].concat().join("/");
                let found = candidates(&base).into_iter().find(|path| paths.has(path));
                if found.is_some() {
                    return found;
                }
            }
        }
    }
    None
}

/// `/opt/nodejs/x` lies in a layer, `/var/task/x` in the code folder.
fn absolute(import: &str, roots: &Roots, paths: &dyn Paths) -> (Resolved, bool) {
    if let Some(rest) = import.strip_prefix("/opt/") {
        let short = rest.strip_prefix("nodejs/").unwrap_or(rest);
        for layer in &roots.layers {
            for name in [rest, short] {
                if let Some(path) = join(layer, name).and_then(|base| file_at(&base, paths)) {
                    return (Resolved::File(path), false);
                }
            }
        }
        let vendored = short.strip_prefix("node_modules/");
        return match vendored {
            Some(package) => (Resolved::External(package.to_owned()), false),
            None => guess(rest, paths)
                .0
                .clone()
                .into_guess(|| guess(short, paths)),
        };
    }
    let rest = import.strip_prefix("/var/task/").unwrap_or("");
    match join(&roots.code, rest)
        .filter(|_| !rest.is_empty())
        .and_then(|base| file_at(&base, paths))
    {
        Some(path) => (Resolved::File(path), false),
        None => (Resolved::Unresolved, false),
    }
}

impl Resolved {
    fn into_guess(self, otherwise: impl FnOnce() -> (Self, bool)) -> (Self, bool) {
        if self == Self::Unresolved {
            otherwise()
        } else {
            (self, true)
        }
    }
}

/// `#name` through `imports` of the nearest package.
fn internal(import: &str, from: &str, paths: &dyn Paths) -> Option<String> {
    let (base, package) = settings::package(paths, folder(from))?;
    let map = package.get("imports")?.as_object()?;
    for (pattern, entry) in map {
        let Some(hole) = matched(pattern, import) else {
            continue;
        };
        for name in settings::exported(entry, hole) {
            let path = join(&base, &name)?;
            let found = file_at(&path, paths).or_else(|| source_of(&path, paths));
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

fn bare(
    import: &str,
    package: &str,
    rest: &str,
    from: &str,
    roots: &Roots,
    paths: &dyn Paths,
) -> Option<String> {
    let here = folder(from);
    if let Some(config) = settings::config(paths, here) {
        let found = config
            .places(import)
            .into_iter()
            .find_map(|base| file_at(&base, paths));
        if found.is_some() {
            return found;
        }
    }
    workspace(package, rest, here, paths)
        .or_else(|| vendored(package, rest, here, roots, paths))
        .or_else(|| {
            // The code folder is on the search path of the platform.
            let base = join(&roots.code, import).filter(|_| !rest.is_empty())?;
            candidates(&base).into_iter().find(|path| paths.has(path))
        })
}

/// A package of the tree by its name.
fn workspace(package: &str, rest: &str, here: &str, paths: &dyn Paths) -> Option<String> {
    let declared = settings::package(paths, here);
    let version = declared.as_ref().and_then(|(_, value)| {
        let lists = [
            "dependencies",
            "devDependencies",
            "peerDependencies",
            "optionalDependencies",
        ];
        lists
            .iter()
            .find_map(|list| value.get(*list)?.get(package)?.as_str())
    });
    let linked = version.and_then(|v| {
        ["file:", "link:", "portal:"]
            .iter()
            .find_map(|prefix| v.strip_prefix(prefix))
    });
    let base = match (&declared, linked) {
        (Some((folder, _)), Some(path)) => join(folder, path)?,
        _ => package_folder(package, version, declared.as_ref(), paths)?,
    };
    let value = settings::read(paths, &join(&base, "package.json")?).unwrap_or(Value::Null);
    package_entry(&base, &value, rest, paths)
}

fn package_folder(
    package: &str,
    version: Option<&str>,
    declared: Option<&(String, Value)>,
    paths: &dyn Paths,
) -> Option<String> {
    // A package may import itself by name.
    if let Some((folder, value)) = declared
        && value.get("name").and_then(Value::as_str) == Some(package)
    {
        return Some(folder.clone());
    }
    let last = package.rsplit('/').next().unwrap_or(package);
    let mut files = paths.ending(&format!("{last}/package.json"));
    if version.is_some_and(|v| v.starts_with("workspace:") || v == "*") {
        files.extend(paths.ending("package.json").into_iter().take(PACKAGES_MAX));
    }
    files
        .into_iter()
        .filter(|path| !path.contains("node_modules/"))
        .find_map(|path| {
            let value = settings::read(paths, &path)?;
            (value.get("name").and_then(Value::as_str) == Some(package))
                .then(|| folder(&path).to_owned())
        })
}

/// Code written by hand below `node_modules`, in the code folder or a layer: it has no version.
fn vendored(
    package: &str,
    rest: &str,
    here: &str,
    roots: &Roots,
    paths: &dyn Paths,
) -> Option<String> {
    let own = upward(here).filter_map(|folder| join(folder, "node_modules"));
    let layers = roots
        .layers
        .iter()
        .flat_map(|layer| {
            [
                join(layer, "nodejs/node_modules"),
                join(layer, "node_modules"),
            ]
        })
        .flatten();
    own.chain(layers).find_map(|modules| {
        let base = join(&modules, package)?;
        let file = join(&base, "package.json")?;
        let value = if paths.has(&file) {
            settings::read(paths, &file)?
        } else {
            Value::Null
        };
        if value.get("version").is_some() {
            return None;
        }
        package_entry(&base, &value, rest, paths).or_else(|| {
            if rest.is_empty() {
                candidates(&base).into_iter().find(|path| paths.has(path))
            } else {
                None
            }
        })
    })
}
