//! Placeholder face; see the crate description.
