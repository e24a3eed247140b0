//! What a user notices of scans: bad input, settings, suppressions, links.

mod bad_input;
mod examples;
mod links;
mod settings;
mod support;
mod suppressions;
mod trees;
