//! What is asked of a scan, and what comes back.

use std::path::PathBuf;

use palisade_model::finding::Outcome;
use palisade_model::source::Sources;

use crate::timings::Timings;

/// What to scan and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Folders and files; the root of relative paths is the folder given, of several their common one.
    pub paths: Vec<PathBuf>,
    /// Rules or risks to judge by; empty for all.
    pub only: Vec<String>,
    /// Rules or risks to leave out.
    pub skip: Vec<String>,
    /// Values for template parameters.
    pub parameters: Vec<(String, String)>,
    /// The day of the scan, `YYYY-MM-DD`.
    pub as_of: String,
    /// Threads; 0 for as many as there are cores.
    pub jobs: usize,
}

/// What a scan read and found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The files that were read.
    pub sources: Sources,
    /// What was found.
    pub outcome: Outcome,
    /// The severity from which `palisade.toml` wants the scan to fail, where it says so.
    pub threshold: Option<String>,
    /// What each stage took, by the clock handed in.
    pub timings: Timings,
}
