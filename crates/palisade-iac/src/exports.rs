//! Templates that import what another one exports: by nearest scope, one candidate joins, several are ambiguous.

use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{Sources, Span};
use rustc_hash::FxHashMap;

use crate::document::{Document, NodeRef, Shape};
use crate::plan::{AppPlan, folder};

/// Joins the plans of templates that import from each other.
pub fn join(sources: &Sources, plans: Vec<AppPlan>, problems: &mut Vec<Problem>) -> Vec<AppPlan> {
    let mut exporters: FxHashMap<String, Vec<(String, usize)>> = FxHashMap::default();
    let mut imports: Vec<(String, String, Span, usize)> = Vec::new();
    for (at, plan) in plans.iter().enumerate() {
        for file in &plan.templates {
            let Some(parsed) = plan.document(*file) else {
                continue;
            };
            let path = sources.path(*file);
            for name in exports(&parsed.document) {
                let of = exporters.entry(name).or_default();
                if !of.iter().any(|(known, _)| known == path) {
                    of.push((path.to_owned(), at));
                }
            }
            if sources.text(*file).contains("ImportValue") {
                for (name, span) in imported(&parsed.document) {
                    imports.push((path.to_owned(), name, span, at));
                }
            }
        }
    }
    let mut group: Vec<usize> = (0..plans.len()).collect();
    for (path, name, span, at) in imports {
        let Some(candidates) = exporters.get(&name) else {
            continue;
        };
        match nearest(&path, candidates).as_slice() {
            [one] => unite(&mut group, at, *one),
            [] => {}
            several => problems.push(Problem::at(
                span,
                ProblemKind::Ambiguous,
                Cost::Value,
                format!(
                    "`{name}` is exported by {} templates: none of them was taken",
                    several.len()
                ),
            )),
        }
    }
    let mut joined: Vec<Option<AppPlan>> = plans.into_iter().map(Some).collect();
    for at in (0..joined.len()).rev() {
        let into = root(&group, at);
        if into != at
            && let Some(plan) = joined.get_mut(at).and_then(Option::take)
            && let Some(Some(target)) = joined.get_mut(into)
        {
            target.absorb(plan);
        }
    }
    joined.into_iter().flatten().collect()
}

/// The candidates of the nearest folder around a template that holds any.
fn nearest(path: &str, candidates: &[(String, usize)]) -> Vec<usize> {
    let mut scope = folder(path);
    loop {
        let inside: Vec<usize> = candidates
            .iter()
            .filter(|(other, _)| {
                other != path
                    && (scope.is_empty()
                        || other
                            .strip_prefix(scope)
                            .is_some_and(|r| r.starts_with('/')))
            })
            .map(|(_, at)| *at)
            .collect();
        if !inside.is_empty() || scope.is_empty() {
            return inside;
        }
        scope = folder(scope);
    }
}

fn root(group: &[usize], mut at: usize) -> usize {
    while let Some(up) = group.get(at).copied().filter(|up| *up != at) {
        at = up;
    }
    at
}

/// The smaller number stays, so that the order of Apps does not depend on the order of imports.
fn unite(group: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(group, a), root(group, b));
    if let Some(slot) = group.get_mut(a.max(b)) {
        *slot = a.min(b);
    }
}

/// Names that a template exports, as written.
fn exports(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    let Some(outputs) = document
        .root()
        .and_then(|root| document.get(root, "Outputs"))
    else {
        return found;
    };
    for (entry, _) in document.merged(outputs) {
        let name = document
            .get(entry.value, "Export")
            .and_then(|export| document.get(export, "Name"))
            .and_then(|name| words(document, name, 0));
        found.extend(name);
    }
    found
}

/// Names that a template imports, as written.
fn imported(document: &Document) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for (node, shape) in document.all() {
        if shape.tag.as_deref() == Some("!ImportValue") {
            found.extend(words(document, node, 0).map(|name| (name, shape.span)));
        }
        if let Shape::Map(entries) = &shape.shape {
            for entry in entries {
                if &*entry.key == "Fn::ImportValue" {
                    found
                        .extend(words(document, entry.value, 0).map(|name| (name, entry.key_span)));
                }
            }
        }
    }
    found
}

/// The text of a scalar, of `{Fn::Sub: text}`, or of the first item of a list.
fn words(document: &Document, node: NodeRef, deep: u8) -> Option<String> {
    if deep > 4 {
        return None;
    }
    match document.shape(node) {
        Shape::Scalar(scalar) => Some(scalar.text.to_string()),
        Shape::Map(entries) => match entries.as_ref() {
            [only] => words(document, only.value, deep + 1),
            _ => None,
        },
        Shape::List(items) => words(document, *items.first()?, deep + 1),
        _ => None,
    }
}
