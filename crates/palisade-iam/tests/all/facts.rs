//! What AWS documents: actions, resource types, patterns, sets.

use palisade_iam::facts::{self, ActionSet, Level};
use palisade_iam::harm::{harm, worst};
use proptest::prelude::*;

fn arns(action: &str) -> Vec<(String, bool)> {
    let action = facts::action(action).unwrap();
    let types = action.resource_types().into_iter();
    types
        .map(|one| (one.resource.arn().to_owned(), one.required))
        .collect()
}

#[test]
fn the_table_is_there_and_whole() {
    let all = facts::expand("*");
    assert!(all.len() > 22_000, "{}", all.len());
    assert!(facts::embedded().services().count() > 450);
    let clients: Vec<_> = facts::embedded().clients().collect();
    assert!(clients.len() > 440);
    let operations: usize = clients
        .iter()
        .map(|client| client.operations().count())
        .sum();
    assert!(operations > 20_000, "{operations}");
    let every = facts::embedded()
        .services()
        .flat_map(|service| service.actions());
    assert_eq!(every.count(), all.len());
    for id in all.iter() {
        let action = facts::embedded().action_by_id(id).unwrap();
        assert_eq!(facts::action(&action.name()), Some(action));
        assert!(!action.short_name().is_empty());
    }
}

#[test]
fn actions_are_found_whatever_their_letter_case() {
    for name in ["dynamodb:GetItem", "DYNAMODB:getitem", "DynamoDB:GETITEM"] {
        assert_eq!(facts::action(name).unwrap().name(), "dynamodb:GetItem");
    }
    assert_eq!(
        facts::action("s3:listallmybuckets").unwrap().name(),
        "s3:ListAllMyBuckets"
    );
    assert_eq!(facts::service("S3").unwrap().title(), "Amazon S3");
}

#[test]
fn what_does_not_exist_is_not_found() {
    for name in [
        "sqs:SendMessageBatch",
        "s3:HeadObject",
        "lambda:Invoke",
        "s3",
        "",
        ":",
        "nobody:Do",
        "s3:",
        "s3:GetObject:x",
    ] {
        assert_eq!(facts::action(name), None, "{name}");
        assert!(facts::expand(name).is_empty(), "{name}");
    }
    assert!(facts::service("").is_none());
}

#[test]
fn actions_tell_their_level() {
    let level = |name: &str| facts::action(name).unwrap().level();
    assert_eq!(level("s3:ListAllMyBuckets"), Level::List);
    assert_eq!(level("dynamodb:GetItem"), Level::Read);
    assert_eq!(level("dynamodb:PutItem"), Level::Write);
    assert_eq!(level("lambda:TagResource"), Level::Tagging);
    assert_eq!(level("iam:PutRolePolicy"), Level::Permissions);
    assert_eq!(level("s3:PutBucketPolicy"), Level::Permissions);
}

#[test]
fn actions_tell_their_resources_and_keys() {
    let table = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}";
    assert_eq!(arns("dynamodb:GetItem"), [(table.to_owned(), true)]);
    assert!(arns("dynamodb:Query").contains(&(format!("{table}/index/${{IndexName}}"), false)));
    assert!(arns("sts:GetCallerIdentity").is_empty());
    let object = (
        "arn:${Partition}:s3:::${BucketName}/${ObjectName}".to_owned(),
        false,
    );
    assert!(arns("s3:GetObject").contains(&object));
    let keys = facts::action("iam:PassRole").unwrap().condition_keys();
    assert!(keys.contains(&"iam:PassedToService"), "{keys:?}");
    let keys = facts::action("dynamodb:GetItem").unwrap().condition_keys();
    assert!(keys.contains(&"dynamodb:LeadingKeys"), "{keys:?}");
}

#[test]
fn actions_tell_what_depends_on_them() {
    let names = |name: &str| -> Vec<String> {
        let action = facts::action(name).unwrap();
        action
            .dependents()
            .into_iter()
            .map(facts::Action::name)
            .collect()
    };
    assert!(names("lambda:CreateFunction").contains(&"iam:PassRole".to_owned()));
    assert!(names("fsx:CreateSnapshot").contains(&"fsx:TagResource".to_owned()));
    assert!(names("dynamodb:GetItem").is_empty());
}

#[test]
fn patterns_name_what_they_match() {
    let get = facts::expand("s3:Get*");
    let objects = facts::expand("S3:getobject*");
    assert!(objects.is_subset(&get) && objects.len() > 5 && get.len() > 40);
    assert!(get.contains(facts::action("s3:GetObject").unwrap().id()));
    assert!(!get.contains(facts::action("s3:PutObject").unwrap().id()));
    assert_eq!(facts::expand("dynamodb:GetItem").len(), 1);
    assert_eq!(facts::expand("dynamodb:?etItem").len(), 1);
    assert_eq!(facts::expand("dynamodb:*"), facts::expand("DYNAMODB:*"));
    assert_eq!(facts::expand("*:*"), facts::expand("*"));
    assert_eq!(facts::expand("dynamo*:GetItem").len(), 1);
    let not = facts::expand("iam:*").complement();
    assert_eq!(
        not.len() + facts::expand("iam:*").len(),
        facts::expand("*").len()
    );
    assert!(!not.intersects(&facts::expand("iam:*")));
}

#[test]
fn long_patterns_end_soon() {
    let pattern = format!("s3:{}b", "*a".repeat(200));
    assert!(facts::expand(&pattern).is_empty());
}

proptest! {
    #[test]
    fn sets_of_actions_are_sets(one in ids(), two in ids()) {
        let total = u32::try_from(facts::expand("*").len()).unwrap();
        let of = |ids: &[u32]| {
            let mut set: ActionSet = facts::expand("nobody:Nothing");
            ids.iter().for_each(|id| set.insert(*id));
            set
        };
        let (a, b) = (of(&one), of(&two));
        let model = |keep: &dyn Fn(bool, bool) -> bool| -> Vec<u32> {
            (0..total).filter(|id| keep(one.contains(id), two.contains(id))).collect()
        };
        prop_assert_eq!(a.and(&b).iter().collect::<Vec<_>>(), model(&|x, y| x && y));
        prop_assert_eq!(a.or(&b).iter().collect::<Vec<_>>(), model(&|x, y| x || y));
        prop_assert_eq!(a.minus(&b).iter().collect::<Vec<_>>(), model(&|x, y| x && !y));
        prop_assert_eq!(a.complement().iter().count(), model(&|x, _| !x).len());
        prop_assert_eq!(a.is_subset(&b), one.iter().filter(|id| **id < total).all(|id| two.contains(id)));
        prop_assert_eq!(a.intersects(&b), !a.and(&b).is_empty());
        prop_assert_eq!(a.len(), a.iter().count());
        prop_assert_eq!(a.complement().complement(), a);
    }
}

fn ids() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(0_u32..23_000, 0..40)
}

#[test]
fn the_lock_counts_what_is_there() {
    let lock = include_str!("../../data/facts.lock");
    let count = |name: &str| {
        let line = lock
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name} = ")));
        line.unwrap_or_else(|| panic!("{name}"))
            .parse::<usize>()
            .unwrap()
    };
    let facts = facts::embedded();
    assert_eq!(count("actions"), facts::expand("*").len());
    assert_eq!(count("services"), facts.services().count());
    assert_eq!(count("clients"), facts.clients().count());
    let types = facts
        .services()
        .map(|service| service.resource_types().count());
    assert_eq!(count("resource_types"), types.sum::<usize>());
    let operations = facts.clients().flat_map(|client| client.operations());
    let (composed, own): (Vec<_>, Vec<_>) = operations.partition(|one| one.composed());
    assert_eq!(count("operations"), own.len());
    assert_eq!(count("methods"), composed.len());
    assert_eq!(
        count("managed_policies"),
        palisade_iam::managed::names().count()
    );
    assert_eq!(lock.matches("sha256 = ").count(), 7);
}

#[test]
fn managed_policies_are_whole() {
    let document = |name: &str| palisade_iam::managed::document(name);
    let basic = document("service-role/AWSLambdaBasicExecutionRole").unwrap();
    assert_eq!(basic.statements.len(), 1);
    assert!(
        basic.statements[0]
            .actions
            .contains(&"logs:PutLogEvents".to_owned())
    );
    assert!(!basic.partial);
    let power = document("arn:aws:iam::aws:policy/PowerUserAccess").unwrap();
    assert!(power.statements.iter().any(|one| one.not_actions));
    assert!(document("AdministratorAccess").is_some());
    assert!(document("zzz").is_none() && document("").is_none() && document("A").is_none());
    // Retired, and still attached in old templates.
    assert!(document("AWSLambdaFullAccess").is_some());
}

/// Sets of actions by harm say of every action what is said of it by name.
#[test]
fn harm_of_sets_is_harm_of_names() {
    let table = facts::embedded();
    for action in (0..).map_while(|id| table.action_by_id(id)) {
        let mut one = table.expand("");
        one.insert(action.id());
        let name = action.name();
        assert_eq!(worst(&one), Some(harm(&name)), "{name}");
    }
}
