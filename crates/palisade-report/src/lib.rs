//! One presentation of a scan, many formats: `view` ranks and words, a format only lays out.

pub mod hostile;
pub mod options;
pub mod rule_info;
pub mod view;

pub mod catalog;
pub mod format;
pub mod json;
pub mod roles;
pub mod sarif;
pub mod text;
