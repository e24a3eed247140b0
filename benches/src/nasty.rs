//! Inputs that are hard on purpose: each once cost some analyzer its life.

use std::fmt::Write as _;

use palisade_scan::tree::memory::Memory;

use crate::case::{Settings, ask};
use crate::numbers::{of, table};

/// Files of a tree: path and text.
pub(crate) type Files = Vec<(String, String)>;

/// What a case may cost: milliseconds of the processor, megabytes.
const MOST: (f64, f64) = (1_000.0, 200.0);

/// Name, what it is, and how it is made.
type Case = (&'static str, &'static str, fn() -> Files);

const CASES: &[Case] = &[
    ("record", "5 000 fields of the event in one record", record),
    ("parts", "a text of 5 000 parts", parts),
    ("appended", "a text appended to 5 000 times", appended),
    ("branches", "5 000 branches one after the other", branches),
    (
        "self-extending",
        "200 loops that walk down the event",
        self_extending,
    ),
    ("chain", "a chain of 10 000 functions", chain),
    (
        "circle",
        "a circle of 400 functions, each calling two",
        circle,
    ),
    ("wrapper", "300 handlers through one wrapper", wrapper),
    (
        "hub",
        "300 functions that all write and read one table",
        hub,
    ),
    (
        "minified",
        "3 MB of minified JavaScript as a handler",
        minified,
    ),
    ("resources", "a template of 10 000 resources", resources),
    (
        "conditions",
        "60 conditions over each other, chosen from 60 parameters",
        conditions,
    ),
    ("aliases", "a YAML document of 9^11 nodes", aliases),
    (
        "nested",
        "100 000 brackets in YAML, JSON, Python, JavaScript",
        nested,
    ),
];

/// One row a case.
pub(crate) fn measure(settings: Settings) -> String {
    let head = "case|what|MB|cpu ms|templates|lower|flow|other|peak MB|input MB|findings|problems|";
    let mut rows = vec![head.split('|').map(str::to_owned).collect::<Vec<_>>()];
    for (name, what, _) in CASES {
        let measures = match ask(&["nasty", name], settings) {
            Ok(measures) => measures,
            Err(why) => {
                rows.push(vec![(*name).to_owned(), format!("{what}: {why}")]);
                continue;
            }
        };
        let of = |name| of(&measures, name);
        let other = of("walk") + of("read") + of("rules") + of("rest");
        let over = of("cpu") > MOST.0 || of("peak") > MOST.1;
        rows.push(vec![
            (*name).to_owned(),
            (*what).to_owned(),
            format!("{:.2}", of("bytes") / 1e6),
            format!("{:.0}", of("cpu")),
            format!("{:.0}", of("templates")),
            format!("{:.0}", of("lower")),
            format!("{:.0}", of("flow")),
            format!("{other:.0}"),
            format!("{:.0}", of("peak")),
            format!("{:.0}", of("held")),
            format!("{:.0}", of("findings")),
            format!("{:.0}", of("problems")),
            if over {
                "over".to_owned()
            } else {
                String::new()
            },
        ]);
    }
    format!(
        "aim: each under {} ms and {} MB; the whole scan, library models included\n\n{}",
        MOST.0,
        MOST.1,
        table(&rows)
    )
}

/// The files of a case.
pub(crate) fn files(name: &str) -> Option<Files> {
    CASES
        .iter()
        .find(|(known, _, _)| *known == name)
        .map(|(_, _, make)| make())
}

/// A case as a tree.
pub(crate) fn tree(name: &str) -> Option<Memory> {
    let files = files(name)?;
    Some(Memory::of(
        files.iter().map(|(path, text)| (path.as_str(), text)),
    ))
}

/// One function with a route, whose code is `app.py`.
fn one(code: String) -> Files {
    let template = "Transform: AWS::Serverless-2016-10-31
Resources:
  App:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13, Events: {Post: {Type: HttpApi, Properties: {Path: /, Method: post}}}}
";
    vec![
        ("template.yaml".to_owned(), template.to_owned()),
        ("app.py".to_owned(), code),
    ]
}

fn lines(before: &str, n: usize, line: impl Fn(usize) -> String, after: &str) -> Files {
    let mut code = before.to_owned();
    for at in 0..n {
        code.push_str(&line(at));
        code.push('\n');
    }
    code.push_str(after);
    one(code)
}

const HEAD: &str =
    "import json, os\ndef handler(event, context):\n    e = json.loads(event[\"body\"])\n";

fn record() -> Files {
    lines(
        &format!("{HEAD}    r = {{\n"),
        5_000,
        |at| format!("        \"k{at}\": e[\"k{at}\"],"),
        "    }\n    os.system(r[\"k4999\"])\n",
    )
}

fn parts() -> Files {
    lines(
        &format!("{HEAD}    s = (\n"),
        5_000,
        |at| format!("        f\"a{{e['k{at}']}}\""),
        "    )\n    os.system(s)\n",
    )
}

fn appended() -> Files {
    lines(
        &format!("{HEAD}    s = \"\"\n"),
        5_000,
        |at| format!("    s += \"a\" + e[\"k{at}\"]"),
        "    os.system(s)\n",
    )
}

fn branches() -> Files {
    let branch = |at| {
        format!(
            "    if e[\"k{at}\"]:\n        s = s + e[\"v{at}\"]\n    elif not s:\n        t = s"
        )
    };
    lines(
        &format!("{HEAD}    s = t = \"\"\n"),
        5_000,
        branch,
        "    os.system(s + t)\n",
    )
}

fn self_extending() -> Files {
    let walk = |at| {
        format!(
            "    n = e[\"k{at}\"]\n    while n[\"next\"]:\n        n = n[\"next\"][n[\"more\"]]\n        m.append({{\"n\": n, \"m\": m}})"
        )
    };
    lines(
        &format!("{HEAD}    m = []\n"),
        200,
        walk,
        "    os.system(n[\"name\"])\n    os.system(m[0][\"m\"][0][\"n\"][\"name\"])\n",
    )
}

fn chain() -> Files {
    let next = |at: usize| format!("def f{at}(x):\n    return f{}(x)", at + 1);
    lines(
        "import os\ndef handler(event, context):\n    return f0(event[\"body\"])\n",
        10_000,
        next,
        "def f10000(x):\n    return os.system(x)\n",
    )
}

fn circle() -> Files {
    let next = |at: usize| {
        let sink = if at == 200 { "    os.system(x)\n" } else { "" };
        format!(
            "def f{at}(x, y):\n{sink}    return f{}(y, x) or f{}(x, {{\"a\": y, \"b\": x}})",
            (at + 1) % 400,
            (at + 7) % 400
        )
    };
    lines(
        "import os\ndef handler(event, context):\n    return f0(event[\"body\"], event[\"path\"])\n",
        400,
        next,
        "",
    )
}

fn wrapper() -> Files {
    let mut template = "Transform: AWS::Serverless-2016-10-31\nResources:\n".to_owned();
    let mut code = "import os\ndef wrap(f):\n    def inner(event, context):\n        try:\n            return f(event, context)\n        except Exception as error:\n            return {\"statusCode\": 500, \"body\": str(error)}\n    return inner\n".to_owned();
    for at in 0..300 {
        let _ = writeln!(
            template,
            "  F{at}:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: ., Handler: app.h{at}, Runtime: python3.13, Events: {{Post: {{Type: HttpApi, Properties: {{Path: /{at}, Method: post}}}}}}}}"
        );
        let sink = if at % 10 == 0 {
            format!("os.system(event[\"headers\"][\"x-{at}\"])")
        } else {
            "len(event)".to_owned()
        };
        let _ = writeln!(code, "@wrap\ndef h{at}(event, context):\n    return {sink}");
    }
    vec![
        ("template.yaml".to_owned(), template),
        ("app.py".to_owned(), code),
    ]
}

fn hub() -> Files {
    let mut template =
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Hub: {Type: AWS::DynamoDB::Table}\n"
            .to_owned();
    let mut code =
        "import os\nimport boto3\nhub = boto3.resource(\"dynamodb\").Table(os.environ[\"HUB\"])\n"
            .to_owned();
    for at in 0..300 {
        let _ = writeln!(
            template,
            "  F{at}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      Handler: app.h{at}\n      Runtime: python3.13\n      Environment: {{Variables: {{HUB: !Ref Hub}}}}\n      Policies: [{{DynamoDBCrudPolicy: {{TableName: !Ref Hub}}}}]\n      Events: {{Post: {{Type: HttpApi, Properties: {{Path: /{at}, Method: post}}}}}}"
        );
        let _ = writeln!(
            code,
            "def h{at}(event, context):\n    item = hub.get_item(Key={{\"id\": \"{at}\"}})[\"Item\"]\n    hub.put_item(Item={{\"id\": \"{at}\", \"a\": item[\"b\"], \"b\": event[\"body\"], \"c{at}\": item[\"a\"]}})\n    os.system(item[\"a\"])"
        );
    }
    vec![
        ("template.yaml".to_owned(), template),
        ("app.py".to_owned(), code),
    ]
}

fn minified() -> Files {
    let mut code = String::new();
    let mut at = 0;
    while code.len() < 3_000_000 {
        let _ = write!(
            code,
            "function a{at}(e,t){{var n=e.b{at}||{{}};return t?a{}(n,e&&e.c):n.d?(n.f=t,[n,e].map(function(r){{return r&&r.g}})):\"x\"+e.h}}",
            at / 2
        );
        at += 1;
    }
    code.push_str(
        "exports.handler=function(e,t){return require(\"child_process\").execSync(a9(e,t))}",
    );
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  App:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: ., Handler: index.handler, Runtime: nodejs22.x, Events: {Post: {Type: HttpApi, Properties: {Path: /, Method: post}}}}\n";
    vec![
        ("template.yaml".to_owned(), template.to_owned()),
        ("index.js".to_owned(), code),
    ]
}

fn resources() -> Files {
    let mut template = "Resources:\n".to_owned();
    for at in 0..5_000 {
        let _ = writeln!(
            template,
            "  Q{at}:\n    Type: AWS::SQS::Queue\n    Properties: {{QueueName: !Sub \"${{AWS::StackName}}-{at}\"}}"
        );
        let _ = writeln!(
            template,
            "  R{at}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: \"sts:AssumeRole\"}}]}}\n      Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{{Effect: Allow, Action: \"sqs:*\", Resource: !GetAtt Q{at}.Arn}}]}}}}]"
        );
    }
    vec![("template.yaml".to_owned(), template)]
}

fn conditions() -> Files {
    let mut template = "Transform: AWS::Serverless-2016-10-31\nParameters:\n".to_owned();
    for at in 0..60 {
        let _ = writeln!(
            template,
            "  P{at}: {{Type: String, AllowedValues: [a, b, c]}}"
        );
    }
    template.push_str("Conditions:\n");
    for at in 0..60 {
        let (next, far) = ((at + 1) % 60, (at + 17) % 60);
        let _ = writeln!(
            template,
            "  C{at}: !Or [!And [!Equals [!Ref P{at}, a], !Not [!Equals [!Ref P{next}, b]]], !Condition C{far}, !Not [!Condition C{next}]]"
        );
    }
    template.push_str("Resources:\n");
    for at in 0..60 {
        let name = (0..12).fold("z".to_owned(), |name, inner| {
            format!(
                "!If [C{}, !Sub \"${{P{inner}}}\", {name}]",
                (at + inner) % 60
            )
        });
        let _ = writeln!(
            template,
            "  Q{at}: {{Type: AWS::SQS::Queue, Condition: C{at}, Properties: {{QueueName: {name}}}}}"
        );
    }
    vec![("template.yaml".to_owned(), template)]
}

fn aliases() -> Files {
    let mut template = "Resources:\n  A: {Type: AWS::S3::Bucket}\nMetadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..11 {
        let inner = vec![format!("*a{}", at - 1); 9].join(", ");
        let _ = writeln!(template, "  a{at}: &a{at} [{inner}]");
    }
    template.push_str("Outputs: {X: {Value: *a10}}\n");
    vec![("template.yaml".to_owned(), template)]
}

fn nested() -> Files {
    let deep = "[".repeat(100_000);
    let mut files = one(format!("x = {deep}\n"));
    files.push(("a.yaml".to_owned(), format!("Resources: {deep}")));
    files.push(("b.json".to_owned(), format!("{{\"Resources\": {deep}")));
    files.push(("c.js".to_owned(), format!("x = {deep}")));
    files
}
