//! Event data in a command of the operating system.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-os-command",
        title: "event data in a command of the operating system",
        sas: &[1],
        cwe: &[78],
        consequence: Consequence::TakesControl,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Shell, Grammar::Program],
    deed: "run commands",
    effect: "it runs commands",
    at_sink: "a shell reads the whole string",
    repair: "pass a list, without a shell",
    payload: "x;touch /tmp/palisade-canary",
};
