//! What a step does to "safe for this grammar": functions over a set of bits, closed under composition and meet.

/// A grammar in which attacker-controlled text does harm; each is one bit of a `Bits` set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Grammar {
    /// A command line read by a shell.
    Shell,
    /// An element of an argument list.
    Argument,
    /// The program that is started.
    Program,
    /// Source code that is run.
    Code,
    /// SQL.
    Sql,
    /// A query object whose operators can be chosen.
    NosqlOperator,
    /// PartiQL.
    Partiql,
    /// Serialized objects.
    Deserialize,
    /// XML with entities.
    Xml,
    /// Scheme and authority of a URL.
    UrlHost,
    /// Path of a URL.
    UrlPath,
    /// A path of the file system.
    Path,
    /// An archive that is extracted.
    Archive,
    /// A template that is rendered.
    Template,
    /// An LDAP filter.
    Ldap,
    /// An XPath expression.
    Xpath,
    /// HTML.
    Html,
    /// A header of a response.
    Header,
    /// A redirect's target.
    Redirect,
    /// A line of a log.
    Log,
    /// A message to devices or subscribers.
    Publish,
    /// A prompt of a model.
    Prompt,
    /// A regular expression.
    Regex,
    /// A format string.
    Format,
    /// The name of an attribute or method.
    AttributeName,
    /// An answer that a caller reads: what the program itself made is told there.
    Answer,
    /// A log that others read, whatever is escaped in it.
    Telling,
    /// Not a grammar: the value is text for sure.
    IsText,
    /// Not a grammar: the value is a number for sure.
    IsNumber,
    /// Not a grammar: the value is one of a fixed set.
    InSet,
    /// A pattern that takes long over a long text.
    LongMatch,
    /// A pattern that takes long over a short text, too.
    Match,
    /// A number of rounds or bytes.
    Amount,
    /// A question of rights.
    Decision,
    /// State that outlives the invocation.
    Kept,
    /// An answer that tells a sender what was sent.
    Echo,
}

impl Grammar {
    /// All of them in order of bits.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Shell, "shell"),
        (Self::Argument, "argument"),
        (Self::Program, "program"),
        (Self::Code, "code"),
        (Self::Sql, "sql"),
        (Self::NosqlOperator, "nosql-operator"),
        (Self::Partiql, "partiql"),
        (Self::Deserialize, "deserialize"),
        (Self::Xml, "xml"),
        (Self::UrlHost, "url-host"),
        (Self::UrlPath, "url-path"),
        (Self::Path, "path"),
        (Self::Archive, "archive"),
        (Self::Template, "template"),
        (Self::Ldap, "ldap"),
        (Self::Xpath, "xpath"),
        (Self::Html, "html"),
        (Self::Header, "header"),
        (Self::Redirect, "redirect"),
        (Self::Log, "log"),
        (Self::Publish, "publish"),
        (Self::Prompt, "prompt"),
        (Self::Regex, "regex"),
        (Self::Format, "format"),
        (Self::AttributeName, "attribute-name"),
        (Self::Answer, "answer"),
        (Self::Telling, "telling"),
        (Self::IsText, "is-text"),
        (Self::IsNumber, "is-number"),
        (Self::InSet, "in-set"),
        (Self::LongMatch, "long-match"),
        (Self::Match, "match"),
        (Self::Amount, "amount"),
        (Self::Decision, "decision"),
        (Self::Kept, "kept"),
        (Self::Echo, "echo"),
    ];

    /// Its bit; none where no form of text makes it safe.
    pub fn bit(self) -> u32 {
        1u32.checked_shl(self as u32).unwrap_or(0)
    }

    /// Whether text in it is done as it says, so that even a model's own words do harm.
    pub fn is_obeyed(self) -> bool {
        matches!(
            self,
            Self::Shell
                | Self::Program
                | Self::Code
                | Self::Sql
                | Self::Deserialize
                | Self::Template
                | Self::UrlHost
        )
    }

    /// Whether it only tells what the program does with a value, and is no harm by itself.
    pub fn is_watch(self) -> bool {
        matches!(
            self,
            Self::Telling
                | Self::LongMatch
                | Self::Match
                | Self::Amount
                | Self::Decision
                | Self::Kept
                | Self::Echo
        )
    }

    /// Its word in data files.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(g, _)| *g == self)
            .map_or("", |(_, word)| word)
    }

    /// The grammar of a word; `url` is `url-host`.
    pub fn of(word: &str) -> Option<Self> {
        if word == "url" {
            return Some(Self::UrlHost);
        }
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(g, _)| *g)
    }
}

/// A set of grammars a value is safe for.
pub type Bits = u32;

/// Every bit: numbers, members of fixed sets.
pub const ALL_BITS: Bits = u32::MAX;

/// `m ↦ (m & keep) | set`: what a way through the program does to the set of safe grammars.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Transfer {
    /// Bits that pass.
    pub keep: Bits,
    /// Bits that are set.
    pub set: Bits,
}

impl Transfer {
    /// Changes nothing.
    pub const IDENTITY: Self = Self {
        keep: ALL_BITS,
        set: 0,
    };

    /// Sets bits.
    pub fn setting(set: Bits) -> Self {
        Self {
            keep: ALL_BITS,
            set,
        }
    }

    /// Clears bits.
    pub fn clearing(clear: Bits) -> Self {
        Self {
            keep: !clear,
            set: 0,
        }
    }

    /// First `self`, then `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self {
            keep: self.keep & next.keep,
            set: (self.set & next.keep) | next.set,
        }
    }

    /// A value that came either way is only as safe as its least safe way.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        let Self { keep: k1, set: s1 } = self;
        let Self { keep: k2, set: s2 } = other;
        Self {
            keep: (k1 & k2) | (k1 & s2) | (s1 & k2),
            set: s1 & s2,
        }
    }

    /// The bits behind it.
    pub fn apply(self, bits: Bits) -> Bits {
        (bits & self.keep) | self.set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Transfer> {
        let mut seed = 7u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed as u32
        };
        let mut all = vec![
            Transfer::IDENTITY,
            Transfer::setting(ALL_BITS),
            Transfer::clearing(ALL_BITS),
        ];
        all.extend((0..40).map(|_| Transfer {
            keep: next(),
            set: next(),
        }));
        all
    }

    #[test]
    fn composition_and_meet_obey_the_laws() {
        let inputs = [0, ALL_BITS, 0x5555_5555, 0x0F0F_1234];
        for a in samples() {
            for b in samples() {
                for c in samples().into_iter().take(8) {
                    for m in inputs {
                        assert_eq!(a.then(b).then(c).apply(m), a.then(b.then(c)).apply(m));
                    }
                }
                for m in inputs {
                    assert_eq!(a.then(b).apply(m), b.apply(a.apply(m)));
                    assert_eq!(a.meet(b).apply(m), a.apply(m) & b.apply(m));
                    assert_eq!(a.meet(a).apply(m), a.apply(m));
                }
            }
            assert_eq!(Transfer::IDENTITY.then(a).apply(3), a.apply(3));
        }
    }
}
