//! Entries of a map as they are deployed: loops expanded, files included.

use palisade_model::guard::Guard;
use palisade_model::problem::ProblemKind;
use palisade_model::setting::{Origin, Reason};
use palisade_model::source::Span;
use palisade_model::text::{Symbol, Text};

use super::call::{FOR_EACH, TRANSFORM};
use super::evaluator::{EachEntry, Evaluator, Local};
use super::guards::{product, union};
use crate::document::{Document, NodeRef};
use crate::value::{KeyAt, Value, ValueKind};

/// All included files together may be as large as this many templates.
const INCLUDED_TEMPLATES: usize = 4;

impl<'a> Evaluator<'a> {
    /// Hands over every entry of a map, of its merges, loops and included files.
    pub(super) fn each_entry(
        &mut self,
        document: &Document,
        node: NodeRef,
        guard: &Guard,
        each: &mut EachEntry<'_, 'a>,
    ) {
        self.entries_under(document, node, guard, &Guard::always(), each);
    }

    fn entries_under(
        &mut self,
        document: &Document,
        node: NodeRef,
        guard: &Guard,
        extra: &Guard,
        each: &mut EachEntry<'_, 'a>,
    ) {
        for (entry, value) in document.merged(node) {
            let span = entry.key_span;
            if self.values >= self.values_end {
                self.limit(span, "evaluated values", self.values_end);
                return;
            }
            if self.intrinsics && entry.key.starts_with(FOR_EACH) {
                self.for_each(document, span, value, guard, extra, each);
                continue;
            }
            if self.intrinsics && &*entry.key == TRANSFORM {
                let included = self.include(document, value, guard, &mut |this, file, root| {
                    this.entries_under(file, root, guard, extra, each);
                });
                if included {
                    continue;
                }
            }
            let text = self.localized(&entry.key);
            each(self, document, &KeyAt { text, span }, value, extra);
        }
    }

    /// One loop: `[Identifier, Collection, {Key: Value}]`.
    fn for_each(
        &mut self,
        document: &Document,
        span: Span,
        node: NodeRef,
        guard: &Guard,
        extra: &Guard,
        each: &mut EachEntry<'_, 'a>,
    ) {
        let [identifier, collection, body] = document.items(node) else {
            let message = "loop needs an identifier, a collection and a map: it was left out";
            self.malformed(span, message.into());
            return;
        };
        let Some(name) = document.text(*identifier).map(str::to_owned) else {
            let message = "loop's identifier is no word: the loop was left out";
            self.malformed(span, message.into());
            return;
        };
        if self.depth >= self.scope.limits.evaluation_depth {
            self.limit(span, "levels of loops", self.scope.limits.evaluation_depth);
            return;
        }
        self.depth += 1;
        for (when, text, origin) in self.collection(document, *collection, &name, guard) {
            let inner = extra.and(&when);
            if inner.and(guard).impossible() {
                continue;
            }
            if self.instances >= 100 * self.scope.limits.loop_instances {
                self.limit(
                    span,
                    "instances of loops",
                    100 * self.scope.limits.loop_instances,
                );
                break;
            }
            self.instances += 1;
            let name = name.clone();
            self.locals.push(Local { name, text, origin });
            self.entries_under(document, *body, &guard.and(&when), &inner, each);
            self.locals.pop();
        }
        self.depth -= 1;
    }

    /// The items of a loop with their guards; an unknown collection is one item that is a hole.
    fn collection(
        &mut self,
        document: &Document,
        node: NodeRef,
        name: &str,
        guard: &Guard,
    ) -> Vec<(Guard, Text, Origin)> {
        let value = self.value(document, node, guard);
        let hole = Text::hole(Symbol::Each(name.to_owned()));
        let span = value.origin.span;
        let mut items: Vec<(Guard, Text, Origin)> = Vec::new();
        let mut unknown = Vec::new();
        for (outer, branch) in value.branches() {
            match &branch.kind {
                ValueKind::List(_) => self.add_items(&outer, branch, &hole, &mut items, 0),
                ValueKind::Null | ValueKind::NoValue => {}
                _ => unknown.push((outer, hole.clone(), branch.origin.clone())),
            }
        }
        items.extend(unknown);
        if items.len() > self.scope.limits.loop_instances {
            self.limit(
                span,
                "instances of one loop",
                self.scope.limits.loop_instances,
            );
            items.truncate(self.scope.limits.loop_instances);
        }
        items
    }

    fn add_items(
        &mut self,
        outer: &Guard,
        list: &Value,
        hole: &Text,
        items: &mut Vec<(Guard, Text, Origin)>,
        depth: usize,
    ) {
        for item in list.items() {
            if items.len() > self.scope.limits.loop_instances || depth > 8 {
                return;
            }
            for (inner, value) in item.branches() {
                let whens = product(std::slice::from_ref(outer), std::slice::from_ref(&inner));
                let Some(when) = whens.into_iter().next() else {
                    continue;
                };
                match &value.kind {
                    ValueKind::Null | ValueKind::NoValue => {}
                    ValueKind::List(_) => self.add_items(&when, value, hole, items, depth + 1),
                    ValueKind::Scalar(text, _) if text.literal().is_some() => {
                        self.add_item(items, when, text.clone(), value.origin.clone());
                    }
                    _ => items.push((when, hole.clone(), value.origin.clone())),
                }
            }
        }
    }

    /// The same item in two branches of a choice is one instance.
    fn add_item(
        &self,
        items: &mut Vec<(Guard, Text, Origin)>,
        when: Guard,
        text: Text,
        origin: Origin,
    ) {
        if let Some((guard, ..)) = items.iter_mut().find(|(_, t, _)| *t == text) {
            if let Some(both) = union(guard, &when, self.axes) {
                *guard = both;
                return;
            }
            if guard.is_always() {
                return;
            }
        }
        items.push((when, text, origin));
    }

    /// `Fn::Transform` where a value stands.
    pub(super) fn transform(
        &mut self,
        document: &Document,
        node: NodeRef,
        guard: &Guard,
        span: Span,
    ) -> Value {
        let mut value = None;
        self.include(document, node, guard, &mut |this, file, root| {
            value = Some(this.value(file, root, guard));
        });
        value.unwrap_or_else(|| self.opaque(Reason::Unsupported, span))
    }

    /// Hands over the file that `AWS::Include` names; false where there is none to read.
    fn include(
        &mut self,
        document: &Document,
        node: NodeRef,
        guard: &Guard,
        each: &mut dyn FnMut(&mut Self, &Document, NodeRef),
    ) -> bool {
        let span = document.span(node);
        let name = document
            .get(node, "Name")
            .and_then(|n| document.text(n))
            .unwrap_or("");
        if name != "AWS::Include" {
            let name = name.to_owned();
            let message = format!("macro `{name}` is not known here: what it makes stays unknown");
            self.report(span, ProblemKind::Unsupported, message);
            return false;
        }
        let location = document
            .get(node, "Parameters")
            .and_then(|p| document.get(p, "Location"))
            .map(|location| self.value(document, location, guard));
        let location = location
            .as_ref()
            .and_then(Value::literal)
            .unwrap_or("")
            .to_owned();
        let found = beside(self.scope.sources.path(document.file), &location)
            .and_then(|path| (self.scope.find)(&path));
        let Some(file) = found else {
            let message = format!(
                "included file `{location}` is not in the tree: what it holds stays unknown"
            );
            self.report(span, ProblemKind::Unresolved, message);
            return false;
        };
        let bytes = self.included + self.scope.sources.text(file).len() + 1_000;
        let deep = self.including.len() >= self.scope.limits.stack_depth
            || bytes > INCLUDED_TEMPLATES * self.scope.limits.template_bytes;
        if self.including.contains(&file) || deep {
            let message = format!(
                "file `{location}` is included inside of itself or too often: it was left out"
            );
            self.report(span, ProblemKind::Limit, message);
            return false;
        }
        self.included = bytes;
        let scope = self.scope;
        let parsed = crate::document::parse(scope.sources, file, scope.limits, self.problems);
        let Some(parsed) = parsed else {
            return false;
        };
        let Some(root) = parsed.root() else {
            return false;
        };
        self.including.push(file);
        each(self, &parsed, root);
        self.including.pop();
        true
    }
}

/// The tree path of a location written in a file; `None` for anything that is no local path.
fn beside(file: &str, location: &str) -> Option<String> {
    if location.is_empty() || location.contains("://") || location.starts_with('/') {
        return None;
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in location.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
