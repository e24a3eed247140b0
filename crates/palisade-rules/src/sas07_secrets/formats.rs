//! Forms of secrets that providers hand out, as data.

use std::sync::OnceLock;

use palisade_model::finding::Consequence;
use toml_edit::{Document, Item};

/// One form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Format {
    /// What it is, with its article.
    pub name: String,
    /// What one begins with.
    pub starts: Vec<String>,
    /// Letters of the rest.
    pub alphabet: Alphabet,
    /// Shortest rest.
    pub least: usize,
    /// Longest rest.
    pub most: usize,
    /// What whoever has it gains.
    pub gain: Consequence,
}

/// A set of letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alphabet {
    /// Letters and digits.
    Word,
    /// Capitals and digits.
    Upper,
    /// Hex digits.
    Hex,
    /// Letters, digits, `_` and `-`.
    Name,
    /// The same and `.`.
    Dotted,
    /// Letters, digits, `+`, `/`, `=`, `_` and `-`.
    Base,
    /// Letters, digits and `/`.
    Path,
}

impl Alphabet {
    /// Whether a byte belongs to it.
    pub fn holds(self, byte: u8) -> bool {
        match self {
            Self::Word => byte.is_ascii_alphanumeric(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Name => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
            }
            Self::Path => byte.is_ascii_alphanumeric() || byte == b'/',
        }
    }
}

/// All forms, parsed once.
pub fn all() -> &'static [Format] {
    static ALL: OnceLock<Vec<Format>> = OnceLock::new();
    ALL.get_or_init(|| parse(include_str!("formats.toml")))
}

fn parse(text: &str) -> Vec<Format> {
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let Some(rows) = document
        .as_table()
        .get("format")
        .and_then(Item::as_array_of_tables)
    else {
        return Vec::new();
    };
    let row = |row: &toml_edit::Table| {
        let word = |key: &str| row.get(key).and_then(Item::as_str);
        let number = |key: &str| {
            let number = row.get(key).and_then(Item::as_integer)?;
            usize::try_from(number).ok()
        };
        let starts = row.get("starts").and_then(Item::as_array)?;
        Some(Format {
            name: word("name")?.to_owned(),
            starts: starts
                .iter()
                .filter_map(|s| s.as_str())
                .map(str::to_owned)
                .collect(),
            alphabet: match word("alphabet")? {
                "w" => Alphabet::Word,
                "u" => Alphabet::Upper,
                "h" => Alphabet::Hex,
                "n" => Alphabet::Name,
                "d" => Alphabet::Dotted,
                "b-" => Alphabet::Base,
                "path" => Alphabet::Path,
                _ => return None,
            },
            least: number("least")?,
            most: number("most")?,
            gain: match word("gain") {
                None | Some("data") => Consequence::TakesData,
                Some("control") => Consequence::TakesControl,
                Some("misuse" | "low") => Consequence::Misuses,
                Some(_) => return None,
            },
        })
    };
    rows.iter().filter_map(row).collect()
}

/// The form that begins at a byte of a text, and where its secret ends.
pub fn at(text: &str, start: usize) -> Option<(&'static Format, usize)> {
    let rest = text.get(start..)?;
    for format in all() {
        for head in &format.starts {
            let Some(tail) = rest.strip_prefix(head.as_str()) else {
                continue;
            };
            let bytes = tail.as_bytes().iter();
            let length = bytes.take_while(|b| format.alphabet.holds(**b)).count();
            let ends = tail
                .as_bytes()
                .get(length)
                .is_none_or(|b| !b.is_ascii_alphanumeric());
            if ends && (format.least..=format.most).contains(&length) {
                return Some((format, start + head.len() + length));
            }
        }
    }
    None
}

/// Whether some form begins with this byte.
pub fn may_begin(byte: u8) -> bool {
    static FIRST: OnceLock<[bool; 256]> = OnceLock::new();
    let first = FIRST.get_or_init(|| {
        let mut first = [false; 256];
        for head in all().iter().flat_map(|format| &format.starts) {
            if let Some(slot) = head
                .as_bytes()
                .first()
                .and_then(|b| first.get_mut(usize::from(*b)))
            {
                *slot = true;
            }
        }
        first
    });
    first.get(usize::from(byte)).copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, all, at};

    /// Letters of an alphabet in a fixed order that looks random.
    fn rest(alphabet: Alphabet, length: usize) -> String {
        let letters: Vec<u8> = (33..127u8)
            .filter(|b| alphabet.holds(*b) && *b != b'=')
            .collect();
        (0..length)
            .map(|i| letters[(i * 7919 + i * i * 31 + 17) % letters.len()] as char)
            .collect()
    }

    #[test]
    fn every_row_is_read_and_finds_itself() {
        let rows = include_str!("formats.toml").matches("[[format]]").count();
        assert_eq!(all().len(), rows);
        for format in all() {
            for head in &format.starts {
                let made = format!("\"{head}{}\"", rest(format.alphabet, format.least));
                let (found, end) = at(&made, 1).unwrap();
                assert_eq!(found.name, format.name);
                assert_eq!(end, made.len() - 1);
                assert!(at(&format!("\"{head}\""), 1).is_none());
            }
        }
    }

    #[test]
    fn every_row_names_its_source() {
        let text = include_str!("formats.toml");
        assert_eq!(
            text.matches("[[format]]").count(),
            text.matches("\nsource = ").count()
        );
    }
}
