//! Serverless APIs, explicit and implied, and the events that add routes to them.

use std::sync::Arc;

use palisade_model::app::{Key, Kind, OutsideKind};
use palisade_model::aside::{Dangling, DanglingKind};
use palisade_model::attribute::Settings;
use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::reach::{Auth, Door, Filter, Route};
use palisade_model::setting::{Answer, Origin, Reason};
use palisade_model::text::{Part, Symbol, Text};
use rustc_hash::FxHashSet;

use crate::cloudformation::api_rest::{self, Declared};
use crate::cloudformation::api_routes::{self, RouteSpec};
use crate::cloudformation::cache;
use crate::cloudformation::node::resource;
use crate::draft::{Api, Definition, Draft, Protocol};
use crate::look;
use crate::openapi;
use crate::reader::At;
use crate::sam::auth;
use crate::sam::event::Event;
use crate::sam::event::{Permitted, permit};
use crate::sam::globals;
use crate::sam::push;
use crate::value::Value;

/// Which kind of API an event speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// `Type: Api`.
    Rest,
    /// `Type: HttpApi`.
    Http,
}

/// Declares an API, and the routes of its own definition if it has one.
pub fn declare(at: At<'_>, draft: &mut Draft) {
    let Some(node) = resource(at, draft) else {
        return;
    };
    if globals::is_implied(at.raw) {
        let settings = globals::settings_of_implied(&at.unit.template, at.raw);
        draft.change_resource(node).origin = Origin {
            via: Some(Arc::new(settings)),
            ..Origin::generated("sam.implicit-api", at.raw.id_span)
        };
    }
    let protocol = match at.raw.type_name.as_str() {
        "AWS::Serverless::Api" => Protocol::Rest,
        "AWS::Serverless::HttpApi" => Protocol::Http,
        _ => Protocol::WebSocket,
    };
    let endpoint = look::first_text(at.properties(), "EndpointConfiguration")
        .or_else(|| look::first_text(at.properties(), "EndpointConfiguration.Type"));
    let private = endpoint
        .and_then(|t| t.literal().map(|l| l == "PRIVATE"))
        .unwrap_or(false);
    let key = (at.unit.stack, at.address());
    draft.apis.insert(
        key.clone(),
        Api {
            node,
            protocol,
            private,
        },
    );
    for path in ["Variables", "StageVariables"] {
        api_routes::stage_variables(at, at.properties(), path, draft);
    }
    let written = ["DefinitionBody", "DefinitionUri"]
        .iter()
        .any(|path| look::first(at.properties(), path).is_some());
    if written {
        let bodies = api_rest::bodies(at, "DefinitionBody", "DefinitionUri", draft);
        let routes: FxHashSet<(String, String)> = bodies
            .iter()
            .flat_map(|(_, body)| openapi::operations(body, &key.1))
            .filter(|operation| operation.integrated)
            .map(|operation| (operation.method, operation.path))
            .collect();
        let definition = Definition {
            routes,
            unknown: bodies.is_empty(),
            inline: look::first(at.properties(), "DefinitionBody").is_some(),
            merge: look::is_true(at.properties(), "MergeDefinitions"),
            bodies,
        };
        draft.definitions.insert(key, definition);
    }
}

/// Ties an API to its authorizers, policy and definition.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let key = (at.unit.stack, at.address());
    let Some(api) = draft.apis.get(&key).cloned() else {
        return;
    };
    for (guard, value) in look::at(at.properties(), "Auth") {
        let exists = at.raw.exists.and(&guard);
        let statements = auth::resource_policy(value, &exists, draft);
        draft.change_resource(api.node).policy.extend(statements);
        authorizers(at, &api, value, &exists, draft);
    }
    let Some(definition) = draft.definitions.get_mut(&key) else {
        return;
    };
    let bodies = std::mem::take(&mut definition.bodies);
    let default = auth::default(at.properties(), &at.address());
    for (guard, body) in &bodies {
        let exists = at.raw.exists.and(guard);
        api_rest::body(at, body, &api, &exists, Some(&default), draft);
    }
}

fn authorizers(at: At<'_>, api: &Api, auth: &Value, exists: &Guard, draft: &mut Draft) {
    for (outer, map) in look::at(auth, "Authorizers") {
        for (guard, name, span, authorizer) in look::entries(map) {
            let uris: Vec<(Guard, Text)> = look::texts(authorizer, "FunctionArn")
                .into_iter()
                .map(|(g, t, _)| (g, t))
                .collect();
            let mut pools: Vec<Text> = look::texts(authorizer, "UserPoolArn")
                .into_iter()
                .map(|(_, t, _)| t)
                .collect();
            pools.extend(look::first_text(authorizer, "JwtConfiguration.issuer"));
            pools.extend(look::first_text(authorizer, "JwtConfiguration.Issuer"));
            let request = api.protocol != Protocol::Rest
                || look::word(authorizer, "FunctionPayloadType") == Some("REQUEST");
            let exists = exists.and(&outer).and(&guard);
            let by_role = look::first_text(authorizer, "FunctionInvokeRole")
                .is_some_and(|role| role.literal() != Some("NONE"));
            if !by_role {
                authorizer_permissions(at, api, name, &uris, &exists, span, draft);
            }
            let declared = Declared {
                name,
                uris,
                pools,
                request,
                by_role: true,
                settings: cache::settings(
                    authorizer,
                    match api.protocol {
                        Protocol::Rest => &cache::SAM_REST,
                        _ => &cache::SAM_HTTP,
                    },
                    span,
                ),
                exists,
                origin: Origin::written(span),
            };
            api_rest::declare_authorizer(at, api, declared, draft);
        }
    }
}

/// SAM lets the API call the functions of its authorizers.
fn authorizer_permissions(
    at: At<'_>,
    api: &Api,
    name: &str,
    uris: &[(Guard, Text)],
    exists: &Guard,
    span: palisade_model::source::Span,
    draft: &mut Draft,
) {
    let label = format!("{}.{name}", at.raw.id);
    for (guard, uri) in uris {
        for (function, through) in draft.resolve_function(uri) {
            let permitted = Permitted {
                function,
                through,
                label: &label,
                action: "lambda:InvokeFunction",
                principal: Text::of("apigateway.amazonaws.com"),
                source_arn: Some(execute_arn(&api_text(api, draft), "/authorizers/*")),
                tests: Vec::new(),
                exists: exists.and(guard),
                cause: Origin::written(span),
            };
            permit(&permitted, draft);
        }
    }
}

fn api_text(api: &Api, draft: &Draft) -> Text {
    let key = &draft.at_resource(api.node).key;
    Text::hole(Symbol::Attr(
        key.stack,
        key.address.clone(),
        "Ref".to_owned(),
    ))
}

fn execute_arn(api: &Text, rest: &str) -> Text {
    let pseudo = |name: &str| Part::Hole(Symbol::Pseudo(name.to_owned()));
    let word = |text: &str| Part::Literal(text.to_owned());
    Text::join(
        [
            word("arn:"),
            pseudo("AWS::Partition"),
            word(":execute-api:"),
            pseudo("AWS::Region"),
            word(":"),
            pseudo("AWS::AccountId"),
            word(":"),
        ]
        .into_iter()
        .chain(api.parts().iter().cloned())
        .chain([word(rest)]),
    )
}

/// Ties an `Api` or `HttpApi` event of a function.
pub fn event(event: &Event<'_>, which: Which, draft: &mut Draft) {
    let (id, implied) = match which {
        Which::Rest => ("RestApiId", globals::REST),
        Which::Http => ("ApiId", globals::HTTP),
    };
    let given = look::texts(event.properties, id);
    let address = event.at.unit.address(implied);
    if given.is_empty() {
        let api = Text::hole(Symbol::Attr(event.at.unit.stack, address, "Ref".to_owned()));
        on_api(event, which, &api, &event.exists.clone(), draft);
        return;
    }
    for (guard, text, _) in given {
        // The name of an API of the template, written as a word.
        let text = match text.literal() {
            Some(word)
                if event
                    .at
                    .input
                    .raw(event.at.unit.stack, &event.at.unit.address(word))
                    .is_some() =>
            {
                Text::hole(Symbol::Attr(
                    event.at.unit.stack,
                    event.at.unit.address(word),
                    "Ref".to_owned(),
                ))
            }
            _ => text,
        };
        on_api(event, which, &text, &event.exists.and(&guard), draft);
    }
}

fn on_api(event: &Event<'_>, which: Which, api_id: &Text, exists: &Guard, draft: &mut Draft) {
    if exists.impossible() {
        return;
    }
    let route = route_of(event, which);
    permission(event, which, api_id, &route, exists, draft);
    let referred = event.at.input.referred(api_id);
    let known = referred.and_then(|found| {
        let key = (found.unit.stack, found.address());
        draft.apis.get(&key).cloned().map(|api| (found, key, api))
    });
    let Some((found, key, api)) = known else {
        elsewhere(event, which, api_id, route, exists, draft);
        return;
    };
    if let Some(definition) = draft.definitions.get(&key)
        && !definition.merge
    {
        let has = |method: &str| {
            definition
                .routes
                .contains(&(method.to_owned(), route.path.clone()))
        };
        let there = has(&route.method) || has("ANY");
        // An HTTP API with an inline definition takes the routes that the definition lacks; a REST API takes none.
        let added = which == Which::Http && definition.inline && !there;
        if definition.unknown {
            elsewhere(event, which, api_id, route, exists, draft);
        } else if added {
            add_route(
                event,
                &api,
                &key.1,
                found.properties(),
                route,
                exists,
                draft,
            );
        } else if !there {
            draft.app.aside.dangling.push(Dangling {
                by: Key {
                    stack: event.at.unit.stack,
                    address: event.at.address(),
                },
                kind: DanglingKind::Route,
                name: format!("{} {}", route.method, route.path),
                exists: exists.clone(),
                origin: event.origin(),
            });
            draft.problem(
                event.span,
                ProblemKind::Malformed,
                Cost::Node,
                format!(
                    "dangling event `{}`: the API `{}` has its own definition without `{} {}`; only a permission is made",
                    event.name, key.1, route.method, route.path
                ),
            );
        }
        return;
    }
    add_route(
        event,
        &api,
        &key.1,
        found.properties(),
        route,
        exists,
        draft,
    );
}

/// Adds the route of an event to an API that SAM writes itself.
fn add_route(
    event: &Event<'_>,
    api: &Api,
    api_id: &str,
    properties: &Value,
    route: Route,
    exists: &Guard,
    draft: &mut Draft,
) {
    if let Some(own) = look::first(event.properties, "Auth") {
        let statements = auth::resource_policy(own, exists, draft);
        draft.change_resource(api.node).policy.extend(statements);
    }
    for (guard, auth, door, key_required) in
        auth::route(event.properties, event.span, api_id, properties)
    {
        if matches!(auth, Auth::Unknown(Reason::NotInTree)) {
            draft.problem(
                door.span,
                ProblemKind::Unresolved,
                Cost::Value,
                format!(
                    "the authorizer of `{}` is not one of the API `{}`: who may call stays unknown",
                    event.name, api_id
                ),
            );
        }
        let address = &draft.at_function(event.function).key.address;
        let spec = RouteSpec {
            label: event.name.to_owned(),
            method: route.method.clone(),
            path: route.path.clone(),
            target: Text::hole(Symbol::Attr(
                event.at.unit.stack,
                address.clone(),
                "Arn".to_owned(),
            )),
            proxy: true,
            payload: look::word(event.properties, "PayloadFormatVersion").map(str::to_owned),
            auth,
            key: key_required,
            by_role: true,
            exists: exists.and(&guard),
            origin: event.origin(),
            door,
        };
        let before = draft.wires.len();
        api_routes::add(api, api_id, &spec, draft);
        for wire in draft.wires.iter_mut().skip(before) {
            wire.through.clone_from(&event.through);
        }
    }
}

/// Method and path of an event, as the API takes them.
fn route_of(event: &Event<'_>, which: Which) -> Route {
    let path = look::first_text(event.properties, "Path").map(|t| t.words());
    let method = look::first_text(event.properties, "Method").map(|t| t.words());
    let method = method
        .unwrap_or_else(|| "ANY".to_owned())
        .to_ascii_uppercase();
    let method = match method.as_str() {
        "X-AMAZON-APIGATEWAY-ANY-METHOD" | "*" => "ANY".to_owned(),
        _ => method,
    };
    let path = match (path, which) {
        (Some(path), _) => path,
        (None, Which::Http) => "$default".to_owned(),
        (None, Which::Rest) => "/".to_owned(),
    };
    Route { method, path }
}

fn permission(
    event: &Event<'_>,
    which: Which,
    api_id: &Text,
    route: &Route,
    exists: &Guard,
    draft: &mut Draft,
) {
    let path = if route.path == "$default" {
        String::new()
    } else {
        // Every parameter of a path is one star.
        let mut path = String::new();
        let mut inside = 0u32;
        for c in route.path.chars() {
            match c {
                '{' => {
                    inside += 1;
                    path.push('*');
                }
                '}' => inside = inside.saturating_sub(1),
                c if inside == 0 => path.push(c),
                _ => {}
            }
        }
        if path.len() > 1 {
            path.truncate(path.trim_end_matches('/').len());
        }
        path
    };
    let method = match (which, route.method.as_str()) {
        (_, "ANY") => "*",
        (_, method) => method,
    };
    let permitted = Permitted {
        function: event.function,
        through: event.through.clone(),
        label: event.name,
        action: "lambda:InvokeFunction",
        principal: Text::of("apigateway.amazonaws.com"),
        source_arn: Some(execute_arn(api_id, &format!("/*/{method}{path}"))),
        tests: Vec::new(),
        exists: exists.clone(),
        cause: event.origin(),
    };
    permit(&permitted, draft);
}

/// An event on an API outside the tree: the route may be there.
fn elsewhere(
    event: &Event<'_>,
    which: Which,
    api_id: &Text,
    route: Route,
    exists: &Guard,
    draft: &mut Draft,
) {
    let source = match draft.resolve_one(api_id, &[Kind::Api]) {
        Some(node) => node,
        None => draft.outside(OutsideKind::Arn, api_id.clone(), Kind::Api),
    };
    let shape = match which {
        Which::Rest => "aws.apigateway-rest",
        Which::Http => "aws.apigateway-http",
    };
    let mut wire = push::wire(event, shape, Some(source), Filter::default());
    wire.route = Some(route);
    wire.wired = Answer::Unknown(Reason::NotInTree);
    wire.exists = exists.clone();
    wire.doors = vec![Door {
        auth: Auth::Unknown(Reason::NotInTree),
        private: false,
        hedges: Vec::new(),
        origin: event.origin(),
    }];
    draft.wires.push(wire);
}

/// Ties a WebSocket API with its routes; `$connect` decides for all of them.
pub fn socket(at: At<'_>, draft: &mut Draft) {
    let key = (at.unit.stack, at.address());
    let Some(api) = draft.apis.get(&key).cloned() else {
        return;
    };
    let properties = at.properties();
    let (auth, door) = socket_auth(at, &api, draft);
    for (outer, routes) in look::at(properties, "Routes") {
        for (guard, name, span, route) in look::entries(routes) {
            for (inner, target, _) in look::texts(route, "FunctionArn") {
                let exists = at.raw.exists.and(&outer).and(&guard).and(&inner);
                for (function, through) in draft.resolve_function(&target) {
                    let permitted = Permitted {
                        function,
                        through,
                        label: name,
                        action: "lambda:InvokeFunction",
                        principal: Text::of("apigateway.amazonaws.com"),
                        source_arn: Some(execute_arn(
                            &api_text(&api, draft),
                            &format!("/*/{name}"),
                        )),
                        tests: Vec::new(),
                        exists: exists.clone(),
                        cause: Origin::written(span),
                    };
                    permit(&permitted, draft);
                }
                let spec = RouteSpec {
                    label: format!("{} {name}", at.raw.id),
                    method: "ANY".to_owned(),
                    path: name.to_owned(),
                    target,
                    proxy: true,
                    payload: None,
                    auth: auth.clone(),
                    key: name == "$connect" && look::is_true(route, "ApiKeyRequired"),
                    by_role: true,
                    exists,
                    origin: Origin::written(span),
                    door: door.clone(),
                };
                api_routes::add(&api, &at.raw.id, &spec, draft);
            }
        }
    }
}

/// How `$connect` is guarded, and the authorizer behind it.
fn socket_auth(at: At<'_>, api: &Api, draft: &mut Draft) -> (Auth, Origin) {
    let properties = at.properties();
    let nothing = Value::null(at.raw.id_span);
    let config = look::first(properties, "Auth").unwrap_or(&nothing);
    let kind = look::first(config, "AuthType");
    let (auth, door) = match kind.and_then(look::literal) {
        Some("AWS_IAM") => (Auth::Signed, kind),
        Some("CUSTOM") => (Auth::Custom(format!("{}#Authorizer", at.address())), kind),
        Some("NONE") | None => (Auth::None, kind),
        Some(_) => (Auth::Unknown(Reason::Unsupported), kind),
    };
    let door = door.map_or_else(
        || Origin::generated("sam.no-authorizer", at.raw.id_span),
        |v| v.origin.clone(),
    );
    let uris: Vec<(Guard, Text)> = look::texts(config, "AuthArn")
        .into_iter()
        .map(|(g, t, _)| (g, t))
        .collect();
    if !uris.is_empty() {
        authorizer_permissions(
            at,
            api,
            "Authorizer",
            &uris,
            &at.raw.exists,
            config.origin.span,
            draft,
        );
        let declared = Declared {
            name: "Authorizer",
            uris,
            pools: Vec::new(),
            request: true,
            by_role: true,
            settings: Settings::default(),
            exists: at.raw.exists.clone(),
            origin: config.origin.clone(),
        };
        api_rest::declare_authorizer(at, api, declared, draft);
    }
    (auth, door)
}
