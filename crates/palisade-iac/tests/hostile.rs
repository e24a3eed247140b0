//! Templates nobody would write: cut, mixed and huge ones must neither panic nor hang.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use palisade_iac::{ReadSettings, plan, read};
use palisade_model::app::App;
use palisade_model::limits::Limits;
use palisade_model::print::print;
use palisade_model::source::Sources;
use proptest::prelude::{ProptestConfig, any, prop, proptest};

fn read_one(text: &str) -> Option<(App, String)> {
    let mut sources = Sources::default();
    let id = sources.add("template.yaml", text);
    let limits = Limits::default();
    let (plans, _) = plan(&sources, &[id], &limits);
    let plan = plans.first()?;
    let find = |path: &str| sources.find(path);
    let app = read(plan, &sources, &ReadSettings::default(), &limits, &find);
    let printed = print(&app, &sources);
    Some((app, printed))
}

/// The templates of all goldens.
fn templates() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        for name in ["```template.yaml\n", "serverless.yml\n"] {
            for block in text.split(name).skip(1) {
                found.extend(block.split("```").next().map(str::to_owned));
            }
        }
    }
    found
}

/// Puts one line's value in place of another's, drops lines, or cuts the text.
fn mixed(text: &str, seeds: &[(u16, u16, u8)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (a, b, how) in seeds {
        if lines.is_empty() {
            break;
        }
        let (a, b) = (usize::from(*a) % lines.len(), usize::from(*b) % lines.len());
        let value = |line: &String| line.split_once(": ").map(|(_, v)| v.to_owned());
        match how % 5 {
            0 => {
                lines.remove(a);
            }
            1 => lines.swap(a, b),
            2 => {
                let other = lines.get(b).and_then(value);
                if let (Some(line), Some(other)) = (lines.get_mut(a), other)
                    && let Some((key, _)) = line.clone().split_once(": ")
                {
                    *line = format!("{key}: {other}");
                }
            }
            3 => {
                if let Some(line) = lines.get_mut(a)
                    && let Some((key, _)) = line.clone().split_once(": ")
                {
                    let odd = [
                        "[]",
                        "{}",
                        "~",
                        "!Ref X",
                        "[[1], {a: b}]",
                        "!If [IsProd, {}, []]",
                        "!GetAtt A.B.C",
                        "\"${\"",
                        "${self:}",
                        "${self:custom.${sls:stage}}",
                        "${file(template.yaml):functions}",
                    ];
                    *line = format!(
                        "{key}: {}",
                        odd.get(b % odd.len()).copied().unwrap_or_default()
                    );
                }
            }
            _ => lines.truncate(a.max(1)),
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn mixed_templates(which in any::<usize>(), seeds in prop::collection::vec(any::<(u16, u16, u8)>(), 1..12)) {
        let all = templates();
        if let Some(text) = all.get(which % all.len().max(1)) {
            let text = mixed(text, &seeds);
            let first = read_one(&text).map(|(_, printed)| printed);
            let second = read_one(&text).map(|(_, printed)| printed);
            assert_eq!(first, second);
        }
    }
}

#[test]
fn ten_thousand_functions() {
    let mut text = String::from(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtime: python3.13, Environment: {Variables: {A: b, C: d}}}}\nResources:\n",
    );
    for at in 0..10_000 {
        let _ = writeln!(
            text,
            "  F{at}:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionName: f-{at}\n      Handler: a.b\n      CodeUri: src/{at}\n      Policies: [S3ReadPolicy: {{BucketName: !Ref B{at}}}]\n      Events:\n        A: {{Type: S3, Properties: {{Bucket: !Ref B{at}, Events: 's3:*'}}}}\n        H: {{Type: HttpApi, Properties: {{Path: /f{at}, Method: get}}}}\n  B{at}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: b-{at}}}}}"
        );
    }
    let limits = Limits {
        template_bytes: 64 << 20,
        ..Limits::default()
    };
    let mut sources = Sources::default();
    let id = sources.add("template.yaml", text);
    let begin = Instant::now();
    let (plans, problems) = plan(&sources, &[id], &limits);
    let planned = begin.elapsed();
    assert!(problems.is_empty(), "{problems:?}");
    let app = read(
        &plans[0],
        &sources,
        &ReadSettings::default(),
        &limits,
        &|_| None,
    );
    println!("plan {planned:?}, read {:?}", begin.elapsed() - planned);
    assert_eq!(app.functions.len(), 10_000);
    assert_eq!(app.triggers.len(), 20_000);
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[test]
fn ten_thousand_functions_of_a_service() {
    let mut text = String::from(
        "service: s\nprovider: {name: aws, runtime: python3.13, environment: {A: b, C: '${self:custom.${sls:stage}.c}'}}\ncustom: {dev: {c: 1}, prod: {c: 2}}\nfunctions:\n",
    );
    for at in 0..10_000 {
        let _ = writeln!(
            text,
            "  f{at}:\n    name: n-{at}\n    handler: src/{at}.b\n    events:\n      - httpApi: GET /f{at}\n      - s3: b-{at}\n      - sqs: arn:aws:sqs:eu-west-1:111122223333:q-{at}"
        );
    }
    let limits = Limits {
        template_bytes: 64 << 20,
        ..Limits::default()
    };
    let mut sources = Sources::default();
    let id = sources.add("serverless.yml", text);
    let begin = Instant::now();
    let (plans, _) = plan(&sources, &[id], &limits);
    let settings = ReadSettings::default();
    let app = read(&plans[0], &sources, &settings, &limits, &|_| None);
    println!("plan and read {:?}", begin.elapsed());
    assert_eq!(app.functions.len(), 10_000);
    assert_eq!(app.triggers.len(), 30_000);
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_circle_of_nested_stacks_ends() {
    let mut sources = Sources::default();
    let a = sources.add("a.yaml", "Resources:\n  B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml, Parameters: {X: !GetAtt B.Outputs.Y}}}\nOutputs: {Y: {Value: !GetAtt B.Outputs.Y}}\n");
    let b = sources.add("b.yaml", "Resources:\n  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a.yaml}}\nOutputs: {Y: {Value: !GetAtt A.Outputs.Y}}\n");
    let limits = Limits::default();
    let (plans, _) = plan(&sources, &[a, b], &limits);
    assert_eq!(plans.len(), 1);
    let app = read(
        &plans[0],
        &sources,
        &ReadSettings::default(),
        &limits,
        &|path| match path {
            "a.yaml" => Some(a),
            "b.yaml" => Some(b),
            _ => None,
        },
    );
    assert_eq!(app.stacks.len(), 2);
}
