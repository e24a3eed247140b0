//! REST APIs: bodies, methods, authorizers and resource policies.

use palisade_model::app::{EdgeKind, Key, Kind, NodeId, Resource, ResourceId};
use palisade_model::attribute::Settings;
use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::reach::{Auth, Filter, Reach};
use palisade_model::setting::{Answer, Origin, Reason, Setting};
use palisade_model::text::Text;

use crate::cloudformation::api_routes::{self, RouteSpec};
use crate::cloudformation::cache;
use crate::cloudformation::node::resource;
use crate::draft::{Api, Draft, Permit, Protocol, Wire};
use crate::look;
use crate::openapi;
use crate::policy;
use crate::reader::At;
use crate::value::{Value, ValueKind};

/// Declares an `AWS::ApiGateway::RestApi`.
pub fn declare(at: At<'_>, draft: &mut Draft) {
    if let Some(node) = resource(at, draft) {
        let private = look::texts(at.properties(), "EndpointConfiguration.Types")
            .iter()
            .any(|(_, t, _)| t.literal() == Some("PRIVATE"));
        let api = Api {
            node,
            protocol: Protocol::Rest,
            private,
        };
        draft.apis.insert((at.unit.stack, at.address()), api);
    }
}

/// Ties an API to its body and its resource policy.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let Some(api) = draft.apis.get(&(at.unit.stack, at.address())).cloned() else {
        return;
    };
    resource_policy(at, "Policy", &api, draft);
    for (guard, body) in bodies(at, "Body", "BodyS3Location", draft) {
        let exists = at.raw.exists.and(&guard);
        self::body(at, &body, &api, &exists, None, draft);
    }
}

/// Statements of an API's policy.
pub fn resource_policy(at: At<'_>, path: &str, api: &Api, draft: &mut Draft) {
    for (guard, document) in look::at(at.properties(), path) {
        let exists = at.raw.exists.and(&guard);
        let read = policy::document(document, &exists, &mut draft.app.problems);
        draft
            .change_resource(api.node)
            .policy
            .extend(read.statements);
    }
}

/// The bodies of an API: inline, from a local file, or outside the tree (a problem).
pub fn bodies(at: At<'_>, inline: &str, elsewhere: &str, draft: &mut Draft) -> Vec<(Guard, Value)> {
    let mut found = Vec::new();
    for (guard, body) in look::at(at.properties(), inline) {
        match &body.kind {
            ValueKind::Map(_) => found.push((guard, body.clone())),
            ValueKind::Scalar(text, _) => {
                if let Some(value) = crate::files::json_text(at, text, &body.origin, draft) {
                    found.push((guard, value));
                }
            }
            _ => draft.problem(
                body.origin.span,
                ProblemKind::Unresolved,
                Cost::Value,
                format!(
                    "the definition of the API `{}` is not in the tree: its routes stay unknown",
                    at.raw.id
                ),
            ),
        }
    }
    for (guard, place) in look::at(at.properties(), elsewhere) {
        let file = look::literal(place).and_then(|path| crate::files::document(at, path, draft));
        match file {
            Some(value) => found.push((guard, value)),
            None => draft.problem(
                place.origin.span,
                ProblemKind::Unresolved,
                Cost::Value,
                format!(
                    "the definition of the API `{}` is not in the tree: its routes stay unknown",
                    at.raw.id
                ),
            ),
        }
    }
    found
}

/// What an API says about operations that say nothing themselves.
#[derive(Clone, Debug)]
pub struct Default {
    /// How they are guarded.
    pub auth: Option<(Auth, Origin)>,
    /// Whether they ask for a key.
    pub key: bool,
    /// Whether preflight requests are guarded too.
    pub preflight: bool,
}

/// Adds the routes and authorizers of a body.
pub fn body(
    at: At<'_>,
    body: &Value,
    api: &Api,
    exists: &Guard,
    default: Option<&Default>,
    draft: &mut Draft,
) {
    let address = at.address();
    if let Some(document) = look::get(body, "x-amazon-apigateway-policy") {
        let read = policy::document(document, exists, &mut draft.app.problems);
        draft
            .change_resource(api.node)
            .policy
            .extend(read.statements);
    }
    for authorizer in openapi::authorizers(body) {
        let declared = Declared {
            name: &authorizer.name,
            uris: authorizer
                .uri
                .iter()
                .map(|t| (Guard::always(), t.clone()))
                .collect(),
            pools: authorizer.pools.clone(),
            request: authorizer.request || api.protocol != Protocol::Rest,
            by_role: authorizer.by_role,
            settings: authorizer.settings.clone(),
            exists: exists.and(&authorizer.exists),
            origin: authorizer.origin.clone(),
        };
        declare_authorizer(at, api, declared, draft);
    }
    for operation in openapi::operations(body, &address) {
        let (mut auth, mut door) = operation
            .auth
            .clone()
            .unwrap_or((Auth::None, operation.origin.clone()));
        let mut key = operation.key;
        if let Some(default) = default
            && (operation.method != "OPTIONS" || default.preflight)
        {
            key |= default.key;
            // A default of the API is stamped on every operation that asks for nothing else.
            if matches!(operation.auth, None | Some((Auth::None, _)))
                && !explicitly_open(&operation)
                && let Some((stamped, origin)) = &default.auth
            {
                (auth, door) = (stamped.clone(), origin.clone());
            }
        }
        let spec = RouteSpec {
            label: String::new(),
            method: operation.method.clone(),
            path: operation.path.clone(),
            target: operation.uri.clone().unwrap_or_default(),
            proxy: operation.kind == openapi::Kind::Proxy,
            payload: operation.payload.clone().or_else(|| {
                // An HTTP API takes 1.0 where its definition names no format.
                (api.protocol == Protocol::Http).then(|| "1.0".to_owned())
            }),
            auth,
            key,
            by_role: operation.by_role,
            exists: exists.and(&operation.exists),
            origin: operation.origin.clone(),
            door,
        };
        let Some(uri) = &operation.uri else {
            continue;
        };
        let found = api_routes::add(api, &address, &spec, draft);
        if !found && operation.kind != openapi::Kind::Other {
            let mut targets = operation.details.clone();
            targets.push(uri.clone());
            api_routes::add_channel(api, &spec, &targets, draft);
        }
    }
}

/// `security: [{NONE: []}]` clears the default.
fn explicitly_open(operation: &openapi::Operation) -> bool {
    matches!(&operation.auth, Some((Auth::None, _))) && operation.key
}

/// An authorizer as some place declares it.
#[derive(Clone, Debug)]
pub struct Declared<'n> {
    /// Its name.
    pub name: &'n str,
    /// The functions behind it.
    pub uris: Vec<(Guard, Text)>,
    /// User pools and issuers.
    pub pools: Vec<Text>,
    /// Whether it gets the whole request.
    pub request: bool,
    /// Whether API Gateway calls with a role of its own.
    pub by_role: bool,
    /// How long its answer is kept.
    pub settings: Settings,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
}

/// Declares an authorizer inside an API, at `Api#Name`.
pub fn declare_authorizer(at: At<'_>, api: &Api, declared: Declared<'_>, draft: &mut Draft) {
    let address = format!("{}#{}", at.address(), declared.name);
    let type_name = match api.protocol {
        Protocol::Rest => "AWS::ApiGateway::Authorizer",
        _ => "AWS::ApiGatewayV2::Authorizer",
    };
    let added = draft.add_resource(Resource {
        key: Key {
            stack: at.unit.stack,
            address: address.clone(),
        },
        kind: Kind::Authorizer,
        type_name: type_name.to_owned(),
        name: Setting::written(Text::of(declared.name), declared.origin.clone()),
        settings: Settings::default(),
        policy: Vec::new(),
        workflow: None,
        writers: Reach::default(),
        exists: declared.exists.clone(),
        origin: declared.origin.clone(),
    });
    let Some(id) = added.or_else(|| draft.resource(at.unit.stack, &address)) else {
        return;
    };
    let label = format!("{}.{}", at.raw.id, declared.name);
    tie_authorizer(id, &label, &declared, draft);
}

/// Ties an authorizer to its function or its user pools.
pub fn tie_authorizer(id: ResourceId, label: &str, declared: &Declared<'_>, draft: &mut Draft) {
    let node = NodeId::Resource(id);
    // Only what gets the whole request says what its answer is kept for.
    if declared.request && !declared.uris.is_empty() {
        for (attribute, setting) in declared.settings.iter() {
            let settings = &mut draft.change_resource(id).settings;
            settings.set(*attribute, setting.clone());
        }
    }
    for (guard, uri) in &declared.uris {
        for (function, through) in draft.resolve_function(uri) {
            draft.wires.push(Wire {
                label: label.to_owned(),
                function,
                through,
                source: Some(node),
                event: if declared.request {
                    "aws.apigateway-authorizer-request"
                } else {
                    "aws.apigateway-authorizer-token"
                },
                route: None,
                filter: Filter::default(),
                doors: Vec::new(),
                wired: Answer::Yes,
                permit: if declared.by_role {
                    Permit::Settled(Answer::Yes)
                } else {
                    Permit::Service("apigateway.amazonaws.com")
                },
                task: None,
                exists: declared.exists.and(guard),
                origin: declared.origin.clone(),
            });
        }
    }
    for pool in &declared.pools {
        for to in draft.resolve(pool, &[Kind::UserPool]) {
            draft.edge(
                node,
                to,
                EdgeKind::Uses,
                declared.exists.clone(),
                declared.origin.clone(),
            );
        }
    }
}

/// Ties an `AWS::ApiGateway::Authorizer`.
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
        pools: look::texts(properties, "ProviderARNs")
            .into_iter()
            .map(|(_, t, _)| t)
            .collect(),
        request: look::word(properties, "Type") == Some("REQUEST"),
        by_role: look::first(properties, "AuthorizerCredentials").is_some(),
        settings: cache::settings(properties, &cache::REST, at.raw.id_span),
        exists: at.raw.exists.clone(),
        origin: at.raw.origin(),
    };
    tie_authorizer(id, &at.raw.id, &declared, draft);
}

/// Ties an `AWS::ApiGateway::Method`.
pub fn method(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let api = look::first_text(properties, "RestApiId").and_then(|text| {
        let referred = at.input.referred(&text)?;
        let found = draft
            .apis
            .get(&(referred.unit.stack, referred.address()))
            .cloned()?;
        Some((found, referred.raw.id.clone()))
    });
    let Some((api, api_id)) = api else {
        return;
    };
    let method = look::word(properties, "HttpMethod")
        .unwrap_or("ANY")
        .to_ascii_uppercase();
    let path = path_of(at, properties);
    for (auth_guard, auth, door) in method_auth(at, properties) {
        for (guard, integration) in look::at(properties, "Integration") {
            let proxy = look::word(integration, "Type") == Some("AWS_PROXY");
            let service = look::word(integration, "Type") == Some("AWS");
            for (inner, uri, _) in look::texts(integration, "Uri") {
                let spec = RouteSpec {
                    label: String::new(),
                    method: method.clone(),
                    path: path.clone(),
                    target: uri.clone(),
                    proxy,
                    payload: None,
                    auth: auth.clone(),
                    key: look::is_true(properties, "ApiKeyRequired"),
                    by_role: look::first(integration, "Credentials").is_some(),
                    exists: at.raw.exists.and(&auth_guard).and(&guard).and(&inner),
                    origin: at.raw.origin(),
                    door: door.clone(),
                };
                let found = api_routes::add(&api, &api_id, &spec, draft);
                if !found && (service || proxy) {
                    let mut targets = openapi::details(integration);
                    targets.push(uri);
                    api_routes::add_channel(&api, &spec, &targets, draft);
                }
            }
        }
    }
}

fn method_auth(at: At<'_>, properties: &Value) -> Vec<(Guard, Auth, Origin)> {
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
                Some("COGNITO_USER_POOLS") => Auth::Token(address()),
                Some("CUSTOM") => Auth::Custom(address()),
                _ => Auth::Unknown(Reason::NoDefault),
            };
            (guard, auth, value.origin.clone())
        })
        .collect()
}

/// The path of a method: the parts of its resource and the resources above.
fn path_of(at: At<'_>, properties: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut here = look::first_text(properties, "ResourceId").and_then(|t| at.input.referred(&t));
    for _ in 0..32 {
        let Some(found) = here.filter(|f| f.raw.type_name == "AWS::ApiGateway::Resource") else {
            break;
        };
        let part = look::first_text(found.properties(), "PathPart").map(|t| t.words());
        parts.push(part.unwrap_or_default());
        here = look::first_text(found.properties(), "ParentId").and_then(|t| at.input.referred(&t));
    }
    parts.reverse();
    format!("/{}", parts.join("/"))
}
