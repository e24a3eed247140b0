//! Frames: the stepped lines of one finding, with numbers in order of travel.

use palisade_model::finding::{Step, StepKind};
use palisade_model::source::Span;

use crate::text::code::code_line;
use crate::text::ink::{Ink, Style, wrap};
use crate::view::View;
use crate::view::entry::{Entry, StepView};
use crate::view::frames::{STEPS_MAX, chosen};
use crate::view::sentences::count;

/// Spaces before line numbers and paths.
const INDENT: usize = 3;

/// Writes the frames of an entry: at most seven steps, or all, with `context` further lines around each.
pub fn write(ink: &mut Ink, view: &View<'_>, entry: &Entry<'_>, whole: bool, context: u32) {
    let own;
    let alone;
    let steps = if entry.steps.is_empty() {
        own = Step {
            kind: StepKind::Line,
            span: entry.finding.place,
            text: entry.finding.effect.clone(),
            depth: 0,
        };
        alone = [StepView {
            number: 1,
            step: &own,
            place: entry.place.clone(),
        }];
        &alone[..]
    } else {
        entry.steps.as_slice()
    };
    let most = if whole { usize::MAX } else { STEPS_MAX };
    let (shown, omitted) = chosen(steps, most);
    let last_line = |step: &&StepView<'_>| step.place.region.line + context;
    let digits = shown.iter().map(last_line).max().unwrap_or(1);
    let frame = Frame {
        gutter: digits.to_string().len().max(2),
        harm: Style::severity(entry.severity),
        context,
        single: entry.steps.is_empty(),
    };
    let mut before: Option<&StepView<'_>> = None;
    for (at, step) in shown.iter().enumerate() {
        frame.step(ink, view, (before, step, shown.get(at + 1).copied()));
        before = Some(step);
    }
    if omitted > 0 {
        let words = count(omitted, "more step");
        ink.pad(INDENT).styled(Style::Dim, &words).end();
    }
}

struct Frame {
    gutter: usize,
    harm: Style,
    context: u32,
    single: bool,
}

impl Frame {
    /// One step with its neighbors, whose lines are not printed twice.
    fn step(
        &self,
        ink: &mut Ink,
        view: &View<'_>,
        (before, step, after): (Option<&StepView<'_>>, &StepView<'_>, Option<&StepView<'_>>),
    ) {
        let line = step.place.region.line;
        let same_file = |other: &&StepView<'_>| other.place.file == step.place.file;
        let before = before.filter(same_file).map(|b| b.place.region.line);
        let after = after.filter(same_file).map(|a| a.place.region.line);
        if before.is_none() {
            ink.pad(INDENT).put(&step.place.file).end();
        }
        let span = step.step.span;
        let room = ink.columns.saturating_sub(INDENT + self.gutter + 3);
        let code = code_line(ink, view, span, room);
        if before != Some(line) {
            let printed = before.filter(|b| *b < line).map_or(0, |b| b + self.context);
            let from = line.saturating_sub(self.context).max(printed + 1);
            for near in from..line {
                self.plain(ink, view, span, near, room);
            }
            self.bar(ink, &line.to_string());
            ink.put(&code.text).end();
        }
        self.mark(ink, step, code.before, code.marked);
        let to = line + self.context;
        let to = match after {
            Some(after) if after >= line => to.min(after.saturating_sub(1)),
            _ => to,
        };
        // What follows the last line break is no line.
        let ended = view.sources.text(span.file).ends_with('\n');
        let last = view.sources.line_count(span.file) - u32::from(ended);
        for near in line + 1..=to.min(last) {
            self.plain(ink, view, span, near, room);
        }
    }

    /// A line of context.
    fn plain(&self, ink: &mut Ink, view: &View<'_>, span: Span, line: u32, room: usize) {
        let start = view.sources.line_span(span.file, line).start;
        let at = Span {
            start,
            end: start,
            ..span
        };
        let code = code_line(ink, view, at, room);
        self.bar(ink, &line.to_string());
        ink.styled(Style::Dim, &code.text).end();
    }

    /// The underline with number and words; words that do not fit go below.
    fn mark(&self, ink: &mut Ink, step: &StepView<'_>, before: usize, marked: usize) {
        self.bar(ink, "");
        let from = ink.column();
        let harmful = step.step.kind == StepKind::Line;
        let sign = if harmful {
            ink.signs.harm
        } else {
            ink.signs.step
        };
        let style = if harmful { self.harm } else { Style::Dim };
        ink.pad(before).styled(style, &sign.repeat(marked));
        let number = step.number.to_string();
        let words = ink.shown(&step.step.text);
        let needed = if self.single { 1 } else { number.len() + 2 } + ink.width(&words);
        if ink.column() + needed <= ink.columns {
            self.label(ink, &number, &words);
            ink.end();
            return;
        }
        ink.end();
        let indent = if from + before + 34 <= ink.columns {
            before
        } else {
            0
        };
        let room = ink.columns.saturating_sub(from + indent + number.len() + 1);
        for (at, line) in wrap(&words, room).iter().enumerate() {
            self.bar(ink, "");
            if at == 0 {
                ink.pad(indent.saturating_sub(1));
                if indent == 0 {
                    ink.styled(Style::Bold, &number).put(" ").put(line);
                } else {
                    self.label(ink, &number, line);
                }
            } else {
                ink.pad(indent + number.len() + 1).put(line);
            }
            ink.end();
        }
    }

    fn label(&self, ink: &mut Ink, number: &str, words: &str) {
        if !self.single {
            ink.put(" ").styled(Style::Bold, number);
        }
        if !words.is_empty() {
            ink.put(" ").put(words);
        }
    }

    fn bar(&self, ink: &mut Ink, number: &str) {
        let bar = ink.signs.bar;
        ink.pad(INDENT + self.gutter.saturating_sub(number.len()));
        ink.put(number).put(" ").styled(Style::Dim, bar).put(" ");
    }
}
