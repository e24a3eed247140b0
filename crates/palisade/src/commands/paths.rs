//! `palisade paths`.

use palisade_report::text::paths::paths as ladders;
use palisade_report::view::paths::PathFilter;
use palisade_report::view::view;

use crate::args::PathsArgs;
use crate::failure::Failure;
use crate::intent;
use crate::rim;
use crate::scan_port::{rule_infos, run};

/// Scans and prints the paths alone; 0 where none is shown, else 1.
pub(crate) fn paths(args: &PathsArgs) -> Result<u8, Failure> {
    let rules = rule_infos();
    let request = intent::request(&args.input, &rules)?;
    let mut options = intent::look(&args.look, &args.input, rim::is_terminal())?;
    options.top = args.top;
    let filter = PathFilter {
        from: args.from.clone(),
        to: args.to.clone(),
        through: args.through.clone(),
    };
    let scan = run(&request, args.input.example)?;
    let view = view(&scan.outcome, &scan.sources, &rules, &options);
    rim::print(&ladders(&view, &filter, &options))
        .map_err(|error| Failure::new(format!("cannot write to the output: {error}")))?;
    let found = view.listed().any(|entry| filter.admits(entry));
    Ok(if found {
        1
    } else if view.outcome.understood {
        0
    } else {
        3
    })
}
