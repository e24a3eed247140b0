//! What a rule says about itself.

use palisade_model::finding::Consequence;

/// The metadata of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleMeta {
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
    /// What it finds, why it matters, instead, references.
    pub doc: &'static str,
}
