//! JSON: with comments, trailing commas and duplicate keys, and a broken entry costs only itself.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions};
use palisade_model::limits::Limits;
use palisade_model::problem::Problem;
use palisade_model::source::{FileId, Sources, Span};

use super::builder::{Builder, Failure, Places};
use super::placeholder::{Cover, Placeholders};
use super::{Dialect, Document, recover};
use crate::value::Style;

/// Parses a JSON file.
pub(crate) fn parse(
    sources: &Sources,
    file: FileId,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Option<Document> {
    let whole = sources.text(file);
    let text = whole.trim_start_matches('\u{feff}');
    let base = whole.len() - text.len();
    let span = Span::new(file, 0, whole.len());
    let none = Placeholders::default();
    let attempt = |text: &str, placeholders: &Placeholders| {
        let places = Places::From(base);
        let mut builder = Builder::new(sources, file, limits, placeholders, places);
        let outcome = read(text, limits, &mut builder);
        let (document, found) = builder.finish(Dialect::Json, span);
        (document, found, outcome)
    };
    let (document, found, outcome) = attempt(text, &none);
    if outcome.is_ok() {
        problems.extend(found);
        return Some(document);
    }
    let (covered, placeholders) = Placeholders::cover(text, Cover::Quoted);
    let read = recover::read(&covered, Dialect::Json, |text| attempt(text, &placeholders));
    problems.extend(read.problems);
    for lost in read.lost {
        problems.push(lost.problem(file, base, sources, &placeholders));
    }
    Some(read.document)
}

/// Parses JSON that stands in a scalar of a file; `None` where it is no JSON.
pub(crate) fn parse_embedded(
    text: &str,
    whole: Span,
    segments: Vec<(usize, usize)>,
    sources: &Sources,
    limits: &Limits,
) -> Option<(Document, Vec<Problem>)> {
    let none = Placeholders::default();
    let places = Places::Segments(whole, segments);
    let mut builder = Builder::new(sources, whole.file, limits, &none, places);
    read(text, limits, &mut builder).ok()?;
    let (document, problems) = builder.finish(Dialect::Json, whole);
    document.root().is_some().then_some((document, problems))
}

fn read(text: &str, limits: &Limits, builder: &mut Builder<'_>) -> Result<(), Failure> {
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::Off,
        tokens: false,
    };
    let parsed = jsonc_parser::parse_to_ast(text, &collect, &ParseOptions::default());
    let value = match parsed {
        Ok(parsed) => parsed.value,
        Err(error) => {
            let at = error.range().start.min(text.len());
            return Err(Failure {
                at,
                suspect: at,
                in_flow: false,
                message: error.kind().to_string(),
                limit: matches!(error.kind(), ParseErrorKind::NestingDepthExceeded),
            });
        }
    };
    value.map_or(Ok(()), |value| add(&value, limits, builder))
}

/// The parser stops at 512 levels, so this recursion ends there too.
fn add(value: &Value<'_>, limits: &Limits, builder: &mut Builder<'_>) -> Result<(), Failure> {
    let range = value.range();
    let span = builder.span(range.start, range.end);
    if builder.is_full() || builder.depth() > limits.json_depth {
        let message = if builder.is_full() {
            format!("more than {} nodes", limits.document_nodes)
        } else {
            format!("nested deeper than {}", limits.json_depth)
        };
        return Err(Failure {
            at: range.start,
            suspect: range.start,
            in_flow: false,
            message,
            limit: true,
        });
    }
    match value {
        Value::StringLit(text) => {
            builder.scalar(&text.value, Style::Quoted, None, span);
        }
        Value::NumberLit(number) => {
            builder.scalar(number.value, Style::Plain, None, span);
        }
        Value::BooleanLit(flag) => {
            let word = if flag.value { "true" } else { "false" };
            builder.scalar(word, Style::Plain, None, span);
        }
        Value::NullKeyword(_) => {
            builder.scalar("null", Style::Plain, None, span);
        }
        Value::Array(array) => {
            builder.open(false, None, None, span);
            for item in &array.elements {
                add(item, limits, builder)?;
            }
            builder.close(Some(span));
        }
        Value::Object(object) => {
            builder.open(true, None, None, span);
            for entry in &object.properties {
                let (name, range) = match &entry.name {
                    ObjectPropName::String(text) => (&*text.value, text.range),
                    ObjectPropName::Word(word) => (word.value, word.range),
                };
                let at = builder.span(range.start, range.end);
                builder.scalar(name, Style::Quoted, None, at);
                add(&entry.value, limits, builder)?;
            }
            builder.close(Some(span));
        }
    }
    Ok(())
}
