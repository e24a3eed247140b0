//! What was not read, equal problems counted once.

use palisade_model::problem::{Cost, Problem, ProblemKind, ProblemPlace};
use palisade_model::source::Sources;

use crate::view::place::Place;

/// A problem with its place.
#[derive(Clone, Debug)]
pub struct Unread<'a> {
    /// The facts.
    pub problem: &'a Problem,
    /// Where in a file that was read.
    pub place: Option<Place>,
    /// The path, as it is.
    pub file: String,
}

impl Unread<'_> {
    /// `template.yaml:31`, or the path alone.
    pub fn short(&self) -> String {
        self.place
            .as_ref()
            .map_or_else(|| self.file.clone(), Place::short)
    }

    /// Whether text shows it: it costs something, or tells the user to change what he wrote.
    pub fn is_shown(&self) -> bool {
        self.problem.cost != Cost::Nothing
            || matches!(
                self.problem.kind,
                ProblemKind::Suppression | ProblemKind::Internal | ProblemKind::DuplicateKey
            )
    }
}

/// All problems in order of place.
pub fn unread<'a>(sources: &Sources, problems: &'a [Problem]) -> Vec<Unread<'a>> {
    let mut all: Vec<Unread<'a>> = problems
        .iter()
        .map(|problem| match &problem.place {
            ProblemPlace::Span(span) => {
                let place = Place::of(sources, *span);
                Unread {
                    problem,
                    file: place.file.clone(),
                    place: Some(place),
                }
            }
            ProblemPlace::Path(path) => Unread {
                problem,
                place: None,
                file: path.clone(),
            },
        })
        .collect();
    all.sort_by(|a, b| {
        let key = |u: &Unread<'a>| (u.file.clone(), u.place.clone(), u.problem.kind);
        (key(a), &a.problem.message).cmp(&(key(b), &b.problem.message))
    });
    all.dedup_by(|a, b| {
        a.file == b.file && a.place == b.place && a.problem.message == b.problem.message
    });
    all
}

/// The problems to show as text, each with how many like it follow.
pub fn grouped<'v, 'a>(all: &'v [Unread<'a>], everything: bool) -> Vec<(&'v Unread<'a>, usize)> {
    let mut groups: Vec<(&Unread<'a>, usize)> = Vec::new();
    let mut seen: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for unread in all.iter().filter(|u| everything || u.is_shown()) {
        let message = unread.problem.message.as_str();
        match seen.get(message).and_then(|at| groups.get_mut(*at)) {
            Some((_, like)) if !everything => *like += 1,
            _ => {
                seen.insert(message, groups.len());
                groups.push((unread, 0));
            }
        }
    }
    groups
}
