//! What a disagreement comes from: its program without the statements that do not matter.

use std::collections::BTreeSet;

use crate::compare::Pair;
use crate::engine::Engine;
use crate::run::{Language, answers};
use crate::{Program, minimize};

/// The smallest program found in which a pair still happens unreported, or is reported and never happens.
pub(crate) fn smallest(
    engine: &Engine,
    program: &Program,
    language: Language,
    pair: &Pair,
    missed: bool,
) -> Program {
    let reported = |p: &Program| {
        let report = engine.report(language.files(p), language);
        report.is_some_and(|r| r.pairs.contains(pair))
    };
    let happens = |p: &Program| -> Option<bool> {
        let found: Vec<Result<BTreeSet<Pair>, String>> =
            answers(std::slice::from_ref(p), language)?;
        Some(found.first()?.as_ref().ok()?.contains(pair))
    };
    minimize(program, |p| {
        reported(p) != missed && happens(p) == Some(missed)
    })
}
