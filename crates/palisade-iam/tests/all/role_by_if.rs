//! What a function may do whose role depends on a condition.

use crate::build::*;
use crate::may::word;
use palisade_iam::may;
use palisade_model::guard::Guard;
use palisade_model::policy::*;
use palisade_model::setting::*;

/// Case 18: a role by `!If` beside a generated one.
#[test]
fn role_by_if() {
    let mut build = Build::new();
    let axis = build.axis("HasRole", &["true", "false"]);
    let given = build.role("Given", vec![Grant::Unreadable(origin(6))]);
    let made = build.role(
        "F#role",
        vec![Grant::Statement(allow(&["s3:GetObject"], &["*"]))],
    );
    let function = build.function("F", &[]);
    build.app.functions[function].role =
        vec![(Guard::on(axis, 1), given), (Guard::on(axis, 2), made)];
    let ask = |build: &Build, action| may(&build.app, function, action, None, None);
    assert_eq!(word(&ask(&build, "s3:GetObject")), "unknown");
    build.app.roles[given].grants = vec![Grant::Statement(allow(&["s3:GetObject"], &["*"]))];
    assert_eq!(word(&ask(&build, "s3:GetObject")), "yes");
    build.app.roles[given].grants.clear();
    assert_eq!(
        ask(&build, "s3:GetObject"),
        Answer::Depends(Guard::on(axis, 2))
    );
    assert_eq!(word(&ask(&build, "s3:PutObject")), "no");
}

/// Case 18: a role by `!If` beside one that is handed in, of which nothing is known.
#[test]
fn role_by_if_beside_an_unknown_one() {
    let mut build = Build::new();
    let axis = build.axis("HasRole", &["true", "false"]);
    let stage = build.axis("Stage", &["dev", "prod"]);
    let made = build.role(
        "F#role",
        vec![Grant::Statement(allow(&["s3:GetObject"], &["*"]))],
    );
    let function = build.function("F", &[]);
    build.app.functions[function].role = vec![(Guard::on(axis, 2), made)];
    let ask = |build: &Build, action| word(&may(&build.app, function, action, None, None));
    assert_eq!(ask(&build, "s3:GetObject"), "unknown");
    assert_eq!(ask(&build, "s3:PutObject"), "unknown");
    // Where the function exists only with the known role, nothing is left open.
    build.app.functions[function].exists = Guard::on(axis, 2);
    assert_eq!(ask(&build, "s3:GetObject"), "yes");
    assert_eq!(ask(&build, "s3:PutObject"), "no");
    // Two guards that cover all worlds only together.
    build.app.functions[function].exists = Guard::on(axis, 2).and(&Guard::on(stage, 3));
    build.app.functions[function].role =
        vec![(Guard::on(stage, 1), made), (Guard::on(stage, 2), made)];
    assert_eq!(ask(&build, "s3:GetObject"), "yes");
    assert_eq!(ask(&build, "s3:PutObject"), "no");
    build.app.functions[function].role.pop();
    assert_eq!(ask(&build, "s3:PutObject"), "unknown");
}
