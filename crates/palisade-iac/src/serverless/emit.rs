//! Writes a resolved service as the template that the framework would make of it, for the evaluator of templates.

use std::collections::BTreeMap;
use std::rc::Rc;

use palisade_model::source::Span;
use rustc_hash::FxHashMap;

use super::tree::{Part, Shape, Tree};
use crate::document::{Document, Maker, NodeRef, long_form};
use crate::value::Style;

/// The parameter that stands for the stage.
pub(crate) const STAGE: &str = "stage";

/// The document under construction.
pub(super) struct Emitter<'a> {
    maker: Maker,
    stages: &'a [String],
    /// Nodes by the place of their tree in memory, with the tree: while it lives no other can take its place.
    done: FxHashMap<*const Tree, (NodeRef, Rc<Tree>)>,
    /// Names that stay open, with their default.
    names: BTreeMap<String, (Option<String>, Span)>,
    /// Sets of stages that something exists for.
    sets: BTreeMap<String, Vec<usize>>,
    /// Whether the stage itself is used.
    uses_stage: Option<Span>,
    most: usize,
}

type Entries = Vec<(Box<str>, Span, NodeRef)>;

impl<'a> Emitter<'a> {
    pub(super) fn new(stages: &'a [String], most: usize) -> Self {
        Self {
            maker: Maker::default(),
            stages,
            done: FxHashMap::default(),
            names: BTreeMap::new(),
            sets: BTreeMap::new(),
            uses_stage: None,
            most,
        }
    }

    /// The node of a tree.
    pub(super) fn tree(&mut self, tree: &Rc<Tree>) -> NodeRef {
        let place = Rc::as_ptr(tree);
        if let Some((node, _)) = self.done.get(&place) {
            return *node;
        }
        if self.maker.len() >= self.most {
            return self.maker.broken(tree.span);
        }
        let node = self.new_tree(tree);
        self.done.insert(place, (node, Rc::clone(tree)));
        node
    }

    fn new_tree(&mut self, tree: &Rc<Tree>) -> NodeRef {
        let span = tree.span;
        match &tree.shape {
            Shape::Alias(target) => {
                let node = self.tree(target);
                self.maker.alias(node, span)
            }
            Shape::Broken => self.maker.broken(span),
            Shape::PerStage(trees) => self.per_stage(trees, span),
            _ if tree.tag.is_some() => self.tagged(tree),
            Shape::Null => self.maker.scalar("", Style::Plain, None, span),
            Shape::Scalar(parts, style) => self.scalar(parts, *style, span),
            Shape::List(items) => {
                let items: Vec<NodeRef> = items.iter().map(|item| self.tree(item)).collect();
                self.maker.list(items, None, span)
            }
            Shape::Map(entries) => match entries.as_slice() {
                [only] if &*only.key == "Fn::Sub" => {
                    let (key, key_span) = (only.key.clone(), only.span);
                    let argument = self.sub(&only.value);
                    self.maker.map(vec![(key, key_span, argument)], None, span)
                }
                [only] if matches!(&*only.key, "Ref" | "Fn::GetAtt") => {
                    let (key, key_span) = (only.key.clone(), only.span);
                    let argument = self.name(&only.value);
                    self.maker.map(vec![(key, key_span, argument)], None, span)
                }
                _ => {
                    let entries: Entries = entries
                        .iter()
                        .map(|e| (e.key.clone(), e.span, self.tree(&e.value)))
                        .collect();
                    self.maker.map(entries, None, span)
                }
            },
        }
    }

    /// A short form: as it is where it may be, else as its long form.
    fn tagged(&mut self, tree: &Rc<Tree>) -> NodeRef {
        let span = tree.span;
        let tag = tree.tag.clone().unwrap_or_default();
        let bare = Rc::new(Tree {
            shape: match &tree.shape {
                Shape::Scalar(parts, style) => Shape::Scalar(parts.clone(), *style),
                Shape::List(items) => Shape::List(items.clone()),
                Shape::Map(entries) => Shape::Map(entries.clone()),
                _ => Shape::Null,
            },
            tag: None,
            span,
            hash: tree.hash,
        });
        let argument = match &*tag {
            "!Sub" => self.sub(&bare),
            "!Ref" | "!GetAtt" | "!Condition" => self.name(&bare),
            _ => self.new_tree(&bare),
        };
        let dotted = match &bare.shape {
            Shape::Scalar(parts, _) if &*tag == "!GetAtt" => Some(plain(parts, self.stages)),
            _ => None,
        };
        let argument = match dotted {
            Some(text) => {
                let (id, attribute) = text.split_once('.').unwrap_or((&text, "Ref"));
                let items = [id, attribute]
                    .into_iter()
                    .map(|word| self.maker.scalar(word, Style::Quoted, None, span))
                    .collect();
                self.maker.list(items, None, span)
            }
            None => argument,
        };
        let key = long_form(&tag).into();
        self.maker.map(vec![(key, span, argument)], None, span)
    }

    /// A logical id or the like: characters alone.
    fn name(&mut self, tree: &Rc<Tree>) -> NodeRef {
        match &tree.target().shape {
            Shape::Scalar(parts, style) => {
                let text = plain(parts, self.stages);
                self.maker.scalar(&text, *style, None, tree.span)
            }
            Shape::List(items) => {
                let items: Vec<NodeRef> = items.iter().map(|item| self.name(item)).collect();
                self.maker.list(items, None, tree.span)
            }
            _ => self.new_tree(tree),
        }
    }

    fn scalar(&mut self, parts: &[Part], style: Style, span: Span) -> NodeRef {
        if let [part] = parts
            && !matches!(part, Part::Text(_))
        {
            return self.reference(part, span);
        }
        let open = parts.iter().any(|part| !matches!(part, Part::Text(_)));
        let pseudo = parts.iter().any(|part| {
            matches!(part, Part::Text(text) if text.contains("${AWS::") || text.contains("#{AWS::"))
        });
        if !open && !pseudo {
            let text = plain(parts, self.stages);
            return self.maker.scalar(&text, style, None, span);
        }
        let mut text = String::new();
        let mut bound: Entries = Vec::new();
        for part in parts {
            match part {
                Part::Text(piece) => text.push_str(&escaped(piece)),
                part => self.bind(part, &mut text, &mut bound, span),
            }
        }
        self.sub_call(&text, bound, span)
    }

    /// `{Fn::Sub: [text, {…}]}`.
    fn sub_call(&mut self, text: &str, bound: Entries, span: Span) -> NodeRef {
        let text = self.maker.scalar(text, Style::Quoted, None, span);
        let argument = if bound.is_empty() {
            text
        } else {
            let bound = self.maker.map(bound, None, span);
            self.maker.list(vec![text, bound], None, span)
        };
        self.maker
            .map(vec![("Fn::Sub".into(), span, argument)], None, span)
    }

    /// A part of a substituted text, bound to a name of its own.
    fn bind(&mut self, part: &Part, text: &mut String, bound: &mut Entries, span: Span) {
        if let Part::Pseudo(name) = part {
            text.push_str("${");
            text.push_str(name);
            text.push('}');
            return;
        }
        let name = format!("part{}", bound.len());
        text.push_str("${");
        text.push_str(&name);
        text.push('}');
        let node = self.reference(part, span);
        bound.push((name.into(), span, node));
    }

    /// The argument of `Fn::Sub`: its text is not touched but for what stays open.
    fn sub(&mut self, tree: &Rc<Tree>) -> NodeRef {
        let span = tree.span;
        let target = tree.target();
        let (text, variables) = match &target.shape {
            Shape::Scalar(..) => (Rc::clone(target), None),
            Shape::List(items) => match items.as_slice() {
                [text, rest @ ..] => (Rc::clone(text), rest.first().cloned()),
                [] => return self.new_tree(tree),
            },
            _ => return self.new_tree(tree),
        };
        let Shape::Scalar(parts, style) = &text.target().shape else {
            return self.new_tree(tree);
        };
        let mut written = String::new();
        let mut bound: Entries = Vec::new();
        for part in parts {
            match part {
                Part::Text(piece) => written.push_str(piece),
                part => self.bind(part, &mut written, &mut bound, span),
            }
        }
        if let Some(variables) = &variables {
            for entry in variables.entries() {
                let node = self.tree(&entry.value);
                bound.push((entry.key.clone(), entry.span, node));
            }
        }
        let text = self.maker.scalar(&written, *style, None, text.span);
        if bound.is_empty() {
            return text;
        }
        let bound = self.maker.map(bound, None, span);
        self.maker.list(vec![text, bound], None, span)
    }

    /// `{Ref: name}`.
    fn reference(&mut self, part: &Part, span: Span) -> NodeRef {
        let name = match part {
            Part::Text(text) => text.clone(),
            Part::Stage => {
                self.uses_stage.get_or_insert(span);
                STAGE.to_owned()
            }
            Part::Open(name) => {
                self.names.entry(name.clone()).or_insert((None, span));
                name.clone()
            }
            Part::Default(name, text, place) => self.defaulted(name, text, *place),
            Part::Pseudo(name) => (*name).to_owned(),
        };
        self.call("Ref", &name, span)
    }

    fn call(&mut self, function: &str, argument: &str, span: Span) -> NodeRef {
        let argument = self.maker.scalar(argument, Style::Quoted, None, span);
        self.maker
            .map(vec![(function.into(), span, argument)], None, span)
    }

    /// The parameter of a name with a default; another default makes it another one.
    fn defaulted(&mut self, name: &str, text: &str, place: Span) -> String {
        for number in 1..64u8 {
            let full = match number {
                1 => name.to_owned(),
                _ => format!("{name} ({number})"),
            };
            match self.names.get(&full) {
                Some((Some(known), _)) if known == text => return full,
                Some(_) => {}
                None => {
                    self.names
                        .insert(full.clone(), (Some(text.to_owned()), place));
                    return full;
                }
            }
        }
        name.to_owned()
    }

    /// A choice by stage, as nested `Fn::If`.
    fn per_stage(&mut self, trees: &[Option<Rc<Tree>>], span: Span) -> NodeRef {
        let mut groups: Vec<(Option<&Rc<Tree>>, Vec<usize>)> = Vec::new();
        for (at, tree) in trees.iter().enumerate() {
            let same = |other: &Option<&Rc<Tree>>| match (other, tree) {
                (Some(a), Some(b)) => a.target().hash == b.target().hash,
                (None, None) => true,
                _ => false,
            };
            match groups.iter_mut().find(|(other, _)| same(other)) {
                Some((_, members)) => members.push(at),
                None => groups.push((tree.as_ref(), vec![at])),
            }
        }
        let mut chosen: Option<NodeRef> = None;
        for (tree, members) in groups.into_iter().rev() {
            let node = match tree {
                Some(tree) => self.tree(tree),
                None => self.call("Ref", "AWS::NoValue", span),
            };
            chosen = Some(match chosen {
                None => node,
                Some(rest) => {
                    let name = self.set(members, span);
                    let name = self.maker.scalar(&name, Style::Quoted, None, span);
                    let items = self.maker.list(vec![name, node, rest], None, span);
                    self.maker
                        .map(vec![("Fn::If".into(), span, items)], None, span)
                }
            });
        }
        chosen.unwrap_or_else(|| self.maker.broken(span))
    }

    /// The condition that the stage is one of a set.
    pub(super) fn set(&mut self, members: Vec<usize>, span: Span) -> String {
        self.uses_stage.get_or_insert(span);
        let names: Vec<&str> = members
            .iter()
            .filter_map(|at| self.stages.get(*at).map(String::as_str))
            .collect();
        let name = format!("{STAGE}={}", names.join("|"));
        self.sets.entry(name.clone()).or_insert(members);
        name
    }

    /// A plain text.
    pub(super) fn word(&mut self, text: &str, span: Span) -> NodeRef {
        self.maker.scalar(text, Style::Quoted, None, span)
    }

    /// A map.
    pub(super) fn map(&mut self, entries: Entries, span: Span) -> NodeRef {
        self.maker.map(entries, None, span)
    }

    /// A list.
    pub(super) fn list(&mut self, items: Vec<NodeRef>, span: Span) -> NodeRef {
        self.maker.list(items, None, span)
    }

    /// The condition that two others hold.
    pub(super) fn both(&mut self, a: &str, b: &str, span: Span) -> NodeRef {
        let each = [a, b].map(|name| self.call("Condition", name, span));
        let list = self.maker.list(each.to_vec(), None, span);
        self.maker
            .map(vec![("Fn::And".into(), span, list)], None, span)
    }

    /// Adds what the template declares for the names that stay open.
    pub(super) fn parameters(
        &mut self,
        entries: &mut Entries,
        declared: Option<Span>,
        whole: Span,
    ) {
        let names = std::mem::take(&mut self.names);
        for (name, (default, span)) in names {
            let kind = self.word("String", span);
            let mut inner: Entries = vec![("Type".into(), span, kind)];
            if let Some(default) = default {
                let default = self.word(&default, span);
                inner.push(("Default".into(), span, default));
            }
            let node = self.maker.map(inner, None, span);
            entries.push((name.into(), span, node));
        }
        let stages = self.stages;
        if let Some(first) = stages.first() {
            let span = declared.or(self.uses_stage).unwrap_or(whole);
            let kind = self.word("String", span);
            let default = self.word(first, span);
            let mut inner: Entries = vec![
                ("Type".into(), span, kind),
                ("Default".into(), span, default),
            ];
            if stages.len() > 1 {
                let all: Vec<NodeRef> = stages.iter().map(|s| self.word(s, span)).collect();
                let all = self.maker.list(all, None, span);
                inner.push(("AllowedValues".into(), span, all));
            }
            let node = self.maker.map(inner, None, span);
            entries.push((STAGE.into(), span, node));
        }
    }

    /// Adds the conditions of all sets of stages.
    pub(super) fn conditions(&mut self, entries: &mut Entries, span: Span) {
        let sets = std::mem::take(&mut self.sets);
        let stages = self.stages;
        for (name, members) in sets {
            let mut equal: Vec<NodeRef> = Vec::new();
            for stage in members.iter().filter_map(|at| stages.get(*at)) {
                let reference = self.call("Ref", STAGE, span);
                let word = self.word(stage, span);
                let pair = self.maker.list(vec![reference, word], None, span);
                equal.push(
                    self.maker
                        .map(vec![("Fn::Equals".into(), span, pair)], None, span),
                );
            }
            let node = match equal.as_slice() {
                [only] => *only,
                _ => {
                    let list = self.maker.list(equal, None, span);
                    self.maker
                        .map(vec![("Fn::Or".into(), span, list)], None, span)
                }
            };
            entries.push((name.into(), span, node));
        }
    }

    /// The finished document.
    pub(super) fn finish(
        self,
        root: NodeRef,
        file: palisade_model::source::FileId,
        span: Span,
    ) -> Document {
        self.maker.finish(root, file, span)
    }
}

/// Parts as characters; the stage is the default one.
fn plain(parts: &[Part], stages: &[String]) -> String {
    let each = parts.iter().map(|part| match part {
        Part::Text(text) | Part::Default(_, text, _) => text.clone(),
        Part::Stage => stages.first().cloned().unwrap_or_default(),
        Part::Open(name) => format!("${{{name}}}"),
        Part::Pseudo(name) => format!("${{{name}}}"),
    });
    each.collect()
}

/// Characters of a text that is about to be substituted: pseudo parameters alone stay holes.
fn escaped(text: &str) -> String {
    let text = text.replace("#{AWS::", "${AWS::");
    let mut found = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        found.push_str(before);
        found.push_str(if after.starts_with("AWS::") {
            "${"
        } else {
            "${!"
        });
        rest = after;
    }
    found.push_str(rest);
    found
}
