//! Roles against needs: what is too much, what is missing, what does not exist.

use crate::build::*;
use palisade_iam::Judge;
use palisade_iam::compare::{Comparison, Why, compare, includes, intersects};
use palisade_iam::harm::Harm;
use palisade_iam::pattern::Pattern;
use palisade_model::app::*;
use palisade_model::guard::Guard;
use palisade_model::need::{FunctionNeeds, Need};
use palisade_model::policy::*;

fn need(action: &str, resources: &[&str]) -> Need {
    Need {
        action: action.to_owned(),
        resources: texts(resources),
        spans: vec![span(20)],
        exact: true,
        conditions: Vec::new(),
    }
}

fn needs(function: FunctionId, needs: Vec<Need>) -> FunctionNeeds {
    FunctionNeeds {
        function,
        needs,
        optional: Vec::new(),
        platform: vec![need("logs:PutLogEvents", &["*"])],
        incomplete: Vec::new(),
        unresolved: Vec::new(),
        unknown_methods: Vec::new(),
        spare: Vec::new(),
    }
}

/// A role with these grants against these needs: `Orders` and `Users` are tables, the second called `users`; `Files` a
/// bucket.
fn compared(grants: Vec<Grant>, wanted: Vec<Need>) -> Comparison {
    let mut build = Build::new();
    build.bucket("Files");
    build.table("Orders");
    let users = build.table("Users");
    build.named(users, "users");
    let role = build.role("Role", grants);
    let function = build.function("F", &[role]);
    compare(&Judge::new(&build.app), role, &[&needs(function, wanted)])
}

fn granted(statements: Vec<Statement>, wanted: Vec<Need>) -> Comparison {
    compared(
        statements.into_iter().map(Grant::Statement).collect(),
        wanted,
    )
}

/// `pattern: why` of each excess.
fn excess(comparison: &Comparison) -> Vec<String> {
    let one = |e: &palisade_iam::compare::Excess| match &e.why {
        Why::Unused => format!("{} unused", e.pattern),
        Why::Actions(needed) => format!("{} for {}", e.pattern, needed.join(" ")),
        Why::Resources { wider, unused } => {
            format!("{} wider {wider:?} unused {unused:?}", e.pattern)
        }
    };
    comparison.excess.iter().map(one).collect()
}

fn missing(comparison: &Comparison) -> Vec<&str> {
    comparison
        .missing
        .iter()
        .map(|need| need.action.as_str())
        .collect()
}

const ORDERS: &[&str] = &["${Orders.Arn}"];

#[test]
fn exactly_what_is_needed() {
    let found = granted(
        vec![
            allow(&["dynamodb:GetItem", "dynamodb:PutItem"], ORDERS),
            allow(&["logs:PutLogEvents"], &["*"]),
        ],
        vec![
            need("dynamodb:GetItem", ORDERS),
            need("dynamodb:PutItem", ORDERS),
        ],
    );
    assert_eq!(excess(&found), Vec::<String>::new());
    assert_eq!(missing(&found), Vec::<&str>::new());
    assert!(found.missing_platform.is_empty() && found.unknown_actions.is_empty());
}

#[test]
fn actions_nobody_needs() {
    let found = granted(
        vec![
            allow(
                &["dynamodb:GetItem", "dynamodb:DeleteTable", "s3:*"],
                ORDERS,
            ),
            allow(&["logs:*"], &["*"]),
        ],
        vec![need("dynamodb:GetItem", ORDERS)],
    );
    assert_eq!(
        excess(&found),
        [
            "dynamodb:DeleteTable unused",
            "s3:* unused",
            "logs:* for logs:PutLogEvents"
        ]
    );
    let names = found.excess[0].names(9);
    assert_eq!(names, ["dynamodb:DeleteTable"]);
    assert_eq!(found.excess[0].harm, Some(Harm::Writes));
    assert_eq!(found.excess[1].harm, Some(Harm::Permissions));
    assert!(found.excess[1].actions.len() > 100);
    let wide = &found.excess[2];
    assert!(!wide.names(999).contains(&"logs:PutLogEvents".to_owned()));
    assert!(wide.names(999).contains(&"logs:DeleteLogGroup".to_owned()));
}

#[test]
fn resources_nobody_needs() {
    let wanted = || {
        vec![
            need("dynamodb:GetItem", ORDERS),
            need("s3:GetObject", &["${Files.Arn}/in/*"]),
        ]
    };
    let of = |resources: &[&str]| {
        let statement = allow(&["dynamodb:GetItem"], resources);
        excess(&granted(
            vec![statement, allow(&["logs:PutLogEvents"], &["*"])],
            wanted(),
        ))
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(of(&["*"]), ["dynamodb:GetItem wider [0] unused []"]);
    assert_eq!(
        of(&["${Orders.Arn}", "${Users.Arn}"]),
        ["dynamodb:GetItem wider [] unused [1]"]
    );
    assert_eq!(
        of(&["arn:aws:dynamodb:*:*:table/*"]),
        ["dynamodb:GetItem wider [0] unused []"]
    );
    // The region and the account are the deployment's; indexes and streams are the table's.
    assert_eq!(of(&["arn:aws:dynamodb:*:*:table/${Orders}"]), none);
    assert_eq!(of(&["${Orders.Arn}", "${Orders.Arn}/index/*"]), none);
    assert_eq!(of(&["${Orders.Arn}*"]), none);
    let objects = |resources: &[&str]| {
        let statement = allow(&["s3:GetObject"], resources);
        let other = allow(&["dynamodb:GetItem"], ORDERS);
        excess(&granted(
            vec![statement, other, allow(&["logs:PutLogEvents"], &["*"])],
            wanted(),
        ))
    };
    assert_eq!(objects(&["${Files.Arn}/in/*"]), none);
    assert_eq!(
        objects(&["${Files.Arn}/*"]),
        ["s3:GetObject wider [0] unused []"]
    );
    assert_eq!(objects(&["${Files.Arn}/in/today/*"]), none);
}

#[test]
fn names_and_symbols_are_one() {
    let users = || vec![need("dynamodb:GetItem", &["${Users.Arn}"])];
    let logs = || allow(&["logs:PutLogEvents"], &["*"]);
    let found = granted(
        vec![
            allow(&["dynamodb:GetItem"], &["arn:aws:dynamodb:*:*:table/users"]),
            logs(),
        ],
        users(),
    );
    assert_eq!((excess(&found), missing(&found)), (vec![], vec![]));
    let found = granted(
        vec![
            allow(
                &["dynamodb:GetItem"],
                &["arn:aws:dynamodb:*:*:table/orders"],
            ),
            logs(),
        ],
        users(),
    );
    assert_eq!(excess(&found), ["dynamodb:GetItem unused"]);
    assert_eq!(missing(&found), ["dynamodb:GetItem"]);
}

#[test]
fn what_is_missing_is_surely_missing() {
    let of = |statements: Vec<Statement>| {
        let found = granted(statements, vec![need("dynamodb:GetItem", ORDERS)]);
        missing(&found).len()
    };
    let tagged = || test("StringEquals", "aws:PrincipalTag/a", &["b"]);
    assert_eq!(of(vec![]), 1);
    assert_eq!(of(vec![allow(&["dynamodb:GetItem"], &["${Users.Arn}"])]), 1);
    assert_eq!(of(vec![allow(&["dynamodb:Get*"], &["*"])]), 0);
    // It may be granted where a condition holds, or where a parameter names the table.
    assert_eq!(of(vec![allow(&["dynamodb:*"], &["*"]).when(tagged())]), 0);
    assert_eq!(
        of(vec![allow(
            &["dynamodb:*"],
            &["arn:aws:dynamodb:*:*:table/${:Name}"]
        )]),
        0
    );
    // And denied.
    let all = || allow(&["dynamodb:*"], &["*"]);
    assert_eq!(of(vec![all(), deny(&["dynamodb:Get*"], ORDERS)]), 1);
    assert_eq!(
        of(vec![all(), deny(&["dynamodb:Get*"], ORDERS).when(tagged())]),
        0
    );
    // A condition that no session of a role meets grants nothing.
    let user = || test("StringEquals", "aws:username", &["ana"]);
    assert_eq!(of(vec![all().when(user())]), 1);
    let found = granted(vec![], vec![]);
    assert_eq!(found.missing_platform.len(), 1);
}

#[test]
fn a_resource_may_grant_it() {
    let mut build = Build::new();
    let bucket = build.bucket("Files");
    let role = build.role("Role", vec![]);
    let function = build.function("F", &[role]);
    let needs = needs(function, vec![need("s3:GetObject", &["${Files.Arn}/*"])]);
    let found = compare(&Judge::new(&build.app), role, &[&needs]);
    assert_eq!(missing(&found), ["s3:GetObject"]);
    let statement = allow(&["s3:GetObject"], &["${Files.Arn}/*"]).by(aws("${Role.Arn}"));
    build.policy(bucket, statement);
    let found = compare(&Judge::new(&build.app), role, &[&needs]);
    assert_eq!(missing(&found), Vec::<&str>::new());
}

#[test]
fn actions_that_do_not_exist() {
    let found = granted(
        vec![
            allow(
                &[
                    "sqs:SendMessageBatch",
                    "s3:HeadObject",
                    "dynamodb:Gte*",
                    "mine:Do",
                ],
                &["*"],
            ),
            allow(&["S3:getobject"], &["*"]),
        ],
        vec![],
    );
    let names: Vec<&str> = found
        .unknown_actions
        .iter()
        .map(|(n, _)| n.as_str())
        .collect();
    assert_eq!(
        names,
        ["sqs:SendMessageBatch", "s3:HeadObject", "dynamodb:Gte*"]
    );
    // They are told once.
    assert_eq!(excess(&found), ["mine:Do unused", "S3:getobject unused"]);
}

#[test]
fn denied_actions_are_no_excess() {
    let found = granted(
        vec![
            allow(&["iam:PassRole", "s3:*"], &["*"]),
            deny(&["iam:*", "s3:Put*"], &["*"]),
            allow(&["logs:PutLogEvents"], &["*"]),
        ],
        vec![],
    );
    assert_eq!(excess(&found), ["s3:* unused"]);
    assert!(
        !found.excess[0]
            .names(999)
            .contains(&"s3:PutObject".to_owned())
    );
}

#[test]
fn managed_policies_are_one() {
    let managed = |name: &str| {
        Grant::Managed(palisade_model::setting::Setting::written(
            text(name),
            origin(6),
        ))
    };
    let found = compared(
        vec![
            managed("AmazonS3FullAccess"),
            managed("AWSLambdaBasicExecutionRole"),
            managed("AmazonDynamoDBFullAccess"),
        ],
        vec![need("s3:GetObject", &["${Files.Arn}/*"])],
    );
    let found = excess(&found);
    assert_eq!(found[0], "AmazonS3FullAccess for s3:GetObject");
    assert_eq!(found.last().unwrap(), "AmazonDynamoDBFullAccess unused");
}

#[test]
fn everything_but() {
    let mut others = allow(&["iam:*"], &["*"]);
    others.not_actions = true;
    let found = granted(vec![others], vec![need("dynamodb:GetItem", ORDERS)]);
    assert_eq!(
        excess(&found),
        ["NotAction for dynamodb:GetItem logs:PutLogEvents"]
    );
    let names = found.excess[0].names(99_999);
    assert!(names.contains(&"s3:PutObject".to_owned()));
    assert!(!names.iter().any(|n| n.starts_with("iam:")));
}

#[test]
fn guesses_prove_no_width() {
    let mut guess = need(
        "dynamodb:GetItem",
        &["arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"],
    );
    guess.exact = false;
    let found = granted(
        vec![
            allow(&["dynamodb:GetItem"], &["${Orders.Arn}"]),
            allow(&["logs:PutLogEvents"], &["*"]),
        ],
        vec![guess.clone()],
    );
    assert_eq!((excess(&found), missing(&found)), (vec![], vec![]));
    let found = granted(vec![allow(&["dynamodb:GetItem"], &["*"])], vec![guess]);
    assert_eq!((excess(&found), missing(&found)), (vec![], vec![]));
}

#[test]
fn actions_without_resources_need_a_star() {
    let list = || vec![need("s3:ListAllMyBuckets", &["*"])];
    let found = granted(vec![allow(&["s3:ListAllMyBuckets"], &["*"])], list());
    assert_eq!((excess(&found), missing(&found)), (vec![], vec![]));
    let found = granted(
        vec![allow(&["s3:ListAllMyBuckets"], &["${Files.Arn}"])],
        list(),
    );
    assert_eq!(excess(&found), ["s3:ListAllMyBuckets unused"]);
    assert_eq!(missing(&found), ["s3:ListAllMyBuckets"]);
}

#[test]
fn logs_are_granted_in_many_ways() {
    for resource in [
        "*",
        "arn:aws:logs:*:*:*",
        "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/*",
    ] {
        let found = granted(vec![allow(&["logs:PutLogEvents"], &[resource])], vec![]);
        assert_eq!(
            (excess(&found), found.missing_platform.len()),
            (vec![], 0),
            "{resource}"
        );
    }
}

#[test]
fn shared_roles_serve_all() {
    let mut build = Build::new();
    build.table("Orders");
    let grants = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"];
    let role = build.role("Role", vec![Grant::Statement(allow(&grants, ORDERS))]);
    let one = build.function("One", &[role]);
    let two = build.function("Two", &[role]);
    let one = FunctionNeeds {
        platform: vec![],
        ..needs(one, vec![need("dynamodb:GetItem", ORDERS)])
    };
    let two = FunctionNeeds {
        platform: vec![],
        ..needs(two, vec![need("dynamodb:PutItem", ORDERS)])
    };
    let judge = Judge::new(&build.app);
    assert_eq!(
        excess(&compare(&judge, role, &[&one, &two])),
        ["dynamodb:Scan unused"]
    );
    let incomplete = FunctionNeeds {
        incomplete: vec![(span(3), "eval".to_owned())],
        ..two
    };
    assert!(compare(&judge, role, &[&one, &incomplete]).incomplete);
}

#[test]
fn stages_are_kept_apart() {
    let mut build = Build::new();
    let stage = build.axis("Stage", &["dev", "prod"]);
    build.table("Orders");
    let dev = allow(&["dynamodb:*"], ORDERS).exists(Guard::on(stage, 1));
    let role = build.role("Role", vec![Grant::Statement(dev)]);
    let function = build.function("F", &[role]);
    build.app.functions[function].exists = Guard::on(stage, 2);
    let wanted = FunctionNeeds {
        platform: vec![],
        ..needs(function, vec![need("dynamodb:Scan", ORDERS)])
    };
    let found = compare(&Judge::new(&build.app), role, &[&wanted]);
    assert_eq!(missing(&found), ["dynamodb:Scan"]);
    assert_eq!(excess(&found), ["dynamodb:* unused"]);
}

#[test]
fn patterns_of_resources() {
    let of = Pattern::of;
    assert!(includes(
        &of("arn:aws:s3:::b/*"),
        &of("arn:aws:s3:::b/in/*")
    ));
    assert!(!includes(
        &of("arn:aws:s3:::b/in/*"),
        &of("arn:aws:s3:::b/*")
    ));
    assert!(intersects(
        &of("arn:aws:s3:::b/in/*"),
        &of("arn:aws:s3:::b/*.csv")
    ));
    assert!(!intersects(
        &of("arn:aws:s3:::a/*"),
        &of("arn:aws:s3:::b/*")
    ));
}
