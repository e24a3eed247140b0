//! `palisade roles --fix`: the changes first, then the question, then the files.

use std::path::{Path, PathBuf};

use palisade_model::need::{Fit, Roles};
use palisade_model::source::Sources;
use palisade_report::hostile::clean;
use palisade_report::options::{Color, Options};
use palisade_report::roles::of;
use palisade_report::roles::words::listed;
use palisade_report::view::place::Place;
use palisade_report::view::sentences::count;

use crate::args::{Input, RolesArgs};
use crate::commands::roles::{look, named, print};
use crate::failure::Failure;
use crate::intent;
use crate::rim;
use crate::scan_port::{Fix, fix as plan, rule_infos, write};

/// Functions that a line names.
const NAMES: usize = 12;

/// Shows and writes the least roles; the exit status: 0 where nothing is left to do, else 1.
pub(crate) fn fix(args: &RolesArgs) -> Result<u8, Failure> {
    if args.format != "text" {
        let said = format!("`--fix` writes no `--format {}`", args.format);
        return Err(Failure::new(said).help("it shows a diff"));
    }
    if args.input.example {
        return Err(Failure::new("the built-in example cannot be changed"));
    }
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
    if !fix.plan.is_empty() {
        print(&diff(&fix, &options))?;
    }
    print(&told(&roles, &sources, &fix, &names))?;
    let left = u8::from(!fix.refused.is_empty());
    if fix.plan.is_empty() {
        return Ok(left);
    }
    let files = count(fix.plan.files.len(), "file");
    if !args.yes {
        let asked = rim::can_ask() && rim::ask(&format!("write {files}? [y/N] "));
        if !asked {
            let said = match rim::can_ask() {
                true => "nothing was written\n",
                false => "nothing was written: add --yes to write it, or apply the diff by hand\n",
            };
            print(said)?;
            return Ok(1);
        }
    }
    write(&fix)?;
    print(&format!(
        "wrote {files}; run it again to see that nothing is left\n"
    ))?;
    Ok(left)
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

/// The unified diff, in color where colors are shown.
fn diff(fix: &Fix, options: &Options) -> String {
    let mut out = String::new();
    for line in fix.plan.diff().lines() {
        // Tabs are part of files.
        let shown: Vec<String> = line.split('\t').map(clean).collect();
        let shown = shown.join("\t");
        let code = match line.as_bytes().first() {
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "2",
            _ => "",
        };
        if options.color == Color::Never || code.is_empty() {
            out.push_str(&shown);
        } else {
            out.push_str(&format!("\u{1b}[{code}m{shown}\u{1b}[0m"));
        }
        out.push('\n');
    }
    out
}

/// What is changed, and what is not and why.
fn told(roles: &Roles, sources: &Sources, fix: &Fix, names: &[String]) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&clean(&text));
        out.push('\n');
    };
    let name = |at: &usize| roles.functions.get(*at).map(|role| role.function.clone());
    let changed: Vec<String> = fix.changed.iter().filter_map(name).collect();
    match changed.len() {
        0 => line("nothing to change".to_owned()),
        n => line(format!(
            "{} of {}: {}",
            if n == 1 { "role" } else { "roles" },
            count(n, "function"),
            listed(&changed, NAMES)
        )),
    }
    for note in &fix.plan.notes {
        line(format!("note: {note}"));
    }
    let wanted = |name: &String| names.is_empty() || names.contains(name);
    for role in of(roles, Fit::Incomplete).filter(|role| wanted(&role.function)) {
        let why = role.needs.incomplete.first().map(|(span, why)| {
            let place = Place::of(sources, *span).short();
            format!("{why}, {place}")
        });
        line(format!(
            "{} keeps its role: more may be needed than is known ({})",
            role.function,
            why.unwrap_or_default()
        ));
    }
    for role in of(roles, Fit::Unread).filter(|role| wanted(&role.function)) {
        line(format!(
            "{} keeps its role: its code was not read",
            role.function
        ));
    }
    let mut told: Vec<&str> = Vec::new();
    for (at, refusal) in &fix.refused {
        let name = name(at).unwrap_or_default();
        let place = refusal.place.map(|span| Place::of(sources, span).short());
        line(format!(
            "{name} keeps its role: {} ({})",
            refusal.reason,
            place.unwrap_or_default()
        ));
        if !refusal.text.is_empty() && !told.contains(&refusal.text.as_str()) {
            told.push(&refusal.text);
            line("  by hand:".to_owned());
            for text in refusal.text.lines() {
                line(format!("    {text}"));
            }
        }
    }
    out
}
