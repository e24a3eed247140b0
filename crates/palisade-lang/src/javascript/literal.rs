//! Literals: what escapes stand for.

/// Appends what an escape sequence of a string or template stands for.
pub(super) fn escape(sequence: &str, out: &mut String) {
    let mut chars = sequence.chars();
    chars.next();
    let Some(first) = chars.next() else { return };
    let rest = chars.as_str();
    match first {
        'n' => out.push('\n'),
        't' => out.push('\t'),
        'r' => out.push('\r'),
        'b' => out.push('\u{8}'),
        'f' => out.push('\u{c}'),
        'v' => out.push('\u{b}'),
        '0' if rest.is_empty() => out.push('\0'),
        'x' | 'u' => {
            let digits = rest.trim_matches(['{', '}']);
            let code = u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32);
            out.push(code.unwrap_or('\u{fffd}'));
        }
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => {}
        other => {
            out.push(other);
            out.push_str(rest);
        }
    }
}

/// Appends the character of an HTML entity of JSX text, or the entity itself.
pub(super) fn entity(text: &str, out: &mut String) {
    match text {
        "&amp;" => out.push('&'),
        "&lt;" => out.push('<'),
        "&gt;" => out.push('>'),
        "&quot;" => out.push('"'),
        "&nbsp;" => out.push(' '),
        other => out.push_str(other),
    }
}

/// The key a number literal stands for: `0x10` is `16`, `1_000` is `1000`.
pub(super) fn number(text: &str) -> String {
    let plain = text.replace('_', "");
    let plain = plain.strip_suffix('n').unwrap_or(&plain);
    let lower = plain.to_ascii_lowercase();
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    for (prefix, base) in radix {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return u64::from_str_radix(digits, base).map_or(lower.clone(), |n| n.to_string());
        }
    }
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{escape, number};

    #[test]
    fn escapes_are_decoded() {
        let decoded = |text: &str| {
            let mut out = String::new();
            escape(text, &mut out);
            out
        };
        assert_eq!(decoded("\\n"), "\n");
        assert_eq!(decoded("\\x41"), "A");
        assert_eq!(decoded("\\u{1F600}"), "\u{1F600}");
        assert_eq!(decoded("\\ud83d"), "\u{fffd}");
        assert_eq!(decoded("\\'"), "'");
        assert_eq!(decoded("\\"), "");
    }

    #[test]
    fn numbers_are_keys() {
        assert_eq!(number("0x10"), "16");
        assert_eq!(number("1_000"), "1000");
        assert_eq!(number("5n"), "5");
        assert_eq!(number("1.5e3"), "1.5e3");
    }
}
