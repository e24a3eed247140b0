//! After a syntax error: leave out the broken entry, keep all others.
//!
//! Entries are told by indentation, as people write them: a section is a key at the outermost
//! indentation, an entry a key at the next one. A broken entry is overwritten by blanks, so that
//! all other places stay true, and the text is parsed again.

use std::ops::Range;

use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources, Span};

use super::builder::Failure;
use super::placeholder::Placeholders;
use super::{Dialect, Document};
use crate::value::Style;

/// Most broken entries of one file that are left out one by one.
const ROUNDS: usize = 24;
/// Most bytes parsed again for one file.
const BYTES: usize = 48 << 20;

/// What could be read.
pub(crate) struct Recovered {
    pub(crate) document: Document,
    pub(crate) problems: Vec<Problem>,
    pub(crate) lost: Vec<Lost>,
}

/// A part that was left out.
pub(crate) struct Lost {
    failure: Failure,
    range: Range<usize>,
    what: String,
    file: bool,
}

impl Lost {
    pub(crate) fn problem(
        &self,
        file: FileId,
        base: usize,
        sources: &Sources,
        placeholders: &Placeholders,
    ) -> Problem {
        let line_of = |at: usize| {
            let offset = u32::try_from(base + at).unwrap_or(u32::MAX);
            sources.line(file, offset)
        };
        let line = line_of(self.failure.at.min(sources.text(file).len()));
        let kind = if self.failure.limit {
            ProblemKind::Limit
        } else {
            ProblemKind::Syntax
        };
        let cost = if self.file { Cost::File } else { Cost::Node };
        let (from, to) = (
            line_of(self.range.start),
            line_of(self.range.end.max(1) - 1),
        );
        let message = format!(
            "{} (line {line}): {} was left out (lines {from}-{to}); the rest was read",
            lower_first(&self.failure.message),
            placeholders.restore(&self.what, Style::Quoted).0,
        );
        let span = sources.line_span(file, line);
        let at = base + self.failure.at;
        let span = if (span.start as usize) <= at && at < span.end as usize {
            Span::new(file, char_floor(sources.text(file), at), span.end as usize)
        } else {
            span
        };
        Problem::at(span, kind, cost, message)
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

fn char_floor(text: &str, mut at: usize) -> usize {
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

type Attempt = (Document, Vec<Problem>, Result<(), Failure>);

/// Parses, and on failure leaves out one entry after the other.
pub(crate) fn read(text: &str, dialect: Dialect, attempt: impl Fn(&str) -> Attempt) -> Recovered {
    let (mut document, mut problems, outcome) = attempt(text);
    let mut lost = Vec::new();
    let Err(mut failure) = outcome else {
        return Recovered {
            document,
            problems,
            lost,
        };
    };
    let mut current = text.to_owned();
    let mut bytes = text.len();
    for _ in 0..ROUNDS {
        let candidates = candidates(&current, &failure, dialect);
        let mut better = None;
        for (range, what) in candidates {
            bytes += current.len();
            if bytes > BYTES && bytes > 4 * text.len() {
                break;
            }
            let Some(trial) = blank(&current, &range, dialect) else {
                continue;
            };
            let (document, problems, outcome) = attempt(&trial);
            let progress = match &outcome {
                Ok(()) => true,
                Err(next) => next.at > failure.at && next.at >= range.end.min(trial.len()),
            };
            if progress {
                better = Some((trial, range, what, document, problems, outcome));
                break;
            }
        }
        let Some((trial, range, what, next_document, next_problems, outcome)) = better else {
            break;
        };
        (current, document, problems) = (trial, next_document, next_problems);
        let file = false;
        match outcome {
            Ok(()) => {
                lost.push(Lost {
                    failure,
                    range,
                    what,
                    file,
                });
                return Recovered {
                    document,
                    problems,
                    lost,
                };
            }
            Err(next) => {
                let failure = std::mem::replace(&mut failure, next);
                lost.push(Lost {
                    failure,
                    range,
                    what,
                    file,
                });
            }
        }
    }
    // Nothing helped: keep what stands before the broken entry.
    let first = candidates(&current, &failure, dialect)
        .into_iter()
        .map(|(range, _)| range.start)
        .min()
        .unwrap_or(0);
    let head = blank(&current, &(first..current.len()), dialect).unwrap_or_default();
    let (head_document, head_problems, outcome) = attempt(&head);
    if outcome.is_ok() && head_document.root().is_some() {
        (document, problems) = (head_document, head_problems);
    }
    lost.push(Lost {
        failure,
        range: first..text.len(),
        what: "everything from there".into(),
        file: true,
    });
    Recovered {
        document,
        problems,
        lost,
    }
}

/// Entries that may be to blame, the likely one first.
fn candidates(text: &str, failure: &Failure, dialect: Dialect) -> Vec<(Range<usize>, String)> {
    let lines = Lines::of(text, dialect);
    let at = lines.entry(failure.at);
    let suspect = lines.entry(failure.suspect);
    let mut found: Vec<(Range<usize>, String)> = if failure.in_flow {
        suspect.into_iter().chain(at).collect()
    } else {
        at.into_iter().chain(suspect).collect()
    };
    let sections = [lines.section(failure.at), lines.section(failure.suspect)];
    found.extend(sections.into_iter().flatten());
    found.dedup_by(|a, b| a.0 == b.0);
    found
}

/// The text with a range overwritten by blanks, line breaks kept.
fn blank(text: &str, range: &Range<usize>, dialect: Dialect) -> Option<String> {
    let (before, inside, after) = (
        text.get(..range.start)?,
        text.get(range.clone())?,
        text.get(range.end..)?,
    );
    let blanks = inside.bytes().map(|b| match b {
        b'\n' => '\n',
        b'\r' => '\r',
        _ => ' ',
    });
    let mut trial: String = before.chars().chain(blanks).chain(after.chars()).collect();
    if dialect == Dialect::Json {
        close_brackets(&mut trial);
    }
    Some(trial)
}

/// Half a JSON file lacks its closing brackets.
fn close_brackets(text: &mut String) {
    let mut open = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' => {
                open.pop();
            }
            _ => {}
        }
    }
    if open.len() < 512 {
        text.extend(open.into_iter().rev());
    }
}

struct Line {
    start: usize,
    indent: usize,
    key: Option<String>,
    closes: bool,
}

struct Lines {
    lines: Vec<Line>,
    base: usize,
    end: usize,
}

impl Lines {
    fn of(text: &str, dialect: Dialect) -> Self {
        let mut start = 0;
        let mut lines = Vec::new();
        for line in text.split_inclusive('\n') {
            let content = line.trim_start_matches([' ', '\t']);
            let indent = line.len() - content.len();
            let blank = content.trim().is_empty() || content.starts_with('#');
            let tabbed = line.get(..indent).is_some_and(|lead| lead.contains('\t'));
            if !blank {
                let key = if tabbed && dialect == Dialect::Yaml {
                    None
                } else {
                    key_of(content, dialect)
                };
                let closes = content.starts_with(['}', ']']);
                lines.push(Line {
                    start,
                    indent,
                    key,
                    closes,
                });
            }
            start += line.len();
        }
        let base = lines
            .iter()
            .filter(|l| l.key.is_some())
            .map(|l| l.indent)
            .next()
            .unwrap_or(0);
        Self {
            lines,
            base,
            end: text.len(),
        }
    }

    /// The last key at `indent` at or before `offset`, and where what it heads ends.
    fn block(&self, offset: usize, indent: usize, from: usize) -> Option<(Range<usize>, &str)> {
        let at = self
            .lines
            .iter()
            .rposition(|l| l.start <= offset && l.indent == indent && l.key.is_some())?;
        let head = self.lines.get(at).filter(|l| l.start >= from)?;
        // A closing bracket at the key's own indentation belongs to what the key heads.
        let ends = |l: &Line| l.indent <= indent && (l.key.is_some() || l.closes);
        let last = self.lines.iter().skip(at + 1).position(ends);
        let last = last.map(|n| n + at + 1);
        let own = last
            .and_then(|n| self.lines.get(n))
            .is_some_and(|l| l.indent == indent && l.closes);
        let end = last
            .and_then(|n| self.lines.get(n + usize::from(own)))
            .map_or(self.end, |l| l.start);
        Some((head.start..end, head.key.as_deref()?))
    }

    fn section(&self, offset: usize) -> Option<(Range<usize>, String)> {
        let (range, key) = self.block(offset, self.base, 0)?;
        Some((range, format!("section `{key}`")))
    }

    fn entry(&self, offset: usize) -> Option<(Range<usize>, String)> {
        let (section, _) = self.block(offset, self.base, 0)?;
        let inside =
            |l: &&Line| l.start > section.start && l.start < section.end && l.indent > self.base;
        let indent = self
            .lines
            .iter()
            .filter(inside)
            .find(|l| l.key.is_some())?
            .indent;
        let (range, key) = self.block(offset, indent, section.start + 1)?;
        Some((
            range.start..range.end.min(section.end),
            format!("entry `{key}`"),
        ))
    }
}

/// The key a line starts with.
fn key_of(content: &str, dialect: Dialect) -> Option<String> {
    let content = content.trim_end();
    if let Some(rest) = content.strip_prefix('"') {
        let (key, after) = rest.split_once('"')?;
        return after.trim_start().starts_with(':').then(|| key.to_owned());
    }
    if dialect == Dialect::Json || content.starts_with(['-', '{', '[', '}', ']', '!', '|', '>']) {
        return None;
    }
    let (key, after) = content.split_once(':')?;
    let key = key.trim().trim_matches('\'');
    let whole = after.is_empty() || after.starts_with([' ', '\t', ':']);
    (whole && !key.is_empty() && key.len() < 256).then(|| key.to_owned())
}
