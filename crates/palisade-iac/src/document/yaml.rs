//! YAML: events of the parser become nodes, and a broken entry costs only itself.

use granit_parser::{Event, Parser, ScalarStyle, Span as Range, StructureStyle, Tag};
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources, Span};
use rustc_hash::FxHashMap;

use super::builder::{Builder, Failure, Places};
use super::placeholder::{Cover, Placeholders};
use super::{Dialect, Document, NodeRef, recover};
use crate::value::Style;

/// Suffixes of `tag:yaml.org,2002:` that exist.
const CORE_TAGS: [&str; 14] = [
    "str",
    "int",
    "float",
    "bool",
    "null",
    "seq",
    "map",
    "set",
    "omap",
    "pairs",
    "binary",
    "timestamp",
    "merge",
    "value",
];
const CORE: &str = "tag:yaml.org,2002:";

/// Parses a YAML file.
pub(crate) fn parse(
    sources: &Sources,
    file: FileId,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Option<Document> {
    let whole = sources.text(file);
    let text = whole.trim_start_matches('\u{feff}');
    let base = whole.len() - text.len();
    let (covered, placeholders) = Placeholders::cover(text, Cover::Word);
    let attempt = |text: &str| {
        let mut builder = Builder::new(sources, file, limits, &placeholders, Places::From(base));
        let outcome = read(text, limits, &mut builder);
        let span = Span::new(file, 0, whole.len());
        let (document, found) = builder.finish(Dialect::Yaml, span);
        (document, found, outcome)
    };
    let read = recover::read(&covered, Dialect::Yaml, attempt);
    problems.extend(read.problems);
    for lost in read.lost {
        problems.push(lost.problem(file, base, sources, &placeholders));
    }
    Some(read.document)
}

/// Feeds the events of a text to the builder.
fn read(text: &str, limits: &Limits, builder: &mut Builder<'_>) -> Result<(), Failure> {
    let options = granit_parser::options! {
        block_scalar_eof_without_line_feed: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: limits.yaml_depth,
        block_nesting_limit: limits.yaml_depth,
    };
    let mut anchors: FxHashMap<usize, NodeRef> = FxHashMap::default();
    let mut last = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let failure = |at: usize, message: String, limit: bool, builder: &Builder<'_>| Failure {
            at,
            suspect: builder.flow_start().unwrap_or(last),
            in_flow: builder.flow_start().is_some(),
            message,
            limit,
        };
        let (event, range) = match next {
            Ok(next) => next,
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(last);
                let message = error.info();
                let limit = message.contains("nest") || message.contains("limit");
                return Err(failure(at.min(text.len()), message, limit, builder));
            }
        };
        if builder.is_full() || builder.depth() > limits.yaml_depth {
            let message = if builder.is_full() {
                format!("more than {} nodes", limits.document_nodes)
            } else {
                format!("nested deeper than {}", limits.yaml_depth)
            };
            return Err(failure(last, message, true, builder));
        }
        let bytes = range.byte_range().unwrap_or(last..last);
        let start = bytes.start;
        step(text, event, range, builder, &mut anchors);
        last = start.max(last);
    }
    Ok(())
}

fn step(
    text: &str,
    event: Event<'_>,
    range: Range,
    builder: &mut Builder<'_>,
    anchors: &mut FxHashMap<usize, NodeRef>,
) {
    let bytes = range.byte_range().unwrap_or(0..0);
    let trimmed = text
        .get(bytes.clone())
        .map_or(bytes.end, |slice| bytes.start + slice.trim_end().len());
    let start = range
        .tag_start()
        .and_then(|mark| mark.byte_offset())
        .unwrap_or(bytes.start)
        .min(bytes.start);
    let span = builder.span(start, trimmed.max(bytes.start));
    let node = match event {
        Event::Scalar(value, style, anchor, tag) => {
            let style = match style {
                ScalarStyle::Plain => Style::Plain,
                _ => Style::Quoted,
            };
            let (style, tag) = resolve_tag(style, tag.as_deref(), span, builder);
            builder
                .scalar(&value, style, tag, span)
                .map(|node| (anchor, node))
        }
        Event::SequenceStart(style, anchor, tag) => {
            let flow = (style == StructureStyle::Flow).then_some(bytes.start);
            let (_, tag) = resolve_tag(Style::Plain, tag.as_deref(), span, builder);
            Some((anchor, builder.open(false, flow, tag, span)))
        }
        Event::MappingStart(style, anchor, tag) => {
            let flow = (style == StructureStyle::Flow).then_some(bytes.start);
            let (_, tag) = resolve_tag(Style::Plain, tag.as_deref(), span, builder);
            Some((anchor, builder.open(true, flow, tag, span)))
        }
        Event::SequenceEnd | Event::MappingEnd => {
            // Only the end of a flow collection is a bracket; a block ends with its last child.
            let bracket = text
                .get(bytes.clone())
                .is_some_and(|t| t.starts_with([']', '}']));
            builder.close(bracket.then_some(span));
            None
        }
        Event::Alias(anchor) => {
            let name = text.get(bytes).unwrap_or("*");
            builder.alias(anchors.get(&anchor).copied(), name, span);
            None
        }
        Event::UnresolvedAlias(name) => {
            builder.alias(None, &format!("*{name}"), span);
            None
        }
        _ => None,
    };
    if let Some((anchor, node)) = node.filter(|(anchor, _)| *anchor != 0) {
        anchors.insert(anchor, node);
    }
}

/// Core tags settle the style and vanish; `!Ref` stays as written; `!!Ref` is a slip worth telling.
fn resolve_tag(
    style: Style,
    tag: Option<&Tag>,
    span: Span,
    builder: &mut Builder<'_>,
) -> (Style, Option<Box<str>>) {
    let Some(tag) = tag else {
        return (style, None);
    };
    let full = tag.to_string();
    if let Some(core) = full.strip_prefix(CORE) {
        if CORE_TAGS.contains(&core) {
            let style = if core == "str" { Style::Quoted } else { style };
            return (style, None);
        }
        builder.report(
            span,
            ProblemKind::Malformed,
            Cost::Value,
            format!(
                "tag `!!{core}` does not exist: the value stays unknown; did you mean `!{core}`?"
            ),
        );
        return (style, Some(format!("!!{core}").into()));
    }
    if full == "!" {
        return (Style::Quoted, None);
    }
    (style, Some(full.into()))
}
