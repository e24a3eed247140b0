//! A way as steps in order, calls entered.

use crate::flows::{PathStep, PathStepKind};
use crate::taint::fact::{LinkKind, Trail, oldest_first};

/// Most steps of one path; the ends are kept by their order.
const STEPS_MAX: usize = 64;

/// Appends the steps of a trail, those inside a call one level deeper.
pub fn expand(trail: &Trail, depth: u8, out: &mut Vec<PathStep>) {
    if depth > 24 {
        return;
    }
    for link in oldest_first(trail) {
        if out.len() >= STEPS_MAX {
            return;
        }
        let kind = match link.kind {
            LinkKind::Read => PathStepKind::Field,
            LinkKind::Concat => PathStepKind::Concat,
            LinkKind::Call => PathStepKind::Call,
            LinkKind::Library | LinkKind::Store => PathStepKind::Library,
            LinkKind::Opaque => PathStepKind::Opaque,
            LinkKind::Decode => PathStepKind::Decode,
            LinkKind::Safe => PathStepKind::Safe,
            LinkKind::Check => PathStepKind::Check,
        };
        out.push(PathStep {
            kind,
            span: link.span,
            note: link.note.clone(),
            depth,
        });
        if link.kind == LinkKind::Call {
            expand(&link.inner, depth + 1, out);
        }
    }
}
