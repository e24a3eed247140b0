//! `httpApi` events: routes of the service's HTTP API.

use palisade_model::guard::Guard;

use super::routes::{self, Named};
use super::{Compiler, Event, function};
use crate::look;
use crate::serverless::made::{Made, or_else};
use crate::serverless::names;
use crate::value::Value;

/// The HTTP API of a service.
const API: &str = "HttpApi";

impl Compiler<'_> {
    /// The API, made with the first route.
    pub(super) fn http_gateway(&mut self, made: Made) -> &'static str {
        if self.taken.contains_key(API) {
            return API;
        }
        let written = self.provider.field("httpApi");
        let place = if written.is_absent() {
            made
        } else {
            self.made(written.span())
        };
        let properties = place.map([
            (
                "Name",
                or_else(&written.field("name"), &self.prefix.clone()),
            ),
            ("ProtocolType", place.word("HTTP")),
            (
                "CorsConfiguration",
                function::cors(place, &written.field("cors")),
            ),
            (
                "DisableExecuteApiEndpoint",
                written.field("disableDefaultEndpoint"),
            ),
        ]);
        let mut raw = place.resource(API, "AWS::ApiGatewayV2::Api", &Guard::always(), properties);
        raw.maker = Some("serverless.api");
        self.add(raw);
        let logs = self.provider.path(&["logs", "httpApi"]);
        let logged = look::cases(&logs)
            .iter()
            .any(|(_, v)| look::flag_of(v) != Some(false));
        let mut stage = vec![
            ("ApiId", place.attribute(API, "Ref")),
            ("StageName", place.word("$default")),
        ];
        if logged {
            let group = place.map([("DestinationArn", place.attribute("HttpApiLogGroup", "Arn"))]);
            stage.push((
                "AccessLogSettings",
                Value::new(group.kind, logs.origin.clone()),
            ));
        }
        let mut raw = place.resource(
            "HttpApiStage",
            "AWS::ApiGatewayV2::Stage",
            &Guard::always(),
            place.map(stage),
        );
        raw.maker = Some("serverless.api");
        self.add(raw);
        API
    }

    /// Adds the route of an event.
    pub(super) fn http_api(&mut self, event: &Event<'_>) {
        let made = event.made;
        if !self.has_path(event) {
            return;
        }
        self.http_gateway(made);
        let (method, path) = routes::method_and_path(event.value);
        let key = match (method.as_str(), path.as_str()) {
            ("ANY", "" | "*") => "$default".to_owned(),
            (method, path) => format!("{method} /{}", path.trim_start_matches('/')),
        };
        let payload = or_else(
            &event.function.value.path(&["httpApi", "payload"]),
            &self.provider.path(&["httpApi", "payload"]),
        );
        let integration = made.map([
            ("ApiId", made.attribute(API, "Ref")),
            ("IntegrationType", made.word("AWS_PROXY")),
            ("IntegrationUri", event.target()),
            ("PayloadFormatVersion", or_else(&payload, &made.word("2.0"))),
        ]);
        let id = format!("HttpApiIntegration{}", names::resource(&event.function.key));
        let raw = made.resource(
            id.as_str(),
            "AWS::ApiGatewayV2::Integration",
            &event.function.exists,
            integration,
        );
        self.add(raw);
        let wanted = match key.as_str() {
            "$default" => "HttpApiRouteDefault".to_owned(),
            key => format!("HttpApiRoute{}", names::path(key)),
        };
        let written = self.gateway_authorizer(event);
        for (guard, named, place) in written {
            let exists = event.exists.and(&guard);
            if exists.impossible() {
                continue;
            }
            let (auth, authorizer) = self.http_auth(event, &named, &place);
            let properties = made.map([
                ("ApiId", made.attribute(API, "Ref")),
                ("RouteKey", made.word(&key)),
                ("Target", made.attribute(&id, "Ref")),
                ("AuthorizationType", auth),
                ("AuthorizerId", authorizer),
            ]);
            let id = self.free(&wanted);
            let mut raw = made.resource(id, "AWS::ApiGatewayV2::Route", &exists, properties);
            raw.maker = None;
            self.add(raw);
        }
        let source = routes::execute_arn(made, API, "/*");
        let id = event.id("LambdaPermissionHttpApi");
        self.permission(
            &id,
            event,
            "apigateway.amazonaws.com",
            Some(source),
            Vec::new(),
        );
    }

    /// The authorizer of a route: one of those that the provider declares, by its name.
    fn gateway_authorizer(&self, event: &Event<'_>) -> Vec<(Guard, Named, Option<Value>)> {
        let written = event.value.field("authorizer");
        let declared = self.provider.path(&["httpApi", "authorizers"]);
        written
            .branches()
            .into_iter()
            .map(|(guard, value)| {
                if look::is_nothing(value) {
                    return (guard, Named::Open, None);
                }
                let place = Some(value.clone());
                let name = look::literal(value)
                    .or_else(|| look::word(value, "name"))
                    .map(str::to_owned);
                let kind = look::word(value, "type").unwrap_or_default();
                let id = look::first(value, "id");
                let named = match name {
                    _ if kind.eq_ignore_ascii_case("aws_iam") => Named::Signed,
                    Some(name) if name.eq_ignore_ascii_case("aws_iam") => Named::Signed,
                    Some(name) => match look::first(&declared, &name) {
                        Some(authorizer) => Named::Function(name, authorizer.clone()),
                        None => Named::Unknown,
                    },
                    None => match id {
                        Some(id) => Named::Declared(id.clone(), Some(kind.to_ascii_uppercase())),
                        None => Named::Unknown,
                    },
                };
                (guard, named, place)
            })
            .collect()
    }

    fn http_auth(
        &mut self,
        event: &Event<'_>,
        named: &Named,
        place: &Option<Value>,
    ) -> (Value, Value) {
        let made = event.made;
        let at_place = |word: &str| match place {
            Some(place) => Value::new(made.word(word).kind, place.origin.clone()),
            None => made.word(word),
        };
        match named {
            Named::Open => (made.nothing(), made.nothing()),
            Named::Signed => (at_place("AWS_IAM"), made.nothing()),
            Named::Declared(id, kind) => {
                let custom = matches!(kind.as_deref(), Some("REQUEST" | "CUSTOM"));
                (at_place(if custom { "CUSTOM" } else { "JWT" }), id.clone())
            }
            Named::Pool(..) | Named::Unknown => (at_place("?"), made.nothing()),
            Named::Function(name, declared) => {
                let custom = look::word(declared, "type")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("request"));
                let id = format!("HttpApiAuthorizer{}", names::resource(name));
                self.gateway_authorizer_resource(event, &id, name, declared, custom);
                let kind = if custom { "CUSTOM" } else { "JWT" };
                (at_place(kind), made.attribute(&id, "Ref"))
            }
        }
    }

    fn gateway_authorizer_resource(
        &mut self,
        event: &Event<'_>,
        id: &str,
        name: &str,
        declared: &Value,
        custom: bool,
    ) {
        let here = self.made(declared.span());
        let function = look::word(declared, "functionName")
            .and_then(|key| self.named(key))
            .map(|function| here.attribute(&function.id, "Arn"))
            .or_else(|| look::first(declared, "functionArn").cloned());
        let properties = if custom {
            let uri = function.as_ref().map(|arn| routes::invocation(here, arn));
            here.map([
                ("ApiId", here.attribute(API, "Ref")),
                ("AuthorizerType", here.word("REQUEST")),
                ("Name", here.word(name)),
                ("AuthorizerUri", uri.unwrap_or_else(|| here.nothing())),
                ("IdentitySource", declared.field("identitySource")),
                (
                    "AuthorizerResultTtlInSeconds",
                    declared.field("resultTtlInSeconds"),
                ),
            ])
        } else {
            here.map([
                ("ApiId", here.attribute(API, "Ref")),
                ("AuthorizerType", here.word("JWT")),
                ("Name", here.word(name)),
                ("IdentitySource", declared.field("identitySource")),
                (
                    "JwtConfiguration",
                    here.map([
                        ("Issuer", declared.field("issuerUrl")),
                        ("Audience", declared.field("audience")),
                    ]),
                ),
            ])
        };
        let mut raw = here.resource(
            id,
            "AWS::ApiGatewayV2::Authorizer",
            &Guard::always(),
            properties,
        );
        raw.maker = None;
        self.add(raw);
        if let (true, Some(arn)) = (custom, function) {
            let place = Some(declared.clone());
            self.authorizer_permission(
                event,
                name,
                &arn,
                &place,
                "LambdaAuthorizerPermissionHttpApi",
                API,
            );
        }
    }
}
