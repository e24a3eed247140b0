//! `http` events: routes of the service's REST API.

use palisade_model::guard::Guard;

use super::routes::{self, Named};
use super::{Compiler, Event};
use crate::look;
use crate::serverless::made::{Made, or_else};
use crate::serverless::names;
use crate::value::Value;

/// The REST API of a service.
const API: &str = "ApiGatewayRestApi";

impl Compiler<'_> {
    /// The API, made with the first route.
    pub(super) fn rest_api(&mut self, made: Made) -> &'static str {
        if self.taken.contains_key(API) {
            return API;
        }
        let gateway = self.provider.field("apiGateway");
        let place = if gateway.is_absent() {
            made
        } else {
            self.made(gateway.span())
        };
        let kind = or_else(
            &self.provider.field("endpointType"),
            &gateway.field("endpointType"),
        );
        let kind = match look::literal(&kind) {
            Some(word) => Value::new(
                made.word(&word.to_ascii_uppercase()).kind,
                kind.origin.clone(),
            ),
            None => made.word("EDGE"),
        };
        let policy = or_else(
            &gateway.field("resourcePolicy"),
            &self.provider.field("resourcePolicy"),
        );
        let policy = if policy.is_absent() {
            policy
        } else {
            let document = place.map([
                ("Version", place.word("2012-10-17")),
                ("Statement", policy.clone()),
            ]);
            Value::new(document.kind, policy.origin.clone())
        };
        let properties = place.map([
            (
                "Name",
                or_else(&self.provider.field("apiName"), &self.prefix.clone()),
            ),
            (
                "EndpointConfiguration",
                place.map([("Types", place.list([kind]))]),
            ),
            ("Policy", policy),
            (
                "DisableExecuteApiEndpoint",
                gateway.field("disableDefaultEndpoint"),
            ),
        ]);
        let mut raw = place.resource(
            API,
            "AWS::ApiGateway::RestApi",
            &Guard::always(),
            properties,
        );
        raw.maker = Some("serverless.api");
        self.add(raw);
        self.stage(place);
        self.usage(place, &gateway);
        API
    }

    fn stage(&mut self, made: Made) {
        let logs = self.provider.path(&["logs", "restApi"]);
        let tracing = self.provider.path(&["tracing", "apiGateway"]);
        let logged = look::cases(&logs)
            .iter()
            .any(|(_, v)| look::flag_of(v) != Some(false));
        let mut properties = vec![
            ("RestApiId", made.attribute(API, "Ref")),
            ("TracingEnabled", tracing),
        ];
        if logged {
            let settings = made.map([(
                "DestinationArn",
                made.attribute("ApiGatewayLogGroup", "Arn"),
            )]);
            properties.push((
                "AccessLogSetting",
                Value::new(settings.kind, logs.origin.clone()),
            ));
        }
        let mut raw = made.resource(
            "ApiGatewayStage",
            "AWS::ApiGateway::Stage",
            &Guard::always(),
            made.map(properties),
        );
        raw.maker = Some("serverless.api");
        self.add(raw);
    }

    /// Keys and the plan that limits them.
    fn usage(&mut self, made: Made, gateway: &Value) {
        let keys = or_else(&gateway.field("apiKeys"), &self.provider.field("apiKeys"));
        for (at, (guard, key)) in look::each(&keys).into_iter().enumerate() {
            let name = look::first_text(key, "name").or_else(|| look::text(key));
            let here = self.made(key.span());
            let value = look::first(key, "value").cloned();
            let properties = here.map([
                (
                    "Name",
                    name.map_or_else(|| here.nothing(), |name| here.text(name)),
                ),
                ("Value", value.unwrap_or_else(|| here.nothing())),
                ("Enabled", here.word("true")),
            ]);
            let id = format!("ApiGatewayApiKey{}", at + 1);
            let raw = here.resource(id, "AWS::ApiGateway::ApiKey", &guard, properties);
            self.add(raw);
        }
        let plan = or_else(
            &gateway.field("usagePlan"),
            &self.provider.field("usagePlan"),
        );
        if plan.is_absent() {
            return;
        }
        let here = Made {
            span: plan.span(),
            ..made
        };
        let throttle = plan.field("throttle");
        let quota = plan.field("quota");
        let properties = here.map([
            (
                "ApiStages",
                here.list([here.map([("ApiId", here.attribute(API, "Ref"))])]),
            ),
            (
                "Throttle",
                here.map([
                    ("BurstLimit", throttle.field("burstLimit")),
                    ("RateLimit", throttle.field("rateLimit")),
                ]),
            ),
            (
                "Quota",
                here.map([
                    ("Limit", quota.field("limit")),
                    ("Period", quota.field("period")),
                ]),
            ),
        ]);
        let raw = here.resource(
            "ApiGatewayUsagePlan",
            "AWS::ApiGateway::UsagePlan",
            &Guard::always(),
            properties,
        );
        self.add(raw);
    }

    /// Adds the route of an event.
    pub(super) fn http(&mut self, event: &Event<'_>) {
        let made = event.made;
        if !self.has_path(event) {
            return;
        }
        self.rest_api(made);
        let (method, path) = routes::method_and_path(event.value);
        let path = path.trim_matches('/').to_owned();
        let resource = self.resource(&path, made);
        let integration = look::word(event.value, "integration")
            .or_else(|| look::word(event.value, "type"))
            .map(str::to_ascii_lowercase);
        let kind = match integration.as_deref() {
            Some("lambda" | "aws") => "AWS",
            Some("http") => "HTTP",
            Some("http-proxy" | "http_proxy") => "HTTP_PROXY",
            Some("mock") => "MOCK",
            _ => "AWS_PROXY",
        };
        let mut integration = vec![("Type", made.word(kind))];
        if kind.starts_with("AWS") {
            integration.push(("Uri", routes::invocation(made, &event.target())));
        }
        let integration = made.map(integration);
        let key = event.value.field("private");
        for (guard, named, place) in self.authorizers(event, &event.value.field("authorizer")) {
            let exists = event.exists.and(&guard);
            if exists.impossible() {
                continue;
            }
            let (auth, authorizer) = self.rest_auth(event, &named, &place);
            let properties = made.map([
                ("RestApiId", made.attribute(API, "Ref")),
                ("ResourceId", resource.clone()),
                ("HttpMethod", made.word(&method)),
                ("AuthorizationType", auth),
                ("AuthorizerId", authorizer),
                ("ApiKeyRequired", key.clone()),
                ("Integration", integration.clone()),
                (
                    "RequestParameters",
                    event.value.path(&["request", "parameters"]),
                ),
                ("RequestModels", event.value.path(&["request", "schemas"])),
            ]);
            let lower = method.to_lowercase();
            let wanted = format!(
                "ApiGatewayMethod{}{}",
                names::path(&path),
                names::upper_first(&lower)
            );
            let id = self.free(&wanted);
            let mut raw = made.resource(id, "AWS::ApiGateway::Method", &exists, properties);
            raw.maker = None;
            self.add(raw);
        }
        self.preflight(event, &path, &resource);
        let source = routes::execute_arn(made, API, "/*/*");
        let id = event.id("LambdaPermissionApiGateway");
        self.permission(
            &id,
            event,
            "apigateway.amazonaws.com",
            Some(source),
            Vec::new(),
        );
    }

    /// The resource of a path, and those above it, which others may refer to.
    fn resource(&mut self, path: &str, made: Made) -> Value {
        if path.is_empty() {
            return made.attribute(API, "RootResourceId");
        }
        let mut whole = String::new();
        let mut id = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()).take(32) {
            if !whole.is_empty() {
                whole.push('/');
            }
            whole.push_str(part);
            id = format!("ApiGatewayResource{}", names::path(&whole));
            // The whole path is its part: what stands above need not be looked up.
            let properties = made.map([
                ("RestApiId", made.attribute(API, "Ref")),
                ("PathPart", made.word(&whole)),
            ]);
            let raw = made.resource(
                id.as_str(),
                "AWS::ApiGateway::Resource",
                &Guard::always(),
                properties,
            );
            self.add(raw);
        }
        made.attribute(&id, "Ref")
    }

    /// The type of a method's authorization, and its authorizer.
    fn rest_auth(
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
            Named::Unknown => (at_place("?"), made.nothing()),
            Named::Declared(id, kind) => {
                let cognito = kind.as_deref() == Some("COGNITO_USER_POOLS");
                let kind = if cognito {
                    "COGNITO_USER_POOLS"
                } else {
                    "CUSTOM"
                };
                (at_place(kind), id.clone())
            }
            Named::Pool(name, arn) => {
                let id = self.rest_authorizer(event, name, place, |here| {
                    here.map([
                        ("Name", here.word(name)),
                        ("Type", here.word("COGNITO_USER_POOLS")),
                        ("RestApiId", here.attribute(API, "Ref")),
                        ("ProviderARNs", here.list([arn.clone()])),
                    ])
                });
                (at_place("COGNITO_USER_POOLS"), made.attribute(&id, "Ref"))
            }
            Named::Function(name, arn) => {
                let request = place
                    .as_ref()
                    .and_then(|p| look::word(p, "type"))
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("request"));
                let written = place.clone().unwrap_or_else(|| made.nothing());
                let id = self.rest_authorizer(event, name, place, |here| {
                    here.map([
                        ("Name", here.word(name)),
                        ("Type", here.word(if request { "REQUEST" } else { "TOKEN" })),
                        ("RestApiId", here.attribute(API, "Ref")),
                        ("AuthorizerUri", routes::invocation(here, arn)),
                        (
                            "AuthorizerResultTtlInSeconds",
                            written.field("resultTtlInSeconds"),
                        ),
                        ("IdentitySource", written.field("identitySource")),
                    ])
                });
                self.authorizer_permission(
                    event,
                    name,
                    arn,
                    place,
                    "LambdaPermissionApiGateway",
                    API,
                );
                (at_place("CUSTOM"), made.attribute(&id, "Ref"))
            }
        }
    }

    fn rest_authorizer(
        &mut self,
        event: &Event<'_>,
        name: &str,
        place: &Option<Value>,
        properties: impl Fn(Made) -> Value,
    ) -> String {
        let here = Made {
            span: place.as_ref().map_or(event.made.span, Value::span),
            ..event.made
        };
        let id = format!("{}ApiGatewayAuthorizer", names::resource(name));
        let mut raw = here.resource(
            id.as_str(),
            "AWS::ApiGateway::Authorizer",
            &Guard::always(),
            properties(here),
        );
        raw.maker = None;
        self.add(raw);
        id
    }

    /// Lets an API call the function of an authorizer.
    pub(super) fn authorizer_permission(
        &mut self,
        event: &Event<'_>,
        name: &str,
        arn: &Value,
        place: &Option<Value>,
        word: &str,
        api: &str,
    ) {
        // A function of somebody else has its own policy.
        let own = look::text(arn).is_some_and(|text| {
            text.parts().iter().any(|part| {
                matches!(
                    part,
                    palisade_model::text::Part::Hole(palisade_model::text::Symbol::Attr(..))
                )
            })
        });
        if !own {
            return;
        }
        let here = Made {
            span: place.as_ref().map_or(event.made.span, Value::span),
            ..event.made
        };
        let properties = here.map([
            ("FunctionName", arn.clone()),
            ("Action", here.word("lambda:InvokeFunction")),
            ("Principal", here.word("apigateway.amazonaws.com")),
            ("SourceArn", routes::execute_arn(here, api, "/*/*")),
        ]);
        let id = format!("{}{word}", names::resource(name));
        let raw = here.resource(id, "AWS::Lambda::Permission", &Guard::always(), properties);
        self.add(raw);
    }

    /// The answer to preflight requests that `cors` asks for.
    fn preflight(&mut self, event: &Event<'_>, path: &str, resource: &Value) {
        let cors = event.value.field("cors");
        let Some((guard, written)) = look::cases(&cors).into_iter().next() else {
            return;
        };
        if look::flag_of(written) == Some(false) {
            return;
        }
        let here = self.made(written.span());
        let origin = look::first_text(written, "origin")
            .or_else(|| look::first_text(written, "origins"))
            .map_or_else(|| here.word("*"), |text| here.text(text));
        let credentials = written.field("allowCredentials");
        let parameters = here.map([
            ("method.response.header.Access-Control-Allow-Origin", origin),
            (
                "method.response.header.Access-Control-Allow-Credentials",
                credentials,
            ),
        ]);
        let answer = here.map([
            ("StatusCode", here.word("200")),
            ("ResponseParameters", parameters),
        ]);
        let integration = here.map([
            ("Type", here.word("MOCK")),
            ("IntegrationResponses", here.list([answer])),
        ]);
        let properties = here.map([
            ("RestApiId", here.attribute(API, "Ref")),
            ("ResourceId", resource.clone()),
            ("HttpMethod", here.word("OPTIONS")),
            ("AuthorizationType", here.word("NONE")),
            ("Integration", integration),
        ]);
        let id = format!("ApiGatewayMethod{}Options", names::path(path));
        let raw = here.resource(
            id,
            "AWS::ApiGateway::Method",
            &event.exists.and(&guard),
            properties,
        );
        self.add(raw);
    }
}
