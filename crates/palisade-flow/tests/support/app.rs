//! The tiny form of applications in cases: `# app:` lines to an App.

use palisade_flow::ir::Module;
use palisade_model::app::{
    App, Code, Edge, EdgeKind, Function, FunctionId, Key, Kind, NodeId, Resource, Role, Stack,
    Trigger,
};
use palisade_model::attribute::Settings;
use palisade_model::guard::Guard;
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::reach::{Auth, Door, Filter, Level, Reach, Route};
use palisade_model::setting::{Answer, Origin, Setting};
use palisade_model::source::{FileId, Span};
use palisade_model::text::{StackId, Symbol, Text};

/// Short words for event ids.
const EVENTS: [(&str, &str); 10] = [
    ("http", "aws.apigateway-http"),
    ("rest", "aws.apigateway-rest"),
    ("url", "aws.function-url"),
    ("s3", "aws.s3"),
    ("sqs", "aws.sqs"),
    ("sns", "aws.sns"),
    ("table", "aws.dynamodb-stream"),
    ("stream", "aws.kinesis"),
    ("direct", "aws.direct"),
    ("unknown", "aws.unknown"),
];

const KINDS: [(&str, Kind, &str); 12] = [
    ("bucket", Kind::Bucket, "AWS::S3::Bucket"),
    ("queue", Kind::Queue, "AWS::SQS::Queue"),
    ("topic", Kind::Topic, "AWS::SNS::Topic"),
    ("table", Kind::Table, "AWS::DynamoDB::Table"),
    ("stream", Kind::Stream, "AWS::Kinesis::Stream"),
    ("bus", Kind::Bus, "AWS::Events::EventBus"),
    ("database", Kind::Database, "AWS::RDS::DBInstance"),
    (
        "workflow",
        Kind::Workflow,
        "AWS::StepFunctions::StateMachine",
    ),
    ("secret", Kind::Secret, "AWS::SecretsManager::Secret"),
    ("parameter", Kind::Parameter, "AWS::SSM::Parameter"),
    ("mail", Kind::MailRule, "AWS::SES::ReceiptRule"),
    ("device", Kind::Device, "AWS::IoT::TopicRule"),
];

const LEVELS: [(&str, Level); 6] = [
    ("nobody", Level::None),
    ("schedule", Level::Schedule),
    ("inside", Level::Inside),
    ("other-account", Level::OtherAccount),
    ("signed-in", Level::SignedIn),
    ("stranger", Level::Stranger),
];

const STACK: StackId = StackId(0);

/// The application of a case: each function marked `entry` becomes a function, the lines say the rest.
pub(crate) fn build(modules: &[(String, Module)], lines: &[String]) -> Result<App, String> {
    let mut builder = Builder {
        app: App {
            root: ".".to_owned(),
            ..App::default()
        },
        declared: Vec::new(),
        allowed: Vec::new(),
    };
    builder.app.stacks.push(Stack {
        path: "template.yaml".to_owned(),
        format: "test",
        parent: None,
    });
    for (path, module) in modules {
        for function in module.functions.iter() {
            if let Some(entry) = function.entry {
                let (name, event) = (
                    module.symbols.text(function.name),
                    module.symbols.text(entry),
                );
                builder.function(path, name, function.span);
                builder
                    .declared
                    .push((name.to_owned(), event.to_owned(), function.span));
            }
        }
    }
    // Nodes first, so that lines may stand in any order.
    let (nodes, edges): (Vec<&String>, Vec<&String>) = lines.iter().partition(|l| {
        KINDS
            .iter()
            .any(|(word, ..)| l.split(' ').next() == Some(word) && !l.contains("->"))
    });
    for line in nodes.into_iter().chain(edges) {
        let words: Vec<&str> = line.split_whitespace().collect();
        builder
            .line(&words)
            .ok_or_else(|| format!("`app: {line}` is not understood"))?;
    }
    builder.finish();
    Ok(builder.app)
}

fn here() -> Origin {
    Origin::written(Span {
        file: FileId(0),
        start: 0,
        end: 0,
    })
}

fn key(address: &str) -> Key {
    Key {
        stack: STACK,
        address: address.to_owned(),
    }
}

fn level_of(word: &str) -> Option<Level> {
    LEVELS
        .iter()
        .find(|(w, _)| *w == word)
        .map(|(_, level)| *level)
}

struct Builder {
    app: App,
    /// Entries of the text: function, event word, place.
    declared: Vec<(String, String, Span)>,
    /// Functions with a line `role … allows`, whose role has nothing else.
    allowed: Vec<(String, Vec<Statement>)>,
}

impl Builder {
    fn function(&mut self, path: &str, name: &str, span: Span) {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let runtime = if path.ends_with(".js") {
            "nodejs20.x"
        } else {
            "python3.12"
        };
        let origin = Origin::written(span);
        self.app.functions.push(Function {
            key: key(name),
            name: Setting::written(Text::of(name), origin.clone()),
            handler: Setting::written(Text::of(format!("{stem}.{name}")), origin.clone()),
            runtime: Setting::written(Text::of(runtime), origin.clone()),
            code: Code::Directory(".".to_owned()),
            build_entries: Vec::new(),
            role: Vec::new(),
            env: Vec::new(),
            env_open: false,
            layers: Vec::new(),
            layer_folders: Vec::new(),
            settings: Settings::default(),
            policy: Vec::new(),
            exists: Guard::always(),
            origin,
            incomplete: Vec::new(),
        });
    }

    fn find_function(&self, name: &str) -> Option<FunctionId> {
        self.app
            .functions
            .enumerate()
            .find(|(_, f)| f.key.address == name)
            .map(|(id, _)| id)
    }

    fn resource(&mut self, name: &str, kind: Kind, type_name: &str, writers: Level) -> NodeId {
        let id = self.app.resources.push(Resource {
            key: key(name),
            kind,
            type_name: type_name.to_owned(),
            name: Setting::absent(here().span),
            settings: Settings::default(),
            policy: Vec::new(),
            workflow: None,
            writers: Reach::exactly(writers),
            exists: Guard::always(),
            origin: here(),
        });
        NodeId::Resource(id)
    }

    fn line(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["trigger", function, event, more @ ..] => self.trigger(function, event, more),
            ["stream", table, "->", "fn", function] => {
                self.trigger(function, "table", &["from", table])
            }
            ["deliver", from, "->", to, more @ ..] => {
                let (from, to) = (self.app.node(STACK, from)?, self.app.node(STACK, to)?);
                let raw = more.contains(&"raw");
                let kind = EdgeKind::Delivers {
                    filter: self.filter(more)?,
                    raw,
                };
                self.app.edges.push(Edge {
                    from,
                    to,
                    kind,
                    exists: Guard::always(),
                    origin: here(),
                });
                Some(())
            }
            ["function", name, "named", physical] => {
                let id = self.find_function(name)?;
                self.app.functions[id].name = Setting::written(Text::of(*physical), here());
                Some(())
            }
            ["env", function, name, "=", value] => {
                let id = self.find_function(function)?;
                let text = match value.strip_prefix('$') {
                    Some(address) => {
                        Text::hole(Symbol::Attr(STACK, address.to_owned(), "Ref".to_owned()))
                    }
                    None => Text::of(*value),
                };
                self.app.functions[id]
                    .env
                    .push(((*name).to_owned(), Setting::written(text, here())));
                Some(())
            }
            ["role", function, how @ ("allows" | "denies"), actions @ ..] => {
                let (actions, on) = match actions.iter().position(|w| *w == "on") {
                    Some(at) => (actions.get(..at)?, actions.get(at + 1)?),
                    None => (actions, &"*"),
                };
                let resource = match self.app.node(STACK, on) {
                    Some(_) => Text::hole(Symbol::Attr(STACK, (*on).to_owned(), "Arn".to_owned())),
                    None => Text::of(*on),
                };
                let effect = if *how == "allows" {
                    Effect::Allow
                } else {
                    Effect::Deny
                };
                let actions = actions
                    .iter()
                    .map(|a| Text::of(a.trim_end_matches(',')))
                    .collect();
                self.find_function(function)?;
                self.allow(function, statement(effect, actions, resource));
                Some(())
            }
            [kind, name, more @ ..] => {
                let (_, kind, type_name) = *KINDS.iter().find(|(word, ..)| word == kind)?;
                let mut level = Level::None;
                let mut physical = None;
                let mut more = more;
                while let [word, rest @ ..] = more {
                    more = match (level_of(word), *word, rest) {
                        (Some(found), ..) => {
                            level = found;
                            rest
                        }
                        (None, "named", [name, rest @ ..]) => {
                            physical = Some(*name);
                            rest
                        }
                        _ => return None,
                    };
                }
                let NodeId::Resource(id) = self.resource(name, kind, type_name, level) else {
                    return None;
                };
                if let Some(physical) = physical {
                    self.app.resources[id].name = Setting::written(Text::of(physical), here());
                }
                Some(())
            }
            _ => None,
        }
    }

    fn allow(&mut self, function: &str, statement: Statement) {
        match self.allowed.iter_mut().find(|(f, _)| f == function) {
            Some((_, statements)) => statements.push(statement),
            None => self.allowed.push((function.to_owned(), vec![statement])),
        }
    }

    fn filter(&self, words: &[&str]) -> Option<Filter> {
        let mut filter = Filter::default();
        let mut words = words;
        while let [word, rest @ ..] = words {
            words = match (*word, rest) {
                ("prefix", [text, rest @ ..]) => {
                    filter.prefix = Some(Text::of(*text));
                    rest
                }
                ("suffix", [text, rest @ ..]) => {
                    filter.suffix = Some(Text::of(*text));
                    rest
                }
                ("where", [path, values, rest @ ..]) => {
                    let split = |text: &str, by: char| {
                        text.split(by).map(str::to_owned).collect::<Vec<_>>()
                    };
                    filter.values.push((split(path, '.'), split(values, '|')));
                    rest
                }
                ("attributes", rest) => {
                    filter.on_attributes = true;
                    rest
                }
                ("raw", rest) => rest,
                _ => return None,
            };
        }
        Some(filter)
    }

    fn trigger(&mut self, function: &str, event: &str, words: &[&str]) -> Option<()> {
        let function = self.find_function(function)?;
        let (mut source, mut level, mut filters) = (None, None, Vec::new());
        let mut words = words;
        while let [word, rest @ ..] = words {
            words = match (level_of(word), *word, rest) {
                (Some(found), ..) => {
                    level = Some(found);
                    rest
                }
                (None, "from", [name, rest @ ..]) => {
                    let name = if KINDS.iter().any(|(word, ..)| word == name) {
                        rest.first()?
                    } else {
                        name
                    };
                    source = Some(self.app.node(STACK, name)?);
                    rest.iter()
                        .position(|w| w == name)
                        .map_or(rest, |at| rest.get(at + 1..).unwrap_or(&[]))
                }
                _ => {
                    filters = words.to_vec();
                    &[]
                }
            };
        }
        let filter = self.filter(&filters)?;
        self.add_trigger(function, event, source, level, filter);
        Some(())
    }

    fn add_trigger(
        &mut self,
        function: FunctionId,
        event: &str,
        source: Option<NodeId>,
        level: Option<Level>,
        filter: Filter,
    ) {
        let event: &'static str = match EVENTS.iter().find(|(short, _)| *short == event) {
            Some((_, long)) => long,
            None => Box::leak(event.to_owned().into_boxed_str()),
        };
        let http = event.contains("apigateway") || event.ends_with("function-url");
        let of_source = source.and_then(|s| match s {
            NodeId::Resource(id) => self.app.resources.get(id).map(|r| r.writers.surely),
            _ => None,
        });
        let level = level.or(of_source).unwrap_or(if event == "aws.direct" {
            Level::None
        } else {
            Level::Stranger
        });
        let (name, origin) = self
            .app
            .functions
            .get(function)
            .map(|f| (f.key.address.clone(), f.origin.clone()))
            .unwrap();
        let number = self.app.triggers_of(function).count();
        let door = Door {
            auth: if http { Auth::None } else { Auth::ServiceOnly },
            private: false,
            hedges: Vec::new(),
            origin: origin.clone(),
        };
        self.app.triggers.push(Trigger {
            key: key(&format!("{name}#Event{number}")),
            function,
            through: None,
            source,
            event,
            route: http.then(|| Route {
                method: "POST".to_owned(),
                path: format!("/{name}"),
            }),
            filter,
            doors: vec![door],
            wired: Answer::Yes,
            permitted: Answer::Yes,
            task: None,
            reach: Reach::exactly(level),
            exists: Guard::always(),
            origin,
        });
    }

    /// What no line said: triggers of entries, with a source that strangers fill, and roles that may do everything.
    fn finish(&mut self) {
        for (name, event, _) in std::mem::take(&mut self.declared) {
            let Some(function) = self.find_function(&name) else {
                continue;
            };
            let triggered = self.app.triggers_of(function).next().is_some();
            if triggered || event == "unknown" {
                continue;
            }
            let kind = match event.as_str() {
                "s3" => Some("bucket"),
                "sqs" => Some("queue"),
                "sns" => Some("topic"),
                "stream" => Some("stream"),
                "table" => Some("table"),
                _ => None,
            };
            let source = kind
                .and_then(|kind| KINDS.iter().find(|(word, ..)| *word == kind))
                .map(|(word, kind, type_name)| {
                    let name = format!("{name}{}{}", word[..1].to_uppercase(), &word[1..]);
                    self.resource(
                        &name,
                        *kind,
                        type_name,
                        if *kind == Kind::Table {
                            Level::None
                        } else {
                            Level::Stranger
                        },
                    )
                });
            self.add_trigger(function, &event, source, None, Filter::default());
        }
        let allowed = std::mem::take(&mut self.allowed);
        let functions: Vec<(FunctionId, String)> = self
            .app
            .functions
            .enumerate()
            .map(|(id, f)| (id, f.key.address.clone()))
            .collect();
        for (id, name) in functions {
            let mut statements = allowed
                .iter()
                .find(|(f, _)| *f == name)
                .map(|(_, s)| s.clone())
                .unwrap_or_default();
            if statements.iter().all(|s| s.effect == Effect::Deny) {
                statements.push(statement(Effect::Allow, vec![Text::of("*")], Text::of("*")));
            }
            let role = self.app.roles.push(Role {
                key: key(&format!("{name}#role")),
                name: Setting::absent(here().span),
                trust: Vec::new(),
                grants: statements.into_iter().map(Grant::Statement).collect(),
                boundary: Setting::absent(here().span),
                exists: Guard::always(),
                origin: here(),
            });
            self.app.functions[id].role.push((Guard::always(), role));
        }
    }
}

fn statement(effect: Effect, actions: Vec<Text>, resource: Text) -> Statement {
    Statement {
        sid: None,
        effect,
        actions,
        not_actions: false,
        resources: vec![resource],
        not_resources: false,
        principals: Vec::new(),
        not_principals: false,
        conditions: Vec::new(),
        exists: Guard::always(),
        origin: here(),
        places: palisade_model::policy::Places::default(),
    }
}
