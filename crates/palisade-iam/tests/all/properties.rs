//! What holds of every decision: a denial wins, a permission takes nothing away, order does not matter, and what is known
//! decides what was open.

use palisade_iam::evaluate::context::Context;
use palisade_iam::evaluate::decision::{Policies, Request, Verdict, Why, decide};
use palisade_iam::evaluate::document::{Place, read};
use palisade_iam::pattern::{Fit, Pattern};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::simulate::{case, generate};

fn read_all(cases: &[Value]) -> impl Iterator<Item = (&Value, Policies, Request)> {
    cases.iter().map(|value| {
        let (policies, request) = case::read(value);
        (value, policies, request)
    })
}

/// How much is allowed.
fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Deny => 0,
        Verdict::Depends(_) => 1,
        Verdict::Allow => 2,
    }
}

fn everything(effect: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": "*", "Resource": "*"}}).to_string()
}

#[test]
fn a_denial_wins_anywhere() {
    let deny = read("deny", &everything("Deny"), Place::Identity).unwrap();
    let mut counted = 0;
    for (value, policies, request) in read_all(&generate::cases(1, 600)) {
        if request.caller.identity().is_none() {
            continue;
        }
        for place in ["identity", "boundary", "session", "scp"] {
            let mut policies = policies.clone();
            match place {
                "identity" => policies.identity.push(deny.clone()),
                "boundary" => policies.boundary.get_or_insert_default().push(deny.clone()),
                "session" => policies.session.get_or_insert_default().push(deny.clone()),
                _ => policies.scps.push(vec![deny.clone()]),
            }
            let decision = decide(&policies, &request);
            assert_eq!(decision.verdict, Verdict::Deny, "{place} {value:#}");
            assert!(
                matches!(decision.why, Why::Explicit(_)),
                "{place} {value:#}"
            );
            counted += 1;
        }
    }
    assert!(counted > 1_000);
}

#[test]
fn a_permission_takes_nothing_away() {
    let allow = read("allow", &everything("Allow"), Place::Identity).unwrap();
    for (value, policies, request) in read_all(&generate::cases(2, 600)) {
        let before = rank(&decide(&policies, &request).verdict);
        let mut more = policies.clone();
        more.identity.push(allow.clone());
        for level in more.scps.iter_mut() {
            level.push(allow.clone());
        }
        if let Some(boundary) = &mut more.boundary {
            boundary.push(allow.clone());
        }
        assert!(
            rank(&decide(&more, &request).verdict) >= before,
            "{value:#}"
        );
        // Nor does one denial less give less.
        let mut fewer = policies;
        for policy in &mut fewer.identity {
            policy
                .statements
                .retain(|s| s.rule.effect == palisade_model::policy::Effect::Allow);
        }
        assert!(
            rank(&decide(&fewer, &request).verdict) >= before,
            "{value:#}"
        );
    }
}

#[test]
fn order_does_not_matter() {
    for (value, policies, request) in read_all(&generate::cases(3, 600)) {
        let decision = decide(&policies, &request);
        let mut other = policies;
        other.identity.reverse();
        other.scps.reverse();
        other.rcps.reverse();
        let each = other.identity.iter_mut().chain(&mut other.resource);
        for policy in each {
            policy.statements.reverse();
            for statement in &mut policy.statements {
                statement.rule.actions.reverse();
                statement.rule.resources.reverse();
                statement.rule.tests.reverse();
                statement.principals.reverse();
            }
        }
        let reversed = decide(&other, &request);
        assert_eq!(
            (decision.verdict, decision.why),
            (reversed.verdict, reversed.why),
            "{value:#}"
        );
    }
}

/// A request of which nothing is known may be any request: what is decided then is decided for all of them.
#[test]
fn what_is_known_decides_what_was_open() {
    let mut open = 0;
    for (value, policies, request) in read_all(&generate::cases(4, 1_500)) {
        let unknown = Request {
            context: Context::open(),
            ..request.clone()
        };
        let before = decide(&policies, &unknown).verdict;
        let after = decide(&policies, &request).verdict;
        match before {
            Verdict::Depends(keys) => {
                assert!(!keys.is_empty(), "{value:#}");
                open += 1;
            }
            decided => assert_eq!(decided, after, "{value:#}"),
        }
    }
    assert!(open > 300, "{open}");
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

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

proptest! {
    #[test]
    fn arns_part_by_part(parts in prop::collection::vec("[ab*?]{0,3}", 5), words in prop::collection::vec("[ab]{0,3}", 5)) {
        let join = |parts: &[String]| format!("arn:{}", parts.join(":"));
        let fit = Pattern::of(&join(&parts)).fits_arn(&Pattern::literal(&join(&words)));
        let plain = parts.iter().zip(&words).all(|(p, w)| glob(&chars(p), &chars(w)));
        prop_assert_eq!(fit == Fit::Yes, plain);
        prop_assert!(fit != Fit::Maybe);
    }

    #[test]
    fn a_value_is_no_pattern(before in "[ab]{0,2}", value in "[ab*?$]{0,4}", text in "[ab*?$]{0,6}") {
        let context = Context::closed().with("k", &[value.as_str()]);
        let pattern = Pattern::of(&format!("{before}${{k}}"));
        let bound = context.bind(&pattern).unwrap();
        let fit = bound.fits(&Pattern::literal(&text));
        prop_assert_eq!(fit == Fit::Yes, text == format!("{before}{value}"));
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,200}") {
        for place in [Place::Identity, Place::Resource, Place::Trust, Place::Rcp] {
            if let Err(why) = read("p", &text, place) {
                prop_assert!(!why.to_string().is_empty());
            }
        }
    }

    #[test]
    fn dates_are_days(year in 1900i64..2200, month in 1u8..13, day in 1u8..29, hour in 0u8..24) {
        use palisade_iam::evaluate::calendar::instant;
        let at = |y: i64, m: u8, d: u8, h: u8| instant(&format!("{y:04}-{m:02}-{d:02}T{h:02}:00:00Z")).unwrap();
        let here = at(year, month, day, hour);
        prop_assert_eq!(here % 3_600_000, 0);
        prop_assert_eq!(at(year, month, day, 0) + i64::from(hour) * 3_600_000, here);
        prop_assert!(at(year + 1, month, day, hour) - here >= 365 * 86_400_000);
        prop_assert_eq!(instant(&format!("{}", here / 1000)), Some(here));
    }
}

#[test]
fn known_instants() {
    use palisade_iam::evaluate::calendar::instant;
    let rows = [
        ("1970-01-01T00:00:00Z", Some(0)),
        ("2000-02-29", Some(951_782_400_000)),
        ("2026-11-25T23:30:00.25+01:30", Some(1_795_644_000_250)),
        ("1969-12-31T23:59:59Z", Some(-1_000)),
        ("2026-02-29", None),
        ("2026-13-01", None),
        ("2026-1-1", None),
        ("yesterday", None),
        ("", None),
        ("99999999999999999", None),
    ];
    for (text, expected) in rows {
        assert_eq!(instant(text), expected, "{text}");
    }
}

#[test]
fn known_values() {
    use palisade_iam::evaluate::value::{bytes, number, within};
    assert_eq!(number("-10.5"), Some(-10.5));
    assert_eq!(number("1e3"), None);
    assert_eq!(number("inf"), None);
    assert_eq!(number("."), None);
    assert_eq!(within("10.0.0.0/8", "10.255.0.1"), Some(true));
    assert_eq!(within("0.0.0.0/0", "10.255.0.1"), Some(true));
    assert_eq!(within("::/0", "2001:db8::1"), Some(true));
    assert_eq!(within("2001:db8::/33", "2001:db8:8000::1"), Some(false));
    assert_eq!(within("10.0.0.0/33", "10.0.0.1"), None);
    assert_eq!(within("10.0.0.0/+8", "10.0.0.1"), None);
    assert_eq!(within("host", "10.0.0.1"), None);
    assert_eq!(bytes("QUJD"), Some(b"ABC".to_vec()));
    assert_eq!(bytes("QUI="), Some(b"AB".to_vec()));
    assert_eq!(bytes("Q"), None);
    assert_eq!(bytes("Q!=="), None);
}
