//! Event data as an argument that may be read as an option.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-argument",
        title: "event data as an argument that may be read as an option",
        sas: &[1],
        cwe: &[88],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Argument],
    deed: "choose an option of a command",
    effect: "it chooses options of a program",
    at_sink: "the program reads it as an argument, options too",
    repair: "put `--` before it, or check how it begins",
    payload: "--palisade-canary",
};
