//! Policies given as JSON texts, read into statements; what IAM would not take is refused with its place.

use std::fmt;

use palisade_model::policy::Effect;
use serde_json::{Map, Value};

use crate::evaluate::caller::Named;
use crate::evaluate::condition::{Comparison, Operator, Test};
use crate::evaluate::rule::{ActionPattern, Rule};
use crate::evaluate::twice::twice;
use crate::pattern::{Pattern, Reading};

/// Longer texts are refused unread.
const TEXT_MAX: usize = 1 << 20;

/// How long a managed policy may be, white space aside. Source: IAM and STS quotas, as of 2026-09.
pub const MANAGED_MAX: usize = 6_144;

/// How long all inline policies of a role may be together, white space aside.
pub const ROLE_MAX: usize = 10_240;

/// What a policy is attached to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// An identity; boundaries and session policies have the same form.
    Identity,
    /// A resource.
    Resource,
    /// A role, to say who may take it.
    Trust,
    /// An organization, for its identities.
    Scp,
    /// An organization, for its resources.
    Rcp,
    /// An endpoint of a network.
    Endpoint,
}

impl Place {
    /// Whether its statements name no principal.
    fn is_nameless(self) -> bool {
        matches!(self, Self::Identity | Self::Scp)
    }
}

/// A policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    /// What it is called in a trace.
    pub name: String,
    /// Its statements.
    pub statements: Vec<Clause>,
    /// What may keep it from being attached.
    pub notes: Vec<String>,
}

/// A statement of a policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Clause {
    /// Its Sid.
    pub sid: Option<String>,
    /// What it says.
    pub rule: Rule,
    /// Whom it names.
    pub principals: Vec<Named>,
    /// Whether those are the ones not meant.
    pub not_principals: bool,
}

/// Why a text is no policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Where: a line and column, or a path such as `Statement[2].Effect`.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for Refused {}

fn refused<T>(place: impl Into<String>, message: impl Into<String>) -> Result<T, Refused> {
    Err(Refused {
        place: place.into(),
        message: message.into(),
    })
}

/// Reads a policy.
pub fn read(name: &str, text: &str, place: Place) -> Result<Policy, Refused> {
    if text.len() > TEXT_MAX {
        return refused(
            "line 1",
            format!("the text is longer than {TEXT_MAX} bytes"),
        );
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let place = format!("line {} column {}", error.line(), error.column());
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            return refused(place, format!("no JSON: {words}"));
        }
    };
    if let Some((line, key)) = twice(text) {
        return refused(
            format!("line {line}"),
            format!("`{key}` stands twice in one object"),
        );
    }
    let mut policy = of_value(name, &value, place)?;
    let size = text.chars().filter(|c| !c.is_whitespace()).count();
    if place == Place::Identity && size > MANAGED_MAX {
        let role = match size > ROLE_MAX {
            true => format!(", and the policies written into a role at most {ROLE_MAX}"),
            false => String::new(),
        };
        policy.notes.push(format!(
            "the policy has {size} characters without white space: a managed policy has at most {MANAGED_MAX}{role}"
        ));
    }
    Ok(policy)
}

/// Reads a policy that is a tree already.
pub fn of_value(name: &str, value: &Value, place: Place) -> Result<Policy, Refused> {
    let Some(object) = value.as_object() else {
        return refused("policy", "no object");
    };
    let variables = match object.get("Version").map(Value::as_str) {
        None | Some(Some("2008-10-17")) => false,
        Some(Some("2012-10-17")) => true,
        Some(_) => return refused("Version", "neither 2012-10-17 nor 2008-10-17"),
    };
    if let Some(other) = unknown(object, &["Version", "Id", "Statement"]) {
        return refused(other, "no element of a policy");
    }
    let statements: Vec<&Value> = match object.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        Some(_) => return refused("Statement", "no statement"),
        None => return refused("Statement", "missing"),
    };
    let each = statements.into_iter().enumerate();
    let each = each.map(|(at, value)| clause(&format!("Statement[{at}]"), value, place, variables));
    Ok(Policy {
        name: name.to_owned(),
        statements: each.collect::<Result<_, _>>()?,
        notes: Vec::new(),
    })
}

const ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

fn unknown<'v>(object: &'v Map<String, Value>, known: &[&str]) -> Option<&'v str> {
    let mut keys = object.keys().map(String::as_str);
    keys.find(|key| !known.contains(key))
}

fn clause(at: &str, value: &Value, place: Place, variables: bool) -> Result<Clause, Refused> {
    let Some(object) = value.as_object() else {
        return refused(at, "no object");
    };
    if let Some(other) = unknown(object, ELEMENTS) {
        return refused(format!("{at}.{other}"), "no element of a statement");
    }
    let effect = match object.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return refused(format!("{at}.Effect"), "neither Allow nor Deny"),
    };
    let (actions, not_actions) = match either(object, at, "Action", "NotAction")? {
        Some((actions, not)) => (actions, not),
        None => return refused(format!("{at}.Action"), "missing"),
    };
    let (resources, not_resources) = match either(object, at, "Resource", "NotResource")? {
        Some(pair) => pair,
        None if matches!(place, Place::Resource | Place::Trust | Place::Endpoint) => {
            (vec!["*".to_owned()], false)
        }
        None => return refused(format!("{at}.Resource"), "missing"),
    };
    let (principals, not_principals) = principals(object, at, place)?;
    let reading = match variables {
        true => Reading::Wild,
        false => Reading::Wildcards,
    };
    let tests = match object.get("Condition") {
        Some(block) => tests(block, &format!("{at}.Condition"), variables)?,
        None => Vec::new(),
    };
    Ok(Clause {
        sid: object.get("Sid").and_then(Value::as_str).map(str::to_owned),
        rule: Rule {
            effect,
            actions: actions.into_iter().map(ActionPattern::Known).collect(),
            not_actions,
            resources: resources
                .iter()
                .map(|text| Pattern::read(text, reading))
                .collect(),
            not_resources,
            tests,
        },
        principals,
        not_principals,
    })
}

type List = (Vec<String>, bool);

/// An element or its negation; not both.
fn either(
    object: &Map<String, Value>,
    at: &str,
    plain: &str,
    not: &str,
) -> Result<Option<List>, Refused> {
    match (object.get(plain), object.get(not)) {
        (Some(_), Some(_)) => refused(format!("{at}.{not}"), format!("beside {plain}")),
        (Some(value), None) => Ok(Some((strings(value, &format!("{at}.{plain}"))?, false))),
        (None, Some(value)) => Ok(Some((strings(value, &format!("{at}.{not}"))?, true))),
        (None, None) => Ok(None),
    }
}

/// A string or a list of them; numbers and flags are as good as strings.
fn strings(value: &Value, at: &str) -> Result<Vec<String>, Refused> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => refused(at, "no string"),
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

fn principals(
    object: &Map<String, Value>,
    at: &str,
    place: Place,
) -> Result<(Vec<Named>, bool), Refused> {
    let (value, not) = match (object.get("Principal"), object.get("NotPrincipal")) {
        (Some(_), Some(_)) => return refused(format!("{at}.NotPrincipal"), "beside Principal"),
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) if place.is_nameless() || place == Place::Endpoint => {
            return Ok((vec![Named::Anyone], false));
        }
        (None, None) => return refused(format!("{at}.Principal"), "missing"),
    };
    let at = format!("{at}.{}", if not { "NotPrincipal" } else { "Principal" });
    if place.is_nameless() {
        return refused(at, "a policy of an identity names no principal");
    }
    match value {
        Value::String(text) if text == "*" => Ok((vec![Named::Anyone], not)),
        Value::Object(kinds) => {
            let mut named = Vec::new();
            for (kind, value) in kinds {
                let at = format!("{at}.{kind}");
                for text in strings(value, &at)? {
                    named.push(match kind.as_str() {
                        "AWS" => Named::aws(&text),
                        "Service" => Named::Service(text),
                        "Federated" => Named::Federated(text),
                        "CanonicalUser" => Named::Canonical(text),
                        _ => return refused(at, "no kind of principal"),
                    });
                }
            }
            Ok((named, not))
        }
        _ => refused(at, "neither `*` nor an object"),
    }
}

fn tests(block: &Value, at: &str, variables: bool) -> Result<Vec<Test>, Refused> {
    let Some(operators) = block.as_object() else {
        return refused(at, "no object");
    };
    let mut tests = Vec::new();
    for (word, keys) in operators {
        let at = format!("{at}.{word}");
        let operator = Operator::of(word);
        if operator.comparison == Comparison::Unknown {
            return refused(at, "no operator of conditions");
        }
        let Some(keys) = keys.as_object() else {
            return refused(at, "no object");
        };
        for (key, values) in keys {
            let values = strings(values, &format!("{at}.{key}"))?;
            let reading = operator.reading(variables);
            tests.push(Test {
                operator,
                key: key.clone(),
                values: values
                    .iter()
                    .map(|value| Pattern::read(value, reading))
                    .collect(),
            });
        }
    }
    Ok(tests)
}
