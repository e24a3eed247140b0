//! `palisade.toml`: what it changes, and how its errors read.

use palisade_model::reach::Level;

use crate::support::{CODE, HOLE, TEMPLATE, findings, lines, memory};

fn error(settings: &str) -> String {
    let error = memory(&[("palisade.toml", settings), ("template.yaml", TEMPLATE)]).unwrap_err();
    match error.help() {
        Some(help) => format!("{error}\nhelp: {help}"),
        None => error.to_string(),
    }
}

fn with(settings: &str) -> Vec<String> {
    lines(
        &memory(&[
            ("palisade.toml", settings),
            ("template.yaml", TEMPLATE),
            ("src/app.py", CODE),
        ])
        .unwrap(),
    )
}

#[test]
fn errors_name_line_column_and_the_word_that_was_meant() {
    assert_eq!(
        error("[scan]\n\n\ntreshold = \"high\"\n"),
        "palisade.toml:4:1: unknown key `treshold`\nhelp: did you write `threshold`?"
    );
    assert_eq!(
        error("[scan]\nthreshold = \"hihg\"\n"),
        "palisade.toml:2:13: unknown threshold `hihg`\nhelp: did you write `high`?"
    );
    assert_eq!(
        error("[scan]\nonly = [\"os-comand\"]\n"),
        "palisade.toml:2:8: unknown rule `os-comand`\nhelp: did you write `os-command`?"
    );
    assert_eq!(
        error("[scan]\nexclude = 3\n"),
        "palisade.toml:2:11: `exclude` is no list of texts"
    );
    assert_eq!(
        error("[functions]\nf = { handler = \"a.b\", trigger = \"aws.s4\" }\n"),
        "palisade.toml:2:34: unknown trigger `aws.s4`\nhelp: did you write `aws.s3` or `aws.mq` or `aws.ses`?"
    );
    assert_eq!(
        error("[functions]\nf = \"a.b\"\n"),
        "palisade.toml:2:1: `f` is no table\nhelp: write `f = { handler = \"src/app.handler\" }`"
    );
    assert_eq!(
        error("[[ignore]]\nrule = \"sql\"\n"),
        "palisade.toml:2:1: this `ignore` has no `reason`\nhelp: say why it is accepted: `reason = \"…\"`"
    );
    assert_eq!(
        error("[[ignore]]\nrule = \"sql\"\nreason = \"x\"\nuntil = \"soon\"\n"),
        "palisade.toml:4:9: `soon` is no day\nhelp: write it as 2026-12-31"
    );
    assert_eq!(
        error("[[ignore]]\nreason = \"x\"\n"),
        "palisade.toml:2:1: this `ignore` accepts everything\nhelp: name a `rule`, a `path` or a `function`"
    );
    assert!(error("[scan\n").starts_with("palisade.toml:1:"));
}

#[test]
fn rules_and_paths() {
    let linked = "function Run src/app.py handler";
    assert_eq!(
        with("[scan]\nskip = [\"sas1\"]\nthreshold = \"low\"\n"),
        [linked]
    );
    assert_eq!(with("[scan]\nonly = [\"sql\"]\n"), [linked]);
    assert_eq!(
        with("[scan]\nonly = [\"sas01-os-command\"]\n"),
        [HOLE, linked]
    );
    // What a template names is read wherever it lies.
    assert_eq!(with("[scan]\nexclude = [\"src/\"]\n"), [HOLE, linked]);
    assert!(with("[scan]\nexclude = [\"*.yaml\", \"src\"]\n").is_empty());
    let files = [
        ("palisade.toml", "[scan]\ninclude = [\"tests/\"]\n"),
        ("tests/app.py", CODE),
    ];
    assert_eq!(
        findings(&memory(&files).unwrap()),
        ["finding tests/app.py:4 sas01-os-command"]
    );
    let scan = memory(&[("palisade.toml", "[scan]\nthreshold = \"low\"\n")]).unwrap();
    assert_eq!(scan.threshold.as_deref(), Some("low"));
}

#[test]
fn functions_that_no_template_names() {
    let settings = "[functions]\nresize = { handler = \"src/app.handler\", trigger = \"aws.apigateway-http\" }\n";
    let scan = memory(&[("palisade.toml", settings), ("src/app.py", CODE)]).unwrap();
    assert_eq!(lines(&scan), [HOLE, "function resize src/app.py handler"]);
    let function = scan.outcome.functions.first().unwrap();
    assert_eq!(function.triggers.len(), 1);
    let (finding, _) = scan.outcome.findings.first().unwrap();
    assert_eq!(finding.reach.possibly, Level::Stranger);
}

#[test]
fn rows_of_the_project() {
    let code = "import os\nimport ourshell\ndef handler(event, context):\n    ourshell.run(event['body'])\n    os.system(ourshell.clean(event['body']))\n";
    let settings = "[[library]]\nlanguage = \"python\"\n[[library.call]]\napi = \"ourshell.run\"\nsink = [{ at = \"arg.0\", as = \"shell\" }]\n[[library.call]]\napi = \"ourshell.clean\"\nflow = [{ from = \"arg.0\", to = \"return\", safe = [\"shell\"] }]\n";
    let scan = memory(&[
        ("palisade.toml", settings),
        ("template.yaml", TEMPLATE),
        ("src/app.py", code),
    ])
    .unwrap();
    assert_eq!(findings(&scan), [HOLE], "{:?}", lines(&scan));
    assert!(error("[[library]]\n[[library.call]]\napi = \"x.y\"\nsink = [{ at = \"nonsense!\", as = \"shell\" }]\n").starts_with("palisade.toml"));
}

#[test]
fn functions_of_the_project_that_rows_describe() {
    let code = "import os\nfrom lib.text import clean, shown\nimport lib.text as text\ndef handler(event, context):\n    os.system(clean(event['body']))\n    os.system(text.clean(event['body']))\n    os.system(shown(event['body']))\n    text.start(event['body'])\n";
    let text = "def clean(x):\n    return x.replace(';', '')\ndef shown(x):\n    return x.strip()\ndef start(line, wait=False):\n    pass\n";
    let settings = "[[library]]\n[[library.call]]\napi = \"lib/text.clean\"\nflow = [{ from = \"arg.0\", to = \"return\", safe = [\"shell\"] }]\n[[library.call]]\napi = \"lib/text.start\"\nsink = [{ at = \"arg.0\", as = \"shell\" }]\n";
    let files = [
        ("palisade.toml", settings),
        ("template.yaml", TEMPLATE),
        ("src/app.py", code),
        ("src/lib/text.py", text),
    ];
    let scan = memory(&files).unwrap();
    assert_eq!(
        findings(&scan),
        [
            "finding src/app.py:7 sas01-os-command",
            "finding src/lib/text.py:5 sas01-os-command"
        ],
        "{:?}",
        lines(&scan)
    );
}
