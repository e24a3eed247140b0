//! Every secret in the text of a file, with its place.

use palisade_model::finding::Consequence;

use crate::sas07_secrets::addresses;
use crate::sas07_secrets::assigned::{self, Style};
use crate::sas07_secrets::formats;
use crate::sas07_secrets::names::{self, Promise};
use crate::sas07_secrets::plausible;

/// Longer lines are no text of people.
const LINE_MOST: usize = 4_000;
/// Most secrets of one file.
const HITS_MOST: usize = 200;
/// Longest key in armor.
const KEY_MOST: usize = 8_000;
/// Secrets shorter than this may be part of another by chance.
const PART_LEAST: usize = 20;
/// How many lines the two halves of a key pair may stand apart.
const PAIR_LINES: usize = 4;

/// A secret in a text.
#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    /// First byte of the secret itself.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// What it is, with its article.
    pub what: String,
    /// The name it stands under.
    pub name: Option<String>,
    /// What whoever has it gains.
    pub gain: Consequence,
    /// The id of the same key pair.
    pub id: Option<(usize, usize)>,
}

/// What the name of a file says about how it writes values; `None` for what is not looked at.
pub fn style(path: &str) -> Option<Style> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    if lower.contains(".min.")
        || lower.ends_with(".lock")
        || lower.contains("lock.")
        || is_made_up(path)
    {
        return None;
    }
    if lower.starts_with(".env") || ending == "env" {
        return Some(Style::Pairs);
    }
    Some(match ending {
        "yml" | "yaml" | "template" => Style::Document,
        "properties" | "ini" | "cfg" | "conf" | "pem" | "key" | "npmrc" | "pypirc" => Style::Pairs,
        _ => Style::Code,
    })
}

/// Whether a path says that what it holds is made up, or written by others: tests, samples of events, templates of
/// settings, packages.
fn is_made_up(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut parts: Vec<&str> = lower.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let folder = |part: &&str| {
        matches!(
            *part,
            "test"
                | "tests"
                | "__tests__"
                | "spec"
                | "specs"
                | "mock"
                | "mocks"
                | "__mocks__"
                | "fixtures"
                | "fixture"
                | "testdata"
                | "e2e"
                | "events"
                | "test-events"
                | "locales"
                | "i18n"
                | "translations"
                | "docs"
                | "vendor"
                | "third_party"
                | "site-packages"
                | "botocore"
        )
    };
    let stem = |word: &str| name.starts_with(word) && name.ends_with(".json");
    parts.iter().any(folder)
        || [
            ".example",
            ".sample",
            ".template.env",
            ".dist",
            "example.",
            "sample.",
            ".test",
            "_test.",
        ]
        .iter()
        .any(|w| name.contains(w))
        || name.starts_with("test")
        || name.starts_with("example")
        || stem("event")
        || stem("sample")
        || name.ends_with("event.json")
        || name.contains("postman_collection")
}

/// The secrets of a text, in order of place.
pub fn of_text(text: &str, style: Style) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut ids: Vec<(usize, usize, usize)> = Vec::new();
    let mut keys: Vec<(usize, usize, usize, bool)> = Vec::new();
    let mut named: Option<(String, usize)> = None;
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.len() <= LINE_MOST && hits.len() < HITS_MOST {
            let content = line.trim_end_matches(['\n', '\r']);
            if !is_comment(content, style) {
                assignments(
                    content, offset, style, number, &mut named, &mut hits, &mut keys,
                );
            }
            tokens(content, offset, number, &mut hits, &mut ids, &mut keys);
            for (what, start, end) in addresses::of_line(content) {
                hits.push(hit(
                    offset + start,
                    offset + end,
                    what,
                    None,
                    Consequence::TakesData,
                ));
            }
        }
        offset += line.len();
    }
    pairs(&ids, &keys, &mut hits);
    private_keys(text, &mut hits);
    hits.retain(|hit| hit.start < hit.end);
    hits.sort_by_key(|hit| (hit.start, hit.name.is_some(), std::cmp::Reverse(hit.gain)));
    let mut end = 0;
    hits.retain(|hit| {
        let free = hit.start >= end;
        if free {
            end = hit.end;
        }
        free
    });
    once(text, &mut hits);
    hits
}

/// Leaves out what repeats an earlier secret of the text, whole or in part.
fn once(text: &str, hits: &mut Vec<Hit>) {
    let mut seen: Vec<&str> = Vec::new();
    hits.retain(|hit| {
        let value = text.get(hit.start..hit.end).unwrap_or_default();
        let told = |earlier: &&str| {
            *earlier == value
                || (value.len() >= PART_LEAST
                    && earlier.len() >= PART_LEAST
                    && (earlier.contains(value) || value.contains(*earlier)))
        };
        let new = !seen.iter().any(told);
        seen.push(value);
        new
    });
}

/// Whether a secret is a signature with an end that has passed: the shared access signatures of Azure carry it as
/// `se=2017-07-01T…` beside `sig=…` (Microsoft Learn, service SAS, 2026).
pub fn has_expired(text: &str, hit: &Hit, as_of: &str) -> bool {
    let from = text
        .get(..hit.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let around = text.get(from..).and_then(|rest| rest.lines().next());
    let (Some(line), Some(value)) = (around, text.get(hit.start..hit.end)) else {
        return false;
    };
    let at = hit.start - from;
    let word = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
    let start = line
        .get(..at)
        .and_then(|head| head.rfind(word))
        .map_or(0, |end| end + 1);
    let address = line.get(start..).unwrap_or_default();
    let address = address.split(word).next().unwrap_or_default();
    let signed = value.contains("sig=") || address.contains("sig=");
    let end = address
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("se="));
    signed
        && !as_of.is_empty()
        && end
            .and_then(|end| end.get(..10))
            .is_some_and(|day| day < as_of)
}

fn hit(start: usize, end: usize, what: &str, name: Option<String>, gain: Consequence) -> Hit {
    Hit {
        start,
        end,
        what: what.to_owned(),
        name,
        gain,
        id: None,
    }
}

fn is_comment(line: &str, style: Style) -> bool {
    let line = line.trim_start();
    line.starts_with('#')
        || (style == Style::Code
            && (line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")))
        || (style == Style::Pairs && line.starts_with(';'))
}

/// Literals under names that promise a secret.
fn assignments(
    line: &str,
    offset: usize,
    style: Style,
    number: usize,
    named: &mut Option<(String, usize)>,
    hits: &mut Vec<Hit>,
    keys: &mut Vec<(usize, usize, usize, bool)>,
) {
    for assigned in assigned::of_line(line, style) {
        let Some(value) = line.get(assigned.start..assigned.end) else {
            continue;
        };
        let lower = assigned.name.to_ascii_lowercase();
        // `Name: DB_PASSWORD` and `Value: …` are one assignment in two lines.
        let mut name = assigned.name;
        if matches!(
            lower.as_str(),
            "name" | "key" | "parameterkey" | "parametername"
        ) {
            *named = names::promise(value).map(|_| (value.to_owned(), number));
            continue;
        }
        if matches!(lower.as_str(), "value" | "parametervalue") {
            match named.take().filter(|(_, at)| number <= at + 1) {
                Some((outer, _)) => name = outer,
                None => continue,
            }
        }
        let Some(promise) = names::promise(&name) else {
            continue;
        };
        let place = (offset + assigned.start, offset + assigned.end);
        if is_secret_key(value) && promise == Promise::Key {
            keys.push((place.0, place.1, number, true));
        } else if plausible::under(promise, value, style == Style::Pairs) {
            hits.push(hit(
                place.0,
                place.1,
                promise.word(),
                Some(name),
                Consequence::TakesData,
            ));
        }
    }
}

/// Forms of providers, and the halves of key pairs.
fn tokens(
    line: &str,
    offset: usize,
    number: usize,
    hits: &mut Vec<Hit>,
    ids: &mut Vec<(usize, usize, usize)>,
    keys: &mut Vec<(usize, usize, usize, bool)>,
) {
    let bytes = line.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    let mut at = 0;
    while at < bytes.len() {
        let before = at.checked_sub(1).map_or(b' ', byte);
        if before.is_ascii_alphanumeric() || before == b'_' || !byte(at).is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        if formats::may_begin(byte(at))
            && let Some((format, end)) = formats::at(line, at)
        {
            let value = line.get(at..end).unwrap_or_default();
            let plain = value.to_ascii_lowercase();
            if !plain.contains("example")
                && !plain.contains("xxxx")
                && plausible::entropy(value) >= 2.5
            {
                hits.push(hit(
                    offset + at,
                    offset + end,
                    &format.name,
                    None,
                    format.gain,
                ));
            }
            at = end;
            continue;
        }
        let rest = line.get(at..).unwrap_or_default();
        let length = rest
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+'))
            .count();
        let word = rest.get(..length).unwrap_or_default();
        if length == 20 && word.starts_with("AKIA") && !word.contains("EXAMPLE") && is_upper(word) {
            ids.push((offset + at, offset + at + length, number));
        } else if length == 40
            && is_secret_key(word)
            && !matches!(byte(at + length), b'=' | b'_' | b'-')
        {
            keys.push((offset + at, offset + at + length, number, false));
        } else if let Some(length) = signed_token(rest) {
            hits.push(hit(
                offset + at,
                offset + at + length,
                "a signed token",
                None,
                Consequence::Misuses,
            ));
            at += length;
            continue;
        }
        at += length.max(1);
    }
}

fn is_upper(word: &str) -> bool {
    word.bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Forty letters of base64 that look random, as the secret half of a key pair of AWS is (IAM User Guide, access keys).
fn is_secret_key(word: &str) -> bool {
    let has = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
    word.len() == 40
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && !word.contains("EXAMPLE")
        && plausible::entropy(word) >= 3.8
}

/// The length of a JSON web token that begins here; the one of the handbook is none.
fn signed_token(rest: &str) -> Option<usize> {
    if !rest.starts_with("eyJ") {
        return None;
    }
    let length = rest
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        .count();
    let token = rest.get(..length)?;
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, sign] = parts.as_slice() else {
        return None;
    };
    let real = head.len() >= 16 && body.starts_with("eyJ") && body.len() >= 16 && sign.len() >= 20;
    (real && !body.starts_with("eyJzdWIiOiIxMjM0NTY3ODkw")).then_some(length)
}

/// A secret half is found where an id stands near, or its name says so; the pair is one finding.
fn pairs(ids: &[(usize, usize, usize)], keys: &[(usize, usize, usize, bool)], hits: &mut Vec<Hit>) {
    for (start, end, line, named) in keys {
        let near = ids
            .iter()
            .filter(|(_, _, at)| at.abs_diff(*line) <= PAIR_LINES);
        let id = near
            .min_by_key(|(_, _, at)| at.abs_diff(*line))
            .map(|(s, e, _)| (*s, *e));
        if id.is_some() || *named {
            let mut found = hit(
                *start,
                *end,
                "a key pair of AWS",
                None,
                Consequence::TakesControl,
            );
            if id.is_none() {
                found.what = "a secret key".to_owned();
                found.gain = Consequence::TakesData;
            }
            found.id = id;
            hits.push(found);
        }
    }
}

/// Keys in the armor of RFC 7468, with something inside.
fn private_keys(text: &str, hits: &mut Vec<Hit>) {
    for (at, mark) in text.match_indices("PRIVATE KEY-----").take(HITS_MOST) {
        let before = text
            .get(floor(text, at.saturating_sub(40))..at)
            .unwrap_or_default();
        let Some(length) = before
            .rfind("-----BEGIN ")
            .map(|start| before.len() - start)
        else {
            continue;
        };
        let from = at + mark.len();
        let most = floor(text, (from + KEY_MOST).min(text.len()));
        let rest = text.get(from..most).unwrap_or_default();
        let end = rest.find("-----END").unwrap_or(rest.len());
        let Some(body) = rest.get(..end) else {
            continue;
        };
        let letters = body
            .bytes()
            .filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
            .count();
        if letters >= 64 && letters * 10 >= body.len() * 8 && !body.contains("...") {
            let gain = Consequence::TakesControl;
            hits.push(hit(at - length, from + end, "a private key", None, gain));
        }
    }
}

/// The boundary of a character at or before a byte.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{has_expired, of_text, style};
    use crate::sas07_secrets::assigned::Style;

    #[test]
    fn a_private_key_has_something_inside() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(4);
        let key = format!(
            "x = 1\n-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n"
        );
        let found = of_text(&key, Style::Pairs);
        assert_eq!(found.len(), 1);
        assert!(
            key.get(found[0].start..)
                .unwrap()
                .starts_with("-----BEGIN RSA")
        );
        let check = "if '-----BEGIN PRIVATE KEY-----' not in text: raise ValueError('…')";
        assert!(of_text(check, Style::Code).is_empty());
        let many = "é-----BEGIN PRIVATE KEY-----é".repeat(40_000);
        assert!(of_text(&many, Style::Code).is_empty());
    }

    #[test]
    fn a_pair_is_one_secret() {
        let pair = "AWS_ACCESS_KEY_ID=AKIAQ7XN4PLW2ZRT6MVK\nAWS_SECRET_ACCESS_KEY=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\n";
        let found = of_text(pair, Style::Pairs);
        assert_eq!(found.len(), 1);
        assert!(found[0].id.is_some());
    }

    #[test]
    fn signatures_end() {
        let sas = |end: &str| {
            format!(
                "url = 'https://a.blob.core.windows.net/b/c?sp=rl&se={end}T00%3A21%3A38Z&sig=sXBjML1Fpk9UnTBtajo05ZTFSk0LWFGvARZ6WlVcAog%3D'\n"
            )
        };
        for (end, expired) in [("2017-07-01", true), ("2027-07-01", false)] {
            let text = sas(end);
            let found = of_text(&text, Style::Code);
            assert_eq!(found.len(), 1, "{end}");
            assert_eq!(has_expired(&text, &found[0], "2026-11-25"), expired);
            assert!(!has_expired(&text, &found[0], ""));
        }
    }

    #[test]
    fn one_value_is_one_secret() {
        let text = "a = 'https://e.example/v1?apiKey=9f3c7a51be024d68a1c05e7d92b4f836'\napi_key = '9f3c7a51be024d68a1c05e7d92b4f836'\n";
        assert_eq!(of_text(text, Style::Code).len(), 1);
    }

    #[test]
    fn what_is_made_up_is_left_alone() {
        for path in [
            "tests/app.py",
            "events/order.json",
            "src/locales/en.json",
            ".env.example",
            "a.min.js",
            "poetry.lock",
        ] {
            assert_eq!(style(path), None, "{path}");
        }
        assert_eq!(style("app/.env"), Some(Style::Pairs));
        assert_eq!(style("config.yml"), Some(Style::Document));
        assert_eq!(style("src/app.ts"), Some(Style::Code));
    }
}
