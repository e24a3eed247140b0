//! A case as JSON: a request, the policies around it.

use palisade_iam::evaluate::caller::Caller;
use palisade_iam::evaluate::context::Context;
use palisade_iam::evaluate::decision::{Decision, Policies, Request, Set, Step, Verdict, decide};
use palisade_iam::evaluate::document::{Place, Policy, of_value};
use palisade_model::policy::Effect;
use serde_json::{Map, Value, json};

/// The policies and the request of a case.
pub fn read(case: &Value) -> (Policies, Request) {
    let list = |key: &str, place| -> Vec<Policy> { policies(&case[key], place) };
    let some = |key: &str, place| case.get(key).map(|value| policies(value, place));
    let levels = |key: &str, place| -> Vec<Vec<Policy>> {
        let levels = case[key].as_array().cloned().unwrap_or_default();
        levels.iter().map(|level| policies(level, place)).collect()
    };
    let one = |key: &str, place| case.get(key).map(|value| policy(value, place));
    let action = case["action"].as_str().unwrap();
    let is_trust = action.starts_with("sts:");
    let policies = Policies {
        identity: list("identity", Place::Identity),
        boundary: some("boundary", Place::Identity),
        session: some("session", Place::Identity),
        resource: one(
            "policy",
            if is_trust {
                Place::Trust
            } else {
                Place::Resource
            },
        ),
        resource_decides: is_trust || action.starts_with("kms:"),
        scps: levels("scps", Place::Scp),
        rcps: levels("rcps", Place::Rcp),
        endpoint: one("endpoint", Place::Endpoint),
    };
    let mut context = Context::closed();
    for (key, value) in case["context"].as_object().unwrap() {
        let values: Vec<&str> = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => vec![value.as_str().unwrap()],
        };
        context = context.with(key, &values);
    }
    let request = Request {
        caller: Caller::of(case["caller"].as_str().unwrap()).unwrap(),
        action: action.to_owned(),
        resource: case["resource"].as_str().unwrap().to_owned(),
        account: Some(case["account"].as_str().unwrap().to_owned()),
        context,
    };
    (policies, request)
}

fn policies(value: &Value, place: Place) -> Vec<Policy> {
    let each = value.as_array().into_iter().flatten();
    each.map(|value| policy(value, place)).collect()
}

fn policy(value: &Value, place: Place) -> Policy {
    of_value("p", value, place).unwrap_or_else(|why| panic!("{why}\n{value:#}"))
}

/// What the simulator does otherwise, and how a case is written so that it does not matter.
type Rewrite = fn(&mut Value, &Value);
const REWRITES: &[(&str, Rewrite)] = &[
    ("variables in version 2008-10-17", |policy, _| {
        policy["Version"] = "2012-10-17".into();
    }),
    ("ForAnyValue with IfExists", |policy, _| {
        renamed(policy, |operator, _| {
            match operator.starts_with("ForAnyValue") {
                true => operator.replace("IfExists", ""),
                false => operator.to_owned(),
            }
        });
    }),
    ("a network of all addresses", |policy, _| {
        replaced(policy, "0.0.0.0/0", "255.255.255.255");
    }),
    ("a variable in a resource without a slash", |policy, _| {
        for statement in policy["Statement"].as_array_mut().unwrap() {
            for word in ["Resource", "NotResource"] {
                if let Some(resource) = statement.get_mut(word) {
                    replaced(resource, "jobs-${aws:PrincipalTag/", "${none/");
                }
            }
        }
    }),
    ("addresses of two families", |policy, context| {
        let held = context["aws:SourceIp"].as_str().unwrap_or_default();
        let other = |value: &Value| {
            let value = value.as_str().unwrap();
            !held.is_empty() && !value.contains('/') && value.contains(':') != held.contains(':')
        };
        renamed(policy, |operator, tests| {
            let mut values = tests["aws:SourceIp"].as_array().into_iter().flatten();
            match operator.starts_with("NotIpAddress") && values.any(other) {
                true => "NullNever".to_owned(),
                false => operator.to_owned(),
            }
        });
    }),
    (
        "a variable without a value, in NotResource",
        |policy, context| {
            for statement in policy["Statement"].as_array_mut().unwrap() {
                let Some(resource) = statement.get_mut("NotResource") else {
                    continue;
                };
                let text = resource.to_string();
                let missing =
                    |key: &str| text.contains(&format!("${{{key}}}")) && context.get(key).is_none();
                if missing("aws:PrincipalTag/team") || missing("aws:username") {
                    *resource = "*".into();
                }
            }
        },
    ),
    ("a variable without a value, negated", |policy, context| {
        let missing = |values: &Value| {
            let text = values.to_string();
            text.contains("${aws:PrincipalTag/team}")
                && context.get("aws:PrincipalTag/team").is_none()
        };
        renamed(policy, |operator, tests| {
            let mut tests = tests.as_object().unwrap().iter();
            let never = tests.any(|(key, values)| missing(values) && context.get(key).is_some());
            match operator.contains("Not") && never {
                true => "NullNever".to_owned(),
                false => operator.to_owned(),
            }
        });
    }),
];

/// Operators by other names; `NullNever` is a test that never passes.
fn renamed(policy: &mut Value, name: impl Fn(&str, &Value) -> String) {
    for statement in policy["Statement"].as_array_mut().unwrap() {
        let Some(block) = statement.get_mut("Condition") else {
            continue;
        };
        let mut other = Map::new();
        for (operator, tests) in block.as_object().unwrap() {
            match name(operator, tests).as_str() {
                "NullNever" => {
                    other.insert("ForAnyValue:Bool".to_owned(), json!({"never": "true"}))
                }
                name => other.insert(name.to_owned(), tests.clone()),
            };
        }
        *block = Value::Object(other);
    }
}

fn replaced(value: &mut Value, from: &str, to: &str) {
    let text = value.to_string().replace(from, to);
    *value = serde_json::from_str(&text).unwrap();
}

fn rewritten(case: &Value, rewrites: &[(&str, Rewrite)]) -> Value {
    let mut case = case.clone();
    let context = case["context"].clone();
    for key in [
        "identity", "boundary", "session", "scps", "rcps", "policy", "endpoint",
    ] {
        if let Some(value) = case.get_mut(key) {
            for (_, rewrite) in rewrites {
                each_policy(value, &mut |policy| rewrite(policy, &context));
            }
        }
    }
    case
}

fn each_policy(value: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| each_policy(value, change)),
        policy => change(policy),
    }
}

/// Which known difference of the simulator shows in a case: `ours` is what is decided here.
pub fn explains(case: &Value, ours: &Decision, theirs: char) -> Option<&'static str> {
    let decided = |rewrites| {
        let (policies, request) = read(&rewritten(case, rewrites));
        decide(&policies, &request)
    };
    for rewrite in REWRITES {
        if letter(&decided(std::slice::from_ref(rewrite))) == theirs {
            return Some(rewrite.0);
        }
    }
    let decided = decided(REWRITES);
    if letter(&decided) == theirs {
        return Some("several of these");
    }
    for decision in [ours, &decided] {
        if let Some(reason) = of_trace(case, decision, theirs) {
            return Some(reason);
        }
    }
    None
}

/// What shows in the statements that decide.
fn of_trace(case: &Value, ours: &Decision, theirs: char) -> Option<&'static str> {
    // The only denial is such a statement.
    let mut denials = ours.trace.iter().filter(|step| step.effect == Effect::Deny);
    let lists = |step: &Step| {
        let statement = &case["policy"]["Statement"][step.statement];
        step.set == Set::Resource && statement.get("NotPrincipal").is_some()
    };
    let open = matches!(ours.verdict, Verdict::Depends(_));
    if (theirs == 'A' || open) && ours.verdict != Verdict::Allow && denials.all(lists) {
        return Some("NotPrincipal with Deny");
    }
    // Nothing of the session's policy allows it.
    let met = |set| {
        let mut trace = ours.trace.iter();
        trace.any(|step| step.set == set && step.effect == Effect::Allow)
    };
    let session = case.get("session").is_some() && !met(Set::Session);
    if theirs == 'D' && ours.verdict == Verdict::Allow && session && met(Set::Resource) {
        return Some("a session named by the resource");
    }
    None
}

/// The letter of an answer.
pub fn letter(decision: &Decision) -> char {
    match decision.verdict {
        Verdict::Allow => 'A',
        Verdict::Deny => 'D',
        Verdict::Depends(_) => '?',
    }
}
