//! What somebody reaches who gets into a function, as its role is and as it might be.

use crate::build::*;
use palisade_iam::Judge;
use palisade_iam::blast::{Blast, blast, blast_of_needs};
use palisade_iam::harm::{Harm, harm};
use palisade_model::app::*;
use palisade_model::need::{FunctionNeeds, Need};
use palisade_model::policy::*;

struct Case {
    build: Build,
    function: FunctionId,
    own: RoleId,
}

/// `Files` is a bucket, `Orders` a table, `Key` a secret, `G` another function with the role `Strong`.
fn case(statements: Vec<Statement>) -> Case {
    let mut build = Build::new();
    build.bucket("Files");
    build.table("Orders");
    build.resource("Key", Kind::Secret, "AWS::SecretsManager::Secret");
    let admin = vec![Grant::Statement(allow(&["dynamodb:*"], &["${Orders.Arn}"]))];
    let strong = build.role("Strong", admin);
    build.function("G", &[strong]);
    let own = build.role(
        "Own",
        statements.into_iter().map(Grant::Statement).collect(),
    );
    let function = build.function("F", &[own]);
    Case {
        build,
        function,
        own,
    }
}

fn of(case: &Case) -> Blast {
    blast(&Judge::new(&case.build.app), case.function)
}

/// `node: what can be done`.
fn reached(case: &Case, blast: &Blast) -> Vec<String> {
    let one = |r: &palisade_iam::blast::Reached| {
        let words: Vec<&str> = r.harms.iter().map(|h| h.words()).collect();
        let through = r.through.map(|_| " through another").unwrap_or_default();
        format!(
            "{}: {}{through}",
            case.build.app.label(r.node),
            words.join(", ")
        )
    };
    blast.reached.iter().map(one).collect()
}

#[test]
fn levels() {
    assert_eq!(harm("s3:ListBucket"), Harm::Lists);
    assert_eq!(harm("s3:GetObject"), Harm::Reads);
    assert_eq!(harm("s3:PutObject"), Harm::Writes);
    assert_eq!(harm("s3:PutBucketPolicy"), Harm::Permissions);
    assert_eq!(harm("secretsmanager:getsecretvalue"), Harm::Secrets);
    assert_eq!(harm("lambda:UpdateFunctionCode"), Harm::Code);
    assert_eq!(harm("mine:Own"), Harm::Writes);
}

#[test]
fn resources_by_what_can_be_done() {
    let case = case(vec![
        allow(&["s3:GetObject", "s3:PutObject"], &["${Files.Arn}/*"]),
        allow(&["dynamodb:GetItem"], &["${Orders.Arn}"]),
        allow(&["secretsmanager:GetSecretValue"], &["${Key}"]),
        allow(&["lambda:InvokeFunction"], &["${G.Arn}"]),
        allow(
            &["logs:PutLogEvents"],
            &["arn:aws:logs:*:*:log-group:mine:*"],
        ),
    ]);
    let blast = of(&case);
    assert_eq!(
        reached(&case, &blast),
        [
            "G: change",
            "Files: read, change",
            "Orders: read",
            "Key: read secrets"
        ]
    );
    assert_eq!(blast.invokes.len(), 1);
    assert!(blast.everywhere.is_empty() && blast.assumes.is_empty() && !blast.unread);
    assert_eq!(blast.weight(), 3 + 3 + 2 + 4);
    assert_eq!(blast.nodes(Harm::Secrets).count(), 1);
}

#[test]
fn denials_and_conditions_take_away() {
    let tagged = || test("StringEquals", "aws:ResourceTag/a", &["b"]);
    let case = case(vec![
        allow(&["s3:GetObject", "s3:PutObject"], &["${Files.Arn}/*"]),
        deny(&["s3:Put*"], &["*"]),
        allow(&["dynamodb:*"], &["*"]).when(tagged()),
    ]);
    let blast = of(&case);
    assert_eq!(reached(&case, &blast), ["Files: read"]);
    assert!(blast.everywhere.is_empty());
}

#[test]
fn whole_services() {
    let case = case(vec![allow(
        &["s3:GetObject", "ses:SendEmail", "ec2:DescribeInstances"],
        &["*"],
    )]);
    let blast = of(&case);
    assert_eq!(reached(&case, &blast), ["Files: read"]);
    let services: Vec<&str> = blast
        .everywhere
        .iter()
        .map(|e| e.service.as_str())
        .collect();
    // What knows no resources is not everything of a service.
    assert_eq!(services, ["s3", "ses"]);
}

#[test]
fn the_rights_of_others() {
    let case = case(vec![allow(&["lambda:UpdateFunctionCode"], &["${G.Arn}"])]);
    let blast = of(&case);
    let found = reached(&case, &blast);
    assert_eq!(found[0], "G: run code");
    assert!(
        found[1].starts_with("Orders: list, read, change"),
        "{found:?}"
    );
    assert!(found[1].ends_with("through another"), "{found:?}");
    let paths: Vec<&str> = blast
        .assumes
        .iter()
        .map(|(_, path)| path.id.as_str())
        .collect();
    assert_eq!(paths, ["lambda-003"]);
    assert_ne!(blast.assumes[0].0, case.own);
}

#[test]
fn before_and_after() {
    let case = case(vec![allow(&["dynamodb:*", "s3:*"], &["*"])]);
    let needs = FunctionNeeds {
        function: case.function,
        needs: vec![Need {
            action: "dynamodb:GetItem".to_owned(),
            resources: texts(&["${Orders.Arn}"]),
            spans: Vec::new(),
            exact: true,
            conditions: Vec::new(),
        }],
        optional: Vec::new(),
        platform: Vec::new(),
        incomplete: Vec::new(),
        unresolved: Vec::new(),
        unknown_methods: Vec::new(),
        spare: Vec::new(),
    };
    let judge = Judge::new(&case.build.app);
    let after = blast_of_needs(&judge, &needs);
    assert_eq!(reached(&case, &after), ["Orders: read"]);
    assert!(after.weight() < of(&case).weight());
}

#[test]
fn nothing_is_reached_without_rights() {
    let case = case(vec![]);
    assert_eq!(of(&case), Blast::default());
    let mut other = self::case(vec![allow(&["*"], &["*"])]);
    other.build.app.functions[other.function].role.clear();
    assert_eq!(of(&other), Blast::default());
}
