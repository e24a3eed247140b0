//! Front ends: source text to IR, and the library models of each language.

pub mod frontend;
