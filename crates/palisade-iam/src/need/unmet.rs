//! Methods that are called on a client and that its SDK does not have.

use std::collections::BTreeMap;

use palisade_model::api::ApiCall;
use palisade_model::need::UnknownMethod;
use palisade_model::source::Span;

use super::walk::{Client, Walked};
use crate::facts::{Sdk, camel, embedded, snake};

/// What a client of boto3 has beside operations and behind an underscore. Source: botocore 1.44, `client.py` (2026-11).
const OWN: [&str; 12] = [
    "_make_api_call",
    "_make_request",
    "_emit_api_params",
    "_convert_to_request_dict",
    "_resolve_endpoint_ruleset",
    "_register_handlers",
    "_register_s3express_handlers",
    "_get_waiter_config",
    "_request_signer",
    "_client_config",
    "_endpoint",
    "_load_exceptions",
];

/// The calls of which no path comes to a method.
///
/// An operation may be newer than the facts; so only what no version can have is told: a name that boto3 spells
/// otherwise, or that begins with an underscore.
pub(super) fn methods(walked: &[(&ApiCall, Walked)]) -> Vec<UnknownMethod> {
    let mut by_place: BTreeMap<Span, Vec<&Walked>> = BTreeMap::new();
    for (call, walked) in walked {
        by_place.entry(call.span).or_default().push(walked);
    }
    let mut found = Vec::new();
    for (span, all) in by_place {
        // A call that is met on one of its paths is a call of something.
        if all.iter().any(|walked| walked.unmet.is_empty()) {
            continue;
        }
        let mut told = all.iter().flat_map(|walked| &walked.unmet);
        if let Some(method) = told.find_map(|(client, name)| unknown(span, client, name)) {
            found.push(method);
        }
    }
    found
}

fn unknown(span: Span, client: &Client, method: &str) -> Option<UnknownMethod> {
    let facts = embedded().client(client.sdk, &client.service)?;
    let spelled = |name: &str| match client.sdk {
        Sdk::Boto3 => snake(name),
        _ => camel(name),
    };
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let wanted = plain(method);
    let meant = facts.operations().find(|o| plain(o.name()) == wanted);
    let meant = meant.map(|operation| spelled(operation.name()));
    let hidden = client.sdk == Sdk::Boto3 && method.starts_with('_') && !OWN.contains(&method);
    let other = meant.as_ref().is_some_and(|meant| meant != method);
    (hidden || other).then(|| UnknownMethod {
        span,
        client: client.service.clone(),
        method: method.to_owned(),
        meant: meant.filter(|meant| meant != method),
    })
}
