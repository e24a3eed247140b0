//! The words every part of Palisade speaks. No I/O, no async, no serde.

pub mod address;
pub mod api;
pub mod app;
pub mod aside;
pub mod attribute;
pub mod change;
pub mod edit;
pub mod finding;
pub mod guard;
pub mod index;
pub mod limits;
pub mod need;
pub mod policy;
pub mod print;
pub mod problem;
pub mod reach;
pub mod setting;
pub mod setup;
pub mod source;
pub mod text;
pub mod workflow;
