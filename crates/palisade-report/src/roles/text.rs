//! Roles for a terminal: one block a function whose role differs, the rest counted.

use palisade_model::need::{Difference, Fit, FunctionRole, Roles};
use palisade_model::source::{Sources, Span};

use super::{differing, of, words};
use crate::options::Options;
use crate::text::ink::{Ink, Style};
use crate::view::place::Place;
use crate::view::sentences::count;

/// Where what stands behind `needs`, `excess`, … begins.
const WORDS: usize = 11;
/// Where resources of needs begin at most.
const RESOURCES_MAX: usize = 46;
/// Rows of one kind in a block.
const ROWS_MAX: usize = 12;
/// Functions that a line names.
const NAMES: usize = 5;

/// The roles of a tree.
pub fn text(roles: &Roles, sources: &Sources, options: &Options) -> String {
    let mut ink = Ink::new(options);
    let all = differing(roles);
    for role in &all {
        block(&mut ink, role, sources, options);
        ink.end();
    }
    summary(&mut ink, roles, sources);
    ink.finish()
}

fn block(ink: &mut Ink, role: &FunctionRole, sources: &Sources, options: &Options) {
    ink.styled(Style::Bold, &role.function).pad(3);
    let own: Vec<String> = role.roles.iter().map(words::role).collect();
    let head = format!("{}   {}", own.join(" or "), words::needs_of(role));
    ink.wrapped(Style::Plain, &head);
    let who = words::sender(role);
    let right = ink.columns.saturating_sub(ink.width(&who));
    if ink.column() + 2 > right {
        ink.end();
    }
    ink.to(right, 1);
    ink.styled(Style::level(role.reach.surely), &who).end();
    needs(ink, role, sources);
    let mut rows = Rows::new(ink, sources, "excess");
    let excess = words::grouped(&role.excess);
    for (difference, said) in &excess {
        rows.difference(difference, said, options);
    }
    rows.done(excess.len());
    let mut rows = Rows::new(ink, sources, "lacks");
    for difference in &role.missing {
        let on = words::resources(&difference.resources);
        rows.difference(
            difference,
            &format!("{} on {on}", difference.action),
            options,
        );
    }
    let platform = words::for_platform(&role.missing_platform);
    for (difference, said) in &platform {
        rows.difference(difference, said, options);
    }
    rows.done(role.missing.len() + platform.len());
    let mut rows = Rows::new(ink, sources, "fails");
    for call in &role.needs.unknown_methods {
        rows.row(&words::unknown_method(call), Some(call.span), options);
    }
    rows.done(role.needs.unknown_methods.len());
    let mut rows = Rows::new(ink, sources, "unknown");
    for difference in &role.unknown_actions {
        rows.difference(difference, &words::excess(difference), options);
    }
    rows.done(role.unknown_actions.len());
    let mut rows = Rows::new(ink, sources, "ways");
    for way in &role.ways {
        rows.row(&words::way(way), way.spans.first().copied(), options);
    }
    rows.done(role.ways.len());
    if let Some((now, then)) = &role.radius {
        let words = format!(
            "{}; with the least role {}",
            words::radius(now),
            words::radius(then)
        );
        label(ink, "reaches");
        ink.wrapped(Style::Plain, &words).end();
    }
    label(ink, "fix");
    let root = match options.root.as_str() {
        "." => String::new(),
        root => format!(" {root}"),
    };
    let command = format!("palisade roles --fix --function {}{root}", role.function);
    ink.wrapped(Style::Dim, &command).end();
}

fn label(ink: &mut Ink, word: &str) {
    ink.pad(3).styled(Style::Dim, word).to(WORDS, 1);
}

fn needs(ink: &mut Ink, role: &FunctionRole, sources: &Sources) {
    let code = role.needs.needs.iter();
    let platform = role.needs.platform.iter();
    let wide = code.clone().chain(platform.clone());
    let wide = wide.map(|need| need.action.len()).max().unwrap_or(0);
    let column = (WORDS + wide + 2).min(RESOURCES_MAX);
    let mut first = true;
    let mut start = |ink: &mut Ink| {
        label(ink, if first { "needs" } else { "" });
        first = false;
    };
    for need in code.take(ROWS_MAX) {
        start(ink);
        ink.put(&need.action).to(column, 2);
        let place = words::place(sources, &need.spans);
        ink.wrapped(Style::Plain, &words::need(need));
        put_place(ink, &place);
        ink.end();
    }
    let more = role.needs.needs.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        start(ink);
        ink.put(&format!("{more} more")).end();
    }
    if role.needs.needs.is_empty() {
        start(ink);
        ink.put("nothing that the code shows").end();
    }
    let asked: Vec<String> = platform.map(|need| need.action.clone()).collect();
    if !asked.is_empty() {
        start(ink);
        let words = format!("{} for the platform", words::listed(&asked, 4));
        ink.wrapped(Style::Dim, &words).end();
    }
}

/// A place at the end of a line, or below where there is no room.
fn put_place(ink: &mut Ink, place: &str) {
    if place.is_empty() {
        return;
    }
    if ink.column() + 3 + ink.width(place) > ink.columns {
        ink.end().pad(WORDS + 2);
    } else {
        ink.pad(3);
    }
    ink.styled(Style::Dim, place);
}

/// Rows below one word.
struct Rows<'i, 's> {
    ink: &'i mut Ink,
    sources: &'s Sources,
    word: &'static str,
    shown: usize,
}

impl<'i, 's> Rows<'i, 's> {
    fn new(ink: &'i mut Ink, sources: &'s Sources, word: &'static str) -> Self {
        Self {
            ink,
            sources,
            word,
            shown: 0,
        }
    }

    fn difference(&mut self, difference: &Difference, said: &str, options: &Options) {
        let said = match words::harm(difference) {
            Some(harm) => format!("{said} ({harm})"),
            None => said.to_owned(),
        };
        self.row(&said, difference.spans.first().copied(), options);
    }

    fn row(&mut self, said: &str, span: Option<Span>, options: &Options) {
        self.shown += 1;
        if self.shown > ROWS_MAX && !options.full {
            return;
        }
        label(self.ink, if self.shown == 1 { self.word } else { "" });
        self.ink.wrapped(Style::Plain, said);
        if let Some(span) = span {
            put_place(self.ink, &Place::of(self.sources, span).short());
        }
        self.ink.end();
    }

    fn done(self, all: usize) {
        let more = all.saturating_sub(ROWS_MAX);
        if more > 0 && self.shown > ROWS_MAX {
            label(self.ink, "");
            self.ink.put(&format!("{more} more")).end();
        }
    }
}

fn summary(ink: &mut Ink, roles: &Roles, sources: &Sources) {
    if roles.functions.is_empty() {
        ink.put("no function was understood").end();
        return;
    }
    let fits = of(roles, Fit::Fits).count();
    let differs = of(roles, Fit::Differs).count();
    let has = |n: usize| if n == 1 { "has" } else { "have" };
    if fits > 0 {
        let words = format!("{} {} a role that fits", count(fits, "function"), has(fits));
        ink.wrapped(Style::Plain, &words).end();
    }
    let incomplete: Vec<String> = of(roles, Fit::Incomplete)
        .map(|role| format!("{} ({})", role.function, because(role, sources)))
        .collect();
    if !incomplete.is_empty() {
        let is = if incomplete.len() == 1 { "is" } else { "are" };
        let words = format!(
            "{} {is} incomplete, so nothing is said of {}: {}",
            count(incomplete.len(), "function"),
            if incomplete.len() == 1 { "it" } else { "them" },
            words::listed(&incomplete, NAMES)
        );
        ink.wrapped(Style::Plain, &words).end();
    }
    for (fit, said) in [
        (Fit::Unread, "without code that was read"),
        (Fit::Elsewhere, "with a role that no template here declares"),
    ] {
        let names: Vec<String> = of(roles, fit).map(|role| role.function.clone()).collect();
        if !names.is_empty() {
            let words = format!(
                "{} {said}: {}",
                count(names.len(), "function"),
                words::listed(&names, NAMES)
            );
            ink.wrapped(Style::Plain, &words).end();
        }
    }
    if differs > 0 {
        let words = format!(
            "{} of {} {} a role that does not fit",
            differs,
            count(roles.functions.len(), "function"),
            has(differs)
        );
        ink.wrapped(Style::Bold, &words).end();
    }
}

/// Why a function is incomplete.
fn because(role: &FunctionRole, sources: &Sources) -> String {
    match role.needs.incomplete.as_slice() {
        [] => String::new(),
        [(span, why), rest @ ..] => {
            let place = Place::of(sources, *span).short();
            let more = match rest.len() {
                0 => String::new(),
                n => format!(", and {n} more"),
            };
            format!("{why}, {place}{more}")
        }
    }
}
