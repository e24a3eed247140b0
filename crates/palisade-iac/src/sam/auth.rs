//! How routes of serverless APIs are guarded: the event's word, then the API's default, then nothing.

use palisade_model::guard::Guard;
use palisade_model::policy::{ConditionTest, Effect, Places, Principal, Statement};
use palisade_model::reach::Auth;
use palisade_model::setting::{Origin, Reason};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};

use crate::cloudformation::api_rest::Default as ApiDefault;
use crate::draft::Draft;
use crate::look;
use crate::policy;
use crate::value::Value;

/// The word for a signed request in place of an authorizer's name.
const SIGNED: &str = "AWS_IAM";

/// What an authorizer's name stands for on an API.
pub fn named(name: &str, api: &str, auth: &Value) -> Auth {
    if name == SIGNED {
        return Auth::Signed;
    }
    if name == "NONE" {
        return Auth::None;
    }
    let address = format!("{api}#{name}");
    match look::first(auth, "Authorizers").and_then(|a| look::first(a, name)) {
        Some(authorizer) if look::first(authorizer, "FunctionArn").is_some() => {
            Auth::Custom(address)
        }
        Some(_) => Auth::Token(address),
        None => Auth::Unknown(Reason::NotInTree),
    }
}

/// What an API stamps on routes that say nothing.
pub fn default(properties: &Value, api: &str) -> ApiDefault {
    let nothing = Value::null(properties.origin.span);
    let auth = look::first(properties, "Auth").unwrap_or(&nothing);
    ApiDefault {
        auth: look::first(auth, "DefaultAuthorizer").map(|value| {
            let name = look::text(value).map(|t| t.words()).unwrap_or_default();
            (named(&name, api, auth), value.origin.clone())
        }),
        key: look::is_true(auth, "ApiKeyRequired"),
        preflight: look::first(auth, "AddDefaultAuthorizerToCorsPreflight").and_then(look::flag_of)
            != Some(false),
    }
}

/// How one event's route is guarded, in every branch: guard, auth, place of the word, whether a key is asked for.
pub fn route(
    event: &Value,
    span: Span,
    api: &str,
    properties: &Value,
) -> Vec<(Guard, Auth, Origin, bool)> {
    let nothing = Value::null(span);
    let auth = look::first(properties, "Auth").unwrap_or(&nothing);
    let default = default(properties, api);
    let key = match look::first(event, "Auth.ApiKeyRequired").and_then(look::flag_of) {
        Some(own) => own,
        None => default.key,
    };
    let mut own = look::at(event, "Auth.Authorizer");
    own.retain(|(_, value)| look::text(value).is_some());
    let mut found: Vec<(Guard, Auth, Origin, bool)> = own
        .into_iter()
        .map(|(guard, value)| {
            let name = look::text(value).map(|t| t.words()).unwrap_or_default();
            (guard, named(&name, api, auth), value.origin.clone(), key)
        })
        .collect();
    if found.is_empty() {
        // `InvokeRole`, scopes and the like alone guard nothing.
        found.extend(by_default(auth, api, span, key));
    }
    found
}

fn by_default(auth: &Value, api: &str, span: Span, key: bool) -> Vec<(Guard, Auth, Origin, bool)> {
    let written = look::setting(auth, "DefaultAuthorizer", span, &|v| {
        look::text(v).map(|t| t.words())
    });
    use palisade_model::setting::Given;
    let open = || (Auth::None, Origin::generated("sam.no-authorizer", span));
    match written.given {
        Given::Absent => {
            let (auth, origin) = open();
            vec![(Guard::always(), auth, origin, key)]
        }
        Given::Known(name, _) => vec![(
            Guard::always(),
            named(&name, api, auth),
            written.origin,
            key,
        )],
        Given::Unknown(reason, _) => {
            vec![(Guard::always(), Auth::Unknown(reason), written.origin, key)]
        }
        Given::OneOf(choices) => choices
            .into_iter()
            .map(|choice| {
                let (found, origin) = match choice.given {
                    Given::Known(name, _) => (named(&name, api, auth), written.origin.clone()),
                    Given::Unknown(reason, _) => (Auth::Unknown(reason), written.origin.clone()),
                    _ => open(),
                };
                (choice.when, found, origin, key)
            })
            .collect(),
    }
}

/// The statements of a `ResourcePolicy`: its own, and those that its lists stand for.
pub fn resource_policy(auth: &Value, exists: &Guard, draft: &mut Draft) -> Vec<Statement> {
    let mut found = Vec::new();
    for (guard, resource_policy) in look::at(auth, "ResourcePolicy") {
        let exists = exists.and(&guard);
        if let Some(custom) = look::get(resource_policy, "CustomStatements") {
            found.extend(policy::document(custom, &exists, &mut draft.app.problems).statements);
        }
        found.extend(lists(resource_policy, &exists));
    }
    found
}

/// Tests that close an API but for the listed places: list, operator, key.
const LIMITS: &[(&str, &str, &str)] = &[
    ("IpRangeWhitelist", "NotIpAddress", "aws:SourceIp"),
    ("IpRangeBlacklist", "IpAddress", "aws:SourceIp"),
    ("SourceVpcWhitelist", "StringNotEquals", "aws:SourceVpc"),
    ("SourceVpcBlacklist", "StringEquals", "aws:SourceVpc"),
    ("IntrinsicVpcWhitelist", "StringNotEquals", "aws:SourceVpc"),
    ("IntrinsicVpcBlacklist", "StringEquals", "aws:SourceVpc"),
    (
        "IntrinsicVpceWhitelist",
        "StringNotEquals",
        "aws:SourceVpce",
    ),
    ("IntrinsicVpceBlacklist", "StringEquals", "aws:SourceVpce"),
];

/// The statements that the lists of a resource policy stand for.
fn lists(value: &Value, exists: &Guard) -> Vec<Statement> {
    let list = |key: &str| -> Vec<Text> {
        look::texts(value, key)
            .into_iter()
            .map(|(_, text, _)| text)
            .collect()
    };
    let one =
        |effect: Effect, principals: Vec<Principal>, conditions: Vec<ConditionTest>| Statement {
            sid: None,
            effect,
            actions: vec![Text::of("execute-api:Invoke")],
            not_actions: false,
            resources: vec![Text::of("execute-api:/*")],
            not_resources: false,
            principals,
            not_principals: false,
            conditions,
            exists: exists.clone(),
            origin: Origin::generated("sam.resource-policy", value.origin.span),
            places: Places::default(),
        };
    let anyone = || vec![Principal::Anyone];
    let mut found = Vec::new();
    let allowed = list("AwsAccountWhitelist");
    if !allowed.is_empty() {
        found.push(one(
            Effect::Allow,
            allowed.iter().map(account).collect(),
            Vec::new(),
        ));
    }
    let denied = list("AwsAccountBlacklist");
    if !denied.is_empty() {
        found.push(one(Effect::Allow, anyone(), Vec::new()));
        found.push(one(
            Effect::Deny,
            denied.iter().map(account).collect(),
            Vec::new(),
        ));
    }
    let mut open = false;
    for (key, operator, test) in LIMITS {
        let values = list(key);
        if values.is_empty() {
            continue;
        }
        if !std::mem::replace(&mut open, true) {
            found.push(one(Effect::Allow, anyone(), Vec::new()));
        }
        let test = ConditionTest {
            operator: (*operator).to_owned(),
            key: (*test).to_owned(),
            values,
        };
        found.push(one(Effect::Deny, anyone(), vec![test]));
    }
    found
}

fn account(text: &Text) -> Principal {
    match text.literal() {
        Some(account) if account.starts_with("arn:") => Principal::Aws(text.clone()),
        _ => Principal::Aws(Text::join(
            [
                Part::Literal("arn:".to_owned()),
                Part::Hole(Symbol::Pseudo("AWS::Partition".to_owned())),
                Part::Literal(":iam::".to_owned()),
            ]
            .into_iter()
            .chain(text.parts().iter().cloned())
            .chain([Part::Literal(":root".to_owned())]),
        )),
    }
}
