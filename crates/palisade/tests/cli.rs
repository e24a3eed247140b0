//! What a user of the command could notice: exit statuses, errors with help, streams.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use kit::{err, out, palisade};

/// A fresh, empty folder of this test.
fn folder(name: &str) -> PathBuf {
    kit::folder(name, &[])
}

#[test]
fn an_empty_folder_is_no_green_result() {
    let folder = folder("empty");
    let path = folder.to_str().unwrap();
    let output = palisade(&["scan", path]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        out(&output).starts_with("no function found in "),
        "{}",
        out(&output)
    );
    assert_eq!(err(&output), "");
    assert_eq!(
        palisade(&["scan", "--allow-empty", path]).status.code(),
        Some(0)
    );
}

#[test]
fn machine_formats_print_a_whole_document_on_every_status() {
    let folder = folder("machine");
    let path = folder.to_str().unwrap();
    for (format, begins) in [
        ("json", "{\n  \"schema\": \"palisade/1\""),
        ("sarif", "{\n  \"$schema\""),
    ] {
        let output = palisade(&["scan", "--format", format, path]);
        assert_eq!(output.status.code(), Some(3));
        let text = out(&output);
        assert!(text.starts_with(begins) && text.ends_with("}\n"), "{text}");
    }
}

#[test]
fn the_same_day_is_the_same_bytes() {
    let folder = folder("day");
    let path = folder.to_str().unwrap();
    let args = ["scan", "--format", "json", "--as-of", "2026-10-01", path];
    assert_eq!(out(&palisade(&args)), out(&palisade(&args)));
}

#[test]
fn wrong_use_is_told_with_help() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["scan", "--only", "sas99"],
            "error: `--only sas99` names no rule or risk\n  help: risks are sas1 to sas12; `palisade rules` lists the rules\n",
        ),
        (
            &["scan", "--format", "pdf"],
            "error: `--format pdf` is no format\n  help: formats are text, json, sarif\n",
        ),
        (
            &["scan", "--as-of", "yesterday"],
            "error: `--as-of yesterday` is no day\n  help: write it as 2026-10-01\n",
        ),
        (
            &["scan", "--fail-on", "bad"],
            "error: `--fail-on bad` is no severity\n  help: severities are critical, high, medium, low, note\n",
        ),
        (
            &["scan", "--parameter", "Stage"],
            "error: `--parameter Stage` gives no value\n  help: write `--parameter NAME=VALUE`\n",
        ),
        (
            &["scan", "--color", "blue"],
            "error: `--color blue` is no answer\n  help: answers are auto, always, never\n",
        ),
        (
            &["scan", "no/such/folder"],
            "error: no such file or folder: `no/such/folder`\n",
        ),
        (
            &["scan", "--output", "no/such/report.json"],
            "error: cannot write `no/such/report.json`: no such folder\n",
        ),
        (
            &["rules", "--format", "sarif"],
            "error: `--format sarif` is no format of `rules`\n  help: formats are text, json\n",
        ),
    ];
    for (args, expected) in cases {
        let output = palisade(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(out(&output), "", "{args:?}");
        assert_eq!(err(&output), *expected, "{args:?}");
    }
    let output = palisade(&["scan", "--no-such-option"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).starts_with("error: "));
}

#[test]
fn a_document_goes_to_its_file() {
    let folder = folder("output");
    let file = folder.join("report.sarif");
    let (path, file) = (folder.to_str().unwrap(), file.to_str().unwrap());
    let output = palisade(&["scan", path, "--format", "sarif", "--output", file]);
    assert_eq!(
        (output.status.code(), out(&output)),
        (Some(3), String::new())
    );
    assert!(
        std::fs::read_to_string(file)
            .unwrap()
            .contains("\"version\": \"2.1.0\"")
    );
}

#[test]
fn what_needs_no_scan_is_explained() {
    let output = palisade(&["explain", "ranking"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains("takes control"));
    let folder = folder("explain");
    let output = palisade(&["explain", "rankin", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("`ranking`"), "{}", err(&output));
    let output = palisade(&["rules", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).starts_with('['));
    for words in [["--version"], ["--help"]] {
        assert_eq!(palisade(&words).status.code(), Some(0));
    }
}

#[test]
fn a_closed_pipe_ends_silently() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["explain", "ranking"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), err(&output)),
        (Some(0), String::new())
    );
}

#[test]
fn the_example_needs_no_files() {
    let output = palisade(&["scan", "--example", "--color", "always", "--jobs", "1"]);
    assert!(matches!(output.status.code(), Some(1 | 3)), "{output:?}");
    assert_eq!(err(&output), "");
    assert_eq!(palisade(&["scan", "--example", "."]).status.code(), Some(2));
}
