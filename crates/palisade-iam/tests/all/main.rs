//! What permissions and reach answer, case by case.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::unreachable,
    clippy::print_stdout,
    reason = "the modules of this test binary share a builder, and a test may fail loudly"
)]

mod access;

mod blast;
mod build;
mod compare;
mod escalation;
mod facts;
mod facts_bytes;
mod facts_sdk;
mod managed;
mod may;
mod pattern;
mod properties;
mod reach_bucket;
mod reach_channel;
mod reach_http;
mod reach_other;
mod role_by_if;
mod simulate;
mod size;
mod vectors;
