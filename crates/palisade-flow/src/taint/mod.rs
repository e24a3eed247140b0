//! Who controls a value: facts solved per function, symbolically in its inputs, and lifted along calls.

pub mod call;
pub mod check;
pub mod fact;
pub mod graph;
pub mod pattern;
pub mod place;
pub mod response;
pub mod solve;
pub mod summary;
