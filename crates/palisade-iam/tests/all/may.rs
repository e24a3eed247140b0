//! Whether a role allows an action: the truth table.

use crate::build::*;
use palisade_iam::{Judge, may};
use palisade_model::app::*;
use palisade_model::guard::Guard;
use palisade_model::policy::*;
use palisade_model::setting::*;
use proptest::prelude::*;

pub fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Depends(_) => "depends",
        Answer::Unknown(_) => "unknown",
    }
}

/// `Orders` is a table without a name, `Named` one called `orders`, `Files` a bucket.
fn asked(statements: Vec<Statement>, action: &str, on: &str) -> &'static str {
    let mut build = Build::new();
    let files = build.bucket("Files");
    let named = build.table("Named");
    build.named(named, "orders");
    let orders = build.table("Orders");
    let queue = build.queue("Queue");
    let function = build.granted(statements);
    let node = match on {
        "Files" => Some(files),
        "Named" => Some(named),
        "Orders" => Some(orders),
        "Queue" => Some(queue),
        _ => None,
    };
    let name = text(on);
    let name = (node.is_none() && on != "?").then_some(&name);
    let node = node.map(NodeId::Resource);
    let answer = may(&build.app, function, action, node, name);
    assert_eq!(
        answer,
        Judge::new(&build.app).may(function, action, node, name)
    );
    word(&answer)
}

#[test]
fn truth_table() {
    type Row<'r> = (&'r [&'r str], &'r [&'r str], &'r str, &'r str, &'r str);
    let rows: &[Row<'_>] = &[
        (&["*"], &["*"], "dynamodb:PutItem", "Orders", "yes"),
        (&["dynamodb:*"], &["*"], "dynamodb:PutItem", "Orders", "yes"),
        (
            &["DynamoDB:Put*"],
            &["*"],
            "dynamodb:PutItem",
            "Orders",
            "yes",
        ),
        (
            &["dynamodb:GetItem"],
            &["*"],
            "dynamodb:PutItem",
            "Orders",
            "no",
        ),
        (
            &["dynamodb:PutItem"],
            &["${Orders.Arn}"],
            "dynamodb:PutItem",
            "Orders",
            "yes",
        ),
        (
            &["dynamodb:PutItem"],
            &["${Orders.Arn}"],
            "dynamodb:PutItem",
            "Named",
            "no",
        ),
        (
            &["dynamodb:PutItem"],
            &["${Named.Arn}"],
            "dynamodb:PutItem",
            "Orders",
            "no",
        ),
        (
            &["dynamodb:Query"],
            &["${Orders.Arn}/index/*"],
            "dynamodb:Query",
            "Orders",
            "depends",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/${Orders}"],
            "dynamodb:PutItem",
            "Orders",
            "yes",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}"],
            "dynamodb:PutItem",
            "Orders",
            "yes",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/orders"],
            "dynamodb:PutItem",
            "Named",
            "yes",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:us-east-1:*:table/orders"],
            "dynamodb:PutItem",
            "Named",
            "depends",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/orders"],
            "dynamodb:PutItem",
            "Orders",
            "no",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/${AWS::StackName}-*"],
            "dynamodb:PutItem",
            "Orders",
            "yes",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/${:Other}"],
            "dynamodb:PutItem",
            "Named",
            "depends",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/*"],
            "dynamodb:PutItem",
            "?",
            "depends",
        ),
        (
            &["dynamodb:PutItem"],
            &["*"],
            "dynamodb:PutItem",
            "?",
            "yes",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/orders"],
            "dynamodb:PutItem",
            "orders",
            "yes",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/orders"],
            "dynamodb:PutItem",
            "users",
            "no",
        ),
        (
            &["dynamodb:PutItem"],
            &["arn:aws:dynamodb:*:*:table/${:Table}"],
            "dynamodb:PutItem",
            "${:Table}",
            "yes",
        ),
        // Objects are not their bucket.
        (
            &["s3:PutObject"],
            &["${Files.Arn}/*"],
            "s3:PutObject",
            "Files",
            "yes",
        ),
        (
            &["s3:PutObject"],
            &["${Files.Arn}"],
            "s3:PutObject",
            "Files",
            "no",
        ),
        (
            &["s3:PutObject"],
            &["arn:aws:s3:::${Files}/in/*"],
            "s3:PutObject",
            "Files",
            "depends",
        ),
        (
            &["s3:ListBucket"],
            &["${Files.Arn}"],
            "s3:ListBucket",
            "Files",
            "yes",
        ),
        (
            &["s3:ListBucket"],
            &["${Files.Arn}/*"],
            "s3:ListBucket",
            "Files",
            "no",
        ),
        (
            &["s3:*"],
            &["arn:aws:s3:::*"],
            "s3:DeleteObject",
            "Files",
            "yes",
        ),
        (
            &["s3:GetObject"],
            &["arn:aws:s3:::photos/*"],
            "s3:GetObject",
            "photos",
            "yes",
        ),
        // Calls whose permission has another name.
        (&["s3:GetObject"], &["*"], "s3:HeadObject", "Files", "yes"),
        (
            &["s3:ListBucket"],
            &["*"],
            "s3:ListObjectsV2",
            "Files",
            "yes",
        ),
        (
            &["sqs:SendMessage"],
            &["${Queue.Arn}"],
            "sqs:SendMessageBatch",
            "Queue",
            "yes",
        ),
        (
            &["sqs:SendMessage"],
            &["arn:aws:sqs:*:*:mails"],
            "sqs:SendMessage",
            "https://sqs.eu-west-1.amazonaws.com/1/mails",
            "yes",
        ),
        (
            &["lambda:InvokeFunction"],
            &["*"],
            "lambda:Invoke",
            "other",
            "yes",
        ),
        (
            &["lambda:InvokeFunction"],
            &["arn:aws:lambda:*:*:function:other"],
            "lambda:Invoke",
            "other",
            "yes",
        ),
        (
            &["lambda:InvokeFunction"],
            &["arn:aws:lambda:*:*:function:other:*"],
            "lambda:Invoke",
            "other",
            "depends",
        ),
    ];
    for (actions, resources, action, on, expected) in rows {
        let found = asked(vec![allow(actions, resources)], action, on);
        assert_eq!(
            found, *expected,
            "{actions:?} on {resources:?}: {action} of {on}"
        );
    }
}

#[test]
fn deny_wins() {
    let all = || allow(&["*"], &["*"]);
    assert_eq!(
        asked(
            vec![all(), deny(&["dynamodb:*"], &["*"])],
            "dynamodb:PutItem",
            "Orders"
        ),
        "no"
    );
    assert_eq!(
        asked(
            vec![deny(&["dynamodb:*"], &["${Orders.Arn}"]), all()],
            "dynamodb:PutItem",
            "Orders"
        ),
        "no"
    );
    assert_eq!(
        asked(
            vec![all(), deny(&["dynamodb:*"], &["${Orders.Arn}"])],
            "dynamodb:PutItem",
            "Named"
        ),
        "yes"
    );
    let dependent =
        deny(&["dynamodb:*"], &["*"]).when(test("StringEquals", "aws:PrincipalTag/x", &["y"]));
    assert_eq!(
        asked(vec![all(), dependent], "dynamodb:PutItem", "Orders"),
        "depends"
    );
}

#[test]
fn negations_and_conditions() {
    let mut others = allow(&["iam:*"], &["*"]);
    others.not_actions = true;
    assert_eq!(
        asked(vec![others.clone()], "dynamodb:PutItem", "Orders"),
        "yes"
    );
    assert_eq!(asked(vec![others], "iam:PassRole", "?"), "no");
    let mut elsewhere = allow(&["dynamodb:*"], &["${Orders.Arn}"]);
    elsewhere.not_resources = true;
    assert_eq!(
        asked(vec![elsewhere.clone()], "dynamodb:PutItem", "Named"),
        "yes"
    );
    assert_eq!(asked(vec![elsewhere], "dynamodb:PutItem", "Orders"), "no");
    let tagged =
        allow(&["dynamodb:*"], &["*"]).when(test("StringEquals", "aws:ResourceTag/a", &["b"]));
    assert_eq!(asked(vec![tagged], "dynamodb:PutItem", "Orders"), "depends");
    let secure =
        allow(&["dynamodb:*"], &["*"]).when(test("Bool", "aws:SecureTransport", &["true"]));
    assert_eq!(asked(vec![secure], "dynamodb:PutItem", "Orders"), "yes");
}

/// A role against the policy of what it acts on.
#[test]
fn policies_of_resources() {
    let mut build = Build::new();
    let bucket = build.bucket("Files");
    let key = build.resource("Key", Kind::EncryptionKey, "AWS::KMS::Key");
    let all = vec![Grant::Statement(allow(&["*"], &["*"]))];
    let role = build.role("Own", all);
    let none = build.role("None", vec![]);
    let denied = build.role("Denied", vec![Grant::Statement(deny(&["*"], &["*"]))]);
    let target = build.role("Target", vec![]);
    let ask = |build: &Build, role: RoleId, action: &str, node: NodeId| {
        let answer =
            Judge::new(&build.app).role_may(role, &Guard::always(), action, Some(node), None);
        word(&answer)
    };
    let files = NodeId::Resource(bucket);
    let objects = &["${Files.Arn}/*"];
    build.policy(
        bucket,
        allow(&["s3:GetObject"], objects).by(aws("${None.Arn}")),
    );
    build.policy(
        bucket,
        allow(&["s3:GetObject"], objects).by(aws("${Denied.Arn}")),
    );
    assert_eq!(ask(&build, none, "s3:GetObject", files), "yes");
    assert_eq!(ask(&build, denied, "s3:GetObject", files), "no");
    assert_eq!(ask(&build, none, "s3:PutObject", files), "no");
    // A denial for everybody; one for plain connections denies no SDK.
    let plain = || test("Bool", "aws:SecureTransport", &["false"]);
    build.policy(
        bucket,
        deny(&["s3:*"], objects).by(Principal::Anyone).when(plain()),
    );
    assert_eq!(ask(&build, role, "s3:PutObject", files), "yes");
    build.policy(bucket, deny(&["s3:Put*"], objects).by(Principal::Anyone));
    assert_eq!(ask(&build, role, "s3:PutObject", files), "no");
    assert_eq!(ask(&build, role, "s3:GetObject", files), "yes");
    // A key whose policy is not known leaves it to the role; else the policy must allow.
    let key_node = NodeId::Resource(key);
    assert_eq!(ask(&build, role, "kms:Decrypt", key_node), "yes");
    build.policy(key, allow(&["kms:*"], &["*"]).by(aws("${None.Arn}")));
    assert_eq!(ask(&build, role, "kms:Decrypt", key_node), "no");
    assert_eq!(ask(&build, none, "kms:Decrypt", key_node), "yes");
    build.policy(
        key,
        allow(&["kms:*"], &["*"]).by(aws("arn:aws:iam::${AWS::AccountId}:root")),
    );
    assert_eq!(ask(&build, role, "kms:Decrypt", key_node), "yes");
    // A role is taken by whom it trusts.
    let target_node = NodeId::Role(target);
    build.app.roles[target].trust =
        vec![allow(&["sts:AssumeRole"], &[]).by(service("lambda.amazonaws.com"))];
    assert_eq!(ask(&build, role, "sts:AssumeRole", target_node), "no");
    build.app.roles[target]
        .trust
        .push(allow(&["sts:AssumeRole"], &[]).by(aws("${None.Arn}")));
    assert_eq!(ask(&build, none, "sts:AssumeRole", target_node), "yes");
    assert_eq!(ask(&build, role, "sts:AssumeRole", target_node), "no");
    // What else is done to a role is not for its trust to say.
    assert_eq!(ask(&build, role, "iam:PassRole", target_node), "yes");
}

/// Conditions on keys of which something is known for every session of a role.
#[test]
fn conditions_that_are_known() {
    let of = |operator: &str, key: &str, values: &[&str]| {
        let statement = allow(&["dynamodb:*"], &["*"]).when(test(operator, key, values));
        asked(vec![statement], "dynamodb:PutItem", "Orders")
    };
    assert_eq!(of("Bool", "aws:SecureTransport", &["true"]), "yes");
    assert_eq!(of("Bool", "aws:SecureTransport", &["false"]), "no");
    assert_eq!(of("BoolIfExists", "AWS:securetransport", &["true"]), "yes");
    assert_eq!(of("StringEquals", "aws:username", &["ana"]), "no");
    assert_eq!(of("StringNotEquals", "aws:username", &["ana"]), "yes");
    assert_eq!(of("Null", "aws:username", &["true"]), "yes");
    assert_eq!(of("Bool", "aws:MultiFactorAuthPresent", &["true"]), "no");
    assert_eq!(
        of("BoolIfExists", "aws:MultiFactorAuthPresent", &["true"]),
        "depends"
    );
    assert_eq!(
        of("NumericLessThan", "aws:MultiFactorAuthAge", &["3600"]),
        "no"
    );
    assert_eq!(
        of(
            "StringEquals",
            "aws:PrincipalAccount",
            &["${AWS::AccountId}"]
        ),
        "yes"
    );
    assert_eq!(
        of("StringEquals", "aws:PrincipalAccount", &["111122223333"]),
        "depends"
    );
    assert_eq!(of("StringEquals", "aws:PrincipalType", &["User"]), "no");
    assert_eq!(of("StringLike", "aws:PrincipalArn", &["*"]), "yes");
    assert_eq!(of("StringLike", "aws:RequestTag/a", &["*"]), "depends");
    assert_eq!(of("StringLikeIfExists", "aws:RequestTag/a", &["*"]), "yes");
    assert_eq!(
        of(
            "DateGreaterThan",
            "aws:CurrentTime",
            &["2020-01-01T00:00:00Z"]
        ),
        "depends"
    );
    assert_eq!(of("IpAddress", "aws:SourceIp", &["10.0.0.0/8"]), "depends");
    assert_eq!(
        of("StringEquals", "aws:PrincipalTag/a", &["${aws:username}"]),
        "no"
    );
    assert_eq!(
        of("StringSomething", "aws:PrincipalTag/a", &["b"]),
        "depends"
    );
    // A denial that never holds for a role denies nothing, and one that always does, everything.
    let denied = |key: &str, value: &str| {
        let deny = deny(&["*"], &["*"]).when(test("BoolIfExists", key, &[value]));
        asked(
            vec![allow(&["*"], &["*"]), deny],
            "dynamodb:PutItem",
            "Orders",
        )
    };
    assert_eq!(denied("aws:SecureTransport", "false"), "yes");
    assert_eq!(denied("aws:MultiFactorAuthPresent", "false"), "no");
    // A resource named by the user's name is nobody's.
    let own = |resource: &str| {
        asked(
            vec![allow(&["dynamodb:*"], &[resource])],
            "dynamodb:PutItem",
            "?",
        )
    };
    assert_eq!(own("arn:aws:dynamodb:*:*:table/${aws:username}"), "no");
    assert_eq!(
        own("arn:aws:dynamodb:*:*:table/${aws:username, 'all'}"),
        "depends"
    );
}

#[test]
fn unread_roles_are_unknown() {
    let mut build = Build::new();
    let table = build.table("Orders");
    let node = Some(NodeId::Resource(table));
    let none = build.function("None", &[]);
    let unread = build.role(
        "Unread",
        vec![
            Grant::Unreadable(origin(6)),
            Grant::Statement(allow(&["dynamodb:PutItem"], &["${Orders.Arn}"])),
            Grant::Statement(deny(&["s3:*"], &["*"])),
        ],
    );
    let unread = build.function("Unreads", &[unread]);
    assert_eq!(
        word(&may(&build.app, none, "dynamodb:PutItem", node, None)),
        "unknown"
    );
    assert_eq!(
        word(&may(&build.app, unread, "dynamodb:PutItem", node, None)),
        "yes"
    );
    assert_eq!(
        word(&may(&build.app, unread, "dynamodb:GetItem", node, None)),
        "unknown"
    );
    assert_eq!(
        word(&may(&build.app, unread, "s3:GetObject", None, None)),
        "no"
    );
}

/// Case 7: a statement and a resource that never exist together.
#[test]
fn excluded_stages() {
    let mut build = Build::new();
    let stage = build.axis("Stage", &["dev", "prod"]);
    let table = build.table("Orders");
    build.app.resources[table].exists = Guard::on(stage, 2);
    let statement = allow(&["dynamodb:*"], &["${Orders.Arn}"]).exists(Guard::on(stage, 1));
    let function = build.granted(vec![statement]);
    let node = Some(NodeId::Resource(table));
    assert_eq!(
        word(&may(&build.app, function, "dynamodb:PutItem", node, None)),
        "no"
    );
    build.app.resources[table].exists = Guard::on(stage, 1);
    assert_eq!(
        may(&build.app, function, "dynamodb:PutItem", node, None),
        Answer::Depends(Guard::on(stage, 1))
    );
}

#[test]
fn boundaries_limit() {
    let mut build = Build::new();
    let function = build.granted(vec![allow(&["*"], &["*"])]);
    let role = build.app.functions[function].role[0].1;
    build.app.roles[role].boundary = Setting::written(
        text("arn:aws:iam::aws:policy/AmazonS3FullAccess"),
        origin(6),
    );
    assert_eq!(
        word(&may(&build.app, function, "s3:GetObject", None, None)),
        "yes"
    );
    assert_eq!(
        word(&may(&build.app, function, "dynamodb:PutItem", None, None)),
        "no"
    );
    build.app.roles[role].boundary =
        Setting::written(text("arn:aws:iam::${AWS::AccountId}:policy/b"), origin(6));
    assert_eq!(
        word(&may(&build.app, function, "s3:GetObject", None, None)),
        "depends"
    );
}

#[test]
fn a_resource_policy_may_allow_what_the_role_does_not() {
    let mut build = Build::new();
    let bucket = build.bucket("Files");
    let function = build.granted(vec![]);
    let role = build.app.functions[function].role[0].1;
    let address = build.app.roles[role].key.address.clone();
    build.policy(
        bucket,
        allow(&["s3:GetObject"], &["${Files.Arn}/*"]).by(aws(&format!("${{{address}.Arn}}"))),
    );
    let node = Some(NodeId::Resource(bucket));
    assert_eq!(
        word(&may(&build.app, function, "s3:GetObject", node, None)),
        "yes"
    );
    assert_eq!(
        word(&may(&build.app, function, "s3:PutObject", node, None)),
        "no"
    );
}

#[test]
fn names_by_choice_depend() {
    let mut build = Build::new();
    let stage = build.axis("Stage", &["dev", "prod"]);
    let table = build.table("Orders");
    let choice = |bit: u64, name: &str| Choice {
        when: Guard::on(stage, bit),
        given: Given::Known(text(name), Basis::Written),
    };
    build.app.resources[table].name = Setting {
        given: Given::OneOf(vec![choice(1, "orders-dev"), choice(2, "orders-prod")]),
        origin: origin(3),
    };
    let named = |name: &str| {
        allow(
            &["dynamodb:*"],
            &[&format!("arn:aws:dynamodb:*:*:table/{name}")],
        )
    };
    let prod = build.granted(vec![named("orders-prod")]);
    let any = build.granted(vec![named("orders-*")]);
    let other = build.granted(vec![named("users")]);
    let node = Some(NodeId::Resource(table));
    assert_eq!(
        word(&may(&build.app, prod, "dynamodb:PutItem", node, None)),
        "depends"
    );
    assert!(may(&build.app, any, "dynamodb:PutItem", node, None).possibly());
    assert_eq!(
        word(&may(&build.app, other, "dynamodb:PutItem", node, None)),
        "no"
    );
}

fn statement() -> impl Strategy<Value = Statement> {
    let action = prop::sample::select(vec![
        "*",
        "dynamodb:*",
        "dynamodb:PutItem",
        "s3:*",
        "dynamodb:Get*",
    ]);
    let resource = prop::sample::select(vec![
        "*",
        "${Orders.Arn}",
        "${Named.Arn}",
        "arn:aws:dynamodb:*:*:table/o*",
        "${:P}",
    ]);
    let conditions = prop::bool::weighted(0.2);
    (action, resource, conditions).prop_map(|(action, resource, conditional)| {
        let statement = allow(&[action], &[resource]);
        match conditional {
            true => statement.when(test("StringEquals", "aws:PrincipalTag/x", &["y"])),
            false => statement,
        }
    })
}

proptest! {
    #[test]
    fn a_deny_never_turns_no_into_more(allows in prop::collection::vec(statement(), 0..4), denied in statement()) {
        let denied = Statement { effect: Effect::Deny, ..denied };
        for on in ["Orders", "Named", "?"] {
            let before = asked(allows.clone(), "dynamodb:PutItem", on);
            let mut more = allows.clone();
            more.push(denied.clone());
            let after = asked(more, "dynamodb:PutItem", on);
            if before == "no" {
                prop_assert_eq!(after, "no");
            }
            if before == "depends" {
                prop_assert!(after != "yes");
            }
        }
    }

    #[test]
    fn an_allow_never_takes_away(allows in prop::collection::vec(statement(), 0..4), extra in statement()) {
        for on in ["Orders", "Named"] {
            let before = asked(allows.clone(), "dynamodb:PutItem", on);
            let mut more = allows.clone();
            more.push(extra.clone());
            let after = asked(more, "dynamodb:PutItem", on);
            if before == "yes" {
                prop_assert_eq!(after, "yes");
            }
            if before == "depends" {
                prop_assert!(after != "no");
            }
        }
    }
}
