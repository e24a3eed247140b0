//! SARIF and JSON: goldens, the official schema, and what code scanning needs.

use std::path::PathBuf;

use palisade_model::change::Remedy;
use palisade_model::finding::{Finding, Suppressed};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_report::options::Options;
use serde_json::Value;

use crate::build::{Project, cv_filter, finding, hygiene};
use crate::check;
use crate::samples::feedback;

fn schema() -> jsonschema::Validator {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/schema/sarif-2.1.0.json");
    // One pattern of the official file is no regular expression: a bracket too many.
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn valid_sarif(project: &Project) -> (String, Value) {
    let text = project.write("sarif", &Options::default());
    let value: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> = schema()
        .iter_errors(&value)
        .map(|e| format!("{e} at {}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    (text, value)
}

#[test]
fn sarif_is_valid_and_as_expected() {
    check("cv-filter.sarif", &valid_sarif(&cv_filter()).0);
    check("feedback.sarif", &valid_sarif(&feedback()).0);
    valid_sarif(&Project::default());
}

/// The published schema accepts fields it does not know; here it must know them all.
fn strict(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if object.contains_key("properties") {
            object.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        object.values_mut().for_each(strict);
    }
}

/// A published schema, which here must know every field.
pub(crate) fn strict_schema(name: &str) -> jsonschema::Validator {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("schema")
        .join(name);
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    strict(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn json_is_as_expected_and_as_its_schema_says() {
    let schema = strict_schema("palisade-1.json");
    let mut suppressed = cv_filter();
    let place = suppressed.at("src/app.py", "os.system");
    suppressed.outcome.findings[0].1 = Some(Suppressed {
        reason: "checked before".to_owned(),
        place: Some(place),
    });
    suppressed.outcome.findings[0].0.also = vec![(place, "another way".to_owned())];
    let projects = [
        ("cv-filter", cv_filter()),
        ("feedback", feedback()),
        ("suppressed", suppressed),
    ];
    for (name, project) in projects {
        let text = project.write("json", &Options::default());
        let value: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = schema
            .iter_errors(&value)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}\n{text}");
        check(&format!("{name}.json"), &text);
    }
}

/// A finding names the command that repairs it, hygiene too; one that somebody accepted does not.
#[test]
fn what_repairs_itself_names_its_command() {
    let remedy = || {
        Some(Remedy {
            template: "template.yaml".to_owned(),
            wishes: Vec::new(),
        })
    };
    let mut project = cv_filter();
    let place = project.at("template.yaml", "Type: SNS");
    project.find(Finding {
        remedy: remedy(),
        ..hygiene(
            "sas03-key-rotation",
            place,
            "the key Vault is never renewed",
        )
    });
    project.find(Finding {
        remedy: remedy(),
        ..finding("sas05-data-trace", place, "Stage writes whole requests")
    });
    let written = |project: &Project| -> Value {
        serde_json::from_str(&project.write("json", &Options::default())).unwrap()
    };
    let value = written(&project);
    let fixes = |value: &Value, list: &str| -> Vec<Value> {
        let all = value[list].as_array().unwrap().iter();
        all.filter_map(|one| one.get("fix").cloned()).collect()
    };
    assert_eq!(
        fixes(&value, "aggregates"),
        ["palisade scan --fix --only sas03-key-rotation"]
    );
    assert_eq!(
        fixes(&value, "findings"),
        ["palisade scan --fix --only sas05-data-trace"]
    );
    let errors = strict_schema("palisade-1.json").iter_errors(&value).count();
    assert_eq!(errors, 0);
    let terminal = Options {
        terminal: true,
        ..Options::default()
    };
    let text = project.write("text", &terminal);
    assert!(
        text.ends_with("2 findings have a safe repair: palisade scan --fix\n"),
        "{text}"
    );
    for (_, suppressed) in &mut project.outcome.findings {
        *suppressed = Some(Suppressed {
            reason: "checked".to_owned(),
            place: None,
        });
    }
    let value = written(&project);
    assert!(fixes(&value, "findings").is_empty() && fixes(&value, "aggregates").is_empty());
}

#[test]
fn a_suppression_keeps_the_result_and_its_reason() {
    let mut project = cv_filter();
    let place = project.at("src/app.py", "os.system");
    project.outcome.findings[0].1 = Some(Suppressed {
        reason: "the name is checked by the mail gateway".to_owned(),
        place: Some(place),
    });
    let (_, sarif) = valid_sarif(&project);
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["kind"], "inSource");
    assert_eq!(
        result["suppressions"][0]["justification"],
        "the name is checked by the mail gateway"
    );
    assert!(project.text(&Options::default()).contains("1 suppressed"));
}

#[test]
fn a_problem_of_a_path_alone_has_a_place() {
    let mut project = cv_filter();
    project.outcome.problems.push(Problem::path(
        "{{cookiecutter.name}}/a b:c.yaml",
        ProblemKind::Unsupported,
        "a template of a template: skipped",
    ));
    let place = project.at("template.yaml", "Type: SNS");
    project.problem(
        place,
        ProblemKind::Unresolved,
        Cost::Value,
        "`x` is unknown",
    );
    let (_, sarif) = valid_sarif(&project);
    let all = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let physical = |n: usize| &all[n]["locations"][0]["physicalLocation"];
    assert_eq!(physical(0)["region"]["startLine"], 21);
    assert_eq!(
        physical(1)["artifactLocation"]["uri"],
        "%7B%7Bcookiecutter.name%7D%7D/a%20b:c.yaml"
    );
    assert_eq!(physical(1)["region"]["startLine"], 1);
}

#[test]
fn several_places_are_an_aggregate() {
    let mut project = cv_filter();
    for (path, text) in [
        ("template.yaml", "ConvertFunction"),
        ("src/app.py", "os.system"),
    ] {
        let place = project.at(path, text);
        project.find(hygiene(
            "sas11-runtime-eol",
            place,
            "nodejs16.x of Search ended on 2024-06-12",
        ));
    }
    let (first, second) = (
        project.at("template.yaml", "Type: SNS"),
        project.at("src/app.py", "return"),
    );
    project.find(Finding {
        also: vec![(second, "and here".to_owned())],
        ..finding("sas06-wildcard", first, "read every bucket")
    });
    let (_, sarif) = valid_sarif(&project);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let several: Vec<&Value> = results
        .iter()
        .filter(|r| r["properties"]["aggregate"] == true)
        .collect();
    assert_eq!(several.len(), 2);
    for result in several {
        assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn what_a_reader_cannot_hold_is_left_out_and_told() {
    let mut project = Project::default();
    let lines: Vec<(usize, String)> = (1..=2100).map(|n| (n, format!("line{n};"))).collect();
    let lines: Vec<(usize, &str)> = lines.iter().map(|(n, l)| (*n, l.as_str())).collect();
    project.file("app.js", &lines);
    for n in 1..=1100 {
        let place = project.at("app.js", &format!("line{n};"));
        project.find(finding("sas01-os-command", place, "run commands"));
    }
    for n in 1..=300 {
        let place = project.at("app.js", &format!("line{n};"));
        project.find(hygiene("sas11-runtime-eol", place, "an old runtime"));
    }
    let (_, sarif) = valid_sarif(&project);
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 1000);
    let told = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(told.contains("101 results were left out"), "{told}");
}
