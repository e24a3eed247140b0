//! The example carries one finding, and its repaired twin none.

use palisade_report::options::Options;
use palisade_report::view::view;
use palisade_scan::pipeline::{Request, example, scan};

use crate::support::{lines, problems, request};

fn folder(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name)
}

fn of(name: &str) -> palisade_scan::pipeline::Scan {
    scan(&Request {
        paths: vec![folder(name)],
        ..request()
    })
    .unwrap()
}

#[test]
fn the_example_is_the_same_from_disk_and_from_memory() {
    let wanted = [
        "finding src/app.py:27 sas01-os-command",
        "function ConvertFunction src/app.py handler",
    ];
    assert_eq!(lines(&of("cv-filter")), wanted);
    assert_eq!(lines(&example(&request())), wanted);
}

#[test]
fn the_example_names_who_and_which_role() {
    let scan = of("cv-filter");
    let function = scan.outcome.functions.first().unwrap();
    assert_eq!(function.triggers, ["topic CvReceived, anyone"]);
    assert_eq!(function.role.as_deref(), Some("ConvertFunctionRole"));
}

#[test]
fn the_repaired_twin_is_clean() {
    let scan = of("cv-filter-fixed");
    let options = Options::default();
    let view = view(&scan.outcome, &scan.sources, &[], &options);
    let shown = view.listed().count() + view.aggregates.len();
    assert!(
        shown == 0 && problems(&scan).is_empty(),
        "{:?}",
        scan.outcome.findings
    );
}

#[test]
fn threads_change_nothing() {
    let with = |jobs: usize| {
        let scan = scan(&Request {
            paths: vec![folder(".")],
            jobs,
            ..request()
        });
        format!("{:?}", scan.unwrap().outcome)
    };
    assert_eq!(with(1), with(4));
}
