//! Which steps of a path a frame shows.

use palisade_model::finding::StepKind;

use crate::view::entry::StepView;

/// Most steps of one frame.
pub const STEPS_MAX: usize = 7;

/// The steps to show in order of travel, and how many are left out: the first, the last, the harmful line and
/// hand-overs between functions and services go before the rest.
pub fn chosen<'v, 'a>(steps: &'v [StepView<'a>], most: usize) -> (Vec<&'v StepView<'a>>, usize) {
    let last = steps.len();
    let weight = |step: &StepView<'_>| match step.step.kind {
        _ if step.number == 1 || step.number == last => 0,
        StepKind::Line => 0,
        StepKind::Crossing | StepKind::HandOver => 1,
        StepKind::Field => 2,
        StepKind::Entry | StepKind::Guard | StepKind::Role | StepKind::Data => 3,
    };
    let mut order: Vec<&StepView<'_>> = steps.iter().collect();
    order.sort_by_key(|step| (weight(step), step.number));
    order.truncate(most);
    order.sort_by_key(|step| step.number);
    let omitted = steps.len() - order.len();
    (order, omitted)
}
