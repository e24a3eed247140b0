//! A resolved service as one document: what it declares itself, and its resources merged with their extensions.

use std::rc::Rc;

use palisade_model::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use super::emit::Emitter;
use super::tree::{Entry, Shape, Tree};
use super::worlds::Service;
use crate::document::{Document, NodeRef};

/// Sections of `resources` that stand in a template as they are.
const SECTIONS: &[&str] = &["Mappings", "Outputs"];
/// Deepest nesting of maps that are merged.
const MERGE_DEPTH: usize = 16;

/// The service with its resources apart, as a template whose `Globals` hold the service.
pub(super) fn document(service: &Service, written: &Document, most: usize) -> Option<Document> {
    let span = written.span;
    let mut emitter = Emitter::new(&service.stages, most);
    let mut root: Vec<(Box<str>, Span, NodeRef)> = Vec::new();
    let sections = sections(service);
    let mut conditions: Vec<(Box<str>, Span, NodeRef)> = Vec::new();
    for entry in section(&sections, "Conditions") {
        // A condition is no value: of one that differs by stage the default's is taken.
        let node = emitter.tree(&first_of(&entry.value));
        conditions.push((entry.key, entry.span, node));
    }
    let mut resources: Vec<(Box<str>, Span, NodeRef)> = Vec::new();
    let mut overrides: Vec<(Box<str>, Span, NodeRef)> = Vec::new();
    for entry in section(&sections, "Resources") {
        let (tree, stages) = present(&entry.value);
        if tree.is_null() {
            continue;
        }
        if tree.get("Type").is_none() && !tree.entries().is_empty() {
            let node = emitter.tree(&entry.value);
            overrides.push((entry.key, entry.span, node));
            continue;
        }
        let node = match stages {
            None => emitter.tree(&tree),
            Some(stages) => {
                let set = emitter.set(stages, entry.span);
                guarded(&tree, set, &entry, &mut conditions, &mut emitter)
            }
        };
        resources.push((entry.key, entry.span, node));
    }
    let extensions: Vec<(Box<str>, Span, NodeRef)> = section(&sections, "extensions")
        .into_iter()
        .map(|e| (e.key, e.span, emitter.tree(&e.value)))
        .collect();
    for name in SECTIONS {
        let entries: Vec<(Box<str>, Span, NodeRef)> = section(&sections, name)
            .into_iter()
            .map(|e| {
                let tree = if *name == "Mappings" {
                    first_of(&e.value)
                } else {
                    Rc::clone(&e.value)
                };
                (e.key, e.span, emitter.tree(&tree))
            })
            .collect();
        if !entries.is_empty() {
            let node = emitter.map(entries, span);
            root.push(((*name).into(), span, node));
        }
    }
    let mut globals: Vec<(Box<str>, Span, NodeRef)> = Vec::new();
    let own: Vec<(Box<str>, Span, NodeRef)> = service
        .tree
        .entries()
        .iter()
        .filter(|e| &*e.key != "resources")
        .map(|e| (e.key.clone(), e.span, emitter.tree(&e.value)))
        .collect();
    let own = emitter.map(own, span);
    globals.push(("service".into(), span, own));
    let prefix = prefix(service, &mut emitter, span);
    globals.push(("prefix".into(), span, prefix));
    let overrides = emitter.map(overrides, span);
    globals.push(("overrides".into(), span, overrides));
    let extensions = emitter.map(extensions, span);
    globals.push(("extensions".into(), span, extensions));
    let globals = emitter.map(globals, span);
    root.push(("Globals".into(), span, globals));
    let resources = emitter.map(resources, span);
    root.push(("Resources".into(), span, resources));
    let mut parameters: Vec<(Box<str>, Span, NodeRef)> = section(&sections, "Parameters")
        .into_iter()
        .map(|e| (e.key, e.span, emitter.tree(&first_of(&e.value))))
        .collect();
    emitter.conditions(&mut conditions, span);
    let stage = service
        .tree
        .get("provider")
        .and_then(|provider| provider.get("stage"))
        .map(|stage| stage.span);
    emitter.parameters(&mut parameters, stage, span);
    unique(&mut parameters);
    unique(&mut conditions);
    let parameters = emitter.map(parameters, span);
    root.push(("Parameters".into(), span, parameters));
    let conditions = emitter.map(conditions, span);
    root.push(("Conditions".into(), span, conditions));
    let root = emitter.map(root, span);
    Some(emitter.finish(root, written.file, span))
}

fn unique(entries: &mut Vec<(Box<str>, Span, NodeRef)>) {
    let mut seen = FxHashSet::default();
    entries.retain(|(name, _, _)| seen.insert(name.clone()));
}

/// `<service>-<stage>`: what the names of functions begin with.
fn prefix(service: &Service, emitter: &mut Emitter<'_>, span: Span) -> NodeRef {
    let written = service.tree.get("service");
    let name = written.and_then(|tree| match &tree.target().shape {
        Shape::Map(_) => tree.get("name"),
        _ => Some(tree),
    });
    let name = match name {
        Some(name) => emitter.tree(&name),
        None => emitter.word("", span),
    };
    let stage = emitter.tree(&Tree::part(super::tree::Part::Stage, span));
    let text = emitter.word("${service}-${stage}", span);
    let bound = emitter.map(
        vec![
            ("service".into(), span, name),
            ("stage".into(), span, stage),
        ],
        span,
    );
    let argument = emitter.list(vec![text, bound], span);
    emitter.map(vec![("Fn::Sub".into(), span, argument)], span)
}

/// Every map of `resources`, in order; each with the sections of a template.
fn sections(service: &Service) -> Vec<Rc<Tree>> {
    let Some(resources) = service.tree.get("resources") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![resources];
    // Lists of lists are not written; aliases could make a long walk of a short text.
    for _ in 0..10_000 {
        let Some(tree) = open.pop() else {
            break;
        };
        match &tree.target().shape {
            Shape::List(items) => open.extend(items.iter().rev().cloned()),
            Shape::PerStage(trees) => open.extend(trees.iter().flatten().take(1).cloned()),
            Shape::Map(_) => found.push(tree),
            _ => {}
        }
    }
    found
}

/// The entries of one section over all maps: later ones are merged over earlier ones.
fn section(maps: &[Rc<Tree>], name: &str) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut at: FxHashMap<Box<str>, usize> = FxHashMap::default();
    for map in maps {
        let Some(section) = map.get(name) else {
            continue;
        };
        // A list of maps is taken as their sum.
        let parts: Vec<Rc<Tree>> = match &section.target().shape {
            Shape::List(items) => items.clone(),
            Shape::PerStage(trees) => trees.iter().flatten().take(1).cloned().collect(),
            _ => vec![section],
        };
        for part in parts {
            for entry in part.entries() {
                let known = at.get(&entry.key).and_then(|at| found.get_mut(*at));
                match known {
                    Some(before) => before.value = merged(&before.value, &entry.value, 0),
                    None => {
                        at.insert(entry.key.clone(), found.len());
                        found.push(entry.clone());
                    }
                }
            }
        }
    }
    found
}

/// Maps merge deeply; of anything else the later one stays.
fn merged(before: &Rc<Tree>, after: &Rc<Tree>, depth: usize) -> Rc<Tree> {
    let both = [before, after].map(|tree| matches!(&tree.target().shape, Shape::Map(_)));
    if both != [true, true] || depth > MERGE_DEPTH {
        return Rc::clone(after);
    }
    let mut entries: Vec<Entry> = before.entries().to_vec();
    for entry in after.entries() {
        match entries.iter_mut().find(|e| e.key == entry.key) {
            Some(known) => known.value = merged(&known.value, &entry.value, depth + 1),
            None => entries.push(entry.clone()),
        }
    }
    Tree::new(Shape::Map(entries), before.span)
}

/// What stands for a tree that differs by stage: the first there is, and the stages that have it.
fn present(tree: &Rc<Tree>) -> (Rc<Tree>, Option<Vec<usize>>) {
    let Shape::PerStage(trees) = &tree.target().shape else {
        return (Rc::clone(tree), None);
    };
    let Some(first) = trees.iter().flatten().find(|tree| !tree.is_null()) else {
        return (Tree::new(Shape::Null, tree.span), None);
    };
    let members = trees
        .iter()
        .enumerate()
        .filter(|(_, tree)| tree.as_ref().is_some_and(|tree| !tree.is_null()))
        .map(|(at, _)| at)
        .collect();
    (Rc::clone(first), Some(members))
}

fn first_of(tree: &Rc<Tree>) -> Rc<Tree> {
    present(tree).0
}

/// A resource that only some stages have, under a condition.
fn guarded(
    tree: &Rc<Tree>,
    set: String,
    entry: &Entry,
    conditions: &mut Vec<(Box<str>, Span, NodeRef)>,
    emitter: &mut Emitter<'_>,
) -> NodeRef {
    let own = tree
        .get("Condition")
        .and_then(|condition| condition.literal(None));
    let name = match own {
        None => set,
        Some(own) => {
            let name = format!("{set} and {own}");
            if !conditions.iter().any(|(known, _, _)| **known == *name) {
                let node = emitter.both(&set, &own, entry.span);
                conditions.push((name.clone().into(), entry.span, node));
            }
            name
        }
    };
    let mut entries: Vec<(Box<str>, Span, NodeRef)> = tree
        .entries()
        .iter()
        .filter(|e| &*e.key != "Condition")
        .map(|e| (e.key.clone(), e.span, emitter.tree(&e.value)))
        .collect();
    let node = emitter.word(&name, entry.span);
    entries.push(("Condition".into(), entry.span, node));
    emitter.map(entries, entry.span)
}
