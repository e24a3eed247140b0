//! Event data as a query object.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-nosql",
        title: "event data as a query object",
        sas: &[1],
        cwe: &[943],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::NosqlOperator],
    deed: "change a query",
    effect: "it changes what a query finds",
    at_sink: "operators in it are obeyed",
    repair: "take text only: check its type, or convert it",
    payload: "palisade-canary",
};
