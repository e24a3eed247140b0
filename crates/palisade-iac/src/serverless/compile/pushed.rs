//! Events that a service pushes: buckets, topics, rules, devices, pools, logs, skills, load balancers, the edge.

use palisade_model::guard::Guard;
use palisade_model::problem::{Cost, ProblemKind};
use palisade_model::text::{Part, Text};

use super::{Compiler, Event};
use crate::evaluate;
use crate::look;
use crate::serverless::made::{Made, or_else};
use crate::serverless::{existing, names};
use crate::value::{Value, ValueKind};

impl Compiler<'_> {
    /// Objects of a bucket: one that the service makes, or one that exists.
    pub(super) fn s3(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let written = match look::text(value) {
            Some(_) => value.clone(),
            None => value.field("bucket"),
        };
        let Some(name) = look::text(&written) else {
            return;
        };
        let rules = look::each_at(value, "rules")
            .into_iter()
            .flat_map(|(_, rule)| {
                look::entries(rule)
                    .into_iter()
                    .map(|(_, kind, _, value)| {
                        made.map([("Name", made.word(kind)), ("Value", value.clone())])
                    })
                    .collect::<Vec<_>>()
            });
        let rules: Vec<Value> = rules.collect();
        let kind = or_else(&value.field("event"), &made.word("s3:ObjectCreated:*"));
        let mut lambda = vec![("Event", kind), ("Function", event.target())];
        if !rules.is_empty() {
            let key = made.map([("Rules", made.list(rules))]);
            lambda.push(("Filter", made.map([("S3Key", key)])));
        }
        let lambda = made.map(lambda);
        let configured = name
            .literal()
            .map(|key| self.provider.path(&["s3", key]))
            .filter(Value::is_map);
        let physical = match &configured {
            Some(bucket) => or_else(&bucket.field("name"), &written),
            None => written.clone(),
        };
        let exists_already = look::is_true(value, "existing")
            || matches!(name.symbol(), Some(palisade_model::text::Symbol::Attr(..)));
        let id = format!("S3Bucket{}", names::letters(&name.words()));
        let bucket_arn = if exists_already {
            let notification = made.map([("LambdaConfigurations", made.list([lambda]))]);
            let properties = made.map([
                ("BucketName", physical.clone()),
                ("NotificationConfiguration", notification),
            ]);
            let own = self.numbered(&event.id("CustomS3"));
            let mut raw = made.resource(own, existing::BUCKET, event.exists, properties);
            raw.maker = None;
            self.add(raw);
            bucket_arn(made, &physical)
        } else {
            self.bucket(event, &id, &physical, configured.as_ref(), lambda);
            bucket_arn(made, &physical)
        };
        let own = event.id(&format!(
            "LambdaPermission{}S3",
            names::letters(&name.words())
        ));
        let account = made.text(Text::hole(palisade_model::text::Symbol::Pseudo(
            "AWS::AccountId".to_owned(),
        )));
        self.permission(
            &own,
            event,
            "s3.amazonaws.com",
            Some(bucket_arn),
            vec![("SourceAccount", account)],
        );
    }

    /// The bucket that an event implies; several events share it.
    fn bucket(
        &mut self,
        event: &Event<'_>,
        id: &str,
        name: &Value,
        configured: Option<&Value>,
        lambda: Value,
    ) {
        let made = event.made;
        let item = under(lambda, event.exists);
        if let Some(raw) = self.added(id) {
            if let ValueKind::Map(entries) = &mut raw.properties.kind
                && let Some((_, notification)) = entries
                    .iter_mut()
                    .find(|(key, _)| key.text == "NotificationConfiguration")
                && let ValueKind::Map(inner) = &mut notification.kind
                && let Some((_, list)) = inner.first_mut()
                && let ValueKind::List(items) = &mut list.kind
            {
                items.push(item);
            }
            return;
        }
        let mut entries = vec![
            (made.key("BucketName"), name.clone()),
            (
                made.key("NotificationConfiguration"),
                made.map([("LambdaConfigurations", made.list([item]))]),
            ),
        ];
        // `provider.s3` holds further properties in the words of the platform, first letter small.
        if let Some(configured) = configured {
            for (key, value) in configured.entries() {
                if key.text != "name" {
                    let mut key = key.clone();
                    key.text = names::upper_first(&key.text);
                    entries.push((key, value.clone()));
                }
            }
        }
        let properties = Value::new(ValueKind::Map(entries), name.origin.clone());
        let raw = made.resource(id, "AWS::S3::Bucket", event.exists, properties);
        self.add(raw);
    }

    /// Messages of a topic.
    pub(super) fn sns(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let given = match look::text(value) {
            Some(_) => value.clone(),
            None => value.field("arn"),
        };
        let named = value.field("topicName");
        let text = look::text(&given);
        let by_name = text
            .as_ref()
            .and_then(Text::literal)
            .is_some_and(|name| !name.starts_with("arn:"));
        let words = look::text(&named)
            .or_else(|| text.clone())
            .map(|t| t.words())
            .unwrap_or_default();
        let topic = if text.is_some() && !by_name {
            given
        } else {
            let name = if by_name { given } else { named };
            let id = format!("SNSTopic{}", names::letters(&words));
            let properties = made.map([
                ("TopicName", name),
                ("DisplayName", value.field("displayName")),
                ("KmsMasterKeyId", value.field("kmsMasterKeyId")),
            ]);
            let raw = made.resource(id.as_str(), "AWS::SNS::Topic", event.exists, properties);
            self.add(raw);
            made.attribute(&id, "Ref")
        };
        let name = names::letters(words.rsplit([':', '.']).next().unwrap_or(&words));
        let properties = made.map([
            ("TopicArn", topic.clone()),
            ("Protocol", made.word("lambda")),
            ("Endpoint", event.target()),
            ("FilterPolicy", value.field("filterPolicy")),
            ("FilterPolicyScope", value.field("filterPolicyScope")),
            ("RedrivePolicy", value.field("redrivePolicy")),
        ]);
        let id = self.free(&event.id(&format!("SnsSubscription{name}")));
        let mut raw = made.resource(id, "AWS::SNS::Subscription", event.exists, properties);
        raw.maker = None;
        self.add(raw);
        let id = self.free(&event.id(&format!("LambdaPermission{name}SNS")));
        self.permission(&id, event, "sns.amazonaws.com", Some(topic), Vec::new());
    }

    /// Times: rules, or schedules of their own.
    pub(super) fn schedule(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let rates: Vec<(Guard, Value)> = match look::text(value) {
            Some(_) => vec![(Guard::always(), value.clone())],
            None => look::each_at(value, "rate")
                .into_iter()
                .map(|(guard, rate)| (guard, rate.clone()))
                .collect(),
        };
        if rates.is_empty() {
            self.report(
                made.span,
                ProblemKind::Malformed,
                Cost::Node,
                format!(
                    "a schedule of the function `{}` has no rate: it was left out",
                    event.function.key
                ),
            );
        }
        let by_scheduler = look::word(value, "method") == Some("scheduler");
        let input = self.input(event);
        for (guard, rate) in rates {
            let exists = event.exists.and(&guard);
            if exists.impossible() {
                continue;
            }
            let event = &Event {
                exists: &exists,
                ..*event
            };
            let wanted = if by_scheduler {
                "SchedulerSchedule"
            } else {
                "EventsRuleSchedule"
            };
            let id = self.numbered(&event.id(wanted));
            let state = state(made, value);
            if by_scheduler {
                let target = made.map([
                    ("Arn", event.target()),
                    ("RoleArn", self.role_of(event.function)),
                    ("Input", input.clone()),
                ]);
                let properties = made.map([
                    ("Name", value.field("name")),
                    ("ScheduleExpression", rate),
                    ("State", state),
                    ("Target", target),
                ]);
                let mut raw =
                    made.resource(id, "AWS::Scheduler::Schedule", event.exists, properties);
                raw.maker = None;
                self.add(raw);
                let target = event.target();
                self.grant(
                    event.function,
                    "to-function",
                    Some(&target),
                    event.exists,
                    made.span,
                );
                continue;
            }
            let mut target = vec![("Arn", event.target()), ("Input", input.clone())];
            target.push(("InputPath", value.field("inputPath")));
            let properties = made.map([
                ("Name", value.field("name")),
                ("ScheduleExpression", rate),
                ("State", state),
                ("Targets", made.list([made.map(target)])),
            ]);
            self.rule(event, &id, properties, "LambdaPermissionEventsRuleSchedule");
        }
    }

    fn rule(&mut self, event: &Event<'_>, id: &str, properties: Value, permission: &str) {
        let made = event.made;
        let mut raw = made.resource(id, "AWS::Events::Rule", event.exists, properties);
        raw.maker = None;
        self.add(raw);
        let permission = self.numbered(&event.id(permission));
        let source = made.attribute(id, "Arn");
        self.permission(
            &permission,
            event,
            "events.amazonaws.com",
            Some(source),
            Vec::new(),
        );
    }

    /// A fixed input, as text.
    fn input(&self, event: &Event<'_>) -> Value {
        let written = event.value.field("input");
        match &written.kind {
            ValueKind::Map(_) => match evaluate::json_of(&written) {
                Some(text) => Value::new(event.made.text(text).kind, written.origin.clone()),
                None => event.made.nothing(),
            },
            _ => written,
        }
    }

    /// Rules of a bus.
    pub(super) fn event_bridge(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let bus = value.field("eventBus");
        let bus = self.bus(event, bus);
        let target = made.map([
            ("Arn", event.target()),
            ("Input", self.input(event)),
            ("InputPath", value.field("inputPath")),
            ("InputTransformer", transformer(made, value)),
        ]);
        let properties = made.map([
            ("Name", value.field("name")),
            ("EventBusName", bus),
            ("EventPattern", value.field("pattern")),
            ("ScheduleExpression", value.field("schedule")),
            ("State", state(made, value)),
            ("Targets", made.list([target])),
        ]);
        let id = self.free(&event.id("EventBridgeRule"));
        self.rule(event, &id, properties, "EventBridgeLambdaPermission");
    }

    /// A bus by a plain name is made by the service.
    fn bus(&mut self, event: &Event<'_>, bus: Value) -> Value {
        let made = event.made;
        let Some(name) = look::literal(&bus) else {
            return bus;
        };
        if name == "default" || name.starts_with("arn:") || name.starts_with("aws.partner/") {
            return bus;
        }
        let id = format!("{}EventBridgeEventBus", names::resource(name));
        let properties = made.map([("Name", bus.clone())]);
        let raw = made.resource(
            id.as_str(),
            "AWS::Events::EventBus",
            event.exists,
            properties,
        );
        self.add(raw);
        made.attribute(&id, "Ref")
    }

    /// Events of the account, in the old words.
    pub(super) fn cloudwatch_event(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let target = made.map([
            ("Arn", event.target()),
            ("Input", self.input(event)),
            ("InputPath", value.field("inputPath")),
            ("InputTransformer", transformer(made, value)),
        ]);
        let properties = made.map([
            ("Name", value.field("name")),
            ("EventPattern", value.field("event")),
            ("State", state(made, value)),
            ("Targets", made.list([target])),
        ]);
        let id = self.numbered(&event.id("EventsRuleCloudWatchEvent"));
        self.rule(
            event,
            &id,
            properties,
            "LambdaPermissionEventsRuleCloudWatchEvent",
        );
    }

    /// Lines of a log.
    pub(super) fn cloudwatch_log(&mut self, event: &Event<'_>) {
        let made = event.made;
        let group = match look::text(event.value) {
            Some(_) => event.value.clone(),
            None => event.value.field("logGroup"),
        };
        let properties = made.map([
            ("LogGroupName", group.clone()),
            ("DestinationArn", event.target()),
            ("FilterPattern", event.value.field("filter")),
        ]);
        let id = self.numbered(&event.id("LogsSubscriptionFilterCloudWatchLog"));
        let mut raw = made.resource(
            id,
            "AWS::Logs::SubscriptionFilter",
            event.exists,
            properties,
        );
        raw.maker = None;
        self.add(raw);
        let source = look::text(&group).map(|group| {
            let rest = [Part::Literal("log-group:".to_owned())]
                .into_iter()
                .chain(group.parts().iter().cloned())
                .chain([Part::Literal(":*".to_owned())]);
            made.text(made.arn("logs", &Text::join(rest)))
        });
        let id = self.free(&event.id("LambdaPermissionLogsSubscriptionFilterCloudWatchLog"));
        self.permission(&id, event, "logs.amazonaws.com", source, Vec::new());
    }

    /// Messages of devices.
    pub(super) fn iot(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let disabled = look::first(value, "enabled").and_then(look::flag_of) == Some(false);
        let action = made.map([("Lambda", made.map([("FunctionArn", event.target())]))]);
        let payload = made.map([
            ("Sql", value.field("sql")),
            ("AwsIotSqlVersion", value.field("sqlVersion")),
            (
                "RuleDisabled",
                made.word(if disabled { "true" } else { "false" }),
            ),
            ("Actions", made.list([action])),
        ]);
        let properties = made.map([
            ("RuleName", value.field("name")),
            ("TopicRulePayload", payload),
        ]);
        let id = self.numbered(&event.id("IotTopicRule"));
        let mut raw = made.resource(id.as_str(), "AWS::IoT::TopicRule", event.exists, properties);
        raw.maker = None;
        self.add(raw);
        let rule = made.hole(&id, "Ref");
        let rest = [Part::Literal("rule/".to_owned())]
            .into_iter()
            .chain(rule.parts().iter().cloned());
        let source = made.text(made.arn("iot", &Text::join(rest)));
        let id = self.numbered(&event.id("LambdaPermissionIotTopicRule"));
        self.permission(&id, event, "iot.amazonaws.com", Some(source), Vec::new());
    }

    /// Devices that ask to be let in.
    pub(super) fn fleet(&mut self, event: &Event<'_>) {
        let made = event.made;
        let hook = made.map([
            ("TargetArn", event.target()),
            ("PayloadVersion", made.word("2020-04-01")),
        ]);
        let properties = made.map([
            ("TemplateBody", event.value.field("templateBody")),
            (
                "ProvisioningRoleArn",
                event.value.field("provisioningRoleArn"),
            ),
            ("PreProvisioningHook", hook),
        ]);
        let id = event.id("IotProvisioningTemplate");
        let raw = made.resource(
            id,
            "AWS::IoT::ProvisioningTemplate",
            event.exists,
            properties,
        );
        self.add(raw);
        let id = event.id("LambdaPermissionIotProvisioningTemplate");
        self.permission(&id, event, "iot.amazonaws.com", None, Vec::new());
    }

    /// Speech of Alexa users.
    pub(super) fn alexa_skill(&mut self, event: &Event<'_>) {
        let skill = match look::text(event.value) {
            Some(_) => event.value.clone(),
            None => event.value.field("appId"),
        };
        let id = self.numbered(&event.id("LambdaPermissionAlexaSkill"));
        self.permission(
            &id,
            event,
            "alexa-appkit.amazon.com",
            None,
            vec![("EventSourceToken", skill)],
        );
    }

    /// Devices of Alexa users.
    pub(super) fn alexa_home(&mut self, event: &Event<'_>) {
        let skill = match look::text(event.value) {
            Some(_) => event.value.clone(),
            None => event.value.field("appId"),
        };
        let id = self.numbered(&event.id("LambdaPermissionAlexaSmartHome"));
        self.permission(
            &id,
            event,
            "alexa-connectedhome.amazon.com",
            None,
            vec![("EventSourceToken", skill)],
        );
    }

    /// Hooks of a user pool.
    pub(super) fn user_pool(&mut self, event: &Event<'_>) {
        let made = event.made;
        let pool = event.value.field("pool");
        let Some(name) = look::text(&pool) else {
            return;
        };
        let Some(trigger) = look::word(event.value, "trigger").map(str::to_owned) else {
            return;
        };
        let target = match trigger.as_str() {
            "CustomSMSSender" | "CustomEmailSender" => made.map([("LambdaArn", event.target())]),
            _ => event.target(),
        };
        let words = names::letters(&name.words());
        let referred = matches!(name.symbol(), Some(palisade_model::text::Symbol::Attr(..)));
        let source = if look::is_true(event.value, "existing") || referred {
            let properties = made.map([
                ("UserPoolName", pool.clone()),
                (
                    "LambdaConfig",
                    made.map([(trigger.as_str(), event.target())]),
                ),
            ]);
            let id = self.numbered(&event.id("CustomCognitoUserPool"));
            let mut raw = made.resource(id, existing::POOL, event.exists, properties);
            raw.maker = None;
            self.add(raw);
            None
        } else {
            let id = format!("CognitoUserPool{words}");
            self.pool(event, &id, &pool, &trigger, target);
            Some(made.attribute(&id, "Arn"))
        };
        let id = event.id(&format!(
            "LambdaPermissionCognitoUserPool{words}TriggerSource{trigger}"
        ));
        self.permission(&id, event, "cognito-idp.amazonaws.com", source, Vec::new());
    }

    fn pool(&mut self, event: &Event<'_>, id: &str, name: &Value, trigger: &str, target: Value) {
        let made = event.made;
        let key = made.key(trigger);
        if let Some(raw) = self.added(id) {
            if let ValueKind::Map(entries) = &mut raw.properties.kind
                && let Some((_, hooks)) = entries.iter_mut().find(|(k, _)| k.text == "LambdaConfig")
                && let ValueKind::Map(hooks) = &mut hooks.kind
            {
                hooks.push((key, target));
            }
            return;
        }
        let hooks = Value::new(ValueKind::Map(vec![(key, target)]), name.origin.clone());
        let properties = made.map([("UserPoolName", name.clone()), ("LambdaConfig", hooks)]);
        let raw = made.resource(id, "AWS::Cognito::UserPool", event.exists, properties);
        self.add(raw);
    }

    /// Requests of a load balancer.
    pub(super) fn balancer(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let group = self.free(&event.id("AlbTargetGroup"));
        let properties = made.map([
            ("TargetType", made.word("lambda")),
            ("Targets", made.list([made.map([("Id", event.target())])])),
        ]);
        let raw = made.resource(
            group.as_str(),
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            event.exists,
            properties,
        );
        self.add(raw);
        let mut actions = Vec::new();
        let authorizers = self.provider.path(&["alb", "authorizers"]);
        for (_, name) in look::each_at(value, "authorizer") {
            let Some(authorizer) = look::literal(name).and_then(|n| look::first(&authorizers, n))
            else {
                continue;
            };
            let kind = look::word(authorizer, "type").unwrap_or("oidc");
            let action = made.map([("Type", made.word(&format!("authenticate-{kind}")))]);
            actions.push(Value::new(action.kind, name.origin.clone()));
        }
        actions.push(made.map([
            ("Type", made.word("forward")),
            ("TargetGroupArn", made.attribute(&group, "Ref")),
        ]));
        let mut conditions = Vec::new();
        for (key, field, config) in [
            ("path", "path-pattern", "PathPatternConfig"),
            ("host", "host-header", "HostHeaderConfig"),
            ("method", "http-request-method", "HttpRequestMethodConfig"),
            ("ip", "source-ip", "SourceIpConfig"),
        ] {
            let values = value.path(&["conditions", key]);
            if values.is_absent() {
                continue;
            }
            let values = if values.is_list() {
                values
            } else {
                made.list([values])
            };
            conditions.push(made.map([
                ("Field", made.word(field)),
                (config, made.map([("Values", values)])),
            ]));
        }
        let properties = made.map([
            (
                "ListenerArn",
                or_else(&value.field("listenerArn"), &value.field("listener")),
            ),
            ("Actions", made.list(actions)),
            ("Conditions", made.list(conditions)),
        ]);
        let id = self.numbered(&event.id("AlbListenerRule"));
        let mut raw = made.resource(
            id,
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            event.exists,
            properties,
        );
        raw.maker = None;
        self.add(raw);
        let id = event.id("LambdaPermissionAlb");
        self.permission(
            &id,
            event,
            "elasticloadbalancing.amazonaws.com",
            None,
            Vec::new(),
        );
    }

    /// Requests at the edge.
    pub(super) fn cloud_front(&mut self, event: &Event<'_>) {
        let made = event.made;
        let value = event.value;
        let association = made.map([
            (
                "EventType",
                or_else(&value.field("eventType"), &made.word("origin-request")),
            ),
            ("LambdaFunctionARN", event.target()),
        ]);
        let behavior = made.map([
            ("PathPattern", value.field("pathPattern")),
            ("LambdaFunctionAssociations", made.list([association])),
        ]);
        let origin = value.field("origin");
        let origins = match look::text(&origin) {
            Some(_) => made.list([made.map([("DomainName", origin)])]),
            None => {
                let domain = or_else(&origin.field("domainName"), &origin.field("DomainName"));
                made.list([made.map([("DomainName", domain)])])
            }
        };
        let config = made.map([
            ("Origins", origins),
            ("CacheBehaviors", made.list([behavior])),
            ("Enabled", made.word("true")),
        ]);
        let id = self.free("CloudFrontDistribution");
        let raw = made.resource(
            id,
            "AWS::CloudFront::Distribution",
            event.exists,
            made.map([("DistributionConfig", config)]),
        );
        self.add(raw);
    }
}

fn bucket_arn(made: Made, name: &Value) -> Value {
    let name = look::text(name).unwrap_or_default();
    let parts = [Part::Literal("arn:aws:s3:::".to_owned())]
        .into_iter()
        .chain(name.parts().iter().cloned());
    made.text(Text::join(parts))
}

fn state(made: Made, value: &Value) -> Value {
    match look::first(value, "enabled").and_then(look::flag_of) {
        Some(false) => made.word("DISABLED"),
        _ => made.nothing(),
    }
}

fn transformer(made: Made, value: &Value) -> Value {
    let written = value.field("inputTransformer");
    if written.is_absent() {
        return written;
    }
    made.map([
        ("InputPathsMap", written.field("inputPathsMap")),
        ("InputTemplate", written.field("inputTemplate")),
    ])
}

/// An item that stands only under a guard.
fn under(value: Value, guard: &Guard) -> Value {
    if guard.is_always() {
        return value;
    }
    let origin = value.origin.clone();
    Value::new(ValueKind::OneOf(vec![(guard.clone(), value)]), origin)
}
