//! Roles that a call hands to a service.

use palisade_model::api::ApiValue;
use palisade_model::app::NodeId;
use palisade_model::policy::{Effect, Principal};
use palisade_model::text::{Symbol, Text};

use super::bind::{Binder, Bound};
use super::walk::Sent;
use crate::facts::{HoleKind, Needed};

/// Services that run something else under their roles than their client is called.
const PRINCIPALS: [(&str, &str); 6] = [
    ("ecs", "ecs-tasks"),
    ("stepfunctions", "states"),
    ("batch", "batch"),
    ("emr-serverless", "emr-serverless"),
    ("scheduler", "scheduler"),
    ("events", "events"),
];

/// The roles that are passed: those the call names, or those of the template that trust the service.
pub(super) fn roles(binder: &Binder<'_>, sent: &Sent, needed: &Needed<'_>) -> Option<Bound> {
    let operation = sent.operation?;
    let client = operation.client();
    let known = PRINCIPALS.iter().find(|(name, _)| *name == client);
    let principal = format!("{}.amazonaws.com", known.map_or(client, |(_, p)| *p));
    let named = needed
        .resources
        .iter()
        .flat_map(|template| template.holes())
        .filter(|hole| hole.kind != HoleKind::TaskRoles)
        .any(|hole| {
            let values = sent.input.lookup(&operation, hole.path);
            values.iter().any(|v| !matches!(v, ApiValue::Nothing))
        });
    let mut bound = if named {
        binder.bind(needed, sent)
    } else {
        trusting(binder, &principal)
    };
    if bound.resources.is_empty() {
        return None;
    }
    bound.conditions = vec![(
        "StringEquals".to_owned(),
        "iam:PassedToService".to_owned(),
        vec![Text::of(principal)],
    )];
    Some(bound)
}

/// The roles of the template that a service may assume.
fn trusting(binder: &Binder<'_>, principal: &str) -> Bound {
    let mut bound = Bound::default();
    for (id, role) in binder.app.roles.enumerate() {
        let trusts = role.trust.iter().any(|statement| {
            statement.effect == Effect::Allow
                && statement.principals.iter().any(|p| match p {
                    Principal::Service(text) => text.literal() == Some(principal),
                    _ => false,
                })
        });
        if trusts && let Some(arn) = binder.arn_of(NodeId::Role(id)) {
            bound.nodes.push(NodeId::Role(id));
            bound.resources.push(arn);
        }
    }
    bound
}

/// Whether every role that is to be assumed trusts the function's own role by name: then nothing need be granted.
pub(super) fn is_trusted(binder: &Binder<'_>, bound: &Bound) -> bool {
    let app = binder.app;
    let function = app.functions.get(binder.function);
    let own = |stack, address: &str| {
        let node = app.node(stack, address);
        function.is_some_and(|f| f.role.iter().any(|(_, r)| Some(NodeId::Role(*r)) == node))
    };
    let trusts = |node: &NodeId| {
        let NodeId::Role(id) = node else {
            return false;
        };
        let statements = app.roles.get(*id).map_or(&[][..], |r| r.trust.as_slice());
        let mut principals = statements
            .iter()
            .filter(|s| s.effect == Effect::Allow)
            .flat_map(|s| &s.principals);
        principals.any(|p| match p {
            Principal::Aws(text) => matches!(
                text.symbol(),
                Some(Symbol::Attr(stack, address, _)) if own(*stack, address)
            ),
            _ => false,
        })
    };
    !bound.nodes.is_empty()
        && bound.nodes.len() == bound.resources.len()
        && bound.nodes.iter().all(trusts)
}
