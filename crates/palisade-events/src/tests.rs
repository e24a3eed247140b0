//! Checks every event file: that it is read, that its example fits its tree, and that writing is the inverse of reading.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use crate::catalog::FILES;
use crate::{
    Encoding, Field, Key, Shape, Step, Trust, Type, Walk, all, encode, find, generate, read, words,
};

const CANARY: &str = "c4n4ry ;$(x) '\"<>&/\u{e9}";

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

/// `Records[].body~json.Message` as steps.
fn path(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for piece in text.split('.').filter(|piece| !piece.is_empty()) {
        let (piece, decodings) = piece.split_once('~').unwrap_or((piece, ""));
        let name = piece.trim_end_matches("[]");
        if !name.is_empty() {
            steps.push(key(name));
        }
        steps.extend((0..(piece.len() - name.len()) / 2).map(|_| Step::Elem));
        steps.extend(
            decodings
                .split('~')
                .filter(|word| !word.is_empty())
                .map(|word| {
                    Step::Decode(match word {
                        "json" => Encoding::Json,
                        "base64" => Encoding::Base64,
                        "url" => Encoding::Url,
                        "form" => Encoding::Form,
                        "gzip" => Encoding::Gzip,
                        _ => Encoding::Mime,
                    })
                }),
        );
    }
    steps
}

fn shape(id: &str) -> &'static Shape {
    find(id).unwrap_or_else(|| panic!("no {id}"))
}

/// All texts that the steps may read.
fn reads(value: &Value, steps: &[Step]) -> Vec<String> {
    let Some((step, rest)) = steps.split_first() else {
        return value.as_str().map(str::to_owned).into_iter().collect();
    };
    match step {
        Step::Key(name) => match value {
            Value::Array(parts) => name
                .parse()
                .ok()
                .and_then(|at: usize| parts.get(at))
                .into_iter()
                .flat_map(|part| reads(part, rest))
                .collect(),
            Value::Object(entries) => entries
                .get(name)
                .into_iter()
                .flat_map(|part| reads(part, rest))
                .collect(),
            _ => Vec::new(),
        },
        Step::Elem => match value {
            Value::Array(parts) => parts.iter().flat_map(|part| reads(part, rest)).collect(),
            Value::Object(entries) => entries
                .values()
                .flat_map(|part| reads(part, rest))
                .collect(),
            _ => Vec::new(),
        },
        Step::KeyOf => value
            .as_object()
            .into_iter()
            .flat_map(|entries| entries.keys().cloned())
            .collect(),
        Step::Decode(encoding) => encode::decode(value, &[*encoding])
            .iter()
            .flat_map(|inner| reads(inner, rest))
            .collect(),
    }
}

/// Every leaf and the steps to it, decodings included.
fn leaves<'a>(field: &'a Field, trail: &[Step], found: &mut Vec<(&'a Field, Vec<Step>)>) {
    let mut trail = trail.to_vec();
    trail.extend(field.encodings.iter().copied().map(Step::Decode));
    if field.is_leaf() {
        found.push((field, trail));
        return;
    }
    for (key_, child) in &field.children {
        let mut below = trail.clone();
        below.push(match key_ {
            Key::Name(name) => key(name),
            Key::AnyKey => key("anything"),
            Key::Elements => Step::Elem,
        });
        leaves(child, &below, found);
    }
}

fn all_leaves(shape: &Shape) -> Vec<(&Field, Vec<Step>)> {
    let mut found = Vec::new();
    leaves(&shape.root, &[], &mut found);
    found
}

#[test]
fn every_file_is_read_and_says_where_its_facts_come_from() {
    let mut ids = BTreeSet::new();
    for (id, text) in FILES {
        let shape = read::shape(id, text).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert!(ids.insert(*id), "{id} is listed twice");
        assert!(shape.source.len() > 20, "{id}: source");
        assert!(
            shape.date.len() == 7 && shape.date.starts_with("20"),
            "{id}: date"
        );
        assert!(shape.entry.contains("{function}"), "{id}: entry");
        assert!(shape.title.len() <= 40, "{id}: title");
        assert!(text.starts_with('#'), "{id}: a first line says what it is");
    }
    assert_eq!(all().len(), FILES.len());
    for id in ids {
        assert_eq!(find(id).map(|shape| shape.id), Some(id));
    }
    assert_eq!(find("aws.nothing"), None);
}

#[test]
fn every_file_in_the_folder_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    let listed: BTreeSet<String> = FILES.iter().map(|(id, _)| format!("{id}.toml")).collect();
    let there: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(listed, there);
}

#[test]
fn every_key_of_an_example_is_in_its_tree() {
    fn look(shape: &Shape, field: &Field, value: &Value, trail: &[Step]) {
        let inner = encode::decode(value, &field.encodings)
            .filter(|_| !value.is_null())
            .unwrap_or_else(|| value.clone());
        let mut trail = trail.to_vec();
        trail.extend(field.encodings.iter().copied().map(Step::Decode));
        let found = shape.walk(&trail, &[]);
        assert_ne!(found, Walk::Missing, "{}: {}", shape.id, words(&trail));
        assert!(!value.is_string() || value == &inner || !field.encodings.is_empty());
        let below = |step: Step, part: &Value| {
            let child = match &step {
                Step::Key(name) => field.named(name),
                _ => field.child(&Key::Elements),
            };
            let steps: Vec<Step> = trail.iter().cloned().chain([step]).collect();
            match child {
                Some(child) => look(shape, child, part, &steps),
                None => assert!(
                    field.is_leaf() && field.kind == Type::Any,
                    "{}: {} is unknown",
                    shape.id,
                    words(&steps)
                ),
            }
        };
        match &inner {
            Value::Object(entries) => entries
                .iter()
                .for_each(|(name, part)| below(key(name), part)),
            Value::Array(parts) => parts.iter().for_each(|part| below(Step::Elem, part)),
            Value::String(_) => assert!(
                !field.is_leaf() || field.kind.carries_text(),
                "{}: {}",
                shape.id,
                words(&trail)
            ),
            Value::Number(_) => assert!(
                !field.is_leaf() || matches!(field.kind, Type::Number | Type::Any),
                "{}: {}",
                shape.id,
                words(&trail)
            ),
            Value::Bool(_) => assert!(
                !field.is_leaf() || matches!(field.kind, Type::Flag | Type::Any),
                "{}: {}",
                shape.id,
                words(&trail)
            ),
            Value::Null => {}
        }
    }
    for shape in all() {
        look(shape, &shape.root, &shape.example, &[]);
    }
}

#[test]
fn every_leaf_is_found_at_its_own_path() {
    for shape in all() {
        for (leaf, steps) in all_leaves(shape) {
            match shape.walk(&steps, &[]) {
                Walk::Leaf {
                    field,
                    beyond: 0,
                    missing,
                    ..
                } => {
                    assert!(std::ptr::eq(field, leaf), "{}: {}", shape.id, words(&steps));
                    assert!(missing.is_empty());
                }
                other => panic!("{}: {} ends at {other:?}", shape.id, words(&steps)),
            }
        }
    }
}

#[test]
fn what_is_written_is_read_back() {
    for shape in all() {
        for (leaf, steps) in all_leaves(shape)
            .into_iter()
            .filter(|(leaf, _)| leaf.kind.carries_text())
        {
            // Mails are written, not read; the tags of a table's values are put where a path leaves them out.
            let untagged = shape.id.starts_with("aws.dynamodb-") && leaf.kind == Type::Any;
            if steps.contains(&Step::Decode(Encoding::Mime)) || untagged {
                continue;
            }
            let event = generate(shape, &[], &steps, CANARY);
            assert!(
                reads(&event, &steps).contains(&CANARY.to_owned()),
                "{}: {}\n{event:#}",
                shape.id,
                words(&steps)
            );
            let raw: Vec<Step> = steps
                .iter()
                .filter(|step| !matches!(step, Step::Decode(_)))
                .cloned()
                .collect();
            let again = generate(shape, &[], &raw, CANARY);
            assert_eq!(
                again,
                event,
                "{}: {} without decodings",
                shape.id,
                words(&raw)
            );
            for extra in [
                path("~json.order[].name"),
                path("~json.0.name"),
                path("~base64~json.name"),
                path("~url"),
                path("~form.name"),
                path("~json.inner~json.name~base64"),
                path("~json").into_iter().chain([Step::KeyOf]).collect(),
            ] {
                let further: Vec<Step> = steps.iter().cloned().chain(extra).collect();
                let event = generate(shape, &[], &further, CANARY);
                assert!(
                    reads(&event, &further).contains(&CANARY.to_owned()),
                    "{}: {further:?}\n{event:#}",
                    shape.id
                );
                assert!(
                    matches!(shape.walk(&further, &[]), Walk::Leaf { field, .. } if std::ptr::eq(field, leaf))
                );
            }
        }
    }
}

#[test]
fn a_whole_event_leads_to_its_worst_leaf() {
    for shape in all() {
        let event = generate(shape, &[], &[], CANARY);
        match shape.walk(&[], &[]) {
            Walk::Above {
                worst: Some((_, way)),
                ..
            } if way.contains(&Step::Decode(Encoding::Mime)) => {
                assert!(event.to_string().contains("c4n4ry"), "{}", shape.id);
            }
            Walk::Above {
                worst: Some((_, way)),
                ..
            } => {
                assert!(
                    reads(&event, &with_decodings(shape, &way)).contains(&CANARY.to_owned()),
                    "{}: {way:?}",
                    shape.id
                );
            }
            Walk::Leaf { .. } => {
                assert_eq!(event, Value::String(CANARY.to_owned()), "{}", shape.id)
            }
            other => panic!("{}: {other:?}", shape.id),
        }
    }
}

/// The steps and the decodings that their last field needs.
fn with_decodings(shape: &Shape, steps: &[Step]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    if let Walk::Leaf { missing, .. } = shape.walk(&steps, &[]) {
        steps.extend(missing.into_iter().map(Step::Decode));
    }
    steps
}

#[test]
fn envelopes_are_opened_and_written() {
    let nested = [shape("aws.sns-envelope"), shape("aws.s3")];
    let steps = path("Records[].body~json.Message~json.Records.0.s3.object.key~url");
    let Walk::Leaf { field, undone, .. } = shape("aws.sqs").walk(&steps, &nested) else {
        panic!("no leaf")
    };
    assert_eq!(
        (field.trust, field.slot.as_deref()),
        (Trust::Stranger, Some("key"))
    );
    assert_eq!(undone, [Encoding::Url]);
    let event = generate(shape("aws.sqs"), &nested, &steps, CANARY);
    assert_eq!(reads(&event, &steps), [CANARY]);
    assert_eq!(
        shape("aws.sqs").walk(&path("Records[].body~json.order"), &nested),
        Walk::Missing
    );
    let Walk::Above {
        worst: Some((worst, way)),
        ..
    } = shape("aws.sqs").walk(&path("Records[].body"), &nested)
    else {
        panic!("not above")
    };
    assert_eq!(worst.slot.as_deref(), Some("key"));
    assert_eq!(way, path("~json.Message~json.Records[].s3.object.key"));
    let event = generate(shape("aws.sqs"), &nested, &path("Records[].body"), CANARY);
    assert_eq!(reads(&event, &steps), [CANARY]);
}

#[test]
fn a_path_of_another_source_ends_nowhere() {
    assert_eq!(
        shape("aws.s3").walk(&path("queryStringParameters.file"), &[]),
        Walk::Missing
    );
    assert_eq!(
        shape("aws.apigateway-rest").walk(&path("Records[].s3.object.key"), &[]),
        Walk::Missing
    );
    assert_eq!(
        shape("aws.sns").walk(&path("Records[].s3.object.key"), &[]),
        Walk::Missing
    );
    assert_eq!(
        shape("aws.s3").walk(&path("Records[].s3.object.size.name"), &[]),
        Walk::Missing
    );
}

#[test]
fn headers_have_no_case_and_unknown_names_take_the_worst() {
    let rest = shape("aws.apigateway-rest");
    for name in ["x-forwarded-proto", "X-FORWARDED-PROTO"] {
        assert!(
            matches!(rest.walk(&[key("headers"), key(name)], &[]), Walk::Leaf { field, .. } if field.trust == Trust::Platform)
        );
    }
    for steps in [
        vec![key("headers"), Step::Elem],
        vec![key("headers"), Step::KeyOf],
        vec![Step::Elem, key("x")],
    ] {
        assert!(
            matches!(rest.walk(&steps, &[]), Walk::Leaf { field, .. } if field.trust == Trust::Stranger),
            "{steps:?}"
        );
    }
    assert_eq!(rest.walk(&[Step::KeyOf], &[]), Walk::Missing);
    let claim = path("requestContext.authorizer.claims.sub");
    assert!(
        matches!(rest.walk(&claim, &[]), Walk::Leaf { field, .. } if field.trust == Trust::Identity)
    );
}

#[test]
fn a_key_that_is_not_decoded_says_so() {
    let steps = path("Records[].s3.object.key");
    let Walk::Leaf { missing, .. } = shape("aws.s3").walk(&steps, &[]) else {
        panic!("no leaf")
    };
    assert_eq!(missing, [Encoding::Url]);
    assert_eq!(
        reads(&generate(shape("aws.s3"), &[], &steps, "a b;c"), &steps),
        ["a+b%3Bc"]
    );
}

#[test]
fn slots_take_the_name_that_was_read() {
    let slot = |id: &str, text: &str| shape(id).slot(&path(text));
    assert_eq!(
        slot("aws.s3", "Records[].s3.object.key~url").as_deref(),
        Some("key")
    );
    assert_eq!(
        slot("aws.sqs", "Records[].messageAttributes.kind.stringValue").as_deref(),
        Some("attributes.kind")
    );
    assert_eq!(
        slot("aws.sqs", "Records[].body~json.order").as_deref(),
        Some("message")
    );
    assert_eq!(slot("aws.sqs", "Records[].messageId"), None);
    assert_eq!(
        slot("aws.direct", "order.id").as_deref(),
        Some("event.order")
    );
    assert_eq!(
        slot("aws.eventbridge", "detail.order").as_deref(),
        Some("detail.order")
    );
    assert_eq!(
        slot("aws.kinesis", "Records[].kinesis.data~base64~json.id").as_deref(),
        Some("data")
    );
}

#[test]
fn a_body_that_is_decoded_from_base64_says_so() {
    let event = generate(
        shape("aws.apigateway-rest"),
        &[],
        &path("body~base64~json.name"),
        CANARY,
    );
    assert_eq!(event.get("isBase64Encoded"), Some(&Value::Bool(true)));
}

#[test]
fn a_function_that_says_nothing_of_its_source_is_told_by_what_it_reads() {
    let fits = |paths: &[&str]| -> Vec<&str> {
        let paths: Vec<Vec<Step>> = paths.iter().map(|text| path(text)).collect();
        let paths: Vec<&[Step]> = paths.iter().map(Vec::as_slice).collect();
        crate::fitting(&paths)
            .into_iter()
            .map(|shape| shape.id)
            .collect()
    };
    assert_eq!(
        fits(&["Records[].s3.object.key", "Records[].s3.bucket.name"]),
        ["aws.s3"]
    );
    assert_eq!(fits(&["Records[].Sns.Message~json.mail"]), ["aws.sns"]);
    assert_eq!(
        fits(&[
            "requestContext.http.method",
            "body",
            "requestContext.authorizer.jwt"
        ]),
        ["aws.apigateway-http"]
    );
    assert!(fits(&[]).is_empty() && fits(&["order"]).is_empty());
}

#[test]
fn senders_on_the_bus_are_known() {
    let id = |source: &str, kind: Option<&str>| crate::on_bus(source, kind).unwrap().id;
    assert_eq!(id("aws.s3", Some("Object Created")), "aws.eventbridge-s3");
    assert_eq!(
        id("aws.s3", Some("AWS API Call via CloudTrail")),
        "aws.eventbridge-cloudtrail"
    );
    assert_eq!(id("aws.events", Some("Scheduled Event")), "aws.scheduler");
    assert_eq!(id("com.example.shop", None), "aws.eventbridge");
}

#[test]
fn names_are_found_in_the_spelling_of_any_language() {
    let rest = shape("aws.apigateway-rest");
    for text in [
        "QueryStringParameters.q",
        "query_string_parameters.q",
        "queryStringParameters.q",
    ] {
        assert!(
            matches!(rest.walk(&path(text), &[]), Walk::Leaf { field, .. } if field.kind == Type::Text),
            "{text}"
        );
        let event = generate(rest, &[], &path(text), CANARY);
        assert_eq!(reads(&event, &path("queryStringParameters.q")), [CANARY]);
    }
    let event = generate(rest, &[], &path("headers.authorization"), CANARY);
    assert_eq!(reads(&event, &path("headers.authorization")), [CANARY]);
}

#[test]
fn batches_of_log_lines_lie_in_streams() {
    let nested = [shape("aws.logs-batch")];
    let steps = path("Records[].kinesis.data~base64~gzip~json.logEvents[].message");
    let event = generate(shape("aws.kinesis"), &nested, &steps, CANARY);
    assert_eq!(reads(&event, &steps), [CANARY]);
    assert!(matches!(
        shape("aws.kinesis").walk(&steps, &nested),
        Walk::Leaf { beyond: 0, .. }
    ));
}

#[test]
fn values_of_a_table_are_tagged() {
    let table = shape("aws.dynamodb-stream");
    for (read, written) in [
        (
            "Records[].dynamodb.NewImage.name",
            "Records[].dynamodb.NewImage.name.S",
        ),
        (
            "Records[].dynamodb.NewImage.name.S",
            "Records[].dynamodb.NewImage.name.S",
        ),
        (
            "Records[].dynamodb.NewImage.a.b[].c",
            "Records[].dynamodb.NewImage.a.M.b.L[].M.c.S",
        ),
        (
            "Records[].dynamodb.NewImage.a~json.b",
            "Records[].dynamodb.NewImage.a.S~json.b",
        ),
        (
            "Records[].dynamodb.NewImage.a.M.b",
            "Records[].dynamodb.NewImage.a.M.b.S",
        ),
    ] {
        let event = generate(table, &[], &path(read), CANARY);
        assert_eq!(reads(&event, &path(written)), [CANARY], "{read}\n{event:#}");
        let name = if read.contains("name") {
            "NewImage.name"
        } else {
            "NewImage.a"
        };
        assert_eq!(table.slot(&path(read)).as_deref(), Some(name));
    }
}

#[test]
fn mails_hold_the_payload_where_it_was_read() {
    let mail = |text: &str| {
        let event = generate(
            shape("aws.sns"),
            &[shape("aws.ses-notification")],
            &path(text),
            "x;$(y).pdf",
        );
        let content = path("Records[].Sns.Message~json.content");
        reads(&event, &content).pop().unwrap()
    };
    let content = "Records[0].Sns.Message~json.content".replace("[0]", "[]");
    for way in [
        "~mime[].filename",
        "~mime.filename",
        "~mime.attachments[].filename",
    ] {
        assert!(
            mail(&format!("{content}{way}")).contains("filename=\"x;$(y).pdf\""),
            "{way}"
        );
    }
    assert!(mail(&format!("{content}~mime.subject")).contains("\r\nsubject: x;$(y).pdf\r\n"));
    assert!(mail(&format!("{content}~mime[].payload")).contains("\r\n\r\nx;$(y).pdf\r\n"));
    assert!(mail(&content).contains("x;$(y).pdf"));
    let steps = path("Records[].Sns.Message~json.content~mime[].filename");
    let Walk::Leaf { field, undone, .. } =
        shape("aws.sns").walk(&steps, &[shape("aws.ses-notification")])
    else {
        panic!("no leaf")
    };
    assert_eq!(field.by.as_deref(), Some("by naming an attachment"));
    assert_eq!(
        (field.trust, undone),
        (Trust::Stranger, vec![Encoding::Mime])
    );
}

#[test]
fn paths_are_words() {
    assert_eq!(
        words(&path("Records[].body~json.Message")),
        "Records[].body.Message"
    );
    assert_eq!(words(&[key("headers"), Step::KeyOf]), "a name in headers");
    assert_eq!(words(&[key("a b"), key("c")]), "[\"a b\"].c");
}

fn step() -> impl Strategy<Value = Step> {
    let names = [
        "Records", "0", "-1", "body", "Sns", "Message", "s3", "object", "key", "headers", "detail",
        "", "\u{202e}",
    ];
    let encodings = [
        Encoding::Json,
        Encoding::Base64,
        Encoding::Url,
        Encoding::Form,
        Encoding::Gzip,
        Encoding::Mime,
        Encoding::Utf8,
        Encoding::Unsafe,
    ];
    prop_oneof![
        proptest::sample::select(names.to_vec()).prop_map(key),
        "\\PC{0,5}".prop_map(Step::Key),
        Just(Step::Elem),
        Just(Step::KeyOf),
        proptest::sample::select(encodings.to_vec()).prop_map(Step::Decode),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_path_is_too_odd(steps in proptest::collection::vec(step(), 0..12), outer in 0..1000_usize, inner in proptest::collection::vec(0..1000_usize, 0..9), payload in "\\PC{0,20}") {
        let pick = |at: usize| &all()[at % all().len()];
        let nested: Vec<&Shape> = inner.into_iter().map(pick).collect();
        let outer = pick(outer);
        let first = outer.walk(&steps, &nested);
        prop_assert_eq!(&first, &outer.walk(&steps, &nested));
        let _ = outer.slot(&steps);
        let _ = words(&steps);
        let event = generate(outer, &nested, &steps, &payload);
        prop_assert_eq!(event, generate(outer, &nested, &steps, &payload));
    }

    #[test]
    fn real_paths_with_odd_ends_are_walked(at in 0..10_000_usize, more in proptest::collection::vec(step(), 0..4)) {
        for shape in all() {
            let leaves = all_leaves(shape);
            let (_, steps) = &leaves[at % leaves.len()];
            let steps: Vec<Step> = steps.iter().cloned().chain(more.iter().cloned()).collect();
            let _ = shape.walk(&steps, &[]);
            let _ = generate(shape, &[], &steps, "x");
        }
    }
}
