//! What findings wish for, as changes of their Apps: each change once, with all findings that ask for it.

use std::collections::BTreeMap;

use palisade_model::app::{App, FunctionId};
use palisade_model::change::{Change, Remedy, Wish};
use palisade_model::finding::Finding;

use super::Asked;

/// The least role of a function of an App, where it can be written.
type LeastRole<'l> = dyn Fn(usize, FunctionId) -> Option<Change> + 'l;

/// The changes that findings ask for; of a finding all, or none where one of them is not to be had.
pub(crate) fn asked<'f>(
    apps: &[App],
    findings: impl Iterator<Item = (usize, &'f Finding)>,
    least: &LeastRole<'_>,
) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    let mut roles: BTreeMap<(usize, FunctionId), Option<Change>> = BTreeMap::new();
    for (by, finding) in findings {
        let Some(remedy) = &finding.remedy else {
            continue;
        };
        let Some(app) = apps.iter().position(|app| is_of(app, remedy)) else {
            continue;
        };
        for change in changes(app, remedy, &mut roles, least).unwrap_or_default() {
            let same = |one: &&mut Asked| one.app == app && one.change == change;
            match all.iter_mut().find(same) {
                Some(one) => one.by.push(by),
                None => all.push(Asked {
                    app,
                    change,
                    by: vec![by],
                }),
            }
        }
    }
    all
}

/// Whether a remedy is for an App.
fn is_of(app: &App, remedy: &Remedy) -> bool {
    let first = app.stacks.iter().next();
    first.is_some_and(|stack| stack.path == remedy.template)
}

fn changes(
    app: usize,
    remedy: &Remedy,
    roles: &mut BTreeMap<(usize, FunctionId), Option<Change>>,
    least: &LeastRole<'_>,
) -> Option<Vec<Change>> {
    let each = remedy.wishes.iter().map(|wish| match wish {
        Wish::Setting(setting) => Some(Change::Setting(setting.clone())),
        Wish::LeastRole(function) => {
            let known = roles.entry((app, *function));
            known.or_insert_with(|| least(app, *function)).clone()
        }
    });
    each.collect()
}
