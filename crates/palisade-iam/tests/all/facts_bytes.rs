//! Tables of any bytes are read without a panic.

use palisade_iam::facts::{Arguments, Facts, Sdk};
use proptest::prelude::*;

static TABLE: &[u8] = include_bytes!("../../data/aws.fct");

/// Asks for a bit of everything.
fn ask(bytes: &[u8]) {
    let Some(facts) = Facts::new(bytes) else {
        return;
    };
    for service in facts.services().take(8) {
        for action in service.actions().take(4) {
            let told = (
                action.name(),
                action.level(),
                action.resource_types(),
                action.condition_keys(),
            );
            assert!(format!("{told:?}{:?}", action.dependents()).len() < 1 << 26);
        }
        let types: Vec<_> = service.resource_types().take(4).collect();
        assert!(format!("{types:?}").len() < 1 << 26);
    }
    let set = facts.expand("s3:Get*").or(&facts.expand("*"));
    assert_eq!(set.len(), set.iter().count());
    let given = Arguments::unknown();
    for client in facts.clients().take(8) {
        for operation in client.operations().take(4) {
            let told = (
                operation.members(),
                operation.filled(),
                operation.actions(&given),
            );
            assert!(format!("{told:?}").len() < 1 << 26);
        }
    }
    for (sdk, service, symbol) in [
        (Sdk::Boto3, "s3", "get_object"),
        (Sdk::Boto3, "s3", "generate_presigned_url"),
        (Sdk::Boto3Resource, "s3.Bucket", "objects.delete"),
        (Sdk::Js2, "AWS.S3", "upload"),
        (Sdk::Js3, "@aws-sdk/client-s3", "waitUntilBucketExists"),
    ] {
        for operation in facts.operations(sdk, service, symbol) {
            assert!(format!("{:?}", operation.actions(&given)).len() < 1 << 26);
        }
        let _told = (
            facts.presigner(sdk, service, symbol),
            facts.waiter(sdk, service, symbol),
        );
    }
    let _told = (
        facts.collection("s3.Bucket", "objects"),
        facts.child("s3", "Bucket"),
        facts.identifiers("s3.Object"),
    );
}

#[test]
fn cut_tables() {
    for length in (0..120).chain([1_000, 100_000, TABLE.len() - 1]) {
        ask(&TABLE[..length]);
    }
    ask(TABLE);
}

#[test]
fn bytes_that_are_no_table() {
    assert!(Facts::new(b"").is_none());
    assert!(Facts::new(b"PALFCTS\x02").is_none());
    let mut beyond = TABLE[..112].to_vec();
    beyond[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(Facts::new(&beyond).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_tables(changes in proptest::collection::vec((any::<u32>(), any::<[u8; 4]>()), 1..200), inside in 8_usize..200) {
        let mut bytes = TABLE.to_vec();
        for (at, word) in &changes {
            let at = usize::try_from(*at).unwrap() % (bytes.len() - 4);
            bytes[at..at + 4].copy_from_slice(word);
        }
        ask(&bytes);
        // The heads of sections, moved about inside the file.
        let word = u32::from_le_bytes(changes[0].1) % u32::try_from(bytes.len()).unwrap();
        bytes[inside..inside + 4].copy_from_slice(&word.to_le_bytes());
        ask(&bytes);
    }

    #[test]
    fn any_bytes(rest in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut bytes = b"PALFCTS\x01".to_vec();
        for _ in 0..13 {
            bytes.extend(112_u32.to_le_bytes());
            bytes.extend(u32::try_from(rest.len()).unwrap().to_le_bytes());
        }
        bytes.extend(rest);
        ask(&bytes);
    }
}
