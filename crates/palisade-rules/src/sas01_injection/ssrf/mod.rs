//! Event data as the address of a request.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-ssrf",
        title: "event data as the address of a request",
        sas: &[1],
        cwe: &[918],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::UrlHost, Grammar::UrlPath],
    deed: "make requests to any address",
    effect: "it reaches any address, the credential endpoint 169.254.169.254 among them",
    at_sink: "the request goes where it says",
    repair: "take the host from a table of constants",
    payload: "http://palisade-canary.example/",
};
