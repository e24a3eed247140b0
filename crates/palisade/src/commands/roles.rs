//! `palisade roles`.

use palisade_report::roles::json::json;

use crate::args::RolesArgs;
use crate::failure::Failure;
use crate::intent;
use crate::rim;
use crate::scan_port::{roles as read, rule_infos};

/// Tells what functions need; the exit status.
pub(crate) fn roles(args: &RolesArgs) -> Result<u8, Failure> {
    if args.format != "json" {
        return Err(Failure::new(format!(
            "`--format {}` is no format of `roles`",
            args.format
        ))
        .help("formats are json"));
    }
    let request = intent::request(&args.input, &rule_infos())?;
    let (roles, sources) = read(&request)?;
    rim::print(&json(&roles, &sources))
        .map_err(|error| Failure::new(format!("cannot write to the output: {error}")))?;
    Ok(0)
}
