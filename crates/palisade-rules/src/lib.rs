//! The risks: one folder per judgement.

pub mod catalog;
pub mod draft;
pub mod project;
pub mod rule;
pub mod sas01_injection;
pub mod sas02_authentication;
