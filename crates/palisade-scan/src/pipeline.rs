//! From paths to an outcome.

use std::fmt;
use std::path::PathBuf;

use palisade_model::finding::Outcome;
use palisade_model::source::Sources;

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
}

/// Why a scan could not begin.
#[derive(Debug)]
pub struct ScanError {
    message: String,
    help: Option<String>,
}

impl ScanError {
    /// An error with its help line.
    pub fn new(message: impl Into<String>, help: Option<String>) -> Self {
        Self {
            message: message.into(),
            help,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        self.help.clone()
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ScanError {}

/// Scans paths.
pub fn scan(_request: &Request) -> Result<Scan, ScanError> {
    Ok(Scan::default())
}

/// Scans the built-in example from memory.
pub fn example(_request: &Request) -> Scan {
    Scan::default()
}
