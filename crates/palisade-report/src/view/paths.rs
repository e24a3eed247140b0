//! Which paths are asked for: from whom, to which data, through what.

use crate::view::entry::Entry;
use crate::view::sentences::sender;

/// Words that a path must fit; empty ones fit all. Capitals are of no meaning.
#[derive(Clone, Debug, Default)]
pub struct PathFilter {
    /// Who sends it: `anyone`, `signed in`, the trigger.
    pub from: Option<String>,
    /// The data it ends at.
    pub to: Option<String>,
    /// A function, resource, role, field or call on the way.
    pub through: Option<String>,
}

impl PathFilter {
    /// Whether an entry is a path that fits.
    pub fn admits(&self, entry: &Entry<'_>) -> bool {
        let finding = entry.finding;
        let from = || {
            let mut words = vec![sender(entry).to_owned(), entry.who.to_owned()];
            words.extend(finding.trigger.clone());
            words
        };
        let through = || {
            let steps = entry.steps.iter();
            let mut words: Vec<String> = steps.map(|s| s.step.text.clone()).collect();
            words.extend([
                entry.title.clone(),
                finding.field.clone(),
                finding.sink.clone(),
            ]);
            words.push(entry.place.base());
            words.extend(finding.role.clone());
            words
        };
        entry.is_path()
            && fits(self.from.as_deref(), from)
            && fits(self.to.as_deref(), || finding.data.clone())
            && fits(self.through.as_deref(), through)
    }
}

/// Whether one of the words holds what is asked for.
fn fits(wanted: Option<&str>, words: impl Fn() -> Vec<String>) -> bool {
    wanted.is_none_or(|wanted| {
        let wanted = wanted.to_lowercase();
        words()
            .iter()
            .any(|word| word.to_lowercase().contains(&wanted))
    })
}
