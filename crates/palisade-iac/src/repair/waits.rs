//! Waiting that a reference makes needless: who refers to a resource waits for it without `DependsOn`.

use std::collections::BTreeMap;

use palisade_model::edit::FileEdit;
use palisade_model::source::Sources;

use crate::document::{self, NodeRef, Shape};

use super::bench::{Bench, Work, key_of};
use super::graph::names;
use super::sheet::Sheet;

/// What each resource refers to, or names in `DependsOn`, and how often.
pub(crate) type Names = BTreeMap<String, BTreeMap<String, usize>>;

/// Marks the entries of `DependsOn` that edits make needless, as linters say of them; whether there are any.
///
/// They are part of the edit: a reference that it brings in says the same.
pub(crate) fn drop_needless(bench: &Bench<'_>, files: &[FileEdit], work: &mut Work) -> bool {
    let mut any = false;
    for edit in files {
        let Some(sheet) = bench.sheet(edit.file()) else {
            continue;
        };
        let Some(resources) = bench.resources(sheet) else {
            continue;
        };
        let waits = entries(sheet, resources);
        if waits.is_empty() {
            continue;
        }
        let old = references(sheet, resources);
        let Some(new) = references_after(bench, edit) else {
            continue;
        };
        let refers = |all: &Names, id: &str, to: &str| {
            let names = all.get(id).and_then(|names| names.get(to));
            names.copied().unwrap_or(0)
        };
        let batch = work.batch(edit.file());
        for (id, to, node) in waits {
            if refers(&new, &id, &to) > refers(&old, &id, &to) && !batch.is_lost(sheet, node) {
                batch.remove(node);
                any = true;
            }
        }
    }
    any
}

/// What the resources of an edited file refer to.
fn references_after(bench: &Bench<'_>, edit: &FileEdit) -> Option<Names> {
    let mut sources = Sources::default();
    let file = sources.add(edit.path(), edit.after());
    let limits = bench.reading.limits;
    let document = document::parse(&sources, file, limits, &mut Vec::new())?;
    let sheet = Sheet::new(edit.path(), sources.text(file), &document);
    let root = document.root()?;
    let resources = document.get(root, "Resources");
    let resources = resources.or_else(|| sheet.find(root, &["resources", "Resources"]))?;
    Some(references(&sheet, resources))
}

/// Each entry of `DependsOn`: who waits, for what, and its place.
fn entries(sheet: &Sheet<'_>, resources: NodeRef) -> Vec<(String, String, NodeRef)> {
    let mut found = Vec::new();
    for entry in sheet.own(resources) {
        let Some(value) = sheet.own_value(entry.value, "DependsOn") else {
            continue;
        };
        let one = [value];
        let nodes: &[NodeRef] = match sheet.shape(value) {
            Some(Shape::List(_)) => sheet.items(value),
            _ => &one,
        };
        for node in nodes {
            if let Some(name) = sheet.document.text(*node) {
                found.push((entry.key.to_string(), name.to_owned(), *node));
            }
        }
    }
    found
}

/// What each resource names in `DependsOn`.
pub(crate) fn waits(sheet: &Sheet<'_>, resources: NodeRef) -> Names {
    let mut found = Names::new();
    for (id, to, _) in entries(sheet, resources) {
        count(&mut found, id, to);
    }
    found
}

/// What each resource refers to whenever that is there.
pub(crate) fn references(sheet: &Sheet<'_>, resources: NodeRef) -> Names {
    let mut found = Names::new();
    let mut inside: BTreeMap<NodeRef, &str> = BTreeMap::new();
    for entry in sheet.own(resources) {
        inside.insert(entry.value, &entry.key);
    }
    for (at, node) in sheet.document.all() {
        // Parents come first, so one look up is enough.
        let owner = inside.get(&at).copied();
        let owner = owner.or_else(|| inside.get(&sheet.parent(at)?).copied());
        let Some(owner) = owner else { continue };
        inside.insert(at, owner);
        let Shape::Scalar(scalar) = &node.shape else {
            continue;
        };
        if key_of(sheet, at) == Some("DependsOn") {
            continue;
        }
        for name in names(sheet, at, &scalar.text) {
            if !is_chosen(sheet, resources, at, &name) {
                count(&mut found, owner.to_owned(), name);
            }
        }
    }
    found
}

fn count(all: &mut Names, id: String, name: String) {
    *all.entry(id).or_default().entry(name).or_default() += 1;
}

/// Whether a condition decides about a reference that is not that of the resource which it names.
fn is_chosen(sheet: &Sheet<'_>, resources: NodeRef, at: NodeRef, name: &str) -> bool {
    let condition = sheet
        .own_value(resources, name)
        .and_then(|resource| sheet.own_value(resource, "Condition"))
        .and_then(|condition| sheet.document.text(condition));
    let choice = |node: &NodeRef| {
        let tagged = sheet.node(*node).and_then(|node| node.tag.as_deref()) == Some("!If");
        let long = sheet.entry_of(*node).is_some_and(|e| &*e.key == "Fn::If");
        tagged || long
    };
    let tested = |node: NodeRef| {
        let first = sheet.items(node).first();
        first.and_then(|first| sheet.document.text(*first))
    };
    sheet
        .around(at)
        .filter(choice)
        .any(|node| tested(node) != condition || condition.is_none())
}
