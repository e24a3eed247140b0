//! A large App is judged in linear time.

use crate::build::*;
use palisade_iam::Judge;
use palisade_model::app::*;
use palisade_model::policy::*;
use std::time::Instant;

#[test]
fn ten_thousand_functions() {
    let mut build = Build::new();
    let guest = build.role(
        "Guest",
        vec![Grant::Statement(allow(
            &["s3:PutObject"],
            &["${B00001.Arn}/*"],
        ))],
    );
    build.pool(guest, true);
    let count = 10_000;
    for at in 0..count {
        let bucket = build.open_bucket(&format!("B{at:05}"));
        let table = build.table(&format!("T{at:05}"));
        let queue = build.queue(&format!("Q{at:05}"));
        build.policy(
            bucket,
            allow(&["s3:PutObject"], &[&format!("${{B{at:05}.Arn}}/*")]).by(aws("123456789012")),
        );
        build.delivers(bucket, queue);
        let function = build.granted(vec![
            allow(&["dynamodb:*"], &[&format!("${{T{at:05}.Arn}}")]),
            allow(&["s3:GetObject"], &[&format!("${{B{at:05}.Arn}}/*")]),
            allow(&["logs:*"], &["*"]),
        ]);
        build.trigger(function, "aws.s3", Some(bucket));
        build.trigger(function, "aws.sqs", Some(queue));
        build.trigger(function, "aws.dynamodb-stream", Some(table));
    }
    let start = Instant::now();
    build.fill();
    let filled = start.elapsed();
    let judge = Judge::new(&build.app);
    let mut allowed = 0;
    for (at, id) in build.app.functions.ids().enumerate() {
        let table = build
            .app
            .resources
            .enumerate()
            .nth(at * 3 + 2)
            .map(|(id, _)| NodeId::Resource(id));
        allowed += usize::from(judge.may(id, "dynamodb:PutItem", table, None).surely());
    }
    assert_eq!(allowed, count);
    let judged = start.elapsed() - filled;
    println!("{count} functions: filled in {filled:?}, judged in {judged:?}");
    assert!(filled.as_secs() < 20, "{filled:?}");
    assert!(judged.as_secs() < 20, "{judged:?}");
}

/// Every role against needs and against the catalogue, and the reach of some functions.
#[test]
fn ten_thousand_roles_compared() {
    let mut build = Build::new();
    let count = 10_000;
    for at in 0..count {
        build.table(&format!("T{at:05}"));
        let table = format!("${{T{at:05}.Arn}}");
        build.granted(vec![
            allow(&["dynamodb:*"], &[&table]),
            allow(&["s3:Get*", "iam:PassRole"], &["*"]),
            allow(
                &["logs:*", "sqs:SendMessage", "states:StartExecution"],
                &["*"],
            ),
        ]);
    }
    let judge = Judge::new(&build.app);
    let start = Instant::now();
    let mut excess = 0;
    for (at, function) in build.app.functions.ids().enumerate() {
        let need = palisade_model::need::Need {
            action: "dynamodb:GetItem".to_owned(),
            resources: vec![text(&format!("${{T{at:05}.Arn}}"))],
            spans: Vec::new(),
            exact: true,
            conditions: Vec::new(),
        };
        let needs = palisade_model::need::FunctionNeeds {
            function,
            needs: vec![need],
            optional: Vec::new(),
            platform: Vec::new(),
            incomplete: Vec::new(),
            unresolved: Vec::new(),
            unknown_methods: Vec::new(),
            spare: Vec::new(),
        };
        let role = build.app.functions[function].role[0].1;
        let found = palisade_iam::compare::compare(&judge, role, &[&needs]);
        excess += found.excess.len();
        assert!(found.missing.is_empty());
        assert!(palisade_iam::escalation::escalations(&judge, role).is_empty());
    }
    assert_eq!(excess, count * 6);
    let compared = start.elapsed();
    for function in build.app.functions.ids().take(20) {
        let blast = palisade_iam::blast::blast(&judge, function);
        assert_eq!(blast.reached.len(), 1);
    }
    let reached = start.elapsed() - compared;
    println!("{count} roles: compared in {compared:?}, 20 reaches in {reached:?}");
    assert!(compared.as_secs() < 60, "{compared:?}");
    assert!(reached.as_secs() < 20, "{reached:?}");
}

/// Names made of names made of names stay small.
#[test]
fn names_within_names() {
    let mut build = Build::new();
    let wide = |name: &str| format!("${{{name}}}").repeat(200);
    let mut last = build.bucket("N0");
    for at in 1..6 {
        last = build.bucket(&format!("N{at}"));
        let name = wide(&format!("N{}", at - 1));
        build.named(last, &name);
    }
    let function = build.granted(vec![allow(&["s3:*"], &["arn:aws:s3:::*"])]);
    let judge = Judge::new(&build.app);
    let node = Some(NodeId::Resource(last));
    assert!(judge.may(function, "s3:GetObject", node, None).possibly());
    build.fill();
}
