//! Folders, files, links and what git ignores.

use std::path::PathBuf;

use palisade_scan::pipeline::{Request, scan};

use crate::support::{CODE, Folder, HOLE, TEMPLATE, findings, lines, request};

#[test]
fn one_template_brings_the_code_it_names_and_nothing_else() {
    let folder = Folder::with(&[
        ("template.yaml", TEMPLATE),
        ("other.yaml", TEMPLATE),
        ("src/app.py", CODE),
        ("src/tool.py", CODE),
    ]);
    let scan = folder.scan_paths(&["template.yaml"]).unwrap();
    assert_eq!(lines(&scan), [HOLE, "function Run src/app.py handler"]);
    let scan = folder.scan_paths(&["src/tool.py"]).unwrap();
    assert_eq!(
        lines(&scan),
        [
            "finding tool.py:4 sas01-os-command",
            "function handler (tool.py) tool.py handler"
        ]
    );
}

#[test]
fn a_nested_template_beside_the_one_asked_for_is_read() {
    let root = "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ./inner.yaml}\n";
    let folder = Folder::with(&[
        ("root.yaml", root),
        ("inner.yaml", TEMPLATE),
        ("src/app.py", CODE),
    ]);
    let scan = folder.scan_paths(&["root.yaml"]).unwrap();
    assert_eq!(
        lines(&scan),
        [HOLE, "function Inner/Run src/app.py handler"]
    );
}

#[test]
fn the_root_of_several_folders_is_their_common_one() {
    let folder = Folder::with(&[
        ("a/x/app.py", CODE),
        ("a/y/app.py", CODE),
        ("a/z/app.py", CODE),
    ]);
    let scan = folder.scan_paths(&["a/x", "a/y/"]).unwrap();
    assert_eq!(
        findings(&scan),
        [
            "finding x/app.py:4 sas01-os-command",
            "finding y/app.py:4 sas01-os-command"
        ]
    );
}

#[test]
fn a_folder_asked_for_is_read_whatever_its_name() {
    let folder = Folder::with(&[
        ("tests/template.yaml", TEMPLATE),
        ("tests/src/app.py", CODE),
    ]);
    assert_eq!(findings(&folder.scan_paths(&["tests"]).unwrap()), [HOLE]);
    assert!(findings(&folder.scan()).is_empty());
}

#[test]
fn paths_that_do_not_exist_are_errors() {
    let request = Request {
        paths: vec![PathBuf::from("no/such/folder")],
        ..request()
    };
    assert_eq!(
        scan(&request).unwrap_err().to_string(),
        "cannot read `no/such/folder`: no such file or directory"
    );
}

#[test]
fn what_git_ignores_is_left_out() {
    let folder = Folder::with(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "local/\n"),
        ("local/app.py", CODE),
        ("src/app.py", CODE),
    ]);
    assert_eq!(findings(&folder.scan()), [HOLE]);
}

#[cfg(unix)]
#[test]
fn code_behind_links_is_read_once() {
    let code =
        "from shared.shell import run\ndef handler(event, context):\n    run(event['body'])\n";
    let shell = "import os\ndef run(x):\n    os.system(x)\n";
    let folder = Folder::with(&[
        ("template.yaml", TEMPLATE),
        ("src/app.py", code),
        ("lib/shared/shell.py", shell),
    ]);
    std::os::unix::fs::symlink("../lib/shared", folder.path().join("src/shared")).unwrap();
    assert_eq!(
        findings(&folder.scan()),
        ["finding lib/shared/shell.py:3 sas01-os-command"]
    );
}
