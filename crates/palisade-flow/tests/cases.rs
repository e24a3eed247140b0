//! The cases in text IR (`tests/cases/*.ir`, form in `tests/README.md`) against what the engine says of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests"
)]

mod support;

use std::path::Path;

use support::{Case, compare};

fn all() -> Vec<Case> {
    support::cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"))
}

#[test]
fn every_case_gives_what_it_expects() {
    let mut failures = Vec::new();
    for case in all() {
        let analysis = support::engine::analyze(&case.modules, &case.text, &case.app);
        let differences = compare(&case, &analysis);
        if !differences.is_empty() {
            failures.push(format!("{}\n  {}", case.name, differences.join("\n  ")));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases\n{}",
        failures.len(),
        all().len(),
        failures.join("\n")
    );
}

#[test]
fn the_cases_are_all_there() {
    let names: Vec<String> = all().iter().map(|c| c.name.clone()).collect();
    let numbers: Vec<usize> = names
        .iter()
        .map(|n| n.split('-').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers, (1..=41).collect::<Vec<_>>());
}

#[test]
fn sinks_stand_on_the_lines_expected() {
    for case in all() {
        let lines: Vec<&str> = case.text.lines().collect();
        for expected in &case.expected {
            if let support::Expected::Finding(finding) = expected {
                let line = lines[finding.line as usize - 1];
                assert!(
                    line.contains("call "),
                    "{}: line {} is `{line}`",
                    case.name,
                    finding.line
                );
            }
        }
    }
}

#[test]
fn applications_are_as_declared() {
    let text = "# expect: silent\n# app: table Orders named orders nobody\n# app: stream Orders -> fn b\n# app: role a denies dynamodb:PutItem on Orders\n# app: env a TABLE = $Orders\nfn a(event) entry http\n  return 1\nfn b(event) entry table\n  return 2\n";
    let case = support::case("declared", text);
    let app = &case.app;
    let labels: Vec<String> = app
        .triggers
        .iter()
        .map(|t| {
            format!(
                "{} {} {:?}",
                t.key.address,
                t.event,
                t.source.map(|s| app.label(s))
            )
        })
        .collect();
    assert_eq!(
        labels,
        [
            "b#Event0 aws.dynamodb-stream Some(\"Orders\")",
            "a#Event0 aws.apigateway-http None"
        ]
    );
    assert_eq!(
        app.roles.iter().map(|r| r.grants.len()).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(app.resources.len(), 1);
    assert!(
        app.functions.iter().next().unwrap().env[0]
            .1
            .known()
            .unwrap()
            .symbol()
            .is_some()
    );
}
