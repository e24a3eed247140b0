//! Event data decides who gets a message.

use palisade_flow::transfer::Grammar;
use palisade_model::finding::Consequence;

use super::injection::Injection;
use crate::rule::RuleMeta;

/// The rule.
pub const RULE: Injection = Injection {
    meta: RuleMeta {
        id: "sas01-publish",
        title: "event data decides who gets a message",
        sas: &[1],
        cwe: &[345],
        consequence: Consequence::Misuses,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    grammars: &[Grammar::Publish],
    deed: "send messages to subscribers of their choice",
    effect: "it forges messages",
    at_sink: "the message goes where it says",
    repair: "take the topic from a table of constants",
    payload: "palisade-canary",
};
