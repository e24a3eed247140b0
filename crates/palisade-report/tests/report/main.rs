//! What a reader of any format could notice, from hand-made outcomes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

mod build;
mod exits;
mod hostile;
mod machine;
mod roles;
mod samples;

use std::path::PathBuf;

/// Compares with `tests/goldens/<name>`; `SNAPSHOTS=overwrite` writes it.
fn check(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/goldens")
        .join(name);
    if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{name} differs (SNAPSHOTS=overwrite writes it)\n--- expected\n{expected}\n--- actual\n{actual}"
    );
}
