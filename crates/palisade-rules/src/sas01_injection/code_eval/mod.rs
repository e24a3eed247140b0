//! Event data run as code.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-code-eval",
        title: "event data run as code",
        sas: &[1],
        cwe: &[95],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Code],
    deed: "run code",
    effect: "it runs code",
    at_sink: "it is run as code",
    repair: "parse the value, or look it up in a table of constants",
    payload: "'palisade-canary'",
};
