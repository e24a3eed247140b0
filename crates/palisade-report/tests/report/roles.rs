//! Roles in every format, from hand-made ones.

use palisade_model::app::FunctionId;
use palisade_model::change::Allowed;
use palisade_model::index::Id;
use palisade_model::need::{
    Difference, Fit, FunctionNeeds, FunctionRole, Held, Need, OwnRole, Radius, Roles, SpareCall,
    UnknownMethod, Way, Why,
};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::Span;
use palisade_model::text::{Part, StackId, Symbol, Text};
use palisade_report::options::Options;
use palisade_report::roles::{explain, json, markdown, policy, text};
use serde_json::Value;

use crate::build::Project;
use crate::check;
use crate::machine::strict_schema;

const TEMPLATE: &str = "template.yaml";
const CODE: &str = "src/feedback.py";

fn project() -> Project {
    let mut project = Project::default();
    project.file(
        TEMPLATE,
        &[
            (12, "  FeedbackUpload:"),
            (40, "  FeedbackRole:"),
            (44, "            Action: s3:*"),
            (47, "            Action: sqs:SendMessageBatch"),
            (60, "  AdminShell:"),
            (70, "  Nightly:"),
            (80, "  Elsewhere:"),
            (90, "  Unread:"),
        ],
    );
    project.file(
        CODE,
        &[
            (8, "    s3.delete_bucket()"),
            (18, "    s3.put_object(body)"),
            (21, "    sqs.send_message_batch(all)"),
            (24, "    sqs.sendMessage(one)"),
            (36, "    eval(command)"),
        ],
    );
    project
}

fn arn(address: &str, rest: &str) -> Text {
    let hole = Symbol::Attr(StackId::from_index(0), address.to_owned(), "Arn".to_owned());
    Text::join([Part::Hole(hole), Part::Literal(rest.to_owned())])
}

fn need(action: &str, resources: Vec<Text>, spans: Vec<Span>) -> Need {
    Need {
        action: action.to_owned(),
        resources,
        spans,
        exact: true,
        conditions: Vec::new(),
    }
}

fn needs() -> FunctionNeeds {
    FunctionNeeds {
        function: FunctionId::from_index(0),
        needs: Vec::new(),
        optional: Vec::new(),
        platform: Vec::new(),
        incomplete: Vec::new(),
        unresolved: Vec::new(),
        unknown_methods: Vec::new(),
        spare: Vec::new(),
    }
}

fn role(name: &str, span: Span, fit: Fit) -> FunctionRole {
    FunctionRole {
        template: TEMPLATE.to_owned(),
        function: name.to_owned(),
        span: Some(span),
        read: fit != Fit::Unread,
        reach: Reach::exactly(Level::Inside),
        started: true,
        roles: Vec::new(),
        fit,
        needs: needs(),
        excess: Vec::new(),
        missing: Vec::new(),
        missing_platform: Vec::new(),
        unknown_actions: Vec::new(),
        ways: Vec::new(),
        radius: None,
        least: Vec::new(),
    }
}

fn difference(action: &str, resources: Vec<Text>, span: Span, why: Why) -> Difference {
    Difference {
        action: action.to_owned(),
        managed: false,
        resources,
        spans: vec![span],
        why,
        actions: Vec::new(),
        count: 1,
        harm: None,
    }
}

/// One function with everything that can be said of a role, and one of each other state.
fn roles(project: &Project) -> Roles {
    let at = |text: &str| project.at(TEMPLATE, text);
    let code = |text: &str| project.at(CODE, text);
    let wide = at("s3:*");
    let everything = vec![Text::of("*")];
    let put = need(
        "s3:PutObject",
        vec![arn("Feedback", "/*")],
        vec![code("s3.put_object")],
    );
    let send = need(
        "sqs:SendMessage",
        vec![arn("Jobs", "")],
        vec![code("sqs.send_message_batch")],
    );
    let logs = need("logs:PutLogEvents", vec![Text::of("*")], Vec::new());
    let mut own = role("FeedbackUpload", at("FeedbackUpload:"), Fit::Differs);
    own.reach = Reach::exactly(Level::Stranger);
    own.roles = vec![OwnRole {
        name: "FeedbackRole".to_owned(),
        span: Some(at("FeedbackRole:")),
        shared: vec!["Nightly".to_owned()],
        shared_count: 1,
        granted: 128,
        held: vec![
            Held {
                pattern: "s3:*".to_owned(),
                managed: None,
                span: wide,
                resources: everything.clone(),
                needed: vec![("s3:PutObject".to_owned(), put.spans.clone())],
            },
            Held {
                pattern: "logs:PutLogEvents".to_owned(),
                managed: Some("AWSLambdaBasicExecutionRole"),
                span: at("FeedbackRole:"),
                resources: everything.clone(),
                needed: vec![("logs:PutLogEvents".to_owned(), Vec::new())],
            },
            Held {
                pattern: "sqs:SendMessageBatch".to_owned(),
                managed: None,
                span: at("sqs:SendMessageBatch"),
                resources: vec![arn("Jobs", "")],
                needed: Vec::new(),
            },
        ],
        unread: false,
    }];
    own.needs.needs = vec![put, send.clone()];
    own.needs.platform = vec![logs];
    own.needs.unresolved = vec![(code("s3.put_object"), "event.name".to_owned())];
    own.needs.unknown_methods = vec![UnknownMethod {
        span: code("sqs.sendMessage"),
        client: "sqs".to_owned(),
        method: "sendMessage".to_owned(),
        meant: Some("send_message".to_owned()),
    }];
    own.needs.spare = vec![SpareCall {
        span: code("s3.delete_bucket"),
        within: "clean".to_owned(),
        actions: vec!["s3:DeleteBucket".to_owned()],
    }];
    own.excess = vec![Difference {
        actions: vec![
            "s3:DeleteObject".to_owned(),
            "s3:PutBucketPolicy".to_owned(),
        ],
        count: 127,
        harm: Some(("change permissions", 50)),
        ..difference(
            "s3:*",
            everything,
            wide,
            Why::Actions(vec!["s3:PutObject".to_owned()]),
        )
    }];
    own.missing = vec![difference(
        "sqs:SendMessage",
        send.resources.clone(),
        code("sqs.send_message_batch"),
        Why::Lacking,
    )];
    own.missing_platform = vec![difference(
        "xray:PutTraceSegments",
        vec![Text::of("*")],
        at("FeedbackUpload:"),
        Why::Lacking,
    )];
    own.unknown_actions = vec![difference(
        "sqs:SendMessageBatch",
        Vec::new(),
        at("sqs:SendMessageBatch"),
        Why::Unknown,
    )];
    own.ways = vec![Way {
        words: "write the policy of a bucket that others trust".to_owned(),
        target: Some("Nightly".to_owned()),
        surely: false,
        spans: vec![wide],
    }];
    own.radius = Some((
        Radius {
            reached: vec![("Receipts".to_owned(), vec!["read", "delete"])],
            reached_count: 1,
            everywhere: vec![("s3".to_owned(), vec!["change permissions"])],
            starts: vec!["Nightly".to_owned()],
            starts_count: 1,
            takes: vec!["NightlyRole".to_owned()],
            weight: 90,
            unread: true,
        },
        Radius {
            reached: vec![("Feedback".to_owned(), vec!["change"])],
            reached_count: 1,
            weight: 3,
            ..Radius::default()
        },
    ));
    own.least = vec![
        Allowed::of(["s3:PutObject"], [arn("Feedback", "/*")]),
        Allowed::of(["sqs:SendMessage"], [arn("Jobs", "")]),
    ];
    let mut shell = role("AdminShell", at("AdminShell:"), Fit::Incomplete);
    let why = "code that is built while it runs".to_owned();
    shell.needs.incomplete = vec![(code("eval"), why)];
    Roles {
        functions: vec![
            own,
            shell,
            role("Nightly", at("Nightly:"), Fit::Fits),
            role("Elsewhere", at("Elsewhere:"), Fit::Elsewhere),
            role("Unread", at("Unread:"), Fit::Unread),
        ],
        problems: Vec::new(),
    }
}

#[test]
fn roles_are_shown_as_expected() {
    let project = project();
    let roles = roles(&project);
    let options = |width| Options {
        width,
        root: ".".to_owned(),
        ..Options::default()
    };
    for width in [60, 100] {
        let shown = text::text(&roles, &project.sources, &options(width));
        assert!(
            shown.lines().all(|line| line.chars().count() <= width),
            "{shown}"
        );
        check(&format!("roles-{width}.txt"), &shown);
    }
    let own = &roles.functions[0];
    check(
        "roles-explain.txt",
        &explain::text(own, &project.sources, &options(80)),
    );
    check("roles-explain.json", &explain::json(own, &project.sources));
    check("roles.md", &markdown::markdown(&roles, &project.sources));
    check("roles-policy.txt", &policy::policies(&roles, None));
}

/// Machine formats name everything that the text names.
#[test]
fn roles_as_json_are_whole() {
    let project = project();
    let said = json::json(&roles(&project), &project.sources);
    check("roles.json", &said);
    let document: Value = serde_json::from_str(&said).unwrap();
    let errors: Vec<String> = strict_schema("palisade-roles-1.json")
        .iter_errors(&document)
        .map(|e| format!("{e} at {}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let own = &document["functions"][0];
    assert_eq!(own["needs"]["sqs:SendMessage"][0], "!GetAtt Jobs.Arn");
    assert_eq!(
        own["unreached"][0]["why"],
        "s3:DeleteBucket in clean, which nothing calls"
    );
    assert_eq!(own["unknownMethods"][0]["line"], 24);
    assert_eq!(document["summary"]["functions"], 5);
}

/// What files are called and say cannot steer a terminal.
#[test]
fn hostile_names_are_cleaned() {
    let project = project();
    let mut all = roles(&project);
    let evil = "\u{1b}[31mred\u{202e}\r\n";
    all.functions[0].function = format!("F{evil}");
    all.functions[0].roles[0].name = format!("R{evil}");
    all.functions[0].needs.spare[0].within = evil.to_owned();
    all.functions[0].needs.unknown_methods[0].method = evil.to_owned();
    let options = Options::default();
    let said = [
        text::text(&all, &project.sources, &options),
        explain::text(&all.functions[0], &project.sources, &options),
        markdown::markdown(&all, &project.sources),
    ];
    for text in said {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
    }
}
