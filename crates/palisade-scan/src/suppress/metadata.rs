//! Acceptances in templates: `Metadata: palisade: ignore:` of a resource.

use palisade_iac::document::{Document, Entry, NodeRef, Shape};
use palisade_model::problem::Problem;
use palisade_model::source::Span;
use rustc_hash::FxHashSet;

use super::{Acceptance, Context, Scope, Written, checked, reason_and_date, wrong};

/// Finds them in all templates.
pub(super) fn find(context: Context<'_>, all: &mut Vec<Acceptance>, problems: &mut Vec<Problem>) {
    let mut seen = FxHashSet::default();
    for plan in context.plans {
        for file in &plan.templates {
            if let Some(parsed) = plan.document(*file)
                && seen.insert(*file)
                && context.sources.text(*file).contains("alisade")
            {
                of_template(context, &parsed.document, all, problems);
            }
        }
    }
}

fn of_template(
    context: Context<'_>,
    document: &Document,
    all: &mut Vec<Acceptance>,
    problems: &mut Vec<Problem>,
) {
    let Some(resources) = document
        .root()
        .and_then(|root| document.get(root, "Resources"))
    else {
        return;
    };
    for (resource, _) in document.merged(resources) {
        let Some(metadata) = document.get(resource.value, "Metadata") else {
            continue;
        };
        let Some(ours) = document
            .entries(metadata)
            .iter()
            .find(|e| e.key.eq_ignore_ascii_case("palisade"))
        else {
            continue;
        };
        let scope = resource.key_span.to(document.span(resource.value));
        let ignore = document
            .entry(ours.value, "ignore")
            .filter(|_| &*ours.key == "palisade");
        let Some(ignore) = ignore else {
            let message = "this looks like an exception but is none: write `palisade:`, and below it `ignore:` with rules and reasons";
            problems.push(wrong(ours.key_span, message.to_owned()));
            continue;
        };
        let before = all.len() + problems.len();
        each(document, ignore.value, &mut |row| {
            let words = format!("`ignore` of `{}`", row.rules.join(", "));
            let written = Written {
                rules: row.rules,
                reason: row.reason,
                until: row.until,
                place: row.place,
                words,
                scope: Scope::Resource(scope),
            };
            checked(written, context.rules, all, problems);
        });
        if all.len() + problems.len() == before {
            problems.push(wrong(
                ignore.key_span,
                "`palisade: ignore:` names no rule: it does nothing".to_owned(),
            ));
        }
    }
}

struct Row<'a> {
    rules: Vec<&'a str>,
    reason: String,
    until: Option<String>,
    place: Span,
}

/// Rows of `{rule: reason}`, `{rule: {reason, until}}`, `[{rule, reason, until}]`, `[{rule: reason}]`.
fn each<'d>(document: &'d Document, node: NodeRef, visit: &mut dyn FnMut(Row<'d>)) {
    match document.shape(node) {
        Shape::Map(entries) => entries
            .iter()
            .for_each(|entry| visit(of_entry(document, entry))),
        Shape::List(items) => {
            for item in items {
                if let Some(rule) = document.get(*item, "rule") {
                    visit(of_row(document, rule, *item));
                } else if let Shape::Map(entries) = document.shape(*item) {
                    entries
                        .iter()
                        .for_each(|entry| visit(of_entry(document, entry)));
                } else if let Some(text) = document.text(*item) {
                    visit(bare(text, document.span(*item)));
                }
            }
        }
        _ => {
            if let Some(text) = document.text(node) {
                visit(bare(text, document.span(node)));
            }
        }
    }
}

/// A rule alone: there is no reason.
fn bare(rule: &str, place: Span) -> Row<'_> {
    Row {
        rules: vec![rule],
        reason: String::new(),
        until: None,
        place,
    }
}

fn of_entry<'d>(document: &'d Document, entry: &'d Entry) -> Row<'d> {
    let mut row = match document.text(entry.value) {
        Some(text) => {
            let (reason, until) = reason_and_date(text);
            Row {
                rules: Vec::new(),
                reason,
                until,
                place: entry.key_span,
            }
        }
        None => said(document, entry.value, entry.key_span),
    };
    row.rules = vec![&entry.key];
    row.place = entry.key_span;
    row
}

fn of_row(document: &Document, rule: NodeRef, item: NodeRef) -> Row<'_> {
    let mut row = said(document, item, document.span(rule));
    match document.shape(rule) {
        Shape::List(items) => row
            .rules
            .extend(items.iter().filter_map(|i| document.text(*i))),
        _ => row.rules.extend(document.text(rule)),
    }
    row
}

fn said(document: &Document, map: NodeRef, place: Span) -> Row<'_> {
    let text = |key: &str| document.get(map, key).and_then(|node| document.text(node));
    let (reason, until) = reason_and_date(text("reason").unwrap_or_default());
    Row {
        rules: Vec::new(),
        reason,
        until: text("until").map(str::to_owned).or(until),
        place,
    }
}
