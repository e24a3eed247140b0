//! A service is resolved once for each stage that something tells apart; what differs becomes a choice by stage.

use std::rc::Rc;

use palisade_model::problem::Problem;
use palisade_model::source::Span;
use rustc_hash::FxHashMap;

use super::files::Files;
use super::resolver::{Resolver, STAGES_MAX};
use super::tree::{Entry, Shape, Tree};

/// Most nodes that are compared over stages.
const MERGED_MAX: usize = 200_000;

/// A service over all its stages.
pub(super) struct Service {
    /// Its stages, the default first.
    pub(super) stages: Vec<String>,
    /// Its tree.
    pub(super) tree: Rc<Tree>,
}

/// Resolves a service.
pub(super) fn resolve(
    files: &mut Files<'_>,
    given: &[(String, String)],
    whole: Span,
    problems: &mut Vec<Problem>,
) -> Option<Service> {
    let fixed = ["stage", "opt:stage"].iter().find_map(|name| {
        let found = given.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    });
    let default = match &fixed {
        Some(stage) => stage.clone(),
        None => Resolver::new(files, given, None, whole)
            .literal(&["provider", "stage"])
            .filter(|stage| !stage.is_empty())
            .unwrap_or_else(|| "dev".to_owned()),
    };
    let mut first = Resolver::new(files, given, Some(default.clone()), whole);
    let tree = first.service()?;
    let mut stages = vec![default];
    let found = std::mem::take(&mut first.stages);
    problems.append(&mut first.problems);
    drop(first);
    if fixed.is_none() {
        for stage in found {
            if !stages.contains(&stage) && stages.len() < STAGES_MAX {
                stages.push(stage);
            }
        }
    }
    let mut trees = vec![Some(tree)];
    for stage in stages.iter().skip(1) {
        trees.push(Resolver::new(files, given, Some(stage.clone()), whole).service());
    }
    let mut merger = Merger {
        count: 0,
        known: FxHashMap::default(),
    };
    let tree = merger.merge(&trees)?;
    Some(Service { stages, tree })
}

struct Merger {
    count: usize,
    /// Sets of trees that were merged already: the same set is the same tree.
    known: FxHashMap<Vec<Option<u64>>, Rc<Tree>>,
}

impl Merger {
    fn merge(&mut self, trees: &[Option<Rc<Tree>>]) -> Option<Rc<Tree>> {
        let first = trees.iter().flatten().next()?;
        let same = |tree: &Option<Rc<Tree>>| {
            tree.as_ref()
                .is_some_and(|t| t.target().hash == first.target().hash)
        };
        if trees.iter().all(same) {
            return Some(Rc::clone(first));
        }
        self.count += 1;
        if self.count > MERGED_MAX {
            return Some(Rc::clone(first));
        }
        let key: Vec<Option<u64>> = trees
            .iter()
            .map(|tree| tree.as_ref().map(|t| t.target().hash))
            .collect();
        if let Some(known) = self.known.get(&key) {
            return Some(Tree::new(Shape::Alias(Rc::clone(known)), first.span));
        }
        let merged = self.merge_new(trees, first);
        self.known.insert(key, Rc::clone(&merged));
        Some(merged)
    }

    /// The entries of all maps, in order of first appearance.
    fn merge_maps(&mut self, all: &[&Rc<Tree>]) -> Vec<Entry> {
        let mut columns = Columns::default();
        let mut order: Vec<&Entry> = Vec::new();
        for (at, tree) in all.iter().enumerate() {
            for entry in tree.entries() {
                let column = columns.entry(&entry.key).or_insert_with(|| {
                    order.push(entry);
                    vec![None; all.len()]
                });
                if let Some(slot) = column.get_mut(at) {
                    *slot = Some(Rc::clone(&entry.value));
                }
            }
        }
        let mut entries = Vec::new();
        for entry in order {
            let column = columns.get(&*entry.key).map_or(&[][..], Vec::as_slice);
            if let Some(value) = self.merge(column) {
                entries.push(Entry {
                    value,
                    ..entry.clone()
                });
            }
        }
        entries
    }

    fn merge_new(&mut self, trees: &[Option<Rc<Tree>>], first: &Rc<Tree>) -> Rc<Tree> {
        let all: Vec<&Rc<Tree>> = trees.iter().flatten().collect();
        let whole = all.len() == trees.len();
        let plain = |tree: &&Rc<Tree>| tree.target().tag.is_none();
        if whole && all.iter().all(plain) {
            if all.iter().all(|tree| is_plain_map(tree)) {
                let entries = self.merge_maps(&all);
                return Tree::new(Shape::Map(entries), first.span);
            }
            let lists: Vec<&Vec<Rc<Tree>>> = all
                .iter()
                .filter_map(|tree| match &tree.target().shape {
                    Shape::List(items) => Some(items),
                    _ => None,
                })
                .collect();
            if let [head, ..] = lists.as_slice()
                && lists.len() == all.len()
                && lists.iter().all(|items| items.len() == head.len())
            {
                let items = (0..head.len()).filter_map(|at| {
                    let each: Vec<Option<Rc<Tree>>> =
                        lists.iter().map(|items| items.get(at).cloned()).collect();
                    self.merge(&each)
                });
                let items: Vec<Rc<Tree>> = items.collect();
                return Tree::new(Shape::List(items), first.span);
            }
        }
        Tree::new(Shape::PerStage(trees.to_vec()), first.span)
    }
}

/// Entries of maps by key: for each map its value, nothing where it has none.
type Columns<'t> = FxHashMap<&'t str, Vec<Option<Rc<Tree>>>>;

/// A map that is no call of an intrinsic.
fn is_plain_map(tree: &Rc<Tree>) -> bool {
    match &tree.target().shape {
        Shape::Map(entries) => match entries.as_slice() {
            [only] => &*only.key != "Ref" && !only.key.starts_with("Fn::"),
            _ => true,
        },
        _ => false,
    }
}
