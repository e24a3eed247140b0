//! What a front end offers: source text to IR, names to files, handler strings to functions.

use palisade_flow::ir::{Language, Module};
use palisade_model::limits::Limits;
use palisade_model::source::FileId;

/// The files of the tree, by path relative to the root; nothing is read.
pub trait Paths {
    /// Whether a file of this path exists.
    fn has(&self, path: &str) -> bool;
    /// Paths that end in `/suffix` (or equal it), sorted; used for guesses.
    fn ending(&self, suffix: &str) -> Vec<String>;
    /// The text of a small settings file (`package.json`, `tsconfig.json`), if it exists.
    fn settings(&self, path: &str) -> Option<String>;
}

/// What an import names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// A file of the tree.
    File(String),
    /// An external API, by dotted path: `os.path`, `child_process`, `@aws-sdk/client-s3`.
    External(String),
    /// Neither.
    Unresolved,
}

/// Where code of one function is searched: its code folder, then the folders of its layers; relative to the root.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roots {
    /// The code folder, `.` for the root.
    pub code: String,
    /// Content folders of layers.
    pub layers: Vec<String>,
}

/// Where a handler's source is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandlerSource {
    /// The file, relative to the root.
    pub path: String,
    /// The function in it: an exported name, dotted for a member.
    pub function: String,
}

/// One language.
pub trait Frontend: Sync {
    /// The language.
    fn language(&self) -> Language;
    /// File endings without the dot.
    fn extensions(&self) -> &'static [&'static str];
    /// Whether a runtime word such as `python3.12` runs this language.
    fn runs(&self, runtime: &str) -> bool;
    /// Lowers a file. Never fails: what could not be read is a problem of the module.
    fn lower(&self, file: FileId, path: &str, text: &str, limits: &Limits) -> Module;
    /// Resolves an import as written in the file `from`; the flag says that it was guessed.
    fn resolve(
        &self,
        import: &str,
        from: &str,
        roots: &Roots,
        paths: &dyn Paths,
    ) -> (Resolved, bool);
    /// Candidates for a handler string, the best first; empty where nothing fits. `entries` are build entry points.
    fn handler(
        &self,
        handler: &str,
        roots: &Roots,
        entries: &[String],
        paths: &dyn Paths,
    ) -> Vec<HandlerSource>;
    /// Exported functions that look like handlers, for code that no template names.
    fn handlers_by_shape(&self, module: &Module) -> Vec<String>;
    /// The library models: file name and TOML text.
    fn library(&self) -> &'static [(&'static str, &'static str)];
}
