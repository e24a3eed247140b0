//! Requests and policies by chance, the same for the same seed, near enough to each other that they meet.

use serde_json::{Map, Value, json};

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// Once in so many hundred.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

const HOME: &str = "111122223333";
const AWAY: &str = "444455556666";

/// Action, resource, and the keys of its service.
const ASKED: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::docs/blue/report.txt"),
    ("s3:GetObject", "arn:aws:s3:::docs/a$b/x${y}z"),
    ("s3:PutObject", "arn:aws:s3:::docs/ana/in/new.csv"),
    ("s3:ListBucket", "arn:aws:s3:::docs"),
    (
        "dynamodb:GetItem",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders",
    ),
    (
        "dynamodb:Query",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders/index/by-day",
    ),
    (
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:111122223333:jobs-blue",
    ),
    (
        "lambda:InvokeFunction",
        "arn:aws:lambda:eu-west-1:111122223333:function:worker",
    ),
    (
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-Ab12Cd",
    ),
    ("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:news"),
    (
        "kms:Decrypt",
        "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888",
    ),
    ("sts:AssumeRole", "arn:aws:iam::111122223333:role/target"),
];

const CALLERS: &[&str] = &[
    "arn:aws:iam::111122223333:user/dev/ana",
    "arn:aws:sts::111122223333:assumed-role/worker/run-7",
    "arn:aws:iam::444455556666:user/ana",
    "arn:aws:sts::444455556666:assumed-role/worker/run-7",
    "arn:aws:sts::111122223333:federated-user/ana",
    "s3.amazonaws.com",
    "*",
];

/// A key: what it is, values it may have.
struct Key {
    name: &'static str,
    sort: Sort,
    values: &'static [&'static str],
    many: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Text,
    Number,
    Date,
    Flag,
    Address,
    Arn,
}

const fn key(name: &'static str, sort: Sort, values: &'static [&'static str]) -> Key {
    Key {
        name,
        sort,
        values,
        many: false,
    }
}

const fn many(name: &'static str, values: &'static [&'static str]) -> Key {
    Key {
        name,
        sort: Sort::Text,
        values,
        many: true,
    }
}

const KEYS: &[Key] = &[
    key(
        "aws:PrincipalTag/team",
        Sort::Text,
        &["blue", "Blue", "red", "*", "b"],
    ),
    key("aws:PrincipalTag/stage", Sort::Text, &["dev", "prod", "?"]),
    key("aws:username", Sort::Text, &["ana", "bob"]),
    key(
        "aws:userid",
        Sort::Text,
        &["AIDAEXAMPLE", "AROAEXAMPLE:run-7"],
    ),
    key(
        "aws:RequestedRegion",
        Sort::Text,
        &["eu-west-1", "us-east-1"],
    ),
    key(
        "aws:SourceVpce",
        Sort::Text,
        &["vpce-1a2b3c4d", "vpce-ffff0000"],
    ),
    key("aws:PrincipalOrgID", Sort::Text, &["o-abc", "o-xyz"]),
    key(
        "aws:SourceAccount",
        Sort::Text,
        &["111122223333", "444455556666"],
    ),
    key("aws:SecureTransport", Sort::Flag, &["true", "false"]),
    key("aws:MultiFactorAuthPresent", Sort::Flag, &["true", "false"]),
    key("aws:ViaAWSService", Sort::Flag, &["true", "false"]),
    key(
        "aws:MultiFactorAuthAge",
        Sort::Number,
        &["10", "300", "3600", "-1", "10.5"],
    ),
    key(
        "aws:CurrentTime",
        Sort::Date,
        &[
            "2026-01-02T03:04:05Z",
            "2026-06-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
        ],
    ),
    key(
        "aws:SourceIp",
        Sort::Address,
        &["10.1.2.3", "203.0.113.7", "2001:db8::1"],
    ),
    key(
        "aws:SourceArn",
        Sort::Arn,
        &[
            "arn:aws:s3:::docs",
            "arn:aws:sns:eu-west-1:111122223333:news",
            "arn:aws:lambda:eu-west-1:111122223333:function:worker:live",
        ],
    ),
    key(
        "aws:PrincipalArn",
        Sort::Arn,
        &[
            "arn:aws:iam::111122223333:role/worker",
            "arn:aws:iam::111122223333:user/dev/ana",
            "arn:aws:iam::444455556666:role/worker",
        ],
    ),
    many("aws:TagKeys", &["team", "stage", "Team", "owner"]),
    many(
        "aws:PrincipalOrgPaths",
        &["o-abc/r-1/ou-1/", "o-abc/r-1/ou-1/ou-2/", "o-xyz/r-9/"],
    ),
];

/// The cases of a seed.
pub fn cases(seed: u64, count: usize) -> Vec<Value> {
    let mut chance = Chance(seed);
    (0..count).map(|_| case(&mut chance)).collect()
}

/// Tells other cases from these.
pub fn sum(cases: &[Value]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in cases.iter().flat_map(|c| c.to_string().into_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

fn case(chance: &mut Chance) -> Value {
    let (action, resource) = *chance.one(ASKED);
    let caller = match chance.percent(70) {
        true => CALLERS[chance.below(2)],
        false => *chance.one(CALLERS),
    };
    let is_identity = caller.starts_with("arn:");
    let is_session = caller.contains(":sts:");
    let context = context(chance);
    let asked = Asked {
        action,
        resource,
        caller,
        context: &context,
    };
    let mut case = json!({
        "caller": caller,
        "action": action,
        "resource": resource,
        "account": HOME,
        "context": context,
    });
    if is_identity {
        let count = 1 + chance.below(2);
        case["identity"] = (0..count)
            .map(|_| asked.policy(chance, "identity"))
            .collect();
        if chance.percent(25) && !caller.contains("federated") {
            case["boundary"] = json!([asked.policy(chance, "identity")]);
        }
        if is_session && chance.percent(30) {
            case["session"] = json!([asked.policy(chance, "identity")]);
        }
        if chance.percent(25) {
            case["scps"] = (0..1 + chance.below(2))
                .map(|_| asked.level(chance, "scp"))
                .collect();
        }
    } else {
        case["identity"] = json!([]);
    }
    let decides = action.starts_with("kms:") || action.starts_with("sts:");
    if decides || !is_identity || chance.percent(50) {
        case["policy"] = asked.policy(
            chance,
            if action.starts_with("sts:") {
                "trust"
            } else {
                "resource"
            },
        );
    }
    if chance.percent(15) {
        case["rcps"] = (0..1 + chance.below(2))
            .map(|_| asked.level(chance, "rcp"))
            .collect();
    }
    if chance.percent(8) {
        case["endpoint"] = asked.policy(chance, "endpoint");
    }
    case
}

fn context(chance: &mut Chance) -> Value {
    let mut context = Map::new();
    for key in KEYS {
        if !chance.percent(60) {
            continue;
        }
        let value = if key.many {
            let count = 1 + chance.below(3);
            let mut values: Vec<&str> = (0..count).map(|_| *chance.one(key.values)).collect();
            values.dedup();
            json!(values)
        } else {
            json!(chance.one(key.values))
        };
        context.insert(key.name.to_owned(), value);
    }
    Value::Object(context)
}

struct Asked<'c> {
    action: &'static str,
    resource: &'static str,
    caller: &'static str,
    context: &'c Value,
}

impl Asked<'_> {
    fn level(&self, chance: &mut Chance, place: &str) -> Value {
        let full = json!({"Version": "2012-10-17", "Statement": [
            if place == "rcp" {
                json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})
            } else {
                json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
            }
        ]});
        // The control policy of resources that allows everything cannot be taken off.
        match place == "rcp" || chance.percent(60) {
            true => json!([full, self.policy(chance, place)]),
            false => json!([self.policy(chance, place)]),
        }
    }

    fn policy(&self, chance: &mut Chance, place: &str) -> Value {
        let version = match chance.percent(6) {
            true => "2008-10-17",
            false => "2012-10-17",
        };
        let version = match place {
            "scp" | "rcp" => "2012-10-17",
            _ => version,
        };
        let count = 1 + chance.below(3);
        let statements: Vec<Value> = (0..count).map(|_| self.statement(chance, place)).collect();
        json!({"Version": version, "Statement": statements})
    }

    fn statement(&self, chance: &mut Chance, place: &str) -> Value {
        let mut statement = Map::new();
        let denies = place == "rcp" || chance.percent(22);
        statement.insert(
            "Effect".into(),
            json!(if denies { "Deny" } else { "Allow" }),
        );
        if matches!(place, "resource" | "trust") {
            let not = denies && chance.percent(12);
            let word = if not { "NotPrincipal" } else { "Principal" };
            statement.insert(word.into(), self.principal(chance, not));
        }
        if matches!(place, "rcp" | "endpoint") {
            statement.insert("Principal".into(), json!("*"));
        }
        let not = chance.percent(8) && place != "rcp";
        let word = if not { "NotAction" } else { "Action" };
        let actions = self.actions(chance, place == "trust" || place == "rcp");
        statement.insert(word.into(), actions);
        if place != "trust" {
            let not = chance.percent(8);
            let word = if not { "NotResource" } else { "Resource" };
            statement.insert(word.into(), self.resources(chance));
        }
        if chance.percent(if denies { 70 } else { 35 }) {
            let condition = self.condition(chance);
            statement.insert("Condition".into(), condition);
        }
        Value::Object(statement)
    }

    fn principal(&self, chance: &mut Chance, not: bool) -> Value {
        let account = self.caller.split(':').nth(4).unwrap_or(HOME);
        let role = format!("arn:aws:iam::{account}:role/worker");
        let mut named: Vec<Value> = Vec::new();
        for _ in 0..1 + chance.below(2) {
            named.push(match chance.below(10) {
                0 | 1 if self.caller.starts_with("arn:") => json!(self.caller),
                2 | 3 if self.caller.starts_with("arn:") => {
                    json!(format!("arn:aws:iam::{account}:root"))
                }
                4 if self.caller.starts_with("arn:") => json!(role),
                5 => json!(AWAY),
                6 => json!("arn:aws:iam::111122223333:user/bob"),
                7 => json!("arn:aws:sts::111122223333:assumed-role/worker/other"),
                8 if !not => return json!("*"),
                _ if self.caller.ends_with(".com") => return json!({"Service": [self.caller]}),
                _ => json!(HOME),
            });
        }
        json!({"AWS": named})
    }

    fn actions(&self, chance: &mut Chance, own: bool) -> Value {
        let (service, name) = self.action.split_once(':').unwrap();
        let one = |chance: &mut Chance| -> String {
            let (head, tail) = name.split_at(3);
            match chance.below(if own { 6 } else { 10 }) {
                0 => self.action.to_owned(),
                1 => self.action.to_ascii_uppercase().replacen(
                    &service.to_ascii_uppercase(),
                    service,
                    1,
                ),
                2 => format!("{service}:*"),
                3 => format!("{service}:{head}*"),
                4 => format!("{service}:???{tail}"),
                5 => format!("{service}:*{}", &tail[tail.len() - 2..]),
                6 => "*".to_owned(),
                7 => "ec2:*".to_owned(),
                8 => "s3:GetBucket*".to_owned(),
                _ => "iam:PassRole".to_owned(),
            }
        };
        match chance.percent(70) {
            true => json!(one(chance)),
            false => json!([one(chance), one(chance)]),
        }
    }

    fn resources(&self, chance: &mut Chance) -> Value {
        let one = |chance: &mut Chance| -> String {
            let escaped = self.resource.replace('$', "${$}");
            let arn = escaped.as_str();
            let half = arn.len() - 4;
            match chance.below(16) {
                0..=2 => arn.to_owned(),
                3..=5 => "*".to_owned(),
                6 | 7 => format!("{}*", &arn[..half]),
                8 => arn
                    .replace("blue", "${aws:PrincipalTag/team}")
                    .replace("/ana/", "/${aws:username}/")
                    .replace("/Orders", "/O*s"),
                9 => arn.replace("blue", "${aws:PrincipalTag/none, 'blue'}"),
                10 => arn.replace("report", "*rep??t").replace("docs", "d*s"),
                11 => arn.to_lowercase(),
                12 => arn.replace("111122223333", "*").replace("eu-west-1", "*"),
                13 => arn.replace("worker", "w*r").replace("jobs", "jo?s"),
                14 => "arn:aws:s3:::other/*".to_owned(),
                _ => "arn:aws:dynamodb:*:*:table/Other".to_owned(),
            }
        };
        match chance.percent(75) {
            true => json!(one(chance)),
            false => json!([one(chance), one(chance)]),
        }
    }

    fn condition(&self, chance: &mut Chance) -> Value {
        let mut block = Map::new();
        for _ in 0..1 + usize::from(chance.percent(30)) {
            let key = chance.one(KEYS);
            let (operator, values) = self.test(chance, key);
            let tests = block.entry(operator).or_insert_with(|| json!({}));
            tests[key.name] = values;
        }
        Value::Object(block)
    }

    /// A value of the request, or another one.
    fn value(&self, chance: &mut Chance, key: &Key) -> String {
        let held = match &self.context[key.name] {
            Value::Array(values) => values[chance.below(values.len())]
                .as_str()
                .map(str::to_owned),
            value => value.as_str().map(str::to_owned),
        };
        match held {
            Some(held) if chance.percent(55) => held,
            _ => (*chance.one(key.values)).to_owned(),
        }
    }

    fn test(&self, chance: &mut Chance, key: &Key) -> (String, Value) {
        if chance.percent(8) {
            return ("Null".to_owned(), json!(*chance.one(&["true", "false"])));
        }
        let order = *chance.one(&[
            "Equals",
            "NotEquals",
            "LessThan",
            "LessThanEquals",
            "GreaterThan",
            "GreaterThanEquals",
        ]);
        let operator = match key.sort {
            Sort::Text => (*chance.one(&[
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase",
                "StringLike",
                "StringNotLike",
            ]))
            .to_owned(),
            Sort::Number => format!("Numeric{order}"),
            Sort::Date => format!("Date{order}"),
            Sort::Flag => "Bool".to_owned(),
            Sort::Address => (*chance.one(&["IpAddress", "NotIpAddress"])).to_owned(),
            Sort::Arn => {
                (*chance.one(&["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])).to_owned()
            }
        };
        let many = operator.starts_with("String") && !key.many && chance.percent(4);
        let set = match (key.many || many, chance.percent(50)) {
            (true, true) => "ForAllValues:",
            (true, false) => "ForAnyValue:",
            (false, _) => "",
        };
        let exists = if chance.percent(18) { "IfExists" } else { "" };
        let count = match key.sort {
            Sort::Text | Sort::Arn | Sort::Address => 1 + chance.below(3),
            _ => 1,
        };
        let mut values: Vec<String> = (0..count)
            .map(|_| self.wanted(chance, key, &operator))
            .collect();
        values.dedup();
        (format!("{set}{operator}{exists}"), json!(values))
    }

    /// A value of the policy, changed into a pattern where that is allowed.
    fn wanted(&self, chance: &mut Chance, key: &Key, operator: &str) -> String {
        let value = self.value(chance, key);
        match key.sort {
            Sort::Text => match chance.below(8) {
                0 => format!("{}*", value.chars().take(2).collect::<String>()),
                1 => value.replacen(|c: char| c.is_ascii_lowercase(), "?", 1),
                2 => "${aws:PrincipalTag/team}".to_owned(),
                3 => "${aws:PrincipalTag/none, 'blue'}".to_owned(),
                4 => value.to_uppercase(),
                5 if operator.contains("Like") => "*".to_owned(),
                _ => value,
            },
            Sort::Arn => match chance.below(6) {
                0 => value.replace("111122223333", "*"),
                1 => format!("{}*", &value[..value.len() - 3]),
                2 => value.replace("aws", "a?s").replace("worker", "*"),
                3 => "arn:aws:*:*:*:*".to_owned(),
                _ => value,
            },
            Sort::Address => match chance.below(6) {
                0 => "10.0.0.0/8".to_owned(),
                1 => "203.0.113.0/24".to_owned(),
                2 => "2001:db8::/32".to_owned(),
                3 => "0.0.0.0/0".to_owned(),
                _ => value,
            },
            Sort::Number | Sort::Date | Sort::Flag => value,
        }
    }
}
