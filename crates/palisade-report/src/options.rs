//! How the caller wants the result shown.

use std::time::Duration;

use crate::view::severity::Severity;

/// How many colors a terminal shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Color {
    /// None.
    #[default]
    Never,
    /// The sixteen of every terminal.
    Sixteen,
    /// The palette of 256.
    Palette,
}

/// What to show and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Frames for every finding, every place of hygiene, every problem.
    pub full: bool,
    /// How many findings get frames; by default all of up to five, else three.
    pub top: Option<usize>,
    /// Columns; taken as at least 60 and at most 120.
    pub width: usize,
    /// Colors.
    pub color: Color,
    /// Notes and possible findings too.
    pub pedantic: bool,
    /// One line a finding and the count; nothing when clean.
    pub quiet: bool,
    /// Whether somebody watches: hints and time are for people.
    pub terminal: bool,
    /// From which severity on a finding fails the run.
    pub fail_on: Severity,
    /// Whether an empty result is fine.
    pub allow_empty: bool,
    /// How long it took; printed on terminals only.
    pub elapsed: Option<Duration>,
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
    /// What was scanned, as the user named it.
    pub root: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            full: false,
            top: None,
            width: 100,
            color: Color::Never,
            pedantic: false,
            quiet: false,
            terminal: false,
            fail_on: Severity::High,
            allow_empty: false,
            elapsed: None,
            unicode: true,
            root: ".".to_owned(),
        }
    }
}

impl Options {
    /// The columns to lay out for.
    pub fn columns(&self) -> usize {
        self.width.clamp(60, 120)
    }
}
