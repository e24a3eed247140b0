//! Event data as the target of a redirect.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-redirect",
        title: "event data as the target of a redirect",
        sas: &[1],
        cwe: &[601],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Redirect],
    deed: "send visitors to any site",
    effect: "it sends visitors to any site",
    at_sink: "visitors are sent there",
    repair: "take the target from a table of constants",
    payload: "https://palisade-canary.example/",
};
