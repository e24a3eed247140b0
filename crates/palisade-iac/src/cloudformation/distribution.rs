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
            for to in fronted(at, &text, draft) {
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

/// What a domain name leads to: a node it refers to, the URL of a function, or a bucket by name.
fn fronted(at: At<'_>, text: &Text, draft: &Draft) -> Vec<NodeId> {
    let mut found = draft.resolve(text, FRONTED);
    let mut add = |stack, address: &str| {
        // SAM: `FunctionUrl` stands for the URL of `Function`.
        let owner = address.strip_suffix("Url").unwrap_or(address);
        for candidate in [
            address.to_owned(),
            format!("{owner}#url"),
            format!("{address}#url"),
        ] {
            if let Some(node) = draft.node(stack, &candidate)
                && draft.kind(node).is_some_and(|kind| FRONTED.contains(&kind))
                && !found.contains(&node)
            {
                found.push(node);
            }
        }
    };
    for part in text.parts() {
        match part {
            Part::Hole(Symbol::Attr(stack, address, _)) => add(*stack, address),
            // `!Select [2, !Split ["/", !GetAtt Door.FunctionUrl]]`: the words name what is taken apart.
            Part::Hole(Symbol::Opaque(words)) => {
                for word in words.split(|c: char| !c.is_ascii_alphanumeric()) {
                    if !word.is_empty() {
                        add(at.unit.stack, &at.unit.address(word));
                    }
                }
            }
            _ => {}
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
