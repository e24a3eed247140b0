//! Runs the engine: solve, bind to triggers, close over stores.

use rustc_hash::FxHashMap;

use crate::close::close;
use crate::flows::{AppContext, EntryRequest, Flows};
use crate::ir::Language;
use crate::library::Library;
use crate::program::Program;
use crate::taint::solve::Solver;

/// Analyzes a program for all Apps of a tree.
pub fn analyze(
    program: &Program,
    libraries: &FxHashMap<Language, Library>,
    entries: &[EntryRequest],
    apps: &[AppContext<'_>],
) -> Flows {
    let mut solver = Solver::solve(program, libraries, entries);
    close(&mut solver, entries, apps)
}
