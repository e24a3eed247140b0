//! Runs a step so that a bug in it costs one file and not the scan.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of a step, or what its panic said.
pub fn guarded<T>(step: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(step)).map_err(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned());
        let text = text.unwrap_or_else(|| "no message".to_owned());
        text.lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect()
    })
}

/// The words of a caught panic, with the address for reports.
pub fn words(what: &str, said: &str) -> String {
    let address = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");
    format!("a bug of palisade ({said}): {what}; please report it at {address}")
}
