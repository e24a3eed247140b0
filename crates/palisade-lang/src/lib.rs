//! Front ends: source text to IR, and the library models of each language.

pub mod bundle;
pub mod catalog;
pub mod frontend;
pub mod javascript;
pub mod python;
