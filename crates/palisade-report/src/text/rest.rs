//! What gets no frame: findings by function, hygiene by rule, what was not read.

use std::collections::{BTreeMap, BTreeSet};

use crate::options::Options;
use crate::text::ink::{Ink, Style};
use crate::view::View;
use crate::view::aggregate::Aggregate;
use crate::view::entry::Entry;
use crate::view::sentences::{count, sender};
use crate::view::unread::grouped;

/// Most lines of `not read` without `--full`.
const UNREAD_MAX: usize = 20;

/// Findings without frames, functions by their best finding.
pub fn by_function(ink: &mut Ink, view: &View<'_>, others: &[&Entry<'_>], heading: &str) {
    let mut by_name: BTreeMap<(&str, Option<&str>), Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in others {
        let finding = entry.finding;
        let name = (finding.app.as_str(), finding.function.as_deref());
        by_name.entry(name).or_default().push(entry);
    }
    let mut groups: Vec<_> = by_name.into_iter().collect();
    groups.sort_by_key(|(_, entries)| entries.first().map(|entry| entry.rank));
    ink.put(heading).end();
    let first_app = groups.first().map(|((app, _), _)| *app);
    let several = groups.iter().any(|((app, _), _)| Some(*app) != first_app);
    let layout = Layout::of(ink, others);
    for ((app, function), entries) in groups {
        group_head(
            ink,
            view,
            function,
            entries.first().copied(),
            several.then_some(app),
        );
        for entry in entries {
            layout.line(ink, entry);
        }
    }
}

fn group_head(
    ink: &mut Ink,
    view: &View<'_>,
    function: Option<&str>,
    first: Option<&Entry<'_>>,
    app: Option<&str>,
) {
    ink.pad(3)
        .styled(Style::Bold, function.unwrap_or("application"));
    if let Some(app) = app {
        ink.put(&format!(" ({app})"));
    }
    let (Some(name), Some(first)) = (function, first) else {
        ink.end();
        return;
    };
    let summary = view
        .outcome
        .functions
        .iter()
        .find(|f| f.name == name && f.app == first.finding.app);
    let words = match (&first.finding.trigger, summary) {
        (Some(trigger), _) if trigger.contains(", ") => trigger.clone(),
        (Some(trigger), _) => format!("{trigger}, {}", sender(first)),
        (None, Some(summary)) if !summary.triggers.is_empty() => summary
            .triggers
            .iter()
            .take(2)
            .cloned()
            .collect::<Vec<_>>()
            .join("; "),
        _ => String::new(),
    };
    ink.pad(3).wrapped(Style::Plain, &words).end();
}

/// The columns of one-line findings.
struct Layout {
    sentence: usize,
    place: usize,
    rule: Option<usize>,
}

/// Rank and severity before the sentence.
const SENTENCE: usize = 18;

impl Layout {
    fn of(ink: &Ink, others: &[&Entry<'_>]) -> Self {
        let place = others
            .iter()
            .map(|e| ink.width(&e.place.base()))
            .max()
            .unwrap_or(0);
        let rule = others
            .iter()
            .map(|e| e.finding.rule.len())
            .max()
            .unwrap_or(0);
        let widest = others
            .iter()
            .map(|e| ink.width(&e.short))
            .max()
            .unwrap_or(0);
        let with_rule = ink.columns.saturating_sub(SENTENCE + 2 + place + 1 + rule);
        let without = ink.columns.saturating_sub(SENTENCE + 2 + place);
        // The rule drops first, then the place moves under the sentence.
        let (sentence, keeps) = if ink.columns >= 100 && with_rule >= 36 {
            (with_rule, true)
        } else if without >= 36 {
            (without, false)
        } else {
            (ink.columns.saturating_sub(SENTENCE), false)
        };
        let sentence = sentence.min(widest.max(20));
        Self {
            sentence,
            place: SENTENCE + sentence + 2,
            rule: keeps.then_some(SENTENCE + sentence + 2 + place + 1),
        }
    }

    fn line(&self, ink: &mut Ink, entry: &Entry<'_>) {
        ink.pad(4)
            .put(&format!("{:>3} ", entry.rank))
            .styled(Style::severity(entry.severity), entry.severity.word())
            .to(SENTENCE, 1);
        let sentence = ink.shown(&entry.short);
        let place = entry.place.base();
        let mut lines = crate::text::ink::wrap(&sentence, self.sentence).into_iter();
        ink.put(&lines.next().unwrap_or_default());
        if self.place + ink.width(&place) <= ink.columns {
            ink.to(self.place, 2).put(&place);
            if let Some(rule) = self.rule {
                ink.to(rule, 1).styled(Style::Dim, entry.finding.rule);
            }
            ink.end();
            for line in lines {
                ink.pad(SENTENCE).put(&line).end();
            }
        } else {
            ink.end();
            for line in lines {
                ink.pad(SENTENCE).put(&line).end();
            }
            ink.pad(SENTENCE).put(&place).end();
        }
    }
}

/// A rule of hygiene that more applications share than this gets one line for all of them.
const APPLICATIONS_MAX: usize = 3;

/// Hygiene, one line a rule and application; every place with `--full`.
pub fn hygiene(ink: &mut Ink, view: &View<'_>, options: &Options) {
    let all = &view.aggregates;
    if all.is_empty() {
        return;
    }
    let lines = habits(view);
    let places: usize = all.iter().map(Aggregate::places).sum();
    let rules: BTreeSet<&str> = all.iter().map(|aggregate| aggregate.rule).collect();
    let words = format!(
        "hygiene, {} in {}",
        count(rules.len(), "rule"),
        count(places, "place")
    );
    ink.put(&words);
    if options.terminal && !options.full {
        ink.styled(Style::Dim, " (--full lists them)");
    }
    ink.end();
    let titles = lines.iter().map(|habit| ink.width(habit.title()));
    let title = titles.max().unwrap_or(0);
    let digits = lines.iter().map(|habit| habit.places().to_string().len());
    let number = digits.max().unwrap_or(1);
    for habit in &lines {
        ink.pad(3).put(habit.title());
        let at = 3 + title + 3;
        if at + 40 <= ink.columns {
            ink.to(at, 3);
        } else {
            ink.end().pad(6);
        }
        ink.wrapped(Style::Plain, &habit.words(number)).end();
        if options.full {
            for entry in habit.entries() {
                let line = format!(
                    "{}  {}  {}",
                    entry.place.short(),
                    entry.title,
                    entry.id.short
                );
                ink.pad(6).wrapped(Style::Plain, &line).end();
            }
        }
    }
    ink.end();
}

/// One line of hygiene: a rule in one application, or in all of many.
struct Habit<'v, 'a> {
    of: &'v [Aggregate<'a>],
    /// The application, in a tree of several.
    app: Option<&'v str>,
}

/// The lines of hygiene, rules with most places first.
fn habits<'v, 'a>(view: &'v View<'a>) -> Vec<Habit<'v, 'a>> {
    let several = view.applications().len() > 1;
    let mut lines = Vec::new();
    for of in view.aggregates.chunk_by(|a, b| a.rule == b.rule) {
        if of.len() > APPLICATIONS_MAX {
            lines.push(Habit { of, app: None });
            continue;
        }
        for one in of.chunks(1) {
            let app = one.first().map(|a| a.app).filter(|_| several);
            lines.push(Habit { of: one, app });
        }
    }
    lines
}

impl<'v, 'a> Habit<'v, 'a> {
    fn title(&self) -> &'v str {
        self.of.first().map_or("", |a| a.title.as_str())
    }

    fn places(&self) -> usize {
        self.of.iter().map(Aggregate::places).sum()
    }

    fn entries(&self) -> impl Iterator<Item = &'v Entry<'a>> + use<'v, 'a> {
        self.of.iter().flat_map(|a| &a.entries)
    }

    /// `26 places in 5 applications, the first template.yaml:3`.
    fn words(&self, digits: usize) -> String {
        let places = self.places();
        let noun = if places == 1 { "place" } else { "places" };
        let mut line = format!("{places:>digits$} {noun}");
        match self.app {
            Some(app) => line.push_str(&format!(" in {app}")),
            None if self.of.len() > 1 => {
                line.push_str(&format!(" in {}", count(self.of.len(), "application")));
            }
            None => {}
        }
        if let Some(first) = self.entries().next() {
            let which = if places == 1 { "" } else { "the first " };
            line.push_str(&format!(", {which}{}", first.place.short()));
        }
        line
    }
}

/// What was not read. Says whether anything was written.
pub fn unread(ink: &mut Ink, view: &View<'_>, options: &Options, heading: &str) -> bool {
    let groups = grouped(&view.unread, options.full);
    if groups.is_empty() {
        return false;
    }
    ink.put(heading).end();
    let most = if options.full { usize::MAX } else { UNREAD_MAX };
    let shown = groups.iter().take(most);
    let widest = shown
        .clone()
        .map(|(u, _)| ink.width(&u.short()))
        .max()
        .unwrap_or(0);
    let at = 3 + widest + 3;
    let beside = at + 36 <= ink.columns;
    for (unread, like) in shown {
        ink.pad(3).put(&unread.short());
        if beside {
            ink.to(at, 3);
        } else {
            ink.end().pad(6);
        }
        let mut message = unread.problem.message.clone();
        if *like > 0 {
            message.push_str(&format!(", and {like} like it"));
        }
        ink.wrapped(Style::Plain, &message).end();
    }
    let more = groups.len().saturating_sub(most);
    if more > 0 {
        let hint = if options.terminal {
            " (--full lists them)"
        } else {
            ""
        };
        ink.pad(3).put(&format!("{more} more{hint}")).end();
    }
    true
}
