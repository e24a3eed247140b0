//! Texts, settings and statements as JSON: holes as `${Name}`, of a choice every value.

use palisade_model::policy::{Effect, Grant, Principal, Statement};
use palisade_model::reach::Auth;
use palisade_model::setting::Setting;
use palisade_model::text::{Part, StackId, Text};
use serde_json::{Value, json};

/// A text in the words of a stack's template; what another stack supplies is `${? …}`, like all that is not known.
pub(super) fn text(text: &Text, stack: StackId) -> String {
    let part = |part: &Part| match part {
        Part::Literal(literal) => literal.clone(),
        Part::Hole(symbol) if symbol.stack().is_some_and(|of| of != stack) => {
            format!("${{? {}}}", symbol.words())
        }
        Part::Hole(symbol) => symbol.words(),
    };
    text.parts().iter().map(part).collect()
}

fn texts(all: &[Text], stack: StackId) -> Vec<String> {
    all.iter().map(|one| text(one, stack)).collect()
}

/// The values a setting may have.
pub(super) fn setting(setting: &Setting<Text>, stack: StackId) -> Vec<String> {
    let values = setting.values();
    values.iter().map(|(_, one)| text(one, stack)).collect()
}

/// A statement of a policy.
pub(super) fn statement(statement: &Statement, stack: StackId) -> Value {
    let principal = |principal: &Principal| match principal {
        Principal::Anyone => "*".to_owned(),
        Principal::Aws(name)
        | Principal::Service(name)
        | Principal::Federated(name)
        | Principal::Canonical(name) => text(name, stack),
        Principal::Unknown(written) => format!("${{? {written}}}"),
    };
    let principals: Vec<String> = statement.principals.iter().map(principal).collect();
    let tests = statement.conditions.iter().map(|test| {
        let values = texts(&test.values, stack);
        json!([test.operator, test.key, values])
    });
    json!({
        "effect": match statement.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        },
        "actions": texts(&statement.actions, stack),
        "not_actions": statement.not_actions,
        "resources": texts(&statement.resources, stack),
        "not_resources": statement.not_resources,
        "principals": principals,
        "tests": tests.collect::<Vec<_>>(),
    })
}

/// What a role is granted.
pub(super) fn grant(grant: &Grant, stack: StackId) -> Value {
    match grant {
        Grant::Statement(one) => statement(one, stack),
        Grant::Managed(name) => json!({ "managed": setting(name, stack) }),
        Grant::Unreadable(_) => json!({ "unreadable": true }),
    }
}

/// How a door is guarded: a word, and the authorizer where there is one.
pub(super) fn auth(auth: &Auth) -> (&'static str, Option<&str>) {
    match auth {
        Auth::None => ("none", None),
        Auth::Key => ("key", None),
        Auth::Signed => ("signed", None),
        Auth::Token(by) => ("token", Some(by)),
        Auth::Custom(by) => ("custom", Some(by)),
        Auth::Certificate => ("certificate", None),
        Auth::ServiceOnly => ("service", None),
        Auth::Unknown(_) => ("unknown", None),
    }
}
