//! Text for people: frames first, the summary last, where the eye is.

pub mod ink;

pub mod code;

pub mod frames;

pub mod entry;

pub mod rest;

pub mod summary;

pub mod explain;

pub mod paths;

use crate::format::Format;
use crate::options::Options;
use crate::text::ink::{Ink, Style};
use crate::view::View;
use crate::view::entry::Entry;
use crate::view::unread::grouped;

/// The format `text`.
#[derive(Clone, Copy, Debug)]
pub struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn write(&self, view: &View<'_>, options: &Options) -> String {
        let mut ink = Ink::new(options);
        if options.quiet {
            quiet(&mut ink, view, options);
        } else if view.entries.is_empty() && !view.outcome.understood {
            nothing_understood(&mut ink, view, options);
        } else {
            whole(&mut ink, view, options);
        }
        ink.finish()
    }
}

/// The one-line form and the count; nothing when clean.
fn quiet(ink: &mut Ink, view: &View<'_>, options: &Options) {
    one_lines(ink, view);
    if !view.entries.is_empty() || view.exit_status(options) != 0 {
        ink.put(&summary::verdict(view, options)).end();
    }
}

fn whole(ink: &mut Ink, view: &View<'_>, options: &Options) {
    let listed: Vec<&Entry<'_>> = view.listed().collect();
    if options.terminal {
        summary::applications(ink, view);
        let (framed, others) = listed.split_at(framed(listed.len(), options));
        blocks(ink, view, framed, options);
        if !others.is_empty() {
            let heading = if framed.is_empty() {
                format!("{}, by function", summary_count(others.len()))
            } else {
                format!("the other {}, by function", others.len())
            };
            rest::by_function(ink, view, others, &heading);
            ink.end();
        }
    } else {
        one_lines(ink, view);
        if !listed.is_empty() {
            ink.end();
        }
        summary::applications(ink, view);
        let fails = |entry: &&&Entry<'_>| options.full || entry.severity >= options.fail_on;
        let most = options.top.unwrap_or(usize::MAX);
        let framed: Vec<&Entry<'_>> = listed.iter().filter(fails).take(most).copied().collect();
        blocks(ink, view, &framed, options);
    }
    unknown_reach(ink, &listed);
    rest::hygiene(ink, view, options);
    if listed.is_empty() {
        clean(ink, view, options);
        return;
    }
    if rest::unread(ink, view, options, "not read") {
        ink.end();
    }
    summary::write(ink, view, options);
    if !options.terminal {
        ink.put(&summary::verdict(view, options)).end();
    }
}

/// Nothing was found: what was not read stands between the verdict and what was read.
fn clean(ink: &mut Ink, view: &View<'_>, options: &Options) {
    ink.put(&summary::headline(view)).end();
    let number = grouped(&view.unread, options.full).len();
    rest::unread(ink, view, options, &format!("not read ({number})"));
    summary::read(ink, view, options);
}

fn summary_count(number: usize) -> String {
    crate::view::sentences::count(number, "finding")
}

/// How many findings get frames on a terminal.
fn framed(listed: usize, options: &Options) -> usize {
    let most = match options.top {
        _ if options.full => listed,
        Some(top) => top,
        None if listed <= 5 => listed,
        None => 3,
    };
    most.min(listed)
}

fn blocks(ink: &mut Ink, view: &View<'_>, entries: &[&Entry<'_>], options: &Options) {
    for entry in entries {
        entry::write(ink, view, entry, options.full, 0);
        ink.end();
    }
}

/// `src/feedback.py:34:9: critical[sas01-os-command] anyone can …`.
fn one_lines(ink: &mut Ink, view: &View<'_>) {
    for entry in view.listed() {
        ink.put(&entry.place.exact()).put(": ");
        ink.styled(Style::severity(entry.severity), entry.severity.word());
        ink.put(&format!("[{}] {}", entry.finding.rule, entry.title))
            .end();
    }
}

/// Code without a template: how to mend it.
fn unknown_reach(ink: &mut Ink, listed: &[&Entry<'_>]) {
    let without = listed
        .iter()
        .filter(|e| e.finding.reach_unknown && e.finding.role.is_none())
        .count();
    if without > 0 {
        let which = if without == 1 {
            "this function"
        } else {
            "these functions"
        };
        let its = if without == 1 {
            "its role"
        } else {
            "their roles"
        };
        let words = format!(
            "no template names {which}, so who can send the event and what {its} may do are unknown: \
             scan the folder that holds the template"
        );
        ink.wrapped(Style::Plain, &words).end().end();
    }
}

fn nothing_understood(ink: &mut Ink, view: &View<'_>, options: &Options) {
    let files = crate::view::sentences::count(view.outcome.files, "file");
    ink.put(&format!("no function found in {} ({files})", options.root))
        .end();
    if options.terminal {
        ink.pad(2)
            .wrapped(
                Style::Dim,
                "looked for SAM, CloudFormation and serverless.yml, and for handlers in Python, JavaScript, TypeScript",
            )
            .end();
        ink.pad(2)
            .styled(
                Style::Dim,
                "try  palisade scan path/to/app    or    palisade scan --example",
            )
            .end();
    }
    let number = grouped(&view.unread, options.full).len();
    rest::unread(ink, view, options, &format!("not read ({number})"));
    if !options.terminal {
        ink.put(&summary::verdict(view, options)).end();
    }
}
