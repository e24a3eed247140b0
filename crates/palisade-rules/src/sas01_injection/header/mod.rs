//! Event data in a header of an answer or a mail.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-header",
        title: "event data in a header of an answer or a mail",
        sas: &[1],
        cwe: &[113],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Header],
    deed: "add headers",
    effect: "it adds headers to an answer or a mail",
    at_sink: "it becomes a header",
    repair: "drop line breaks, or take it from a table of constants",
    payload: "x\r\npalisade-canary: 1",
};
