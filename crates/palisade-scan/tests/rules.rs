//! Runs the cases that stand beside each rule: what each expects is what a scan finds in it.
//!
//! A case is a heading, the files of a project in fenced blocks, and `expect:` lines: `SAS-1 file:line kind "why"` is a
//! finding of this very rule at this line, `none SAS-1` is none of this rule's kind of finding: for injection none of the
//! risk, else none of the rule. Notes count too, so that rules that show
//! little by default are judged as well. `PALISADE_CASE=<rule>/<slug>` runs one case only and prints what is found.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use palisade_model::finding::Finding;
use palisade_model::limits::Limits;
use palisade_rules::{catalog, sas01_injection};
use palisade_scan::pipeline::{Request, Scan, fix_tree, scan_tree};
use palisade_scan::repair::Fix;
use palisade_scan::tree::memory::Memory;

/// A project and what is found in it.
#[derive(Default)]
struct Case {
    slug: String,
    files: BTreeMap<String, String>,
    expects: Vec<String>,
}

/// Every rule with its risks and cases.
fn rules() -> impl Iterator<Item = (&'static str, &'static [u8], &'static str)> {
    catalog::all()
        .iter()
        .map(|meta| (meta.id, meta.sas, catalog::cases(meta.id).unwrap()))
}

#[test]
fn every_case_beside_a_rule_holds() {
    let only = std::env::var("PALISADE_CASE").ok();
    let mut wrong = Vec::new();
    for (id, sas, cases) in rules() {
        for case in read(cases) {
            let name = format!("{id}/{}", case.slug);
            if only.as_ref().is_some_and(|only| *only != name) {
                continue;
            }
            let found = scanned(&case);
            if only.is_some() {
                println!("{found:#?}");
            }
            let why = judged(id, sas, &case, &found);
            if !why.is_empty() {
                wrong.push(format!("{name}: {}", why.join("; ")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}

#[test]
fn every_rule_has_a_pair_that_shows_it() {
    for (id, _, cases) in rules() {
        let cases = read(cases);
        let slugs: Vec<&str> = cases.iter().map(|case| case.slug.as_str()).collect();
        assert_eq!(
            slugs.get(..2),
            Some(&["vulnerable", "fixed"][..]),
            "{id}: its first pair is printed on its page"
        );
        let mut unique = slugs.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), slugs.len(), "{id}: a slug twice");
        for case in &cases {
            assert!(
                !case.files.is_empty() && !case.expects.is_empty(),
                "{id}/{}: nothing to judge",
                case.slug
            );
        }
    }
}

#[test]
fn cases_stand_beside_their_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../palisade-rules/src");
    let folders = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.into_iter().filter(|path| path.is_dir())
    };
    let beside = folders(&folder)
        .flat_map(|risk| folders(&risk))
        .filter(|rule| rule.join("cases.md").exists())
        .count();
    assert_eq!(beside, catalog::all().len());
}

/// The rules whose findings repair themselves, as far as their cases show.
const REPAIRED: [&str; 9] = [
    "sas03-access-block-off",
    "sas03-key-rotation",
    "sas03-mutable-image",
    "sas04-excess",
    "sas04-missing-permission",
    "sas04-unknown-action",
    "sas04-wildcard",
    "sas05-data-trace",
    "sas05-tracing-off",
];

/// Rules that tell what is left over.
const LEFT_OVER: [&str; 2] = ["sas11-unconnected ", "sas11-unused "];

#[test]
fn a_repair_closes_its_finding_and_brings_no_other() {
    let only = std::env::var("PALISADE_CASE").ok();
    let (mut wrong, mut repaired) = (Vec::new(), BTreeSet::new());
    for (id, _, cases) in rules() {
        for case in read(cases) {
            let name = format!("{id}/{}", case.slug);
            if only.as_ref().is_some_and(|only| *only != name) {
                continue;
            }
            let (scan, fix) = fixed(&case);
            if only.is_some() {
                println!("{}{:#?}", fix.plan.diff(), fix.refused);
            }
            if fix.plan.is_empty() {
                continue;
            }
            let (before, closed) = (keys(&scan), all_keys(&scan));
            let closed = fix.changed.iter().map(|number| closed[*number].clone());
            repaired.extend(fix.changed.iter().map(|n| scan.outcome.findings[*n].0.rule));
            let mut after = case;
            for file in &fix.plan.files {
                let old = after
                    .files
                    .insert(file.path().to_owned(), file.after().to_owned());
                assert!(old.is_some(), "{name}: {} is new", file.path());
            }
            let (scan, again) = fixed(&after);
            let left = keys(&scan);
            for key in closed.filter(|key| left.contains(key)) {
                wrong.push(format!("{name}: still there: {key}"));
            }
            // What nothing but a right that is gone named is left over now.
            let new = left.difference(&before);
            for key in new.filter(|key| !LEFT_OVER.iter().any(|rule| key.starts_with(rule))) {
                wrong.push(format!("{name}: new: {key}"));
            }
            if !again.plan.is_empty() {
                wrong.push(format!("{name}: a second run\n{}", again.plan.diff()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
    if only.is_none() {
        assert_eq!(repaired.into_iter().collect::<Vec<_>>(), REPAIRED);
    }
}

/// A scan of a case, and the repairs of all that is found in it.
fn fixed(case: &Case) -> (Scan, Fix) {
    let files = case.files.iter();
    let tree = Memory::of(files.map(|(path, text)| (path.as_str(), text.as_bytes())));
    fix_tree(&request(), &tree, &Limits::default(), &|_| true).unwrap()
}

/// Findings without their places, which repairs move.
fn all_keys(scan: &Scan) -> Vec<String> {
    let findings = scan.outcome.findings.iter();
    findings
        .map(|(f, _)| format!("{} {:?} {}", f.rule, f.function, f.deed))
        .collect()
}

fn keys(scan: &Scan) -> BTreeSet<String> {
    all_keys(scan).into_iter().collect()
}

fn request() -> Request {
    Request {
        as_of: "2026-01-01".to_owned(),
        jobs: 1,
        ..Request::default()
    }
}

fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        if let Some((name, content)) = &mut block {
            if line.starts_with("```") {
                let case = cases.last_mut().unwrap();
                case.files
                    .insert(std::mem::take(name), std::mem::take(content));
                block = None;
            } else {
                content.push_str(line);
                content.push('\n');
            }
        } else if let Some(slug) = line.strip_prefix("## ") {
            cases.push(Case {
                slug: slug.trim().to_owned(),
                ..Case::default()
            });
        } else if let Some(name) = line.strip_prefix("```") {
            block = Some((name.trim().to_owned(), String::new()));
        } else if let Some(expect) = line.strip_prefix("expect:") {
            let case = cases.last_mut().unwrap();
            case.expects.push(expect.trim().to_owned());
        }
    }
    assert!(block.is_none(), "a block is not closed");
    cases
}

/// What is found in a case, whatever its severity: the rule, the risks and the place.
fn scanned(case: &Case) -> Vec<(&'static str, &'static [u8], String)> {
    let files = case.files.iter();
    let tree = Memory::of(files.map(|(path, text)| (path.as_str(), text.as_bytes())));
    let scan = scan_tree(&request(), &tree, &Limits::default(), &|| 0).unwrap();
    let place = |finding: &Finding| {
        let path = scan.sources.path(finding.place.file);
        let line = scan.sources.line(finding.place.file, finding.place.start);
        format!("{path}:{line}")
    };
    let findings = scan.outcome.findings.iter();
    findings.map(|(f, _)| (f.rule, f.sas, place(f))).collect()
}

/// Why a case does not hold; empty where it does.
fn judged(rule: &str, sas: &[u8], case: &Case, found: &[(&str, &[u8], String)]) -> Vec<String> {
    let mut why = Vec::new();
    let mut named = Vec::new();
    let risks: Vec<String> = sas.iter().map(|n| format!("SAS-{n}")).collect();
    for expect in &case.expects {
        let words: Vec<&str> = expect
            .split('"')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        match words.as_slice() {
            ["none", risk] if risks.iter().any(|r| r == risk) => {}
            [risk, place, kind] if risks.iter().any(|r| r == risk) => {
                if !rule.ends_with(&format!("-{kind}")) {
                    why.push(format!("{kind} is not the kind of this rule"));
                }
                if !found.iter().any(|(id, _, at)| *id == rule && at == place) {
                    why.push(format!("missing at {place}"));
                }
                named.push((*place).to_owned());
            }
            _ => why.push(format!("not understood: {expect}")),
        }
    }
    // Injections exclude each other: one place does one harm. Other rules are judged alone.
    let injection = sas01_injection::cases(rule).is_some();
    let elsewhere = found.iter().filter(|(id, sas, at)| {
        let counts = if injection {
            sas.contains(&1)
        } else {
            *id == rule
        };
        counts && !named.contains(at)
    });
    why.extend(elsewhere.map(|(rule, _, at)| format!("unwanted {rule} at {at}")));
    why
}
