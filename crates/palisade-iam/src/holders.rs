//! Resources that hold data, found by how what they are called begins.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{Kind, NodeId, ResourceId};

use crate::naming::{Subject, subject_of};
use crate::nodes::Nodes;
use crate::pattern::{Pattern, Token, may_be_name};
use crate::rights::Right;

/// Patterns up to this length are always compared token by token.
const LENGTH_MAX: usize = 1024;

/// How a pattern begins: two that meet begin alike. In front of the name of a node stand characters and narrow
/// holes alone, and these never hold `:` or `/`; so both sides have as many of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Head {
    /// With the name of a node.
    Name(NodeId, Separators),
    /// With something that may be a name, or anything else.
    Open(Separators),
    /// There is no name in it.
    Closed,
    /// Not told.
    Any,
}

/// How many `:` and `/` there are.
type Separators = (usize, usize);

fn head(pattern: &Pattern) -> Head {
    if pattern.0.len() > LENGTH_MAX {
        return Head::Any;
    }
    let mut separators = (0, 0);
    for token in &pattern.0 {
        match token {
            Token::Char(':') => separators.0 += 1,
            Token::Char('/') => separators.1 += 1,
            Token::Char(_) => {}
            Token::One => return Head::Any,
            Token::Name(node) => return Head::Name(*node, separators),
            token if may_be_name(token) => return Head::Open(separators),
            _ => {}
        }
    }
    Head::Closed
}

/// An index over the resources of an App.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    all: BTreeMap<Kind, Vec<ResourceId>>,
    named: BTreeMap<(Kind, NodeId), Vec<ResourceId>>,
    open: BTreeMap<(Kind, Separators), Vec<ResourceId>>,
    any: BTreeMap<Kind, Vec<ResourceId>>,
}

impl Holders {
    /// The resources of some kinds.
    pub(crate) fn new(nodes: &Nodes<'_>, kinds: &[Kind]) -> Self {
        let mut holders = Self::default();
        for (id, resource) in nodes.app().resources.enumerate() {
            if kinds.contains(&resource.kind)
                && let Some(subject) = subject_of(nodes, NodeId::Resource(id))
            {
                holders.add(resource.kind, id, &subject);
            }
        }
        holders
    }

    fn add(&mut self, kind: Kind, id: ResourceId, subject: &Subject) {
        self.all.entry(kind).or_default().push(id);
        let forms = subject.whole.iter().chain(&subject.parts);
        let heads: BTreeSet<Head> = forms.map(|form| head(&form.pattern)).collect();
        for head in heads {
            match head {
                Head::Name(node, _) => self.named.entry((kind, node)).or_default().push(id),
                Head::Open(separators) => {
                    self.open.entry((kind, separators)).or_default().push(id);
                }
                Head::Closed => {}
                Head::Any => self.any.entry(kind).or_default().push(id),
            }
        }
    }

    /// The resources of a kind that one of the statements may mean, in order; the others none of them means.
    pub(crate) fn meant<'r>(
        &self,
        kind: Kind,
        rights: impl Iterator<Item = &'r Right>,
    ) -> Vec<ResourceId> {
        let mut found = BTreeSet::new();
        let mut add = |ids: Option<&Vec<ResourceId>>| {
            found.extend(ids.into_iter().flatten().copied());
        };
        add(self.any.get(&kind));
        for right in rights {
            let heads = right.rule.resources.iter().map(head);
            let names = heads.map(|head| match head {
                Head::Name(node, separators) => Some((node, separators)),
                _ => None,
            });
            let names: Option<Vec<_>> = names.collect();
            let Some(names) = names.filter(|_| !right.rule.not_resources) else {
                return self.all.get(&kind).cloned().unwrap_or_default();
            };
            for (node, separators) in names {
                add(self.named.get(&(kind, node)));
                add(self.open.get(&(kind, separators)));
            }
        }
        found.into_iter().collect()
    }
}
