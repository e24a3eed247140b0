//! Names and code of a scanned tree are hostile: what may not reach a terminal, a document or a comment raw.

/// Whether a character is printed escaped: control characters, bidirectional marks and characters without a shape.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180E | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFFB | 0x1_D173..=0x1_D17A | 0xE_0000..=0xE_0FFF)
}

/// The text with every hostile character as `\u{202e}`. Cleaning twice changes nothing.
pub fn clean(text: &str) -> String {
    escape(text, is_hostile)
}

/// As `clean`, and everything beyond ASCII escaped too: for terminals that are not UTF-8.
pub fn clean_ascii(text: &str) -> String {
    escape(text, |c| is_hostile(c) || !c.is_ascii())
}

fn escape(text: &str, bad: impl Fn(char) -> bool) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        if bad(c) {
            cleaned.extend(c.escape_unicode());
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

/// A serialized JSON document with every hostile character that JSON leaves raw as `\u202e`; the values stay equal.
/// Line breaks and spaces between tokens stay.
pub fn clean_json(document: &str) -> String {
    let mut cleaned = String::with_capacity(document.len());
    let mut units = [0u16; 2];
    for c in document.chars() {
        if c != '\n' && is_hostile(c) {
            for unit in c.encode_utf16(&mut units) {
                cleaned.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

/// The same of a document that nobody else needs: it is copied only where it holds such a character.
pub fn cleaned_json(document: String) -> String {
    match document.chars().any(|c| c != '\n' && is_hostile(c)) {
        true => clean_json(&document),
        false => document,
    }
}

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// How many columns a character takes on a terminal.
pub fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F
        | 0x0483..=0x0489
        | 0x0591..=0x05BD
        | 0x064B..=0x065F
        | 0x0E34..=0x0E3A
        | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF
        | 0x20D0..=0x20FF
        | 0xFE20..=0xFE2F => 0,
        0x1100..=0x115E
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xA960..=0xA97C
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF01..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1_F300..=0x1_F64F
        | 0x1_F680..=0x1_F6FF
        | 0x1_F900..=0x1_F9FF
        | 0x2_0000..=0x3_FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, clean_json, width};

    #[test]
    fn escapes_what_turns_or_hides_text() {
        let cleaned = clean("a\u{202e}b\u{1b}[31m\u{200b}\nü");
        assert_eq!(cleaned, "a\\u{202e}b\\u{1b}[31m\\u{200b}\\u{a}ü");
        assert_eq!(clean(&cleaned), cleaned);
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({"name\u{202e}": "x\u{7f}\u{e0001}\u{9b}ü\n"});
        let raw = serde_json::to_string_pretty(&value).unwrap();
        let cleaned = clean_json(&raw);
        assert!(!cleaned.contains('\u{202e}') && !cleaned.contains('\u{e0001}'));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&cleaned).unwrap(),
            value
        );
    }

    #[test]
    fn wide_and_combining_characters_count() {
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}"), 1);
    }
}
