//! Secrets that a finding points at never reach a format.

use palisade_model::finding::{Finding, StepKind};
use palisade_model::source::{Sources, Span};

/// What stands for the rest of a secret.
pub const MASK: &str = "••••";

/// The bytes that may not be shown. Invariant: sorted, and no two touch.
#[derive(Debug, Default)]
pub struct Masks(Vec<Span>);

impl Masks {
    /// The masks of all findings about secrets: their places and lines but for a short head that tells which key it is.
    pub fn of<'a>(sources: &Sources, findings: impl Iterator<Item = &'a Finding>) -> Self {
        let mut spans: Vec<Span> = Vec::new();
        for finding in findings.filter(|f| is_secret(f)) {
            let lines = finding.steps.iter().filter(|s| s.kind == StepKind::Line);
            let also = finding.also.iter().map(|(span, _)| *span);
            for span in std::iter::once(finding.place)
                .chain(lines.map(|s| s.span))
                .chain(also)
            {
                spans.extend(tail(sources, span));
            }
        }
        spans.sort_unstable();
        let mut apart: Vec<Span> = Vec::new();
        for span in spans {
            match apart.last_mut() {
                Some(last) if last.file == span.file && span.start <= last.end => {
                    last.end = last.end.max(span.end);
                }
                _ => apart.push(span),
            }
        }
        Self(apart)
    }

    /// Whether a byte of a file is hidden.
    pub fn hides(&self, file: palisade_model::source::FileId, offset: usize) -> bool {
        let after = self
            .0
            .partition_point(|span| (span.file, span.start as usize) <= (file, offset));
        after
            .checked_sub(1)
            .and_then(|at| self.0.get(at))
            .is_some_and(|span| span.file == file && offset < span.end as usize)
    }

    /// The text of a span with what is hidden masked.
    pub fn text(&self, sources: &Sources, span: Span) -> String {
        let slice = sources.slice(span);
        if !self.0.iter().any(|mask| mask.file == span.file) {
            return slice.to_owned();
        }
        let mut shown = String::with_capacity(slice.len());
        let mut hidden = false;
        for (at, c) in slice.char_indices() {
            if self.hides(span.file, span.start as usize + at) {
                if !hidden {
                    shown.push_str(MASK);
                }
                hidden = true;
            } else {
                hidden = false;
                shown.push(c);
            }
        }
        shown
    }
}

fn is_secret(finding: &Finding) -> bool {
    let rule = finding.rule;
    finding.sas.contains(&7) && (rule.contains("secret") || rule.contains("password"))
}

/// The part of a secret that is hidden: all but the first third, at most eight characters; the key before it stays.
fn tail(sources: &Sources, span: Span) -> Option<Span> {
    let text = sources.slice(span);
    let key = text
        .find([':', '='])
        .filter(|at| text.get(..*at).is_some_and(is_name))
        .map_or(0, |at| at + 1);
    let value = text.get(key..)?;
    let quote = value.len() - value.trim_start_matches([' ', '"', '\'']).len();
    let value = value.get(quote..)?;
    let kept = value
        .char_indices()
        .nth((value.chars().count() / 3).min(8))
        .map_or(value.len(), |(at, _)| at);
    let start = span.start as usize + key + quote;
    Some(Span::new(
        span.file,
        start + kept,
        start + value.trim_end_matches(['"', '\'', '\n', '\r']).len(),
    ))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '"' | '\''))
}
