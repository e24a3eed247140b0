//! What permissions and reach answer, case by case.
#![allow(
    unreachable_pub,
    reason = "modules of one test binary share the builder"
)]

mod access;

mod build;
mod may;
mod pattern;
mod reach_bucket;
mod reach_channel;
mod reach_http;
mod reach_other;
mod size;
