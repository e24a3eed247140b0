//! Who may start a function and who may put data into a store.

use palisade_model::app::App;

/// Fills `reach` of every trigger and `writers` of every store.
pub fn fill(app: &mut App) {
    let _ = app;
}
