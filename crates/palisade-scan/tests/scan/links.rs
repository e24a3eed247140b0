//! Declared functions and the source they run; handlers that no template names.

use crate::support::{CODE, HOLE, TEMPLATE, findings, lines, memory, problems};

#[test]
fn code_inside_a_template_keeps_its_lines() {
    let code = CODE.replace('\n', "\n          ");
    let template = format!(
        "Resources:\n  One:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n      Runtime: python3.13\n      Code:\n        ZipFile: |\n          {code}\n  Two:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n      Runtime: nodejs22.x\n      Code:\n        ZipFile: !Sub |\n          const {{ execSync }} = require('child_process');\n          exports.handler = async (event) => {{\n            return execSync('echo ' + event.name + '${{AWS::Region}}');\n          }};\n"
    );
    let scan = memory(&[("t.yaml", template)]).unwrap();
    let wanted = [
        "finding t.yaml:12 sas01-os-command",
        "finding t.yaml:23 sas01-os-command",
        "function One t.yaml handler",
        "function Two t.yaml handler",
    ];
    assert_eq!(lines(&scan), wanted);
    let (finding, _) = scan
        .outcome
        .findings
        .iter()
        .filter(|(f, _)| f.sas.contains(&1))
        .min_by_key(|(f, _)| f.place.start)
        .unwrap();
    assert_eq!(
        scan.sources.slice(finding.place),
        "os.system('echo ' + name)"
    );
}

#[test]
fn handlers_in_build_output_are_read_and_the_rest_of_it_is_not() {
    let template = TEMPLATE
        .replace("CodeUri: src", "CodeUri: dist")
        .replace("python3.13", "nodejs22.x");
    let code = "const { run } = require('./run');\nexports.handler = async (event) => run(event.queryStringParameters.x);\n";
    let run = "const { execSync } = require('child_process');\nexports.run = (x) => execSync('echo ' + x);\n";
    let files = [
        ("template.yaml", template.as_str()),
        ("dist/app.js", code),
        ("dist/run.js", run),
        ("dist/other.js", "x = (;\n"),
    ];
    let scan = memory(&files).unwrap();
    assert_eq!(
        lines(&scan),
        [
            "finding dist/run.js:2 sas01-os-command",
            "function Run dist/app.js handler"
        ]
    );
    assert_eq!(scan.outcome.left_out, 1);
}

#[test]
fn shared_code_and_submodules() {
    let code = "from lib import shell\nfrom lib.deep import tools as t\ndef handler(event, context):\n    shell.run(event['body'])\n    t.run(event['body'])\n";
    let run = "import os\ndef run(x):\n    os.system(x)\n";
    let files = [
        ("template.yaml", TEMPLATE),
        ("src/app.py", code),
        ("src/lib/shell.py", run),
        ("src/lib/deep/__init__.py", ""),
        ("src/lib/deep/tools.py", run),
    ];
    let scan = memory(&files).unwrap();
    let wanted = [
        "finding src/lib/deep/tools.py:3 sas01-os-command",
        "finding src/lib/shell.py:3 sas01-os-command",
    ];
    assert_eq!(findings(&scan), wanted, "{:?}", lines(&scan));
}

#[test]
fn two_candidates_are_named_and_none_is_taken() {
    let template = TEMPLATE.replace("CodeUri: src", "CodeUri: s3://bucket/key.zip");
    let files = [
        ("template.yaml", template.as_str()),
        ("a/app.py", CODE),
        ("b/app.py", CODE),
    ];
    let scan = memory(&files).unwrap();
    let problem = "problem template.yaml:7 ambiguous handler `app.handler` of Run may be any of a/app.py, b/app.py: its code was not read";
    assert!(
        problems(&scan).iter().any(|p| p == problem),
        "{:?}",
        lines(&scan)
    );
}

#[test]
fn code_that_lies_elsewhere_is_found_where_only_one_file_fits() {
    let template = TEMPLATE.replace("CodeUri: src", "CodeUri: s3://bucket/key.zip");
    let scan = memory(&[
        ("template.yaml", template.as_str()),
        ("functions/run/app.py", CODE),
    ])
    .unwrap();
    assert_eq!(
        findings(&scan),
        ["finding functions/run/app.py:4 sas01-os-command"]
    );
}

#[test]
fn images_are_followed_through_their_dockerfile() {
    let template = "Resources:\n  Run:\n    Type: AWS::Serverless::Function\n    Properties:\n      PackageType: Image\n    Metadata:\n      DockerContext: ./src\n      Dockerfile: run/Dockerfile\n";
    let docker = "FROM public.ecr.aws/lambda/python:3.13\nCOPY run/app.py ${LAMBDA_TASK_ROOT}/\nCMD [\"app.handler\"]\n";
    let files = [
        ("template.yaml", template),
        ("src/run/Dockerfile", docker),
        ("src/run/app.py", CODE),
        ("src/other/app.py", CODE),
    ];
    let scan = memory(&files).unwrap();
    assert!(
        lines(&scan).contains(&"function Run src/run/app.py handler".to_owned()),
        "{:?}",
        lines(&scan)
    );
}

#[test]
fn code_without_a_template() {
    let scan = memory(&[("src/app.py", CODE)]).unwrap();
    assert_eq!(
        lines(&scan),
        [HOLE, "function handler (src/app.py) src/app.py handler"]
    );
    let (finding, _) = scan.outcome.findings.first().unwrap();
    assert!(finding.reach_unknown && finding.capped.is_none());
}

#[test]
fn a_handler_nobody_names_is_latent_where_all_others_are_linked() {
    let files = [
        ("template.yaml", TEMPLATE),
        ("src/app.py", "def handler(event, context):\n    pass\n"),
        ("src/tool.py", CODE),
    ];
    let scan = memory(&files).unwrap();
    assert_eq!(
        lines(&scan),
        [
            "finding src/tool.py:4 sas01-os-command",
            "function Run src/app.py handler"
        ]
    );
    let (finding, _) = scan.outcome.findings.first().unwrap();
    assert_eq!(
        finding.capped,
        Some(palisade_model::finding::Capped::Latent)
    );
}

#[test]
fn tests_are_left_out() {
    let files = [
        ("src/test_app.py", CODE),
        ("tests/app.py", CODE),
        ("src/app.spec.js", "x = (;"),
        ("node_modules/a/index.js", "x = (;"),
    ];
    let scan = memory(&files).unwrap();
    assert!(lines(&scan).is_empty(), "{:?}", lines(&scan));
    assert_eq!(scan.outcome.left_out, 3);
}
