//! One function: its settings, code, URL and destinations.

use palisade_model::guard::Guard;
use palisade_model::setting::Reason;
use palisade_model::text::{Part, Text};

use super::{Compiler, Function};
use crate::look;
use crate::serverless::made::{Made, inherited, or_else, over};
use crate::serverless::{names, plugins};
use crate::value::{Value, ValueKind};

/// Memory where nothing is written: serverless 3.40.0, lib/plugins/aws/provider.js (2024-12).
const MEMORY: &str = "1024";
/// Timeout where nothing is written: the same place.
const TIMEOUT: &str = "6";

impl Compiler<'_> {
    /// Declares a function and what belongs to it alone.
    pub(super) fn function(&mut self, function: &Function) {
        let made = self.made(function.span);
        let own = &function.value;
        let shared = |key: &str| or_else(&own.field(key), &inherited(self.provider.field(key)));
        let (code, metadata, image) = self.code(function, made);
        let environment = self.environment(own, made);
        let tracing = or_else(
            &own.field("tracing"),
            &inherited(self.provider.path(&["tracing", "lambda"])),
        );
        let vpc = shared("vpc");
        let key = or_else(
            &or_else(&own.field("kmsKeyArn"), &own.field("awsKmsKeyArn")),
            &inherited(self.provider.field("kmsKeyArn")),
        );
        let mut properties = vec![
            ("FunctionName", function.name.clone()),
            ("Handler", self.handler(own)),
            ("Runtime", shared("runtime")),
            (
                "MemorySize",
                or_else(&shared("memorySize"), &made.default(MEMORY)),
            ),
            (
                "Timeout",
                or_else(&shared("timeout"), &made.default(TIMEOUT)),
            ),
            ("Code", code),
            ("Role", self.role_of(function)),
            ("Layers", self.layers_of(&shared("layers"))),
            ("KmsKeyArn", key),
            (
                "ReservedConcurrentExecutions",
                own.field("reservedConcurrency"),
            ),
            ("Description", own.field("description")),
        ];
        if !environment.is_absent() {
            properties.push(("Environment", made.map([("Variables", environment)])));
        }
        if let Some(mode) = tracing_mode(&tracing) {
            let mode = Value::new(made.word(mode).kind, tracing.origin.clone());
            properties.push(("TracingConfig", made.map([("Mode", mode)])));
        }
        if !vpc.is_absent() {
            let network = made.map([
                ("SecurityGroupIds", vpc.field("securityGroupIds")),
                ("SubnetIds", vpc.field("subnetIds")),
            ]);
            properties.push(("VpcConfig", Value::new(network.kind, vpc.origin.clone())));
        }
        let storage = own.field("ephemeralStorageSize");
        if !storage.is_absent() {
            properties.push(("EphemeralStorage", made.map([("Size", storage)])));
        }
        let dead = or_else(
            &own.field("onError"),
            &or_else(
                &own.path(&["deadLetter", "targetArn"]),
                &own.path(&["deadLetter", "sqs"]),
            ),
        );
        if look::text(&dead).is_some() {
            properties.push(("DeadLetterConfig", made.map([("TargetArn", dead)])));
        }
        if let Some(command) = image {
            properties.push(("PackageType", made.word("Image")));
            if !command.is_absent() {
                properties.push(("ImageConfig", made.map([("Command", command)])));
            }
        }
        let tags = tags(
            made,
            &over(&own.field("tags"), &self.provider.field("tags")),
        );
        properties.push(("Tags", tags));
        let mut raw = made.resource(
            function.id.as_str(),
            "AWS::Lambda::Function",
            &function.exists,
            made.map(properties),
        );
        raw.maker = None;
        raw.span = function.span.to(own.span());
        raw.metadata = metadata;
        self.add(raw);
        self.log_group(function, made);
        self.url(function, made);
        self.destinations(function, made);
    }

    /// The environment; where more may be set than is written, it is also not known.
    fn environment(&self, own: &Value, made: Made) -> Value {
        let (own, shared) = (own.field("environment"), self.provider.field("environment"));
        let environment = over(&own, &shared);
        let is_unread = |value: &Value| matches!(value.kind, ValueKind::Unknown(..));
        let from_files = self
            .plugins
            .iter()
            .any(|name| plugins::sets_variables(name));
        if !from_files && !is_unread(&shared) || is_unread(&environment) {
            return environment;
        }
        let more = ValueKind::Unknown(Reason::NotInTree, "variables set elsewhere".to_owned());
        let more = Value::new(more, made.origin());
        let always = Guard::always;
        let kind = ValueKind::OneOf(vec![(always(), environment.clone()), (always(), more)]);
        Value::new(kind, environment.origin)
    }

    /// The handler; behind that of `serverless-wsgi` stands an application of its own.
    fn handler(&self, own: &Value) -> Value {
        let handler = own.field("handler");
        let wraps = matches!(
            look::literal(&handler),
            Some("wsgi_handler.handler" | "wsgi.handler")
        );
        let app = self.service.path(&["custom", "wsgi", "app"]);
        if wraps && self.has_plugin("serverless-wsgi") && look::literal(&app).is_some() {
            return inherited(app);
        }
        handler
    }

    /// The code, what is known of its build, and for an image its command.
    fn code(&self, function: &Function, made: Made) -> (Value, Value, Option<Value>) {
        let own = &function.value;
        let image = own.field("image");
        if !image.is_absent() {
            return self.image(&image, made);
        }
        let artifact = or_else(
            &own.path(&["package", "artifact"]),
            &self.service.path(&["package", "artifact"]),
        );
        if look::literal(&artifact).is_some() {
            return (artifact, made.nothing(), None);
        }
        // serverless-python-requirements packs the folder of a module.
        let module = own.field("module");
        if let Some(word) = look::literal(&module)
            && self.has_plugin("serverless-python-requirements")
            && word != "."
        {
            return (module, made.nothing(), None);
        }
        (made.word("."), made.nothing(), None)
    }

    fn image(&self, image: &Value, made: Made) -> (Value, Value, Option<Value>) {
        let name = look::text(image)
            .or_else(|| look::first_text(image, "name"))
            .or_else(|| look::first_text(image, "uri"))
            .unwrap_or_default();
        let declared = name
            .literal()
            .map(|name| self.provider.path(&["ecr", "images", name]))
            .filter(|value| !value.is_absent());
        let (uri, context, file) = match &declared {
            Some(value) if look::text(value).is_some() => {
                (value.clone(), made.nothing(), made.nothing())
            }
            Some(value) => (
                or_else(&value.field("uri"), &made.text(name.clone())),
                value.field("path"),
                value.field("file"),
            ),
            None => (
                Value::new(made.text(name.clone()).kind, image.origin.clone()),
                made.nothing(),
                made.nothing(),
            ),
        };
        let metadata = made.map([("DockerContext", context), ("Dockerfile", file)]);
        let command = image.field("command");
        let command = if look::is_nothing(&command) {
            made.nothing()
        } else {
            command
        };
        (made.map([("ImageUri", uri)]), metadata, Some(command))
    }

    /// The group its logs go to.
    fn log_group(&mut self, function: &Function, made: Made) {
        let own = &function.value;
        if look::is_true(own, "disableLogs") {
            return;
        }
        let Some(name) = look::text(&function.name) else {
            return;
        };
        let group = Text::join(
            [Part::Literal("/aws/lambda/".to_owned())]
                .into_iter()
                .chain(name.parts().iter().cloned()),
        );
        let retention = or_else(
            &own.field("logRetentionInDays"),
            &inherited(self.provider.field("logRetentionInDays")),
        );
        let properties = made.map([
            ("LogGroupName", made.text(group)),
            ("RetentionInDays", retention),
        ]);
        let id = format!("{}LogGroup", names::resource(&function.key));
        let raw = made.resource(id, "AWS::Logs::LogGroup", &function.exists, properties);
        self.add(raw);
    }

    /// `url: true`, or a map.
    fn url(&mut self, function: &Function, made: Made) {
        let own = &function.value;
        let span = own.key_span("url").unwrap_or(function.span);
        for (guard, url) in look::all(own, "url") {
            let exists = function.exists.and(&guard);
            if exists.impossible() || look::flag_of(url) == Some(false) {
                continue;
            }
            let here = Made { span, ..made };
            let signed =
                look::word(url, "authorizer").is_some_and(|a| a.eq_ignore_ascii_case("aws_iam"));
            let place = look::first(url, "authorizer").unwrap_or(url);
            let auth = here.word(if signed { "AWS_IAM" } else { "NONE" });
            let auth = Value::new(auth.kind, place.origin.clone());
            let cors = cors(here, &url.field("cors"));
            let target = here.attribute(&function.id, "Arn");
            let properties = here.map([
                ("AuthType", auth),
                ("TargetFunctionArn", target.clone()),
                ("InvokeMode", url.field("invokeMode")),
                ("Cors", cors),
            ]);
            let id = format!("{}LambdaFunctionUrl", names::resource(&function.key));
            let raw = here.resource(id, "AWS::Lambda::Url", &exists, properties);
            self.add(raw);
            if signed {
                continue;
            }
            let name = names::resource(&function.key);
            let open = here.map([
                ("FunctionName", target.clone()),
                ("Action", here.word("lambda:InvokeFunctionUrl")),
                ("Principal", here.word("*")),
                ("FunctionUrlAuthType", here.word("NONE")),
            ]);
            let invoke = here.map([
                ("FunctionName", target),
                ("Action", here.word("lambda:InvokeFunction")),
                ("Principal", here.word("*")),
                ("InvokedViaFunctionUrl", here.word("true")),
            ]);
            for (rest, properties) in [("", open), ("Invoke", invoke)] {
                let id = format!("{name}LambdaPermissionFnUrl{rest}");
                let raw = here.resource(id, "AWS::Lambda::Permission", &exists, properties);
                self.add(raw);
            }
        }
    }

    /// Where results and failures go.
    fn destinations(&mut self, function: &Function, made: Made) {
        let written = function.value.field("destinations");
        if written.is_absent() {
            return;
        }
        let mut parts = Vec::new();
        for (key, name) in [("onSuccess", "OnSuccess"), ("onFailure", "OnFailure")] {
            let value = written.field(key);
            if value.is_absent() {
                continue;
            }
            let arn = self.destination(&value, made);
            self.grant_destination(function, &value, &arn);
            parts.push((name, made.map([("Destination", arn)])));
        }
        let properties = made.map([
            ("FunctionName", made.attribute(&function.id, "Ref")),
            ("DestinationConfig", made.map(parts)),
        ]);
        let id = format!("{}LambdaEvConf", names::resource(&function.key));
        let raw = made.resource(
            id,
            "AWS::Lambda::EventInvokeConfig",
            &function.exists,
            properties,
        );
        self.add(raw);
    }

    /// The ARN of a destination: of another function by its key, or as written.
    fn destination(&self, value: &Value, made: Made) -> Value {
        if let Some(word) = look::literal(value)
            && let Some(function) = self.named(word)
        {
            let arn = made.attribute(&function.id, "Arn");
            return Value::new(arn.kind, value.origin.clone());
        }
        match look::first(value, "arn") {
            Some(arn) => arn.clone(),
            None => value.clone(),
        }
    }

    fn grant_destination(&mut self, function: &Function, value: &Value, arn: &Value) {
        let words = look::text(arn).map(|t| t.words()).unwrap_or_default();
        let what = match look::word(value, "type") {
            Some("sqs") => "to-queue",
            Some("sns") => "to-topic",
            Some("eventBus") => "to-bus",
            Some("function") => "to-function",
            _ if words.contains(":sqs:") => "to-queue",
            _ if words.contains(":sns:") => "to-topic",
            _ if words.contains(":event-bus/") => "to-bus",
            _ => "to-function",
        };
        self.grant(function, what, Some(arn), &Guard::always(), value.span());
    }

    /// Layers by reference; `Ref: FooLambdaLayer` names one of the service.
    fn layers_of(&self, layers: &Value) -> Value {
        layers.clone()
    }
}

fn tracing_mode(tracing: &Value) -> Option<&'static str> {
    let word = look::cases(tracing)
        .into_iter()
        .find_map(|(_, v)| look::literal(v))?;
    Some(match word {
        "true" | "Active" => "Active",
        "PassThrough" => "PassThrough",
        _ => return None,
    })
}

fn tags(made: Made, tags: &Value) -> Value {
    let ValueKind::Map(entries) = &tags.kind else {
        return made.nothing();
    };
    let items = entries
        .iter()
        .map(|(key, value)| made.map([("Key", made.word(&key.text)), ("Value", value.clone())]));
    made.list(items)
}

/// `cors: true`, or a map in the framework's words, in those of the platform.
pub(super) fn cors(made: Made, written: &Value) -> Value {
    match look::cases(written).into_iter().next() {
        None => made.nothing(),
        Some((_, value)) if look::flag_of(value) == Some(false) => made.nothing(),
        Some((_, value)) if look::flag_of(value) == Some(true) => {
            let all = made.map([
                ("AllowOrigins", made.list([made.word("*")])),
                ("AllowHeaders", made.list([made.word("*")])),
                ("AllowMethods", made.list([made.word("*")])),
            ]);
            Value::new(all.kind, value.origin.clone())
        }
        Some((_, value)) => {
            let origins = or_else(
                &value.field("allowedOrigins"),
                &or_else(&value.field("origins"), &value.field("origin")),
            );
            let map = made.map([
                ("AllowOrigins", origins),
                (
                    "AllowHeaders",
                    or_else(&value.field("allowedHeaders"), &value.field("headers")),
                ),
                (
                    "AllowMethods",
                    or_else(&value.field("allowedMethods"), &value.field("methods")),
                ),
                ("AllowCredentials", value.field("allowCredentials")),
                ("MaxAge", value.field("maxAge")),
            ]);
            Value::new(map.kind, value.origin.clone())
        }
    }
}
