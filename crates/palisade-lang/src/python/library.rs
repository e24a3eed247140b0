//! The library models of Python, embedded.

/// File name and text of each.
pub(super) const FILES: &[(&str, &str)] = &[];
