//! What a program does with data: IR, values, taint, crossings. Knows no parser, thread or permission.

#![expect(
    clippy::indexing_slicing,
    reason = "only typed ids index, each into the IndexVec that made it; slices are read with `get`"
)]

pub mod close;
pub mod engine;
pub mod flows;
pub mod ir;
pub mod library;
pub mod path;
pub mod program;
pub mod taint;
pub mod transfer;
pub mod value;
