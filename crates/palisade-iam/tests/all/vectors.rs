//! What the documentation of IAM says of requests, case by case, and what stays open where keys are not known.

use palisade_iam::evaluate::context::{Context, Held};
use palisade_iam::evaluate::decision::{Decision, Set, Verdict, Why, decide};
use palisade_iam::evaluate::document::{Place, read};
use serde_json::{Value, json};

use crate::simulate::case;

const VECTORS: &str = include_str!("vectors.md");

fn words(decision: &Decision) -> String {
    let why = match decision.why {
        Why::Allowed => String::new(),
        Why::Explicit(set) => format!(", explicit {}", set.words()),
        Why::Implicit(set) => format!(", implicit {}", set.words()),
    };
    match &decision.verdict {
        Verdict::Allow => "Allow".to_owned(),
        Verdict::Deny => format!("Deny{why}"),
        Verdict::Depends(keys) => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            format!("Depends, {}", keys.join(" "))
        }
    }
}

/// A case with what is left out of it.
fn whole(mut case: Value) -> Value {
    let object = case.as_object_mut().unwrap();
    for (key, value) in [
        ("caller", json!("arn:aws:iam::111122223333:user/ana")),
        ("account", json!("111122223333")),
        ("context", json!({})),
        ("identity", json!([])),
    ] {
        object.entry(key).or_insert(value);
    }
    for (key, depth) in [
        ("identity", 1),
        ("boundary", 1),
        ("session", 1),
        ("scps", 2),
        ("rcps", 2),
        ("policy", 0),
        ("endpoint", 0),
    ] {
        if let Some(value) = object.get_mut(key) {
            policies(value, depth);
        }
    }
    case
}

fn policies(value: &mut Value, depth: usize) {
    match (depth, value) {
        (0, value) if value.is_array() => {
            *value = json!({"Version": "2012-10-17", "Statement": value.take()});
        }
        (0, _) => {}
        (_, value) => {
            let each = value.as_array_mut().unwrap().iter_mut();
            each.for_each(|value| policies(value, depth - 1));
        }
    }
}

#[test]
fn as_documented() {
    let mut count = 0;
    for section in VECTORS.split("\n## ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let doc = rest.lines().next().unwrap();
        assert!(doc.starts_with("doc: "), "{name} names no page");
        let block = rest.split("```").nth(1).unwrap();
        let expected = rest.lines().find_map(|l| l.strip_prefix("=> ")).unwrap();
        let case = whole(serde_json::from_str(block).unwrap_or_else(|e| panic!("{name}: {e}")));
        let (policies, request) = case::read(&case);
        let decision = decide(&policies, &request);
        assert_eq!(words(&decision), expected, "{name}\n{:#?}", decision.trace);
        count += 1;
    }
    assert!(count >= 60, "{count}");
}

/// A request for an object of a bucket, with a condition of the statement that allows it.
fn asked(condition: Value, context: Context) -> Verdict {
    let case = whole(json!({
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/ana/k",
        "identity": [[{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": condition}]],
    }));
    let (policies, mut request) = case::read(&case);
    request.context = context;
    decide(&policies, &request).verdict
}

fn depends(keys: &[&str]) -> Verdict {
    Verdict::Depends(keys.iter().map(|k| (*k).to_owned()).collect())
}

#[test]
fn unknown_keys_stay_open() {
    let team = json!({"StringEquals": {"aws:PrincipalTag/team": "blue"}});
    assert_eq!(
        asked(team.clone(), Context::open()),
        depends(&["aws:PrincipalTag/team"])
    );
    assert_eq!(asked(team.clone(), Context::closed()), Verdict::Deny);
    let known = Context::open().with("aws:principaltag/TEAM", &["blue"]);
    assert_eq!(asked(team.clone(), known), Verdict::Allow);
    let present = Context::open().holding("aws:PrincipalTag/team", Held::Present);
    assert_eq!(
        asked(team, present.clone()),
        depends(&["aws:PrincipalTag/team"])
    );
    // Present and unknown decides what asks for no more.
    let null = json!({"Null": {"aws:PrincipalTag/team": "false"}});
    assert_eq!(asked(null, present.clone()), Verdict::Allow);
    let any = json!({"StringLike": {"aws:PrincipalTag/team": "*"}});
    assert_eq!(asked(any, present), Verdict::Allow);
    // Whatever the key holds, and whether it is there or not.
    let always = json!({"StringLikeIfExists": {"aws:PrincipalTag/team": "*"}});
    assert_eq!(asked(always, Context::open()), Verdict::Allow);
    // One test that fails surely decides, whatever the others do.
    let both = json!({"StringEquals": {"a": "1", "b": "2"}});
    let context = Context::open().with("a", &["3"]);
    assert_eq!(asked(both, context), Verdict::Deny);
    let values = json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}});
    let context = Context::open().with("aws:PrincipalTag/team", &["blue"]);
    assert_eq!(asked(values, context), depends(&["aws:username"]));
}

#[test]
fn either_of_two_worlds() {
    let context = |held| Context::closed().holding("aws:MultiFactorAuthPresent", held);
    let two = || {
        let values = match Context::closed().with("k", &["false"]).get("k") {
            Held::Values(values) => values.clone(),
            _ => Vec::new(),
        };
        context(Held::AnyOf(vec![Held::Absent, Held::Values(values)]))
    };
    let test =
        |operator: &str, value: &str| json!({operator: {"aws:MultiFactorAuthPresent": value}});
    assert_eq!(asked(test("Bool", "true"), two()), Verdict::Deny);
    assert_eq!(asked(test("BoolIfExists", "false"), two()), Verdict::Allow);
    let open = depends(&["aws:MultiFactorAuthPresent"]);
    assert_eq!(asked(test("BoolIfExists", "true"), two()), open);
    assert_eq!(asked(test("Null", "true"), two()), open);
}

#[test]
fn a_role_is_a_session_of_unknown_name() {
    let case = whole(json!({
        "caller": "arn:aws:iam::111122223333:role/service/worker",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "policy": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/worker/run"}, "Action": "*", "Resource": "*"}],
    }));
    let (policies, request) = case::read(&case);
    assert_eq!(
        decide(&policies, &request).verdict,
        depends(&["aws:userid"])
    );
}

#[test]
fn the_trace_names_statements() {
    let case = whole(json!({
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "identity": [[
            {"Sid": "Others", "Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
            {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
        ]],
        "policy": [{"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}],
    }));
    let (policies, request) = case::read(&case);
    let decision = decide(&policies, &request);
    let lines: Vec<String> = decision.trace.iter().map(|step| step.words()).collect();
    assert_eq!(
        lines,
        [
            "resource policy `p`, statement 1 (Never) denies",
            "identity policy `p`, statement 2 (Read) allows",
        ]
    );
    assert_eq!(decision.why, Why::Explicit(Set::Resource));
    assert_eq!(
        decision.words(),
        "denied by the resource policy: resource policy `p`, statement 1 (Never) denies"
    );
}

#[test]
fn texts_that_are_no_policies() {
    let rows = [
        ("", "line 1 column 0: no JSON: EOF while parsing a value"),
        (
            "{\"Version\": \"2012-10-17\",\n}",
            "line 2 column 1: no JSON: trailing comma",
        ),
        ("[1]", "policy: no object"),
        ("{}", "Statement: missing"),
        (
            "{\"Version\": \"2020-01-01\"}",
            "Version: neither 2012-10-17 nor 2008-10-17",
        ),
        (
            "{\"Statement\": [{}]}",
            "Statement[0].Effect: neither Allow nor Deny",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Resource\": \"*\"}}",
            "Statement[0].Action: missing",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\"}}",
            "Statement[0].Resource: missing",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"NotAction\": \"*\"}}",
            "Statement[0].NotAction: beside Action",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [{}], \"Resource\": \"*\"}}",
            "Statement[0].Action: no string",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"*\", \"Resource\": \"*\"}}",
            "Statement[0].Principal: a policy of an identity names no principal",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"StringIs\": {}}}}",
            "Statement[0].Condition.StringIs: no operator of conditions",
        ),
        (
            "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Conditions\": {}}}",
            "Statement[0].Conditions: no element of a statement",
        ),
    ];
    // One of them would be lost in silence.
    let twice = "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\n\
        \"StringEquals\": {\"a:\\\"b\": \"1\"},\n\"String\\u0045quals\": {\"b\": \"{:}\"}}}}";
    let why = read("p", twice, Place::Identity).unwrap_err();
    assert_eq!(
        why.to_string(),
        "line 3: `StringEquals` stands twice in one object"
    );
    for (text, expected) in rows {
        let why = read("p", text, Place::Identity).unwrap_err();
        assert_eq!(why.to_string(), expected, "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(read("p", &deep, Place::Identity).is_err());
    let long = " ".repeat(2_000_000);
    assert!(read("p", &long, Place::Identity).is_err());
}

#[test]
fn sizes_are_told() {
    let of = |count: usize| {
        let resources: Vec<String> = (0..count)
            .map(|at| format!("arn:aws:s3:::bucket-{at:05}"))
            .collect();
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": resources}});
        read("p", &format!("{policy:#}"), Place::Identity)
            .unwrap()
            .notes
    };
    assert!(of(10).is_empty());
    assert_eq!(
        of(250),
        ["the policy has 7084 characters without white space: a managed policy has at most 6144"]
    );
    let note = &of(500)[0];
    assert!(
        note.ends_with("has at most 6144, and the policies written into a role at most 10240"),
        "{note}"
    );
}
