//! Serverless state machines: their role, their definition and what starts them.

use palisade_model::app::{EdgeKind, Kind, NodeId};
use palisade_model::guard::Guard;
use palisade_model::setting::Origin;
use palisade_model::text::{Symbol, Text};

use crate::cloudformation::api_routes::{self, RouteSpec};
use crate::cloudformation::events as cloud;
use crate::cloudformation::node::resource;
use crate::cloudformation::workflow;
use crate::draft::Draft;
use crate::look;
use crate::reader::At;
use crate::sam::{auth, globals, push, role};
use crate::value::Value;

/// Declares a state machine and its generated role.
pub fn declare(at: At<'_>, draft: &mut Draft) {
    resource(at, draft);
    for guard in role::without_role(at) {
        role::declare(at, &guard, "states.amazonaws.com", draft);
    }
}

/// Ties a state machine to its tasks, rights and events.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    workflow::tie(at, draft);
    if let Some(generated) = role::generated(at, draft) {
        if look::is_true(at.properties(), "Tracing.Enabled") {
            let cause = Origin::written(at.raw.id_span);
            role::grant_managed(role::XRAY, &cause, generated, draft);
        }
        role::policies(at, generated, draft);
    }
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    for (outer, events) in look::at(at.properties(), "Events") {
        for (guard, name, span, entry) in look::entries(events) {
            let exists = at.raw.exists.and(&outer).and(&guard);
            let Some(properties) = look::first(entry, "Properties") else {
                continue;
            };
            let start = Start {
                at,
                node,
                name,
                properties,
                exists: &exists,
                origin: Origin::written(span),
            };
            match look::word(entry, "Type").unwrap_or_default() {
                "Api" => route(&start, draft),
                "ScheduleV2" => {
                    starter(
                        &start,
                        Kind::Schedule,
                        "AWS::Scheduler::Schedule",
                        "scheduler.amazonaws.com",
                        draft,
                    );
                }
                "Schedule" | "EventBridgeRule" | "CloudWatchEvent" => {
                    starter(
                        &start,
                        Kind::EventRule,
                        "AWS::Events::Rule",
                        "events.amazonaws.com",
                        draft,
                    );
                }
                _ => {}
            }
        }
    }
}

struct Start<'a> {
    at: At<'a>,
    node: NodeId,
    name: &'a str,
    properties: &'a Value,
    exists: &'a Guard,
    origin: Origin,
}

impl Start<'_> {
    fn arn(&self) -> Text {
        Text::hole(Symbol::Attr(
            self.at.unit.stack,
            self.at.address(),
            "Ref".to_owned(),
        ))
    }
}

/// A rule or schedule that starts the machine.
fn starter(start: &Start<'_>, kind: Kind, type_name: &str, service: &str, draft: &mut Draft) {
    let rule = crate::sam::event::generated(
        start.at,
        &format!("Events.{}", start.name),
        kind,
        type_name,
        Origin::generated("sam.rule", start.origin.span),
        draft,
    );
    let Some(rule) = rule.map(NodeId::Resource) else {
        return;
    };
    cloud::rule_kind(start.properties, rule, draft);
    cloud::sources(start.properties, rule, start.exists, &start.origin, draft);
    if look::first(start.properties, "RoleArn").is_none() {
        push::starter_role(
            start.at,
            start.name,
            service,
            "states:StartExecution",
            start.arn(),
            start.exists,
            &start.origin,
            draft,
        );
    }
    let filter = cloud::rule_filter(start.properties, start.properties);
    let kind = EdgeKind::Delivers { filter, raw: false };
    draft.edge(
        rule,
        start.node,
        kind,
        start.exists.clone(),
        start.origin.clone(),
    );
}

/// A route of a REST API that starts the machine.
fn route(start: &Start<'_>, draft: &mut Draft) {
    let unit = start.at.unit;
    let text = look::first_text(start.properties, "RestApiId").unwrap_or_else(|| {
        Text::hole(Symbol::Attr(
            unit.stack,
            unit.address(globals::REST),
            "Ref".to_owned(),
        ))
    });
    push::starter_role(
        start.at,
        start.name,
        "apigateway.amazonaws.com",
        "states:StartExecution",
        start.arn(),
        start.exists,
        &start.origin,
        draft,
    );
    let Some(found) = start.at.input.referred(&text) else {
        return;
    };
    let key = (found.unit.stack, found.address());
    let Some(api) = draft.apis.get(&key).cloned() else {
        return;
    };
    if draft.definitions.get(&key).is_some_and(|d| !d.merge) {
        return;
    }
    let word = |path: &str| look::first_text(start.properties, path).map(|t| t.words());
    for (guard, auth, door, required) in auth::route(
        start.properties,
        start.origin.span,
        &key.1,
        found.properties(),
    ) {
        let spec = RouteSpec {
            label: start.name.to_owned(),
            method: word("Method")
                .unwrap_or_else(|| "ANY".to_owned())
                .to_ascii_uppercase(),
            path: word("Path").unwrap_or_else(|| "/".to_owned()),
            target: start.arn(),
            proxy: false,
            payload: None,
            auth,
            key: required,
            by_role: true,
            exists: start.exists.and(&guard),
            origin: start.origin.clone(),
            door,
        };
        api_routes::add_channel(&api, &spec, &[start.arn()], draft);
    }
}
