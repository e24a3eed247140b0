//! Ways through the answers of language models.

use palisade_model::source::Span;
use rustc_hash::FxHashSet;

use super::Closer;
use crate::flows::{FlowPath, PathStepKind};
use crate::transfer::Grammar;

impl Closer<'_, '_> {
    /// What a model answers is its own words, whoever asked; it does harm only where it is obeyed.
    pub(super) fn drop_told_by_models(&self, paths: &mut Vec<FlowPath>) {
        let sinks = self.solver.sinks.iter();
        let prompts: FxHashSet<Span> = sinks
            .filter(|site| site.grammar == Grammar::Prompt)
            .map(|site| site.span)
            .collect();
        if prompts.is_empty() {
            return;
        }
        paths.retain(|path| {
            let steps = path.steps.iter();
            let mut asked = steps.filter(|s| s.kind == PathStepKind::Library);
            path.grammar.is_obeyed() || !asked.any(|s| prompts.contains(&s.span))
        });
    }
}
