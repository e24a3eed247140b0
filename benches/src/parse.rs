//! Parsing alone, with the parsers that a scan uses: what the scan is measured against.

use palisade_lang::bundle;
use palisade_model::source::Sources;
use ruff_python_ast::PySourceType;

use crate::machine;

/// Parsers recurse; what a scan refuses as too deep is parsed here.
const STACK_BYTES: usize = 512 << 20;

/// What parsing took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parsed {
    /// Microseconds of the processor.
    pub(crate) us: u64,
    /// Bytes parsed.
    pub(crate) bytes: u64,
    /// Files parsed.
    pub(crate) files: u64,
}

/// Parses every file that a scan parsed.
pub(crate) fn all(sources: &Sources) -> Parsed {
    std::thread::scope(|scope| {
        let work = || {
            let before = machine::thread_us();
            let mut parsed = Parsed::default();
            for (_, file) in sources.iter() {
                if one(&file.path, &file.text) {
                    parsed.bytes += file.text.len() as u64;
                    parsed.files += 1;
                }
            }
            parsed.us = machine::thread_us().saturating_sub(before);
            parsed
        };
        let thread = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work);
        thread
            .ok()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default()
    })
}

fn one(path: &str, text: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let source = matches!(
        ending,
        "py" | "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx"
    );
    if source && bundle::recognized(text).is_some() {
        return false;
    }
    match ending {
        "py" => python(text),
        "js" | "mjs" | "cjs" | "jsx" => tree(&tree_sitter_javascript::LANGUAGE.into(), text),
        "ts" | "mts" | "cts" => tree(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), text),
        "tsx" => tree(&tree_sitter_typescript::LANGUAGE_TSX.into(), text),
        "yaml" | "yml" | "template" if palisade_iac::recognize::may_be_template(text) => yaml(text),
        "json" if palisade_iac::recognize::may_be_template(text) => json(text),
        _ => false,
    }
}

fn python(text: &str) -> bool {
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    !parsed.suite().is_empty()
}

fn tree(language: &tree_sitter::Language, text: &str) -> bool {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(language).is_ok() && parser.parse(text, None).is_some()
}

fn yaml(text: &str) -> bool {
    let options = granit_parser::options! {
        block_scalar_eof_without_line_feed: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: 255,
        block_nesting_limit: 255,
    };
    granit_parser::Parser::new_from_str_with_options(text, options)
        .take_while(Result::is_ok)
        .count()
        > 0
}

fn json(text: &str) -> bool {
    let (collect, options) = (
        jsonc_parser::CollectOptions::default(),
        jsonc_parser::ParseOptions::default(),
    );
    jsonc_parser::parse_to_ast(text, &collect, &options).is_ok()
}
