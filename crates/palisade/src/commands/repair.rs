//! Repairs as they are shown, asked about and written: the same for every command that has `--fix`.

use std::collections::BTreeSet;

use palisade_model::source::Sources;
use palisade_report::hostile::clean;
use palisade_report::options::{Color, Options};
use palisade_report::view::place::Place;
use palisade_report::view::sentences::count;

use crate::commands::roles::print;
use crate::failure::Failure;
use crate::rim;
use crate::scan_port::{Fix, Refused, write};

/// Refuses what a repair cannot be shown as, or written into.
pub(crate) fn check(format: &str, example: bool) -> Result<(), Failure> {
    if format != "text" {
        let said = format!("`--fix` writes no `--format {format}`");
        return Err(Failure::new(said).help("it shows a diff"));
    }
    if example {
        return Err(Failure::new("the built-in example cannot be changed"));
    }
    Ok(())
}

/// Lines about a repair; what comes from files is made harmless.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds a line.
    pub(crate) fn put(&mut self, line: impl AsRef<str>) {
        self.0.push_str(&clean(line.as_ref()));
        self.0.push('\n');
    }

    /// Adds what a reader of the diff should know.
    pub(crate) fn notes(&mut self, fix: &Fix) {
        for note in &fix.plan.notes {
            self.put(format!("note: {note}"));
        }
    }

    /// Adds what cannot be changed, and how to do it by hand; `what` says what stays.
    pub(crate) fn refused(
        &mut self,
        fix: &Fix,
        sources: &Sources,
        what: &dyn Fn(&Refused) -> String,
    ) {
        // What stays for one reason is one line; the order is that of the first of each.
        let mut groups: Vec<(String, &Refused, usize)> = Vec::new();
        for refused in &fix.refused {
            let said = match &refused.function {
                Some(function) => format!("{function} keeps its role"),
                None => what(refused),
            };
            let said = format!("{said}: {}", refused.refusal.reason);
            match groups.iter_mut().find(|(other, ..)| *other == said) {
                Some((.., more)) => *more += 1,
                None => groups.push((said, refused, 0)),
            }
        }
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for (said, refused, more) in groups {
            let refusal = &refused.refusal;
            let place = refusal.place.map(|span| Place::of(sources, span).short());
            let more = match more {
                0 => String::new(),
                n => format!(", and {n} more"),
            };
            self.put(format!("{said} ({}{more})", place.unwrap_or_default()));
            // What a setting shall be, its finding says.
            let text = refusal.text.as_str();
            if refused.function.is_some() && !text.is_empty() && told.insert(text) {
                self.put("  by hand:");
                for line in text.lines() {
                    self.put(format!("    {line}"));
                }
            }
        }
    }
}

/// Shows the diff and what is said about it, asks, and writes; the exit status: 0 where nothing is left to do, else 1.
pub(crate) fn settle(
    fix: &Fix,
    lines: &Lines,
    yes: bool,
    options: &Options,
) -> Result<u8, Failure> {
    if !fix.plan.is_empty() {
        print(&diff(fix, options))?;
    }
    print(&lines.0)?;
    let left = u8::from(!fix.refused.is_empty());
    if fix.plan.is_empty() {
        return Ok(left);
    }
    let files = count(fix.plan.files.len(), "file");
    if !yes {
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
    write(fix)?;
    print(&format!(
        "wrote {files}; run it again to see that nothing is left\n"
    ))?;
    Ok(left)
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
