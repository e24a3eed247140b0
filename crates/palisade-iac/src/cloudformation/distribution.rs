//! Distributions: what they front, and the functions that run at their edge.

use palisade_model::app::{EdgeKind, Kind, NodeId};
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::{Part, Symbol, Text};

use crate::cloudformation::target::{Delivery, deliver};
use crate::draft::{Draft, Permit};
use crate::look;
use crate::reader::At;

const FRONTED: &[Kind] = &[Kind::Api, Kind::Bucket, Kind::Url, Kind::LoadBalancer];

/// Ties a distribution.
pub fn tie(at: At<'_>, draft: &mut Draft) {
    let Some(node) = draft.node(at.unit.stack, &at.address()) else {
        return;
    };
    let properties = at.properties();
    for (guard, origin) in look::each_at(properties, "DistributionConfig.Origins") {
        let exists = at.raw.exists.and(&guard);
        for text in texts(origin) {
            for to in fronted(&text, draft) {
                draft.edge(
                    node,
                    to,
                    EdgeKind::Fronts,
                    exists.clone(),
                    origin.origin.clone(),
                );
            }
        }
    }
    let config = "DistributionConfig";
    for path in ["DefaultCacheBehavior", "CacheBehaviors"] {
        for (guard, behavior) in look::each_at(properties, &format!("{config}.{path}")) {
            for (inner, association) in look::each_at(behavior, "LambdaFunctionAssociations") {
                for (deep, text, _) in look::texts(association, "LambdaFunctionARN") {
                    let mut delivery = Delivery::new(
                        Some(node),
                        at.raw.id.clone(),
                        "aws.cloudfront-edge",
                        Permit::Settled(Answer::Yes),
                        at.raw.exists.and(&guard).and(&inner).and(&deep),
                        Origin::written(association.origin.span),
                    );
                    delivery.filter.events = look::word(association, "EventType")
                        .map(str::to_owned)
                        .into_iter()
                        .collect();
                    deliver(&text, &delivery, draft);
                }
            }
        }
    }
}

fn texts(origin: &crate::value::Value) -> Vec<Text> {
    look::texts(origin, "DomainName")
        .into_iter()
        .map(|(_, t, _)| t)
        .collect()
}

/// What a domain name leads to: a hole of a node, the URL of a function, or a bucket by name.
fn fronted(text: &Text, draft: &Draft) -> Vec<NodeId> {
    let mut found = draft.resolve(text, FRONTED);
    for part in text.parts() {
        if let Part::Hole(Symbol::Attr(stack, address, _)) = part {
            // SAM: `FunctionUrl` stands for the URL of `Function`.
            let owner = address.strip_suffix("Url").unwrap_or(address);
            for candidate in [format!("{owner}#url"), format!("{address}#url")] {
                if let Some(node) = draft.node(*stack, &candidate)
                    && !found.contains(&node)
                {
                    found.push(node);
                }
            }
        }
    }
    if found.is_empty() {
        let words = text.literal().unwrap_or_default();
        if let Some((bucket, _)) = words.split_once(".s3") {
            found = draft.resolve(&Text::of(bucket), &[Kind::Bucket]);
        }
    }
    found
}
