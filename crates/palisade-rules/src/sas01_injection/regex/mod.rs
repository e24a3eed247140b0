//! Event data as a regular expression.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-regex",
        title: "event data as a regular expression",
        sas: &[1],
        cwe: &[1333, 625],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Regex],
    deed: "stop the function with a pattern",
    effect: "it stops the service",
    at_sink: "it is compiled as a pattern",
    repair: "escape it, or match plain text",
    payload: "(palisade-canary)",
};
