//! What a file or folder is for, judged by its name.

use palisade_lang::catalog::ALL;

/// What a file is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileKind {
    /// It may be a template or another document.
    Document,
    /// Source of a language: its place in the catalog of front ends.
    Source(usize),
    /// Settings that are shipped with the code: looked at for secrets, and of no other use.
    Settings,
    /// Anything else.
    Other,
}

/// What becomes of a folder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FolderKind {
    /// It is read.
    Plain,
    /// Tests or build output: listed, and read only where something names a file of it.
    Aside,
    /// A build output whose templates are read, and whose code is read where a template names it.
    Assembly,
    /// Installed packages, caches and records of tools: not entered.
    Closed,
    /// Records of version control: not entered and not counted.
    Hidden,
}

/// Endings of settings.
const SETTINGS: &[&str] = &[
    "env",
    "properties",
    "ini",
    "cfg",
    "conf",
    "pem",
    "key",
    "npmrc",
    "pypirc",
];

/// What a file is for.
pub fn file(path: &str) -> FileKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == ".env" || name.starts_with(".env.") {
        return FileKind::Settings;
    }
    let Some((_, ending)) = name.rsplit_once('.') else {
        return FileKind::Other;
    };
    let ending = ending.to_ascii_lowercase();
    if SETTINGS.contains(&ending.as_str()) {
        return FileKind::Settings;
    }
    if matches!(ending.as_str(), "yaml" | "yml" | "json" | "template") {
        return FileKind::Document;
    }
    if name.ends_with(".d.ts") || name.ends_with(".d.mts") || name.ends_with(".d.cts") {
        return FileKind::Other;
    }
    ALL.iter()
        .position(|frontend| frontend.extensions().contains(&ending.as_str()))
        .map_or(FileKind::Other, FileKind::Source)
}

/// Whether a file may be a service that is written as a program, such as `serverless.ts`.
pub fn is_service_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ends = [".ts", ".js", ".cjs", ".mjs", ".mts", ".cts"];
    name.starts_with("serverless.") && ends.iter().any(|end| name.ends_with(end))
}

/// What becomes of a folder; `parent` is the name of the folder around it.
pub fn folder(name: &str, parent: Option<&str>) -> FolderKind {
    match name {
        ".git" | ".hg" | ".svn" | ".jj" => FolderKind::Hidden,
        // A layer carries its packages below `nodejs`, and they are code of the function.
        "node_modules" if parent == Some("nodejs") => FolderKind::Aside,
        "node_modules" | "bower_components" | "jspm_packages" | ".venv" | "venv" | "virtualenv"
        | "__pycache__" | ".tox" | ".nox" | ".mypy_cache" | ".pytest_cache" | ".ruff_cache"
        | ".idea" | ".vscode" | ".gradle" | ".m2" | ".terraform" | ".next" | ".nuxt" | ".yarn"
        | ".pnpm-store" | ".aws-sam" | ".serverless" | ".nyc_output" | ".eggs" | ".cache" => {
            FolderKind::Closed
        }
        "cdk.out" => FolderKind::Assembly,
        "test" | "tests" | "__tests__" | "__mocks__" | "testdata" | "e2e" | "site-packages"
        | "dist-packages" | "dist" | "build" | "out" | "target" | "coverage" | ".build"
        | ".esbuild" | ".webpack" => FolderKind::Aside,
        _ => FolderKind::Plain,
    }
}

/// Whether a source file is a test by its name.
pub fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, _)) = name.rsplit_once('.') else {
        return false;
    };
    name == "conftest.py"
        || (name.ends_with(".py") && (stem.starts_with("test_") || stem.ends_with("_test")))
        || (!name.ends_with(".py") && (stem.ends_with(".test") || stem.ends_with(".spec")))
}

/// Lists of locked packages and the like: large, and of no use here.
pub fn is_lock(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        "package-lock.json" | "npm-shrinkwrap.json" | "pnpm-lock.yaml" | "composer.lock.json"
    )
}

#[cfg(test)]
mod tests {
    use super::{FileKind, FolderKind, file, folder, is_test};

    #[test]
    fn names_tell_what_a_file_is() {
        assert_eq!(file("a/template.yaml"), FileKind::Document);
        assert!(matches!(file("a/app.py"), FileKind::Source(_)));
        assert!(matches!(file("a/app.mts"), FileKind::Source(_)));
        assert_eq!(file("a/app.d.ts"), FileKind::Other);
        assert_eq!(file("Makefile"), FileKind::Other);
        assert_eq!(file("a/.env.production"), FileKind::Settings);
        assert_eq!(file("conf/app.properties"), FileKind::Settings);
        assert!(is_test("src/test_app.py") && is_test("src/app.spec.ts") && is_test("a_test.py"));
        assert!(!is_test("src/testing.py") && !is_test("src/latest.js"));
        assert_eq!(folder("node_modules", Some("nodejs")), FolderKind::Aside);
        assert_eq!(folder("node_modules", Some("src")), FolderKind::Closed);
    }
}
