//! Event data in an LDAP filter.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-ldap",
        title: "event data in an LDAP filter",
        sas: &[1],
        cwe: &[90],
        consequence: Consequence::TakesData,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Ldap],
    deed: "change an LDAP filter",
    effect: "it changes whom a filter finds",
    at_sink: "the directory reads the whole filter",
    repair: "escape it for filters",
    payload: "palisade-canary)(uid=*",
};
