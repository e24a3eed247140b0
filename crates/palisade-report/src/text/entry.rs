//! One finding in full: title, way, frames, why, send, cuts, id line.

use crate::text::frames;
use crate::text::ink::{Ink, Style, cut};
use crate::view::View;
use crate::view::entry::{CutView, Entry};
use crate::view::sentences::{list, sender};

/// The column of titles: rank, severity, two spaces.
pub const TITLE: usize = 13;

/// Where the words of `why`, `send` and `cut` begin.
const WORDS: usize = 9;

/// Writes one finding; `whole` leaves nothing out.
pub fn write(ink: &mut Ink, view: &View<'_>, entry: &Entry<'_>, whole: bool, context: u32) {
    head(ink, entry);
    frames::write(ink, view, entry, whole, context);
    label(ink, "why");
    ink.wrapped(Style::Plain, &entry.why).end();
    if let Some(example) = entry
        .finding
        .example
        .as_ref()
        .filter(|e| !e.payload.is_empty())
    {
        label(ink, "send");
        if whole {
            ink.wrapped(Style::Plain, &example.payload).end();
        } else {
            let room = ink.columns - WORDS;
            let payload = cut(&ink.shown(&example.payload), room, ink.signs.cut);
            ink.put(&payload).end();
        }
    }
    cuts(ink, &entry.cuts);
    links(ink, view, entry);
    also(ink, view, entry, whole);
    ink.pad(3).wrapped(Style::Dim, &id_line(entry)).end();
}

/// Rank, severity, title and the way.
pub fn head(ink: &mut Ink, entry: &Entry<'_>) {
    ink.put(&format!("{:>2} ", entry.rank))
        .styled(Style::severity(entry.severity), entry.severity.word())
        .to(TITLE, 1);
    ink.wrapped(Style::Bold, &entry.title).end();
    way(ink, entry);
}

/// `anyone → s3.object.key → feedback.py:34 os.system → FeedbackRole s3:* → receipts`, broken before an arrow.
fn way(ink: &mut Ink, entry: &Entry<'_>) {
    let finding = entry.finding;
    if finding.sink.is_empty() && finding.field.is_empty() {
        return;
    }
    let mut pieces = Vec::new();
    if !finding.field.is_empty() {
        pieces.push(finding.field.clone());
    }
    pieces.push(
        format!("{} {}", entry.place.base(), finding.sink)
            .trim_end()
            .to_owned(),
    );
    match &finding.role {
        Some(role) => pieces.push(role.clone()),
        None if finding.reach_unknown => pieces.push("unknown role".to_owned()),
        None => {}
    }
    if !finding.data.is_empty() {
        pieces.push(list(&finding.data));
    }
    let who = sender(entry);
    ink.pad(TITLE)
        .styled(Style::level(entry.level), who)
        .put(" ");
    let from = ink.column();
    let arrow = ink.signs.arrow;
    for piece in pieces {
        let needed = ink.width(arrow) + 1 + ink.width(&piece);
        if ink.column() > from && ink.column() + needed > ink.columns {
            ink.end().pad(from);
        }
        ink.put(arrow)
            .put(" ")
            .wrapped(Style::Plain, &piece)
            .put(" ");
    }
    ink.end();
}

fn label(ink: &mut Ink, word: &str) {
    ink.pad(3).styled(Style::Dim, word).to(WORDS, 1);
}

/// One line a cut: place, change, effect, in columns; what does not fit goes below.
fn cuts(ink: &mut Ink, cuts: &[CutView<'_>]) {
    let rows: Vec<[String; 3]> = cuts
        .iter()
        .map(|cut| {
            let effect = match cut.cut.effect.as_str() {
                "" if cut.cut.closes => "closes the path",
                effect => effect,
            };
            [cut.place.short(), cut.cut.text.clone(), effect.to_owned()].map(|t| ink.shown(&t))
        })
        .collect();
    let widest = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|text| ink.width(text))
            .max()
            .unwrap_or(0)
    };
    let (first, second, third) = (widest(0), widest(1), widest(2));
    let beside = WORDS + first + 2 + second + 4 + third <= ink.columns;
    let text_at = if WORDS + first + 2 + 24 <= ink.columns {
        WORDS + first + 2
    } else {
        WORDS + 2
    };
    for (at, [place, text, effect]) in rows.iter().enumerate() {
        if at == 0 {
            label(ink, "cut");
        } else {
            ink.pad(WORDS);
        }
        ink.put(place);
        if text_at <= WORDS + 2 {
            ink.end().pad(text_at);
        } else {
            ink.to(text_at, 2);
        }
        ink.wrapped(Style::Plain, text);
        if beside {
            ink.to(text_at + second + 4, 4);
        } else if !effect.is_empty() {
            ink.end().pad(text_at);
        }
        ink.wrapped(Style::Plain, effect).end();
    }
}

/// Findings of the template that this path passes through.
fn links(ink: &mut Ink, view: &View<'_>, entry: &Entry<'_>) {
    for (at, link) in view.links(entry).enumerate() {
        if at == 0 {
            label(ink, "with");
        } else {
            ink.pad(WORDS);
        }
        let line = format!(
            "{} ({}, {}, {})",
            link.title,
            link.place.short(),
            link.finding.rule,
            link.id.short
        );
        ink.wrapped(Style::Plain, &line).end();
    }
}

/// Other ways to the same line.
fn also(ink: &mut Ink, view: &View<'_>, entry: &Entry<'_>, whole: bool) {
    let most = if whole { usize::MAX } else { 3 };
    let all = &entry.finding.also;
    let more = all.len().saturating_sub(most) + entry.finding.more;
    for (at, (span, words)) in all.iter().take(most).enumerate() {
        if at == 0 {
            label(ink, "also");
        } else {
            ink.pad(WORDS);
        }
        let place = crate::view::place::Place::of(view.sources, *span);
        ink.wrapped(
            Style::Plain,
            format!("{}  {words}", place.short()).trim_end(),
        )
        .end();
    }
    if more > 0 {
        if all.is_empty() {
            label(ink, "also");
        } else {
            ink.pad(WORDS);
        }
        let ways = if more == 1 { "way" } else { "ways" };
        ink.put(&format!("{more} more {ways} to the same line"))
            .end();
    }
}

/// `sas01-os-command, SAS-1, CWE-78, certain, 3f9a2c7d`.
pub fn id_line(entry: &Entry<'_>) -> String {
    let finding = entry.finding;
    let mut words = vec![finding.rule.to_owned()];
    words.extend(finding.sas.iter().map(|n| format!("SAS-{n}")));
    words.extend(finding.cwe.iter().map(|n| format!("CWE-{n}")));
    words.push(entry.confidence.word().to_owned());
    words.push(entry.id.short.clone());
    words.join(", ")
}
