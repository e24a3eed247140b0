//! The front end of Python: goldens, names, handlers, hostile input, and the form of the library rows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

#[path = "python/goldens.rs"]
mod goldens;
#[path = "python/hostile.rs"]
mod hostile;
#[path = "python/names.rs"]
mod names;
#[path = "python/printer.rs"]
mod printer;
#[path = "python/programs.rs"]
mod programs;
#[path = "python/rows.rs"]
mod rows;
