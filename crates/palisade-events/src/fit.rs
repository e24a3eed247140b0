//! Names the sources whose events have all the parts a function reads.

use crate::catalog;
use crate::shape::{Key, Shape, Step};
use crate::walk::Walk;

/// The sources of events that have every one of these paths, by name; none if nothing is read.
///
/// Sources that send whatever somebody likes fit everything and are left out, as are the requests of frameworks.
#[must_use]
pub fn fitting(paths: &[&[Step]]) -> Vec<&'static Shape> {
    if paths.iter().all(|path| path.is_empty()) {
        return Vec::new();
    }
    let fits = |shape: &&Shape| {
        let open = shape.root.is_leaf() || shape.root.child(&Key::AnyKey).is_some();
        !open
            && !shape.id.starts_with("http.")
            && paths
                .iter()
                .all(|path| shape.walk(path, &[]) != Walk::Missing)
    };
    catalog::all().iter().filter(fits).collect()
}
