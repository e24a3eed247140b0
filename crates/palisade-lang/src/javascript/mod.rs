//! JavaScript and TypeScript: tree-sitter trees to IR, names to files, handler strings to functions.

mod call;
mod class;
mod data;
mod entry;
mod expression;
mod facts;
mod function;
mod kinds;
mod library;
mod literal;
mod lower;
mod mask;
mod modules;
mod pattern;
mod prototype;
mod resolve;
mod settings;
mod shape;
mod statement;

use palisade_flow::ir::{Language, Module};
use palisade_model::limits::Limits;
use palisade_model::source::FileId;

use crate::frontend::{Frontend, HandlerSource, Paths, Resolved, Roots};

/// The front end of JavaScript and TypeScript.
#[derive(Clone, Copy, Debug)]
pub struct JavaScript;

impl Frontend for JavaScript {
    fn language(&self) -> Language {
        Language::JavaScript
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"]
    }

    fn runs(&self, runtime: &str) -> bool {
        let runtime = runtime.to_ascii_lowercase();
        ["node", "javascript", "typescript"]
            .iter()
            .any(|word| runtime.starts_with(word))
    }

    fn lower(&self, file: FileId, path: &str, text: &str, limits: &Limits) -> Module {
        lower::lower(file, path, text, limits)
    }

    fn resolve(
        &self,
        import: &str,
        from: &str,
        roots: &Roots,
        paths: &dyn Paths,
    ) -> (Resolved, bool) {
        resolve::resolve(import, from, roots, paths)
    }

    fn handler(
        &self,
        handler: &str,
        roots: &Roots,
        entries: &[String],
        paths: &dyn Paths,
    ) -> Vec<HandlerSource> {
        entry::handler(handler, roots, entries, paths)
    }

    fn handlers_by_shape(&self, module: &Module) -> Vec<String> {
        shape::handlers(module)
    }

    fn library(&self) -> &'static [(&'static str, &'static str)] {
        library::FILES
    }
}
