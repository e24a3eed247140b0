//! A repository whose every name is hostile.

use palisade_model::finding::{Example, Finding, StepKind, Suppressed};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_report::hostile::is_hostile;
use palisade_report::options::{Color, Options};
use palisade_report::text::explain;
use palisade_report::view::view;

use crate::build::{Project, RULES, cut, finding, step};
use crate::samples::terminal;

const EVIL: &str = "\u{1b}[31m<img onerror=x>\u{202e}\u{2066}](https://evil)\r\n\u{9b}2J\u{200b}|`a`\u{e0041}\t\u{7}";

fn project() -> Project {
    let mut project = Project::default();
    let path = format!("src/{EVIL}.py");
    project.file(
        &path,
        &[(
            1,
            "\tos.system(\u{202e}\u{1b}]0;x\u{7} + name) # \u{2028}日本語",
        )],
    );
    let place = project.at(&path, "os.system(\u{202e}");
    project.function(EVIL, place, &[EVIL], false);
    let steps = vec![
        step(StepKind::Field, place, EVIL),
        step(StepKind::Line, place, EVIL),
    ];
    let evil = || EVIL.to_owned();
    let hostile = Finding {
        app: evil(),
        function: Some(evil()),
        trigger: Some(evil()),
        effect: evil(),
        field: evil(),
        sink: evil(),
        role: Some(evil()),
        data: vec![evil(), evil()],
        data_weight: 0,
        example: Some(Example {
            payload: evil(),
            event: evil(),
        }),
        cuts: vec![cut(place, EVIL, EVIL)],
        also: vec![(place, evil())],
        steps,
        ..finding("sas01-os-command", place, &format!("run {EVIL}"))
    };
    let suppressed = Suppressed {
        reason: evil(),
        place: Some(place),
    };
    project
        .outcome
        .findings
        .push((hostile.clone(), Some(suppressed)));
    for _ in 0..6 {
        project.find(hostile.clone());
    }
    project.problem(place, ProblemKind::Syntax, Cost::Node, EVIL);
    project
        .outcome
        .problems
        .push(Problem::path(path, ProblemKind::Unreadable, EVIL));
    project.outcome.resources.push((evil(), "bucket"));
    project
}

#[test]
fn nothing_hostile_reaches_an_output_raw() {
    let project = project();
    let ci = Options::default();
    let quiet = Options {
        quiet: true,
        ..ci.clone()
    };
    let full = Options {
        full: true,
        ..terminal(60)
    };
    let root = Options {
        root: EVIL.to_owned(),
        ..terminal(80)
    };
    for options in [ci, quiet, full, root, terminal(120)] {
        for format in ["text", "json", "sarif"] {
            let text = project.write(format, &options);
            let raw = text.chars().find(|c| is_hostile(*c) && *c != '\n');
            assert_eq!(raw, None, "{format}: {text}");
        }
        let view = view(&project.outcome, &project.sources, RULES, &options);
        let pages = [
            explain::finding(&view, &view.entries[0], &options),
            explain::function(&view, &project.outcome.functions[0], &options),
        ];
        for text in pages {
            assert!(!text.chars().any(|c| is_hostile(c) && c != '\n'), "{text}");
        }
    }
}

#[test]
fn with_colors_only_our_own_codes_reach_the_terminal() {
    let options = Options {
        color: Color::Palette,
        ..terminal(100)
    };
    let text = project().text(&options);
    for code in text.split('\u{1b}').skip(1) {
        let (code, _) = code.split_once('m').unwrap();
        assert!(
            code.starts_with('[') && code[1..].bytes().all(|b| b.is_ascii_digit() || b == b';')
        );
    }
}

#[test]
fn no_link_of_a_repository_reaches_a_message() {
    let sarif = project().write("sarif", &Options::default());
    assert!(!sarif.contains("](https"));
}

#[test]
fn secrets_are_masked_wherever_their_line_is_shown() {
    let mut project = Project::default();
    let secret = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
    project.file(
        "template.yaml",
        &[(4, &format!("      STRIPE_KEY: \"{secret}\" # key"))],
    );
    let place = project.at("template.yaml", &format!("\"{secret}\""));
    project.find(Finding {
        sas: &[7],
        ..finding(
            "sas07-secret",
            place,
            "the key in STRIPE_KEY stands in the template (sk_live_••••)",
        )
    });
    // Another finding that shows the same line.
    let key = project.at("template.yaml", "STRIPE_KEY");
    project.find(Finding {
        steps: vec![step(StepKind::Line, key, "read from here")],
        ..finding("sas01-os-command", key, "read the environment")
    });
    let whole = project.at("template.yaml", &format!("STRIPE_KEY: \"{secret}\""));
    project.find(Finding {
        sas: &[7],
        ..finding(
            "sas07-secret",
            whole,
            "the key in STRIPE_KEY stands in the template (sk_live_••••)",
        )
    });
    for format in ["text", "json", "sarif"] {
        let text = project.write(format, &terminal(100));
        assert!(!text.contains("4eC39HqL"), "{text}");
        if format == "text" {
            assert!(text.contains("STRIPE_KEY: \"sk_live_••••"), "{text}");
        }
    }
}
