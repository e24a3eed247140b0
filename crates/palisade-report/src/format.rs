//! What every output format has in common.

use crate::options::Options;
use crate::view::View;

/// Lays out a view; it words and ranks nothing.
pub trait Format: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;

    /// The whole document.
    fn write(&self, view: &View<'_>, options: &Options) -> String;
}
