//! The one writer of terminal text: everything goes through it cleaned, colors come from it alone.

use palisade_model::reach::Level;

use crate::hostile::{clean, clean_ascii, width};
use crate::options::{Color, Options};
use crate::view::severity::Severity;

/// How a piece looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// As the terminal writes.
    Plain,
    /// Step numbers.
    Bold,
    /// Frames and hints.
    Dim,
    /// The heat scale: 5 critical or anyone, 1 note or schedule.
    Heat(u8),
}

impl Style {
    /// The heat of a severity.
    pub fn severity(severity: Severity) -> Self {
        Self::Heat(match severity {
            Severity::Critical => 5,
            Severity::High => 4,
            Severity::Medium => 3,
            Severity::Low => 2,
            Severity::Note => 1,
        })
    }

    /// The heat of a reach.
    pub fn level(level: Level) -> Self {
        Self::Heat(match level {
            Level::Stranger => 5,
            Level::SignedIn => 4,
            Level::OtherAccount => 3,
            Level::Inside | Level::None => 2,
            Level::Schedule => 1,
        })
    }

    fn code(self, color: Color) -> Option<&'static str> {
        match (self, color) {
            (_, Color::Never) | (Self::Plain, _) => None,
            (Self::Bold, _) => Some("1"),
            (Self::Dim, _) => Some("2"),
            (Self::Heat(5), Color::Palette) => Some("1;38;5;161"),
            (Self::Heat(4), Color::Palette) => Some("1;38;5;166"),
            (Self::Heat(3), Color::Palette) => Some("38;5;136"),
            (Self::Heat(2), Color::Palette) => Some("38;5;33"),
            (Self::Heat(_), Color::Palette) => Some("38;5;244"),
            (Self::Heat(5), Color::Sixteen) => Some("1;31"),
            (Self::Heat(4), Color::Sixteen) => Some("1;33"),
            (Self::Heat(3), Color::Sixteen) => Some("33"),
            (Self::Heat(2), Color::Sixteen) => Some("34"),
            (Self::Heat(_), Color::Sixteen) => Some("2"),
        }
    }
}

/// The signs of frames, for terminals of either kind.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// Between the pieces of a way.
    pub arrow: &'static str,
    /// Between line number and code.
    pub bar: &'static str,
    /// Under a step.
    pub step: &'static str,
    /// Under the line that does harm.
    pub harm: &'static str,
    /// Where something was cut.
    pub cut: &'static str,
}

const UNICODE: Signs = Signs {
    arrow: "→",
    bar: "│",
    step: "─",
    harm: "━",
    cut: "…",
};

const ASCII: Signs = Signs {
    arrow: "->",
    bar: "|",
    step: "-",
    harm: "^",
    cut: "...",
};

/// The writer.
#[derive(Debug)]
pub struct Ink {
    out: String,
    /// Columns of the line so far.
    column: usize,
    /// Columns to lay out for.
    pub columns: usize,
    /// The signs.
    pub signs: Signs,
    color: Color,
    unicode: bool,
}

impl Ink {
    /// A writer for these options.
    pub fn new(options: &Options) -> Self {
        Self {
            out: String::new(),
            column: 0,
            columns: options.columns(),
            signs: if options.unicode { UNICODE } else { ASCII },
            color: options.color,
            unicode: options.unicode,
        }
    }

    /// As it will be printed; measure this.
    pub fn shown(&self, text: &str) -> String {
        if self.unicode {
            clean(text)
        } else {
            let plain = text
                .replace('…', "...")
                .replace('•', "*")
                .replace('→', "->");
            clean_ascii(&plain)
        }
    }

    /// How many columns a text will take.
    pub fn width(&self, text: &str) -> usize {
        width(&self.shown(text))
    }

    /// Writes.
    pub fn put(&mut self, text: &str) -> &mut Self {
        self.styled(Style::Plain, text)
    }

    /// Writes in a style.
    pub fn styled(&mut self, style: Style, text: &str) -> &mut Self {
        let shown = self.shown(text);
        self.column += width(&shown);
        match style.code(self.color).filter(|_| !shown.trim().is_empty()) {
            Some(code) => {
                self.out.push_str("\u{1b}[");
                self.out.push_str(code);
                self.out.push('m');
                self.out.push_str(&shown);
                self.out.push_str("\u{1b}[0m");
            }
            None => self.out.push_str(&shown),
        }
        self
    }

    /// Spaces up to a column; at least `gap`.
    pub fn to(&mut self, column: usize, gap: usize) -> &mut Self {
        let spaces = column.saturating_sub(self.column).max(gap);
        self.out.extend(std::iter::repeat_n(' ', spaces));
        self.column += spaces;
        self
    }

    /// Spaces.
    pub fn pad(&mut self, spaces: usize) -> &mut Self {
        self.to(0, spaces)
    }

    /// Ends the line, without spaces at its end.
    pub fn end(&mut self) -> &mut Self {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        self.out.push('\n');
        self.column = 0;
        self
    }

    /// The column of what comes next.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Writes words from here on, wrapped into the columns, further lines from the same column.
    pub fn wrapped(&mut self, style: Style, text: &str) -> &mut Self {
        let from = self.column;
        let room = self.columns.saturating_sub(from).max(20);
        let lines = wrap(&self.shown(text), room);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.end().pad(from);
            }
            self.styled(style, line);
        }
        self
    }

    /// Everything written.
    pub fn finish(self) -> String {
        self.out
    }
}

/// Breaks a text at spaces into lines of at most `room` columns; longer words are broken hard.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let wide = width(word);
        if !line.is_empty() && used + 1 + wide > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        } else if used > 0 || !line.is_empty() {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = crate::hostile::char_width(c);
            if used + wide > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += wide;
        }
    }
    lines.push(line);
    lines
}

/// The text cut to `room` columns, with `sign` where something is missing.
pub fn cut(text: &str, room: usize, sign: &str) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(width(sign));
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += crate::hostile::char_width(c);
        if used > room {
            break;
        }
        kept.push(c);
    }
    kept.push_str(sign);
    kept
}

#[cfg(test)]
mod tests {
    use super::{cut, wrap};

    #[test]
    fn wraps_at_spaces_and_breaks_long_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn cuts_to_the_room() {
        assert_eq!(cut("abcdef", 4, "…"), "abc…");
        assert_eq!(cut("日本語", 5, "…"), "日本…");
    }
}
