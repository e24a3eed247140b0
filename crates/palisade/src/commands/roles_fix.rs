//! `palisade roles --fix`: the changes first, then the question, then the files.

use std::path::{Path, PathBuf};

use palisade_model::need::{Fit, Roles};
use palisade_model::source::Sources;
use palisade_report::roles::of;
use palisade_report::roles::words::listed;
use palisade_report::view::place::Place;
use palisade_report::view::sentences::count;

use crate::args::{Input, RolesArgs};
use crate::commands::repair::{self, Lines};
use crate::commands::roles::{look, named, print};
use crate::failure::Failure;
use crate::intent;
use crate::scan_port::{Fix, fix as plan, rule_infos};

/// Functions that a line names.
const NAMES: usize = 12;

/// Shows and writes the least roles; the exit status: 0 where nothing is left to do, else 1.
pub(crate) fn fix(args: &RolesArgs) -> Result<u8, Failure> {
    repair::check(&args.format, args.input.example)?;
    let (input, names) = split(args);
    let request = intent::request(&input, &rule_infos())?;
    let options = look(args, &input)?;
    let (roles, sources, fix) = plan(&request, &names)?;
    for name in &names {
        named(&roles, name)?;
    }
    if roles.functions.is_empty() {
        print("no function was understood\n")?;
        return Ok(3);
    }
    let lines = told(&roles, &sources, &fix, &names);
    repair::settle(&fix, &lines, args.yes, &options)
}

/// Words that are files or folders, and those that name functions.
fn split(args: &RolesArgs) -> (Input, Vec<String>) {
    let mut input = args.input.clone();
    let mut names = args.function.clone();
    let is_path = |path: &PathBuf| {
        let words = path.to_string_lossy();
        Path::new(path).symlink_metadata().is_ok() || words.contains(['/', '\\', '.'])
    };
    let (paths, words): (Vec<PathBuf>, Vec<PathBuf>) = input.paths.drain(..).partition(is_path);
    input.paths = paths;
    names.extend(words.iter().map(|word| word.to_string_lossy().into_owned()));
    names.sort();
    names.dedup();
    (input, names)
}

/// What is changed, and what is not and why.
fn told(roles: &Roles, sources: &Sources, fix: &Fix, names: &[String]) -> Lines {
    let mut lines = Lines::default();
    let name = |at: &usize| roles.functions.get(*at).map(|role| role.function.clone());
    let changed: Vec<String> = fix.changed.iter().filter_map(name).collect();
    match changed.len() {
        0 => lines.put("nothing to change"),
        n => lines.put(format!(
            "{} of {}: {}",
            if n == 1 { "role" } else { "roles" },
            count(n, "function"),
            listed(&changed, NAMES)
        )),
    }
    lines.notes(fix);
    let wanted = |name: &String| names.is_empty() || names.contains(name);
    for role in of(roles, Fit::Incomplete).filter(|role| wanted(&role.function)) {
        let why = role.needs.incomplete.first().map(|(span, why)| {
            let place = Place::of(sources, *span).short();
            format!("{why}, {place}")
        });
        lines.put(format!(
            "{} keeps its role: more may be needed than is known ({})",
            role.function,
            why.unwrap_or_default()
        ));
    }
    for role in of(roles, Fit::Unread).filter(|role| wanted(&role.function)) {
        lines.put(format!(
            "{} keeps its role: its code was not read",
            role.function
        ));
    }
    // Every change is one of a role.
    lines.refused(fix, sources, &|_| String::new());
    lines
}
