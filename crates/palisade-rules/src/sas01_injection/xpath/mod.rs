//! Event data in an XPath expression.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-xpath",
        title: "event data in an XPath expression",
        sas: &[1],
        cwe: &[643],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Xpath],
    deed: "change an XPath expression",
    effect: "it changes what an expression finds",
    at_sink: "the expression is evaluated whole",
    repair: "bind it as a variable",
    payload: "palisade-canary' or '1'='1",
};
