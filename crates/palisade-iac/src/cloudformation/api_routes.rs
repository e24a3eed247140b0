//! Routes of APIs, however they are written, become triggers here.

use palisade_model::app::{EdgeKind, Kind, NodeId};
use palisade_model::guard::Guard;
use palisade_model::reach::{Auth, Door, Filter, Hedge, Route};
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::Text;

use crate::asl;
use crate::draft::{Api, Draft, Permit, Protocol, Wire};
use crate::look;
use crate::reader::At;
use crate::value::Value;

/// One route with its integration.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// Label of the trigger; the route itself where empty.
    pub label: String,
    /// Upper-case method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What it calls.
    pub target: Text,
    /// Whether the request is passed as it is.
    pub proxy: bool,
    /// Format of the payload, where one is written.
    pub payload: Option<String>,
    /// How it is guarded.
    pub auth: Auth,
    /// Whether a key is asked for.
    pub key: bool,
    /// Whether the API needs no permission of the function (it acts with a role).
    pub by_role: bool,
    /// When it exists.
    pub exists: Guard,
    /// Where the route is written.
    pub origin: Origin,
    /// What says how it is guarded.
    pub door: Origin,
}

/// Notes the variables of a stage, which stand in integrations as `${stageVariables.name}`.
pub fn declare_stage(at: At<'_>, draft: &mut Draft) {
    let properties = at.properties();
    let api = ["RestApiId", "ApiId"]
        .iter()
        .find_map(|key| look::first_text(properties, key))
        .and_then(|text| at.input.referred(&text));
    if let Some(api) = api {
        for path in ["Variables", "StageVariables"] {
            stage_variables(api, properties, path, draft);
        }
    }
}

/// Notes the stage variables that stand at a path.
pub fn stage_variables(api: At<'_>, properties: &Value, path: &str, draft: &mut Draft) {
    for (_, map) in look::at(properties, path) {
        for (_, name, _, value) in look::entries(map) {
            if let Some(text) = look::text(value) {
                draft
                    .stage_variables
                    .entry((api.unit.stack, api.address()))
                    .or_default()
                    .entry(format!("stageVariables.{name}"))
                    .or_insert(text);
            }
        }
    }
}

/// Adds a route: a trigger for each function, an edge for any other target. False if the target is not in the tree.
pub fn add(api: &Api, api_id: &str, spec: &RouteSpec, draft: &mut Draft) -> bool {
    if spec.exists.impossible() {
        return true;
    }
    let target = if spec.target.words().contains("${stageVariables.") {
        let key = draft.at_resource(api.node).key.clone();
        match draft.stage_variables.get(&(key.stack, key.address)) {
            Some(variables) => asl::substitute_text(&spec.target, variables),
            None => spec.target.clone(),
        }
    } else {
        spec.target.clone()
    };
    let functions = draft.resolve_function(&target);
    let door = door(api, spec);
    let label = if spec.label.is_empty() {
        format!("{api_id} {} {}", spec.method, spec.path)
    } else {
        spec.label.clone()
    };
    for (function, through) in &functions {
        draft.wires.push(Wire {
            label: label.clone(),
            function: *function,
            through: through.clone(),
            source: Some(NodeId::Resource(api.node)),
            event: event(api.protocol, spec),
            route: Some(Route {
                method: spec.method.clone(),
                path: spec.path.clone(),
            }),
            filter: Filter::default(),
            doors: vec![door.clone()],
            wired: Answer::Yes,
            permit: if spec.by_role {
                Permit::Settled(Answer::Yes)
            } else {
                Permit::Service("apigateway.amazonaws.com")
            },
            task: None,
            exists: spec.exists.clone(),
            origin: spec.origin.clone(),
        });
    }
    !functions.is_empty()
}

/// A route whose integration hands requests to a channel without a function in between. The filter keeps
/// the route and how it is guarded.
pub fn add_channel(api: &Api, spec: &RouteSpec, targets: &[Text], draft: &mut Draft) {
    const CHANNELS: &[Kind] = &[
        Kind::Queue,
        Kind::Topic,
        Kind::Stream,
        Kind::Table,
        Kind::Bucket,
        Kind::Workflow,
        Kind::Bus,
    ];
    let mut done: Vec<NodeId> = Vec::new();
    for target in targets {
        for to in draft.resolve(target, CHANNELS) {
            if done.contains(&to) {
                continue;
            }
            done.push(to);
            let filter = Filter {
                events: vec![format!("{} {}", spec.method, spec.path)],
                values: vec![(
                    vec!["auth".to_owned()],
                    vec![auth_word(&spec.auth).to_owned()],
                )],
                ..Filter::default()
            };
            let kind = EdgeKind::Delivers { filter, raw: true };
            draft.edge(
                NodeId::Resource(api.node),
                to,
                kind,
                spec.exists.clone(),
                spec.origin.clone(),
            );
        }
    }
}

fn auth_word(auth: &Auth) -> &'static str {
    match auth {
        Auth::None => "none",
        Auth::Key => "key",
        Auth::Signed => "signed",
        Auth::Token(_) => "token",
        Auth::Custom(_) => "custom",
        Auth::Certificate => "certificate",
        Auth::ServiceOnly => "service",
        Auth::Unknown(_) => "unknown",
    }
}

fn door(api: &Api, spec: &RouteSpec) -> Door {
    Door {
        auth: match (&spec.auth, spec.key) {
            (Auth::None, true) => Auth::Key,
            (auth, _) => auth.clone(),
        },
        private: api.private,
        hedges: if spec.key {
            vec![Hedge::Key]
        } else {
            Vec::new()
        },
        origin: spec.door.clone(),
    }
}

fn event(protocol: Protocol, spec: &RouteSpec) -> &'static str {
    match protocol {
        Protocol::WebSocket => "aws.apigateway-websocket",
        Protocol::Rest | Protocol::Http if !spec.proxy => "aws.apigateway-custom",
        Protocol::Rest => "aws.apigateway-rest",
        Protocol::Http if spec.payload.as_deref() == Some("1.0") => "aws.apigateway-http-v1",
        Protocol::Http => "aws.apigateway-http",
    }
}
