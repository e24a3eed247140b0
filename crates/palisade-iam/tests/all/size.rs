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
