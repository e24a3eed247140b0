//! What a rule says about itself, and how it judges.

use palisade_model::finding::{Consequence, Finding};

use crate::project::Project;

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
    /// What somebody gains, unless a finding says otherwise.
    pub consequence: Consequence,
    /// What it finds, why it matters, instead, references.
    pub doc: &'static str,
}

/// A rule that judges the model: nodes, settings, edges, and what the code does with them.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What it says about itself.
    pub meta: RuleMeta,
    /// Markdown: small projects in pairs, and what is found in them; the first pair shows the rule best.
    pub cases: &'static str,
    /// Adds what it finds.
    pub judge: fn(&Rule, &Project<'_>, &mut Vec<Finding>),
}
