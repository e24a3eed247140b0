//! Where the permissions of a role stand in a file: statements, policy templates, names of managed policies.

use crate::document::{NodeRef, Shape};
use crate::sam::templates;

use super::batch::is_no_value;
use super::sheet::Sheet;

/// What a leaf is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LeafKind {
    /// A statement.
    Statement,
    /// An entry of SAM that stands for statements.
    Template,
    /// The name of a managed policy.
    Managed,
    /// A policy as text, or something else that is not understood.
    Other,
}

/// One piece of permission.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// What it is.
    pub(crate) kind: LeafKind,
    /// Where it is written.
    pub(crate) node: NodeRef,
    /// What stands there in the text: the node itself, or an alias of it; the span of the statement in the App.
    pub(crate) shown: NodeRef,
    /// What must go for it to go: the node itself, or what repeats or attaches it.
    pub(crate) place: NodeRef,
}

impl Leaf {
    /// Whether it may be changed where it stands.
    pub(crate) fn is_own(&self) -> bool {
        self.node == self.place
    }
}

/// Leaves, and lists of statements to which others may be added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaves {
    pub(crate) leaves: Vec<Leaf>,
    /// Values of `Statement` that hold only what belongs to this role.
    pub(crate) lists: Vec<NodeRef>,
    /// The last alias that was followed, after what it stands for.
    shown: Option<(NodeRef, NodeRef)>,
}

/// Most leaves of one role.
const LEAVES_MAX: usize = 20_000;

impl Leaves {
    fn push(&mut self, kind: LeafKind, node: NodeRef, outer: Option<NodeRef>) {
        let shown = self.shown.filter(|(of, _)| *of == node);
        if self.leaves.len() < LEAVES_MAX {
            self.leaves.push(Leaf {
                kind,
                node,
                shown: shown.map_or(node, |(_, alias)| alias),
                place: outer.unwrap_or(node),
            });
        }
    }

    /// The entries of `Policies` of SAM.
    pub(crate) fn policies(&mut self, sheet: &Sheet<'_>, value: NodeRef, outer: Option<NodeRef>) {
        self.each(sheet, value, outer, &mut |found, node, outer| {
            found.policy(sheet, node, outer);
        });
    }

    fn policy(&mut self, sheet: &Sheet<'_>, node: NodeRef, outer: Option<NodeRef>) {
        match sheet.shape(node) {
            Some(Shape::Map(entries)) => match entries.as_ref() {
                [only] if templates::has(&only.key) => self.push(LeafKind::Template, node, outer),
                [only] if only.key.starts_with("Fn::") || &*only.key == "Ref" => {
                    self.push(LeafKind::Managed, node, outer);
                }
                _ => self.document(sheet, node, outer),
            },
            _ => self.push(LeafKind::Managed, node, outer),
        }
    }

    /// A policy document, or a statement alone.
    pub(crate) fn document(&mut self, sheet: &Sheet<'_>, value: NodeRef, outer: Option<NodeRef>) {
        self.each(sheet, value, outer, &mut |found, node, outer| {
            let statement = sheet.own_value(node, "Statement");
            match (sheet.shape(node), statement) {
                (Some(Shape::Map(_)), Some(statement)) => {
                    found.statements(sheet, statement, outer);
                }
                (Some(Shape::Map(_)), None) if sheet.document.get(node, "Effect").is_some() => {
                    found.push(LeafKind::Statement, node, outer);
                }
                _ => found.push(LeafKind::Other, node, outer),
            }
        });
    }

    /// The value of `Statement`.
    pub(crate) fn statements(&mut self, sheet: &Sheet<'_>, value: NodeRef, outer: Option<NodeRef>) {
        let is_alias = matches!(sheet.shape(value), Some(Shape::Alias(_)));
        if outer.is_none() && !is_alias && sheet.document.tag(value).is_none() {
            self.lists.push(value);
        }
        self.each(
            sheet,
            value,
            outer,
            &mut |found, node, outer| match sheet.shape(node) {
                Some(Shape::Map(entries)) if !entries.is_empty() => {
                    found.push(LeafKind::Statement, node, outer);
                }
                _ => found.push(LeafKind::Other, node, outer),
            },
        );
    }

    /// Names of managed policies.
    pub(crate) fn managed(&mut self, sheet: &Sheet<'_>, value: NodeRef) {
        self.each(sheet, value, None, &mut |found, node, outer| {
            found.push(LeafKind::Managed, node, outer);
        });
    }

    /// Items of lists, branches of choices, and what aliases stand for.
    fn each(
        &mut self,
        sheet: &Sheet<'_>,
        value: NodeRef,
        outer: Option<NodeRef>,
        step: &mut dyn FnMut(&mut Self, NodeRef, Option<NodeRef>),
    ) {
        // Aliases point backwards, so this ends; a bomb of them is cut short.
        let mut open = vec![(value, outer)];
        let mut steps = 0;
        while let Some((node, outer)) = open.pop() {
            steps += 1;
            if steps > LEAVES_MAX {
                return;
            }
            let choice = match sheet.node(node).and_then(|node| node.tag.as_deref()) {
                Some("!If") => Some(node),
                _ => sheet.own_value(node, "Fn::If"),
            };
            if let Some(choice) = choice {
                let branches = sheet.document.items(choice).iter().skip(1).rev();
                open.extend(branches.map(|branch| (*branch, outer)));
                continue;
            }
            match sheet.shape(node) {
                Some(Shape::Alias(target)) => {
                    self.shown = Some((*target, node));
                    open.push((*target, outer.or(Some(node))));
                }
                Some(Shape::List(items)) if sheet.document.tag(node).is_none() => {
                    open.extend(items.iter().rev().map(|item| (*item, outer)));
                }
                _ if is_no_value(sheet, node) || sheet.document.is_null(node) => {}
                _ => step(self, node, outer),
            }
        }
    }
}
