//! Event data read as XML with external entities.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-xxe",
        title: "event data read as XML with external entities",
        sas: &[1],
        cwe: &[611],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Xml],
    deed: "read files",
    effect: "it reads files and addresses of the function",
    at_sink: "entities in it are resolved",
    repair: "switch external entities and DTDs off",
    payload: "<palisade-canary/>",
};
