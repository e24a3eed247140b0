//! All formats, in the order of the help.

use crate::format::Format;
use crate::json::Json;
use crate::sarif::Sarif;
use crate::text::Text;

/// All formats, in the order of the help.
pub const ALL: &[&dyn Format] = &[&Text, &Json, &Sarif];

/// The format of a name.
pub fn find(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}
