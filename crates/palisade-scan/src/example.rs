//! The built-in example, carried inside the binary.

use crate::tree::memory::Memory;

/// The files of `examples/cv-filter`.
const FILES: [(&str, &str); 2] = [
    (
        "src/app.py",
        include_str!("../../../examples/cv-filter/src/app.py"),
    ),
    (
        "template.yaml",
        include_str!("../../../examples/cv-filter/template.yaml"),
    ),
];

/// The example as a tree.
pub fn tree() -> Memory {
    Memory::of(FILES)
}
