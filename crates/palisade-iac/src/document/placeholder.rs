//! Placeholders of templates of templates: overwritten by filler of the same length before parsing.

use std::borrow::Cow;

use crate::value::Style;

/// Filler starts with a character of private use that is its number; no person writes these.
const FIRST: u32 = 0xe000;
/// How many numbers there are; further placeholders stay as written.
const NUMBERS: usize = 6_400;
/// Longest placeholder, in bytes.
const PLACEHOLDER_MAX: usize = 256;
const MARK_BYTES: usize = 3;
const OPENERS: [&str; 3] = ["{{", "{%", "<%"];

/// Byte ranges of a text.
pub(crate) type Holes = Box<[(u32, u32)]>;

/// The placeholders of one text by the number of their filler.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders {
    covered: Vec<Covered>,
}

#[derive(Clone, Debug)]
struct Covered {
    original: String,
    /// Whether a `#` stands before the mark, so that the whole line is a comment.
    comment: bool,
    underscores: usize,
}

/// How a grammar wants its filler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cover {
    /// As a word; a placeholder alone on its line as a comment.
    Word,
    /// As a string, and only outside of strings; alone on its line as blanks.
    Quoted,
}

impl Placeholders {
    /// The text with every placeholder overwritten, and what stood there.
    pub(crate) fn cover(text: &str, how: Cover) -> (Cow<'_, str>, Self) {
        let mut found = Self::default();
        if !OPENERS.iter().any(|open| text.contains(open)) {
            return (Cow::Borrowed(text), found);
        }
        let mut covered = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            found.cover_line(line, how, &mut covered);
        }
        if covered == text {
            return (Cow::Borrowed(text), found);
        }
        (Cow::Owned(covered), found)
    }

    fn cover_line(&mut self, line: &str, how: Cover, covered: &mut String) {
        let mut rest = line;
        let mut quoted = false;
        while let Some(at) = next_opener(rest) {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            covered.push_str(before);
            quoted ^= before.matches('"').count() % 2 == 1;
            let keep = self.covered.len() >= NUMBERS || (how == Cover::Quoted && quoted);
            let Some(length) = length_of(from).filter(|_| !keep) else {
                let (head, tail) = from.split_at_checked(2).unwrap_or((from, ""));
                covered.push_str(head);
                rest = tail;
                continue;
            };
            let (original, tail) = from.split_at_checked(length).unwrap_or((from, ""));
            let alone = line.trim() == original;
            match how {
                Cover::Quoted if alone || length < MARK_BYTES + 2 => {
                    covered.extend(std::iter::repeat_n(' ', length));
                }
                Cover::Quoted => {
                    covered.push('"');
                    self.filler(original, false, length - 2, covered);
                    covered.push('"');
                }
                Cover::Word if alone => {
                    covered.push('#');
                    self.filler(original, true, length - 1, covered);
                }
                Cover::Word => self.filler(original, false, length, covered),
            }
            rest = tail;
        }
        covered.push_str(rest);
    }

    fn filler(&mut self, original: &str, comment: bool, bytes: usize, covered: &mut String) {
        let number = u32::try_from(self.covered.len()).unwrap_or(0);
        let underscores = bytes.saturating_sub(MARK_BYTES);
        covered.extend(char::from_u32(FIRST + number));
        covered.extend(std::iter::repeat_n('_', underscores));
        self.covered.push(Covered {
            original: original.to_owned(),
            comment,
            underscores,
        });
    }

    /// The text with its placeholders as written, and which of them are holes: those of plain
    /// scalars, and those that name cookiecutter anywhere (`{{ x }}` in quotes is often content).
    pub(crate) fn restore<'t>(&self, text: &'t str, style: Style) -> (Cow<'t, str>, Holes) {
        if self.covered.is_empty() && !text.contains("{{") {
            return (Cow::Borrowed(text), Box::default());
        }
        let mut restored = String::with_capacity(text.len());
        let mut holes = Vec::new();
        let mut rest = text;
        while let Some((at, covered)) = self.next_filler(rest) {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let before = before
                .strip_suffix('#')
                .filter(|_| covered.comment)
                .unwrap_or(before);
            restored.push_str(before);
            let start = restored.len();
            restored.push_str(&covered.original);
            if style == Style::Plain {
                holes.push((start, restored.len()));
            }
            rest = from.get(MARK_BYTES + covered.underscores..).unwrap_or("");
        }
        restored.push_str(rest);
        if style != Style::Plain {
            cookiecutters(&restored, &mut holes);
        }
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let holes = holes
            .into_iter()
            .map(|(a, b)| (short(a), short(b)))
            .collect();
        (Cow::Owned(restored), holes)
    }

    fn next_filler(&self, text: &str) -> Option<(usize, &Covered)> {
        if self.covered.is_empty() {
            return None;
        }
        text.char_indices().find_map(|(at, c)| {
            let number = u32::from(c).checked_sub(FIRST)?;
            let covered = self.covered.get(number as usize)?;
            let after = text.get(at + MARK_BYTES..)?;
            let fits = after.get(..covered.underscores)?.bytes().all(|b| b == b'_');
            fits.then_some((at, covered))
        })
    }
}

fn next_opener(text: &str) -> Option<usize> {
    let bytes = text.as_bytes().windows(2);
    bytes
        .enumerate()
        .find(|(_, pair)| OPENERS.iter().any(|open| open.as_bytes() == *pair))
        .map(|(at, _)| at)
}

fn cookiecutters(text: &str, holes: &mut Vec<(usize, usize)>) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + at;
        let length = text.get(start..).and_then(length_of);
        let end = start + length.unwrap_or(2);
        if length.is_some()
            && text
                .get(start..end)
                .is_some_and(|t| t.contains("cookiecutter."))
        {
            holes.push((start, end));
        }
        from = end;
    }
}

/// Length of the placeholder that starts `text`, if one does. Dynamic references are none.
fn length_of(text: &str) -> Option<usize> {
    let close = match text.get(..2)? {
        "{{" => "}}",
        "{%" => "%}",
        _ => "%>",
    };
    let inner = text.get(2..)?;
    // Placeholders are short; a bound keeps a line of openers from being searched again and again.
    let most = inner.len().min(PLACEHOLDER_MAX);
    let most = (0..=most).rev().find(|at| inner.is_char_boundary(*at))?;
    let end = inner.get(..most)?.find(close)?;
    let body = inner.get(..end)?;
    let other = body.trim_start().starts_with("resolve:") || body.contains('\n');
    (!other).then_some(end + 4)
}
