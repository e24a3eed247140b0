//! Runs the projects written in Markdown under `cases`: what each expects is what a scan prints by default.
//!
//! The form is told in `cases/README.md`. Every case is scanned from memory, printed as SARIF and judged as a reader of
//! that file would judge it. `PALISADE_CASE=<slug>` runs one case only and prints what the scan says of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use palisade_model::limits::Limits;
use palisade_report::format::Format;
use palisade_report::options::Options;
use palisade_report::rule_info::RuleInfo;
use palisade_report::sarif::Sarif;
use palisade_report::text::Text;
use palisade_report::view::view;
use palisade_scan::pipeline::{Request, scan_tree};
use palisade_scan::tree::memory::Memory;
use serde_json::Value;

/// The day on which the cases hold.
const AS_OF: &str = "2026-01-01";
/// How far a problem may stand from its line.
const SLACK: u64 = 2;

#[test]
fn code() {
    run("code.md");
}

#[test]
fn templates() {
    run("templates.md");
}

#[test]
fn config() {
    run("config.md");
}

#[test]
fn secrets() {
    run("secrets.md");
}

#[test]
fn doors_and_rights() {
    run("doors-and-rights.md");
}

#[test]
fn crossings() {
    run("crossings.md");
}

#[test]
fn crossings_javascript() {
    run("crossings-javascript.md");
}

#[test]
fn crossings_further() {
    run("crossings-further.md");
}

#[test]
fn crossings_workflows() {
    run("crossings-workflows.md");
}

#[test]
fn senders() {
    run("senders.md");
}

#[test]
fn reach() {
    run("reach.md");
}

#[test]
fn slugs_are_unique() {
    let mut slugs: Vec<String> = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    for file in files.iter().filter(|f| *f != "README.md") {
        slugs.extend(read(file).into_iter().map(|case| case.slug));
    }
    let all = slugs.len();
    slugs.sort();
    slugs.dedup();
    assert_eq!(all, slugs.len(), "two cases share a slug");
}

/// What a function does after thousands of branches one after another is still followed.
#[test]
fn many_branches() {
    let branches: String = (0..5_000)
        .map(|n| format!("    if event['k{n}'] == 'a{n}':\n        y = y + 'b{n}'\n"))
        .collect();
    let text = format!(
        "import os\n\n\ndef handler(event, context):\n    y = ''\n{branches}    os.system('ls ' + event['x'])\n"
    );
    let case = Case {
        slug: "many-branches".to_owned(),
        files: BTreeMap::from([("app.py".to_owned(), text)]),
        expects: vec!["SAS-1 app.py:10006 os-command".to_owned()],
    };
    assert_eq!(judged(&case, &scanned(&case, false)), Vec::<String>::new());
}

/// A project and what is to be said of it.
#[derive(Default)]
struct Case {
    slug: String,
    files: BTreeMap<String, String>,
    expects: Vec<String>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn read(file: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in text.split('\n') {
        if let Some((name, content)) = &mut block {
            if line.starts_with("```") {
                let (name, content) = (std::mem::take(name), std::mem::take(content));
                block = None;
                let case = cases.last_mut().unwrap();
                assert!(
                    case.files.insert(name, content).is_none(),
                    "{}: a file twice",
                    case.slug
                );
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
            cases
                .last_mut()
                .unwrap()
                .expects
                .push(expect.trim().to_owned());
        }
    }
    assert!(block.is_none(), "{file}: a block is not closed");
    cases
}

fn run(file: &str) {
    let only = std::env::var("PALISADE_CASE").ok();
    let mut wrong = Vec::new();
    for case in read(file) {
        if only.as_ref().is_some_and(|only| *only != case.slug) {
            continue;
        }
        assert!(
            !case.files.is_empty() && !case.expects.is_empty(),
            "{}: nothing to judge",
            case.slug
        );
        let why = match catch_unwind(AssertUnwindSafe(|| scanned(&case, only.is_some()))) {
            Ok(document) => judged(&case, &document),
            Err(_) => vec!["the scan panicked".to_owned()],
        };
        if !why.is_empty() {
            wrong.push(format!("{}: {}", case.slug, why.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{file}\n  {}\n", wrong.join("\n  "));
}

/// The SARIF document of a case.
fn scanned(case: &Case, print: bool) -> Value {
    let tree = Memory::of(
        case.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_bytes())),
    );
    let request = Request {
        as_of: AS_OF.to_owned(),
        jobs: 1,
        ..Request::default()
    };
    let scan = scan_tree(&request, &tree, &Limits::default(), &|| 0).unwrap();
    let rules: Vec<RuleInfo> = palisade_rules::catalog::all()
        .iter()
        .map(|rule| RuleInfo {
            id: rule.id,
            title: rule.title,
            sas: rule.sas,
            cwe: rule.cwe,
            consequence: rule.consequence,
            doc: rule.doc,
        })
        .collect();
    let options = Options::default();
    let view = view(&scan.outcome, &scan.sources, &rules, &options);
    if print {
        println!(
            "{}",
            Text.write(
                &view,
                &Options {
                    full: true,
                    ..Options::default()
                }
            )
        );
    }
    serde_json::from_str(&Sarif.write(&view, &options)).unwrap()
}

/// A result as it is judged.
struct Found {
    rule: String,
    sas: Vec<String>,
    severity: String,
    reach: String,
    places: Vec<(String, u64, u64)>,
}

impl Found {
    /// Whether it counts where nothing is to be shown.
    fn is_shown(&self) -> bool {
        matches!(self.severity.as_str(), "critical" | "high" | "medium")
    }

    fn is_at(&self, file: &str, line: u64) -> bool {
        self.places
            .iter()
            .any(|(f, first, last)| f == file && (*first..=*last).contains(&line))
    }

    fn words(&self) -> String {
        let place = self
            .places
            .first()
            .map(|(f, l, _)| format!("{f}:{l}"))
            .unwrap_or_default();
        format!("{} at {place} ({})", self.rule, self.severity)
    }
}

fn places(result: &Value) -> Vec<(String, u64, u64)> {
    let list = |key: &str| result[key].as_array().cloned().unwrap_or_default();
    let mut locations: Vec<Value> = list("locations").into_iter().take(1).collect();
    if result["properties"]["aggregate"] == true {
        locations.extend(list("relatedLocations"));
    }
    let place = |location: &Value| {
        let place = &location["physicalLocation"];
        let first = place["region"]["startLine"].as_u64().unwrap_or(1);
        let file = place["artifactLocation"]["uri"]
            .as_str()
            .unwrap_or_default();
        (
            // The braces of a placeholder are escaped in addresses.
            file.replace("%7B", "{").replace("%7D", "}"),
            first,
            place["region"]["endLine"].as_u64().unwrap_or(first),
        )
    };
    locations.iter().map(place).collect()
}

/// Why a case does not hold; empty where it does.
fn judged(case: &Case, document: &Value) -> Vec<String> {
    let run = &document["runs"][0];
    let results = run["results"].as_array().cloned().unwrap_or_default();
    let found: Vec<Found> = results
        .iter()
        .filter(|result| result["suppressions"].as_array().is_none_or(Vec::is_empty))
        .map(|result| Found {
            rule: result["ruleId"].as_str().unwrap_or("?").to_owned(),
            sas: result["properties"]["sas"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|s| Some(s.as_str()?.to_owned()))
                .collect(),
            severity: result["properties"]["severity"]
                .as_str()
                .unwrap_or("medium")
                .to_owned(),
            reach: result["properties"]["reach"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            places: places(result),
        })
        .collect();
    let said: Vec<(String, u64, u64)> = run["invocations"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|i| {
            i["toolExecutionNotifications"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .flat_map(|n| places(&n))
        .collect();
    let mut why = Vec::new();
    let mut named: Vec<(String, u64)> = Vec::new();
    let mut exact: BTreeSet<String> = BTreeSet::new();
    let unwanted = |f: &Found| format!("unwanted {}", f.words());
    for expect in &case.expects {
        let plain = without_quotes(expect);
        let words: Vec<&str> = plain.split_whitespace().collect();
        match words.as_slice() {
            ["none"] => why.extend(found.iter().filter(|f| f.is_shown()).map(unwanted)),
            ["none", sas] if is_risk(sas) => {
                why.extend(
                    found
                        .iter()
                        .filter(|f| f.severity != "note" && f.sas.iter().any(|s| s == sas))
                        .map(unwanted),
                );
            }
            ["none", spot, kind @ ..] => {
                let (file, line) = spot_of(spot);
                let kind = kind.first().copied().unwrap_or_default();
                let here = |f: &&Found| {
                    f.severity != "note"
                        && f.rule.contains(kind)
                        && f.places
                            .iter()
                            .any(|(g, first, _)| *g == file && *first == line)
                };
                why.extend(found.iter().filter(here).map(unwanted));
                named.push((file, line));
            }
            ["problem", spot, ..] => {
                let (file, line) = spot_of(spot);
                if !said.iter().any(|(f, first, last)| {
                    *f == file && first.saturating_sub(SLACK) <= line && line <= last + SLACK
                }) {
                    why.push(format!("no problem at {spot}"));
                }
            }
            ["reach", spot, level @ ..] => {
                let (file, line) = spot_of(spot);
                let level = level.join(" ");
                let here: Vec<&str> = found
                    .iter()
                    .filter(|f| f.is_at(&file, line))
                    .map(|f| f.reach.as_str())
                    .collect();
                if !here.contains(&level.as_str()) {
                    why.push(format!("{spot} is reached by {here:?}, not by {level}"));
                }
            }
            ["no-crash"] => {
                if !matches!(run["invocations"][0]["exitCode"].as_u64(), Some(0 | 1 | 3)) {
                    why.push(format!("exit status {}", run["invocations"][0]["exitCode"]));
                }
            }
            [sas, spot, ..] if is_risk(sas) => {
                exact.insert((*sas).to_owned());
                let (file, line) = spot_of(spot);
                if !found
                    .iter()
                    .any(|f| f.sas.iter().any(|s| s == sas) && f.is_at(&file, line))
                {
                    why.push(format!("missing {sas} at {spot}"));
                }
                named.push((file, line));
            }
            _ => why.push(format!("not understood: {expect}")),
        }
    }
    // Of the risks that a case names it names all findings.
    let elsewhere = |f: &&Found| {
        f.is_shown()
            && f.sas.iter().any(|sas| exact.contains(sas))
            && !named.iter().any(|(file, line)| f.is_at(file, *line))
    };
    let extra = found.iter().filter(elsewhere);
    why.extend(extra.map(|f| format!("extra {}", f.words())));
    why
}

fn without_quotes(text: &str) -> String {
    text.split('"').step_by(2).collect()
}

fn is_risk(word: &str) -> bool {
    word.strip_prefix("SAS-")
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn spot_of(spot: &str) -> (String, u64) {
    let (file, line) = spot.rsplit_once(':').unwrap_or((spot, "0"));
    (file.to_owned(), line.parse().unwrap_or(0))
}
