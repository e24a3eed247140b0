//! All front ends, in the order in which they are asked.

use crate::frontend::Frontend;
use crate::javascript::JavaScript;
use crate::python::Python;

/// Every language that is read.
pub const ALL: &[&dyn Frontend] = &[&Python, &JavaScript];
