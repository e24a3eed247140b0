//! Which data a role reaches, and in which words.

use crate::build::*;
use palisade_iam::{Access, data_reached, role_words};
use palisade_model::app::*;

#[test]
fn worst_first_with_the_statement() {
    let mut build = Build::new();
    let files = build.bucket("Files");
    build.named(files, "cv-files");
    let table = build.table("Orders");
    let _other = build.table("Other");
    let mut read = allow(&["dynamodb:GetItem"], &["${Orders.Arn}"]);
    read.origin = origin(20);
    let mut crud = allow(
        &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        &["${Files.Arn}/*"],
    );
    crud.origin = origin(21);
    let function = build.granted(vec![read, crud]);
    let all = Access {
        reads: true,
        writes: true,
        deletes: true,
    };
    let reads = Access {
        reads: true,
        ..Access::default()
    };
    assert_eq!(
        data_reached(&build.app, function),
        vec![
            (NodeId::Resource(files), all, origin(21)),
            (NodeId::Resource(table), reads, origin(20)),
        ]
    );
    let (role, place, data, verbs) = role_words(&build.app, function);
    assert_eq!((role.as_str(), place), ("Role0", Some(origin(21))));
    assert_eq!(data, vec!["cv-files"]);
    assert_eq!(verbs, "read and delete");
}

#[test]
fn every_bucket() {
    let mut build = Build::new();
    build.bucket("A");
    build.bucket("B");
    let function = build.managed(&["AmazonS3FullAccess"]);
    let (_, _, data, verbs) = role_words(&build.app, function);
    assert_eq!(
        (data, verbs.as_str()),
        (vec!["every bucket".to_owned()], "read and delete")
    );
    assert_eq!(data_reached(&build.app, function).len(), 2);
    let read_only = build.managed(&["AmazonS3ReadOnlyAccess"]);
    let (_, _, data, verbs) = role_words(&build.app, read_only);
    assert_eq!(
        (data, verbs.as_str()),
        (vec!["every bucket".to_owned()], "read")
    );
}

#[test]
fn administrators_and_nobodies() {
    let mut build = Build::new();
    build.bucket("A");
    let admin = build.managed(&["AdministratorAccess"]);
    let (_, _, data, verbs) = role_words(&build.app, admin);
    assert_eq!(
        (data, verbs.as_str()),
        (
            vec!["everything in the account".to_owned()],
            "read and delete"
        )
    );
    let logs = build.managed(&["AWSLambdaBasicExecutionRole"]);
    let (name, _, data, verbs) = role_words(&build.app, logs);
    assert_eq!(
        (name.as_str(), data.len(), verbs.as_str()),
        ("Role1", 0, "")
    );
    let none = build.function("None", &[]);
    assert_eq!(role_words(&build.app, none).0, "");
}

#[test]
fn generated_roles_have_their_deployed_name() {
    let mut build = Build::new();
    let role = build.role("Parse#role", vec![]);
    let function = build.function("Parse", &[role]);
    assert_eq!(role_words(&build.app, function).0, "ParseRole");
}

#[test]
fn a_deny_is_respected() {
    let mut build = Build::new();
    build.bucket("A");
    let function = build.granted(vec![
        allow(&["s3:*"], &["*"]),
        deny(&["s3:Delete*"], &["*"]),
    ]);
    let (_, _, data, verbs) = role_words(&build.app, function);
    assert_eq!(
        (data, verbs.as_str()),
        (vec!["every bucket".to_owned()], "read and change")
    );
}
