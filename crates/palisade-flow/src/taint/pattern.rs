//! What a regular expression proves: for which grammars the texts it lets through are harmless.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};

use crate::transfer::{Bits, Grammar};

/// How a pattern is applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// The whole text must match.
    Full,
    /// A match begins at the start.
    Start,
    /// A match anywhere.
    Search,
}

/// Characters with which text leaves its place, per grammar.
const DANGEROUS: &[(Grammar, &str)] = &[
    (Grammar::Shell, " \t\n\r;&|$`()<>\"'\\*?[]#~!{}\0"),
    (Grammar::Argument, "-"),
    (Grammar::Code, " \t\n\r;&|$`()<>\"'\\*?[]#~!{}=+/%.,:@^"),
    (Grammar::Sql, " \t\n\r'\"`;()\\#*=/"),
    (Grammar::Partiql, " \t\n\r'\"`;()\\#*=/"),
    (Grammar::NosqlOperator, "$"),
    (Grammar::Deserialize, "{}[]\"'<>_$: \n"),
    (Grammar::Xml, "<&"),
    (Grammar::UrlHost, ".:/@\\?#"),
    (Grammar::UrlPath, "/.?#%\\"),
    (Grammar::Template, "{}$<%#"),
    (Grammar::Ldap, "*()\\\0"),
    (Grammar::Xpath, "'\"[]()/ "),
    (Grammar::Html, "<>&\"'"),
    (Grammar::Header, "\r\n"),
    (Grammar::Redirect, "/:\\"),
    (Grammar::Log, "\r\n"),
    (Grammar::Regex, ".*+?()[]{}|^$\\"),
    (Grammar::Format, "%{"),
];

/// The bits a match proves. Look-around and back-references prove nothing.
pub fn proves(pattern: &str, flags: &str, applied: Applied, python: bool) -> Bits {
    if flags.contains('m') || pattern.contains("(?m") {
        return 0;
    }
    let Some(hir) = parse(pattern, flags) else {
        return 0;
    };
    let (start, end) = anchors(&hir);
    let starts = start || applied != Applied::Search;
    let ends = end || applied == Applied::Full;
    if !(starts && ends) {
        return 0;
    }
    let mut bits = bits_of(&alphabet(&hir));
    if python && applied != Applied::Full && pattern.trim_end_matches(')').ends_with('$') {
        // Python's `$` lets one trailing newline through.
        bits &= !(Grammar::Header.bit() | Grammar::Log.bit());
    }
    bits
}

/// The bits proved where a search for one negated class finds nothing: `re.search("[^a-z]", x)` failed.
pub fn proves_when_absent(pattern: &str, flags: &str) -> Bits {
    let Some(hir) = parse(pattern, flags) else {
        return 0;
    };
    let class = match hir.kind() {
        HirKind::Class(class) => class.clone(),
        HirKind::Repetition(inner) if inner.min <= 1 => match inner.sub.kind() {
            HirKind::Class(class) => class.clone(),
            _ => return 0,
        },
        _ => return 0,
    };
    let Class::Unicode(mut class) = class else {
        return 0;
    };
    class.negate();
    bits_of(
        &class
            .iter()
            .map(|r| (r.start(), r.end()))
            .collect::<Vec<_>>(),
    )
}

/// The characters of which none is left where every match is taken out: those of a pattern that matches one of them,
/// or a run of them.
pub fn removes(pattern: &str, flags: &str) -> Option<ClassUnicode> {
    let hir = parse(pattern, flags)?;
    one_of(&hir, 0)
}

fn one_of(hir: &Hir, depth: u8) -> Option<ClassUnicode> {
    if depth > 8 {
        return None;
    }
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class.clone()),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Some(ClassUnicode::new([ClassUnicodeRange::new(c, c)])),
                _ => None,
            }
        }
        // A lazy one that may be empty matches nothing but emptiness.
        HirKind::Repetition(run)
            if run.min == 1 || run.min == 0 && run.greedy && run.max != Some(0) =>
        {
            one_of(&run.sub, depth + 1)
        }
        HirKind::Capture(capture) => one_of(&capture.sub, depth + 1),
        HirKind::Alternation(parts) => {
            let mut all = ClassUnicode::empty();
            for part in parts {
                all.union(&one_of(part, depth + 1)?);
            }
            Some(all)
        }
        _ => None,
    }
}

/// The grammars for which a text of these characters is harmless.
pub fn bits_of_class(class: &ClassUnicode) -> Bits {
    let ranges: Vec<(char, char)> = class.iter().map(|r| (r.start(), r.end())).collect();
    bits_of(&ranges)
}

fn parse(pattern: &str, flags: &str) -> Option<Hir> {
    if pattern.len() > 4_000 {
        return None;
    }
    let pattern = pattern.replace("\\Z", "\\z");
    ParserBuilder::new()
        .case_insensitive(flags.contains('i'))
        .dot_matches_new_line(flags.contains('s'))
        .ignore_whitespace(flags.contains('x'))
        .nest_limit(100)
        .build()
        .parse(&pattern)
        .ok()
}

/// Whether every match begins at the start, and ends at the end.
fn anchors(hir: &Hir) -> (bool, bool) {
    match hir.kind() {
        HirKind::Look(Look::Start) => (true, false),
        HirKind::Look(Look::End) => (false, true),
        HirKind::Capture(capture) => anchors(&capture.sub),
        HirKind::Concat(parts) => (
            parts.first().is_some_and(|p| anchors(p).0),
            parts.last().is_some_and(|p| anchors(p).1),
        ),
        HirKind::Alternation(parts) => (
            parts.iter().all(|p| anchors(p).0),
            parts.iter().all(|p| anchors(p).1),
        ),
        _ => (false, false),
    }
}

/// All characters a match may contain, as ranges.
fn alphabet(hir: &Hir) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    let mut open = vec![hir];
    while let Some(next) = open.pop() {
        match next.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => ranges.extend(text.chars().map(|c| (c, c))),
                Err(_) => ranges.push(('\0', char::MAX)),
            },
            HirKind::Class(Class::Unicode(class)) => {
                ranges.extend(class.iter().map(|r| (r.start(), r.end())))
            }
            HirKind::Class(Class::Bytes(_)) => ranges.push(('\0', char::MAX)),
            HirKind::Repetition(inner) => open.push(&inner.sub),
            HirKind::Capture(inner) => open.push(&inner.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => open.extend(parts.iter()),
            HirKind::Empty | HirKind::Look(_) => {}
        }
    }
    ranges
}

fn bits_of(ranges: &[(char, char)]) -> Bits {
    let has = |c: char| ranges.iter().any(|(a, b)| (*a..=*b).contains(&c));
    let mut bits = Grammar::IsText.bit();
    for (grammar, dangerous) in DANGEROUS {
        if !dangerous.chars().any(has) {
            bits |= grammar.bit();
        }
    }
    if !has('.') || !(has('/') || has('\\')) {
        bits |= Grammar::Path.bit();
    }
    if ranges
        .iter()
        .all(|(a, b)| a.is_ascii_digit() && b.is_ascii_digit())
    {
        bits |= Grammar::AttributeName.bit() | Grammar::Program.bit() | Grammar::IsNumber.bit();
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(bits: Bits, grammar: Grammar) -> bool {
        bits & grammar.bit() != 0
    }

    #[test]
    fn only_anchored_patterns_prove_anything() {
        assert!(safe(
            proves("^[a-z]+$", "", Applied::Search, false),
            Grammar::Shell
        ));
        assert_eq!(proves("[a-z]+", "", Applied::Search, true), 0);
        assert_eq!(proves("^a|b$", "", Applied::Search, true), 0);
        assert!(!safe(proves(".+", "", Applied::Full, true), Grammar::Shell));
        assert!(safe(
            proves("[a-z]+", "", Applied::Full, true),
            Grammar::Shell
        ));
        assert_eq!(proves("^[a-z]+$", "m", Applied::Search, false), 0);
        assert_eq!(proves("^(?=a)[a-z]+$", "", Applied::Search, false), 0);
    }

    #[test]
    fn what_is_taken_out_everywhere() {
        let left = |pattern: &str| {
            removes(pattern, "").map(|mut class| {
                class.negate();
                bits_of_class(&class)
            })
        };
        for pattern in ["[^a-z0-9]", "[^a-z]+", "([^a-z])", r"\W", "[^a-z]*"] {
            assert!(
                left(pattern).is_some_and(|bits| safe(bits, Grammar::Shell)),
                "{pattern}"
            );
        }
        for pattern in [
            "[^a-z]{2,}",
            "[^a-z]*?",
            "ab",
            "^[^a-z]",
            "[^a-z]$",
            "(?=x)",
            "a|bc",
        ] {
            assert!(left(pattern).is_none(), "{pattern}");
        }
        assert!(left("\r|\n").is_some_and(|bits| safe(bits, Grammar::Log)));
        assert!(left("[;&|]").is_some_and(|bits| !safe(bits, Grammar::Shell)));
    }

    #[test]
    fn alphabets_decide_per_grammar() {
        let name = proves(r"^[\w.-]+$", "", Applied::Search, false);
        assert!(
            safe(name, Grammar::Shell)
                && safe(name, Grammar::Path)
                && !safe(name, Grammar::Argument)
        );
        let path = proves(r"^[a-z./]+$", "", Applied::Search, false);
        assert!(!safe(path, Grammar::Path) && safe(path, Grammar::Html));
        let python = proves("^[a-z]+$", "", Applied::Start, true);
        assert!(!safe(python, Grammar::Header) && safe(python, Grammar::Sql));
        assert!(safe(proves_when_absent("[^a-z0-9]", ""), Grammar::Shell));
        assert_eq!(proves_when_absent("x", ""), 0);
    }
}
