//! `palisade scan`.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Instant;

use palisade_report::catalog;
use palisade_report::view::view;

use crate::args::ScanArgs;
use crate::commands::scan_fix;
use crate::failure::Failure;
use crate::intent;
use crate::rim;
use crate::scan_port::{rule_infos, run};

/// Scans and prints; the exit status.
pub(crate) fn scan(args: &ScanArgs) -> Result<u8, Failure> {
    if args.fix {
        return scan_fix::fix(args);
    }
    #[allow(
        clippy::disallowed_methods,
        reason = "only text on a terminal shows the time taken"
    )]
    let begun = Instant::now();
    let Some(format) = catalog::find(&args.format) else {
        let names: Vec<&str> = catalog::ALL.iter().map(|format| format.name()).collect();
        return Err(
            Failure::new(format!("`--format {}` is no format", args.format))
                .help(format!("formats are {}", names.join(", "))),
        );
    };
    let rules = rule_infos();
    let request = intent::request(&args.input, &rules)?;
    let mut options = intent::options(args)?;
    if let Some(path) = &args.output {
        check_writable(path)?;
    }
    let scan = run(&request, args.input.example)?;
    // The command line wins over the settings.
    if let Some(word) = scan.threshold.as_deref().filter(|_| args.fail_on.is_none()) {
        options.fail_on = intent::severity("threshold", word)?;
    }
    options.elapsed = Some(begun.elapsed());
    let view = view(&scan.outcome, &scan.sources, &rules, &options);
    let document = format.write(&view, &options);
    match &args.output {
        Some(path) => std::fs::write(path, document).map_err(|error| unwritable(path, &error))?,
        None => rim::print(&document)
            .map_err(|error| Failure::new(format!("cannot write to the output: {error}")))?,
    }
    Ok(view.exit_status(&options))
}

/// Tells before a long scan that its result could not be kept.
fn check_writable(path: &Path) -> Result<(), Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(Failure::new(format!(
            "cannot write `{}`: no such folder",
            path.display()
        )));
    }
    if path.is_dir() {
        return Err(Failure::new(format!(
            "cannot write `{}`: it is a folder",
            path.display()
        )));
    }
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::NotFound => "no such folder".to_owned(),
        ErrorKind::PermissionDenied => "not allowed".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(format!("cannot write `{}`: {why}", path.display()))
}
