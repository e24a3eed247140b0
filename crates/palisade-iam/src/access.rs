//! Which data a function's roles reach, and how: for the last steps of a path.

use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::setting::Origin;

/// What can be done with data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Access {
    /// Read.
    pub reads: bool,
    /// Add or change.
    pub writes: bool,
    /// Delete.
    pub deletes: bool,
}

/// The data a function's roles reach, worst grant first, with the statement.
pub fn data_reached(app: &App, function: FunctionId) -> Vec<(NodeId, Access, Origin)> {
    let _ = (app, function);
    Vec::new()
}

/// The role's name and place, the data it reaches, and the verbs for `its role can <verbs> <data>`.
pub fn role_words(
    app: &App,
    function: FunctionId,
) -> (String, Option<Origin>, Vec<String>, String) {
    let _ = (app, function);
    (String::new(), None, Vec::new(), String::new())
}
