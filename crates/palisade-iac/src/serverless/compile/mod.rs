//! A service turned into the resources that the framework deploys for it.

mod constructs;
mod function;
mod http;
mod http_api;
mod layers;
mod machines;
mod overrides;
mod polled;
mod pushed;
mod role;
mod routes;
mod sockets;

use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::Span;
use palisade_model::text::{StackId, Text};
use rustc_hash::{FxHashMap, FxHashSet};

use self::role::RoleDraft;
use super::made::{Made, or_else};
use super::plugins;
use crate::evaluate::{RawResource, Template};
use crate::look;
use crate::value::{Value, ValueKind};

/// A function of the service.
#[derive(Clone, Debug)]
struct Function {
    /// Its key.
    key: String,
    /// Its address, `functions.key`.
    id: String,
    /// When it exists.
    exists: Guard,
    /// Where its key is written.
    span: Span,
    /// What is written for it.
    value: Value,
    /// Its physical name.
    name: Value,
    /// The role that the framework makes for it.
    role: Option<String>,
}

/// The work on one service.
struct Compiler<'p> {
    stack: StackId,
    service: Value,
    provider: Value,
    prefix: Value,
    plugins: Vec<String>,
    /// User pools among the service's own resources.
    pools: FxHashSet<String>,
    functions: Vec<Function>,
    /// Places in `functions` by key.
    by_key: FxHashMap<String, usize>,
    out: Vec<RawResource>,
    /// Places in `out` by id.
    taken: FxHashMap<String, usize>,
    roles: Vec<RoleDraft>,
    problems: &'p mut Vec<Problem>,
    reported: FxHashSet<Problem>,
}

/// Adds everything that a service makes to the template of its own resources.
pub(crate) fn compile(template: &mut Template, stack: StackId, problems: &mut Vec<Problem>) {
    let globals = std::mem::replace(&mut template.globals, Value::null(template.root));
    let service = globals.field("service");
    let provider = provider(&service);
    let pools = template
        .resources
        .iter()
        .filter(|raw| raw.type_name == "AWS::Cognito::UserPool")
        .map(|raw| raw.id.clone());
    let mut compiler = Compiler {
        stack,
        pools: pools.collect(),
        plugins: plugins::named(&service),
        prefix: globals.field("prefix"),
        provider,
        service,
        functions: Vec::new(),
        by_key: FxHashMap::default(),
        out: Vec::new(),
        taken: FxHashMap::default(),
        roles: Vec::new(),
        problems,
        reported: FxHashSet::default(),
    };
    compiler.report_plugins();
    compiler.note_functions();
    if compiler.is_aws() {
        compiler.aws();
    } else {
        compiler.elsewhere();
    }
    let Compiler { functions, out, .. } = compiler;
    overrides::merge(
        template,
        out,
        &globals.field("overrides"),
        &globals.field("extensions"),
        &functions,
    );
}

/// The provider as a map: it was a name alone once.
fn provider(service: &Value) -> Value {
    let written = service.field("provider");
    match &written.kind {
        ValueKind::Scalar(..) => {
            let key = crate::value::KeyAt {
                text: "name".to_owned(),
                span: written.span(),
            };
            let origin = written.origin.clone();
            Value::new(ValueKind::Map(vec![(key, written)]), origin)
        }
        _ => written,
    }
}

impl Compiler<'_> {
    fn made(&self, span: Span) -> Made {
        Made {
            stack: self.stack,
            span,
        }
    }

    fn report(&mut self, span: Span, kind: ProblemKind, cost: Cost, message: String) {
        let problem = Problem::at(span, kind, cost, message);
        if self.reported.insert(problem.clone()) {
            self.problems.push(problem);
        }
    }

    /// Adds a resource, unless there is one of its id.
    fn add(&mut self, raw: RawResource) {
        if !raw.exists.impossible() && !self.taken.contains_key(&raw.id) {
            self.taken.insert(raw.id.clone(), self.out.len());
            self.out.push(raw);
        }
    }

    /// The first id of a row that is still free, such as `HelloEventsRuleSchedule1`.
    fn numbered(&self, row: &str) -> String {
        (1..10_000u32)
            .map(|number| format!("{row}{number}"))
            .find(|id| !self.taken.contains_key(id))
            .unwrap_or_else(|| row.to_owned())
    }

    /// An id that is still free.
    fn free(&self, wanted: &str) -> String {
        if !self.taken.contains_key(wanted) {
            return wanted.to_owned();
        }
        (2..10_000u32)
            .map(|number| format!("{wanted}{number}"))
            .find(|id| !self.taken.contains_key(id))
            .unwrap_or_else(|| wanted.to_owned())
    }

    fn has_plugin(&self, name: &str) -> bool {
        self.plugins.iter().any(|plugin| plugin == name)
    }

    fn is_aws(&self) -> bool {
        match look::word(&self.provider, "name") {
            Some(name) => name == "aws",
            // A name that is not known is taken for the usual one.
            None => true,
        }
    }

    fn report_plugins(&mut self) {
        for (name, span) in plugins::unknown(&self.service) {
            self.report(
                span,
                ProblemKind::Unsupported,
                Cost::Nothing,
                format!("the plugin `{name}` is not known: what it adds stays unknown"),
            );
        }
        for (written, meant) in plugins::SLIPS {
            if let Some(span) = self.provider.key_span(written) {
                self.report(
                    span,
                    ProblemKind::Malformed,
                    Cost::Value,
                    format!(
                        "{written} is not a key of provider and has no effect; did you mean {meant}?"
                    ),
                );
            }
        }
    }

    /// Notes all functions, so that events can name each other's.
    fn note_functions(&mut self) {
        let functions = self.service.field("functions");
        let mut open = false;
        let mut entries: Vec<(Guard, String, Span, Value)> = Vec::new();
        for (outer, part) in look::each(&functions) {
            match &part.kind {
                ValueKind::Map(_) => {
                    for (guard, key, span, value) in look::entries(part) {
                        entries.push((outer.and(&guard), key.to_owned(), span, value.clone()));
                    }
                }
                _ => open = true,
            }
        }
        if open {
            self.report(
                functions.span(),
                ProblemKind::Unresolved,
                Cost::Node,
                "some of the functions are not in the tree: they were left out".to_owned(),
            );
        }
        for (exists, key, span, value) in entries {
            if exists.impossible() {
                continue;
            }
            if !value.is_map() {
                let (kind, words) = match value.kind {
                    ValueKind::Unknown(..) => (ProblemKind::Unresolved, "not in the tree"),
                    _ => (ProblemKind::Malformed, "no map"),
                };
                let message = format!("the function `{key}` is {words}: it was left out");
                self.report(span, kind, Cost::Node, message);
                continue;
            }
            let name = self.function_name(&key, &value, span);
            self.by_key
                .entry(key.clone())
                .or_insert(self.functions.len());
            self.functions.push(Function {
                id: format!("functions.{key}"),
                key,
                exists,
                span,
                value,
                name,
                role: None,
            });
        }
    }

    /// `<service>-<stage>-<key>`, unless a name is written.
    fn function_name(&self, key: &str, value: &Value, span: Span) -> Value {
        let made = self.made(span);
        let default = match self.prefix.text() {
            Some(prefix) => made.text(joined(prefix, &format!("-{key}"))),
            None => made.nothing(),
        };
        or_else(&value.field("name"), &default)
    }

    fn aws(&mut self) {
        self.constructs();
        for at in 0..self.functions.len() {
            self.assign_role(at);
        }
        let functions = self.functions.clone();
        for function in &functions {
            self.function(function);
            self.events(function);
        }
        self.layers();
        self.machines();
        self.graph();
        self.finish_roles();
        self.deployment_bucket();
    }

    /// Functions of other clouds: what starts them is not told apart yet.
    fn elsewhere(&mut self) {
        let name = look::word(&self.provider, "name")
            .unwrap_or_default()
            .to_owned();
        let span = self
            .provider
            .key_span("name")
            .unwrap_or_else(|| self.provider.span());
        self.report(
            span,
            ProblemKind::Unsupported,
            Cost::Value,
            format!(
                "the provider `{name}` is not read yet: functions are kept, what starts them stays unknown"
            ),
        );
        for function in self.functions.clone() {
            let made = self.made(function.span);
            let mut events = Vec::new();
            for (_, event) in look::each_at(&function.value, "events") {
                let named = look::entries(event);
                match named.first() {
                    Some((_, kind, span, _)) => events.push(self.made(*span).word(kind)),
                    None => events.extend(look::literal(event).map(|kind| made.word(kind))),
                }
            }
            let own = &function.value;
            let runtime = or_else(&own.field("runtime"), &self.provider.field("runtime"));
            let properties = made.map([
                ("FunctionName", function.name.clone()),
                ("Handler", own.field("handler")),
                ("Runtime", runtime),
                ("Code", made.word(".")),
                ("Timeout", own.field("timeout")),
                ("Events", made.list(events)),
            ]);
            let mut raw = made.resource(
                function.id.as_str(),
                super::existing::ELSEWHERE,
                &function.exists,
                properties,
            );
            raw.maker = None;
            self.add(raw);
        }
    }

    /// The events of a function, one after the other.
    fn events(&mut self, function: &Function) {
        let events = function.value.field("events");
        for (guard, event) in super::made::items(&events) {
            let exists = function.exists.and(&guard);
            if exists.impossible() {
                continue;
            }
            if let Some(kind) = look::literal(&event) {
                let kind = kind.to_owned();
                let nothing = Value::null(event.span());
                self.event(function, &kind, event.span(), &exists, &nothing);
                continue;
            }
            let mut entries: Vec<(Guard, String, Span, Value)> = event
                .entries()
                .iter()
                .map(|(key, value)| (Guard::always(), key.text.clone(), key.span, value.clone()))
                .collect();
            // `- http:` with its keys one level too high.
            if entries.len() > 1
                && let Some((_, _, _, first)) = entries.first_mut()
                && first.is_absent()
            {
                *first = event.clone();
                entries.truncate(1);
            }
            for (_, kind, span, value) in entries {
                for (inner, value) in value.branches() {
                    let exists = exists.and(&inner);
                    if !exists.impossible() {
                        self.event(function, &kind, span, &exists, value);
                    }
                }
            }
        }
    }

    fn event(
        &mut self,
        function: &Function,
        kind: &str,
        span: Span,
        exists: &Guard,
        value: &Value,
    ) {
        let event = Event {
            function,
            made: self.made(span),
            exists,
            value,
        };
        match kind {
            "http" => self.http(&event),
            "httpApi" => self.http_api(&event),
            "websocket" => self.websocket(&event),
            "alb" => self.balancer(&event),
            "s3" => self.s3(&event),
            "sns" => self.sns(&event),
            "schedule" => self.schedule(&event),
            "eventBridge" => self.event_bridge(&event),
            "cloudwatchEvent" => self.cloudwatch_event(&event),
            "cloudwatchLog" => self.cloudwatch_log(&event),
            "iot" => self.iot(&event),
            "iotFleetProvisioning" => self.fleet(&event),
            "alexaSkill" => self.alexa_skill(&event),
            "alexaSmartHome" => self.alexa_home(&event),
            "cognitoUserPool" => self.user_pool(&event),
            "cloudFront" => self.cloud_front(&event),
            "sqs" | "stream" | "msk" | "kafka" | "activemq" | "rabbitmq" => {
                self.polled(kind, &event);
            }
            _ if plugins::is_event(kind) => self.plugin_event(kind, &event),
            _ => self.report(
                span,
                ProblemKind::Unsupported,
                Cost::Node,
                format!(
                    "the event `{kind}` of the function `{}` is not known: it was left out",
                    function.key
                ),
            ),
        }
    }

    /// A resource that was added before.
    fn added(&mut self, id: &str) -> Option<&mut RawResource> {
        let at = self.taken.get(id)?;
        self.out.get_mut(*at)
    }

    /// The function of a key.
    fn named(&self, key: &str) -> Option<&Function> {
        self.functions.get(*self.by_key.get(key)?)
    }

    /// Lets a service start a function.
    fn permission(
        &mut self,
        id: &str,
        event: &Event<'_>,
        principal: &str,
        source: Option<Value>,
        more: Vec<(&'static str, Value)>,
    ) {
        let made = event.made;
        let mut properties = vec![
            ("FunctionName", made.attribute(&event.function.id, "Arn")),
            ("Action", made.word("lambda:InvokeFunction")),
            ("Principal", made.word(principal)),
        ];
        properties.extend(source.map(|source| ("SourceArn", source)));
        properties.extend(more);
        let properties = made.map(properties);
        let raw = made.resource(id, "AWS::Lambda::Permission", event.exists, properties);
        self.add(raw);
    }

    /// The bucket that a deployment is uploaded to, if it is made by the framework.
    fn deployment_bucket(&mut self) {
        let given = self.provider.field("deploymentBucket");
        if look::text(&given).is_some() || look::first(&given, "name").is_some() {
            return;
        }
        let made = self.made(self.provider.span());
        let mut raw = made.resource(
            overrides::DEPLOYMENT,
            "AWS::S3::Bucket",
            &Guard::always(),
            made.nothing(),
        );
        raw.maker = Some("serverless.deployment-bucket");
        self.add(raw);
    }
}

/// One event of one function.
#[derive(Clone, Copy)]
struct Event<'e> {
    function: &'e Function,
    made: Made,
    exists: &'e Guard,
    value: &'e Value,
}

impl Event<'_> {
    /// The function's ARN.
    fn target(&self) -> Value {
        self.made.attribute(&self.function.id, "Arn")
    }

    /// The logical id of something of the function.
    fn id(&self, rest: &str) -> String {
        format!("{}{rest}", super::names::resource(&self.function.key))
    }
}

/// A text and what follows it.
fn joined(text: &Text, rest: &str) -> Text {
    use palisade_model::text::Part;
    let rest = Part::Literal(rest.to_owned());
    Text::join(text.parts().iter().cloned().chain([rest]))
}

/// Addresses by logical id, for references in the user's own resources.
fn addresses(functions: &[Function]) -> FxHashMap<String, String> {
    functions
        .iter()
        .map(|f| (super::names::function(&f.key), f.id.clone()))
        .collect()
}
