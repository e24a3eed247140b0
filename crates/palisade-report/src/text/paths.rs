//! What `palisade paths` prints: one ladder a path, who → field → line → role → data, best first.

use palisade_model::finding::StepKind;

use crate::options::Options;
use crate::text::ink::{Ink, Style};
use crate::view::View;
use crate::view::entry::Entry;
use crate::view::paths::PathFilter;
use crate::view::sentences::{count, list, sender};

/// Where the words behind `who`, `field`, … begin.
const WORDS: usize = 10;
/// Where places begin.
const PLACES: usize = 34;

/// The ladders of the paths that a filter lets through.
pub fn paths(view: &View<'_>, filter: &PathFilter, options: &Options) -> String {
    let mut ink = Ink::new(options);
    let all = view.listed().filter(|entry| entry.is_path()).count();
    let shown: Vec<&Entry<'_>> = view.listed().filter(|e| filter.admits(e)).collect();
    for entry in shown.iter().take(options.top.unwrap_or(usize::MAX)) {
        ladder(&mut ink, entry);
        ink.end();
    }
    match (shown.len(), all) {
        (0, 0) => ink.put("no path leads from a sender to a harmful line"),
        (0, all) => ink.put(&format!("none of {} fits", count(all, "path"))),
        (shown, all) if shown < all => ink.put(&format!("{shown} of {}", count(all, "path"))),
        (shown, _) => ink.put(&count(shown, "path")),
    };
    let cover = &view.cover;
    if cover.critical > 0 && cover.closed == cover.critical {
        let verb = if cover.changes == 1 {
            "closes"
        } else {
            "close"
        };
        let words = format!(
            "; {} {verb} all {} critical ones",
            count(cover.changes, "change"),
            cover.critical
        );
        ink.wrapped(Style::Plain, &words);
    }
    ink.end();
    ink.finish()
}

fn ladder(ink: &mut Ink, entry: &Entry<'_>) {
    let finding = entry.finding;
    let end = match finding.data.as_slice() {
        [] => format!("{} {}", entry.place.base(), finding.sink),
        data => list(data),
    };
    let way = format!("{} {} {end}", sender(entry), ink.signs.arrow);
    ink.put(&format!("{:>2} ", entry.rank))
        .styled(Style::severity(entry.severity), entry.severity.word())
        .to(13, 1);
    ink.wrapped(Style::Bold, &way);
    let id = &entry.id.short;
    let right = ink.columns.saturating_sub(id.len());
    if ink.column() + 2 > right {
        ink.end();
    }
    ink.to(right, 1).styled(Style::Dim, id).end();

    let step = |kind: StepKind| entry.steps.iter().rfind(|s| s.step.kind == kind);
    let place = |kind| step(kind).map_or_else(String::new, |s| s.place.short());
    let said = |kind| step(kind).map_or_else(String::new, |s| s.step.text.clone());
    let who = entry.steps.iter().find(|s| s.step.kind == StepKind::Entry);
    let (at, text) = who.map_or_else(Default::default, |s| (s.place.short(), s.step.text.clone()));
    rung(ink, "who", sender(entry), &at, &text);
    rung(ink, "field", &finding.field, &place(StepKind::Field), "");
    for crossing in entry
        .steps
        .iter()
        .filter(|s| s.step.kind == StepKind::Crossing)
    {
        rung(
            ink,
            "over",
            &crossing.step.text,
            &crossing.place.short(),
            "",
        );
    }
    rung(ink, "line", &finding.sink, &entry.place.short(), "");
    let role = finding.role.as_deref().unwrap_or("unknown");
    rung(
        ink,
        "role",
        role,
        &place(StepKind::Role),
        &said(StepKind::Role),
    );
    if !finding.data.is_empty() {
        rung(ink, "data", &list(&finding.data), "", "");
    }
    for cut in &entry.cuts {
        let text = format!("{}, which {}", cut.cut.text, cut.cut.effect);
        rung(ink, "cut", &cut.place.short(), "", &text);
    }
}

fn rung(ink: &mut Ink, word: &str, what: &str, place: &str, text: &str) {
    ink.pad(3).styled(Style::Dim, word).to(WORDS, 1);
    ink.wrapped(Style::Plain, what);
    if !place.is_empty() {
        ink.to(PLACES, 2).put(place);
    }
    if !text.is_empty() {
        let wide = ink.width(text);
        if ink.column() + 2 + wide > ink.columns {
            ink.end().pad(WORDS);
        } else {
            ink.pad(2);
        }
        ink.wrapped(Style::Plain, text);
    }
    ink.end();
}
