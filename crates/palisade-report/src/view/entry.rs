//! One finding as every format shows it.

use palisade_model::finding::{Confidence, Cut, Finding, Step, StepKind, Suppressed};
use palisade_model::reach::Level;
use palisade_model::source::Sources;

use crate::view::id::Id;
use crate::view::place::Place;
use crate::view::severity::Severity;

/// A finding, judged, ranked and worded.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The facts.
    pub finding: &'a Finding,
    /// What suppresses it.
    pub suppressed: Option<&'a Suppressed>,
    /// How bad.
    pub severity: Severity,
    /// Who counts as able to do it.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// Its id.
    pub id: Id,
    /// From 1; a link has the rank of its path.
    pub rank: usize,
    /// The id of the path it is, or is a link of.
    pub path: Option<String>,
    /// Whether it is a link of another entry's path: shown there, not listed.
    pub link: bool,
    /// Who can do it, as the title begins.
    pub who: &'static str,
    /// The title.
    pub title: String,
    /// The deed below a heading that names function and sender.
    pub short: String,
    /// Why it has its rank.
    pub why: String,
    /// Where.
    pub place: Place,
    /// Its steps with their places.
    pub steps: Vec<StepView<'a>>,
    /// Its cuts with their places.
    pub cuts: Vec<CutView<'a>>,
}

/// A step with its place.
#[derive(Clone, Debug)]
pub struct StepView<'a> {
    /// From 1, in order of travel.
    pub number: usize,
    /// The facts.
    pub step: &'a Step,
    /// Where.
    pub place: Place,
}

/// A cut with its place.
#[derive(Clone, Debug)]
pub struct CutView<'a> {
    /// The facts.
    pub cut: &'a Cut,
    /// Where.
    pub place: Place,
}

impl Entry<'_> {
    /// Whether data of an event travels to a harmful line that something reaches.
    pub fn is_path(&self) -> bool {
        use palisade_model::finding::Capped;
        !self.finding.field.is_empty()
            && !self.finding.sink.is_empty()
            && !matches!(self.finding.capped, Some(Capped::Latent | Capped::Hygiene))
    }

    /// The command that repairs it, if anything does safely and nobody accepted it.
    pub fn fix(&self) -> Option<String> {
        let asked = self.finding.remedy.is_some() && self.suppressed.is_none();
        asked.then(|| format!("palisade scan --fix --only {}", self.finding.rule))
    }

    /// The places that a finding of a template may share with this path: its declared steps and its cuts.
    pub fn link_places(&self) -> impl Iterator<Item = &Place> {
        let declared = |kind| matches!(kind, StepKind::Entry | StepKind::Role | StepKind::Data);
        let steps = self.steps.iter();
        steps
            .filter(move |step| declared(step.step.kind))
            .map(|step| &step.place)
            .chain(self.cuts.iter().map(|cut| &cut.place))
    }
}

/// The steps of a finding with their places.
pub fn steps<'a>(sources: &Sources, finding: &'a Finding) -> Vec<StepView<'a>> {
    let view = |(at, step): (usize, &'a Step)| StepView {
        number: at + 1,
        step,
        place: Place::of(sources, step.span),
    };
    finding.steps.iter().enumerate().map(view).collect()
}

/// The cuts of a finding with their places.
pub fn cuts<'a>(sources: &Sources, finding: &'a Finding) -> Vec<CutView<'a>> {
    let view = |cut: &'a Cut| CutView {
        cut,
        place: Place::of(sources, cut.span),
    };
    finding.cuts.iter().map(view).collect()
}
