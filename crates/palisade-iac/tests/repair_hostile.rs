//! Repairs of templates that are broken, huge or strange: no panic, no hang, and nothing that was not proved.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod repairs;

use std::fmt::Write as _;

use repairs::{Project, after};

const TEMPLATE: &str = include_str!("repair/30-shared-roles.md");

/// The first template of the cases of shared roles.
fn template() -> String {
    let body = TEMPLATE.split("````template.yaml\n").nth(1).unwrap();
    body.split("\n````").next().unwrap().to_owned() + "\n"
}

const CHANGE: &str = "role Read\nallow dynamodb:GetItem on ${Orders.Arn}\nrole Write\nkeep AWSLambdaBasicExecutionRole\n";

/// Repairs what is left of a template; whatever is edited still reads.
fn survive(text: &str) {
    let files = vec![("template.yaml".to_owned(), text.to_owned())];
    let project = Project::read(&files);
    let Some(app) = project.apps().first() else {
        return;
    };
    let functions: Vec<String> = app
        .functions
        .iter()
        .map(|f| f.key.address.clone())
        .collect();
    if !["Read", "Write"]
        .iter()
        .all(|name| functions.iter().any(|f| f == name))
    {
        return;
    }
    let repair = project.repair(CHANGE);
    let again = Project::read(&after(&files, &repair));
    assert_eq!(again.apps().len(), project.apps().len(), "{text}");
}

#[test]
fn templates_that_are_cut_anywhere() {
    let text = template();
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        survive(&text[..end]);
    }
}

#[test]
fn templates_that_miss_or_repeat_a_line() {
    let text = template();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in 0..lines.len() {
        let mut less = lines.clone();
        less.remove(at);
        survive(&less.concat());
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        survive(&more.concat());
        let mut odd = lines.clone();
        odd.insert(at, "  \t- &a [*a, {{x}}, !If [\n");
        survive(&odd.concat());
    }
}

#[test]
fn a_role_of_very_many_functions_is_split_in_time() {
    let count = 2_000;
    let mut text = template();
    let mut changes = String::new();
    for number in 0..count {
        write!(
            text,
            "\n  F{number}:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.read\n      Runtime: python3.12\n      Role: !GetAtt SharedRole.Arn\n"
        )
        .unwrap();
        write!(
            changes,
            "role F{number}\nallow dynamodb:GetItem on ${{Orders.Arn}}\n"
        )
        .unwrap();
    }
    let files = vec![("template.yaml".to_owned(), text)];
    let project = Project::read(&files);
    let repair = project.repair(&changes);
    assert!(repair.refused.is_empty(), "{:?}", repair.refused.first());
    assert_eq!(
        repair.files[0].after().matches("Policies:").count(),
        count + 1
    );
}

#[test]
fn a_bomb_of_aliases_is_read_as_far_as_the_limit_allows() {
    let mut text = "Transform: AWS::Serverless-2016-10-31\nX:\n  - &a0 [s3:GetObject]\n".to_owned();
    for level in 1..30 {
        let refs = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "  - &a{level} [{refs}]").unwrap();
    }
    text.push_str("Resources:\n  Orders: {Type: AWS::Serverless::SimpleTable}\n");
    for name in ["Read", "Write"] {
        write!(text, "  {name}:\n    Type: AWS::Serverless::Function\n    Properties: {{Handler: a.b, Runtime: python3.12, Policies: *a29}}\n").unwrap();
    }
    survive(&text);
}
