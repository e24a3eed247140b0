//! What plugins add: state machines and GraphQL APIs.

use palisade_model::guard::Guard;
use palisade_model::text::{Part, Symbol, Text};
use rustc_hash::FxHashMap;

use super::{Compiler, Event, routes};
use crate::look;
use crate::serverless::made::{Made, or_else};
use crate::serverless::names;
use crate::value::{Value, ValueKind};

impl Compiler<'_> {
    /// State machines of `serverless-step-functions`.
    pub(super) fn machines(&mut self) {
        let machines = self.service.path(&["stepFunctions", "stateMachines"]);
        let mut all: Vec<(Guard, String, palisade_model::source::Span, Value)> = Vec::new();
        for (outer, part) in look::each(&machines) {
            for (guard, key, span, value) in look::entries(part) {
                all.push((outer.and(&guard), key.to_owned(), span, value.clone()));
            }
        }
        for (exists, key, span, machine) in all {
            let made = self.made(span);
            let id = match look::word(&machine, "id") {
                Some(id) => names::resource(id),
                None => format!("{}StepFunctionsStateMachine", names::resource(&key)),
            };
            let mut definition = machine.field("definition");
            self.name_functions(&mut definition);
            let role = machine.field("role");
            let role = if role.is_absent() {
                self.machine_role(&id, &definition, made, &exists)
            } else {
                match look::literal(&role) {
                    Some(word) if !word.contains(':') => made.attribute(word, "Arn"),
                    _ => role,
                }
            };
            let properties = made.map([
                ("StateMachineName", machine.field("name")),
                ("Definition", definition),
                ("RoleArn", role),
                ("StateMachineType", machine.field("type")),
                ("LoggingConfiguration", machine.field("loggingConfig")),
                ("TracingConfiguration", machine.field("tracingConfig")),
            ]);
            let mut raw = made.resource(
                id.as_str(),
                "AWS::StepFunctions::StateMachine",
                &exists,
                properties,
            );
            raw.maker = None;
            self.add(raw);
            for (guard, event) in look::each_at(&machine, "events") {
                for (inner, kind, span, value) in look::entries(event) {
                    let exists = exists.and(&guard).and(&inner);
                    let (kind, value) = (kind.to_owned(), value.clone());
                    self.machine_event(&id, &kind, &value, self.made(span), &exists);
                }
            }
        }
    }

    /// The role that the plugin makes: it may start the functions of the definition.
    fn machine_role(&mut self, id: &str, definition: &Value, made: Made, exists: &Guard) -> Value {
        let mut targets: Vec<Text> = Vec::new();
        functions_in(definition, &mut targets, 0);
        let statement = made.map([
            ("Effect", made.word("Allow")),
            ("Action", made.list([made.word("lambda:InvokeFunction")])),
            (
                "Resource",
                made.list(targets.into_iter().map(|text| made.text(text))),
            ),
        ]);
        let role = format!("{id}Role");
        let trust = trust(made, "states.amazonaws.com");
        let properties = made.map([
            ("AssumeRolePolicyDocument", trust),
            ("Policies", inline(made, statement)),
        ]);
        let raw = made.resource(role.as_str(), "AWS::IAM::Role", exists, properties);
        self.add(raw);
        made.attribute(&role, "Arn")
    }

    /// What starts a state machine.
    fn machine_event(
        &mut self,
        machine: &str,
        kind: &str,
        value: &Value,
        made: Made,
        exists: &Guard,
    ) {
        let start = made.map([
            ("Effect", made.word("Allow")),
            ("Action", made.list([made.word("states:StartExecution")])),
            ("Resource", made.list([made.attribute(machine, "Ref")])),
        ]);
        let service = match kind {
            "http" => "apigateway.amazonaws.com",
            _ => "events.amazonaws.com",
        };
        let role = self.free(&format!("{machine}{}Role", names::upper_first(kind)));
        let properties = made.map([
            ("AssumeRolePolicyDocument", trust(made, service)),
            ("Policies", inline(made, start)),
        ]);
        let raw = made.resource(role.as_str(), "AWS::IAM::Role", exists, properties);
        self.add(raw);
        if kind == "http" {
            self.machine_route(machine, &role, value, made, exists);
            return;
        }
        let target = made.map([
            ("Arn", made.attribute(machine, "Ref")),
            ("RoleArn", made.attribute(&role, "Arn")),
            ("Input", value.field("input")),
        ]);
        let rate = match look::text(value) {
            Some(_) => value.clone(),
            None => value.field("rate"),
        };
        let pattern = match kind {
            "schedule" => made.nothing(),
            "eventBridge" => value.field("pattern"),
            "cloudwatchEvent" => value.field("event"),
            _ => return,
        };
        let properties = made.map([
            (
                "ScheduleExpression",
                if kind == "schedule" {
                    rate
                } else {
                    value.field("schedule")
                },
            ),
            ("EventPattern", pattern),
            ("EventBusName", value.field("eventBus")),
            ("Targets", made.list([target])),
        ]);
        let id = self.numbered(&format!("{machine}EventsRule"));
        let mut raw = made.resource(id, "AWS::Events::Rule", exists, properties);
        raw.maker = None;
        self.add(raw);
    }

    fn machine_route(
        &mut self,
        machine: &str,
        role: &str,
        value: &Value,
        made: Made,
        exists: &Guard,
    ) {
        let api = self.rest_api(made);
        let (method, path) = routes::method_and_path(value);
        let path = path.trim_matches('/').to_owned();
        let part = made.map([
            ("RestApiId", made.attribute(api, "Ref")),
            ("PathPart", made.word(&path)),
        ]);
        let resource = format!("ApiGatewayResource{}", names::path(&path));
        let raw = made.resource(resource.as_str(), "AWS::ApiGateway::Resource", exists, part);
        self.add(raw);
        let template = made.map([("stateMachineArn", made.attribute(machine, "Ref"))]);
        let integration = made.map([
            ("Type", made.word("AWS")),
            (
                "Uri",
                made.word("arn:aws:apigateway:region:states:action/StartExecution"),
            ),
            ("Credentials", made.attribute(role, "Arn")),
            (
                "RequestTemplates",
                made.map([("application/json", template)]),
            ),
        ]);
        let signed = look::word(value, "authorizer")
            .or_else(|| look::word(value, "authorizer.type"))
            .is_some_and(|word| word.eq_ignore_ascii_case("aws_iam"));
        let written = value.field("authorizer");
        let auth = match (signed, written.is_absent()) {
            (true, _) => made.word("AWS_IAM"),
            (false, true) => made.nothing(),
            (false, false) => Value::new(made.word("?").kind, written.origin.clone()),
        };
        let properties = made.map([
            ("RestApiId", made.attribute(api, "Ref")),
            ("ResourceId", made.attribute(&resource, "Ref")),
            ("HttpMethod", made.word(&method)),
            ("AuthorizationType", auth),
            ("ApiKeyRequired", value.field("private")),
            ("Integration", integration),
        ]);
        let lower = method.to_lowercase();
        let id = self.free(&format!(
            "ApiGatewayMethod{}{}",
            names::path(&path),
            names::upper_first(&lower)
        ));
        let mut raw = made.resource(id, "AWS::ApiGateway::Method", exists, properties);
        raw.maker = None;
        self.add(raw);
    }

    /// `Fn::GetAtt: [hello, Arn]` names the function `hello` by its key.
    fn name_functions(&self, definition: &mut Value) {
        let keys: FxHashMap<&str, &str> = self
            .functions
            .iter()
            .map(|f| (f.key.as_str(), f.id.as_str()))
            .collect();
        rename(definition, &keys, 0);
    }

    /// The GraphQL API of `serverless-appsync-plugin`.
    pub(super) fn graph(&mut self) {
        let mut configs = Vec::new();
        for (guard, config) in look::all(&self.service, "appSync")
            .into_iter()
            .chain(look::at(&self.service, "custom.appSync"))
        {
            for (inner, config) in look::each(config) {
                configs.push((guard.and(&inner), config.clone()));
            }
        }
        for (exists, config) in configs {
            let made = self.made(config.span());
            let api = self.free("GraphQlApi");
            let kind = or_else(
                &config.path(&["authentication", "type"]),
                &config.field("authenticationType"),
            );
            let more = config.field("additionalAuthentications");
            let more = or_else(&more, &config.field("additionalAuthenticationProviders"));
            let more: Vec<Value> = look::each(&more)
                .into_iter()
                .map(|(_, item)| {
                    let kind = or_else(&item.field("type"), &item.field("authenticationType"));
                    made.map([("AuthenticationType", kind)])
                })
                .collect();
            let properties = made.map([
                ("Name", config.field("name")),
                ("AuthenticationType", or_else(&kind, &made.word("API_KEY"))),
                ("AdditionalAuthenticationProviders", made.list(more)),
                ("XrayEnabled", config.field("xrayEnabled")),
            ]);
            let mut raw = made.resource(
                api.as_str(),
                "AWS::AppSync::GraphQLApi",
                &exists,
                properties,
            );
            raw.maker = None;
            self.add(raw);
            self.data_sources(&api, &config, &exists);
        }
    }

    fn data_sources(&mut self, api: &str, config: &Value, exists: &Guard) {
        let mut sources: Vec<(Guard, String, palisade_model::source::Span, Value)> = Vec::new();
        for (guard, part) in look::each_at(config, "dataSources") {
            // A list of sources with names, or a map by name.
            if let Some(name) =
                look::word(part, "name").filter(|_| look::get(part, "type").is_some())
            {
                sources.push((guard, name.to_owned(), part.span(), part.clone()));
                continue;
            }
            for (inner, key, span, value) in look::entries(part) {
                sources.push((guard.and(&inner), key.to_owned(), span, value.clone()));
            }
        }
        for (guard, name, span, source) in sources {
            let made = self.made(span);
            let details = source.field("config");
            let function = look::word(&details, "functionName")
                .and_then(|key| self.named(key))
                .map(|function| made.attribute(&function.id, "Arn"));
            let arn = or_else(
                &details.field("lambdaFunctionArn"),
                &details.field("functionArn"),
            );
            let arn = function.unwrap_or(arn);
            let mut properties = vec![
                ("ApiId", made.attribute(api, "ApiId")),
                ("Name", made.word(&name)),
                ("Type", source.field("type")),
            ];
            if !arn.is_absent() {
                properties.push(("LambdaConfig", made.map([("LambdaFunctionArn", arn)])));
            }
            let id = format!("GraphQlDs{}", names::letters(&name));
            let mut raw = made.resource(
                id,
                "AWS::AppSync::DataSource",
                &exists.and(&guard),
                made.map(properties),
            );
            raw.maker = None;
            self.add(raw);
        }
    }

    /// Events that plugins understand and that need no way in of their own.
    pub(super) fn plugin_event(&mut self, _kind: &str, _event: &Event<'_>) {}
}

fn trust(made: Made, service: &str) -> Value {
    let statement = made.map([
        ("Effect", made.word("Allow")),
        ("Principal", made.map([("Service", made.word(service))])),
        ("Action", made.word("sts:AssumeRole")),
    ]);
    made.map([
        ("Version", made.word("2012-10-17")),
        ("Statement", made.list([statement])),
    ])
}

fn inline(made: Made, statement: Value) -> Value {
    let document = made.map([
        ("Version", made.word("2012-10-17")),
        ("Statement", made.list([statement])),
    ]);
    made.list([made.map([
        ("PolicyName", made.word("inline")),
        ("PolicyDocument", document),
    ])])
}

/// Every function that a definition names as a task.
fn functions_in(value: &Value, found: &mut Vec<Text>, depth: u8) {
    if depth > 32 || found.len() > 1_000 {
        return;
    }
    match &value.kind {
        ValueKind::Map(entries) => {
            for (key, inner) in entries {
                let names = matches!(
                    key.text.as_str(),
                    "Resource" | "FunctionName" | "FunctionName.$"
                );
                if let Some(text) = look::text(inner).filter(|_| names)
                    && (text.symbol().is_some() || text.words().contains(":function:"))
                    && !found.contains(&text)
                {
                    found.push(text);
                }
                functions_in(inner, found, depth + 1);
            }
        }
        ValueKind::List(items) => items.iter().for_each(|v| functions_in(v, found, depth + 1)),
        ValueKind::OneOf(choices) => {
            choices
                .iter()
                .for_each(|(_, v)| functions_in(v, found, depth + 1));
        }
        _ => {}
    }
}

fn rename(value: &mut Value, keys: &FxHashMap<&str, &str>, depth: u8) {
    if depth > 64 {
        return;
    }
    match &mut value.kind {
        ValueKind::Scalar(text, _) if text.literal().is_none() => {
            *text = Text::join(text.parts().iter().map(|part| match part {
                Part::Hole(Symbol::Attr(stack, id, attribute)) => match keys.get(id.as_str()) {
                    Some(address) => Part::Hole(Symbol::Attr(
                        *stack,
                        (*address).to_owned(),
                        attribute.clone(),
                    )),
                    None => part.clone(),
                },
                _ => part.clone(),
            }));
        }
        ValueKind::List(items) => items.iter_mut().for_each(|v| rename(v, keys, depth + 1)),
        ValueKind::Map(entries) => {
            entries
                .iter_mut()
                .for_each(|(_, v)| rename(v, keys, depth + 1));
        }
        ValueKind::OneOf(choices) => {
            choices
                .iter_mut()
                .for_each(|(_, v)| rename(v, keys, depth + 1));
        }
        _ => {}
    }
}
