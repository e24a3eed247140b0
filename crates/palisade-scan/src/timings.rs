//! What each stage of a scan took, for measuring; the clock stays outside.

use palisade_model::source::Sources;

use crate::lower::Lowered;

/// Units of the clock that was handed in, per stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Timings {
    /// Walking the tree.
    pub walk: u64,
    /// Reading and decoding files.
    pub read: u64,
    /// Templates to Apps, reach filled in.
    pub templates: u64,
    /// Handlers to files, source files to IR, imports bound.
    pub lower: u64,
    /// Merging modules and following data.
    pub flow: u64,
    /// Rules.
    pub rules: u64,
    /// Suppressions and the outcome.
    pub rest: u64,
    /// Bytes of templates and other documents that were read.
    pub document_bytes: u64,
    /// Bytes of source that were lowered.
    pub source_bytes: u64,
    /// Modules that were lowered.
    pub modules: u64,
    /// Instructions of the program.
    pub instructions: u64,
}

impl Timings {
    /// Notes how much code there is.
    pub(crate) fn code(&mut self, lowered: &[Lowered], sources: &Sources) {
        self.modules = lowered.len() as u64;
        let own = lowered.iter().filter(|lowered| !lowered.inline);
        self.source_bytes = own
            .map(|lowered| sources.text(lowered.module.file).len() as u64)
            .sum();
    }
}

/// A clock: microseconds since any moment, or always zero.
pub type Clock<'a> = dyn Fn() -> u64 + 'a;

/// Splits time into stages.
pub(crate) struct Stages<'a> {
    clock: &'a Clock<'a>,
    last: u64,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(clock: &'a Clock<'a>) -> Self {
        Self {
            clock,
            last: clock(),
        }
    }

    /// Units since the last call.
    pub(crate) fn lap(&mut self) -> u64 {
        let now = (self.clock)();
        let taken = now.saturating_sub(self.last);
        self.last = now;
        taken
    }
}
