//! Repairs of made-up templates in any layout: what was asked holds afterwards, nothing else changes, and a second run
//! proposes nothing. `PALISADE_REPAIRS=N` tries so many.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod repairs;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use palisade_iac::repair::diff::unified;
use palisade_model::app::App;
use palisade_model::policy::{Effect, Grant};
use palisade_model::setting::How;
use proptest::prelude::{ProptestConfig, proptest};
use repairs::{Project, after};

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    fn one<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.roll(from.len())]
    }
}

/// A value to be laid out.
#[derive(Clone)]
enum Value {
    /// A text, quoted where it must be.
    Text(String),
    /// As it is.
    Token(String),
    /// `Fn::GetAtt`, `Ref`, `Fn::Sub`.
    Call(&'static str, String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    /// A condition around something.
    If(Box<Value>),
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// How a template is laid out.
struct Layout {
    json: bool,
    step: usize,
    dash: usize,
    /// One of so many collections is in brackets.
    flow: usize,
    comments: bool,
}

impl Layout {
    fn json(&self, value: &Value, indent: usize) -> String {
        let pad = "\t".repeat(indent + 1);
        let end = "\t".repeat(indent);
        match value {
            Value::Text(text) | Value::Token(text) => format!("{text:?}"),
            Value::Call("Fn::GetAtt", text) => {
                let (id, attribute) = text.split_once('.').unwrap();
                format!("{{\"Fn::GetAtt\": [\"{id}\", \"{attribute}\"]}}")
            }
            Value::Call(name, text) => format!("{{\"{name}\": {text:?}}}"),
            Value::If(inner) => format!(
                "{{\"Fn::If\": [\"IsProd\", {}, {{\"Ref\": \"AWS::NoValue\"}}]}}",
                self.json(inner, indent)
            ),
            Value::List(items) if items.is_empty() => "[]".to_owned(),
            Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Value::List(items) => {
                let each: Vec<String> = items
                    .iter()
                    .map(|item| format!("{pad}{}", self.json(item, indent + 1)))
                    .collect();
                format!("[\n{}\n{end}]", each.join(",\n"))
            }
            Value::Map(entries) => {
                let entry = |(key, value): &(String, Value)| {
                    format!("{pad}\"{key}\": {}", self.json(value, indent + 1))
                };
                let each: Vec<String> = entries.iter().map(entry).collect();
                format!("{{\n{}\n{end}}}", each.join(",\n"))
            }
        }
    }

    fn line(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => format!("'{text}'"),
            Value::Token(text) => text.clone(),
            Value::Call(name, text) => format!("!{} '{text}'", name.trim_start_matches("Fn::")),
            Value::If(inner) => format!("!If [IsProd, {}, !Ref 'AWS::NoValue']", self.line(inner)),
            Value::List(items) => {
                let each: Vec<String> = items.iter().map(|item| self.line(item)).collect();
                format!("[{}]", each.join(", "))
            }
            Value::Map(entries) => {
                let each: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", self.line(value)))
                    .collect();
                format!("{{{}}}", each.join(", "))
            }
        }
    }

    fn note(&self, dice: &mut Dice) -> &'static str {
        if self.comments && dice.roll(3) == 0 {
            "  # said [so], 'yes': {it}"
        } else {
            ""
        }
    }

    /// What follows `key:` or a dash; `column` is where the key or the dash's content stands.
    fn block(&self, value: &Value, column: usize, item: bool, dice: &mut Dice) -> String {
        let flow = dice.roll(self.flow) == 0;
        match value {
            Value::List(items) if !flow && !items.is_empty() => {
                let at = if item { column } else { column + self.dash };
                let mut out = String::new();
                for (number, one) in items.iter().enumerate() {
                    let inner = self.block(one, at + 2, true, dice);
                    let lead = if item && number == 0 {
                        String::new()
                    } else {
                        format!("\n{}", " ".repeat(at))
                    };
                    if self.comments && !lead.is_empty() && dice.roll(4) == 0 {
                        write!(out, "\n{}# next", " ".repeat(at)).unwrap();
                    }
                    write!(out, "{lead}- {}", inner.trim_start()).unwrap();
                }
                out
            }
            Value::Map(entries) if !flow && !entries.is_empty() => {
                let at = if item { column } else { column + self.step };
                let mut out = String::new();
                for (number, (key, one)) in entries.iter().enumerate() {
                    let lead = if item && number == 0 {
                        String::new()
                    } else {
                        format!("\n{}", " ".repeat(at))
                    };
                    write!(out, "{lead}{key}:{}", self.block(one, at, false, dice)).unwrap();
                }
                out
            }
            value => format!(" {}{}", self.line(value), self.note(dice)),
        }
    }

    fn render(&self, value: &Value, dice: &mut Dice) -> String {
        if self.json {
            return self.json(value, 0) + "\n";
        }
        let Value::Map(entries) = value else { panic!() };
        let mut out = String::new();
        for (key, one) in entries {
            let Value::Map(inner) = one else {
                writeln!(out, "{key}:{}", self.block(one, 0, false, dice)).unwrap();
                continue;
            };
            writeln!(out, "{key}:").unwrap();
            for (key, one) in inner {
                let pad = " ".repeat(self.step);
                writeln!(
                    out,
                    "{pad}{key}:{}",
                    self.block(one, self.step, false, dice)
                )
                .unwrap();
                if dice.roll(2) == 0 {
                    out.push('\n');
                }
            }
        }
        out
    }
}

const ACTIONS: [&str; 7] = [
    "s3:GetObject",
    "s3:PutObject",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "sns:Publish",
    "kms:Decrypt",
    "sqs:SendMessage",
];
const WIDE: [&str; 5] = ["s3:*", "dynamodb:*", "*", "sns:Pub*", "kms:*"];
/// As changes write them, and as templates do.
const RESOURCES: [(&str, &str, &str); 6] = [
    ("*", "", "*"),
    ("arn:aws:s3:::data/*", "", "arn:aws:s3:::data/*"),
    ("${Table.Arn}", "Fn::GetAtt", "Table.Arn"),
    ("${Table.Arn}/index/*", "Fn::Sub", "${Table.Arn}/index/*"),
    ("${Topic}", "Ref", "Topic"),
    (
        "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs",
        "Fn::Sub",
        "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs",
    ),
];

fn resource(dice: &mut Dice) -> Value {
    let (_, call, word) = RESOURCES[dice.roll(RESOURCES.len())];
    match call {
        "" => text(word),
        call => Value::Call(call, word.to_owned()),
    }
}

fn several(dice: &mut Dice, make: &mut dyn FnMut(&mut Dice) -> Value) -> Value {
    match dice.roll(3) {
        0 => make(dice),
        count => Value::List((0..=count).map(|_| make(dice)).collect()),
    }
}

fn statement(dice: &mut Dice, deny: bool) -> Value {
    let actions = several(dice, &mut |dice| {
        text(if dice.roll(2) == 0 {
            WIDE[dice.roll(WIDE.len())]
        } else {
            ACTIONS[dice.roll(ACTIONS.len())]
        })
    });
    let mut entries = vec![(
        "Effect".to_owned(),
        Value::Token(if deny { "Deny" } else { "Allow" }.to_owned()),
    )];
    if dice.roll(3) == 0 {
        entries.insert(
            0,
            (
                "Sid".to_owned(),
                Value::Token(format!("S{}", dice.roll(100))),
            ),
        );
    }
    entries.push(("Action".to_owned(), actions));
    entries.push(("Resource".to_owned(), several(dice, &mut resource)));
    if dice.roll(4) == 0 {
        let test = map([("StringEquals", map([("aws:PrincipalTag/team", text("a"))]))]);
        entries.push(("Condition".to_owned(), test));
    }
    Value::Map(entries)
}

fn document(dice: &mut Dice) -> Value {
    let statements = match dice.roll(4) {
        0 => statement(dice, false),
        count => Value::List(
            (0..count)
                .map(|_| {
                    let deny = dice.roll(6) == 0;
                    let one = statement(dice, deny);
                    if dice.roll(5) == 0 {
                        Value::If(Box::new(one))
                    } else {
                        one
                    }
                })
                .collect(),
        ),
    };
    map([("Version", text("2012-10-17")), ("Statement", statements)])
}

fn policy(dice: &mut Dice) -> Value {
    match dice.roll(5) {
        0 => Value::Token(
            dice.one(&["AmazonS3FullAccess", "AWSXrayWriteOnlyAccess"])
                .to_owned(),
        ),
        1 => map([(
            "DynamoDBCrudPolicy",
            map([("TableName", Value::Call("Ref", "Table".to_owned()))]),
        )]),
        2 => map([(
            "SNSPublishMessagePolicy",
            map([(
                "TopicName",
                Value::Call("Fn::GetAtt", "Topic.TopicName".to_owned()),
            )]),
        )]),
        _ => document(dice),
    }
}

fn role(dice: &mut Dice) -> Value {
    let trust = map([(
        "Statement",
        Value::List(vec![map([
            ("Effect", Value::Token("Allow".to_owned())),
            (
                "Principal",
                map([("Service", Value::Token("lambda.amazonaws.com".to_owned()))]),
            ),
            ("Action", text("sts:AssumeRole")),
        ])]),
    )]);
    let mut entries = vec![("AssumeRolePolicyDocument".to_owned(), trust)];
    if dice.roll(2) == 0 {
        let names = [
            "AmazonS3FullAccess",
            "service-role/AWSLambdaBasicExecutionRole",
        ];
        let names = names
            .iter()
            .take(1 + dice.roll(2))
            .map(|name| text(&format!("arn:aws:iam::aws:policy/{name}")));
        entries.push(("ManagedPolicyArns".to_owned(), Value::List(names.collect())));
    }
    if dice.roll(4) != 0 {
        let policies = (0..=dice.roll(2)).map(|at| {
            map([
                ("PolicyName", Value::Token(format!("p{at}"))),
                ("PolicyDocument", document(dice)),
            ])
        });
        entries.push(("Policies".to_owned(), Value::List(policies.collect())));
    }
    map([
        ("Type", Value::Token("AWS::IAM::Role".to_owned())),
        ("Properties", Value::Map(entries)),
    ])
}

fn template(dice: &mut Dice) -> Value {
    let mut resources = vec![
        (
            "Table".to_owned(),
            map([("Type", Value::Token("AWS::DynamoDB::Table".to_owned()))]),
        ),
        (
            "Topic".to_owned(),
            map([("Type", Value::Token("AWS::SNS::Topic".to_owned()))]),
        ),
    ];
    for name in ["Own", "Shared"] {
        resources.push((name.to_owned(), role(dice)));
    }
    if dice.roll(2) == 0 {
        let named = dice.one(&["Own", "Shared"]).to_owned();
        let properties = map([
            ("PolicyName", Value::Token("attached".to_owned())),
            ("Roles", Value::List(vec![Value::Call("Ref", named)])),
            ("PolicyDocument", document(dice)),
        ]);
        resources.push((
            "Attached".to_owned(),
            map([
                ("Type", Value::Token("AWS::IAM::Policy".to_owned())),
                ("Properties", properties),
            ]),
        ));
    }
    for (name, serverless, role) in [
        ("A", true, ""),
        ("B", true, ""),
        ("C", true, "Shared"),
        ("D", false, "Shared"),
        ("E", false, "Own"),
    ] {
        let mut entries = vec![
            ("Handler".to_owned(), Value::Token("app.handler".to_owned())),
            ("Runtime".to_owned(), Value::Token("python3.12".to_owned())),
        ];
        if !role.is_empty() {
            entries.push((
                "Role".to_owned(),
                Value::Call("Fn::GetAtt", format!("{role}.Arn")),
            ));
        } else if dice.roll(5) != 0 {
            let policies = match dice.roll(4) {
                0 => policy(dice),
                count => Value::List((0..count).map(|_| policy(dice)).collect()),
            };
            entries.push(("Policies".to_owned(), policies));
        }
        if dice.roll(2) == 0 {
            entries.push(("Timeout".to_owned(), Value::Token("5".to_owned())));
        }
        let kind = if serverless {
            "AWS::Serverless::Function"
        } else {
            "AWS::Lambda::Function"
        };
        resources.push((
            name.to_owned(),
            map([
                ("Type", Value::Token(kind.to_owned())),
                ("Properties", Value::Map(entries)),
            ]),
        ));
    }
    map([
        (
            "Transform",
            Value::Token("AWS::Serverless-2016-10-31".to_owned()),
        ),
        (
            "Parameters",
            map([("Stage", map([("Type", Value::Token("String".to_owned()))]))]),
        ),
        ("Conditions", Value::Token("CONDITIONS".to_owned())),
        ("Resources", Value::Map(resources)),
    ])
}

fn source(dice: &mut Dice) -> (String, String) {
    let layout = Layout {
        json: dice.roll(4) == 0,
        step: [2, 4][dice.roll(2)],
        dash: [0, 2, 4][dice.roll(3)],
        flow: [1_000, 12, 4][dice.roll(3)],
        comments: dice.roll(2) == 0,
    };
    let value = template(dice);
    let mut out = layout.render(&value, dice);
    let conditions = "{\"IsProd\": {\"Fn::Equals\": [{\"Ref\": \"Stage\"}, \"prod\"]}}";
    out = out
        .replace("\"CONDITIONS\"", conditions)
        .replace("CONDITIONS", conditions);
    if dice.roll(4) == 0 {
        out = out.replace('\n', "\r\n");
    }
    if dice.roll(4) == 0 {
        out = out.trim_end().to_owned();
    }
    let name = if layout.json {
        "template.json"
    } else {
        "template.yaml"
    };
    (name.to_owned(), out)
}

fn changes(dice: &mut Dice) -> String {
    let mut out = String::new();
    for name in ["A", "B", "C", "D", "E"] {
        if dice.roll(4) == 0 {
            continue;
        }
        writeln!(out, "role {name}").unwrap();
        for _ in 0..dice.roll(4) {
            let actions: BTreeSet<&str> = (0..=dice.roll(2))
                .map(|_| ACTIONS[dice.roll(ACTIONS.len())])
                .collect();
            let on: BTreeSet<&str> = (0..=dice.roll(2))
                .map(|_| RESOURCES[dice.roll(RESOURCES.len())].0)
                .collect();
            let actions: Vec<&str> = actions.into_iter().collect();
            let on: Vec<&str> = on.into_iter().collect();
            let test = if dice.roll(5) == 0 {
                " where aws:PrincipalTag/team StringEquals a"
            } else {
                ""
            };
            writeln!(
                out,
                "allow {} on {}{test}",
                actions.join(" "),
                on.join(", ")
            )
            .unwrap();
        }
        if dice.roll(2) == 0 {
            writeln!(out, "keep AWSLambdaBasicExecutionRole").unwrap();
        }
        if dice.roll(3) == 0 {
            writeln!(out, "keep AWSXrayWriteOnlyAccess").unwrap();
        }
    }
    out
}

/// What somebody wrote that a function may do, as words; the proof has its own way to say it.
fn held(app: &App, name: &str) -> BTreeSet<String> {
    let function = app
        .functions
        .iter()
        .find(|f| f.key.address == name)
        .unwrap();
    let mut found = BTreeSet::new();
    for (_, role) in &function.role {
        for grant in &app.roles[*role].grants {
            let Grant::Statement(s) = grant else { continue };
            let made =
                matches!(s.origin.how, How::Generated(maker) if maker != "sam.policy-template");
            if made || s.effect == Effect::Deny {
                continue;
            }
            for action in &s.actions {
                for on in &s.resources {
                    found.insert(format!(
                        "{} {} {}",
                        action.words(),
                        on.words().replace("${Topic.Arn}", "${Topic}"),
                        s.conditions.len()
                    ));
                }
            }
        }
    }
    found
}

fn wished(changes: &str, name: &str) -> Option<BTreeSet<String>> {
    let mut lines = changes
        .lines()
        .skip_while(|line| *line != format!("role {name}"));
    lines.next()?;
    let mut found = BTreeSet::new();
    for line in lines.take_while(|line| !line.starts_with("role ")) {
        let Some(rest) = line.strip_prefix("allow ") else {
            continue;
        };
        let (rest, tests) = match rest.split_once(" where ") {
            Some((rest, _)) => (rest, 1),
            None => (rest, 0),
        };
        let (actions, on) = rest.split_once(" on ").unwrap();
        for action in actions.split(' ') {
            for on in on.split(", ") {
                found.insert(format!("{action} {on} {tests}"));
            }
        }
    }
    Some(found)
}

/// What may be refused, and rightly.
const REFUSED: [&str; 2] = [
    "a condition decides its `Policies`",
    "stands behind one name",
];

fn check(seed: u64) {
    let mut dice = Dice(seed | 1);
    for _ in 0..8 {
        dice.roll(2);
    }
    let files = vec![source(&mut dice)];
    let asked = changes(&mut dice);
    let project = Project::read(&files);
    let context = || format!("seed {seed}\n{}\n{asked}", files[0].1);
    assert_eq!(project.apps().len(), 1, "{}", context());
    assert!(
        project.apps()[0].problems.is_empty(),
        "{:?}\n{}",
        project.apps()[0].problems,
        context()
    );
    let repair = project.repair(&asked);
    for refusal in &repair.refused {
        assert!(
            REFUSED.iter().any(|known| refusal.reason.contains(known)),
            "{}\n{}",
            refusal.reason,
            context()
        );
    }
    let repaired = after(&files, &repair);
    let again = Project::read(&repaired);
    let diff: String = repair.files.iter().map(unified).collect();
    for name in ["A", "B", "C", "D", "E"] {
        let now = held(&again.apps()[0], name);
        match wished(&asked, name) {
            Some(wished) if repair.refused.is_empty() => {
                assert_eq!(now, wished, "{name}\n{}\n{diff}", context())
            }
            Some(_) => {}
            None => assert_eq!(
                now,
                held(&project.apps()[0], name),
                "{name}\n{}\n{diff}",
                context()
            ),
        }
    }
    if repair.refused.is_empty() {
        let second = again.repair(&asked);
        assert!(
            second.files.is_empty() && second.refused.is_empty(),
            "again {:?}\n{}\n{diff}\n{}",
            second.refused,
            context(),
            second.files.iter().map(unified).collect::<String>()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn what_was_asked_holds_and_nothing_else_changes(seed in 1..u64::MAX) {
        check(seed);
    }
}

#[test]
fn some_seeds() {
    let more = std::env::var("PALISADE_REPAIRS").ok();
    let count: u64 = more.map_or(100, |count| count.parse().unwrap());
    for seed in 1..=count {
        check(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
}
