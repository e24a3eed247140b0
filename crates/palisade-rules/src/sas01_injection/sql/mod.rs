//! Event data in the text of an SQL statement.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-sql",
        title: "event data in the text of an SQL statement",
        sas: &[1],
        cwe: &[89],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Sql],
    deed: "change an SQL statement",
    effect: "it changes what a statement reads and writes",
    at_sink: "the database reads the whole text",
    repair: "bind it as a parameter",
    payload: "palisade-canary' OR '1'='1",
};
