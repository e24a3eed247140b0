//! Library models of JavaScript, one file per package.

/// File names and texts.
pub(super) const FILES: &[(&str, &str)] = &[];
