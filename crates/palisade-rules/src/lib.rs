//! The risks: one folder per judgement.

pub mod catalog;
pub mod draft;
pub mod project;
pub mod rule;
pub mod sas01_injection;
pub mod sas02_authentication;
pub mod sas03_configuration;
pub mod sas04_permissions;
pub mod sas05_monitoring;
pub mod sas07_secrets;
pub mod sas08_limits;
pub mod sas09_order;
pub mod sas10_errors;
pub mod sas11_obsolete;
pub mod sas12_state;
mod sent;
pub mod standing;
