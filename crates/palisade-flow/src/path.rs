//! Paths into data: keys, elements, and the decodings undone on the way.

use palisade_events::Encoding;

use crate::ir::Sym;

/// One step into a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// A key; numeric ones are elements by number.
    Key(Sym),
    /// Any element or any computed key.
    Elem,
    /// The keys themselves.
    KeyOf,
    /// Decoded.
    Decode(Encoding),
    /// The value a closure captured at that position.
    Captured(u16),
}

/// Most steps of a path read from an input.
pub const INPUT_STEPS_MAX: usize = 16;
/// Most steps of a tree built by the program.
pub const BUILT_STEPS_MAX: usize = 5;

/// Steps from the outside in.
pub type AccessPath = smallvec::SmallVec<[Step; 4]>;

/// Whether two steps may name one part.
pub fn meets(a: Step, b: Step) -> bool {
    a == b
        || matches!(
            (a, b),
            (Step::Elem, Step::Key(_)) | (Step::Key(_), Step::Elem)
        )
}

/// How two paths lie to each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// The first is the beginning of the second; what is left of the second.
    Above(AccessPath),
    /// The second is the beginning of the first; what is left of the first.
    Below(AccessPath),
    /// They part.
    Apart,
}

/// Compares two paths.
pub fn overlap(a: &[Step], b: &[Step]) -> Overlap {
    let shared = a.len().min(b.len());
    if a.iter().zip(b).any(|(x, y)| !meets(*x, *y)) {
        return Overlap::Apart;
    }
    if a.len() <= b.len() {
        Overlap::Above(b.iter().skip(shared).copied().collect())
    } else {
        Overlap::Below(a.iter().skip(shared).copied().collect())
    }
}

/// Appends steps up to a limit; the flag says that nothing was cut.
pub fn extend(path: &[Step], more: &[Step], most: usize) -> (AccessPath, bool) {
    let whole = path.len() + more.len() <= most;
    (path.iter().chain(more).take(most).copied().collect(), whole)
}
