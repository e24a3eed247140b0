//! OpenAPI and Swagger bodies with the extensions of API Gateway: routes, integrations, security.

use palisade_model::attribute::Settings;
use palisade_model::guard::Guard;
use palisade_model::reach::Auth;
use palisade_model::setting::{Origin, Reason};
use palisade_model::text::Text;

use crate::cloudformation::cache;
use crate::look;
use crate::value::Value;

/// One operation of a body.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Upper-case method.
    pub method: String,
    /// The path; `$default` for every path.
    pub path: String,
    /// What it calls.
    pub uri: Option<Text>,
    /// Whether anything answers.
    pub integrated: bool,
    /// The integration.
    pub kind: Kind,
    /// Texts inside the integration besides its URI, such as the queue of a message.
    pub details: Vec<Text>,
    /// `payloadFormatVersion`.
    pub payload: Option<String>,
    /// Whether the API calls with a role of its own.
    pub by_role: bool,
    /// How it is guarded, or nothing where neither operation nor body say so.
    pub auth: Option<(Auth, Origin)>,
    /// Whether a key is asked for.
    pub key: bool,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
}

/// The kind of an integration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The request is passed as it is.
    Proxy,
    /// A mapping makes the request of a service.
    Service,
    /// Anything else: a host, a mock.
    Other,
}

const METHODS: &[&str] = &[
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
    "x-amazon-apigateway-any-method",
];

/// All operations of a body, in order of writing.
pub fn operations(body: &Value, api: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    let schemes = schemes(body, api);
    for (body_guard, case) in look::cases(body) {
        let general = look::get(case, "security").map(|s| security(s, &schemes));
        for (paths_guard, paths) in look::at(case, "paths") {
            for (path_guard, path, _, item) in look::entries(paths) {
                for (guard, method, span, operation) in look::entries(item) {
                    if !METHODS.contains(&method.to_ascii_lowercase().as_str()) {
                        continue;
                    }
                    let exists = body_guard.and(&paths_guard).and(&path_guard).and(&guard);
                    if exists.impossible() {
                        continue;
                    }
                    let origin = Origin::written(span);
                    found.extend(one(
                        method,
                        path,
                        operation,
                        &schemes,
                        general.as_ref(),
                        exists,
                        origin,
                    ));
                }
            }
        }
    }
    found
}

type Security = (Option<(Auth, Origin)>, bool);
type Schemes<'v> = Vec<(&'v str, Scheme)>;

#[derive(Clone, Debug)]
enum Scheme {
    Auth(Auth),
    Key,
}

fn one(
    method: &str,
    path: &str,
    operation: &Value,
    schemes: &Schemes<'_>,
    general: Option<&Security>,
    exists: Guard,
    origin: Origin,
) -> Vec<Operation> {
    let own = look::get(operation, "security").map(|s| security(s, schemes));
    let (mut auth, key) = own.or_else(|| general.cloned()).unwrap_or((None, false));
    // `x-amazon-apigateway-auth` of one operation says it directly.
    if let Some(kind) = look::first(operation, "x-amazon-apigateway-auth.type") {
        auth = match look::literal(kind) {
            Some("NONE") => Some((Auth::None, kind.origin.clone())),
            Some("AWS_IAM") => Some((Auth::Signed, kind.origin.clone())),
            _ => auth,
        };
    }
    let method = match method {
        "x-amazon-apigateway-any-method" => "ANY".to_owned(),
        method => method.to_ascii_uppercase(),
    };
    let path = if path == "/$default" {
        "$default"
    } else {
        path
    };
    let base = Operation {
        method,
        path: path.to_owned(),
        uri: None,
        integrated: false,
        kind: Kind::Other,
        details: Vec::new(),
        payload: None,
        by_role: false,
        auth,
        key,
        exists: exists.clone(),
        origin,
    };
    let mut found = Vec::new();
    for (guard, integration) in look::at(operation, "x-amazon-apigateway-integration") {
        let kind = match look::word(integration, "type")
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            Some("aws_proxy") => Kind::Proxy,
            Some("aws") => Kind::Service,
            _ => Kind::Other,
        };
        let mut uris = look::texts(integration, "uri");
        if uris.is_empty() {
            uris.push((Guard::always(), Text::default(), integration.origin.clone()));
        }
        for (inner, uri, _) in uris {
            let exists = exists.and(&guard).and(&inner);
            if exists.impossible() {
                continue;
            }
            found.push(Operation {
                uri: Some(uri).filter(|t| !t.parts().is_empty()),
                integrated: true,
                kind,
                details: details(integration),
                payload: look::word(integration, "payloadFormatVersion").map(str::to_owned),
                by_role: look::first(integration, "credentials").is_some(),
                exists,
                ..base.clone()
            });
        }
    }
    if found.is_empty() {
        found.push(base);
    }
    found
}

/// Every text inside a value, for finding what an integration writes to.
pub fn details(value: &Value) -> Vec<Text> {
    let mut found = Vec::new();
    details_into(value, &mut found, 0);
    found
}

fn details_into(value: &Value, found: &mut Vec<Text>, deep: u8) {
    if deep > 8 || found.len() > 64 {
        return;
    }
    if let Some(text) = look::text(value) {
        if text.literal().is_none() {
            found.push(text);
        }
        return;
    }
    for (_, item) in look::each(value) {
        if let Some(text) = look::text(item) {
            found.push(text);
        }
        for (_, _, _, inner) in look::entries(item) {
            details_into(inner, found, deep + 1);
        }
    }
}

fn schemes<'v>(body: &'v Value, api: &str) -> Schemes<'v> {
    let mut found = Vec::new();
    for path in ["securityDefinitions", "components.securitySchemes"] {
        for (_, definitions) in look::at(body, path) {
            for (_, name, _, scheme) in look::entries(definitions) {
                found.push((name, scheme_of(name, scheme, api)));
            }
        }
    }
    found
}

fn scheme_of(name: &str, scheme: &Value, api: &str) -> Scheme {
    let address = format!("{api}#{name}");
    let word = |path: &str| look::word(scheme, path).map(str::to_ascii_lowercase);
    let authtype = word("x-amazon-apigateway-authtype");
    if authtype.as_deref() == Some("awssigv4") {
        return Scheme::Auth(Auth::Signed);
    }
    match word("x-amazon-apigateway-authorizer.type").as_deref() {
        Some("cognito_user_pools" | "jwt") => return Scheme::Auth(Auth::Token(address)),
        Some("token" | "request") => return Scheme::Auth(Auth::Custom(address)),
        _ => {}
    }
    match (
        authtype.as_deref(),
        word("type").as_deref(),
        word("name").as_deref(),
    ) {
        (Some("cognito_user_pools"), ..) => Scheme::Auth(Auth::Token(address)),
        (Some("custom"), ..) => Scheme::Auth(Auth::Custom(address)),
        (_, Some("apikey"), Some("x-api-key")) => Scheme::Key,
        (_, Some("oauth2" | "openidconnect"), _)
            if look::first(scheme, "x-amazon-apigateway-authorizer").is_some() =>
        {
            Scheme::Auth(Auth::Token(address))
        }
        // A scheme without an authorizer of API Gateway documents something and guards nothing.
        _ => Scheme::Auth(Auth::None),
    }
}

/// What a `security` list asks for. An empty list asks for nothing, on purpose.
fn security(value: &Value, schemes: &Schemes<'_>) -> Security {
    let mut auth: Option<Auth> = None;
    let mut key = false;
    for (_, requirement) in look::each(value) {
        for (_, name, _, _) in requirement_names(requirement) {
            match schemes.iter().find(|(scheme, _)| *scheme == name) {
                Some((_, Scheme::Key)) => key = true,
                Some((_, Scheme::Auth(Auth::None))) => {}
                Some((_, Scheme::Auth(found))) => auth = Some(found.clone()),
                None if name == "api_key" => key = true,
                None if name.eq_ignore_ascii_case("sigv4") => auth = Some(Auth::Signed),
                None if name == "NONE" => auth = Some(Auth::None),
                None => auth = auth.or(Some(Auth::Unknown(Reason::NotInTree))),
            }
        }
    }
    (
        Some((auth.unwrap_or(Auth::None), value.origin.clone())),
        key,
    )
}

/// Names of a requirement; their values are lists of scopes, often empty.
fn requirement_names(value: &Value) -> Vec<(Guard, &str, palisade_model::source::Span, &Value)> {
    let mut found = Vec::new();
    for (guard, case) in look::cases(value) {
        if let crate::value::ValueKind::Map(map) = &case.kind {
            for (key, inner) in map {
                found.push((guard.clone(), key.text.as_str(), key.span, inner));
            }
        }
    }
    found
}

/// An authorizer that a body declares.
#[derive(Clone, Debug)]
pub struct BodyAuthorizer {
    /// Its name.
    pub name: String,
    /// The function behind it.
    pub uri: Option<Text>,
    /// User pools or issuer.
    pub pools: Vec<Text>,
    /// Whether the whole request is handed to the function.
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

/// The authorizers of a body.
pub fn authorizers(body: &Value) -> Vec<BodyAuthorizer> {
    let mut found = Vec::new();
    for path in ["securityDefinitions", "components.securitySchemes"] {
        for (outer, definitions) in look::at(body, path) {
            for (guard, name, span, scheme) in look::entries(definitions) {
                let Some(authorizer) = look::first(scheme, "x-amazon-apigateway-authorizer") else {
                    continue;
                };
                let mut pools: Vec<Text> = look::texts(authorizer, "providerARNs")
                    .into_iter()
                    .map(|(_, t, _)| t)
                    .collect();
                pools.extend(look::first_text(authorizer, "jwtConfiguration.issuer"));
                found.push(BodyAuthorizer {
                    name: name.to_owned(),
                    uri: look::first_text(authorizer, "authorizerUri"),
                    pools,
                    request: look::word(authorizer, "type")
                        .is_some_and(|t| t.eq_ignore_ascii_case("request")),
                    by_role: look::first(authorizer, "authorizerCredentials").is_some(),
                    settings: cache::settings(authorizer, &cache::BODY, span),
                    exists: outer.and(&guard),
                    origin: Origin::written(span),
                });
            }
        }
    }
    found
}
