//! A look at the bytes before the parser: how deep would the tree be?

/// Open brackets at most.
const BRACKETS_MAX: usize = 200;
/// Tokens of one expression at most, brackets around it included; lists of any length do not count.
const CHAIN_MAX: usize = 8_000;
/// Levels of indentation at most.
const BLOCKS_MAX: usize = 200;

/// Words that only begin a statement: inside brackets they tell that a bracket was forgotten.
const STATEMENT_WORDS: [&str; 16] = [
    "def", "class", "return", "import", "while", "with", "try", "raise", "del", "pass", "break",
    "continue", "global", "nonlocal", "assert", "except",
];

/// Why a text is too deep to be parsed, and the byte where that shows; `None` where it is fine.
pub(super) fn too_deep(text: &str) -> Option<(usize, &'static str)> {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
        chains: vec![0],
        total: 0,
        indents: vec![0],
    };
    scan.run()
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Tokens since the last comma, per open bracket.
    chains: Vec<usize>,
    /// Their sum.
    total: usize,
    indents: Vec<usize>,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) -> Option<(usize, &'static str)> {
        self.line_start();
        while self.at < self.bytes.len() {
            let byte = self.peek(0);
            match byte {
                b'#' => self.skip_line(),
                b'\\' => self.at += 2,
                b'\n' | b'\r' => {
                    self.at += 1;
                    if self.chains.len() == 1 {
                        self.reset();
                    }
                    self.line_start();
                }
                b' ' | b'\t' | 0x0c => self.at += 1,
                b'"' | b'\'' => self.string(false),
                b'(' | b'[' | b'{' => {
                    self.count();
                    self.chains.push(0);
                    self.at += 1;
                }
                b')' | b']' | b'}' => {
                    self.close();
                    self.at += 1;
                }
                b',' | b';' => {
                    self.next_element();
                    self.at += 1;
                }
                _ if word(byte) => self.word(),
                _ => {
                    self.count();
                    self.at += 1;
                }
            }
            if let Some(why) = self.excess() {
                return Some((self.at.min(self.bytes.len()), why));
            }
        }
        None
    }

    fn excess(&self) -> Option<&'static str> {
        if self.chains.len() > BRACKETS_MAX {
            return Some("brackets nested too deeply");
        }
        if self.total > CHAIN_MAX {
            return Some("an expression of too many parts");
        }
        (self.indents.len() > BLOCKS_MAX).then_some("blocks nested too deeply")
    }

    fn count(&mut self) {
        if let Some(last) = self.chains.last_mut() {
            *last += 1;
            self.total += 1;
        }
    }

    fn next_element(&mut self) {
        if let Some(last) = self.chains.last_mut() {
            self.total = self.total.saturating_sub(*last);
            *last = 0;
        }
    }

    fn close(&mut self) {
        if self.chains.len() > 1
            && let Some(count) = self.chains.pop()
        {
            self.total = self.total.saturating_sub(count);
        }
    }

    fn reset(&mut self) {
        self.chains.clear();
        self.chains.push(0);
        self.total = 0;
    }

    fn skip_line(&mut self) {
        while self.at < self.bytes.len() && !matches!(self.peek(0), b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// Counts the indentation, and drops forgotten brackets where a new statement begins.
    fn line_start(&mut self) {
        let begin = self.at;
        while matches!(self.peek(0), b' ' | b'\t' | 0x0c) {
            self.at += 1;
        }
        let width = self.at - begin;
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let length = rest.iter().position(|b| !word(*b)).unwrap_or(rest.len());
        let first = rest.get(..length).unwrap_or(&[]);
        if self.chains.len() > 1 && STATEMENT_WORDS.iter().any(|w| w.as_bytes() == first) {
            self.reset();
        }
        if self.chains.len() == 1 && !matches!(self.peek(0), b'\n' | b'\r' | b'#' | 0) {
            while self.indents.last().is_some_and(|last| *last > width) {
                self.indents.pop();
            }
            if self.indents.last().is_none_or(|last| *last < width) {
                self.indents.push(width);
            }
        }
    }

    fn word(&mut self) {
        let begin = self.at;
        while self.at < self.bytes.len() && word(self.peek(0)) {
            self.at += 1;
        }
        self.count();
        let text = self.bytes.get(begin..self.at).unwrap_or(&[]);
        if matches!(self.peek(0), b'"' | b'\'') && text.len() <= 2 {
            let formatted = text.iter().any(|b| matches!(b, b'f' | b'F' | b't' | b'T'));
            self.string(formatted);
        }
    }

    /// Skips a string; brackets inside an f-string count while it lasts.
    fn string(&mut self, formatted: bool) {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        let (levels, total) = (self.chains.len(), self.total);
        while self.at < self.bytes.len() {
            let byte = self.peek(0);
            match byte {
                b'\\' => self.at += 2,
                b'\n' | b'\r' if !triple => break,
                _ if byte == quote && !triple => {
                    self.at += 1;
                    break;
                }
                _ if byte == quote && self.peek(1) == quote && self.peek(2) == quote => {
                    self.at += 3;
                    break;
                }
                b'(' | b'[' | b'{' if formatted => {
                    self.count();
                    self.chains.push(0);
                    self.at += 1;
                }
                b')' | b']' | b'}' if formatted && self.chains.len() > levels => {
                    self.close();
                    self.at += 1;
                }
                _ => {
                    if formatted && self.chains.len() > levels && !word(byte) {
                        self.count();
                    }
                    self.at += 1;
                }
            }
            if formatted && self.excess().is_some() {
                return;
            }
        }
        self.chains.truncate(levels.max(1));
        self.total = total;
        self.count();
    }
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
