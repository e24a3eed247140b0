//! Errors stop a command: one line what and where, then help.

use std::fmt;

/// Wrong use, wrong settings, or something that cannot be read or written.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    /// A failure without help.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use palisade_report::hostile::clean;
        write!(f, "error: {}", clean(&self.message))?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", clean(help)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}
