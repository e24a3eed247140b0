//! What waits for what in a template: a circle of resources cannot be deployed.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{NodeRef, Shape};

use super::sheet::Sheet;

/// For each resource those it refers to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Graph {
    edges: BTreeMap<String, BTreeSet<String>>,
}

/// Beyond this many resources circles are not looked for.
const RESOURCES_MAX: usize = 5_000;
/// APIs that events imply.
const IMPLIED: [(&str, &str, &str); 2] = [
    ("Api", "RestApiId", "ServerlessRestApi"),
    ("HttpApi", "ApiId", "ServerlessHttpApi"),
];

impl Graph {
    /// The graph of the resources of a template.
    pub(crate) fn of(sheet: &Sheet<'_>, resources: NodeRef) -> Self {
        let mut graph = Self::default();
        let mut owners: BTreeMap<NodeRef, &str> = BTreeMap::new();
        for entry in sheet.own(resources).iter().take(RESOURCES_MAX) {
            owners.insert(entry.value, &entry.key);
            graph.edges.entry(entry.key.to_string()).or_default();
        }
        let mut inside: BTreeMap<NodeRef, &str> = BTreeMap::new();
        for (at, node) in sheet.document.all() {
            // Parents come first, so one look up is enough.
            let owner = owners.get(&at).copied();
            let owner = owner.or_else(|| inside.get(&sheet.parent(at)?).copied());
            let Some(owner) = owner else { continue };
            inside.insert(at, owner);
            if let Shape::Scalar(scalar) = &node.shape {
                for name in names(sheet, at, &scalar.text) {
                    graph.edge(owner, &name);
                }
            }
        }
        for entry in sheet.own(resources).iter().take(RESOURCES_MAX) {
            graph.events(sheet, &entry.key, entry.value);
        }
        graph
    }

    fn edge(&mut self, from: &str, to: &str) {
        if from != to || self.edges.contains_key(to) {
            let slot = self.edges.entry(from.to_owned()).or_default();
            slot.insert(to.to_owned());
        }
    }

    /// Sources that SAM makes wait for the function that they start.
    fn events(&mut self, sheet: &Sheet<'_>, id: &str, resource: NodeRef) {
        let document = sheet.document;
        let Some(events) = sheet.find(resource, &["Properties", "Events"]) else {
            return;
        };
        for event in document.entries(events) {
            let kind = document
                .get(event.value, "Type")
                .and_then(|kind| document.text(kind));
            let Some(kind) = kind else { continue };
            let property = |key: &str| sheet.find(event.value, &["Properties", key]);
            let source = match kind {
                "S3" => property("Bucket"),
                "Cognito" => property("UserPool"),
                _ => None,
            };
            let implied = IMPLIED.iter().find(|(event, _, _)| *event == kind);
            let source = source.or_else(|| property(implied?.1));
            match (source, implied) {
                (Some(source), _) => {
                    for name in referred(sheet, source) {
                        self.edge(&name, id);
                    }
                }
                (None, Some((_, _, api))) => self.edge(api, id),
                (None, None) => {}
            }
        }
    }

    /// Whether a resource waits for another, or is it.
    pub(crate) fn reaches(&self, from: &str, to: &str) -> bool {
        from == to || self.after(from).contains(to)
    }

    fn after(&self, from: &str) -> BTreeSet<&str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = vec![from];
        while let Some(id) = open.pop() {
            for next in self.edges.get(id).into_iter().flatten() {
                if found.insert(next) {
                    open.push(next);
                }
            }
        }
        found
    }

    /// Resources that wait for themselves.
    pub(crate) fn circles(&self) -> BTreeSet<String> {
        let ids = self.edges.keys();
        ids.filter(|id| self.after(id).contains(id.as_str()))
            .cloned()
            .collect()
    }

    /// Resources that something refers to.
    pub(crate) fn referred(&self) -> BTreeSet<&str> {
        self.edges.values().flatten().map(String::as_str).collect()
    }
}

/// Names in a reference.
fn referred(sheet: &Sheet<'_>, node: NodeRef) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match sheet.shape(node) {
            Some(Shape::Scalar(scalar)) => found.extend(names(sheet, node, &scalar.text)),
            Some(Shape::Map(entries)) => open.extend(entries.iter().map(|entry| entry.value)),
            Some(Shape::List(items)) => open.extend(items.iter()),
            _ => {}
        }
    }
    found
}

/// The names that a scalar refers to, by the intrinsic around it.
pub(crate) fn names(sheet: &Sheet<'_>, node: NodeRef, text: &str) -> Vec<String> {
    let tag = |node: NodeRef| sheet.node(node).and_then(|node| node.tag.as_deref());
    let list = sheet
        .parent(node)
        .filter(|at| matches!(sheet.shape(*at), Some(Shape::List(_))));
    let key = |node: NodeRef| sheet.entry_of(node).map(|entry| &*entry.key);
    // Of `!GetAtt [Orders, Arn]` the first names it; of a list of references each does.
    let first =
        tag(node).is_some() || list.is_none_or(|list| sheet.items(list).first() == Some(&node));
    let around = list.unwrap_or(node);
    let call = match (tag(node).or_else(|| tag(around)), key(around)) {
        (Some(tag), _) => tag.trim_start_matches('!'),
        (None, Some(key)) => key.trim_start_matches("Fn::"),
        (None, None) => return Vec::new(),
    };
    match call {
        "Ref" | "DependsOn" => vec![text.to_owned()],
        "GetAtt" if first => text
            .split('.')
            .next()
            .map(str::to_owned)
            .into_iter()
            .collect(),
        "Sub" if first => text
            .split("${")
            .skip(1)
            .filter(|rest| !rest.starts_with('!'))
            .filter_map(|rest| rest.split(['}', '.']).next())
            .map(|name| name.trim().to_owned())
            .collect(),
        _ => Vec::new(),
    }
}
