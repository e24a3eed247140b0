//! Patterns of actions and resources with `*` and `?`, matched against strings that may have holes.

use palisade_model::app::NodeId;
use palisade_model::setting::Answer;
use palisade_model::text::Symbol;

/// The most pairs of tokens that are compared; beyond it the answer is that they may match.
const PAIRS_MAX: usize = 1 << 20;

/// The name of the hole that stands for one segment of an ARN or path.
const SEGMENT: &str = "segment";

/// Unknown characters without `:` and `/`: an index, an alias, a stage.
pub fn segment() -> Token {
    Token::hole(Symbol::Pseudo(SEGMENT.to_owned()))
}

/// What two patterns have to do with each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fit {
    /// No string is meant by both.
    No,
    /// Some string may be meant by both.
    Maybe,
    /// Every string of the subject is meant.
    Yes,
}

impl Fit {
    /// As an answer: a possible fit depends on values that are not in the tree.
    pub fn answer(self) -> Answer {
        match self {
            Self::No => Answer::No,
            Self::Maybe => Answer::Depends(palisade_model::guard::Guard::always()),
            Self::Yes => Answer::Yes,
        }
    }

    /// The opposite, for `NotAction` and `NotResource`.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

/// One token of a pattern.
#[allow(
    clippy::box_collection,
    reason = "a thin pointer keeps tokens small, and variables are rare"
)]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Token {
    /// This character.
    Char(char),
    /// `?`, one character.
    One,
    /// `*`, any characters, also none.
    Star,
    /// The physical name of a node; never the name of another node of its kind.
    Name(NodeId),
    /// Unknown characters; equal symbols stand for equal characters. Boxed, as most tokens are characters.
    Hole(Box<Symbol>),
    /// A policy variable such as `${aws:username}`: decided by the request.
    Variable(Box<String>),
}

impl Token {
    /// A hole.
    pub fn hole(symbol: Symbol) -> Self {
        Self::Hole(Box::new(symbol))
    }

    /// A policy variable.
    pub fn variable(name: &str) -> Self {
        Self::Variable(Box::new(name.to_owned()))
    }
}

/// A sequence of tokens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Pattern(pub Vec<Token>);

impl Pattern {
    /// A pattern as IAM writes it: `*`, `?` and `${variables}`.
    pub fn of(text: &str) -> Self {
        let mut tokens = Vec::new();
        push_wild(&mut tokens, text);
        Self(tokens)
    }

    /// A string in which no character is special.
    pub fn literal(text: &str) -> Self {
        Self::read(text, Reading::Plain)
    }

    /// A text whose characters are read so.
    pub fn read(text: &str, reading: Reading) -> Self {
        let mut tokens = Vec::new();
        push_read(&mut tokens, text, reading);
        Self(tokens)
    }

    /// The string, if nothing in it is loose and no name of a node stands in it.
    pub fn string(&self) -> Option<String> {
        let char = |token: &Token| match token {
            Token::Char(c) => Some(*c),
            _ => None,
        };
        self.0.iter().map(char).collect()
    }

    /// In lower case.
    #[must_use]
    pub fn lower(mut self) -> Self {
        if self.0.iter().all(|t| !is_upper(t)) {
            return self;
        }
        let tokens = std::mem::take(&mut self.0);
        for token in tokens {
            match token {
                Token::Char(c) => self.0.extend(c.to_lowercase().map(Token::Char)),
                other => self.0.push(other),
            }
        }
        self
    }

    /// The six components of an ARN.
    fn components(&self) -> Option<Vec<Self>> {
        let mut parts = vec![Self::default()];
        for token in &self.0 {
            if *token == Token::Char(':') && parts.len() < 6 {
                parts.push(Self::default());
            } else if let Some(last) = parts.last_mut() {
                last.0.push(token.clone());
            }
        }
        (parts.len() == 6).then_some(parts)
    }

    /// How this pattern meets an ARN, component by component: `*` crosses no colon of the first five.
    pub fn fits_arn(&self, arn: &Self) -> Fit {
        if self == arn && !self.0.iter().any(|t| matches!(t, Token::Star | Token::One)) {
            return Fit::Yes;
        }
        match (self.components(), arn.components()) {
            (Some(mine), Some(theirs)) => mine
                .iter()
                .zip(&theirs)
                .map(|(mine, theirs)| mine.fits(theirs))
                .min()
                .unwrap_or(Fit::No),
            // What is no ARN matches nothing, but a hole may hold more than one component. Of `*` alone nothing is
            // documented.
            _ if self.is_any() || self.0.iter().chain(&arn.0).any(is_wide_hole) => {
                self.fits(arn).min(Fit::Maybe)
            }
            _ => Fit::No,
        }
    }

    /// Anything.
    pub fn any() -> Self {
        Self(vec![Token::Star])
    }

    /// Followed by another.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    /// Whether it is `*` alone.
    pub fn is_any(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|t| *t == Token::Star)
    }

    /// How this pattern meets the strings of `subject` (which may have holes and stars too).
    pub fn fits(&self, subject: &Self) -> Fit {
        if self.is_any() {
            return Fit::Yes;
        }
        if self.0.len().saturating_mul(subject.0.len()) > PAIRS_MAX {
            return Fit::Maybe;
        }
        if begin_apart(&self.0, &subject.0) {
            return Fit::No;
        }
        if covers(&self.0, &subject.0) {
            Fit::Yes
        } else if meets(&self.0, &subject.0) {
            Fit::Maybe
        } else {
            Fit::No
        }
    }
}

/// What characters of a text are special.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reading {
    /// None.
    Plain,
    /// `*` and `?`: version 2008-10-17 knows no variables.
    Wildcards,
    /// `${variables}`, as in `StringEquals`.
    Variables,
    /// All of them.
    Wild,
}

/// Appends a text in which `*`, `?` and `${…:…}` are special.
pub fn push_wild(tokens: &mut Vec<Token>, text: &str) {
    push_read(tokens, text, Reading::Wild);
}

/// Appends a text.
pub fn push_read(tokens: &mut Vec<Token>, text: &str, reading: Reading) {
    let variables = matches!(reading, Reading::Variables | Reading::Wild);
    let wildcards = matches!(reading, Reading::Wildcards | Reading::Wild);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if variables
            && let Some(inside) = rest.strip_prefix("${")
            && let Some((name, after)) = inside.split_once('}')
        {
            match name {
                "*" | "?" | "$" => tokens.extend(name.chars().map(Token::Char)),
                name => tokens.push(Token::variable(name)),
            }
            rest = after;
            continue;
        }
        tokens.push(match next {
            '*' if wildcards => Token::Star,
            '?' if wildcards => Token::One,
            other => Token::Char(other),
        });
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
}

/// Whether every string of `subject` is matched, whatever its holes hold.
fn covers(pattern: &[Token], subject: &[Token]) -> bool {
    let one = |p: &Token, s: &Token| match (p, s) {
        (Token::One, Token::Char(_) | Token::One) => true,
        (Token::Star | Token::One, _) => false,
        (p, s) => p == s && !matches!(p, Token::Variable(_)),
    };
    let (mut p, mut s) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while s < subject.len() {
        match (pattern.get(p), subject.get(s)) {
            (Some(Token::Star), _) => {
                back = Some((p + 1, s));
                p += 1;
            }
            (Some(a), Some(b)) if one(a, b) => {
                p += 1;
                s += 1;
            }
            _ => match back {
                Some((after, from)) => {
                    back = Some((after, from + 1));
                    p = after;
                    s = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|t| *t == Token::Star)
}

/// Whether some string is meant by both, if holes may hold anything.
fn meets(pattern: &[Token], subject: &[Token]) -> bool {
    let loose = is_loose;
    let same = |p: &Token, s: &Token| match (p, s) {
        (Token::One, Token::Char(_) | Token::One) | (Token::Char(_), Token::One) => true,
        (p, s) => p == s,
    };
    // row[j]: the tokens of the pattern so far may stand for the first j tokens of the subject.
    let mut row: Vec<bool> = Vec::with_capacity(subject.len() + 1);
    row.push(true);
    for s in subject {
        let before = row.last().copied().unwrap_or_default();
        row.push(before && loose(s));
    }
    for p in pattern {
        let mut next = Vec::with_capacity(row.len());
        next.push(row.first().copied().unwrap_or_default() && loose(p));
        for (s, pair) in subject.iter().zip(row.windows(2)) {
            let (diagonal, above) = match pair {
                [a, b] => (*a, *b),
                _ => (false, false),
            };
            let left = next.last().copied().unwrap_or_default();
            // A loose token of either side takes the other side's token, or ends.
            let fits = (diagonal && (same(p, s) || (loose(p) && loose(s))))
                || (loose(p) && (above || (left && takes(p, s))))
                || (loose(s) && (left || (above && takes(s, p))));
            next.push(fits);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// Whether a loose token may hold the characters of another: an account, region or stack has no `:` and no `/`.
fn takes(loose: &Token, other: &Token) -> bool {
    if !is_narrow(loose) {
        return true;
    }
    match other {
        Token::Char(c) => c.is_ascii_alphanumeric() || *c == '-',
        other => !matches!(other, Token::Name(_)),
    }
}

/// Whether a token is an account, a region, a stack or a segment.
fn is_narrow(token: &Token) -> bool {
    let Token::Hole(symbol) = token else {
        return false;
    };
    let Symbol::Pseudo(name) = &**symbol else {
        return false;
    };
    matches!(
        name.as_str(),
        "AWS::AccountId" | "AWS::Region" | "AWS::StackName" | SEGMENT
    )
}

fn is_upper(token: &Token) -> bool {
    matches!(token, Token::Char(c) if c.is_uppercase())
}

fn is_loose(token: &Token) -> bool {
    matches!(token, Token::Star | Token::Hole(_) | Token::Variable(_))
}

/// Whether a token is unknown characters that may hold a `:`.
fn is_wide_hole(token: &Token) -> bool {
    may_be_name(token) && *token != Token::Star
}

/// Whether a token may stand for the physical name of any node.
pub fn may_be_name(token: &Token) -> bool {
    is_loose(token) && !is_narrow(token)
}

/// Whether the two differ before anything loose: then they share no string.
fn begin_apart(pattern: &[Token], subject: &[Token]) -> bool {
    let fixed = |t: &Token| matches!(t, Token::Char(_) | Token::Name(_));
    let pairs = pattern.iter().zip(subject);
    let mut pairs = pairs.take_while(|(p, s)| fixed(p) && fixed(s));
    pairs.any(|(p, s)| p != s)
}

/// Whether `pattern` with `*` and `?` matches `text`; ASCII case is ignored, as in IAM actions.
pub fn action_glob(pattern: &str, text: &str) -> bool {
    let (p, t) = (pattern.as_bytes(), text.as_bytes());
    let (mut i, mut j) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while j < t.len() {
        match (p.get(i), t.get(j)) {
            (Some(b'*'), _) => {
                back = Some((i + 1, j));
                i += 1;
            }
            (Some(a), Some(b)) if *a == b'?' || a.eq_ignore_ascii_case(b) => {
                i += 1;
                j += 1;
            }
            _ => match back {
                Some((after, from)) => {
                    back = Some((after, from + 1));
                    i = after;
                    j = from + 1;
                }
                None => return false,
            },
        }
    }
    p.iter().skip(i).all(|b| *b == b'*')
}
