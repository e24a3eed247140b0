//! The reader of Chalice applications: `.chalice/config.json` and the decorators of `app.py`, as a service of functions.

mod decorators;

use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::index::IndexVec;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::setting::{Origin, Reason};
use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};

use self::decorators::{Argument, Assigned, Call, Decorated};
use crate::document::{self, Document};
use crate::evaluate::{self, Scope, Template};
use crate::look;
use crate::reader::join_path;
use crate::serverless::{self, Made};
use crate::value::Value;

/// Most stages told apart.
const STAGES_MAX: usize = 8;
/// Memory and timeout where nothing is written: AWS Chalice documentation, configuration file (1.32), 2025-11.
const MEMORY: &str = "128";
const TIMEOUT: &str = "60";

/// The stack that an application deploys.
pub fn template(
    document: &Document,
    folder: &str,
    scope: &Scope<'_>,
    axes: &mut IndexVec<AxisId, Axis>,
    problems: &mut Vec<Problem>,
) -> Template {
    let config = evaluate::value_of(document, scope.sources, scope.limits, problems);
    let span = document.span;
    let mut template = Template {
        file: document.file,
        root: span,
        head: span,
        transforms: Vec::new(),
        globals: Value::null(span),
        parameters: Vec::new(),
        defaults: Vec::new(),
        resources: Vec::new(),
        declared: Vec::new(),
        outputs: Value::null(span),
    };
    let program = join_path(folder, "app.py").and_then(|path| (scope.find)(&path));
    let Some(program) = program else {
        problems.push(Problem::at(
            Span::new(document.file, 0, 0),
            ProblemKind::Unresolved,
            Cost::Node,
            "the `app.py` of a Chalice application is not in the tree: its functions stay unknown",
        ));
        return template;
    };
    let (decorated, assigned) = decorators::read(scope.sources.text(program), program);
    let stages = Stages::of(&config, span, scope, axes);
    let mut reader = Reader {
        made: Made {
            stack: scope.stack,
            span,
        },
        config,
        folder,
        scope,
        stages,
        assigned,
        problems,
    };
    template.globals = reader.globals(&decorated);
    serverless::compile(&mut template, scope.stack, problems);
    template
}

/// The stages of a configuration, with the guard of each.
struct Stages {
    all: Vec<(Guard, String)>,
    /// The word for the stage in names.
    text: Text,
}

impl Stages {
    fn of(
        config: &Value,
        span: Span,
        scope: &Scope<'_>,
        axes: &mut IndexVec<AxisId, Axis>,
    ) -> Self {
        let mut names: Vec<String> = config
            .field("stages")
            .entries()
            .iter()
            .map(|(key, _)| key.text.clone())
            .take(STAGES_MAX)
            .collect();
        let given = scope.given.iter().rev().find(|(name, _)| name == "stage");
        if let Some((_, stage)) = given {
            names = vec![stage.clone()];
        }
        // The tool deploys `dev` where no stage is named.
        if let Some(at) = names.iter().position(|name| name == "dev") {
            names.swap(0, at);
        }
        if names.len() < 2 || axes.len() >= scope.limits.axes {
            let name = names.into_iter().next().unwrap_or_else(|| "dev".to_owned());
            return Self {
                text: Text::of(name.clone()),
                all: vec![(Guard::always(), name)],
            };
        }
        let id = axes.push(Axis {
            name: "stage".to_owned(),
            values: names.clone(),
            open: false,
            default: Some(0),
            origin: Origin::written(span),
        });
        let guarded = names
            .into_iter()
            .enumerate()
            .map(|(bit, name)| (Guard::on(id, 1u64 << bit), name));
        Self {
            all: guarded.collect(),
            text: Text::hole(Symbol::Parameter(scope.stack, "stage".to_owned())),
        }
    }
}

struct Reader<'a> {
    made: Made,
    config: Value,
    folder: &'a str,
    scope: &'a Scope<'a>,
    stages: Stages,
    assigned: Vec<Assigned>,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    /// The application in the form of a service.
    fn globals(&mut self, decorated: &[Decorated]) -> Value {
        let made = self.made;
        let name = look::text(&self.config.field("app_name")).unwrap_or_default();
        let dash = Part::Literal("-".to_owned());
        let prefix = Text::join(
            name.parts()
                .iter()
                .cloned()
                .chain([dash])
                .chain(self.stages.text.parts().iter().cloned()),
        );
        let functions = self.functions(decorated, &prefix);
        let role = self.role();
        // Scripts of an application record their names in the configuration when it is deployed.
        let mut environment = self.setting(None, "environment_variables");
        if environment.is_absent() {
            let origin = Origin::written(made.span);
            environment = Value::unknown(Reason::AfterApply, "environment_variables", origin);
        }
        let provider = made.map([
            ("name", made.word("aws")),
            (
                "runtime",
                // The Python that runs the tool.
                Value::unknown(Reason::AfterApply, "python", Origin::written(made.span)),
            ),
            ("environment", environment),
            ("memorySize", made.default(MEMORY)),
            ("timeout", made.default(TIMEOUT)),
            ("layers", self.setting(None, "layers")),
            ("iam", made.map([("role", role)])),
            (
                "endpointType",
                self.setting(None, "api_gateway_endpoint_type"),
            ),
        ]);
        let service = made.map([("provider", provider), ("functions", functions)]);
        made.map([("service", service), ("prefix", made.text(prefix))])
    }

    /// A setting in every stage: of the function there, of the stage, of the whole.
    fn setting(&self, function: Option<&str>, key: &str) -> Value {
        let one = |stage: &str| {
            let stage = self.config.path(&["stages", stage]);
            let own = function.map(|name| stage.path(&["lambda_functions", name]).field(key));
            let places = [own, Some(stage.field(key)), Some(self.config.field(key))];
            places
                .into_iter()
                .flatten()
                .find(|value| !value.is_absent())
        };
        let mut choices = Vec::new();
        for (guard, stage) in &self.stages.all {
            let value = one(stage).unwrap_or_else(|| self.made.nothing());
            choices.push((guard.clone(), value));
        }
        let first = choices.first().map(|(_, value)| value.kind.clone());
        if choices
            .iter()
            .all(|(_, value)| Some(&value.kind) == first.as_ref())
        {
            return choices
                .into_iter()
                .next()
                .map_or_else(|| self.made.nothing(), |(_, value)| value);
        }
        let origin = choices
            .iter()
            .find(|(_, value)| !value.is_absent())
            .map_or_else(
                || Origin::written(self.made.span),
                |(_, v)| v.origin.clone(),
            );
        Value::one_of(choices, origin)
    }

    /// The role: one by its ARN, one from a policy file, or one whose policy the tool guesses from the code.
    fn role(&mut self) -> Value {
        let arn = self.setting(None, "iam_role_arn");
        if look::text(&arn).is_some() {
            return arn;
        }
        let made = self.made;
        let mut statements = Vec::new();
        for (guard, stage) in self.stages.all.clone() {
            let places = [self.config.path(&["stages", &stage]), self.config.clone()];
            let one = |key: &str| {
                let found = places.iter().find_map(|place| look::first(place, key));
                found.cloned()
            };
            let file = one("iam_policy_file");
            let guessed = one("autogen_policy").and_then(|value| look::flag_of(&value));
            let name = match (&file, guessed) {
                (Some(file), _) => look::literal(file).map(str::to_owned),
                (None, Some(false)) => Some(format!("policy-{stage}.json")),
                (None, _) => None,
            };
            match name.and_then(|name| self.policy(&name)) {
                Some(found) => {
                    for (inner, statement) in look::each(&found) {
                        statements.push(under(statement.clone(), &guard.and(&inner)));
                    }
                }
                None => {
                    let origin = Origin::written(made.span);
                    let unknown =
                        Value::unknown(Reason::Unsupported, "policy made from the code", origin);
                    statements.push(under(unknown, &guard));
                }
            }
        }
        made.map([("statements", made.list(statements))])
    }

    fn policy(&mut self, name: &str) -> Option<Value> {
        let path = join_path(self.folder, &format!(".chalice/{name}"))?;
        let file = (self.scope.find)(&path)?;
        let (sources, limits) = (self.scope.sources, self.scope.limits);
        let document = document::parse(sources, file, limits, self.problems)?;
        let policy = evaluate::value_of(&document, sources, limits, self.problems);
        Some(policy.field("Statement"))
    }

    /// All functions: the one behind the routes, and those with events of their own.
    fn functions(&mut self, decorated: &[Decorated], prefix: &Text) -> Value {
        let mut routes = Vec::new();
        let mut alone: Vec<(&Decorated, Vec<Value>)> = Vec::new();
        for function in decorated {
            let mut events = Vec::new();
            let mut own = false;
            for call in &function.calls {
                match call.what.as_str() {
                    "route" => routes.extend(self.routes(call)),
                    "on_ws_connect" => routes.push(self.socket(call, "$connect")),
                    "on_ws_disconnect" => routes.push(self.socket(call, "$disconnect")),
                    "on_ws_message" => routes.push(self.socket(call, "$default")),
                    "lambda_function" | "authorizer" => own = true,
                    _ => {
                        if let Some(found) = self.event(call) {
                            own = true;
                            events.extend(found);
                        }
                    }
                }
            }
            if own {
                alone.push((function, events));
            }
        }
        let made = self.made;
        let mut entries = Vec::new();
        let name = |function: &Decorated| {
            let call = function.calls.first();
            call.and_then(|call| call.named("name"))
                .and_then(Argument::text)
                .unwrap_or(&function.name)
                .to_owned()
        };
        if !routes.is_empty() {
            let value = self.function("api_handler", "app.app", made, routes);
            let value = with(value, made, "name", made.text(prefix.clone()));
            entries.push((made.key("api_handler"), value));
        }
        for (function, events) in alone {
            let here = Made {
                span: function.span,
                ..made
            };
            let key = name(function);
            let handler = format!("app.{}", function.name);
            let value = self.function(&key, &handler, here, events);
            let mut at = here.key(&function.name);
            at.text = key;
            if !entries
                .iter()
                .any(|(known, _): &(crate::value::KeyAt, Value)| known.text == at.text)
            {
                entries.push((at, value));
            }
        }
        Value::new(
            crate::value::ValueKind::Map(entries),
            Origin::written(made.span),
        )
    }

    fn function(&self, key: &str, handler: &str, here: Made, events: Vec<Value>) -> Value {
        let of = |setting: &str| self.setting(Some(key), setting);
        let subnets = of("subnet_ids");
        let vpc = if subnets.is_absent() {
            here.nothing()
        } else {
            here.map([
                ("subnetIds", subnets),
                ("securityGroupIds", of("security_group_ids")),
            ])
        };
        here.map([
            ("handler", here.word(handler)),
            ("environment", of("environment_variables")),
            ("memorySize", of("lambda_memory_size")),
            ("timeout", of("lambda_timeout")),
            ("reservedConcurrency", of("reserved_concurrency")),
            ("tracing", of("xray")),
            ("vpc", vpc),
            // The platform makes the group with the first line.
            ("disableLogs", here.word("true")),
            ("events", here.list(events)),
        ])
    }

    fn here(&self, call: &Call) -> Made {
        Made {
            span: call.span,
            ..self.made
        }
    }

    fn routes(&self, call: &Call) -> Vec<Value> {
        let here = self.here(call);
        let path = call
            .argument(0, "path")
            .and_then(Argument::text)
            .unwrap_or("/");
        let methods = call
            .named("methods")
            .map(Argument::texts)
            .unwrap_or_default();
        let methods = if methods.is_empty() {
            vec!["GET"]
        } else {
            methods
        };
        let key = call.named("api_key_required").and_then(Argument::text) == Some("True");
        let cors = call.named("cors").and_then(Argument::text) == Some("True");
        let flag = |on: bool| {
            if on {
                here.word("true")
            } else {
                here.nothing()
            }
        };
        methods
            .into_iter()
            .map(|method| {
                let details = here.map([
                    ("path", here.word(path)),
                    ("method", here.word(method)),
                    ("authorizer", self.authorizer(call)),
                    ("private", flag(key)),
                    ("cors", flag(cors)),
                ]);
                here.map([("http", details)])
            })
            .collect()
    }

    /// What an `authorizer=` names: a function of the application, or an object that it makes.
    fn authorizer(&self, call: &Call) -> Value {
        let here = self.here(call);
        let Some(name) = call.named("authorizer").and_then(Argument::text) else {
            return here.nothing();
        };
        let made = self.assigned.iter().find(|a| a.name == name);
        let Some(made) = made else {
            return here.word(name);
        };
        let first = |name: &str| {
            let texts = made.call.named(name).map(Argument::texts);
            let first = texts.and_then(|texts| texts.first().map(|t| here.word(t)));
            first.unwrap_or_else(|| here.nothing())
        };
        let title = made.call.argument(0, "name").and_then(Argument::text);
        let title = here.word(title.unwrap_or(name));
        match made.call.what.as_str() {
            "IAMAuthorizer" => here.word("aws_iam"),
            "CognitoUserPoolAuthorizer" => here.map([
                ("name", title),
                ("type", here.word("COGNITO_USER_POOLS")),
                ("arn", first("provider_arns")),
            ]),
            "CustomAuthorizer" => here.map([("name", title), ("arn", first("authorizer_uri"))]),
            _ => here.map([("name", title)]),
        }
    }

    fn socket(&self, call: &Call, route: &str) -> Value {
        let here = self.here(call);
        here.map([("websocket", here.map([("route", here.word(route))]))])
    }

    /// The event of a decorator; `None` for one that is none.
    fn event(&self, call: &Call) -> Option<Vec<Value>> {
        let here = self.here(call);
        let text = |at: usize, name: &str| match call.argument(at, name) {
            Some(Argument::Text(text)) => here.word(text),
            Some(Argument::Word(word)) => here.text(Text::hole(Symbol::Opaque(word.clone()))),
            _ => here.nothing(),
        };
        let arn = |service: &str, rest: &str, at: usize, name: &str| {
            let given = call.named(&format!("{name}_arn")).and_then(Argument::text);
            if let Some(arn) = given {
                return here.word(arn);
            }
            let value = text(at, name);
            let Some(found) = look::text(&value) else {
                return here.nothing();
            };
            if found.words().starts_with("arn:") {
                return value;
            }
            let rest = Part::Literal(rest.to_owned());
            let whole = Text::join([rest].into_iter().chain(found.parts().iter().cloned()));
            here.text(here.arn(service, &whole))
        };
        Some(match call.what.as_str() {
            "schedule" => {
                let rate = match call.argument(0, "expression") {
                    Some(Argument::Text(text)) => here.word(text),
                    Some(other) => here.word(other.text().unwrap_or("rate")),
                    None => here.word("rate"),
                };
                vec![here.map([("schedule", rate)])]
            }
            "on_s3_event" => {
                let mut events = call
                    .named("events")
                    .map(Argument::texts)
                    .unwrap_or_default();
                if events.is_empty() {
                    events.push("s3:ObjectCreated:*");
                }
                let mut rules = Vec::new();
                for kind in ["prefix", "suffix"] {
                    if let Some(Argument::Text(value)) = call.named(kind) {
                        rules.push(here.map([(kind, here.word(value))]));
                    }
                }
                let one = |event: &str| {
                    let details = here.map([
                        ("bucket", text(0, "bucket")),
                        ("event", here.word(event)),
                        ("existing", here.word("true")),
                        ("rules", here.list(rules.clone())),
                    ]);
                    here.map([("s3", details)])
                };
                events.into_iter().map(one).collect()
            }
            "on_sns_message" => {
                let topic = arn("sns", "", 0, "topic");
                vec![here.map([("sns", here.map([("arn", topic)]))])]
            }
            "on_sqs_message" => {
                let queue = arn("sqs", "", 0, "queue");
                vec![here.map([("sqs", here.map([("arn", queue)]))])]
            }
            "on_kinesis_record" => {
                let stream = arn("kinesis", "stream/", 0, "stream");
                let details = here.map([("type", here.word("kinesis")), ("arn", stream)]);
                vec![here.map([("stream", details)])]
            }
            "on_dynamodb_record" => {
                let details = here.map([
                    ("type", here.word("dynamodb")),
                    ("arn", text(0, "stream_arn")),
                ]);
                vec![here.map([("stream", details)])]
            }
            "on_cw_event" => vec![here.map([("eventBridge", here.map([]))])],
            _ => return None,
        })
    }
}

/// A value that stands only under a guard.
fn under(value: Value, guard: &Guard) -> Value {
    if guard.is_always() {
        return value;
    }
    let origin = value.origin.clone();
    let choices = vec![(guard.clone(), value)];
    Value::new(crate::value::ValueKind::OneOf(choices), origin)
}

/// A map with one more entry.
fn with(mut value: Value, made: Made, key: &str, added: Value) -> Value {
    if let crate::value::ValueKind::Map(entries) = &mut value.kind {
        entries.push((made.key(key), added));
    }
    value
}
