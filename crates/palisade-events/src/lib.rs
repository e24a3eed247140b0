//! What each trigger's event looks like, who controls each of its fields, and how to write one.
//!
//! One TOML file per event source lies in `data/`; [`all`] and [`find`] give them parsed, [`Shape::walk`]
//! binds a path read by a function to a field, and [`generate`] writes an event that carries a payload there.
//! This crate never looks at a user's files.

mod catalog;
mod encode;
mod fit;
mod generate;
mod read;
mod shape;
mod walk;
mod words;

pub use catalog::{all, find, on_bus};
pub use fit::fitting;
pub use generate::generate;
pub use shape::{Encoding, Field, Key, Shape, Step, Trust, Type};
pub use walk::Walk;
pub use words::words;

#[cfg(test)]
mod tests;
