//! Event data as a format string.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-format",
        title: "event data as a format string",
        sas: &[1],
        cwe: &[134],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Format],
    deed: "read internals through a format string",
    effect: "it reads attributes of the arguments",
    at_sink: "it is read as a format",
    repair: "keep the format constant",
    payload: "{0.palisade_canary}",
};
