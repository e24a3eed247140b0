//! What AWS documents: actions, resources, operations of SDKs and the permissions a call needs.
//!
//! The table is built by `cargo xtask facts` from packages named in `data/facts.lock` and from the curated
//! files beside it, and is searched where it lies: nothing is parsed when the program starts.

mod action;
mod file;
mod given;
pub mod layout;
mod operation;
mod set;
mod spelling;
mod symbol;
mod table;
mod template;

use std::sync::LazyLock;

pub use action::{Action, ActionResource, Level, ResourceType, Service};
pub use given::Arguments;
pub use operation::{Client, Filled, Member, Needed, Operation, Source};
pub use set::ActionSet;
pub use spelling::{camel, snake};
pub use symbol::{Child, Collection, Presigner, Sdk};
pub use table::Facts;
pub use template::{ArnTemplate, Hole, HoleKind, Piece, placeholder};

/// Built by `cargo xtask facts`.
static BYTES: &[u8] = include_bytes!("../../data/aws.fct");

static EMBEDDED: LazyLock<Option<Facts<'static>>> = LazyLock::new(|| Facts::new(BYTES));

static EMPTY: LazyLock<Facts<'static>> = LazyLock::new(Facts::default);

/// The table that is part of the program.
pub fn embedded() -> &'static Facts<'static> {
    EMBEDDED.as_ref().unwrap_or(&EMPTY)
}

/// A service by the prefix of its actions, letter case aside.
pub fn service(prefix: &str) -> Option<Service<'static>> {
    embedded().service(prefix)
}

/// An action by its name with prefix, letter case aside.
pub fn action(name: &str) -> Option<Action<'static>> {
    embedded().action(name)
}

/// The actions that an action pattern of a policy names.
pub fn expand(pattern: &str) -> ActionSet {
    embedded().expand(pattern)
}

/// What a call of that name sends, in order; empty where the SDK has no such symbol or it sends nothing.
pub fn operations(sdk: Sdk, service: &str, symbol: &str) -> Vec<Operation<'static>> {
    embedded().operations(sdk, service, symbol)
}

/// The first of [`operations`]: most calls send one.
pub fn operation(sdk: Sdk, service: &str, symbol: &str) -> Option<Operation<'static>> {
    operations(sdk, service, symbol).into_iter().next()
}

impl<'f> Facts<'f> {
    /// A service by the prefix of its actions, letter case aside.
    pub fn service(&'f self, prefix: &str) -> Option<Service<'f>> {
        Service::by_prefix(self, prefix)
    }

    /// All services in order of their prefixes.
    pub fn services(&'f self) -> impl Iterator<Item = Service<'f>> {
        (0..self.rows(layout::SERVICES)).filter_map(|row| Service::at(self, row))
    }

    /// An action by its name with prefix, letter case aside.
    pub fn action(&'f self, name: &str) -> Option<Action<'f>> {
        Action::by_name(self, name)
    }

    /// An action by its id.
    pub fn action_by_id(&'f self, id: u32) -> Option<Action<'f>> {
        Action::by_id(self, id)
    }

    /// The actions that an action pattern of a policy names.
    pub fn expand(&'f self, pattern: &str) -> ActionSet {
        action::expand(self, pattern)
    }

    /// All clients in order of botocore's names.
    pub fn clients(&'f self) -> impl Iterator<Item = Client<'f>> {
        (0..self.rows(layout::CLIENTS)).filter_map(|row| Client::at(self, row))
    }
}
