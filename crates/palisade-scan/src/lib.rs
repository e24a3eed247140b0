//! Bytes of a project to findings: the one way to scan anything.

pub mod decode;
pub mod entries;
pub mod error;
pub mod example;
pub mod files;
pub mod guarded;
pub mod inline;
pub mod kinds;
pub mod leftovers;
pub mod link;
pub mod lower;
pub mod nearest;
pub mod outcome;
pub mod own;
pub mod pipeline;
pub mod read;
pub mod repair;
pub mod request;
pub mod roles;
mod run;
pub mod settings;
pub mod suppress;
pub mod templates;
pub mod timings;
pub mod tree;
pub mod words;
