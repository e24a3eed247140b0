//! SAS-5, inadequate monitoring and logging: what nobody will see, and what too many will.

pub mod data_trace;
pub mod silent_refusal;

pub mod event_logged;

pub mod log_retention;

pub mod access_log_off;

pub mod tracing_off;

pub mod trail_without_data;

pub mod no_log_right;

pub mod no_alarm;

use crate::rule::Rule;

/// The rules of this risk.
pub const ALL: &[&Rule] = &[
    &event_logged::RULE,
    &log_retention::RULE,
    &access_log_off::RULE,
    &tracing_off::RULE,
    &trail_without_data::RULE,
    &no_log_right::RULE,
    &no_alarm::RULE,
    &data_trace::RULE,
    &silent_refusal::RULE,
];
