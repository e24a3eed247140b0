//! Runs the projects written in Markdown under `roles`: what each function's code needs to be allowed.
//!
//! A heading begins a case, fenced blocks are its files, and lines begin with one of
//! `need <action> on <resource>, <resource>` (without `on`, on anything) · `optional <action>` · `platform <action> on <resource>` · `none` (no needs) ·
//! `incomplete "<words>"` · `unresolved "<words>"` · `condition <action> <key> <value>` · `excess <action>` ·
//! `missing <action>` · `invalid <action>` · `unreached "<words>"` · `finding <rule> at <file>:<line>` (of a scan).
//! A block `fixed:<file>` is that file after the roles were written back.
//! `[Function]` behind the first word names the function; it may be left out where there is one. Needs must be exactly
//! those that are told. `PALISADE_CASE=<slug>` runs one case and prints what is said of it.

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

use palisade_model::limits::Limits;
use palisade_model::need::{FunctionRole, Need};
use palisade_report::roles::spell::spelled;
use palisade_scan::pipeline::{Request, scan_tree};
use palisade_scan::repair;
use palisade_scan::roles::{self, roles_of_tree};
use palisade_scan::tree::memory::Memory;

#[test]
fn python() {
    run("python.md");
}

#[test]
fn javascript() {
    run("javascript.md");
}

#[test]
fn templates() {
    run("templates.md");
}

/// Before the name of a file as it is after the roles were written back.
const FIXED: &str = "fixed:";

#[derive(Default)]
struct Case {
    slug: String,
    files: BTreeMap<String, String>,
    expects: Vec<String>,
}

fn read(file: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roles");
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in text.split('\n') {
        if let Some((name, content)) = &mut block {
            if line.starts_with("```") {
                let (name, content) = (std::mem::take(name), std::mem::take(content));
                block = None;
                cases.last_mut().unwrap().files.insert(name, content);
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
            let expects = &mut cases.last_mut().unwrap().expects;
            expects.push(expect.trim().to_owned());
        }
    }
    assert!(block.is_none(), "{file}: a block is not closed");
    cases
}

/// An action with its resources.
type Listed<'a> = (&'a String, &'a BTreeSet<String>);

fn run(file: &str) {
    let only = std::env::var("PALISADE_CASE").ok();
    let mut wrong = Vec::new();
    for case in read(file) {
        if only.as_ref().is_some_and(|only| *only != case.slug) {
            continue;
        }
        assert!(!case.expects.is_empty(), "{}: nothing to judge", case.slug);
        let found = functions(&case);
        if only.is_some() {
            for role in &found {
                println!("{} {:#?}", role.function, role.needs);
            }
        }
        let mut why = judged(&case, &found);
        why.extend(not_found(&case));
        why.extend(not_fixed(&case));
        if !why.is_empty() {
            wrong.push(format!("{}: {}", case.slug, why.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{file}\n  {}\n", wrong.join("\n  "));
}

fn request() -> Request {
    Request {
        as_of: "2026-01-01".to_owned(),
        jobs: 1,
        ..Request::default()
    }
}

/// The files as they are before anything is written back.
fn tree(case: &Case) -> Memory {
    let files = case.files.iter();
    let files = files.filter(|(path, _)| !path.starts_with(FIXED));
    Memory::of(files.map(|(path, text)| (path.as_str(), text.as_str())))
}

fn functions(case: &Case) -> Vec<FunctionRole> {
    let (roles, _) = roles_of_tree(&request(), &tree(case), &Limits::default()).unwrap();
    roles.functions
}

/// `finding <rule> at <file>:<line>`: findings that a scan lacks.
fn not_found(case: &Case) -> Vec<String> {
    let wanted = case.expects.iter();
    let wanted: Vec<&str> = wanted.filter_map(|e| e.strip_prefix("finding ")).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let scan = scan_tree(&request(), &tree(case), &Limits::default(), &|| 0).unwrap();
    let findings = scan.outcome.findings.iter();
    let told: BTreeSet<String> = findings
        .map(|(finding, _)| {
            let (path, text) = (
                scan.sources.path(finding.place.file),
                scan.sources.text(finding.place.file),
            );
            let before = &text[..finding.place.start as usize];
            format!(
                "{} at {path}:{}",
                finding.rule,
                before.matches('\n').count() + 1
            )
        })
        .collect();
    let missing = wanted.into_iter().filter(|wanted| !told.contains(*wanted));
    missing
        .map(|wanted| format!("no finding {wanted} among {told:?}"))
        .collect()
}

/// Blocks `fixed:<file>` that writing the roles back does not give.
fn not_fixed(case: &Case) -> Vec<String> {
    let files = case.files.iter();
    let wanted: Vec<(&str, &String)> = files
        .filter_map(|(path, text)| Some((path.strip_prefix(FIXED)?, text)))
        .collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let name = format!("palisade-roles-{}-{}", case.slug, std::process::id());
    let folder = std::env::temp_dir().join(name);
    for (path, text) in case
        .files
        .iter()
        .filter(|(path, _)| !path.starts_with(FIXED))
    {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let request = Request {
        paths: vec![folder.clone()],
        ..request()
    };
    let mut wrong = Vec::new();
    let (_, _, fix) = roles::fix(&request, &[]).unwrap();
    repair::apply(&fix.plan, &folder).unwrap();
    for (path, text) in wanted {
        let now = std::fs::read_to_string(folder.join(path)).unwrap();
        if now != *text {
            wrong.push(format!("{path} is now\n{now}"));
        }
    }
    let (_, _, again) = roles::fix(&request, &[]).unwrap();
    if !again.plan.is_empty() {
        wrong.push(format!("a second run changes\n{}", again.plan.diff()));
    }
    std::fs::remove_dir_all(&folder).unwrap();
    wrong
}

/// `need [F] action on resources` → the function and the rest.
fn target<'e>(expect: &'e str, found: &[FunctionRole]) -> (String, &'e str) {
    let rest = expect.split_once(' ').map_or("", |(_, rest)| rest).trim();
    match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        Some((name, rest)) => (name.to_owned(), rest.trim()),
        None => {
            let name = found.first().map(|f| f.function.clone());
            (name.unwrap_or_default(), rest)
        }
    }
}

fn table(needs: &[Need]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for need in needs {
        let resources = need.resources.iter().map(spelled);
        all.entry(need.action.clone())
            .or_default()
            .extend(resources);
    }
    all
}

fn judged(case: &Case, found: &[FunctionRole]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expected: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let of_functions = case.expects.iter();
    for expect in of_functions.filter(|e| !e.starts_with("finding ")) {
        let (name, rest) = target(expect, found);
        let Some(role) = found.iter().find(|f| f.function == name) else {
            wrong.push(format!("no function `{name}`"));
            continue;
        };
        let told = expected.entry(name.clone()).or_default();
        let (action, resources) = rest.split_once(" on ").unwrap_or((rest, ""));
        let resources: BTreeSet<String> = resources
            .split(", ")
            .filter(|r| !r.is_empty())
            .map(|r| r.trim().to_owned())
            .collect();
        let words = rest.trim_matches('"');
        match expect.split(' ').next().unwrap_or_default() {
            "need" => {
                told.insert(action.to_owned(), resources);
            }
            "none" => {}
            "optional" if !table(&role.needs.optional).contains_key(action) => {
                wrong.push(format!("{name} has no optional {action}"));
            }
            "optional" => {}
            "platform" => {
                let platform = table(&role.needs.platform);
                if platform.get(action) != Some(&resources) {
                    let have = platform.get(action);
                    wrong.push(format!("{name}: platform {action} on {have:?}"));
                }
            }
            "incomplete" => {
                if !role
                    .needs
                    .incomplete
                    .iter()
                    .any(|(_, why)| why.contains(words))
                {
                    wrong.push(format!("{name}: incomplete {:?}", role.needs.incomplete));
                }
            }
            "unresolved" => {
                if !role
                    .needs
                    .unresolved
                    .iter()
                    .any(|(_, why)| why.contains(words))
                {
                    wrong.push(format!("{name}: unresolved {:?}", role.needs.unresolved));
                }
            }
            "unreached" => {
                let calls = role.needs.spare.iter();
                let calls: Vec<String> = calls
                    .map(|c| format!("{} in {}", c.actions.join(", "), c.within))
                    .collect();
                if !calls.iter().any(|call| call == words) {
                    wrong.push(format!("{name}: unreached {calls:?}"));
                }
            }
            kind @ ("excess" | "missing" | "invalid") => {
                let all = match kind {
                    "excess" => &role.excess,
                    "missing" => &role.missing,
                    _ => &role.unknown_actions,
                };
                if !all.iter().any(|one| one.action == rest) {
                    wrong.push(format!("{name}: {kind} {all:?}"));
                }
            }
            "condition" => {
                let mut conditions: Vec<String> = Vec::new();
                for need in &role.needs.needs {
                    for (_, key, values) in &need.conditions {
                        let values = values.iter().map(spelled);
                        conditions.extend(values.map(|v| format!("{} {key} {v}", need.action)));
                    }
                }
                if !conditions.iter().any(|c| c == rest) {
                    wrong.push(format!("{name}: conditions {conditions:?}"));
                }
            }
            other => panic!("{}: `{other}` is no expectation", case.slug),
        }
    }
    for (name, told) in expected {
        let role = found.iter().find(|f| f.function == name);
        let have = role.map(|r| table(&r.needs.needs)).unwrap_or_default();
        // Where no resource is told, any will do.
        let same = |(a, b): (Listed<'_>, Listed<'_>)| a.0 == b.0 && (b.1.is_empty() || a.1 == b.1);
        if have.len() != told.len() || !have.iter().zip(&told).all(same) {
            wrong.push(format!("{name} needs {have:?}"));
        }
    }
    wrong
}

/// The index of the numbered cases names cases that are there, each number once.
#[test]
fn the_index_names_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roles");
    let index = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let files = ["python.md", "javascript.md", "templates.md"];
    let slugs: BTreeSet<String> = files
        .iter()
        .flat_map(|file| read(file))
        .map(|c| c.slug)
        .collect();
    let mut numbers: Vec<u32> = Vec::new();
    for row in index.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let range = cells[0].replace('–', "-");
        for part in range.split(',') {
            let mut ends = part.trim().split('-').map(str::parse::<u32>);
            let Some(Ok(first)) = ends.next() else {
                continue;
            };
            let last = ends.next().map_or(first, Result::unwrap);
            numbers.extend(first..=last);
        }
        for named in cells[2].split('`').skip(1).step_by(2) {
            let is_word = !named.starts_with('.') && !cells[0].starts_with('#');
            assert!(!is_word || slugs.contains(named), "no case `{named}`");
        }
    }
    assert_eq!(numbers, (1..=72).collect::<Vec<u32>>());
}
