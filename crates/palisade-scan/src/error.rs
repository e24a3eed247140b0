//! Why a scan could not begin.

use std::fmt;

/// Wrong use or wrong settings: the scan did not begin.
#[derive(Clone, PartialEq, Eq, Debug)]
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
