//! Load balancers whose listeners forward to functions.

use palisade_model::app::{Kind, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::guard::Guard;
use palisade_model::reach::{Auth, Door, Filter, Route};
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::Text;

use crate::draft::{Draft, Permit, Wire};
use crate::look;
use crate::reader::At;
use crate::value::Value;

/// Ties a listener or one of its rules.
pub fn listener(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let balancer = balancer_of(at, draft);
    let private = balancer.is_some_and(|node| internal(node, draft));
    let mut auth: Option<(Auth, Origin)> = None;
    for path in ["DefaultActions", "Actions"] {
        for (guard, action) in look::each_at(properties, path) {
            let kind = look::word(action, "Type").unwrap_or_default();
            if kind.starts_with("authenticate-") {
                auth = Some((
                    Auth::Token(format!("{}#{kind}", at.address())),
                    action.origin.clone(),
                ));
                continue;
            }
            let exists = at.raw.exists.and(&guard);
            for (inner, group) in groups(action) {
                let door = Door {
                    auth: auth.as_ref().map_or(Auth::None, |(a, _)| a.clone()),
                    private,
                    hedges: Vec::new(),
                    origin: auth
                        .as_ref()
                        .map_or_else(|| action.origin.clone(), |(_, o)| o.clone()),
                };
                forward(at, &group, balancer, door, &exists.and(&inner), draft);
            }
        }
    }
}

fn balancer_of(at: At<'_>, draft: &Draft) -> Option<NodeId> {
    let of = |listener: At<'_>| {
        let text = look::first_text(listener.properties(), "LoadBalancerArn")?;
        draft.resolve_one(&text, &[Kind::LoadBalancer])
    };
    of(at).or_else(|| {
        let text = look::first_text(at.properties(), "ListenerArn")?;
        of(at.input.referred(&text)?)
    })
}

fn internal(node: NodeId, draft: &Draft) -> bool {
    let NodeId::Resource(id) = node else {
        return false;
    };
    draft
        .at_resource(id)
        .settings
        .text(Attribute::Scheme)
        .and_then(|s| s.known())
        .and_then(Text::literal)
        == Some("internal")
}

fn groups(action: &Value) -> Vec<(Guard, Text)> {
    let mut found: Vec<(Guard, Text)> = look::texts(action, "TargetGroupArn")
        .into_iter()
        .map(|(g, t, _)| (g, t))
        .collect();
    for (guard, group) in look::each_at(action, "ForwardConfig.TargetGroups") {
        for (inner, text, _) in look::texts(group, "TargetGroupArn") {
            found.push((guard.and(&inner), text));
        }
    }
    found
}

fn forward(
    at: At<'_>,
    group: &Text,
    balancer: Option<NodeId>,
    door: Door,
    exists: &Guard,
    draft: &mut Draft,
) {
    let Some(group) = at.input.referred(group) else {
        return;
    };
    if look::word(group.properties(), "TargetType") != Some("lambda") {
        return;
    }
    let path = paths(at.properties());
    for (guard, target) in look::each_at(group.properties(), "Targets") {
        for (inner, text, _) in look::texts(target, "Id") {
            for (function, through) in draft.resolve_function(&text) {
                draft.wires.push(Wire {
                    label: at.raw.id.clone(),
                    function,
                    through,
                    source: balancer,
                    event: "aws.alb",
                    route: Some(Route {
                        method: "ANY".to_owned(),
                        path: path.clone(),
                    }),
                    filter: Filter::default(),
                    doors: vec![door.clone()],
                    wired: Answer::Yes,
                    permit: Permit::Service("elasticloadbalancing.amazonaws.com"),
                    task: None,
                    exists: exists.and(&guard).and(&inner),
                    origin: at.raw.origin(),
                });
            }
        }
    }
}

fn paths(properties: &Value) -> String {
    for (_, condition) in look::each_at(properties, "Conditions") {
        for path in ["PathPatternConfig.Values", "Values"] {
            if path == "Values" && look::word(condition, "Field") != Some("path-pattern") {
                continue;
            }
            if let Some((_, text, _)) = look::texts(condition, path).into_iter().next() {
                return text.words();
            }
        }
    }
    "$default".to_owned()
}

/// Notes what a web application firewall stands before.
pub fn firewall(at: At<'_>, draft: &mut Draft) {
    const GUARDED: &[Kind] = &[Kind::Api, Kind::LoadBalancer, Kind::Graph, Kind::UserPool];
    for (_, text, _) in look::texts(at.properties(), "ResourceArn") {
        // A stage stands for its API.
        let api = at.input.referred(&text).and_then(|found| {
            let id = look::first_text(found.properties(), "RestApiId")
                .or_else(|| look::first_text(found.properties(), "ApiId"))?;
            draft.resolve_one(&id, GUARDED)
        });
        if let Some(node) = api.or_else(|| draft.resolve_one(&text, GUARDED)) {
            draft.firewalls.insert(node);
        }
    }
}
