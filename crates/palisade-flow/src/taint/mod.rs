//! Who controls a value: facts solved per function, symbolically in its inputs, and lifted along calls.

mod built;
pub mod call;
pub mod check;
mod circle;
mod effect;
mod entry;
pub mod fact;
pub mod graph;
mod library;
mod made;
mod order;
mod outcome;
pub mod pattern;
pub mod place;
mod record;
mod replace;
pub mod response;
mod schema;
mod size;
pub mod solve;
mod state;
pub mod summary;
pub mod telling;
pub mod watch;
mod words;
