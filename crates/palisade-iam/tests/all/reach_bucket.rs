//! Who may put objects into a bucket, and so start what listens to it.

use crate::build::*;
use Level::{Inside, OtherAccount, SignedIn, Stranger};
use palisade_model::app::*;
use palisade_model::attribute::Attribute;
use palisade_model::guard::Guard;
use palisade_model::policy::*;
use palisade_model::reach::*;
use palisade_model::setting::*;

fn public_put(on: &str) -> Statement {
    allow(&["s3:PutObject"], &[on]).by(Principal::Anyone)
}

/// A bucket with blocks off, this policy, and a function that starts on every new object.
fn open(statements: Vec<Statement>) -> (Build, ResourceId, TriggerId) {
    let mut build = Build::new();
    let bucket = build.open_bucket("Feedback");
    build.named(bucket, "feedback");
    for statement in statements {
        build.policy(bucket, statement);
    }
    let function = build.granted(vec![]);
    let trigger = build.trigger(function, "aws.s3", Some(bucket));
    build.app.triggers[trigger]
        .filter
        .events
        .push("s3:ObjectCreated:*".to_owned());
    (build, bucket, trigger)
}

/// Case 1: a policy for everyone, blocks off, an event on the bucket.
#[test]
fn public_bucket() {
    let (mut build, bucket, trigger) = open(vec![public_put("${Feedback.Arn}/*")]);
    assert_eq!(build.reach(trigger), both(Stranger));
    assert_eq!(build.writers(bucket), both(Stranger));
    let (place, words) = &build.app.triggers[trigger].reach.because[0];
    assert_eq!(
        (place, words.as_str()),
        (&origin(7), "anyone may put an object into feedback")
    );
}

#[test]
fn policies() {
    let key = |key: &str, value: &str| {
        public_put("${Feedback.Arn}/*").when(test("StringEquals", key, &[value]))
    };
    let address = |value: &str| {
        public_put("${Feedback.Arn}/*").when(test("IpAddress", "aws:SourceIp", &[value]))
    };
    let by = |principal: Principal| allow(&["s3:PutObject"], &["${Feedback.Arn}/*"]).by(principal);
    let rows = [
        (vec![], both(Inside)),
        (vec![public_put("arn:aws:s3:::feedback/*")], both(Stranger)),
        (vec![public_put("*")], both(Stranger)),
        (vec![public_put("${Feedback.Arn}")], both(Inside)),
        (
            vec![allow(&["s3:GetObject"], &["${Feedback.Arn}/*"]).by(Principal::Anyone)],
            both(Inside),
        ),
        (
            vec![allow(&["s3:*"], &["${Feedback.Arn}/*"]).by(aws("*"))],
            both(Stranger),
        ),
        (
            vec![by(aws("arn:aws:iam::123456789012:root"))],
            both(OtherAccount),
        ),
        (
            vec![by(aws("arn:aws:iam::${AWS::AccountId}:root"))],
            both(Inside),
        ),
        (
            vec![by(aws("arn:aws:iam::${:Partner}:root"))],
            (Inside, OtherAccount),
        ),
        (vec![by(service("cloudtrail.amazonaws.com"))], both(Inside)),
        (
            vec![by(Principal::Unknown("?".to_owned()))],
            (Inside, Stranger),
        ),
        (vec![key("aws:SourceVpce", "vpce-1")], both(Inside)),
        (
            vec![key("aws:SourceAccount", "${AWS::AccountId}")],
            both(Inside),
        ),
        (vec![key("aws:PrincipalOrgID", "o-1")], both(OtherAccount)),
        (vec![key("aws:SourceArn", "*")], both(Stranger)),
        (vec![key("s3:x-amz-acl", "private")], both(Stranger)),
        (
            vec![key("aws:Referer", "https://example.com/")],
            both(Stranger),
        ),
        (vec![key("custom:Strange", "1")], (Inside, Stranger)),
        (vec![address("203.0.113.0/24")], both(OtherAccount)),
        (vec![address("0.0.0.0/0")], both(Stranger)),
        (vec![address("10.0.0.0/8")], both(Inside)),
        (
            vec![public_put("${Feedback.Arn}/*").when(test(
                "StringNotEquals",
                "aws:SourceVpce",
                &["vpce-1"],
            ))],
            both(Stranger),
        ),
        (
            vec![public_put("${Feedback.Arn}/*").when(test(
                "StringEqualsIfExists",
                "aws:SourceVpce",
                &["vpce-1"],
            ))],
            both(Stranger),
        ),
        // Denials.
        (
            vec![
                public_put("*"),
                deny(&["s3:*"], &["*"]).by(Principal::Anyone),
            ],
            both(Inside),
        ),
        (
            vec![
                public_put("*"),
                deny(&["s3:DeleteObject"], &["*"]).by(Principal::Anyone),
            ],
            both(Stranger),
        ),
        (
            vec![
                public_put("${Feedback.Arn}/*"),
                deny(&["s3:*"], &["${Feedback.Arn}/*"])
                    .by(Principal::Anyone)
                    .when(test("StringNotEquals", "aws:SourceVpce", &["vpce-1"])),
            ],
            both(Inside),
        ),
        (
            vec![
                public_put("${Feedback.Arn}/*"),
                deny(&["s3:*"], &["${Feedback.Arn}/*"])
                    .by(Principal::Anyone)
                    .when(test("Bool", "aws:SecureTransport", &["false"])),
            ],
            both(Stranger),
        ),
        (
            vec![
                public_put("${Feedback.Arn}/*"),
                deny(&["s3:*"], &["${Feedback.Arn}/private/*"]).by(Principal::Anyone),
            ],
            both(Stranger),
        ),
    ];
    for (at, (statements, expected)) in rows.into_iter().enumerate() {
        let (mut build, _, trigger) = open(statements);
        assert_eq!(build.reach(trigger), expected, "row {at}");
    }
}

#[test]
fn hedges_of_networks_and_organizations() {
    let statement = public_put("*").when(test("IpAddress", "aws:SourceIp", &["203.0.113.0/24"]));
    let (mut build, bucket, _) = open(vec![statement]);
    build.fill();
    assert_eq!(
        build.app.resources[bucket].writers.hedges,
        vec![Hedge::IpList]
    );
}

/// Case 26: without a written block, buckets since April 2023 refuse the policy, older ones do not.
#[test]
fn block_default_of_2023() {
    let mut build = Build::new();
    let bucket = build.bucket("Feedback");
    build.policy(bucket, public_put("${Feedback.Arn}/*"));
    assert_eq!(build.writers(bucket), (Inside, Stranger));
    let because = &build.app.resources[bucket].writers.because;
    assert!(
        because
            .iter()
            .any(|(_, words)| words.contains("April 2023")),
        "{because:?}"
    );
}

#[test]
fn written_blocks() {
    use Attribute::{BlockPublicPolicy, RestrictPublicBuckets};
    type Row<'r> = (&'r [(Attribute, bool)], (Level, Level));
    let rows: &[Row<'_>] = &[
        (
            &[(BlockPublicPolicy, false), (RestrictPublicBuckets, false)],
            both(Stranger),
        ),
        // A written block's unnamed members are off.
        (&[(BlockPublicPolicy, false)], both(Stranger)),
        (&[(Attribute::IgnorePublicAcls, true)], both(Stranger)),
        (&[(BlockPublicPolicy, true)], both(Inside)),
        (
            &[(BlockPublicPolicy, false), (RestrictPublicBuckets, true)],
            both(Inside),
        ),
    ];
    for (flags, expected) in rows {
        let mut build = Build::new();
        let bucket = build.bucket("Feedback");
        build.policy(bucket, public_put("${Feedback.Arn}/*"));
        for (attribute, value) in *flags {
            build.flag(bucket, *attribute, *value);
        }
        assert_eq!(build.writers(bucket), *expected, "{flags:?}");
    }
}

#[test]
fn a_block_by_choice_is_not_sure() {
    let (mut build, bucket, _) = open(vec![public_put("*")]);
    let stage = build.axis("Stage", &["dev", "prod"]);
    let choice = |bit: u64, value| Choice {
        when: Guard::on(stage, bit),
        given: Given::Known(value, Basis::Written),
    };
    let setting = Setting {
        given: Given::OneOf(vec![choice(1, false), choice(2, true)]),
        origin: origin(4),
    };
    build.app.resources[bucket].settings.set(
        Attribute::BlockPublicPolicy,
        palisade_model::attribute::AnySetting::Flag(setting),
    );
    assert_eq!(build.writers(bucket), (Inside, Stranger));
}

#[test]
fn restricting_cuts_other_accounts_only_from_public_policies() {
    let partner = || allow(&["s3:PutObject"], &["${Feedback.Arn}/*"]).by(aws("123456789012"));
    let read = || allow(&["s3:GetObject"], &["${Feedback.Arn}/*"]).by(Principal::Anyone);
    for (statements, expected) in [
        (vec![partner()], both(OtherAccount)),
        (vec![partner(), read()], both(Inside)),
    ] {
        let (mut build, bucket, _) = open(statements);
        build.flag(bucket, Attribute::RestrictPublicBuckets, true);
        assert_eq!(build.writers(bucket), expected);
    }
}

#[test]
fn access_lists() {
    let rows = [
        (Some("ObjectWriter"), Some(false), both(Stranger)),
        (Some("BucketOwnerEnforced"), Some(false), both(Inside)),
        (None, Some(false), (Inside, Stranger)),
        (Some("ObjectWriter"), Some(true), both(Inside)),
        (Some("ObjectWriter"), None, (Inside, Stranger)),
    ];
    for (ownership, ignored, expected) in rows {
        let mut build = Build::new();
        let bucket = build.bucket("Feedback");
        build.word(bucket, Attribute::AccessControl, "PublicReadWrite");
        if let Some(ownership) = ownership {
            build.word(bucket, Attribute::ObjectOwnership, ownership);
        }
        if let Some(ignored) = ignored {
            build.flag(bucket, Attribute::IgnorePublicAcls, ignored);
        }
        assert_eq!(build.writers(bucket), expected, "{ownership:?} {ignored:?}");
    }
}

/// Rule 7: the notification's prefix and suffix must meet what may be written.
#[test]
fn filters_meet_the_writable_keys() {
    let rows = [
        (
            "${Feedback.Arn}/uploads/*",
            Some("uploads/"),
            None,
            Stranger,
        ),
        ("${Feedback.Arn}/uploads/*", Some("up"), None, Stranger),
        ("${Feedback.Arn}/uploads/*", Some("private/"), None, Inside),
        ("${Feedback.Arn}/*.jpg", None, Some(".jpg"), Stranger),
        ("${Feedback.Arn}/*.jpg", None, Some(".png"), Inside),
        (
            "${Feedback.Arn}/in/*.jpg",
            Some("in/"),
            Some(".jpg"),
            Stranger,
        ),
        (
            "${Feedback.Arn}/${:Folder}/*",
            Some("private/"),
            None,
            Stranger,
        ),
    ];
    for (writable, prefix, suffix, expected) in rows {
        let (mut build, _, trigger) = open(vec![public_put(writable)]);
        let filter = &mut build.app.triggers[trigger].filter;
        filter.prefix = prefix.map(text);
        filter.suffix = suffix.map(text);
        assert_eq!(
            build.reach(trigger),
            both(expected),
            "{writable} {prefix:?} {suffix:?}"
        );
    }
}

#[test]
fn the_event_must_follow_from_the_action() {
    let delete = allow(&["s3:DeleteObject"], &["${Feedback.Arn}/*"]).by(Principal::Anyone);
    for (statement, event, expected) in [
        (public_put("*"), "s3:ObjectCreated:Put", Stranger),
        (public_put("*"), "s3:ObjectRemoved:*", Inside),
        (delete.clone(), "s3:ObjectRemoved:Delete", Stranger),
        (delete, "s3:ObjectCreated:*", Inside),
        (public_put("*"), "s3:*", Stranger),
    ] {
        let (mut build, _, trigger) = open(vec![statement]);
        build.app.triggers[trigger].filter.events = vec![event.to_owned()];
        assert_eq!(build.reach(trigger), both(expected), "{event}");
    }
}

/// Case 7: the policy never exists together with the bucket.
#[test]
fn excluded_stages() {
    let (mut build, bucket, trigger) = open(vec![]);
    let stage = build.axis("Stage", &["dev", "prod"]);
    build.app.resources[bucket].exists = Guard::on(stage, 2);
    build.app.triggers[trigger].exists = Guard::on(stage, 2);
    build.policy(bucket, public_put("*").exists(Guard::on(stage, 1)));
    assert_eq!(build.reach(trigger), both(Inside));
    assert_eq!(build.writers(bucket), both(Inside));
}

#[test]
fn a_statement_of_some_stages_is_not_sure_but_one_of_the_buckets_own_is() {
    let (mut build, bucket, _) = open(vec![]);
    let stage = build.axis("Stage", &["dev", "prod"]);
    build.policy(bucket, public_put("*").exists(Guard::on(stage, 1)));
    assert_eq!(build.writers(bucket), (Inside, Stranger));
    build.app.resources[bucket].exists = Guard::on(stage, 1);
    assert_eq!(build.writers(bucket), both(Stranger));
}

#[test]
fn guests_and_users_of_an_identity_pool() {
    for (guests, expected) in [(true, Stranger), (false, SignedIn)] {
        let mut build = Build::new();
        let bucket = build.bucket("Uploads");
        let put = allow(&["s3:PutObject"], &["${Uploads.Arn}/public/*"]);
        let role = build.role("GuestRole", vec![Grant::Statement(put)]);
        build.pool(role, guests);
        let function = build.granted(vec![]);
        let near = build.trigger(function, "aws.s3", Some(bucket));
        let far = build.trigger(function, "aws.s3", Some(bucket));
        build.app.triggers[near].filter.prefix = Some(text("public/"));
        build.app.triggers[far].filter.prefix = Some(text("private/"));
        assert_eq!(build.reach(near), both(expected));
        assert_eq!(build.reach(far), both(Inside));
        assert_eq!(build.writers(bucket), both(expected));
    }
}

#[test]
fn guests_that_are_switched_off() {
    let mut build = Build::new();
    let bucket = build.bucket("Uploads");
    let put = allow(
        &["s3:PutObject"],
        &["${Uploads.Arn}/${cognito-identity.amazonaws.com:sub}/*"],
    );
    let role = build.role("GuestRole", vec![Grant::Statement(put)]);
    let pool = build.pool(role, true);
    assert_eq!(
        build.writers(bucket),
        both(Stranger),
        "in a folder of their own"
    );
    build.flag(pool, Attribute::AllowGuests, false);
    assert_eq!(build.writers(bucket), both(Inside));
}

#[test]
fn web_identities_by_trust() {
    let mut build = Build::new();
    let bucket = build.bucket("Uploads");
    let role = build.role(
        "Web",
        vec![Grant::Statement(allow(&["s3:PutObject"], &["*"]))],
    );
    build.app.roles[role].trust = vec![
        allow(&["sts:AssumeRoleWithWebIdentity"], &[])
            .by(Principal::Federated(text("accounts.google.com"))),
    ];
    assert_eq!(build.writers(bucket), both(SignedIn));
    build.app.roles[role].trust =
        vec![allow(&["sts:AssumeRole"], &[]).by(service("lambda.amazonaws.com"))];
    assert_eq!(build.writers(bucket), both(Inside));
    build.app.roles[role].trust = vec![allow(&["sts:AssumeRole"], &[]).by(aws("123456789012"))];
    assert_eq!(build.writers(bucket), both(OtherAccount));
}
