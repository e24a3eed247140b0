//! What a user notices of scans: bad input, settings, suppressions, links.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

mod bad_input;
mod examples;
mod links;
mod settings;
mod support;
mod suppressions;
mod trees;
