//! HTTP and WebSocket APIs: bodies, routes, integrations and authorizers.

use palisade_model::app::Key;
use palisade_model::aside::{Dangling, DanglingKind};
use palisade_model::guard::Guard;
use palisade_model::reach::Auth;
use palisade_model::setting::{Origin, Reason};
use palisade_model::text::Text;

use crate::cloudformation::api_rest::{self, Declared};
use crate::cloudformation::api_routes::{self, RouteSpec};
use crate::cloudformation::cache;
use crate::cloudformation::node::resource;
use crate::draft::{Api, Draft, Protocol};
use crate::look;
use crate::openapi;
use crate::reader::At;
use crate::value::Value;

/// Declares an `AWS::ApiGatewayV2::Api`.
pub fn declare(at: At<'_>, draft: &mut Draft) {
    if let Some(node) = resource(at, draft) {
        let socket = look::word(at.properties(), "ProtocolType") == Some("WEBSOCKET");
        let api = Api {
            node,
            protocol: if socket {
                Protocol::WebSocket
            } else {
                Protocol::Http
            },
            private: false,
        };
        draft.apis.insert((at.unit.stack, at.address()), api);
    }
}

/// Notes how `$connect` of a WebSocket API is guarded: every other route inherits it.
pub fn declare_route(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    if look::word(properties, "RouteKey") != Some("$connect") {
        return;
    }
    if let Some(api) = look::first_text(properties, "ApiId").and_then(|t| at.input.referred(&t)) {
        let auth = route_auth(at, properties);
        draft.connects.insert((api.unit.stack, api.address()), auth);
    }
}

/// Ties an API to its body, or to its quick-create target.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let Some(api) = draft.apis.get(&(at.unit.stack, at.address())).cloned() else {
        return;
    };
    for (guard, body) in api_rest::bodies(at, "Body", "BodyS3Location", draft) {
        let exists = at.raw.exists.and(&guard);
        api_rest::body(at, &body, &api, &exists, None, draft);
    }
    for (guard, target, origin) in look::texts(at.properties(), "Target") {
        let key = look::word(at.properties(), "RouteKey")
            .unwrap_or("$default")
            .to_owned();
        let (method, path) = split_route_key(&key, api.protocol);
        let spec = RouteSpec {
            label: String::new(),
            method,
            path,
            target,
            proxy: true,
            payload: None,
            auth: Auth::None,
            key: false,
            by_role: look::first(at.properties(), "CredentialsArn").is_some(),
            exists: at.raw.exists.and(&guard),
            door: origin.clone(),
            origin,
        };
        api_routes::add(&api, &at.raw.id, &spec, draft);
    }
}

/// `GET /orders` or `$default`; on WebSocket the whole key.
pub fn split_route_key(key: &str, protocol: Protocol) -> (String, String) {
    if protocol == Protocol::WebSocket {
        return ("ANY".to_owned(), key.to_owned());
    }
    match key.trim().split_once(' ') {
        Some((method, path)) => (method.to_ascii_uppercase(), path.trim().to_owned()),
        None => ("ANY".to_owned(), key.to_owned()),
    }
}

/// Ties an `AWS::ApiGatewayV2::Route` through its integration.
pub fn route(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let Some(owner) = look::first_text(properties, "ApiId").and_then(|t| at.input.referred(&t))
    else {
        return;
    };
    let owner_key = (owner.unit.stack, owner.address());
    let Some(api) = draft.apis.get(&owner_key).cloned() else {
        return;
    };
    let route_key = look::first_text(properties, "RouteKey").unwrap_or_default();
    let (method, path) = split_route_key(&route_key.words(), api.protocol);
    let auths = match (api.protocol, draft.connects.get(&owner_key)) {
        (Protocol::WebSocket, Some(connect)) => connect.clone(),
        (Protocol::WebSocket, None) => {
            vec![(Guard::always(), Auth::None, at.raw.origin())]
        }
        _ => route_auth(at, properties),
    };
    let leads = look::first(properties, "Target").is_some();
    if !leads && api.protocol == Protocol::Http {
        draft.app.aside.dangling.push(Dangling {
            by: Key {
                stack: at.unit.stack,
                address: at.address(),
            },
            kind: DanglingKind::Route,
            name: route_key.words(),
            exists: at.raw.exists.clone(),
            origin: at.raw.origin(),
        });
    }
    for (target_guard, target, _) in look::texts(properties, "Target") {
        let Some(integration) = at.input.referred(&target) else {
            continue;
        };
        let details = integration.properties();
        for (guard, uri) in integration_uris(details) {
            for (auth_guard, auth, door) in &auths {
                let kind = look::word(details, "IntegrationType");
                let spec = RouteSpec {
                    label: String::new(),
                    method: method.clone(),
                    path: path.clone(),
                    target: uri.clone(),
                    proxy: kind != Some("AWS"),
                    payload: Some(
                        look::word(details, "PayloadFormatVersion")
                            .unwrap_or("1.0")
                            .to_owned(),
                    ),
                    auth: auth.clone(),
                    key: look::is_true(properties, "ApiKeyRequired"),
                    by_role: look::first(details, "CredentialsArn").is_some(),
                    exists: at.raw.exists.and(&target_guard).and(&guard).and(auth_guard),
                    origin: at.raw.origin(),
                    door: door.clone(),
                };
                if !api_routes::add(&api, &owner.raw.id, &spec, draft) {
                    let targets = openapi::details(details);
                    api_routes::add_channel(&api, &spec, &targets, draft);
                }
            }
        }
    }
}

fn integration_uris(details: &Value) -> Vec<(Guard, Text)> {
    let found: Vec<(Guard, Text)> = look::texts(details, "IntegrationUri")
        .into_iter()
        .map(|(g, t, _)| (g, t))
        .collect();
    if found.is_empty() {
        return vec![(Guard::always(), Text::default())];
    }
    found
}

fn route_auth(at: At<'_>, properties: &Value) -> Vec<(Guard, Auth, Origin)> {
    let cases = look::at(properties, "AuthorizationType");
    if cases.is_empty() {
        return vec![(Guard::always(), Auth::None, at.raw.origin())];
    }
    cases
        .into_iter()
        .map(|(guard, value)| {
            let address = || {
                look::first_text(properties, "AuthorizerId")
                    .map(|text| match at.input.referred(&text) {
                        Some(found) => found.address(),
                        None => text.words(),
                    })
                    .unwrap_or_default()
            };
            let auth = match look::literal(value) {
                Some("NONE") => Auth::None,
                Some("AWS_IAM") => Auth::Signed,
                Some("JWT") => Auth::Token(address()),
                Some("CUSTOM") => Auth::Custom(address()),
                _ => Auth::Unknown(Reason::NoDefault),
            };
            (guard, auth, value.origin.clone())
        })
        .collect()
}

/// Ties an `AWS::ApiGatewayV2::Authorizer`.
pub fn authorizer(at: At<'_>, draft: &mut Draft) {
    let Some(id) = draft.resource(at.unit.stack, &at.address()) else {
        return;
    };
    let properties = at.properties();
    let declared = Declared {
        name: &at.raw.id,
        uris: look::texts(properties, "AuthorizerUri")
            .into_iter()
            .map(|(g, t, _)| (g, t))
            .collect(),
        pools: look::first_text(properties, "JwtConfiguration.Issuer")
            .into_iter()
            .collect(),
        request: true,
        by_role: look::first(properties, "AuthorizerCredentialsArn").is_some(),
        settings: cache::settings(properties, &cache::HTTP, at.raw.id_span),
        exists: at.raw.exists.clone(),
        origin: at.raw.origin(),
    };
    api_rest::tie_authorizer(id, &at.raw.id, &declared, draft);
}
