//! Event data as the name of an attribute or method.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-attribute-name",
        title: "event data as the name of an attribute or method",
        sas: &[1],
        cwe: &[915, 1321],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::AttributeName],
    deed: "choose which attribute is used",
    effect: "it chooses which attribute or method is used",
    at_sink: "it names the attribute",
    repair: "look the name up in a table of constants",
    payload: "palisade_canary",
};
