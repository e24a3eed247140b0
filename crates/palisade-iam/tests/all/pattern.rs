//! Patterns against strings with holes.

use palisade_iam::pattern::{Fit, Pattern, Token, action_glob};
use palisade_model::text::Symbol;
use proptest::prelude::*;

fn with_hole(words: &str) -> Pattern {
    let tokens = words.chars().map(|c| match c {
        '#' => Token::hole(Symbol::Opaque("x".to_owned())),
        '*' => Token::Star,
        '?' => Token::One,
        c => Token::Char(c),
    });
    Pattern(tokens.collect())
}

#[test]
fn truth_table() {
    use Fit::{Maybe, No, Yes};
    let rows = [
        ("*", "anything", Yes),
        ("", "", Yes),
        ("", "a", No),
        ("a", "", No),
        ("abc", "abc", Yes),
        ("abc", "abd", No),
        ("a*c", "abbc", Yes),
        ("a*c", "ac", Yes),
        ("a?c", "abc", Yes),
        ("a?c", "ac", No),
        ("*/x/*", "a/x/b", Yes),
        ("*/x/*", "a/xx/b", No),
        // A hole may hold anything.
        ("abc", "a#c", Maybe),
        ("abd", "a#c", No),
        ("a*", "a#", Yes),
        ("b*", "a#", No),
        ("a#c", "a#c", Yes),
        ("a#c", "abc", Maybe),
        // A star of the subject stands for many strings.
        ("bucket/*", "bucket/*", Yes),
        ("bucket/in/*", "bucket/*", Maybe),
        ("bucket/*", "bucket/in/*", Yes),
        ("bucket/out/*", "bucket/in/*", No),
        ("bucket/*.jpg", "bucket/*.png", No),
        ("bucket/a*", "bucket/*.png", Maybe),
        ("?", "*", Maybe),
    ];
    for (pattern, subject, fit) in rows {
        let found = with_hole(pattern).fits(&with_hole(subject));
        assert_eq!(found, fit, "{pattern} against {subject}");
    }
}

#[test]
fn policy_variables_are_never_sure() {
    let pattern = Pattern::of("b/${cognito-identity.amazonaws.com:sub}/*");
    assert_eq!(pattern.fits(&with_hole("b/*")), Fit::Maybe);
    assert_eq!(pattern.fits(&with_hole("b/me/x")), Fit::Maybe);
    assert_eq!(pattern.fits(&with_hole("c/me/x")), Fit::No);
    assert_eq!(
        Pattern::of("a${*}b").fits(&Pattern::literal("a*b")),
        Fit::Yes
    );
    assert_eq!(
        Pattern::of("a${*}b").fits(&Pattern::literal("axb")),
        Fit::No
    );
}

#[test]
fn long_patterns_end() {
    let long = Pattern::of(&"*a".repeat(30_000));
    let subject = Pattern::literal(&"b".repeat(60_000));
    assert_eq!(long.fits(&subject), Fit::Maybe);
    let stars = Pattern::of(&"*a".repeat(400));
    assert_eq!(stars.fits(&Pattern::literal(&"b".repeat(1_000))), Fit::No);
    assert!(!action_glob(&"*a".repeat(2_000), &"b".repeat(4_000)));
}

/// The plain meaning, by recursion.
fn glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            glob(rest, text) || text.split_first().is_some_and(|(_, t)| glob(pattern, t))
        }
        (Some(('?', rest)), Some((_, t))) => glob(rest, t),
        (Some((p, rest)), Some((c, t))) => p == c && glob(rest, t),
        _ => false,
    }
}

proptest! {
    #[test]
    fn a_literal_is_matched_like_a_glob(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        let p: Vec<char> = pattern.chars().collect();
        let t: Vec<char> = text.chars().collect();
        let fit = Pattern::of(&pattern).fits(&Pattern::literal(&text));
        prop_assert_eq!(fit == Fit::Yes, glob(&p, &t));
        prop_assert!(fit != Fit::Maybe);
        prop_assert_eq!(action_glob(&pattern, &text), glob(&p, &t));
    }

    #[test]
    fn a_hole_filled_agrees(pattern in "[ab*?]{0,6}", before in "[ab]{0,3}", filled in "[ab]{0,3}", after in "[ab]{0,3}") {
        let open = with_hole(&format!("{before}#{after}"));
        let closed = Pattern::literal(&format!("{before}{filled}{after}"));
        let pattern = Pattern::of(&pattern);
        match pattern.fits(&open) {
            Fit::Yes => prop_assert_eq!(pattern.fits(&closed), Fit::Yes),
            Fit::No => prop_assert_eq!(pattern.fits(&closed), Fit::No),
            Fit::Maybe => {}
        }
    }

    #[test]
    fn two_patterns_meet_if_a_string_is_in_both(a in "[ab*?]{0,5}", b in "[ab*?]{0,5}", text in "[ab]{0,5}") {
        let t: Vec<char> = text.chars().collect();
        let a_chars: Vec<char> = a.chars().collect();
        let b_chars: Vec<char> = b.chars().collect();
        let fit = Pattern::of(&a).fits(&Pattern::of(&b));
        if glob(&a_chars, &t) && glob(&b_chars, &t) {
            prop_assert!(fit != Fit::No);
        }
        if fit == Fit::Yes && glob(&b_chars, &t) {
            prop_assert!(glob(&a_chars, &t));
        }
    }
}
