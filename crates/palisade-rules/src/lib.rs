//! The risks: one folder per judgement.

pub mod catalog;
pub mod rule;
