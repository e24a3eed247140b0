//! One engine for permissions: statements matched in three values, for policies as texts and for roles of an App.

pub mod calendar;
pub mod caller;
pub mod condition;
pub mod context;
pub mod decision;
pub mod document;
pub mod judge;
pub mod rule;
pub(crate) mod theirs;
pub mod truth;
mod twice;
pub mod value;
