//! `websocket` events: routes of the service's WebSocket API.

use palisade_model::guard::Guard;

use super::routes::{self, Named};
use super::{Compiler, Event};
use crate::look;
use crate::serverless::made::{Made, or_else};
use crate::serverless::names;
use crate::value::Value;

/// The WebSocket API of a service.
const API: &str = "WebsocketsApi";

impl Compiler<'_> {
    fn socket_api(&mut self, made: Made) {
        if self.taken.contains_key(API) {
            return;
        }
        let name = or_else(
            &self.provider.field("websocketsApiName"),
            &self.prefix.clone(),
        );
        let properties = made.map([
            ("Name", name),
            ("ProtocolType", made.word("WEBSOCKET")),
            (
                "RouteSelectionExpression",
                or_else(
                    &self.provider.field("websocketsApiRouteSelectionExpression"),
                    &made.word("$request.body.action"),
                ),
            ),
        ]);
        let mut raw = made.resource(API, "AWS::ApiGatewayV2::Api", &Guard::always(), properties);
        raw.maker = Some("serverless.api");
        self.add(raw);
        let properties = made.map([
            ("ApiId", made.attribute(API, "Ref")),
            ("StageName", made.word("stage")),
        ]);
        let mut raw = made.resource(
            "WebsocketsDeploymentStage",
            "AWS::ApiGatewayV2::Stage",
            &Guard::always(),
            properties,
        );
        raw.maker = Some("serverless.api");
        self.add(raw);
    }

    /// Adds the route of an event.
    pub(super) fn websocket(&mut self, event: &Event<'_>) {
        let made = event.made;
        self.socket_api(made);
        self.grant_connections(event.value.span());
        let route = look::text(event.value)
            .or_else(|| look::first_text(event.value, "route"))
            .map(|t| t.words())
            .unwrap_or_else(|| "$default".to_owned());
        let id = event.id("WebsocketsIntegration");
        let integration = made.map([
            ("ApiId", made.attribute(API, "Ref")),
            ("IntegrationType", made.word("AWS_PROXY")),
            ("IntegrationUri", routes::invocation(made, &event.target())),
        ]);
        let raw = made.resource(
            id.as_str(),
            "AWS::ApiGatewayV2::Integration",
            &event.function.exists,
            integration,
        );
        self.add(raw);
        let wanted = format!("{}WebsocketsRoute", names::route(&route));
        for (guard, named, place) in self.authorizers(event, &event.value.field("authorizer")) {
            let exists = event.exists.and(&guard);
            if exists.impossible() {
                continue;
            }
            let word = |word: &str| match &place {
                Some(place) => Value::new(made.word(word).kind, place.origin.clone()),
                None => made.word(word),
            };
            let (auth, authorizer) = match &named {
                Named::Open => (made.nothing(), made.nothing()),
                Named::Signed => (word("AWS_IAM"), made.nothing()),
                Named::Function(name, arn) => {
                    let id = format!("{}WebsocketsAuthorizer", names::resource(name));
                    let here = Made {
                        span: place.as_ref().map_or(made.span, Value::span),
                        ..made
                    };
                    let properties = here.map([
                        ("ApiId", here.attribute(API, "Ref")),
                        ("AuthorizerType", here.word("REQUEST")),
                        ("Name", here.word(name)),
                        ("AuthorizerUri", routes::invocation(here, arn)),
                    ]);
                    let mut raw = here.resource(
                        id.as_str(),
                        "AWS::ApiGatewayV2::Authorizer",
                        &Guard::always(),
                        properties,
                    );
                    raw.maker = None;
                    self.add(raw);
                    self.authorizer_permission(
                        event,
                        name,
                        arn,
                        &place,
                        "LambdaPermissionWebsockets",
                        API,
                    );
                    (word("CUSTOM"), made.attribute(&id, "Ref"))
                }
                Named::Declared(id, _) => (word("CUSTOM"), id.clone()),
                Named::Pool(..) | Named::Unknown => (word("?"), made.nothing()),
            };
            let properties = made.map([
                ("ApiId", made.attribute(API, "Ref")),
                ("RouteKey", made.word(&route)),
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
        let id = event.id("LambdaPermissionWebsockets");
        self.permission(
            &id,
            event,
            "apigateway.amazonaws.com",
            Some(source),
            Vec::new(),
        );
    }
}
