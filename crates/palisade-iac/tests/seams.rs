//! What stands between files: values of a parent stack, documents in texts, kinds of documents.

mod kit;

use kit::{With, read, read_with};
use palisade_iac::document;
use palisade_iac::evaluate::{Scope, evaluate, json_in, value_in, value_of};
use palisade_iac::recognize::{Format, may_be_template, recognize};
use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::index::IndexVec;
use palisade_model::limits::Limits;
use palisade_model::setting::Origin;
use palisade_model::source::{FileId, Sources, Span};
use palisade_model::text::{StackId, Symbol, Text};

#[test]
fn a_parent_hands_values_in() {
    let text = "
Parameters: {Stage: {Type: String}, Table: {Type: String}, Size: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod], IsBig: !Equals [!Ref Size, big], Hole: !Equals [!Ref Table, x]}
Resources:
  R:
    Type: A::B::C
    Properties: {A: !Sub 'x-${Stage}', B: !Ref Table, C: !If [IsProd, 1, 2], D: !If [IsBig, 1, 2], E: !If [Hole, 1, 2]}
";
    let (limits, mut sources) = (Limits::default(), Sources::default());
    let file = sources.add("child.yaml", text);
    let mut problems = Vec::new();
    let document = document::parse(&sources, file, &limits, &mut problems).unwrap();
    let at = Origin::written(Span::new(FileId(0), 0, 1));
    let mut axes: IndexVec<AxisId, Axis> = IndexVec::new();
    let size = axes.push(Axis {
        name: "Size".into(),
        values: vec!["big".into(), "small".into()],
        open: false,
        default: None,
        origin: at.clone(),
    });
    let value = |text: Text| palisade_iac::value::Value::made(text, at.clone());
    let table = Text::hole(Symbol::Attr(StackId(0), "Orders".into(), "Ref".into()));
    let sizes = palisade_iac::value::Value::one_of(
        [
            (Guard::on(size, 1), value(Text::of("big"))),
            (Guard::on(size, 2), value(Text::of("small"))),
        ],
        at.clone(),
    );
    let inherited = [
        ("Stage".to_owned(), value(Text::of("prod"))),
        ("Table".to_owned(), value(table)),
        ("Size".to_owned(), sizes),
    ];
    let find = |_: &str| None;
    let scope = Scope {
        sources: &sources,
        limits: &limits,
        stack: StackId(1),
        given: &[],
        inherited: &inherited,
        find: &find,
    };
    let template = evaluate(&document, &scope, &mut axes, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    let read = kit::Read {
        sources,
        template: Some(template),
        axes,
        problems,
    };
    assert_eq!(
        read.print(&read.properties()),
        "{A: x-prod, B: ${Orders}, C: 1, D: Size=big -> 1 | Size=small -> 2, E: Hole=true -> 1 | Hole=false -> 2}"
    );
}

#[test]
fn json_in_a_text_keeps_holes_and_places() {
    let text = r#"
Resources:
  R:
    Type: A::B::C
    Properties:
      P: !Sub |
        {
          "StartAt": "One",
          "States": {"One": {"Resource": "${R.Arn}", "Seconds": ${Wait}}}
        }
      Q: '{"a": ["b"]}'
      N: no json
"#;
    let read = read(text);
    let limits = Limits::default();
    let mut problems = Vec::new();
    let properties = read.properties();
    let inner = |key: &str, problems: &mut Vec<_>| {
        value_in(
            properties.get(key).unwrap(),
            &read.sources,
            &limits,
            problems,
        )
    };
    let p = inner("P", &mut problems);
    assert_eq!(
        read.print(&p),
        "{StartAt: One, States: {One: {Resource: ${R.Arn}, Seconds: ${Wait}}}}"
    );
    let start = p.get("StartAt").unwrap().origin.span;
    assert_eq!(read.sources.slice(start), "\"One\"");
    assert_eq!(read.sources.line(start.file, start.start), 8);
    let states = p.key_span("States").unwrap();
    assert_eq!(read.sources.slice(states), "\"States\"");
    let q = inner("Q", &mut problems);
    let b = q.get("a").unwrap().items().first().unwrap().origin.span;
    assert_eq!(read.sources.slice(b), "\"b\"");
    assert_eq!(read.print(&inner("N", &mut problems)), "no json");
    let origin = properties.origin.clone();
    assert!(
        json_in(
            &Text::of("no"),
            &origin,
            &read.sources,
            &limits,
            &mut problems
        )
        .is_none()
    );
}

#[test]
fn plain_documents_have_no_intrinsics() {
    let mut sources = Sources::default();
    let text = "{\"Ref\": \"x\", \"a\": {\"Fn::Sub\": \"${y}\"}, \"p\": \"{{resolve:ssm:/a}}\"}";
    let file = sources.add("body.json", text);
    let (limits, mut problems) = (Limits::default(), Vec::new());
    let document = document::parse(&sources, file, &limits, &mut problems).unwrap();
    let value = value_of(&document, &sources, &limits, &mut problems);
    assert_eq!(
        value.words(),
        "{Ref: x, a: {Fn::Sub: ${y}}, p: {{resolve:ssm:/a}}}"
    );
    assert!(value.get("p").unwrap().literal().is_none());
}

#[test]
fn kinds_are_told_by_content() {
    let cases = [
        (
            "Transform: AWS::Serverless-2016-10-31\nResources: {}",
            Format::Sam,
        ),
        (
            "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources: {}",
            Format::Sam,
        ),
        (
            "Resources: {F: {Type: AWS::Serverless::Function}}",
            Format::Sam,
        ),
        (
            "Resources: {B: {Type: AWS::S3::Bucket}}",
            Format::CloudFormation,
        ),
        (
            "Resources: {'Fn::ForEach::L': [X, [a], {'B${X}': {Type: AWS::S3::Bucket}}]}",
            Format::CloudFormation,
        ),
        (
            "AWSTemplateFormatVersion: 2010-09-09\nResources: [a]",
            Format::CloudFormation,
        ),
        (
            "Description: x\nResources: {B: {Type: {{cookiecutter.t}}}}",
            Format::CloudFormation,
        ),
        ("openapi: 3.0.1\npaths: {}", Format::OpenApi),
        ("swagger: '2.0'\ninfo: {title: x}", Format::OpenApi),
        ("StartAt: A\nStates: {A: {Type: Pass}}", Format::Asl),
        ("Resources: {a: {Type: plain}}", Format::Other),
        (
            "service: x\nprovider: {name: aws}\nresources: {Resources: {B: {Type: AWS::S3::Bucket}}}",
            Format::Serverless,
        ),
        (
            "service: {name: x}\nprovider: aws\nfunctions: {}",
            Format::Serverless,
        ),
        ("service: x\nprovider: y", Format::Other),
        (
            "{\"version\": \"2.0\", \"app_name\": \"a\", \"stages\": {}}",
            Format::Chalice,
        ),
        ("- a\n- b", Format::Other),
    ];
    for (text, expected) in cases {
        let mut sources = Sources::default();
        let file = sources.add("t.yaml", text);
        let (limits, mut problems) = (Limits::default(), Vec::new());
        let document = document::parse(&sources, file, &limits, &mut problems).unwrap();
        assert_eq!(recognize(&document), expected, "{text}");
    }
    assert!(may_be_template("Resources:\n  A: {Type: AWS::S3::Bucket}"));
    assert!(!may_be_template("name: ci\non: push"));
}

#[test]
fn merges_of_maps_keep_their_places() {
    let text = "
X: &x {Runtime: python3.12}
Resources:
  R: {Type: A::B::C, Properties: {<<: *x, P: 1}}
";
    let read = read_with(text, &With::default());
    let at = read.properties().get("Runtime").unwrap().origin.span;
    assert_eq!(read.sources.line(at.file, at.start), 2);
}

#[test]
fn trees_are_those_of_the_reference_decoder() {
    let mut sources = Sources::default();
    let text = "
a: !Ref X
b: !GetAtt A.B.C
c: !GetAtt [A, B]
d: !Sub ['${x}', {x: !Ref Y}]
e: !Condition C
f: {<<: {p: 1, q: 2}, q: 012}
g: null
h: !Rain::Embed x
i: !Base64
  Fn::Sub: z
";
    let file = sources.add("t.yaml", text);
    let document = document::parse(&sources, file, &Limits::default(), &mut Vec::new()).unwrap();
    let expected = concat!(
        r#"{"a":{"Ref":"X"},"b":{"Fn::GetAtt":["A","B.C"]},"c":{"Fn::GetAtt":["A","B"]},"#,
        r#""d":{"Fn::Sub":["${x}",{"x":{"Ref":"Y"}}]},"e":{"Condition":"C"},"f":{"q":"012","p":"1"},"#,
        r#""g":null,"h":{"Fn::Rain::Embed":"x"},"i":{"Fn::Base64":{"Fn::Sub":"z"}}}"#
    );
    assert_eq!(document::to_json_text(&document), expected);
}
