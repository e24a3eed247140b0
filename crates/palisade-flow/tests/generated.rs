//! Generated programs in text IR: what interpreters saw is reported, and changes that mean nothing change nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    dead_code,
    reason = "tests"
)]

#[path = "../../palisade-scan/tests/oracle/compare.rs"]
mod compare;
#[path = "../../palisade-scan/tests/oracle/generator.rs"]
mod generator;
#[path = "../../palisade-scan/tests/oracle/python.rs"]
mod python;
mod support;
#[path = "../../palisade-scan/tests/oracle/syntax.rs"]
mod syntax;
#[path = "../../palisade-scan/tests/oracle/text.rs"]
mod text;

use std::collections::BTreeSet;

use compare::{Pair, judge, leaves_of, recorded};
use palisade_flow::ir::text::parse;
use palisade_flow::transfer::Grammar;
use syntax::Syntax;

/// Rows of the library the programs use.
const ROWS: [(&str, &str); 2] = [
    (
        "oracle.toml",
        include_str!("../../palisade-scan/tests/oracle/rows.toml"),
    ),
    ("strings.toml", include_str!("support/strings.toml")),
];

/// What the engine reports of a text; the flag says that some ways were only counted.
fn reported(text: &str) -> (BTreeSet<Pair>, bool) {
    let modules = parse(text, 0).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let app = support::app::build(
        &modules,
        &["trigger handler aws.direct stranger".to_owned()],
    )
    .unwrap();
    let (_, flows, _) = support::engine::run_with(&modules, &app, &ROWS);
    let mut pairs = BTreeSet::new();
    let mut cut = false;
    let mut add = |span: palisade_model::source::Span, input: &str| {
        let sink = text[span.start as usize..]
            .split_once("sink_")
            .and_then(|(_, rest)| rest.split_once('('))
            .unwrap()
            .0;
        let sink: u32 = sink.parse().unwrap();
        pairs.extend(leaves_of(input).into_iter().map(|leaf| (leaf, sink)));
    };
    for path in flows.paths.iter().filter(|p| p.grammar == Grammar::Shell) {
        add(path.sink, &support::engine::words(path));
        path.also.iter().for_each(|(span, input)| add(*span, input));
        cut |= path.more > 0;
    }
    (pairs, cut)
}

fn program(seed: u64) -> Syntax {
    generator::generate(seed)
}

fn seeds() -> std::ops::Range<u64> {
    0..std::env::var("PALISADE_ORACLE")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(2000)
}

#[test]
fn reports_hold_what_happens() {
    let recorded = recorded();
    let mut total = 0;
    let (mut extra, mut missed) = (Vec::new(), Vec::new());
    for seed in seeds() {
        let program = program(seed);
        let text = text::text(&program);
        let (reported, _) = reported(&text);
        let verdict = judge(&recorded[&seed].pairs, &reported);
        total += reported.len();
        if !verdict.missed.is_empty() {
            missed.push((text.len(), seed, verdict.missed));
        }
        extra.extend(
            verdict
                .extra
                .into_iter()
                .map(|pair| (text.len(), seed, pair)),
        );
    }
    println!(
        "{total} pairs reported, {} of them never happen",
        extra.len()
    );
    missed.sort();
    extra.sort();
    let shown: usize = std::env::var("PALISADE_SHOW")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(2);
    for (_, seed, pairs) in missed.iter().take(shown) {
        println!(
            "seed {seed} misses {pairs:?}\n{}",
            text::text(&program(*seed))
        );
    }
    for (_, seed, pair) in extra.iter().take(shown) {
        println!(
            "seed {seed} has {pair:?} too many\n{}",
            text::text(&program(*seed))
        );
    }
    assert!(missed.is_empty(), "{} programs with misses", missed.len());
    assert!(
        extra.len() * 20 <= total,
        "{} of {total} reported pairs never happen",
        extra.len()
    );
}

// ---- properties -----------------------------------------------------------------------------------------------------

/// Functions of identity, for each file that has none.
fn with_identities(text: &str) -> String {
    let identity =
        "fn identity1(same) {\n  return same\n}\nfn identity2(same) {\n  return same\n}\n";
    text.replace("file helpers.py", &format!("{identity}file helpers.py")) + identity
}

/// Names of the generator, a letter and a number, as other names.
fn rename(text: &str, letters: &str, to: impl Fn(&str) -> String) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '%';
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, tail) = rest.split_at(end);
        let (letter, digits) = piece.split_at(first.len_utf8().min(piece.len()));
        let named = letters.contains(letter)
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit());
        if named {
            out.push_str(&to(piece))
        } else {
            out.push_str(piece)
        }
        rest = tail;
    }
    out
}

/// Locals under other names.
fn renamed(text: &str) -> String {
    rename(text, "vrlcoeiqp", |name| format!("other_{name}"))
}

/// The blocks of a file: each begins with a line that is not indented and does not close one.
fn blocks(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        match found.last_mut() {
            Some(block) if line.starts_with([' ', '}']) => block.push_str(line),
            _ => found.push(line.to_owned()),
        }
        found.last_mut().unwrap().push('\n');
    }
    found
}

/// Functions in the opposite order.
fn reordered(text: &str) -> String {
    let mut out = String::new();
    for file in files(text) {
        let (functions, others): (Vec<String>, Vec<String>) = blocks(&file)
            .into_iter()
            .partition(|b| b.starts_with("fn "));
        out.extend(others.into_iter().chain(functions.into_iter().rev()));
    }
    out
}

/// The texts of files, each with its header.
fn files(text: &str) -> Vec<String> {
    match text.find("file helpers.py") {
        Some(at) => vec![text[..at].to_owned(), text[at..].to_owned()],
        None => vec![text.to_owned()],
    }
}

/// Files in the opposite order.
fn swapped(text: &str) -> String {
    files(text).into_iter().rev().collect()
}

/// Everything in one file.
fn joined(text: &str) -> String {
    let parts = files(text);
    let helpers = parts.get(1).map_or("", |f| f.split_once('\n').unwrap().1);
    format!("{}{helpers}", parts[0]).replace("fn:helpers.py:", "fn:")
}

/// Each sink behind two functions that return what they get.
fn sinks_wrapped(text: &str) -> String {
    with_identities(&sinks(text, |number, argument| {
        format!("call oracle_lib.sink_{number}(call fn:identity1(call fn:identity2({argument})))")
    }))
}

/// Each leaf of the event behind a function that returns what it gets.
fn sources_wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("event.") {
        let leaf = generator::LEAVES
            .iter()
            .find(|leaf| rest[at + "event.".len()..].starts_with(**leaf));
        let end = at + "event.".len() + leaf.map_or(0, |leaf| leaf.len());
        out.push_str(&match leaf {
            Some(leaf) => format!("{}(call fn:identity1(event.{leaf}))", &rest[..at]),
            None => rest[..end].to_owned(),
        });
        rest = &rest[end..];
    }
    with_identities(&(out + rest))
}

/// Each sink statement anew: its number and what it gets.
fn sinks(text: &str, mut to: impl FnMut(u32, &str) -> String) -> String {
    let mut line = |line: &str| {
        let blank = &line[..line.len() - line.trim_start().len()];
        match line
            .trim_start()
            .strip_prefix("call oracle_lib.sink_")
            .and_then(|rest| rest.strip_suffix(')'))
            .and_then(|rest| rest.split_once('('))
        {
            Some((number, argument)) => {
                format!("{blank}{}\n", to(number.parse().unwrap(), argument))
            }
            None => format!("{line}\n"),
        }
    };
    text.lines().map(&mut line).collect()
}

/// A sanitizer before one sink.
fn sanitized(text: &str, sink: u32) -> String {
    sinks(text, |number, argument| match number == sink {
        true => format!("call oracle_lib.sink_{number}(call oracle_lib.quote({argument}))"),
        false => format!("call oracle_lib.sink_{number}({argument})"),
    })
}

/// A check before one sink.
fn checked(text: &str, sink: u32) -> String {
    sinks(text, |number, argument| match number == sink {
        true => format!(
            "tested = {argument} ; if tested in (list \"a\" \"b\") {{ call oracle_lib.sink_{number}(tested) }}"
        ),
        false => format!("call oracle_lib.sink_{number}({argument})"),
    })
}

/// Without its sanitizers.
fn unsanitized(text: &str) -> String {
    with_identities(
        &text
            .replace("call oracle_lib.quote(", "call fn:identity1(")
            .replace("call oracle_lib.digits(", "call fn:identity1("),
    )
}

/// Pairs of programs where nothing was cut.
fn whole(text: &str) -> Option<BTreeSet<Pair>> {
    let (pairs, cut) = reported(text);
    (!cut).then_some(pairs)
}

/// Programs for properties: fewer, for each is analyzed several times.
fn sample() -> impl Iterator<Item = (u64, String)> {
    seeds()
        .take(400)
        .map(|seed| (seed, text::text(&program(seed))))
}

fn assert_same(change: impl Fn(&str) -> String, what: &str) {
    let mut failures = Vec::new();
    for (seed, text) in sample() {
        let changed = change(&text);
        let (Some(before), Some(after)) = (whole(&text), whole(&changed)) else {
            continue;
        };
        let verdict = judge(&before, &after);
        if before != after {
            failures.push((
                text.len(),
                format!(
                    "seed {seed}: lost {:?}, new {:?}\n{changed}",
                    verdict.missed, verdict.extra
                ),
            ));
        }
    }
    failures.sort();
    assert!(
        failures.is_empty(),
        "{what} changes {} programs, such as\n{}",
        failures.len(),
        failures[0].1
    );
}

#[test]
fn names_of_locals_mean_nothing() {
    assert_same(renamed, "renaming");
}

#[test]
fn the_order_of_functions_means_nothing() {
    assert_same(reordered, "another order of functions");
}

#[test]
fn the_order_of_files_means_nothing() {
    assert_same(swapped, "another order of files");
}

#[test]
fn one_file_is_as_good_as_two() {
    assert_same(joined, "one file");
}

#[test]
fn sinks_behind_functions_that_return_what_they_get() {
    assert_same(sinks_wrapped, "wrapping sinks");
}

/// A leaf that is read again is known to be the one that was checked; the result of a call is not.
#[test]
fn sources_behind_functions_that_return_what_they_get() {
    for (seed, text) in sample() {
        let (Some(before), Some(after)) = (whole(&text), whole(&sources_wrapped(&text))) else {
            continue;
        };
        let verdict = judge(&before, &after);
        let program = program(seed);
        let explained = verdict.extra.is_empty() || program.compares();
        assert!(
            verdict.missed.is_empty() && explained,
            "seed {seed}: {verdict:?}\n{text}"
        );
    }
}

#[test]
fn sanitizers_and_checks_only_take_away() {
    for (seed, text) in sample() {
        let Some(before) = whole(&text) else { continue };
        for (change, what) in [
            (sanitized as fn(&str, u32) -> String, "a sanitizer"),
            (checked, "a check"),
        ] {
            let sink = 1 + u32::try_from(seed % 4).unwrap();
            let changed = change(&text, sink);
            let Some(after) = whole(&changed) else {
                continue;
            };
            let expected: BTreeSet<Pair> =
                before.iter().filter(|(_, k)| *k != sink).cloned().collect();
            assert!(
                after == expected,
                "seed {seed}: {what} before sink {sink}: {:?}\n{changed}",
                judge(&expected, &after)
            );
        }
        if let Some(after) = whole(&unsanitized(&text)) {
            let lost = judge(&before, &after).missed;
            assert!(
                lost.is_empty(),
                "seed {seed}: without sanitizers {lost:?} is lost\n{text}"
            );
        }
    }
}

#[test]
fn two_copies_give_twice_the_findings() {
    for (seed, text) in sample().take(100) {
        let second = text
            .replace("main.py", "second.py")
            .replace("helpers.py", "others.py")
            .replace("fn handler(", "fn handler_b(");
        let count = |text: &str, names: &[&str]| {
            let modules = parse(text, 0).unwrap();
            let triggers: Vec<String> = names
                .iter()
                .map(|n| format!("trigger {n} aws.direct stranger"))
                .collect();
            let app = support::app::build(&modules, &triggers).unwrap();
            support::engine::run_with(&modules, &app, &ROWS)
                .1
                .paths
                .len()
        };
        let (once, twice) = (
            count(&text, &["handler"]),
            count(&format!("{text}{second}"), &["handler", "handler_b"]),
        );
        assert_eq!(twice, 2 * once, "seed {seed}\n{text}");
    }
}

#[test]
fn the_same_text_gives_the_same_answer() {
    for (_, text) in sample().take(50) {
        let answer = || {
            let modules = parse(&text, 0).unwrap();
            let app = support::app::build(
                &modules,
                &["trigger handler aws.direct stranger".to_owned()],
            )
            .unwrap();
            format!("{:?}", support::engine::run_with(&modules, &app, &ROWS).1)
        };
        assert_eq!(answer(), answer());
    }
}

#[test]
fn renaming_the_variables_of_cases_changes_nothing() {
    for case in
        support::cases(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"))
    {
        // `%x` by another name of the same length, so that places stay.
        let text: String = case
            .text
            .split('%')
            .enumerate()
            .map(|(at, piece)| {
                if at == 0 {
                    piece.to_owned()
                } else {
                    format!("%{}", flipped(piece))
                }
            })
            .collect();
        let modules = parse(&text, 0).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let analysis = support::engine::analyze(&modules, &text, &case.app);
        let differences = support::compare(&case, &analysis);
        assert!(
            differences.is_empty(),
            "{}\n{}",
            case.name,
            differences.join("\n")
        );
    }
}

/// The first letter of a name in the other case.
fn flipped(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    });
    first.into_iter().chain(chars).collect()
}
