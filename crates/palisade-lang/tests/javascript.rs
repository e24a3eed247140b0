//! The JavaScript front end, as others use it: goldens, names, handlers, hostile input.

#[cfg(test)]
#[path = "javascript/corpus.rs"]
mod corpus;
#[cfg(test)]
#[path = "javascript/flows.rs"]
mod flows;
#[cfg(test)]
#[path = "javascript/goldens.rs"]
mod goldens;
#[cfg(test)]
#[path = "javascript/hostile.rs"]
mod hostile;
#[cfg(test)]
#[path = "javascript/library.rs"]
mod library;
#[cfg(test)]
#[path = "javascript/names.rs"]
mod names;
#[cfg(test)]
#[path = "javascript/print.rs"]
mod print;
