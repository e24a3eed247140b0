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

/// Most lines looked at for one question.
const WORK_MAX: usize = 20_000_000;

/// The sections of a template.
const SECTIONS: [&str; 12] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Hooks",
    "Transform",
    "Globals",
    "Resources",
    "Outputs",
];

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
    // A bracket or quote too many or too few in JSON shows far away: look where the count is off.
    // A line of YAML torn to the left lets all that follows look misplaced.
    let uneven = match dialect {
        Dialect::Json => lines.uneven(text),
        Dialect::Yaml => lines.torn(failure.at),
    };
    let mut found: Vec<(Range<usize>, String)> = if failure.in_flow {
        suspect.into_iter().chain(at).collect()
    } else {
        at.into_iter().chain(suspect).collect()
    };
    let sections = [lines.section(failure.at), lines.section(failure.suspect)];
    found.extend(lines.line(failure.at));
    found.extend(sections.into_iter().flatten());
    found.splice(0..0, uneven);
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

/// Whether every bracket and quote of a piece of JSON is closed in it.
fn balances(text: &str) -> bool {
    let mut open = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'\n' if quoted => return false,
            _ if quoted => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' if open.pop() != Some(byte) => return false,
            _ => {}
        }
    }
    open.is_empty() && !quoted
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
    /// Whether the sections are those of a template: then only these start one.
    template: bool,
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
                let closer = |c: char| matches!(c, '}' | ']' | ',') || c.is_whitespace();
                let closes = dialect == Dialect::Json
                    && content.starts_with(['}', ']'])
                    && content.chars().all(closer);
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
        let template = lines
            .iter()
            .any(|l| l.indent == base && l.key.as_deref() == Some("Resources"));
        Self {
            lines,
            base,
            end: text.len(),
            template,
        }
    }

    /// Whether a line starts a section, or an entry at `indent`.
    fn heads(&self, line: &Line, indent: usize) -> bool {
        let known = |key: &str| !self.template || indent != self.base || SECTIONS.contains(&key);
        line.indent == indent && line.key.as_deref().is_some_and(known)
    }

    /// The last key at `indent` at or before `offset`, and where what it heads ends.
    fn block(&self, offset: usize, indent: usize, from: usize) -> Option<(Range<usize>, &str)> {
        let at = self
            .lines
            .iter()
            .rposition(|l| l.start <= offset && self.heads(l, indent))?;
        let head = self.lines.get(at).filter(|l| l.start >= from)?;
        // A closing bracket at the key's own indentation belongs to what the key heads.
        // A line that was torn to an odd indentation ends nothing.
        let ends = |l: &Line| {
            let closes = l.closes && l.indent <= indent;
            closes || self.heads(l, indent) || self.heads(l, self.base)
        };
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

    /// The first entry of any section whose brackets or quotes do not balance.
    fn uneven(&self, text: &str) -> Option<(Range<usize>, String)> {
        let (mut from, mut work) = (0, 0);
        let mut found = None;
        for line in &self.lines {
            if line.start < from || line.indent <= self.base || line.key.is_none() {
                continue;
            }
            let (range, key) = self.entry(line.start)?;
            from = range.end.max(line.start + 1);
            work += self.lines.len();
            if work > WORK_MAX {
                break;
            }
            if text.get(range.clone()).is_some_and(|t| !balances(t)) {
                found = Some((range, key));
                break;
            }
        }
        found
    }

    /// The entry with the last line before `offset` that stands left of all entries and is no section.
    fn torn(&self, offset: usize) -> Option<(Range<usize>, String)> {
        let (section, _) = self.block(offset, self.base, 0)?;
        let indent = self.entry_indent(&section)?;
        let torn = self
            .lines
            .iter()
            .rev()
            .skip_while(|l| l.start > offset)
            .take_while(|l| l.start > section.start)
            .find(|l| l.indent < indent && !self.heads(l, self.base))?;
        self.entry(torn.start)
    }

    /// The line itself: better to lose a line than a section.
    fn line(&self, offset: usize) -> Option<(Range<usize>, String)> {
        let at = self.lines.iter().rposition(|l| l.start <= offset)?;
        let start = self.lines.get(at)?.start;
        let end = self.lines.get(at + 1).map_or(self.end, |l| l.start);
        Some((start..end, "a line".to_owned()))
    }

    fn section(&self, offset: usize) -> Option<(Range<usize>, String)> {
        let (range, key) = self.block(offset, self.base, 0)?;
        Some((range, format!("section `{key}`")))
    }

    /// The indentation of the entries of a section: that of its first key.
    fn entry_indent(&self, section: &Range<usize>) -> Option<usize> {
        let inside = |l: &&Line| section.contains(&l.start) && l.indent > self.base;
        let first = self.lines.iter().filter(inside).find(|l| l.key.is_some())?;
        Some(first.indent)
    }

    fn entry(&self, offset: usize) -> Option<(Range<usize>, String)> {
        let (section, _) = self.block(offset, self.base, 0)?;
        let indent = self.entry_indent(&section)?;
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
    // Names of sections and entries are one word; text that was torn apart is not.
    let word = !key.is_empty() && key.len() < 256 && !key.contains(char::is_whitespace);
    (whole && word).then(|| key.to_owned())
}
