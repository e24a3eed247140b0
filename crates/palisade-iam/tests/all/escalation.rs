//! Which paths of the catalogue are open to a role, and which are not.

use std::collections::BTreeSet;

use crate::build::*;
use palisade_iam::Judge;
use palisade_iam::escalation::{escalations, paths, taken};
use palisade_iam::facts;
use palisade_model::app::*;
use palisade_model::policy::*;
use palisade_model::setting::*;

/// A role that a service may take.
fn trusted(build: &mut Build, name: &str, by: &str) -> RoleId {
    let role = build.role(name, vec![]);
    build.app.roles[role].trust = vec![allow(&["sts:AssumeRole"], &[]).by(service(by))];
    role
}

/// `id: target` of the paths that are surely open, then those that may be, for a function's role with these grants.
/// `Tasks` is a role for containers, `Other` one for functions, of the function `G`.
fn open(statements: Vec<Statement>) -> (Vec<String>, Vec<String>) {
    let mut build = Build::new();
    trusted(&mut build, "Tasks", "ecs-tasks.amazonaws.com");
    let other = trusted(&mut build, "Other", "lambda.amazonaws.com");
    build.function("G", &[other]);
    let role = trusted(&mut build, "Own", "lambda.amazonaws.com");
    build.app.roles[role].grants = statements.into_iter().map(Grant::Statement).collect();
    build.function("F", &[role]);
    let judge = Judge::new(&build.app);
    let (mut sure, mut maybe) = (Vec::new(), Vec::new());
    for found in escalations(&judge, role) {
        let target = found.target.map(|node| build.app.label(node));
        let words = format!(
            "{}: {}",
            found.path.id,
            target.unwrap_or_else(|| "any".to_owned())
        );
        match found.answer {
            Answer::Yes => sure.push(words),
            _ => maybe.push(words),
        }
        assert!(!found.statements.is_empty());
    }
    (sure, maybe)
}

fn sure(statements: Vec<Statement>) -> Vec<String> {
    open(statements).0
}

const NONE: &[&str] = &[];

#[test]
fn the_catalogue_reads() {
    assert!(paths().len() >= 60, "{}", paths().len());
    let ids: BTreeSet<&str> = paths().iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids.len(), paths().len());
    for path in paths() {
        assert!(!path.actions.is_empty() && !path.words.is_empty());
        let passes = path.actions.iter().any(|(a, _)| a == "iam:PassRole");
        assert_eq!(passes, path.passes.is_some(), "{}", path.id);
        for (action, _) in &path.actions {
            let known = facts::action(action).map(facts::Action::name);
            // Old services leave the reference.
            let gone = ["datapipeline"].iter().any(|s| action.starts_with(s));
            assert!(
                gone || known.as_deref() == Some(action),
                "{}: {action}",
                path.id
            );
        }
    }
}

#[test]
fn all_of_a_path_is_needed() {
    let pass = || allow(&["iam:PassRole"], &["*"]);
    assert_eq!(sure(vec![pass()]), NONE);
    assert_eq!(
        sure(vec![pass(), allow(&["lambda:CreateFunction"], &["*"])]),
        NONE
    );
    let whole = vec![
        pass(),
        allow(&["lambda:CreateFunction"], &["*"]),
        allow(&["lambda:InvokeFunction"], &["*"]),
    ];
    assert_eq!(sure(whole.clone()), ["lambda-001: Other"]);
    // `denied-action-cannot-escalate`: what completes it is denied beside it.
    let mut denied = whole;
    denied.push(deny(&["iam:*"], &["*"]));
    assert_eq!(open(denied), (vec![], vec![]));
}

#[test]
fn a_service_that_the_role_does_not_trust() {
    let run = || allow(&["ecs:RegisterTaskDefinition", "ecs:RunTask"], &["*"]);
    let lambda = || allow(&["lambda:CreateFunction", "lambda:InvokeFunction"], &["*"]);
    let tasks = || allow(&["iam:PassRole"], &["${Tasks.Arn}"]);
    assert_eq!(sure(vec![tasks(), run()]), ["ecs-004: Tasks"]);
    assert_eq!(open(vec![tasks(), lambda()]), (vec![], vec![]));
    // Passed on to one service alone.
    let only = |name: &str| {
        allow(&["iam:PassRole"], &["*"]).when(test("StringEquals", "iam:PassedToService", &[name]))
    };
    let ecs = "ecs-tasks.amazonaws.com";
    assert_eq!(open(vec![only(ecs), lambda()]), (vec![], vec![]));
    assert_eq!(sure(vec![only(ecs), run()]), ["ecs-004: Tasks"]);
    assert_eq!(
        sure(vec![only("lambda.amazonaws.com"), lambda()]),
        ["lambda-001: Other"]
    );
    // Nobody of the App is trusted: any role of the account is.
    let glue = || allow(&["glue:CreateDevEndpoint"], &["*"]);
    assert_eq!(
        sure(vec![allow(&["iam:PassRole"], &["*"]), glue()]),
        ["glue-001: any"]
    );
    assert_eq!(
        sure(vec![
            allow(
                &["iam:PassRole"],
                &["arn:aws:iam::${AWS::AccountId}:role/*"]
            ),
            glue()
        ]),
        ["glue-001: any"]
    );
    let (sure, maybe) = open(vec![
        allow(&["iam:PassRole"], &["arn:aws:iam::*:role/glue-*"]),
        glue(),
    ]);
    assert_eq!((sure, maybe), (vec![], vec!["glue-001: any".to_owned()]));
    // To pass the own role on wins nothing.
    assert_eq!(
        open(vec![allow(&["iam:PassRole"], &["${Own.Arn}"]), lambda()]),
        (vec![], vec![])
    );
}

#[test]
fn rights_for_oneself() {
    let put = |resource: &str| open(vec![allow(&["iam:PutRolePolicy"], &[resource])]);
    assert_eq!(put("*").0, ["iam-005: any"]);
    assert_eq!(put("${Own.Arn}").0, ["iam-005: any"]);
    assert_eq!(put("${Tasks.Arn}"), (vec![], vec![]));
    assert_eq!(
        sure(vec![allow(&["iam:CreatePolicyVersion"], &["*"])]),
        ["iam-001: any"]
    );
    let (sure, maybe) = open(vec![allow(
        &["iam:CreatePolicyVersion"],
        &["arn:aws:iam::*:policy/app-*"],
    )]);
    assert_eq!((sure.len(), maybe.len()), (0, 1));
    // What needs more is no news.
    let all = open(vec![allow(
        &[
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "sts:AssumeRole",
        ],
        &["*"],
    )]);
    assert_eq!(all.0, ["iam-005: any", "iam-012: Tasks", "sts-001: any"]);
}

#[test]
fn boundaries_are_taken_off_where_there_are_some() {
    let mut build = Build::new();
    let grants = vec![Grant::Statement(allow(
        &["iam:DeleteRolePermissionsBoundary"],
        &["*"],
    ))];
    let role = build.role("Role", grants);
    assert!(escalations(&Judge::new(&build.app), role).is_empty());
    build.app.roles[role].boundary =
        Setting::written(text("arn:aws:iam::aws:policy/IAMFullAccess"), origin(6));
    let judge = Judge::new(&build.app);
    let found: Vec<&str> = escalations(&judge, role)
        .iter()
        .map(|e| e.path.id.as_str())
        .collect();
    assert_eq!(found, ["iam-102"]);
    // What the boundary does not allow cannot be done.
    let limit = Setting::written(
        text("arn:aws:iam::aws:policy/AmazonS3FullAccess"),
        origin(6),
    );
    build.app.roles[role].boundary = limit;
    assert!(escalations(&Judge::new(&build.app), role).is_empty());
}

#[test]
fn code_of_functions() {
    let update = |resource: &str| open(vec![allow(&["lambda:UpdateFunctionCode"], &[resource])]);
    assert_eq!(update("${G.Arn}").0, ["lambda-003: G"]);
    assert_eq!(update("*").0, ["lambda-003: G"]);
    // Its own code runs as itself anyway.
    assert_eq!(update("${F.Arn}"), (vec![], vec![]));
}

#[test]
fn whole_services() {
    let service = |actions: &[&str]| sure(vec![allow(actions, &["*"])]);
    assert_eq!(service(&["es:*"]), NONE);
    assert_eq!(service(&["s3:*", "dynamodb:*", "sqs:*", "logs:*"]), NONE);
    let found = service(&["iam:*"]);
    assert!(found.contains(&"iam-005: any".to_owned()), "{found:?}");
    assert_eq!(
        service(&["ssm:*"]),
        ["ssm-001: any", "ssm-002: any", "ssm-102: any"]
    );
    // Who may do everything needs no path.
    assert_eq!(open(vec![allow(&["*"], &["*"])]), (vec![], vec![]));
}

#[test]
fn roles_of_the_app_that_are_taken() {
    let mut build = Build::new();
    let tasks = trusted(&mut build, "Tasks", "ecs-tasks.amazonaws.com");
    let strong = build.role("Strong", vec![]);
    build.function("G", &[strong]);
    let grants = vec![
        Grant::Statement(allow(&["lambda:UpdateFunctionCode"], &["${G.Arn}"])),
        Grant::Statement(allow(&["iam:PassRole"], &["${Tasks.Arn}"])),
        Grant::Statement(allow(
            &["ecs:RegisterTaskDefinition", "ecs:RunTask"],
            &["*"],
        )),
    ];
    let role = build.role("Own", grants);
    let judge = Judge::new(&build.app);
    let found: Vec<(RoleId, &str)> = taken(&judge, role)
        .into_iter()
        .map(|(r, p)| (r, p.id.as_str()))
        .collect();
    assert_eq!(found, [(tasks, "ecs-004"), (strong, "lambda-003")]);
}

#[test]
fn roles_that_trust_the_account() {
    let mut build = Build::new();
    let target = build.role("Target", vec![]);
    let assume = vec![Grant::Statement(allow(
        &["sts:AssumeRole"],
        &["${Target.Arn}"],
    ))];
    let role = build.role("Own", assume);
    let found = |build: &Build| {
        let judge = Judge::new(&build.app);
        // To take a role that is named is what it is for; its rights are had all the same.
        assert!(escalations(&judge, role).is_empty());
        taken(&judge, role)
            .into_iter()
            .map(|(role, _)| role)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&build), []);
    let trust = |principal: &str| vec![allow(&["sts:AssumeRole"], &[]).by(aws(principal))];
    build.app.roles[target].trust = trust("arn:aws:iam::${AWS::AccountId}:root");
    assert_eq!(found(&build), [target]);
    build.app.roles[target].trust = trust("${Own.Arn}");
    assert_eq!(found(&build), [target]);
    build.app.roles[target].trust = trust("444455556666");
    assert_eq!(found(&build), []);
}

#[test]
fn what_is_named_is_meant() {
    let build = |resource: &str| open(vec![allow(&["codebuild:StartBuild"], &[resource])]);
    let (sure, maybe) = (vec!["codebuild-002: any".to_owned()], vec![]);
    assert_eq!(build("*"), (sure.clone(), maybe.clone()));
    assert_eq!(
        build("arn:aws:codebuild:${AWS::Region}:${AWS::AccountId}:project/*"),
        (sure, maybe)
    );
    assert_eq!(
        build("arn:aws:codebuild:eu-west-1:111122223333:project/site"),
        (vec![], vec![])
    );
    assert_eq!(
        build("arn:aws:codebuild:*:*:project/${:Project}"),
        (vec![], vec![])
    );
    let some = vec!["codebuild-002: any".to_owned()];
    assert_eq!(
        build("arn:aws:codebuild:*:*:project/site-*"),
        (vec![], some)
    );
}
