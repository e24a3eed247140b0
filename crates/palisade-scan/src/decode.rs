//! Bytes of a file to text.

use palisade_model::problem::ProblemKind;

/// Invalid pieces above this share of a file's bytes, in percent, mean that it is no text.
const INVALID_MOST: usize = 1;

/// Text, and what was wrong with it.
#[derive(PartialEq, Eq, Debug)]
pub struct Decoded {
    /// The text without its byte order mark.
    pub text: String,
    /// Offset in the text, kind and words of what was wrong.
    pub wrong: Option<(usize, ProblemKind, String)>,
}

/// Decodes UTF-8 and UTF-16; an error says why it is no text.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, String> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(rest.to_vec());
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Ok(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return Ok(utf16(rest, u16::from_be_bytes));
    }
    match zeros(&bytes) {
        (0, 0) => utf8(bytes),
        (even, odd) if even == 0 || odd > even * 8 => Ok(utf16(&bytes, u16::from_le_bytes)),
        (even, odd) if odd == 0 || even > odd * 8 => Ok(utf16(&bytes, u16::from_be_bytes)),
        _ => Err("it is no text: not read".to_owned()),
    }
}

/// Zero bytes at even and odd places of the beginning; a few of them are taken for none.
fn zeros(bytes: &[u8]) -> (usize, usize) {
    let head = bytes.get(..bytes.len().min(1 << 12)).unwrap_or_default();
    let count = |from: usize| {
        head.iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (count(0), count(1));
    if (even + odd) * 8 < head.len() {
        return (0, 0);
    }
    (even, odd)
}

fn utf8(bytes: Vec<u8>) -> Result<Decoded, String> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(Decoded { text, wrong: None }),
        Err(error) => error.into_bytes(),
    };
    let mut first = None;
    let mut invalid = 0_usize;
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            first.get_or_insert(text.len());
            invalid += 1;
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    if bytes.contains(&0) || invalid * 100 > (bytes.len() * INVALID_MOST).max(400) {
        return Err("it is no text in UTF-8 or UTF-16: not read".to_owned());
    }
    let words = match invalid {
        1 => "a byte is no UTF-8: read without it".to_owned(),
        _ => format!("{invalid} pieces are no UTF-8, the first here: read without them"),
    };
    Ok(Decoded {
        text,
        wrong: Some((first.unwrap_or(0), ProblemKind::Unreadable, words)),
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let units = bytes
        .chunks_exact(2)
        .filter_map(|two| two.try_into().ok().map(unit));
    let mut text = String::with_capacity(bytes.len());
    let mut first = None;
    for decoded in char::decode_utf16(units) {
        if decoded.is_err() {
            first.get_or_insert(text.len());
        }
        text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if bytes.len() % 2 == 1 {
        first.get_or_insert(text.len());
    }
    let words = "half a character of UTF-16: read without it".to_owned();
    Decoded {
        text,
        wrong: first.map(|at| (at, ProblemKind::Unreadable, words)),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    fn text(bytes: &[u8]) -> String {
        decode(bytes.to_vec()).unwrap().text
    }

    #[test]
    fn marks_are_left_off_and_utf16_is_decoded() {
        assert_eq!(text(b"\xef\xbb\xbfa: 1"), "a: 1");
        assert_eq!(text(b"\xff\xfea\0:\0"), "a:");
        assert_eq!(text(b"\xfe\xff\0a\0:"), "a:");
        assert_eq!(text(b"a\0b\0c\0d\0"), "abcd");
        assert_eq!(text(b"\0a\0b\0c\0d"), "abcd");
    }

    #[test]
    fn a_wrong_byte_costs_itself() {
        let found = decode(b"x = 1\n# caf\xe9\ny = 2\n".to_vec()).unwrap();
        assert_eq!(found.text, "x = 1\n# caf\u{fffd}\ny = 2\n");
        assert_eq!(found.wrong.unwrap().0, 11);
    }

    #[test]
    fn binaries_are_no_text() {
        let bytes: Vec<u8> = (0..4000_u32).map(|n| (n * 7 % 256) as u8).collect();
        assert!(decode(bytes).is_err());
    }
}
