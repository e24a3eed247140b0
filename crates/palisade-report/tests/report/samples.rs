//! The samples of the design, at every width.

use std::time::Duration;

use palisade_model::finding::{Capped, Confidence, Consequence, Finding, StepKind};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::reach::{Hedge, Level, Reach};
use palisade_report::options::{Color, Options};
use palisade_report::text::explain;
use palisade_report::view::view;

use crate::build::{Project, RULES, cut, cv_filter, finding, hygiene, step};
use crate::check;

pub(crate) fn terminal(width: usize) -> Options {
    Options {
        width,
        terminal: true,
        elapsed: Some(Duration::from_millis(30)),
        ..Options::default()
    }
}

#[test]
fn one_function_at_every_width() {
    let project = cv_filter();
    for width in [60, 80, 120] {
        let text = project.text(&terminal(width));
        assert!(
            text.lines().all(|line| line.chars().count() <= width),
            "{text}"
        );
        check(&format!("cv-filter-{width}.txt"), &text);
    }
}

#[test]
fn one_function_in_ascii_and_color() {
    let project = cv_filter();
    let ascii = Options {
        unicode: false,
        ..terminal(80)
    };
    let text = project.text(&ascii);
    assert!(text.is_ascii());
    check("cv-filter-ascii.txt", &text);
    for (name, color) in [("256", Color::Palette), ("16", Color::Sixteen)] {
        let options = Options {
            color,
            ..terminal(80)
        };
        let text = project.text(&options);
        check(
            &format!("cv-filter-{name}.txt"),
            &text.replace('\u{1b}', "␛"),
        );
    }
}

#[test]
fn one_function_without_a_terminal() {
    let project = cv_filter();
    check("cv-filter-ci.txt", &project.text(&Options::default()));
    let quiet = Options {
        quiet: true,
        ..Options::default()
    };
    check("cv-filter-quiet.txt", &project.text(&quiet));
}

#[test]
fn one_finding_explained() {
    let project = cv_filter();
    let options = terminal(80);
    let view = view(&project.outcome, &project.sources, RULES, &options);
    check(
        "explain-finding.txt",
        &explain::finding(&view, &view.entries[0], &options),
    );
    let function = &project.outcome.functions[0];
    check(
        "explain-function.txt",
        &explain::function(&view, function, &options),
    );
    check("explain-rule.txt", &explain::rule(&RULES[0], "", &options));
    check("explain-ranking.txt", &explain::ranking(&options));
}

/// 26 functions and 12 findings of every kind.
pub(crate) fn feedback() -> Project {
    let mut project = Project::default();
    let mut template: Vec<(usize, String)> = (0..26)
        .map(|n| (10 + n * 3, format!("  Function{n}: # Runtime: nodejs16.x")))
        .collect();
    template.push((300, "      Effect: Allow # S3FullAccess".to_owned()));
    template.push((516, "        Principal: \"*\"".to_owned()));
    template.push((640, "      Role: !GetAtt OrderRole.Arn".to_owned()));
    template.push((876, "          Type: S3".to_owned()));
    template.push((882, "          - Action: s3:*".to_owned()));
    let template: Vec<(usize, &str)> = template.iter().map(|(n, l)| (*n, l.as_str())).collect();
    project
        .file("template.yaml", &template)
        .file(
            "src/feedback.py",
            &[
                (
                    30,
                    "    key = unquote_plus(event[\"Records\"][0][\"s3\"][\"object\"][\"key\"])",
                ),
                (33, "    if is_safe(key):"),
                (34, "        os.system(\"touch /tmp/\" + key)"),
            ],
        )
        .file(
            "src/order.js",
            &[
                (11, "  const request = serialize.unserialize(event.body);"),
                (14, "  const user = jwt.decode(token);"),
                (29, "  } catch (error) {}"),
            ],
        )
        .file(
            "src/receipt.py",
            &[(108, "    cursor.execute(\"SELECT \" + item)")],
        );
    for n in 0..26 {
        let name = match n {
            0 => "FeedbackUpload".to_owned(),
            1 => "OrderManager".to_owned(),
            2 => "CreateReceipt".to_owned(),
            n => format!("Function{n}"),
        };
        let place = project.line("template.yaml", 10 + n * 3, "Function");
        project.function(&name, place, &["POST /order, anyone"], n != 25);
        project.find(hygiene(
            "sas11-runtime-eol",
            place,
            &format!("nodejs16.x of {name} ended on 2024-06-12"),
        ));
    }
    let (template, code) = ("template.yaml", "src/feedback.py");
    let line = project.at(code, "os.system");
    let action = project.at(template, "Action: s3:*");
    let principal = project.at(template, "Principal: \"*\"");
    let steps = vec![
        step(
            StepKind::Entry,
            principal,
            "anyone may put an object into feedback",
        ),
        step(
            StepKind::Entry,
            project.at(template, "Type: S3"),
            "every new object starts FeedbackUpload",
        ),
        step(
            StepKind::Field,
            project.at(code, "event[\"Records\"][0][\"s3\"][\"object\"][\"key\"]"),
            "the key, as the uploader chose it",
        ),
        step(
            StepKind::Guard,
            project.at(code, "is_safe(key)"),
            "returns True for every name (checks.py:12), so it stops nothing",
        ),
        step(StepKind::Line, line, "a shell reads the whole string"),
    ];
    project.find(Finding {
        function: Some("FeedbackUpload".to_owned()),
        trigger: Some("bucket feedback".to_owned()),
        effect: "it runs commands".to_owned(),
        field: "s3.object.key".to_owned(),
        sink: "os.system".to_owned(),
        role: Some("FeedbackRole s3:*".to_owned()),
        data: ["receipts", "website", "feedback"]
            .map(str::to_owned)
            .to_vec(),
        steps,
        cuts: vec![
            cut(line, "pass a list, without a shell", "closes the path"),
            cut(
                principal,
                "take uploads only with a signed form",
                "closes the path",
            ),
            cut(
                action,
                "grant s3:PutObject on feedback alone",
                "limits it to feedback",
            ),
        ],
        ..finding(
            "sas01-os-command",
            line,
            "run commands in FeedbackUpload by naming an upload",
        )
    });
    // Links of the path: the open bucket and the wide role are shown there alone.
    project.find(Finding {
        sas: &[2],
        consequence: Consequence::TakesData,
        ..finding(
            "sas02-open-policy",
            principal,
            "put an object into feedback, which starts FeedbackUpload",
        )
    });
    let orders = [
        (
            "sas01-deserialization",
            11,
            "unserialize",
            "run code in OrderManager with the body of an order",
            Consequence::TakesControl,
            Level::Stranger,
        ),
        (
            "sas02-unverified-token",
            14,
            "jwt.decode",
            "act as any user: OrderManager reads the token and never verifies it",
            Consequence::TakesData,
            Level::SignedIn,
        ),
        (
            "sas10-swallowed-error",
            29,
            "catch",
            "hide a failing call in OrderManager",
            Consequence::Weakens,
            Level::SignedIn,
        ),
    ];
    for (rule, line, text, deed, consequence, level) in orders {
        let place = project.line("src/order.js", line, text);
        project.find(Finding {
            function: Some("OrderManager".to_owned()),
            trigger: Some("POST /order".to_owned()),
            consequence,
            reach: Reach::exactly(level),
            effect: "it runs code".to_owned(),
            cuts: vec![cut(place, "read JSON", "closes the path")],
            ..finding(rule, place, deed)
        });
    }
    let place = project.at("src/receipt.py", "cursor.execute");
    project.find(Finding {
        function: Some("CreateReceipt".to_owned()),
        trigger: Some("queue orders-paid".to_owned()),
        consequence: Consequence::TakesData,
        confidence: Confidence::Likely,
        reach: Reach {
            hedges: vec![Hedge::Key],
            ..Reach::exactly(Level::Stranger)
        },
        field: "body.items[].id".to_owned(),
        sink: "cursor.execute".to_owned(),
        ..finding(
            "sas01-sql",
            place,
            "read every receipt through CreateReceipt with the id of an item in an order",
        )
    });
    project.find(Finding {
        capped: Some(Capped::Latent),
        reach: Reach::default(),
        function: Some("CreateReceipt".to_owned()),
        field: "argument".to_owned(),
        sink: "cursor.execute".to_owned(),
        ..finding(
            "sas01-sql",
            place,
            "read every receipt through a function nobody calls",
        )
    });
    let role = project.at(template, "Role: !GetAtt");
    project.find(Finding {
        sas: &[6],
        reach: Reach::exactly(Level::Inside),
        consequence: Consequence::TakesData,
        ..finding(
            "sas04-shared-role",
            role,
            "5 functions share OrderRole, which may delete every table; none of them does",
        )
    });
    let import = project.at(template, "Effect: Allow");
    project.problem(
        import,
        ProblemKind::Unresolved,
        Cost::Value,
        "`!ImportValue shared-vpc` is not in this tree: 1 rule could not judge",
    );
    for n in 0..3 {
        project.outcome.problems.push(Problem::path(
            format!("src/old{n}.py"),
            ProblemKind::Skipped,
            "no function uses this file",
        ));
    }
    project.outcome.as_of = "2026-10-01".to_owned();
    project.outcome.left_out = 12;
    project
}

#[test]
fn many_functions_at_every_width() {
    let project = feedback();
    for width in [60, 80, 120] {
        let text = project.text(&terminal(width));
        assert!(
            text.lines().all(|line| line.chars().count() <= width),
            "{text}"
        );
        check(&format!("feedback-{width}.txt"), &text);
    }
    let full = Options {
        full: true,
        ..terminal(120)
    };
    check("feedback-full.txt", &project.text(&full));
    check("feedback-ci.txt", &project.text(&Options::default()));
}

#[test]
fn the_order_of_findings_and_their_number_of_writing_change_nothing() {
    let project = feedback();
    let mut other = feedback();
    other.outcome.findings.reverse();
    other.outcome.problems.reverse();
    for format in ["text", "json", "sarif"] {
        let options = terminal(100);
        assert_eq!(
            project.write(format, &options),
            other.write(format, &options)
        );
    }
}

#[test]
fn clean_and_clean_with_reservations() {
    let mut project = Project::default();
    project.file("template.yaml", &[(88, "  Invoice:\t"), (90, "  Refund:")]);
    for name in ["Invoice", "Refund"] {
        let place = project.at("template.yaml", name);
        project.function(name, place, &[], true);
    }
    check("clean.txt", &project.text(&terminal(80)));
    for function in &mut project.outcome.functions {
        function.handler = None;
    }
    let place = project.at("template.yaml", "Invoice");
    project.problem(
        place,
        ProblemKind::Syntax,
        Cost::Node,
        "tab in the indentation: resource `Invoice` was skipped",
    );
    project.outcome.problems.push(Problem::path(
        "vendor/app.min.js",
        ProblemKind::Limit,
        "11 MB on one line: skipped (limit 2 MB a line)",
    ));
    check("reservations.txt", &project.text(&terminal(80)));
    check("reservations-ci.txt", &project.text(&Options::default()));
}

#[test]
fn nothing_there() {
    let project = Project::default();
    check("nothing.txt", &project.text(&terminal(80)));
    check("nothing-ci.txt", &project.text(&Options::default()));
}

#[test]
fn code_without_a_template() {
    let mut project = Project::default();
    project.file("src/app.py", &[(9, "    os.system(event[\"file\"])")]);
    let place = project.at("src/app.py", "os.system");
    let field = project.at("src/app.py", "event[\"file\"]");
    project.find(Finding {
        function: Some("handler (src/app.py)".to_owned()),
        reach: Reach::default(),
        reach_unknown: true,
        effect: "it runs commands".to_owned(),
        field: "event[\"file\"]".to_owned(),
        sink: "os.system".to_owned(),
        steps: vec![
            step(StepKind::Field, field, "as sent"),
            step(StepKind::Line, place, "a shell reads it"),
        ],
        ..finding(
            "sas01-os-command",
            place,
            "run commands in handler (src/app.py)",
        )
    });
    check("no-template.txt", &project.text(&terminal(80)));
}

#[test]
fn several_applications_get_a_table() {
    let mut project = cv_filter();
    let place = project.at("template.yaml", "ConvertFunction");
    for (app, name) in [
        ("services/mail", "Send"),
        ("services/pay", "Pay"),
        ("services/pay", "Refund"),
    ] {
        project.function(name, place, &["POST /pay, anyone"], true);
        project.outcome.functions.last_mut().unwrap().app = app.to_owned();
    }
    check("applications.txt", &project.text(&terminal(80)));
}

#[test]
fn hygiene_names_the_application_and_counts_where_many_share_it() {
    let mut project = cv_filter();
    let place = project.at("template.yaml", "ConvertFunction");
    for app in ["a", "b", "c", "d"] {
        project.find(Finding {
            app: format!("services/{app}"),
            ..hygiene("sas05-log-retention", place, "logs are kept for ever")
        });
    }
    for app in ["services/a", "services/b"] {
        project.find(Finding {
            app: app.to_owned(),
            ..hygiene("sas08-no-throttle", place, "an API takes all requests")
        });
    }
    check("applications-hygiene.txt", &project.text(&terminal(100)));
}

#[test]
fn a_long_way_shows_seven_steps_and_a_long_line_is_cut() {
    let mut project = Project::default();
    let long = format!(
        "x = \"{}\" + os.system(name) + \"{}\"",
        "a".repeat(300),
        "b".repeat(300)
    );
    let lines: Vec<(usize, String)> = (1..=12)
        .map(|n| (n, format!("    step{n}(value)")))
        .chain([(13, long)])
        .collect();
    let lines: Vec<(usize, &str)> = lines.iter().map(|(n, l)| (*n, l.as_str())).collect();
    project.file("app.py", &lines);
    let place = project.at("app.py", "os.system(name)");
    let mut steps: Vec<_> = (1..=12)
        .map(|n| {
            let kind = if n % 3 == 0 { StepKind::Crossing } else { StepKind::Field };
            step(kind, project.at("app.py", &format!("step{n}(value)")), "goes on, for a reason that takes far more room than this narrow window has beside the mark")
        })
        .collect();
    steps.push(step(StepKind::Line, place, "a shell reads it"));
    project.find(Finding {
        field: "body".to_owned(),
        sink: "os.system".to_owned(),
        steps,
        ..finding("sas01-os-command", place, "run commands in Long")
    });
    check("long.txt", &project.text(&terminal(80)));
}
