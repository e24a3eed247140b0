//! The oracle: generated programs, run by real interpreters, against what the engine reports of them.
//!
//! A program is printed as Python, JavaScript and text IR. Every leaf of the event carries its own marker; running the
//! program with every vector of choices tells which leaves reach which sinks. `observed.txt` holds those pairs for 2,000
//! seeds, so that tests run where an interpreter is missing. `PALISADE_ORACLE=5000 cargo test … interpreters` runs more
//! seeds; `PALISADE_RECORD=1 cargo test … record` writes the file anew after the generator changed.
//! `PALISADE_SHOW=5` shows as many disagreements of each kind, without the statements that do not matter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests"
)]

mod compare;
mod engine;
mod explain;
mod generator;
mod javascript;
mod python;
mod run;
mod syntax;
mod text;

use std::collections::BTreeSet;

use compare::{Observed, Pair, judge, leaves_of, recorded};
use run::{Language, observe};

/// A generated program in its three forms.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// What it was made from.
    pub(crate) seed: u64,
    /// Its abstract syntax.
    pub(crate) syntax: syntax::Syntax,
    /// Path and text of each file.
    pub(crate) python: Vec<(String, String)>,
    /// Path and text of each file.
    pub(crate) javascript: Vec<(String, String)>,
    /// One text with `file` headers.
    pub(crate) text: String,
}

impl Program {
    pub(crate) fn of(syntax: syntax::Syntax) -> Self {
        Self {
            seed: syntax.seed,
            python: python::files(&syntax),
            javascript: javascript::files(&syntax),
            text: text::text(&syntax),
            syntax,
        }
    }

    /// A number that changes when what the interpreters run does.
    pub(crate) fn fingerprint(&self) -> u32 {
        let files = self.python.iter().chain(&self.javascript);
        files
            .flat_map(|(path, text)| path.bytes().chain(text.bytes()))
            .fold(0x811c_9dc5, |hash, byte| {
                (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            })
    }
}

/// The programs of seeds.
pub(crate) fn programs(seeds: impl IntoIterator<Item = u64>) -> Vec<Program> {
    seeds
        .into_iter()
        .map(|seed| Program::of(generator::generate(seed)))
        .collect()
}

/// The smallest program found by deleting statements that still fails the test.
pub(crate) fn minimize(program: &Program, fails: impl Fn(&Program) -> bool) -> Program {
    let mut best = program.clone();
    let mut at = best.syntax.size();
    while at > 0 {
        at -= 1;
        let smaller = Program::of(best.syntax.without(at));
        if fails(&smaller) {
            best = smaller;
            at = at.min(best.syntax.size());
        }
    }
    best
}

const SEEDS: u64 = 2000;

#[test]
fn programs_are_those_that_were_recorded() {
    let recorded = recorded();
    assert_eq!(
        recorded.len() as u64,
        SEEDS,
        "`PALISADE_RECORD=1 cargo test … record` writes observed.txt"
    );
    for program in programs(0..SEEDS) {
        let Observed { fingerprint, .. } = &recorded[&program.seed];
        assert_eq!(
            *fingerprint,
            program.fingerprint(),
            "seed {}: the generator changed; record anew",
            program.seed
        );
    }
}

#[test]
fn texts_read() {
    for program in programs(0..SEEDS) {
        if let Err(error) = palisade_flow::ir::text::parse(&program.text, 0) {
            panic!("seed {}: {error}\n{}", program.seed, program.text);
        }
    }
}

#[test]
fn interpreters_agree_with_each_other_and_with_the_record() {
    let seeds: u64 = std::env::var("PALISADE_ORACLE")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(50);
    let all = programs(0..seeds);
    let recorded = recorded();
    for language in [Language::Python, Language::JavaScript] {
        let Some(found) = observe(&all, language) else {
            println!("no interpreter of {language:?}: skipped");
            continue;
        };
        for (program, pairs) in all.iter().zip(found) {
            if let Some(old) = recorded.get(&program.seed) {
                assert_eq!(pairs, old.pairs, "seed {} in {language:?}", program.seed);
            }
        }
    }
}

#[test]
fn programs_are_worth_running() {
    let recorded = recorded();
    let pairs: usize = recorded.values().map(|o| o.pairs.len()).sum();
    let silent = recorded.values().filter(|o| o.pairs.is_empty()).count();
    let sinks: u32 = programs(0..SEEDS)
        .iter()
        .map(|p| {
            (1..=generator::SINKS)
                .map(|k| u32::from(p.text.contains(&format!("sink_{k}("))))
                .sum::<u32>()
        })
        .sum();
    println!(
        "{pairs} pairs of {} possible, {silent} of {SEEDS} programs silent",
        sinks as usize * generator::LEAVES.len()
    );
    assert!(silent < 100 && pairs > 8000);
}

fn check(language: Language) {
    let (engine, recorded) = (engine::Engine::new(), recorded());
    let (mut total, mut extra, mut missed) = (0, Vec::new(), Vec::new());
    for program in programs(0..SEEDS) {
        let report = engine.report(language.files(&program), language).unwrap();
        let verdict = judge(&recorded[&program.seed].pairs, &report.pairs);
        total += report.pairs.len();
        extra.extend(verdict.extra.into_iter().map(|pair| (program.seed, pair)));
        missed.extend(verdict.missed.into_iter().map(|pair| (program.seed, pair)));
    }
    println!(
        "{language:?}: {total} pairs reported, {} of them never happen",
        extra.len()
    );
    let shown: usize = std::env::var("PALISADE_SHOW")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let show = |(seed, pair): &(u64, Pair), miss: bool| {
        let program = explain::smallest(&engine, &programs([*seed])[0], language, pair, miss);
        println!(
            "seed {seed}: {pair:?} {}",
            if miss { "missed" } else { "too many" }
        );
        for (path, text) in language.files(&program) {
            println!("--- {path}\n{text}");
        }
    };
    let first = |pairs: &[(u64, Pair)]| {
        let mut pairs = pairs.to_vec();
        pairs.dedup_by_key(|(seed, _)| *seed);
        pairs
    };
    first(&missed)
        .iter()
        .take(shown)
        .for_each(|m| show(m, true));
    first(&extra)
        .iter()
        .take(shown)
        .for_each(|e| show(e, false));
    let missing: BTreeSet<u64> = missed.iter().map(|(seed, _)| *seed).collect();
    assert!(missing.is_empty(), "programs with misses: {missing:?}");
    assert!(
        extra.len() * 20 <= total,
        "{} of {total} reported pairs never happen",
        extra.len()
    );
}

#[test]
fn reports_of_python_hold_what_happens() {
    check(Language::Python);
}

#[test]
fn reports_of_javascript_hold_what_happens() {
    check(Language::JavaScript);
}

#[test]
fn inputs_stand_for_leaves() {
    assert_eq!(leaves_of("event.a"), ["a.x", "a.y"]);
    assert_eq!(leaves_of("event.l"), ["l[].n"]);
    assert_eq!(leaves_of("event.l[].n"), ["l[].n"]);
    assert_eq!(leaves_of("event.c"), ["c"]);
    assert_eq!(leaves_of("event").len(), generator::LEAVES.len());
}

#[test]
fn smaller_programs_still_fail() {
    let program = &programs([3])[0];
    let small = minimize(program, |p| p.text.contains("sink_1("));
    assert!(small.text.contains("sink_1(") && small.syntax.size() < program.syntax.size());
}

/// Writes `observed.txt`.
#[test]
fn record() {
    // Runs both interpreters over every program: minutes, and it rewrites the record.
    if std::env::var_os("PALISADE_RECORD").is_none() {
        return;
    }
    let all = programs(0..SEEDS);
    let python = observe(&all, Language::Python).expect("python3");
    let javascript = observe(&all, Language::JavaScript).expect("node");
    for ((program, a), b) in all.iter().zip(&python).zip(&javascript) {
        assert_eq!(
            a, b,
            "seed {}\n{}\n{}",
            program.seed, program.python[0].1, program.javascript[0].1
        );
    }
    run::write(&all, &python);
}

#[test]
fn dbg() {
    let Some(dir) = std::env::var_os("PALISADE_FILES") else {
        return;
    };
    let mut files: Vec<(String, String)> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap())
        .map(|e| {
            (
                e.file_name().into_string().unwrap(),
                std::fs::read_to_string(e.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files.reverse();
    let language = if files[0].0.ends_with(".js") {
        Language::JavaScript
    } else {
        Language::Python
    };
    let source = if language == Language::Python {
        palisade_flow::ir::Language::Python
    } else {
        palisade_flow::ir::Language::JavaScript
    };
    files.sort_by_key(|(p, _)| !p.starts_with("main"));
    let frontend = palisade_lang::catalog::ALL
        .iter()
        .find(|f| f.language() == source)
        .unwrap();
    for (path, text) in &files {
        let module = frontend.lower(
            palisade_model::source::FileId(0),
            path,
            text,
            &palisade_model::limits::Limits::default(),
        );
        println!("{}", palisade_flow::ir::text::print(&module));
    }
    println!("{:?}", engine::Engine::new().report(&files, language));
}
