//! The JavaScript front end, as others use it: goldens, names, handlers, hostile input.

#[path = "javascript/goldens.rs"]
mod goldens;
#[path = "javascript/hostile.rs"]
mod hostile;
#[path = "javascript/library.rs"]
mod library;
#[path = "javascript/names.rs"]
mod names;
#[path = "javascript/print.rs"]
mod print;
