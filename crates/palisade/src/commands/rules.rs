//! `palisade rules`.

use palisade_report::{json, text};

use crate::args::RulesArgs;
use crate::failure::Failure;
use crate::intent;
use crate::rim;
use crate::scan_port::rule_infos;

/// Lists the rules; the exit status.
pub(crate) fn rules(args: &RulesArgs) -> Result<u8, Failure> {
    let rules = rule_infos();
    let options = intent::plain_look(&args.look)?;
    let document = match args.format.as_str() {
        "text" => text::explain::rules(&rules, &options),
        "json" => json::rules(&rules),
        other => {
            return Err(
                Failure::new(format!("`--format {other}` is no format of `rules`"))
                    .help("formats are text, json"),
            );
        }
    };
    rim::print(&document)
        .map_err(|error| Failure::new(format!("cannot write to the output: {error}")))?;
    Ok(0)
}
