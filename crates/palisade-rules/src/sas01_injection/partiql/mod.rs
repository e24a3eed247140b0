//! Event data in the text of a PartiQL statement.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-partiql",
        title: "event data in the text of a PartiQL statement",
        sas: &[1],
        cwe: &[943],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Partiql],
    deed: "change a PartiQL statement",
    effect: "it changes what a statement reads and writes",
    at_sink: "the table reads the whole text",
    repair: "bind it with `Parameters`",
    payload: "palisade-canary' OR '1'='1",
};
