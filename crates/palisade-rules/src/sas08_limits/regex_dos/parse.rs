//! Regular expressions of Python and JavaScript as trees. What is not understood is no tree.

use std::iter::Peekable;
use std::str::Chars;

/// Deepest nesting of groups.
const DEPTH_MAX: u8 = 40;
/// Longest pattern.
const LENGTH_MAX: usize = 4_000;
/// Largest count of a repetition.
pub(super) const COUNT_MAX: u32 = 1_000;
/// The last character there is.
const LAST: u32 = 0x10_FFFF;

/// Characters as ranges, ascending and apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Set(pub Vec<(u32, u32)>);

impl Set {
    /// Of one character.
    fn one(c: char) -> Self {
        Self(vec![(c as u32, c as u32)])
    }

    /// Of any ranges.
    fn of(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::new();
        for (from, to) in ranges {
            match merged.last_mut() {
                Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// All others.
    fn negated(&self) -> Self {
        let mut ranges = Vec::new();
        let mut next = 0;
        for (from, to) in &self.0 {
            if *from > next {
                ranges.push((next, from - 1));
            }
            next = to + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Self(ranges)
    }

    /// With both cases of every ASCII letter.
    fn any_case(self) -> Self {
        let mut ranges = self.0.clone();
        for (from, to) in &self.0 {
            for (first, last, other) in [(65, 90, 32i64), (97, 122, -32)] {
                let (low, high) = ((*from).max(first), (*to).min(last));
                if low <= high {
                    let moved = |c: u32| u32::try_from(i64::from(c) + other).unwrap_or(c);
                    ranges.push((moved(low), moved(high)));
                }
            }
        }
        Self::of(ranges)
    }

    /// Whether a character is one of them.
    pub(super) fn has(&self, c: u32) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&c))
    }
}

/// A part of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Node {
    /// One character.
    Set(Set),
    /// One after the other.
    Sequence(Vec<Node>),
    /// One of them, the first preferred.
    Either(Vec<Node>),
    /// Several times.
    Repeat {
        /// What.
        of: Box<Node>,
        /// At least.
        min: u32,
        /// At most.
        max: Option<u32>,
        /// As often as possible first.
        greedy: bool,
    },
    /// A group that is remembered.
    Group(usize, Box<Node>),
    /// What follows must, or must not, match.
    Ahead(bool, Box<Node>),
    /// What was matched is not tried again.
    Atomic(Box<Node>),
    /// What a group matched.
    Again(usize),
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// A border of a word, or none.
    Border(bool),
}

/// Reads a pattern; `None` where it holds what is not understood.
pub(super) fn parse(pattern: &str, flags: &str, python: bool) -> Option<Node> {
    if pattern.len() > LENGTH_MAX || python && pattern.contains(['\n', '\r']) {
        return None;
    }
    // Lines and classes of sets change the meaning of what follows.
    if flags.contains(['m', 'v', 'y']) {
        return None;
    }
    let mut parser = Parser {
        rest: pattern.chars().peekable(),
        groups: 0,
        names: Vec::new(),
        any_case: flags.contains('i'),
        any_line: flags.contains('s'),
        python,
    };
    let node = parser.either(0)?;
    parser.rest.peek().is_none().then_some(node)
}

struct Parser<'p> {
    rest: Peekable<Chars<'p>>,
    groups: usize,
    names: Vec<(String, usize)>,
    any_case: bool,
    any_line: bool,
    python: bool,
}

impl Parser<'_> {
    fn either(&mut self, depth: u8) -> Option<Node> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut ways = vec![self.sequence(depth)?];
        while self.rest.next_if_eq(&'|').is_some() {
            ways.push(self.sequence(depth)?);
        }
        match ways.len() {
            1 => ways.pop(),
            _ => Some(Node::Either(ways)),
        }
    }

    fn sequence(&mut self, depth: u8) -> Option<Node> {
        let mut parts = Vec::new();
        while let Some(next) = self.rest.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            let atom = self.atom(depth)?;
            parts.push(self.repeated(atom)?);
        }
        Some(Node::Sequence(parts))
    }

    fn repeated(&mut self, atom: Node) -> Option<Node> {
        let sign = self.rest.peek().copied();
        let (min, max) = match sign {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.counts() {
                Some(counts) => counts,
                // A brace that counts nothing is itself; it was not taken.
                None => return Some(atom),
            },
            _ => return Some(atom),
        };
        if sign != Some('{') {
            self.rest.next();
        }
        if min > COUNT_MAX || max.is_some_and(|m| m > COUNT_MAX) {
            return None;
        }
        let greedy = self.rest.next_if_eq(&'?').is_none();
        let of = Box::new(atom);
        let repeat = Node::Repeat {
            of,
            min,
            max,
            greedy,
        };
        if self.python && greedy && self.rest.next_if_eq(&'+').is_some() {
            return Some(Node::Atomic(Box::new(repeat)));
        }
        // Two counts in a row are no pattern.
        match self.rest.peek() {
            Some('*' | '+' | '?') => None,
            _ => Some(repeat),
        }
    }

    /// `{2}`, `{2,}`, `{2,5}`, `{,5}` in Python; leaves the text as it is where it is none.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let mut ahead = self.rest.clone();
        ahead.next();
        let digits = |ahead: &mut Peekable<Chars<'_>>| {
            let mut text = String::new();
            while let Some(digit) = ahead.next_if(char::is_ascii_digit) {
                text.push(digit);
            }
            text
        };
        let min = digits(&mut ahead);
        let counts = if ahead.next_if_eq(&',').is_some() {
            let max = digits(&mut ahead);
            if min.is_empty() && (max.is_empty() || !self.python) {
                return None;
            }
            let max = match max.as_str() {
                "" => None,
                max => Some(max.parse().ok()?),
            };
            (min.parse().unwrap_or(0), max)
        } else {
            let exactly = min.parse().ok()?;
            (exactly, Some(exactly))
        };
        ahead.next_if_eq(&'}')?;
        self.rest = ahead;
        Some(counts)
    }

    fn atom(&mut self, depth: u8) -> Option<Node> {
        let set = match self.rest.next()? {
            '^' => return Some(Node::Start),
            '$' => return Some(Node::End),
            '.' if self.any_line => Set(vec![(0, LAST)]),
            '.' if self.python => Set::one('\n').negated(),
            '.' => Set::of(vec![(10, 10), (13, 13), (0x2028, 0x2029)]).negated(),
            '(' => return self.group(depth),
            '[' => self.class()?,
            '\\' => return self.escape(),
            '*' | '+' | '?' => return None,
            other => Set::one(other),
        };
        Some(self.cased(set))
    }

    fn cased(&self, set: Set) -> Node {
        Node::Set(if self.any_case { set.any_case() } else { set })
    }

    fn group(&mut self, depth: u8) -> Option<Node> {
        let wrap: fn(Box<Node>) -> Node = if self.rest.next_if_eq(&'?').is_some() {
            match self.rest.next()? {
                ':' => |inner| *inner,
                '=' => |inner| Node::Ahead(true, inner),
                '!' => |inner| Node::Ahead(false, inner),
                '>' if self.python => |inner| Node::Atomic(inner),
                'P' if self.python => match self.rest.next()? {
                    '<' => return self.named(depth),
                    '=' => return self.again_by_name(')'),
                    _ => return None,
                },
                '<' => match self.rest.peek()? {
                    '=' | '!' => return None,
                    _ => return self.named(depth),
                },
                _ => return None,
            }
        } else {
            self.groups += 1;
            let number = self.groups;
            let inner = self.either(depth + 1)?;
            self.rest.next_if_eq(&')')?;
            return Some(Node::Group(number, Box::new(inner)));
        };
        let inner = self.either(depth + 1)?;
        self.rest.next_if_eq(&')')?;
        Some(wrap(Box::new(inner)))
    }

    fn named(&mut self, depth: u8) -> Option<Node> {
        let name = self.until('>')?;
        self.groups += 1;
        let number = self.groups;
        self.names.push((name, number));
        let inner = self.either(depth + 1)?;
        self.rest.next_if_eq(&')')?;
        Some(Node::Group(number, Box::new(inner)))
    }

    fn again_by_name(&mut self, end: char) -> Option<Node> {
        let name = self.until(end)?;
        let found = self.names.iter().find(|(known, _)| *known == name)?;
        Some(Node::Again(found.1))
    }

    fn until(&mut self, end: char) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                c if c == end => return Some(text),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<Node> {
        let next = *self.rest.peek()?;
        match next {
            'b' | 'B' => {
                self.rest.next();
                Some(Node::Border(next == 'b'))
            }
            'A' | 'Z' if self.python => {
                self.rest.next();
                Some(if next == 'A' { Node::Start } else { Node::End })
            }
            '1'..='9' => {
                let mut number = String::new();
                while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
                    number.push(digit);
                }
                let number: usize = number.parse().ok()?;
                (number <= self.groups).then_some(Node::Again(number))
            }
            'k' if !self.python => {
                self.rest.next();
                self.rest.next_if_eq(&'<')?;
                self.again_by_name('>')
            }
            _ => {
                let set = self.escaped()?;
                Some(self.cased(set))
            }
        }
    }

    /// What stands behind a backslash, as characters.
    fn escaped(&mut self) -> Option<Set> {
        let digit = (48, 57);
        let word = vec![digit, (65, 90), (95, 95), (97, 122)];
        // The ASCII part of blanks and the blanks of Unicode that both languages know.
        let blank = vec![
            (9, 13),
            (32, 32),
            (160, 160),
            (0x2028, 0x2029),
            (0x3000, 0x3000),
        ];
        Some(match self.rest.next()? {
            'd' => Set(vec![digit]),
            'D' => Set(vec![digit]).negated(),
            'w' => Set(word),
            'W' => Set(word).negated(),
            's' => Set(blank),
            'S' => Set(blank).negated(),
            'n' => Set::one('\n'),
            'r' => Set::one('\r'),
            't' => Set::one('\t'),
            'f' => Set::one('\u{c}'),
            'v' => Set::one('\u{b}'),
            '0' => Set::one('\0'),
            'x' => self.coded(2)?,
            'u' if self.rest.peek() != Some(&'{') => self.coded(4)?,
            other if other.is_ascii_alphanumeric() => return None,
            other => Set::one(other),
        })
    }

    fn coded(&mut self, length: usize) -> Option<Set> {
        let digits: String = (0..length).map_while(|_| self.rest.next()).collect();
        let code = u32::from_str_radix(&digits, 16).ok()?;
        Some(Set(vec![(code, code)]))
    }

    fn class(&mut self) -> Option<Set> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut is_first = true;
        loop {
            let next = self.rest.next()?;
            let set = match next {
                ']' if !(is_first && self.python) => break,
                '\\' if self.rest.peek() == Some(&'b') => {
                    self.rest.next();
                    Set::one('\u{8}')
                }
                '\\' => self.escaped()?,
                other => Set::one(other),
            };
            is_first = false;
            let single = match set.0.as_slice() {
                [(from, to)] if from == to => Some(*from),
                _ => None,
            };
            let mut ahead = self.rest.clone();
            let ranges_on = ahead.next() == Some('-') && ahead.peek().is_some_and(|c| *c != ']');
            let Some(from) = single.filter(|_| ranges_on) else {
                ranges.extend(set.0);
                continue;
            };
            self.rest.next();
            let end = match self.rest.next()? {
                '\\' => self.escaped()?,
                other => Set::one(other),
            };
            match end.0.as_slice() {
                [(to, last)] if to == last && from <= *to => ranges.push((from, *to)),
                // `[a-\d]` is three things.
                [..] if end.0.len() > 1 || end.0.first().is_some_and(|(a, b)| a != b) => {
                    ranges.push((from, from));
                    ranges.push((45, 45));
                    ranges.extend(end.0);
                }
                _ => return None,
            }
        }
        let set = Set::of(ranges);
        let set = if self.any_case && negated {
            set.any_case()
        } else {
            set
        };
        Some(if negated { set.negated() } else { set })
    }
}
