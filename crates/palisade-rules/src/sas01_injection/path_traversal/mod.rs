//! Event data as a path of a file.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-path-traversal",
        title: "event data as a path of a file",
        sas: &[1],
        cwe: &[22],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Path, Grammar::Archive],
    deed: "read or write files of their choice",
    effect: "it reads or writes files of its choice",
    at_sink: "the path is used as it is",
    repair: "keep the base name, or check that the resolved path stays in its folder",
    payload: "../../tmp/palisade-canary",
};
