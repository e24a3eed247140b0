//! The list of event sources.

use std::sync::OnceLock;

use crate::read;
use crate::shape::Shape;

macro_rules! files {
    ($($id:literal),* $(,)?) => {
        /// Each source and its file, in the order of the names.
        pub(crate) const FILES: &[(&str, &str)] = &[$(($id, include_str!(concat!("../data/", $id, ".toml")))),*];
    };
}

files![
    "aws.apigateway-rest",
    "aws.s3",
    "aws.sns",
    "aws.sns-envelope",
    "aws.sqs",
];

/// All event sources, by name.
#[must_use]
pub fn all() -> &'static [Shape] {
    static SHAPES: OnceLock<Vec<Shape>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        // A test reads every file, so none is dropped here.
        let mut shapes: Vec<Shape> = FILES
            .iter()
            .filter_map(|(id, text)| read::shape(id, text).ok())
            .collect();
        shapes.sort_by_key(|shape| shape.id);
        shapes
    })
}

/// The event source of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Shape> {
    let shapes = all();
    shapes
        .binary_search_by(|shape| shape.id.cmp(id))
        .ok()
        .and_then(|at| shapes.get(at))
}
