//! Finding nodes by stack and address without walking the App.

use std::collections::BTreeMap;

use palisade_model::app::{App, Key, NodeId};
use palisade_model::index::{Id, IndexVec};
use palisade_model::text::StackId;

/// The nodes of an App by key.
#[derive(Debug)]
pub struct Nodes<'a> {
    app: &'a App,
    keys: Option<BTreeMap<(StackId, &'a str), NodeId>>,
}

impl<'a> Nodes<'a> {
    /// An index of all nodes; for many questions.
    pub fn new(app: &'a App) -> Self {
        let mut keys = BTreeMap::new();
        for (id, role) in app.roles.enumerate() {
            keys.insert(pair(&role.key), NodeId::Role(id));
        }
        for (id, resource) in app.resources.enumerate() {
            keys.insert(pair(&resource.key), NodeId::Resource(id));
        }
        for (id, function) in app.functions.enumerate() {
            keys.insert(pair(&function.key), NodeId::Function(id));
        }
        Self {
            app,
            keys: Some(keys),
        }
    }

    /// No index: nodes are sorted by key, so each question is a search; for a few questions.
    pub fn unindexed(app: &'a App) -> Self {
        Self { app, keys: None }
    }

    /// The App.
    pub fn app(&self) -> &'a App {
        self.app
    }

    /// The node of an address in a stack.
    pub fn find(&self, stack: StackId, address: &str) -> Option<NodeId> {
        if let Some(keys) = &self.keys {
            return keys.get(&(stack, address)).copied();
        }
        let app = self.app;
        search(&app.functions, stack, address, |f| &f.key)
            .map(NodeId::Function)
            .or_else(|| search(&app.resources, stack, address, |r| &r.key).map(NodeId::Resource))
            .or_else(|| search(&app.roles, stack, address, |r| &r.key).map(NodeId::Role))
            .or_else(|| app.node(stack, address))
    }
}

fn pair(key: &Key) -> (StackId, &str) {
    (key.stack, key.address.as_str())
}

fn search<I: Id, T>(
    items: &IndexVec<I, T>,
    stack: StackId,
    address: &str,
    key: impl Fn(&T) -> &Key,
) -> Option<I> {
    items
        .as_slice()
        .binary_search_by(|item| pair(key(item)).cmp(&(stack, address)))
        .ok()
        .map(I::from_index)
}
