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
    let (mut total, mut extra, mut missed, mut cuts) = (0, 0, Vec::new(), 0);
    for seed in seeds() {
        let text = text::text(&program(seed));
        let (reported, cut) = reported(&text);
        let verdict = judge(&recorded[&seed].pairs, &reported);
        total += reported.len();
        extra += verdict.extra.len();
        if cut {
            cuts += 1;
        } else if !verdict.missed.is_empty() {
            missed.push((text.len(), seed, verdict.missed));
        }
    }
    println!(
        "{total} pairs reported, {extra} of them never happen, {cuts} programs with more ways than are kept"
    );
    missed.sort();
    for (_, seed, pairs) in missed.iter().take(std::env::var("PALISADE_MISSES").ok().and_then(|n| n.parse().ok()).unwrap_or(2)) {
        println!(
            "seed {seed} misses {pairs:?}\n{}",
            text::text(&program(*seed))
        );
    }
    assert!(missed.is_empty(), "{} programs with misses", missed.len());
    assert!(
        extra * 20 <= total,
        "{extra} of {total} reported pairs never happen"
    );
}
