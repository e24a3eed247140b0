//! What an identity may do, and who can reach a function: permissions judged in three values.

pub mod access;
pub mod balance;
pub mod blast;
pub mod compare;
pub mod cover;
pub mod escalation;
pub mod evaluate;
pub mod facts;
pub mod harm;
mod holders;
pub mod managed;
pub mod naming;
pub mod need;
pub mod nodes;
pub mod pattern;
pub mod reach;
pub mod rights;
pub mod wrappers;

pub use access::{Access, data_reached, data_reached_by, role_words, role_words_by};
pub use evaluate::judge::{Judge, may};
pub use reach::fill;
