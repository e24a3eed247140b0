//! Bad input yields problems with file and line, and the rest is scanned.

use crate::support::{CODE, Folder, HOLE, TEMPLATE, findings, lines, memory, problems};

/// Scans bad files beside a good application: its finding stays, and these problems are met.
fn beside<B: AsRef<[u8]>>(bad: &[(&str, B)], wanted: &[&str]) {
    let mut files: Vec<(&str, &[u8])> = vec![
        ("template.yaml", TEMPLATE.as_bytes()),
        ("src/app.py", CODE.as_bytes()),
    ];
    files.extend(bad.iter().map(|(path, bytes)| (*path, bytes.as_ref())));
    let scan = memory(&files).unwrap();
    assert_eq!(findings(&scan), [HOLE], "{:?}", lines(&scan));
    let problems = problems(&scan);
    for wanted in wanted {
        let met = |problem: &&String| {
            problem
                .strip_prefix("problem ")
                .unwrap()
                .starts_with(wanted)
        };
        assert!(
            problems.iter().any(|p| met(&p)),
            "no `{wanted}` in {problems:#?}"
        );
    }
    if wanted.is_empty() {
        assert!(problems.is_empty(), "{problems:#?}");
    }
}

#[test]
fn half_templates() {
    let half = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  A:\n    Type: AWS::S3::Bucket\n  B: [unclosed\n  C:\n    Type: AWS::SQS::Queue\n";
    beside(&[("infra/half.yaml", half)], &["infra/half.yaml:"]);
    let json = "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}, \"B\": ";
    beside(&[("infra/half.json", json)], &["infra/half.json:1 syntax"]);
}

#[test]
fn placeholders_duplicates_and_tabs() {
    let placeholder = "Resources:\n  {{cookiecutter.name}}:\n    Type: AWS::S3::Bucket\n";
    beside(&[("{{cookiecutter.x}}/template.yaml", placeholder)], &[]);
    let twice = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Type: AWS::SQS::Queue\n";
    beside(
        &[("b/template.yaml", twice)],
        &["b/template.yaml:4 duplicate-key"],
    );
    let tabs = "Resources:\n  A:\n\t\tType: AWS::S3::Bucket\n  B:\n    Type: AWS::SQS::Queue\n";
    beside(&[("c/template.yaml", tabs)], &["c/template.yaml:3"]);
}

#[test]
fn alias_bombs_and_deep_nesting() {
    let mut bomb =
        "Resources: &r\n  A: {Type: AWS::S3::Bucket}\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            .to_owned();
    for n in 1..12 {
        let before = vec![format!("*a{}", n - 1); 9].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{before}]\n"));
    }
    beside(&[("bomb.yaml", bomb)], &["bomb.yaml:"]);
    let deep = format!(
        "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    X: {}{}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    beside(&[("deep.yaml", deep)], &["deep.yaml:"]);
    let json = format!(
        "{{\"AWSTemplateFormatVersion\": 1, \"Resources\": {}",
        "{\"a\":".repeat(100_000)
    );
    beside(&[("deep.json", json)], &["deep.json:"]);
    let python = format!("x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    beside(&[("lib/deep.py", python)], &["lib/deep.py:1 limit"]);
    let script = format!(
        "const x = {}1{};\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    beside(&[("lib/deep.js", script)], &["lib/deep.js:1"]);
}

#[test]
fn a_scalar_of_many_megabytes() {
    let large = format!(
        "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Description: {}\n",
        "x".repeat(11 << 20)
    );
    beside(
        &[("large.yaml", large)],
        &["large.yaml limit 11 MB: skipped (limit 10 MB)"],
    );
}

#[test]
fn encodings() {
    beside(
        &[("lib/latin.py", b"# caf\xe9\nx = 1\n".to_vec())],
        &["lib/latin.py:1 unreadable"],
    );
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(TEMPLATE.replace("  Run:", "  Wide:").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let scan = memory(&[
        ("wide/template.yaml", wide.as_slice()),
        ("wide/src/app.py", CODE.as_bytes()),
    ])
    .unwrap();
    assert_eq!(
        findings(&scan),
        ["finding wide/src/app.py:4 sas01-os-command"]
    );
    let (template, code) = (
        TEMPLATE.replace('\n', "\r\n"),
        format!("\u{feff}{}", CODE.replace('\n', "\r\n")),
    );
    let scan = memory(&[("template.yaml", template), ("src/app.py", code)]).unwrap();
    assert_eq!(lines(&scan), [HOLE, "function Run src/app.py handler"]);
    let noise: Vec<u8> = (0..9_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    beside(
        &[("noise.yaml", noise.clone()), ("lib/noise.py", noise)],
        &["lib/noise.py unreadable", "noise.yaml unreadable"],
    );
}

#[test]
fn broken_code_costs_the_statement() {
    let broken = format!("def other(:\n    pass\n\nx = = 1\n{CODE}");
    let scan = memory(&[("template.yaml", TEMPLATE), ("src/app.py", &broken)]).unwrap();
    assert_eq!(
        findings(&scan),
        ["finding src/app.py:8 sas01-os-command"],
        "{:?}",
        lines(&scan)
    );
    assert!(
        problems(&scan)
            .iter()
            .any(|p| p.starts_with("problem src/app.py:1 syntax"))
    );
}

#[test]
fn bundles_are_named_and_not_followed() {
    let bundle = "var a=function(e){return e};".repeat(400_000);
    beside(
        &[("site/app.min.js", &bundle)],
        &["site/app.min.js skipped 10 MB of minified code"],
    );
    let small = format!("{}{}", "var a=1;".repeat(2_000), "\n");
    beside(
        &[("site/small.js", &small)],
        &["site/small.js:1 skipped minified code"],
    );
}

#[test]
fn generated_code_of_many_lines() {
    let lines: String = (0..100_000).map(|n| format!("v{n} = {n}*2\n")).collect();
    let cut = "lib/generated.py:50001 limit the function has more than 200000 steps";
    beside(&[("lib/generated.py", &lines)], &[cut]);
    let larger: String = (0..100_000)
        .map(|n| format!("some_generated_name_{n} = 'a text of {n}'\n"))
        .collect();
    beside(
        &[("lib/generated.py", &larger)],
        &["lib/generated.py limit 4 MB: skipped (limit 2 MB)"],
    );
}

#[test]
fn handlers_that_do_not_exist() {
    let scan = memory(&[("template.yaml", TEMPLATE), ("src/other.py", CODE)]).unwrap();
    let problem = "problem template.yaml:7 handler-not-found handler `app.handler` of Run names no file below src: its code was not read";
    assert_eq!(problems(&scan), [problem]);
    let scan = memory(&[("template.yaml", TEMPLATE), ("src/app.py", "x = 1\n")]).unwrap();
    let problem = "problem template.yaml:7 handler-not-found src/app.py exports no `handler`, the handler of Run: its code was not followed";
    assert_eq!(problems(&scan), [problem]);
    let java = TEMPLATE.replace("python3.13", "java21");
    let scan = memory(&[("template.yaml", java.as_str()), ("src/app.py", CODE)]).unwrap();
    assert!(
        problems(&scan)
            .iter()
            .any(|p| p.starts_with("problem template.yaml:8 unsupported runtime `java21` of Run"))
    );
}

#[test]
fn nothing_at_all() {
    let scan = memory::<&str>(&[]).unwrap();
    assert!(!scan.outcome.understood && lines(&scan).is_empty());
    let scan = memory(&[
        ("readme.md", "hello"),
        ("empty.yaml", ""),
        ("lib/empty.py", ""),
    ])
    .unwrap();
    assert!(
        !scan.outcome.understood && lines(&scan).is_empty(),
        "{:?}",
        lines(&scan)
    );
}

#[test]
fn hostile_names_stay_data() {
    beside(
        &[("a\u{202e}b\u{1b}[31m/\nx.py", "def f(:\n")],
        &["a\u{202e}b\u{1b}[31m/\nx.py:1 syntax"],
    );
}

#[cfg(unix)]
#[test]
fn loops_pipes_sockets_and_links_out() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let folder = Folder::with(&[("template.yaml", TEMPLATE), ("src/app.py", CODE)]);
    let at = |path: &str| folder.path().join(path);
    symlink("loop-b", at("loop-a")).unwrap();
    symlink("loop-a", at("loop-b")).unwrap();
    symlink("..", at("src/up")).unwrap();
    symlink("/etc", at("etc")).unwrap();
    symlink("nowhere", at("dangling.yaml")).unwrap();
    let _socket = UnixListener::bind(at("s.yaml")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(at("pipe.py"))
        .status();
    let scan = folder.scan();
    assert_eq!(findings(&scan), [HOLE]);
    let found = problems(&scan);
    let mut wanted = vec![
        "problem dangling.yaml unreadable a link that leads nowhere",
        "problem etc unreadable a link that leads out of the scanned folder",
        "problem loop-a unreadable a link that leads nowhere or in a circle",
        "problem loop-b unreadable a link that leads nowhere or in a circle",
        "problem s.yaml unreadable a pipe, socket or device: not opened",
        "problem src/up unreadable a link to a folder around it",
    ];
    if made.is_ok_and(|status| status.success()) {
        wanted.push("problem pipe.py unreadable a pipe, socket or device: not opened");
    }
    for wanted in wanted {
        assert!(
            found.iter().any(|p| p.starts_with(wanted)),
            "no `{wanted}` in {found:#?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn unreadable_folders() {
    use std::fs::{Permissions, read_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[
        ("template.yaml", TEMPLATE),
        ("src/app.py", CODE),
        ("closed/x.py", CODE),
    ]);
    let closed = folder.path().join("closed");
    set_permissions(&closed, Permissions::from_mode(0o0)).unwrap();
    let privileged = read_dir(&closed).is_ok();
    let scan = folder.scan();
    set_permissions(&closed, Permissions::from_mode(0o755)).unwrap();
    assert!(findings(&scan).contains(&HOLE.to_owned()));
    if !privileged {
        assert!(
            problems(&scan)
                .iter()
                .any(|p| p.starts_with("problem closed unreadable permission denied"))
        );
    }
}
