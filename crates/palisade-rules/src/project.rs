//! The facts a rule may ask: everything that was read, linked and followed.

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_iam::balance::Balance;
use palisade_model::app::{App, NodeId};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::{FileId, Sources, Span};

/// Code of a tree that nothing runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spare {
    /// Functions with the shape of a handler that no template names, though templates name every other around them: number of
    /// the App, place and name.
    pub handlers: Vec<(usize, Span, String)>,
    /// Entries whose file gives their name no value.
    pub lost: Vec<usize>,
    /// Copies of code and dumps of data that lie beside the code.
    pub leftovers: Vec<FileId>,
}

/// A scanned tree as rules see it.
#[derive(Debug)]
pub struct Project<'a> {
    /// All files.
    pub sources: &'a Sources,
    /// The Apps, in order of their roots.
    pub apps: &'a [App],
    /// Every entry, in the order in which flows number them.
    pub entries: &'a [EntryRequest],
    /// What the engine found.
    pub flows: &'a Flows,
    /// Per App: whether a function may do an action (from `palisade-iam`); words for roles and data.
    pub judges: &'a [palisade_iam::Judge<'a>],
    /// Per App: what its functions need, and how its roles differ from that.
    pub balances: &'a [Balance],
    /// The day of the scan, `YYYY-MM-DD`; empty where nobody said it.
    pub as_of: &'a str,
    /// What lies in the tree and runs nowhere.
    pub spare: &'a Spare,
}

/// Who starts the code of an entry.
#[derive(Clone, PartialEq, Debug)]
pub struct Starter {
    /// Who, over all its triggers.
    pub reach: Reach,
    /// Whether no trigger of the tree says who.
    pub unknown: bool,
    /// Whether somebody waits for its answer: a request of HTTP, or nobody knows what.
    pub is_asked: bool,
}

impl Project<'_> {
    /// The App of an entry.
    pub fn app_of(&self, entry: usize) -> Option<&App> {
        self.apps.get(self.entries.get(entry)?.app)
    }

    /// An entry as people call it: the declared function, else its name and file.
    pub fn name_of(&self, entry: usize) -> String {
        let Some(request) = self.entries.get(entry) else {
            return String::new();
        };
        match (self.app_of(entry), request.function) {
            (Some(app), Some(function)) => app.label(NodeId::Function(function)),
            _ => format!("{} ({})", request.export, self.sources.path(request.file)),
        }
    }

    /// Who starts an entry.
    pub fn starter_of(&self, entry: usize) -> Starter {
        let request = self.entries.get(entry);
        let function = request.and_then(|r| r.function);
        let triggers = self
            .app_of(entry)
            .zip(function)
            .map(|(app, function)| {
                app.triggers_of(function)
                    .map(|(_, t)| t)
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default();
        let reach = triggers.iter().map(|t| t.reach.clone()).reduce(Reach::or);
        Starter {
            unknown: reach.is_none(),
            is_asked: triggers.is_empty() || triggers.iter().any(|t| t.route.is_some()),
            reach: reach.unwrap_or_else(|| Reach::exactly(Level::SignedIn)),
        }
    }

    /// The entry that strangers reach most easily, out of those that reach a place in the code, and its App.
    pub fn reached_by(&self, entries: &[usize]) -> Option<(usize, &App)> {
        let entry = self.most_exposed(entries)?;
        Some((entry, self.app_of(entry)?))
    }

    /// The entry that strangers reach most easily, out of several.
    pub fn most_exposed(&self, entries: &[usize]) -> Option<usize> {
        let live = |entry: &&usize| self.entries.get(**entry).is_some_and(|r| !r.latent);
        entries.iter().filter(live).copied().max_by_key(|entry| {
            let starter = self.starter_of(*entry);
            (
                starter.reach.surely,
                starter.is_asked,
                std::cmp::Reverse(*entry),
            )
        })
    }
}
