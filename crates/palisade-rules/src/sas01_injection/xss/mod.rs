//! Event data in an HTML answer.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-xss",
        title: "event data in an HTML answer",
        sas: &[1],
        cwe: &[79],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Html],
    deed: "put scripts into a page",
    effect: "it acts in a visitor's browser",
    at_sink: "it becomes part of the page",
    repair: "escape it for HTML",
    payload: "<b>palisade-canary</b>",
};
