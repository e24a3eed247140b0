//! Accepted findings, and acceptances that do nothing.

use crate::support::{CODE, TEMPLATE, findings, memory, problems};

/// Findings and problems of the good application with another line 4, and a settings file.
fn line4(line: &str, settings: &str) -> (Vec<String>, Vec<String>) {
    let code = CODE.replace("    os.system('echo ' + name)", line);
    let scan = memory(&[
        ("palisade.toml", settings),
        ("template.yaml", TEMPLATE),
        ("src/app.py", &code),
    ])
    .unwrap();
    (findings(&scan), problems(&scan))
}

const SINK: &str = "    os.system('echo ' + name)";
const OPEN: &str = "finding src/app.py:4 sas01-os-command";

#[test]
fn comments_on_the_line_and_above_it() {
    let (found, wrong) = line4(
        &format!("{SINK}  # palisade: ignore[os-command] only we call it"),
        "",
    );
    assert_eq!(
        (found, wrong),
        (vec![format!("{OPEN} (only we call it)")], vec![])
    );
    let above = format!(
        "    # palisade: ignore[sas01-os-command, sql] only we call it until 2026-12-31\n    # and more words\n{SINK}"
    );
    let (found, wrong) = line4(&above, "");
    assert_eq!(
        (found, wrong),
        (
            vec!["finding src/app.py:6 sas01-os-command (only we call it)".to_owned()],
            vec![]
        )
    );
    let (found, _) = line4(
        &format!("{SINK}  # palisade: ignore[SAS-1] a whole risk"),
        "",
    );
    assert_eq!(found, [format!("{OPEN} (a whole risk)")]);
}

#[test]
fn what_does_nothing_is_said() {
    let cases = [
        (
            "  # palisade: ignore[sql] not this",
            "`palisade: ignore[sql]` matches no finding: remove it",
        ),
        (
            "  # palisade: ignore[os-command]",
            "`palisade: ignore[os-command]` gives no reason: it does not count until it does",
        ),
        (
            "  # palisade: ignore[os-comand] x",
            "`palisade: ignore[os-comand]` names no rule `os-comand`: did you write `os-command`?",
        ),
        (
            "  # palisade: ignore[] x",
            "`palisade: ignore[]` names no rule: it does nothing",
        ),
        (
            "  # palisade. ignore[os-command] x",
            "this looks like an exception but is none: write `# palisade: ignore[rule] reason`",
        ),
        (
            "  # palisade ignore os-command",
            "this looks like an exception but is none: write `# palisade: ignore[rule] reason`",
        ),
        (
            "  # palisade: ignore[os-command] x until 2026-10-31",
            "`palisade: ignore[os-command]` held until 2026-10-31: the finding counts again",
        ),
        (
            "  # palisade: ignore[os-command] x until 2026-10-32",
            "`palisade: ignore[os-command]`: `2026-10-32` is no day such as 2026-12-31: it does not count",
        ),
    ];
    for (comment, message) in cases {
        let (found, wrong) = line4(&format!("{SINK}{comment}"), "");
        assert_eq!(found, [OPEN], "{comment}");
        assert_eq!(
            wrong,
            [format!("problem src/app.py:4 suppression {message}")],
            "{comment}"
        );
    }
}

#[test]
fn words_about_palisade_are_no_exceptions() {
    let (_, wrong) = line4(
        &format!("{SINK}  # see what palisade says, it ignores this"),
        "",
    );
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn metadata_of_a_resource() {
    let forms = [
        "{os-command: only we call it}",
        "[{rule: os-command, reason: only we call it}]",
        "[{os-command: only we call it until 2027-01-01}]",
        "{sas01-os-command: {reason: only we call it, until: 2027-01-01}}",
    ];
    for form in forms {
        let template =
            format!("{TEMPLATE}    Metadata:\n      palisade:\n        ignore: {form}\n");
        let scan = memory(&[("template.yaml", template.as_str()), ("src/app.py", CODE)]).unwrap();
        assert_eq!(
            findings(&scan),
            [format!("{OPEN} (only we call it)")],
            "{form}"
        );
        assert!(problems(&scan).is_empty(), "{form}: {:?}", problems(&scan));
    }
    let wrong = [
        (
            "ignore: [os-command]",
            "`ignore` of `os-command` gives no reason: it does not count until it does",
        ),
        (
            "ignore: {sql: x}",
            "`ignore` of `sql` matches no finding: remove it",
        ),
        (
            "ignored: {sql: x}",
            "this looks like an exception but is none: write `palisade:`, and below it `ignore:` with rules and reasons",
        ),
        (
            "ignore: []",
            "`palisade: ignore:` names no rule: it does nothing",
        ),
    ];
    for (form, message) in wrong {
        let template = format!("{TEMPLATE}    Metadata:\n      palisade:\n        {form}\n");
        let scan = memory(&[("template.yaml", template.as_str()), ("src/app.py", CODE)]).unwrap();
        assert_eq!(findings(&scan), [OPEN], "{form}");
        let line = if form.starts_with("ignored") { 14 } else { 15 };
        assert_eq!(
            problems(&scan),
            [format!(
                "problem template.yaml:{line} suppression {message}"
            )],
            "{form}"
        );
    }
}

#[test]
fn settings_accept_by_rule_path_and_function() {
    let accept = |fields: &str| line4(SINK, &format!("[[ignore]]\n{fields}\nreason = \"ours\"\n"));
    for fields in [
        "rule = \"os-command\"",
        "path = \"src/**\"",
        "function = \"Run\"",
        "rule = [\"sas1\"]\npath = \"app.py\"\nuntil = 2027-01-01",
    ] {
        assert_eq!(
            accept(fields),
            (vec![format!("{OPEN} (ours)")], vec![]),
            "{fields}"
        );
    }
    for fields in ["rule = \"sql\"", "path = \"lib/\"", "function = \"Other\""] {
        let (found, wrong) = accept(fields);
        assert_eq!(found, [OPEN], "{fields}");
        assert_eq!(
            wrong,
            ["problem palisade.toml:2 suppression this `ignore` matches no finding: remove it"],
            "{fields}"
        );
    }
    let (found, wrong) = accept("rule = \"os-command\"\nuntil = 2026-01-01");
    assert_eq!(found, [OPEN]);
    assert_eq!(
        wrong,
        [
            "problem palisade.toml:2 suppression this `ignore` held until 2026-01-01: the finding counts again"
        ]
    );
}
