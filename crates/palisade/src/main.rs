//! The palisade command: words typed → intent → work → words shown.

mod args;

mod failure;

mod nearest;

mod rim;

mod scan_port;

mod intent;

mod commands;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Command, Typed};

fn main() -> ExitCode {
    let typed = match Typed::try_parse() {
        Ok(typed) => typed,
        Err(error) => return shown(&error),
    };
    let result = match &typed.command {
        Command::Scan(args) => commands::scan::scan(args),
        Command::Explain(args) => commands::explain::explain(args),
        Command::Paths(args) => commands::paths::paths(args),
        Command::Roles(args) => commands::roles::roles(args),
        Command::Rules(args) => commands::rules::rules(args),
    };
    match result {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            rim::complain(&failure.to_string());
            ExitCode::from(2)
        }
    }
}

/// Help and version go to stdout with 0, wrong use to stderr with 2.
fn shown(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        rim::complain(text.trim_end());
        return ExitCode::from(2);
    }
    match rim::print(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}
