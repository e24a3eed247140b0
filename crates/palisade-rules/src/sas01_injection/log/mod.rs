//! Event data with line breaks in a log.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-log",
        title: "event data with line breaks in a log",
        sas: &[1],
        cwe: &[117],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Log],
    deed: "forge lines of the log",
    effect: "it forges lines of the log",
    at_sink: "it is written as it is",
    repair: "log it as JSON, or drop line breaks",
    payload: "x\npalisade-canary",
};
