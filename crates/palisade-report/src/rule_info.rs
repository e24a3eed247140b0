//! What a format must know of a rule: handed in, so that this crate does not depend on the rules.

use palisade_model::finding::Consequence;

/// A rule as the formats describe it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleInfo {
    /// Such as `sas01-os-command`.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// Risks, such as `[1]`.
    pub sas: &'static [u8],
    /// Weakness classes.
    pub cwe: &'static [u16],
    /// What somebody gains.
    pub consequence: Consequence,
    /// Markdown: what it finds, why it matters, instead, references.
    pub doc: &'static str,
}
