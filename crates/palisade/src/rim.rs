//! The rim: the one place that asks for day, environment and terminal.

use std::io::{self, BufRead, ErrorKind, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use palisade_report::options::Color;

/// Whether stdout is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether somebody can be asked: stdin and stdout are terminals.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && is_terminal()
}

/// Asks a question that is answered with yes or no; anything but yes is no.
pub(crate) fn ask(question: &str) -> bool {
    write!(io::stderr().lock(), "{question}").ok();
    let mut answer = String::new();
    // An answer needs no more; what is no text is no yes.
    let read = io::Read::take(io::stdin().lock(), 1_000).read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// Columns of the terminal.
pub(crate) fn columns() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How many colors to use; `when` is `auto`, `always` or `never`.
pub(crate) fn color(when: &str, terminal: bool) -> Color {
    let term = variable("TERM").unwrap_or_default();
    let forced = when == "always"
        || (when == "auto" && variable("CLICOLOR_FORCE").is_some_and(|value| value != "0"));
    let wanted = terminal && term != "dumb" && variable("NO_COLOR").is_none();
    if when == "never" || (!forced && !wanted) {
        Color::Never
    } else if term.contains("256") || variable("COLORTERM").is_some() {
        Color::Palette
    } else {
        Color::Sixteen
    }
}

/// Whether the terminal shows more than ASCII. What is no terminal takes UTF-8.
pub(crate) fn unicode(terminal: bool) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(variable);
    !terminal
        || cfg!(windows)
        || locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

/// Today in UTC, `YYYY-MM-DD`.
pub(crate) fn today() -> String {
    #[allow(
        clippy::disallowed_methods,
        reason = "the day enters once, here, and is printed"
    )]
    let now = SystemTime::now();
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    date(i64::try_from(seconds / 86_400).unwrap_or(0))
}

/// The date of a day since 1970-01-01 (Gregorian; years begin in March, so that leap days end them).
fn date(day: i64) -> String {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Writes to stdout. A closed pipe is no failure: nobody reads any more.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a line to stderr; where that fails there is nobody to tell.
pub(crate) fn complain(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// A line on stderr, only on a terminal and only after 300 ms; erased when dropped.
#[derive(Debug)]
pub(crate) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Shows `words` until the value is dropped.
    pub(crate) fn show(words: String) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let (done, wait) = mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            if wait.recv_timeout(Duration::from_millis(300)) == Err(RecvTimeoutError::Timeout) {
                write!(io::stderr().lock(), "\r{words}").ok();
                wait.recv().ok();
                write!(io::stderr().lock(), "\r\u{1b}[K").ok();
            }
        });
        Self(Some((done, thread)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.0.take() {
            drop(done);
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(19_782), "2024-02-29");
        assert_eq!(date(20_727), "2026-10-01");
    }
}
