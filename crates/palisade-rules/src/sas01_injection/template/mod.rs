//! Event data as the body of a template.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-template",
        title: "event data as the body of a template",
        sas: &[1],
        cwe: &[1336],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Template],
    deed: "run code",
    effect: "it runs code",
    at_sink: "it is rendered as a template",
    repair: "keep the template constant, and hand the value in",
    payload: "{{7*7}}palisade-canary",
};
