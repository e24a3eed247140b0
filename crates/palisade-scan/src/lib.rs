//! Bytes of a project to findings: the one way to scan anything.

pub mod pipeline;
