//! Event data in a header of the answer.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-header",
        title: "event data in a header of the answer",
        sas: &[1],
        cwe: &[113],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    grammars: &[Grammar::Header],
    deed: "add headers to an answer",
    effect: "it adds headers to the answer",
    at_sink: "it becomes a header",
    repair: "drop line breaks, or take it from a table of constants",
    payload: "x\r\npalisade-canary: 1",
};
