//! The roles of functions, laid out.

pub mod json;
pub mod spell;
