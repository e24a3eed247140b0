//! ARNs with holes, each named after the input member that fills it.

use std::fmt;

use super::layout::TEMPLATES;
use super::table::Facts;

/// An ARN of which some parts are told by the arguments of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArnTemplate<'f> {
    /// Its parts in order. [`Piece::Any`] alone is the resource `*`.
    pub pieces: Vec<Piece<'f>>,
}

/// A part of an [`ArnTemplate`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'f> {
    /// As it stands.
    Text(&'f str),
    /// `aws`, `aws-cn`, `aws-us-gov`.
    Partition,
    /// Where the call is sent to.
    Region,
    /// Whose resource it is.
    Account,
    /// The value of an input member.
    Hole(Hole<'f>),
    /// What no argument tells: `*`.
    Any,
}

/// The input member that fills a part of an ARN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole<'f> {
    /// Its path in the input: `TableName`, `TransactItems[].Put.TableName`, `RequestItems{}` (the keys of a map).
    pub path: &'f str,
    /// How the value of the member tells the part.
    pub kind: HoleKind,
}

/// How the value of an input member tells a part of an ARN.
///
/// Whatever the kind, a value that itself begins with `arn:` stands for everything up to and with the hole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HoleKind {
    /// The value is the part.
    Name,
    /// The value is the whole ARN up to here.
    Arn,
    /// The last segment of a URL: `https://sqs.<region>.amazonaws.com/<account>/<name>`.
    QueueUrl,
    /// The bucket of `bucket/key` or of `{Bucket, Key}`.
    CopyBucket,
    /// The key of `bucket/key` or of `{Bucket, Key}`.
    CopyKey,
    /// The table a PartiQL statement is about.
    PartiqlTable,
    /// The bucket of `s3://bucket/key` or of its `https` form.
    UriBucket,
    /// The key of `s3://bucket/key` or of its `https` form.
    UriKey,
    /// What follows the last `/`: the id in a path, a host or an ARN.
    LastSegment,
    /// A path whose leading `/` is not doubled: the name of a parameter.
    Path,
    /// The name of a secret; its ARN ends in a dash and six letters more.
    SecretName,
    /// The id of a key, or one of its aliases (`alias/…`), which names no part of the key's ARN.
    Key,
    /// A model; one whose id begins with a group of regions (`us.`) is an inference profile, which needs both.
    Model,
    /// An address, perhaps with a name before it; an identity may also be its domain.
    Email,
    /// `family` or `family:revision`.
    Family,
    /// The roles that the task definition names.
    TaskRoles,
}

impl HoleKind {
    /// By the word that the table uses.
    pub fn by_word(word: &str) -> Option<Self> {
        Some(match word {
            "" => Self::Name,
            "arn" => Self::Arn,
            "queue" => Self::QueueUrl,
            "copy-bucket" => Self::CopyBucket,
            "copy-key" => Self::CopyKey,
            "partiql" => Self::PartiqlTable,
            "uri-bucket" => Self::UriBucket,
            "uri-key" => Self::UriKey,
            "last" => Self::LastSegment,
            "path" => Self::Path,
            "task-roles" => Self::TaskRoles,
            "family" => Self::Family,
            "email" => Self::Email,
            "model" => Self::Model,
            "key" => Self::Key,
            "secret" => Self::SecretName,
            _ => return None,
        })
    }

    /// The word that the table uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "",
            Self::Arn => "arn",
            Self::QueueUrl => "queue",
            Self::CopyBucket => "copy-bucket",
            Self::CopyKey => "copy-key",
            Self::PartiqlTable => "partiql",
            Self::UriBucket => "uri-bucket",
            Self::UriKey => "uri-key",
            Self::LastSegment => "last",
            Self::Path => "path",
            Self::TaskRoles => "task-roles",
            Self::Family => "family",
            Self::Email => "email",
            Self::Model => "model",
            Self::Key => "key",
            Self::SecretName => "secret",
        }
    }
}

impl<'f> ArnTemplate<'f> {
    /// The resource `*`.
    pub fn star() -> Self {
        Self {
            pieces: vec![Piece::Any],
        }
    }

    /// Whether it is the resource `*`.
    pub fn is_star(&self) -> bool {
        self.pieces == [Piece::Any]
    }

    /// The members that fill it, in order.
    pub fn holes(&self) -> impl Iterator<Item = Hole<'f>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(*hole),
            _ => None,
        })
    }

    pub(super) fn at(facts: &Facts<'f>, row: u32) -> Self {
        let format = facts.string(facts.at(TEMPLATES, row, 0));
        let mut bound = facts.list(facts.at(TEMPLATES, row, 1)).iter();
        Self::of(format, || {
            bound.next().map_or("", |word| facts.string(word))
        })
    }

    /// A format's placeholders, but for those of every ARN, take the bound members in their order.
    fn of(format: &'f str, mut bound: impl FnMut() -> &'f str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = format;
        while !rest.is_empty() {
            let (text, hole, after) = match rest.split_once("${") {
                Some((text, after)) => match placeholder(after) {
                    Some((hole, after)) => (text, Some(hole), after),
                    None => (rest, None, ""),
                },
                None => (rest, None, ""),
            };
            let mut texts = text.split('*').peekable();
            while let Some(part) = texts.next() {
                if !part.is_empty() {
                    pieces.push(Piece::Text(part));
                }
                if texts.peek().is_some() {
                    pieces.push(Piece::Any);
                }
            }
            match hole {
                None => {}
                Some("Partition") => pieces.push(Piece::Partition),
                Some("Region") => pieces.push(Piece::Region),
                Some("Account") => pieces.push(Piece::Account),
                Some(_) => pieces.push(Piece::bound(bound())),
            }
            rest = after;
        }
        Self { pieces }
    }
}

/// The text up to the brace that ends a placeholder, and what follows; the braces of `RequestItems{}` belong to its path.
pub fn placeholder(text: &str) -> Option<(&str, &str)> {
    let mut open = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => open += 1,
            '}' if open == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

impl<'f> Piece<'f> {
    /// `Path`, `Path|kind`, or nothing where no member tells it.
    fn bound(word: &'f str) -> Self {
        let (path, kind) = word.split_once('|').unwrap_or((word, ""));
        match HoleKind::by_word(kind) {
            Some(kind) if !path.is_empty() => Self::Hole(Hole { path, kind }),
            _ => Self::Any,
        }
    }
}

impl fmt::Display for ArnTemplate<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.write_str(text)?,
                Piece::Partition => out.write_str("${Partition}")?,
                Piece::Region => out.write_str("${Region}")?,
                Piece::Account => out.write_str("${Account}")?,
                Piece::Any => out.write_str("*")?,
                Piece::Hole(Hole {
                    path,
                    kind: HoleKind::Name,
                }) => write!(out, "${{{path}}}")?,
                Piece::Hole(Hole { path, kind }) => write!(out, "${{{path}|{}}}", kind.word())?,
            }
        }
        Ok(())
    }
}
