//! Builds a `Document` node by node, for readers that make a template out of other files.

use palisade_model::source::{FileId, Span};

use super::builder::indexes;
use super::{Dialect, Document, Entry, Node, NodeRef, Scalar, Shape};
use crate::value::Style;

/// A document under construction. Children are made before what holds them, so aliases point backwards.
#[derive(Debug, Default)]
pub(crate) struct Maker {
    nodes: Vec<Node>,
}

impl Maker {
    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn add(&mut self, shape: Shape, tag: Option<Box<str>>, span: Span) -> NodeRef {
        let at = NodeRef(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { shape, tag, span });
        at
    }

    /// A scalar.
    pub(crate) fn scalar(
        &mut self,
        text: &str,
        style: Style,
        tag: Option<Box<str>>,
        span: Span,
    ) -> NodeRef {
        let scalar = Scalar {
            text: text.into(),
            style,
            holes: Box::default(),
        };
        self.add(Shape::Scalar(scalar), tag, span)
    }

    /// A list.
    pub(crate) fn list(
        &mut self,
        items: Vec<NodeRef>,
        tag: Option<Box<str>>,
        span: Span,
    ) -> NodeRef {
        self.add(Shape::List(items.into()), tag, span)
    }

    /// A map; its keys must differ.
    pub(crate) fn map(
        &mut self,
        entries: Vec<(Box<str>, Span, NodeRef)>,
        tag: Option<Box<str>>,
        span: Span,
    ) -> NodeRef {
        let entry = |(key, key_span, value)| Entry {
            key,
            key_span,
            merge: false,
            value,
        };
        let entries: Vec<Entry> = entries.into_iter().map(entry).collect();
        self.add(Shape::Map(entries.into()), tag, span)
    }

    /// Another place of an earlier node.
    pub(crate) fn alias(&mut self, target: NodeRef, span: Span) -> NodeRef {
        self.add(Shape::Alias(target), None, span)
    }

    /// Something that could not be read.
    pub(crate) fn broken(&mut self, span: Span) -> NodeRef {
        self.add(Shape::Broken, None, span)
    }

    /// The finished document.
    pub(crate) fn finish(self, root: NodeRef, file: FileId, span: Span) -> Document {
        Document {
            is_bomb: false,
            indexes: indexes(&self.nodes),
            file,
            span,
            dialect: Dialect::Yaml,
            nodes: self.nodes,
            roots: vec![root],
        }
    }
}
