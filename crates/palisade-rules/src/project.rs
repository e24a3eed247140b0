//! The facts a rule may ask: everything that was read, linked and followed.

use palisade_flow::flows::{EntryRequest, Flows};
use palisade_model::app::App;
use palisade_model::source::Sources;

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
}
