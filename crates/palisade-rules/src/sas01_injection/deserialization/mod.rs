//! Event data turned into objects of any class.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-deserialization",
        title: "event data turned into objects of any class",
        sas: &[1],
        cwe: &[502],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Deserialize],
    deed: "run code",
    effect: "it runs code",
    at_sink: "what was sent decides which code runs",
    repair: "read it as JSON, and check its fields",
    payload: "palisade-canary",
};
